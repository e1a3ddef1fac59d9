"""Recorded calls, as the public face has them: kept by function, for the comparisons that follow."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Any

from workbench import units
from workbench.errors import NothingRecordedError
from workbench.recorder.calls_recorder import CallRecorder
from workbench.render.json_study import json_of_recorded
from workbench.render.twins import Twinned

if TYPE_CHECKING:
    from collections.abc import Callable

    import pandas as pd

    from workbench.model.calls import RecordedCalls

_KEPT = 20
_recorded: OrderedDict[str, Recorded] = OrderedDict()


class Recorded(Twinned):
    """The calls of one function while a program ran. `record` has them; `calls()` is a table of them.

    `target` is the plain function that they are calls of: of a bound method its function, with `self` as the first argument.
    """

    def __init__(self, record: RecordedCalls, target: Callable[..., Any]) -> None:
        self.record, self.target = record, target

    def calls(self) -> pd.DataFrame:
        """A row for each call kept: number, caller, types, size (bytes), seconds."""
        import pandas as pd

        rows = [(one.number, one.caller, ", ".join(one.types), one.size, one.seconds) for one in self.record.calls]
        return pd.DataFrame(rows, columns=["number", "caller", "types", "size", "seconds"])

    def json(self) -> dict[str, Any]:
        """How many calls were seen and kept, what could not be kept and why; of the arguments their types and sizes, never values."""
        return json_of_recorded(self.record)

    def __len__(self) -> int:
        return len(self.record.calls)

    def __repr__(self) -> str:
        said = [f"{units.count(self.record.seen, 'call')} of {self.record.function}, {len(self):,} kept"]
        if self.record.sampled:
            said.append(self.record.sampled)
        said += [f"{count:,} could not be kept: {reason}" for reason, count in self.record.lost.items()]
        return "\n".join(said)


def record_calls(function: Callable[..., Any], workload: Callable[[], object]) -> Recorded:
    """Run `workload` and keep the arguments of every call of `function`, as they were before it ran.

    An exception of the workload comes out; what was recorded until then is kept for `compare(..., inputs="recorded")`.
    """
    recorder = CallRecorder(function)
    try:
        with recorder:
            workload()
    finally:
        kept = remember(function, Recorded(recorder.recorded, recorder.target))
    return kept


def remember(function: Callable[..., Any], recorded: Recorded) -> Recorded:
    """Make it the newest of its function; of the functions beyond twenty the oldest is let go."""
    _recorded[key(function)] = recorded
    _recorded.move_to_end(key(function))
    while len(_recorded) > _KEPT:
        _recorded.popitem(last=False)
    return recorded


def last_recorded(function: Callable[..., Any]) -> Recorded:
    """The newest recorded calls of a function. Raises NothingRecordedError where there are none."""
    found = _recorded.get(key(function))
    if found is None or not len(found):
        name = getattr(function, "__name__", "the function")
        said = "none of its calls could be kept" if found is not None else "no calls of it were recorded"
        raise NothingRecordedError(
            f"There are no recorded inputs of {name}: {said}. Record some with "
            f"workbench.record_calls({name}, lambda: main()), in a notebook %record_calls {name} main(), or give inputs=[(...), ...]."
        )
    return found


def key(function: Callable[..., Any]) -> str:
    """What a function's calls are kept under: its module and qualified name."""
    return f"{getattr(function, '__module__', '')}:{getattr(function, '__qualname__', repr(function))}"
