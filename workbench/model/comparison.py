"""What a comparison of two versions found: whether they do the same, what they cost, and the verdict. Plain records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.model.benchmark import Benchmark, Verdict


@dataclass(frozen=True, slots=True)
class Counterexample:
    """The input on which two versions differ: the call in words, where in the outcome, and what each gave there.

    `source` is Python text that rebuilds the arguments, or None where only a pickle can: `payload` has that then, of (args, kwargs), in
    base64, "" where it is too large to be kept. `family` says where the input came from.
    """

    call: str
    where: str
    old: str
    new: str
    said: str
    source: str | None
    family: str
    payload: str = ""


@dataclass(frozen=True, slots=True)
class Sameness:
    """Whether the new version did what the old one does.

    `state` is `same`, `different` or `unknown`; `code` one of `study.codes.CODES`. `given`, `generated` and `annotated` count the
    inputs on which both were compared; `outside` are differences on inputs of a kind never seen, which refuse nothing;
    `allowed` the relaxations that were declared; `masked` the places where the old version differs from itself.
    """

    state: str
    code: str
    said: str
    given: int
    generated: int
    annotated: int
    outside: tuple[str, ...]
    allowed: tuple[str, ...]
    masked: tuple[str, ...]
    notes: tuple[str, ...]
    counterexample: Counterexample | None


@dataclass(frozen=True, slots=True)
class Memory:
    """Bytes, as Python's own allocators know them (numpy's included, other native memory not).

    `old_peak` and `new_peak` are the most that a call held at once beyond what was there before; `old_kept` and `new_kept` what one
    more call leaves behind, results dropped. NaN where not measured.
    """

    old_peak: float
    new_peak: float
    old_kept: float
    new_kept: float
    calls: int
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions of a function, compared. `next` says what to do with the answer; `benchmark` and `memory` are None where it did not
    come to that."""

    old: str
    new: str
    verdict: Verdict
    code: str
    said: str
    next: str
    same: Sameness
    benchmark: Benchmark | None
    memory: Memory | None
    seconds: float
    notes: tuple[str, ...]
