"""What one function does, looked at in a process before anything is timed: what calls raise, how long they take, what they change."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING, Any

from workbench.study.held import Held
from workbench.study.observe import act
from workbench.study.strict.compare import difference
from workbench.timing import pickling
from workbench.timing.driving import Driver, Kind
from workbench.timing.serving import end_in_a_child_of, serve
from workbench.timing.worker import loaded

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from workbench.timing.carrier import Carrier


@dataclass(frozen=True, slots=True)
class LookJob:
    """Calls are made once for each of `calls`, with arguments of their own, for about `seconds`."""

    function: Carrier | Callable[..., Any]
    calls: tuple[bytes, ...]
    seconds: float


def main(job_file: Path, result_file: Path) -> None:
    """Do the job in a file, and leave its result, or what went wrong, in another one."""
    serve(job_file, result_file, looked_at)


def looked_at(job: LookJob) -> dict[str, Any]:
    """What calls raise, how many return, whether they change their arguments, names of what else they change, the longest one's seconds,
    and an empty call's.

    `unloadable` says why the function or an input cannot be loaded in this process; then nothing else is there.
    """
    try:
        function = loaded(job.function)
        pickling.loads(job.calls[0], function)
    except Exception as error:  # noqa: BLE001
        return {"unloadable": f"{type(error).__name__}: {error}"}
    found: dict[str, Any] = {"raised": {}, "returned": 0, "mutates": False, "longest": 0.0, "empty": math.nan}
    held, begin, worker = Held(function), perf_counter(), os.getpid()
    for payload in dict.fromkeys(job.calls):
        args, kwargs = pickling.loads(payload, function)
        started = perf_counter()
        kind, _, raised = act(function, args, kwargs)
        found["longest"] = max(found["longest"], perf_counter() - started)
        end_in_a_child_of(worker)
        found["returned"] += raised is None
        if raised is not None:
            said = f"{type(raised).__name__}: {raised}".rstrip(": ")
            found["raised"][said] = found["raised"].get(said, 0) + 1
        found["mutates"] |= difference(pickling.loads(payload, function), (args, kwargs)) is not None
        if perf_counter() - begin > job.seconds:
            break
    return found | {"changes": held.changed()} | ({"empty": _empty_call()} if kind is Kind.PLAIN else {})


def _empty_call() -> float:
    driver, calls = Driver(lambda: None, Kind.PLAIN, None), [((), dict[str, Any]())] * 2000
    return min(driver.run(calls)[0] for _ in range(7)) / len(calls)
