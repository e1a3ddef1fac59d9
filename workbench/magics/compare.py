"""`%%compare`: the kernel runs the cell as if the line were not there, then what it defines is held against the function named."""

from __future__ import annotations

import re
from dataclasses import dataclass
from types import FunctionType
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError as IPythonUsageError
from IPython.display import display

from workbench.errors import UsageError, WorkbenchError, near
from workbench.face.calls import Recorded, remember
from workbench.face.compare import compare
from workbench.magics.compare_words import CompareWords, defined, parse_compare
from workbench.magics.show import complain
from workbench.recorder.calls_recorder import CallRecorder

if TYPE_CHECKING:
    from collections.abc import Callable

_HEADER = re.compile(r"\s*%%compare(?:\s+(?P<words>.*?))?\s*$")


class CompareRunner:
    """One per shell: takes the `%%compare` line off a cell, and compares when the cell has run."""

    def __init__(self, shell: Any) -> None:
        self._shell = shell
        self._armed: CompareWords | None = None

    def transform(self, lines: list[str]) -> list[str]:
        """The cell with a blank line for its `%%compare` line; untouched where there is none or its words are off."""
        found = _header(lines)
        if found is None or found[1] is None:
            return lines
        return [*lines[: found[0]], "\n", *lines[found[0] + 1 :]]

    def before_cell(self, info: Any) -> None:
        """IPython's `pre_run_cell`: note what the cell asks for."""
        found = _header((info.raw_cell or "").splitlines(keepends=True))
        self._armed = found[1] if found else None

    def after_cell(self, result: Any) -> None:
        """IPython's `post_run_cell`: compare, where the cell ran to its end."""
        words, self._armed = self._armed, None
        if words is None or result is None or not result.success:
            return
        try:
            self._compare(words, result.info.raw_cell)
        except WorkbenchError as trouble:
            complain(trouble)

    def _compare(self, words: CompareWords, raw: str) -> None:
        names = self._shell.user_ns
        new = words.new or defined(self._shell.transform_cell(raw))
        if not new:
            raise UsageError(
                "The cell defines no function to compare. Define one below %%compare, or name one: --new NAME."
            )
        old, candidate = function_named(names, words.base, "--base"), function_named(names, new, "--new")
        inputs: Any = words.inputs if words.inputs == "recorded" else self._evaluated(words.inputs)
        handle: Any = display(_Waiting("comparing results"), display_id=True)  # type: ignore[no-untyped-call]

        def moved(done: int, planned: int, left: float) -> None:
            handle.update(_Waiting(f"timing: {done} of {planned} processes, at most {left:.0f} s left"))

        try:
            answer = compare(old, candidate, inputs=inputs, progress=moved, **words.options)
        except BaseException:
            handle.update(_Waiting(""))
            raise
        if words.name:
            names[words.name] = answer
        handle.update(answer)

    def _evaluated(self, expression: str) -> Any:
        try:
            return eval(expression, self._shell.user_ns)
        except Exception as error:
            raise UsageError(
                f"--inputs {expression} raised {type(error).__name__}: {error}. Give a list of tuples."
            ) from error


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What stands in the card's place until it is there."""

    said: str

    def __repr__(self) -> str:
        return self.said


def _header(lines: list[str]) -> tuple[int, CompareWords | None] | None:
    """(line index, words) of a `%%compare` that heads the cell; None for words where they are off, None where there is no such line."""
    for index, line in enumerate(lines):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        found = _HEADER.match(line)
        if found is None:
            return None
        try:
            return index, parse_compare(found["words"] or "")
        except WorkbenchError:
            return index, None
    return None


def refuse(line: str, cell: str | None = None) -> None:
    """What IPython calls where the line could not be taken off: says what is off in it."""
    del cell
    try:
        parse_compare(line)
    except WorkbenchError as trouble:
        raise IPythonUsageError(str(trouble)) from trouble
    raise IPythonUsageError("%%compare has to stand at the top of a cell that defines the candidate.")


def function_named(names: dict[str, Any], dotted: str, option: str) -> Callable[..., Any]:
    """The function of that name in a notebook. Raises UsageError with near names where there is none."""
    first, *rest = dotted.split(".")
    found = names.get(first)
    for part in rest:
        found = getattr(found, part, None)
    if not callable(found):
        functions = [name for name, value in names.items() if isinstance(value, FunctionType)]
        raise UsageError(f"{option} {dotted}: there is no function of that name, {near(dotted, functions)}")
    return found  # type: ignore[no-any-return]


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
