"""The worker that replays inputs on the target as its file has it, and tells which lines of the file ran, or what came of each input."""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
import inspect
import os
import sys
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.model.calls import Call
from workbench.study.checks.lines_plugin import Lines
from workbench.study.inputs.source import as_arguments
from workbench.study.observe import observe
from workbench.study.strict.compare import difference
from workbench.timing import pickling
from workbench.timing.driving import Kind
from workbench.timing.serving import serve

if TYPE_CHECKING:
    from collections.abc import Callable

LONGEST = 4000
"""Characters of a result that is written into a test."""


@dataclass(frozen=True, slots=True)
class LinesJob:
    """`module` and `name` are the target, its file is `file`, its import path begins with `path`, and it runs in the folder `root`;
    `values` wants results in place of lines."""

    root: str
    path: tuple[str, ...]
    file: str
    module: str
    name: str
    payloads: tuple[bytes, ...]
    seconds: float
    values: bool = False


def main(job_file: Path, result_file: Path) -> None:
    """Do the job in a file, and leave its result, or what went wrong, in another one."""
    serve(job_file, result_file, _done)


def _done(job: LinesJob) -> dict[str, Any]:
    os.chdir(job.root)
    sys.path[:0] = job.path
    lines = Lines(job.file, "", 0, 0)
    lines.take()
    try:
        function = _target(job)
        begin, replayed, broken = perf_counter(), 0, 0
        values: list[dict[str, Any]] = []
        for number, payload in enumerate(job.payloads):
            if number and perf_counter() - begin > job.seconds:
                break
            try:
                args, kwargs = pickling.loads(payload)
            except Exception:  # noqa: BLE001 - unpickling runs the user's code
                broken += 1
                continue
            replayed += 1
            if job.values:
                values.append(_value(function, args, kwargs, number))
            else:
                observe(_called(function, args), args, kwargs, seed=number)
    finally:
        lines.give_back()
    return {"lines": sorted(lines.mark.lines), "replayed": replayed, "broken": broken, "values": values}


def _target(job: LinesJob) -> Any:
    if job.module in {"", "__main__"} or job.module.endswith(".py"):
        spec = importlib.util.spec_from_file_location("workbench_target", job.file)
        if spec is None or spec.loader is None:
            raise WorkbenchError(f"{job.file} cannot be loaded as a module")
        module = importlib.util.module_from_spec(spec)
        sys.modules["workbench_target"] = module
        spec.loader.exec_module(module)
    else:
        module = importlib.import_module(job.module)
    if os.path.realpath(module.__file__ or "") != os.path.realpath(job.file):
        raise WorkbenchError(f"{job.module} is imported from {module.__file__}, which is not the project's file")
    return functools.reduce(inspect.getattr_static, job.name.split(".")[:-1], module), job.name.rpartition(".")[2]


def _called(target: Any, args: tuple[Any, ...]) -> Callable[..., Any]:
    """The function to call with recorded arguments, `self` or the class among them."""
    holder, name = target
    raw = inspect.getattr_static(holder, name)
    if isinstance(raw, property) and raw.fget is not None:
        return raw.fget
    if isinstance(raw, classmethod) and args and isinstance(args[0], type):
        inner: Callable[..., Any] = raw.__func__
        return inner
    found: Callable[..., Any] = getattr(holder, name)
    return found


def _value(target: Any, args: Any, kwargs: Any, number: int) -> dict[str, Any]:
    """The source of a call's arguments and of its result, each None where it has none."""
    source = as_arguments(Call(args, kwargs))
    seen = observe(_called(target, args), args, kwargs, seed=number)
    result = None
    if seen.error is None and seen.kind in {Kind.PLAIN, Kind.AWAIT} and not seen.drew:
        text = repr(seen.result)
        try:
            same = len(text) <= LONGEST and difference(seen.result, ast.literal_eval(text)) is None
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            same = False
        result = text if same else None
    return {
        "arguments": source.arguments if source else None,
        "imports": source.imports if source else (),
        "result": result,
        "awaited": seen.kind is Kind.AWAIT,
    }
