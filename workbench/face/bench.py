"""`workbench.bench`: one function measured honestly, in fresh processes, as a value that shows itself."""

from __future__ import annotations

import inspect
import sys
from functools import partial
from types import MethodType
from typing import TYPE_CHECKING, Any

from workbench.errors import UsageError
from workbench.face.progress import Bar
from workbench.model.samples import SAMPLE_COLUMNS
from workbench.render.html_bench import card_of_one
from workbench.render.text_bench import json_of_one, text_of_one
from workbench.render.twins import Twinned
from workbench.study.bench import PROCESSES, Target, carried_target, measured
from workbench.timing.carrier import carry_reference, name_of

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from workbench.face.compare import Inputs
    from workbench.model.one import Bare, One
    from workbench.timing.series import Progress


class Measured(Twinned):
    """What was measured of one function. It shows itself in a notebook; `text()` is the same in words, `record` has every figure."""

    def __init__(self, record: One) -> None:
        self.record = record

    @property
    def median(self) -> float:
        """Seconds for one call: the median over processes of their medians; NaN where nothing was measured."""
        return self.record.median

    @property
    def interval(self) -> tuple[float, float]:
        """Seconds between which the true median lies, at 95 % or more; NaN with fewer than six processes."""
        return self.record.low, self.record.high

    @property
    def spread(self) -> float:
        """The highest median of a process over the lowest; NaN with fewer than two processes."""
        return self.record.spread

    @property
    def cold(self) -> float:
        """Median seconds of loading the function and its first call in a fresh process; NaN where there was none."""
        return self.record.cold

    @property
    def loops(self) -> int:
        """How many calls a sample takes."""
        return self.record.loops

    @property
    def timeit(self) -> Bare:
        """What a bare mean over the rounds of one process says, as %timeit prints it: seconds, `mean` and `deviation`."""
        return self.record.bare

    @property
    def points(self) -> pd.DataFrame:
        """The samples, a row each: process, round, calls, first, wall and cpu (seconds for one call)."""
        import pandas as pd

        return pd.DataFrame(self.record.samples.rows(), columns=list(SAMPLE_COLUMNS))

    def text(self, *, width: int = 100, color: bool = False) -> str:
        """The answer in words."""
        return text_of_one(self.record, width=width, color=color)

    def json(self) -> dict[str, Any]:
        """The answer as plain values, for programs; without the samples."""
        return json_of_one(self.record)

    def __repr__(self) -> str:
        return self.text()

    def _repr_html_(self) -> str:
        return card_of_one(self.record)


def bench(
    function: Callable[..., Any] | str,
    *,
    inputs: Inputs = ((),),
    budget: str | float = "5s",
    progress: bool | Progress | None = None,
) -> Measured:
    """How long one call of `function` takes: in eight fresh processes one after the other, in about `budget`; fewer where that is short.

    It is a function, a coroutine function, or what gives a generator, or `file.py:name` or `package.module:name`. An input is a tuple of
    arguments or `workbench.call(...)`; "recorded" takes those of the newest `record_calls`. `progress` shows a bar, or is called with
    processes done, planned, and seconds left. Ctrl-C ends it and keeps what was measured. Raises UsageError where a word or an input is
    off, NothingRecordedError, WorkerFailedError and WorkerHungError where the function ends its process or is not done in time.
    """
    from workbench.face.compare import seconds_of

    seconds, target = seconds_of(budget), _target(function, inputs)
    if callable(progress):
        return Measured(measured(target, seconds, progress))
    with Bar(seconds, sys.stderr.isatty() if progress is None else progress) as bar:
        bar.moved(0, PROCESSES, seconds)
        return Measured(measured(target, seconds, bar.moved))


def _target(function: Callable[..., Any] | str, inputs: Inputs) -> Target:
    from workbench.face.compare import payloads_of
    from workbench.recorder.calls_target import function_behind

    live, carried = carry_reference(function) if isinstance(function, str) else (function, None)
    if not callable(live):
        raise UsageError(
            f"bench needs a function, and this is a {type(live).__name__}. Give the function itself: bench(f), not bench(f())."
        )
    if isinstance(inputs, list | tuple):
        _refuse_inputs(live, inputs)
    payloads, lost, _ = payloads_of(live, inputs)
    if not isinstance(inputs, list | tuple) and isinstance(live, MethodType | partial):
        live = function_behind(live)
    return carried_target(Target(live, carried, payloads, name_of(live), notes=lost))


def _refuse_inputs(function: Callable[..., Any], inputs: Any) -> None:
    """Raises UsageError where there are no inputs, or where the function cannot be called without any."""
    how = f"Give tuples of arguments: bench({(name := name_of(function))}, inputs=[(x,)])."
    if not inputs:
        raise UsageError(f"There are no inputs to call {name} with: inputs is empty. {how}")
    try:
        if list(inputs) == [()]:
            inspect.signature(function).bind()
    except TypeError as error:
        raise UsageError(f"{name} cannot be called without arguments: {error}. {how}") from error
    except ValueError:
        return  # what is written in C may have no signature; calling it tells
