"""Fresh worker processes: one job each, in a process group of its own, ended with all its children when its time is up."""

from __future__ import annotations

import json
import os
import pickle
import random
import secrets
import subprocess
import sys
import tempfile
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.timing.ending import started
from workbench.timing.sources import loaded_files

if TYPE_CHECKING:
    from collections.abc import Mapping

_START = """import sys
sys.path[:] = {path!r}
from pathlib import Path
from importlib import import_module
from workbench.timing.sources import know_files
know_files({files!r})
import_module({module!r}).main(Path({job!r}), Path({result!r}))
"""
PADDING = 4096


class WorkerFailedError(WorkbenchError):
    """A worker process ended without a result, or said that it could not do its job."""


class WorkerHungError(WorkbenchError):
    """A worker process was not done in the time it had, and was ended."""


def run_job(module: str, job: object, *, seconds: float, seed: int) -> dict[str, Any]:
    """Have `module.main(job_file, result_file)` done in a fresh interpreter, and return what it left, within `seconds`.

    The worker has the parent's import path, working folder and options; its hash seed and the size of its environment, on which a program's
    speed depends by chance, are drawn by `seed`. Raises WorkerHungError, WorkerFailedError; KeyboardInterrupt ends the worker first.
    """
    with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
        job_file, result_file, said_file = (Path(folder, name) for name in ("job", "result.json", "said"))
        job_file.write_bytes(pickle.dumps(job, protocol=5))
        code = _START.format(
            path=sys.path, files=loaded_files(), module=module, job=str(job_file), result=str(result_file)
        )
        command, environment = [sys.executable, *_flags(), "-c", code], _environment(seed)
        with (
            said_file.open("wb") as said,
            started(command, out=subprocess.DEVNULL, err=said, environment=environment) as worker,
        ):
            begin = perf_counter()
            try:
                status = worker.wait(timeout=seconds)
            except subprocess.TimeoutExpired as error:
                raise WorkerHungError(
                    f"the worker was not done after {perf_counter() - begin:.1f} s, and was ended"
                ) from error
        return _result(status, result_file, said_file)


def _result(status: int, result_file: Path, said_file: Path) -> dict[str, Any]:
    if not result_file.exists():
        said = said_file.read_text("utf-8", errors="replace").strip().splitlines()
        how = f"by signal {-status}" if status < 0 else f"with status {status}"
        raise WorkerFailedError(f"the worker ended {how} before it was done" + (f": {said[-1]}" if said else ""))
    try:
        result: dict[str, Any] = json.loads(result_file.read_text("utf-8"))
    except ValueError as error:
        raise WorkerFailedError(f"the worker's result cannot be read: {error}") from error
    if "failed" in result:
        raise WorkerFailedError(str(result["failed"]))
    return result


def _environment(seed: int) -> Mapping[str, str]:
    rng = random.Random(seed)
    padding = secrets.token_hex(PADDING // 2)[: rng.randrange(PADDING)]
    return os.environ | {"PYTHONHASHSEED": str(rng.randrange(1, 2**32)), "WORKBENCH_PADDING": padding}


def _flags() -> list[str]:
    """The options of this interpreter that change what code does or how fast: `-O`, `-X dev`, `-X utf8` as they are here."""
    optimize = ["-" + "O" * sys.flags.optimize] if sys.flags.optimize else []
    options = [f"-X{name}" if value is True else f"-X{name}={value}" for name, value in sys._xoptions.items()]
    return [*optimize, *options]
