"""`%%compare`: the kernel runs the cell as if the line were not there, then what it defines is held against the function named."""

from __future__ import annotations

from typing import Any

from IPython.core.error import UsageError as IPythonUsageError
from IPython.display import display

from workbench.errors import UsageError, WorkbenchError
from workbench.face.calls import Recorded, remember
from workbench.face.compare import compare
from workbench.magics.compare_words import CompareWords
from workbench.magics.reading import defined, function_named
from workbench.magics.waiting import Waiting
from workbench.recorder.calls_recorder import CallRecorder


def compare_cell(shell: Any, words: CompareWords, raw: str) -> None:
    """Hold what a cell defines against the function named, and show the card. Raises UsageError where there are no two functions, and
    what comparing raises."""
    names = shell.user_ns
    new = words.new or defined(shell.transform_cell(raw))
    if not new:
        raise UsageError(
            "The cell defines no function to compare. Define one below %%compare, or name one: --new NAME."
        )
    old, candidate = function_named(names, words.base, "--base"), function_named(names, new, "--new")
    inputs: Any = words.inputs if words.inputs == "recorded" else _evaluated(shell, words.inputs)
    handle: Any = display(Waiting("comparing results"), display_id=True)  # type: ignore[no-untyped-call]

    def moved(done: int, planned: int, left: float) -> None:
        handle.update(Waiting(f"timing: {done} of {planned} processes, at most {left:.0f} s left"))

    try:
        answer = compare(old, candidate, inputs=inputs, progress=moved, **words.options)
    except BaseException:
        handle.update(Waiting(""))
        raise
    if words.name:
        names[words.name] = answer
    handle.update(answer)


def _evaluated(shell: Any, expression: str) -> Any:
    try:
        return eval(expression, shell.user_ns)
    except Exception as error:
        raise UsageError(
            f"--inputs {expression} raised {type(error).__name__}: {error}. Give a list of tuples."
        ) from error


def record_line(shell: Any, line: str) -> Recorded:
    """`%record_calls NAME STATEMENT`: run the statement, and keep the arguments of every call of the function."""
    name, _, statement = line.strip().partition(" ")
    if not name or not statement.strip():
        raise IPythonUsageError("Usage: %record_calls FUNCTION STATEMENT, as in %record_calls parse main(path)")
    try:
        function = function_named(shell.user_ns, name, "%record_calls")
    except WorkbenchError as trouble:
        raise IPythonUsageError(str(trouble)) from trouble
    recorder = CallRecorder(function)
    try:
        with recorder:
            exec(compile(shell.transform_cell(statement), "<record_calls>", "exec"), shell.user_ns)
    finally:
        kept = remember(function, Recorded(recorder.recorded, recorder.target))
    return kept
