"""How much of a recording is sent: steps of detail, from everything to a few kB."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Detail:
    """The most that is kept: stack nodes, functions, source lines (in windows of `around` beside those seen), timeline points, and
    samples with their times."""

    nodes: int
    functions: int
    lines: int
    around: int
    points: int
    moments: int


STEPS = (
    Detail(2_000_000, 1_000_000, 60_000, 200, 400, 1_000_000),
    Detail(300_000, 100_000, 60_000, 200, 400, 400_000),
    Detail(60_000, 20_000, 20_000, 100, 400, 100_000),
    Detail(20_000, 8_000, 8_000, 60, 400, 40_000),
    Detail(8_000, 3_000, 4_000, 40, 400, 15_000),
    Detail(4_000, 1_500, 2_000, 20, 300, 6_000),
    Detail(2_000, 800, 1_000, 12, 200, 3_000),
    Detail(1_000, 400, 500, 8, 200, 1_500),
    Detail(500, 200, 250, 4, 100, 700),
    Detail(200, 80, 100, 2, 60, 200),
    Detail(50, 25, 30, 1, 40, 0),
)
NODE_BYTES, FUNCTION_BYTES, LINE_BYTES = 5, 30, 4
MOST_PACKED = 8
"""By how much a payload may shrink at the most where it is packed."""
