"""`%bench` and `%%bench`: a statement or a cell, made the body of a function, and measured in fresh processes."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from types import CodeType, FunctionType
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError as IPythonUsageError
from IPython.display import display

from workbench.errors import UnknownOptionError, UsageError, WorkbenchError, near
from workbench.face.bench import Measured
from workbench.face.compare import seconds_of
from workbench.study.bench import Target, carried_target, measured
from workbench.timing import pickling

if TYPE_CHECKING:
    from collections.abc import Callable

HINT = '%bench [--budget 5s] [--setup "CODE"] [--as NAME] STATEMENT'
NAME = "bench"
_FILE = "<bench>"
_WORD = re.compile(r"""--[\w-]+=(?:"[^"]*"|'[^']*')|"[^"]*"|'[^']*'|\S+""")
_INNER = ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda | ast.ClassDef


def install(shell: Any) -> None:
    """Register `%bench` and `%%bench` with a shell."""

    def bench(line: str, cell: str | None = None) -> None:
        run_bench(shell, line, cell)

    bench.__doc__ = usage()
    shell.register_magic_function(bench, magic_kind="line_cell", magic_name=NAME)


def usage() -> str:
    """The text of `%bench?`."""
    return (
        "Measure one statement honestly: in eight fresh processes one after the other.\n\n"
        f"    {HINT}\n"
        f"    %%bench [OPTIONS]        over a cell, which is then measured as a whole\n\n"
        "Options:\n"
        "    --budget TIME        how long all of it may take (5s)\n"
        "    --setup CODE         run once before, in a copy of the notebook's names; not timed\n"
        "    --as NAME            bind the answer to this name: .median, .interval, .cold, .points\n\n"
        "The statement is the body of a function: names that it reads are the notebook's, names that it sets are its own.\n"
        "It may await. What it needs is copied to the processes; where that cannot be done, this process only is measured.\n"
        "From Python: workbench.bench(function, inputs=[(x,)]).\n"
    )


@dataclass(frozen=True, slots=True)
class BenchWords:
    """What was asked for: the statement, and the options' values by their names."""

    statement: str
    values: dict[str, Any] = field(default_factory=dict)


def parse_bench(line: str, *, cell: bool) -> BenchWords:
    """Read the words of a `%bench` line, or of a `%%bench` line, on which no code may stand.

    Raises UnknownOptionError or UsageError, with what would have been right.
    """
    values, rest = dict[str, Any](), line.strip()
    while rest.startswith("--"):
        word = _word(rest)
        name, equals, text = word.partition("=")
        rest = rest[len(word) :].lstrip()
        if name not in READ:
            raise UnknownOptionError(f"There is no option {name!r}: {near(name, READ)}\nUsage: {HINT}")
        if not equals:
            text = _word(rest)
            rest = rest[len(text) :].lstrip()
        if not text:
            raise UnknownOptionError(f"Option {name} needs a value.\nUsage: {HINT}")
        values[name] = _read(name, _unquoted(text))
    if cell and rest:
        raise UsageError(
            f"%%bench takes no code on its own line, but there is {rest!r}. Put it below, or use %bench {rest}"
        )
    if not cell and not rest:
        raise UsageError(
            f"%bench needs a statement, as in: %bench f(x). For a whole cell write %%bench over it.\nUsage: {HINT}"
        )
    return BenchWords(rest, values)


def _word(text: str) -> str:
    found = _WORD.match(text)
    return found.group() if found else ""


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text


def _read(name: str, text: str) -> Any:
    try:
        return READ[name](text)
    except (ValueError, SyntaxError) as error:
        raise UnknownOptionError(f"Option {name} does not take {text!r}: {error}.\nUsage: {HINT}") from error


def _name(text: str) -> str:
    if not text.isidentifier():
        raise ValueError("it must be a Python name")
    return text


def _code(text: str) -> str:
    ast.parse(text)
    return text


READ: dict[str, Callable[[str], Any]] = {"--budget": seconds_of, "--setup": _code, "--as": _name}
"""The options of `%bench`, and how each one's text is read."""


def run_bench(shell: Any, line: str, cell: str | None = None) -> None:
    """Measure a statement, or a cell's text, and show the answer. Raises IPython's UsageError where a word is off or it cannot be timed."""
    try:
        words = parse_bench(line, cell=cell is not None)
        source = words.statement if cell is None else cell
        function = as_function(shell.transform_cell(source), _names(shell, words))
        answer = _shown(shell, carried_target(_target(function, source)), words.values.get("--budget", 5.0))
    except WorkbenchError as trouble:
        raise IPythonUsageError(str(trouble)) from trouble
    if "--as" in words.values:
        shell.user_ns[words.values["--as"]] = answer


def _names(shell: Any, words: BenchWords) -> dict[str, Any]:
    """A copy of the notebook's names, with what the setup makes. Raises UsageError where it raises."""
    names = dict(shell.user_ns)
    if "--setup" in words.values:
        try:
            exec(compile(shell.transform_cell(words.values["--setup"]), "<setup>", "exec"), names)
        except Exception as error:
            raise UsageError(f"--setup raised {type(error).__name__}: {error}. Nothing was measured.") from error
    return names


def _target(function: FunctionType, source: str) -> Target:
    lines = source.strip().splitlines()
    name = lines[0] + (" …" if len(lines) > 1 else "")
    return Target(function, None, (pickling.dumps(((), {})),), name, "run")


def _shown(shell: Any, target: Target, budget: float) -> Measured:
    """Measure, with a line on how far it is in the answer's place where a front end can put the answer there."""
    if getattr(shell, "kernel", None) is None:
        answer = Measured(measured(target, budget, refuse_raising="statement"))
        display(answer)  # type: ignore[no-untyped-call]
        return answer
    handle: Any = display(_Waiting(f"measuring: at most {budget:.0f} s"), display_id=True)  # type: ignore[no-untyped-call]

    def moved(done: int, planned: int, left: float) -> None:
        handle.update(_Waiting(f"measuring: {done} of {planned} processes, at most {left:.0f} s left"))

    try:
        answer = Measured(measured(target, budget, moved, refuse_raising="statement"))
    except BaseException:
        handle.update(_Waiting(""))
        raise
    handle.update(answer)
    return answer


@dataclass(frozen=True, slots=True)
class _Waiting:
    """What stands in the answer's place until it is there."""

    said: str

    def __repr__(self) -> str:
        return self.said


def as_function(source: str, names: dict[str, Any]) -> FunctionType:
    """A function whose body is `source` and whose globals are `names`; a coroutine function where it awaits. Raises SyntaxError, and
    UsageError where there is no statement."""
    body = ast.parse(source, _FILE).body
    if not body:
        raise UsageError(f"There is nothing to measure: the cell is empty.\nUsage: {HINT}")
    head = "async def statement(): pass" if any(map(_awaits, body)) else "def statement(): pass"
    module = ast.parse(head, _FILE)
    made: Any = module.body[0]
    made.body = body
    code = compile(ast.fix_missing_locations(module), _FILE, "exec")
    (inner,) = [one for one in code.co_consts if isinstance(one, CodeType)]
    return FunctionType(inner, names, "statement")


def _awaits(node: ast.AST) -> bool:
    """Whether a statement awaits in its own body, not in a function that it defines."""
    if isinstance(node, _INNER):
        return False
    if isinstance(node, ast.Await | ast.AsyncFor | ast.AsyncWith) or (
        isinstance(node, ast.comprehension) and node.is_async
    ):
        return True
    return any(map(_awaits, ast.iter_child_nodes(node)))
