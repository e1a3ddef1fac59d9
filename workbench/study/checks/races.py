"""Item 3: race-free, explored in a process of its own, which a deadlock may keep for itself."""

from __future__ import annotations

import inspect
import linecache
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from workbench.model.calls import Call
from workbench.model.check import Check, Status
from workbench.study.races.explore import explore_function
from workbench.study.races.shared import shared_state
from workbench.timing import pickling
from workbench.timing.carrier import Carrier, CarryError, carry
from workbench.timing.processes import WorkerFailedError, WorkerHungError, run_job
from workbench.timing.serving import serve

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.study.checks.base import Case

CALLS = 2
"""Calls that take turns: the smallest recorded ones, as every place at which they could change places is to be tried."""


@dataclass(frozen=True, slots=True)
class RaceJob:
    """A function, the lines of the file it is from, and payloads of (args, kwargs) of the calls that are to take turns."""

    function: Carrier
    lines: tuple[str, ...]
    inputs: tuple[bytes, ...]
    seconds: float


def main(job_file: Path, result_file: Path) -> None:
    """Do the job in a file, and leave its result, or what went wrong, in another one."""
    serve(job_file, result_file, _explored)


def _explored(job: RaceJob) -> dict[str, Any]:
    function = job.function.load()
    file = inspect.unwrap(function).__code__.co_filename
    if not linecache.getlines(file):
        linecache.cache[file] = (0, None, list(job.lines), file)
    shared = shared_state(function)
    if not shared:
        return {"shared": []}
    calls = [Call(*pickling.loads(payload, function)) for payload in job.inputs]
    return {"shared": list(shared), "explored": asdict(explore_function(function, calls, seconds=job.seconds, seed=0))}


class Races:
    """Pass where every interleaving that was tried gave what some serial order gives; not applicable where nothing is shared."""

    item = "race-free"

    def run(self, case: Case) -> Check:
        """See `Item.run`."""
        try:
            carried = carry(case.new.function)
        except CarryError as error:
            return Check(self.item, Status.UNKNOWN, "U06", str(error))
        file = inspect.unwrap(case.new.function).__code__.co_filename
        job = RaceJob(
            carried, tuple(linecache.getlines(file)), tuple(sorted(case.payloads, key=len)[:CALLS]), case.seconds
        )
        try:
            result = run_job("workbench.study.checks.races", job, seconds=3 * case.seconds + 10, seed=0)
        except WorkerHungError as error:
            return Check(self.item, Status.UNKNOWN, "R02", f"the exploration itself came to a halt: {error}")
        except WorkerFailedError as error:
            return Check(self.item, Status.UNKNOWN, "U06", str(error))
        if not result["shared"]:
            return Check(self.item, Status.NOT_APPLICABLE, "", "the candidate shares no state between calls")
        explored = result["explored"]
        evidence = [("shared", one) for one in result["shared"][:5]] + [("explored", one) for one in explored["ways"]]
        if explored["findings"]:
            first = explored["findings"][0]
            evidence += [("step", step) for step in first["interleaving"][:20]]
            return Check(self.item, Status.FAIL, first["code"], first["said"], tuple(evidence))
        clean = explored["state"] == "clean"
        open_ended = [way for way in explored["ways"] if way.startswith("not decided")]
        said = (
            "every interleaving tried gave what a serial order gives"
            if clean
            else " ".join(open_ended or explored["ways"][-1:])
        )
        return Check(self.item, Status.PASS if clean else Status.UNKNOWN, "" if clean else "R00", said, tuple(evidence))
