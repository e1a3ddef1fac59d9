"""How numbers are written for people."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench import units


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0 s"),
        (3e-9, "3.00 ns"),
        (412e-6, "412 µs"),
        (0.0831, "83.1 ms"),
        (0.09999999, "100 ms"),
        (0.009999, "10.0 ms"),
        (0.9999, "1.00 s"),
        (1.2345, "1.23 s"),
        (119.4, "119 s"),
        (120, "2.0 min"),
        (7200, "2.0 h"),
        (-0.5, "-500 ms"),
        (math.nan, "unknown"),
        (math.inf, "unknown"),
    ],
)
def test_seconds(value: float, written: str) -> None:
    """A duration is written in three figures and the unit that fits, and is called unknown where it is not a number."""
    assert units.seconds(value) == written


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (0, "0 B"),
        (1023, "1023 B"),
        (1024, "1.00 KiB"),
        (312 << 20, "312 MiB"),
        (3 << 40, "3.00 TiB"),
        (-(5 << 20), "-5.00 MiB"),
        (math.nan, "unknown"),
    ],
)
def test_size(value: float, written: str) -> None:
    """A number of bytes is written in binary units."""
    assert units.size(value) == written


def test_shares_and_counts() -> None:
    """Shares are per cent, absurd ones short, their plus-minus points, and nouns are counted in the plural except one."""
    assert units.share(0.4132) == "41.3 %"
    assert units.share(9.999) == "999.9 %"
    assert units.share(4e114) == ">999 %"
    assert units.share(math.nan) == "unknown"
    assert units.plus_minus(0.0214) == "±2.1"
    assert units.plus_minus(math.nan) == "±unknown"
    assert units.count(1, "sample") == "1 sample"
    assert units.count(2004, "sample") == "2,004 samples"
    assert units.count(0, "call") == "0 calls"


@given(st.floats(1e-9, 1e6))
def test_seconds_can_be_read_back(value: float) -> None:
    """What is written differs from the number by no more than its last figure."""
    number, unit = units.seconds(value).split()
    factor = {"ns": 1e-9, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "min": 60.0, "h": 3600.0}[unit]
    assert float(number.replace(",", "")) * factor == pytest.approx(value, rel=0.03)
