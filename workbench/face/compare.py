"""`workbench.compare`: two versions of a function held against each other, as a value that shows itself."""

from __future__ import annotations

import math
import sys
from functools import partial
from types import MethodType
from typing import TYPE_CHECKING, Any, Literal

from workbench.errors import NothingRecordedError, UsageError
from workbench.face.calls import Recorded, last_recorded
from workbench.face.progress import Bar
from workbench.model.benchmark import Arm
from workbench.model.calls import Call
from workbench.recorder.calls_target import function_behind
from workbench.render.html_compare import card
from workbench.render.text_compare import json_of_comparison, text_of_comparison
from workbench.render.twins import Twinned
from workbench.study.choice import choose
from workbench.study.compare import Request
from workbench.study.compare import compare as compared
from workbench.study.relaxations import understood
from workbench.study.strict.compare import InWords, register
from workbench.timing import pickling, unpicklable
from workbench.timing.carrier import carry, carry_reference, name_of
from workbench.timing.decide import MARGIN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    import pandas as pd
    from matplotlib.figure import Figure

    from workbench.model.comparison import Comparison, Counterexample, Memory
    from workbench.timing.carrier import Carrier
    from workbench.timing.series import Progress

    Inputs = Sequence[tuple[Any, ...] | Call] | Recorded | Literal["recorded"]


class Compared(Twinned):
    """The answer of a comparison. It shows itself in a notebook; `text()` is the same in words, `record` has every figure."""

    def __init__(self, record: Comparison) -> None:
        self.record = record

    @property
    def verdict(self) -> str:
        """`faster`, `slower`, `no difference shown`, `refused` or `cannot decide`."""
        return str(self.record.verdict)

    @property
    def code(self) -> str:
        """Why, where the verdict is not `faster`: a code such as B04; empty otherwise."""
        return self.record.code

    @property
    def ratio(self) -> float:
        """How many times as fast the new version is; NaN where that was not measured."""
        return self.record.benchmark.ratio.ratio if self.record.benchmark else math.nan

    @property
    def interval(self) -> tuple[float, float]:
        """The ratio's interval, at 95 % or more; NaN where it was not measured."""
        if self.record.benchmark is None:
            return math.nan, math.nan
        return self.record.benchmark.ratio.low, self.record.benchmark.ratio.high

    @property
    def saved(self) -> float:
        """Seconds that one call saves; NaN where that was not measured."""
        return self.record.benchmark.saved if self.record.benchmark else math.nan

    @property
    def same(self) -> bool | None:
        """Whether both versions did the same on all inputs; None where that could not be told."""
        return {"same": True, "different": False}.get(self.record.same.state)

    @property
    def counterexample(self) -> Counterexample | None:
        """The smallest input found on which the two differ."""
        return self.record.same.counterexample

    @property
    def memory(self) -> Memory | None:
        """Bytes at once and left behind, of both; None where not measured."""
        return self.record.memory

    @property
    def points(self) -> pd.DataFrame:
        """The samples, a row each: process, round, arm, place, calls, first, wall and cpu (seconds for one call)."""
        import pandas as pd

        rows = self.record.benchmark.points.rows() if self.record.benchmark else []
        frame = pd.DataFrame(rows, columns=["process", "round", "arm", "place", "calls", "first", "wall", "cpu"])
        return frame.assign(arm=[Arm(arm).name.lower() for arm in frame["arm"]])

    def plot(self) -> Figure:
        """The pairs, drawn. Raises NothingRecordedError where the two were not timed."""
        from workbench.render.figure_compare import figure

        if self.record.benchmark is None:
            raise NothingRecordedError(
                f"Nothing was timed: the comparison ended before, with {self.verdict} ({self.code})."
            )
        return figure(self.record.benchmark)

    def text(self, *, width: int = 100, color: bool = False) -> str:
        """The answer in words."""
        return text_of_comparison(self.record, width=width, color=color)

    def json(self) -> dict[str, Any]:
        """The answer as plain values, for programs."""
        return json_of_comparison(self.record)

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return card(self.record)


def register_comparison(kind: type, differs: Callable[[Any, Any], str]) -> None:
    """Have results of `kind`, and of its subclasses, compared by `differs(old, new)`: a sentence on how they differ, "" where they are the
    same. For types that hide their state, which else make a comparison say `cannot decide` (B15). It goes to the worker processes too.

    Raises UsageError where `kind` is no class, or `differs` cannot be called, or one of them cannot travel to another process.
    """
    if not isinstance(kind, type) or not callable(differs):
        raise UsageError(
            f"register_comparison takes a class and a function of two objects, not {type(kind).__name__} and {type(differs).__name__}."
        )
    try:
        pickling.dumps((kind, differs))
    except Exception as error:
        raise UsageError(
            f"The comparison cannot be sent to the processes that compare: {error}. Let it use nothing but the two objects."
        ) from error
    register(kind, InWords(differs))


def call(*args: Any, **kwargs: Any) -> Call:
    """One input of a comparison: the arguments of a call, keywords too."""
    return Call(args, kwargs)


def compare(
    old: Callable[..., Any] | str,
    new: Callable[..., Any] | str,
    *,
    inputs: Inputs = "recorded",
    budget: str | float = "30s",
    allow: Iterable[str] = (),
    margin: float = MARGIN,
    generated: int = 300,
    progress: bool | Progress | None = None,
) -> Compared:
    """Whether `new` does what `old` does, and how much faster it is: the same results, memory, then speed, in about `budget`.

    Each is a function, or `file.py:name` or `package.module:name`, whose module is then run anew in each process.
    An input is a tuple of arguments or `workbench.call(...)`; "recorded" takes those of the newest `record_calls` of `old`.
    `allow` declares relaxations (`cache`, `order`, `types`, `float:1e-9`, `output`, `memory:50%`, `lazy`); `margin` is the
    least gain worth having; `generated` is how many inputs are made besides those given; `progress` shows a bar, or is called with
    processes done, planned, and seconds left. Raises UsageError where a word or an input is off, NothingRecordedError.
    """
    allowed = understood(allow)
    seconds = seconds_of(budget)
    carried = None
    if isinstance(old, str) or isinstance(new, str):
        (old, first), (new, second) = (_named(one) for one in (old, new))
        carried = (first, second)
    payloads, lost, calls = payloads_of(old, inputs)
    if not isinstance(inputs, list | tuple):
        old, new = (function_behind(one) if isinstance(one, MethodType | partial) else one for one in (old, new))
    request = Request(old, new, payloads, allowed, seconds, margin, generated, calls, lost, carried)
    if callable(progress):
        return Compared(compared(request, progress))
    with Bar(seconds, sys.stderr.isatty() if progress is None else progress) as bar:
        return Compared(compared(request, bar.moved))


def _named(given: Callable[..., Any] | str) -> tuple[Callable[..., Any], Carrier]:
    return carry_reference(given) if isinstance(given, str) else (given, carry(given))


def payloads_of(function: Callable[..., Any], inputs: Inputs) -> tuple[tuple[bytes, ...], tuple[str, ...], int]:
    """Inputs as payloads, sentences on those that could not be kept, and how often a run calls the function (0: not known).

    Raises UsageError where there are none, or one is no tuple; NothingRecordedError where recorded ones are wanted and there are none.
    """
    if isinstance(inputs, str):
        if inputs != "recorded":
            raise UsageError(f'inputs={inputs!r} is not known: give a list of tuples of arguments, or "recorded".')
        inputs = last_recorded(function)
    if isinstance(inputs, Recorded):
        chosen = choose(inputs.record)
        lost = [f"{count:,} recorded calls could not be kept: {reason}" for reason, count in inputs.record.lost.items()]
        payloads = [one.payload for one in (*chosen.used, *chosen.held_out)]
        run_calls = inputs.record.seen
    else:
        payloads, lost, run_calls = *_given(function, inputs), 0
    if not payloads:
        raise UsageError(
            f"There are no inputs to compare on{': ' + lost[0] if lost else ''}. Give at least one tuple of arguments."
        )
    return tuple(payloads), tuple(lost), run_calls


def _given(function: Callable[..., Any], inputs: Sequence[tuple[Any, ...] | Call]) -> tuple[list[bytes], list[str]]:
    payloads, lost = [], dict[str, int]()
    for one in inputs:
        if not isinstance(one, tuple | Call):
            raise UsageError(
                f"An input is a tuple of arguments, and this is a {type(one).__name__}. For {name_of(function)}(x) write "
                "inputs=[(x,)], for keywords inputs=[workbench.call(x, key=y)]."
            )
        args, kwargs = (one.args, one.kwargs) if isinstance(one, Call) else (one, {})
        try:
            payloads.append(pickling.dumps((args, kwargs)))
        except Exception:  # noqa: BLE001
            reason = unpicklable.why_not_call(args, kwargs)
            lost[reason] = lost.get(reason, 0) + 1
    return payloads, [f"{count:,} of the inputs could not be copied: {reason}" for reason, count in lost.items()]


def share_of(text: str) -> float:
    """`3%` or `0.03`. Raises UsageError for anything that is no share of one."""
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = math.nan
    if not 0 < value < 1:
        raise UsageError(f"{text!r} is no share: write 3% or 0.03.")
    return value


def seconds_of(budget: str | float) -> float:
    """`30s`, `2min`, `1.5h` or a number of seconds. Raises UsageError for anything else."""
    units = {"ms": 0.001, "s": 1.0, "min": 60.0, "m": 60.0, "h": 3600.0}
    text = str(budget).strip()
    unit = next((one for one in ("ms", "min", "s", "m", "h") if text.endswith(one)), "")
    try:
        value = float(text.removesuffix(unit)) * units.get(unit, 1.0)
    except ValueError:
        value = math.nan
    if not 0 < value < math.inf:
        raise UsageError(f"{budget!r} is no length of time: write 30s, 2min or a number of seconds.")
    return value
