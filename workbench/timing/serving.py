"""The worker's half of `processes.run_job`: a job comes as a pickle and its result goes out as JSON, both in files."""

from __future__ import annotations

import json
import os
import pickle
import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def serve(job_file: Path, result_file: Path, work: Callable[[Any], dict[str, Any]]) -> None:
    """Do the job in a file, and leave its result, or what went wrong, in another one; ends the process.

    A child that the code under test made by fork, and let run on, leaves nothing: the result is this process's.
    """
    worker = os.getpid()
    job = pickle.loads(job_file.read_bytes())
    try:
        result = work(job)
    except BaseException as error:  # noqa: BLE001
        result = {"failed": f"{type(error).__name__}: {error}"}
    end_in_a_child_of(worker)
    part = result_file.with_suffix(".part")
    part.write_text(json.dumps(result, default=repr), "utf-8")
    part.replace(result_file)
    sys.stdout.flush()
    os._exit(0)


def end_in_a_child_of(worker: int) -> None:
    """End this process where it is not `worker`: where the code under test has forked and its child has come back from the call."""
    if os.getpid() != worker:
        os._exit(0)
