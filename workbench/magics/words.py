"""The words after `%profile` and `%%profile`: engine, options, statement."""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.engines import table
from workbench.engines.base import Options
from workbench.errors import UnknownEngineError, UnknownOptionError, UsageError, near

if TYPE_CHECKING:
    from collections.abc import Callable

HINT = (
    "%%profile [ENGINE] [-f NAME] [-m MODULE] [--as NAME] [--save FILE.wbp] [--report FILE.html] [--against NAME] [--top N] "
    "[--interval S] [--budget SHARE] [--quiet]"
)


@dataclass(frozen=True, slots=True)
class Option:
    """One option: what it is called, what stands after it (empty for a switch), what it does, and how its text is read."""

    name: str
    takes: str
    help: str
    read: Callable[[str], Any] = str
    often: bool = False
    """Given more than once, its values are a list."""


def _function(text: str) -> str:
    if "(" in text:
        raise ValueError(
            f"must be a name without a call, as in -f {text.partition('(')[0] or 'NAME'}; the call is what is run"
        )
    if not all(part.isidentifier() for part in text.split(".")):
        raise ValueError("must be the name of a function, as in f, Class.method or module.f")
    return text


def _name(text: str) -> str:
    if not text.isidentifier():
        raise ValueError("must be a Python name")
    return text


def _positive(text: str) -> float:
    value = float(text)
    if not 0 < value < float("inf"):
        raise ValueError("must be a number above 0")
    return value


def _share(text: str) -> float:
    value = _positive(text)
    if value >= 1:
        raise ValueError("must be between 0 and 1")
    return value


def _count(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ValueError("must be a whole number from 1 on")
    return value


OPTIONS: dict[str, Option] = {
    option.name: option
    for option in (
        Option("--as", "NAME", "bind the recording to this name", _name),
        Option("--save", "FILE", "write the recording to this .wbp file"),
        Option("--report", "FILE", "write the view to this HTML file, readable anywhere"),
        Option("--against", "NAME", "show what changed since this recording (a name, or a .wbp file)"),
        Option("--snakeviz", "", "engine cpu: SnakeViz's icicle and sunburst, inline"),
        Option("--top", "N", "rows in the text form (10)", _count),
        Option("--interval", "SECONDS", "time between samples, instead of the pace chosen by the engine", _positive),
        Option("--budget", "SHARE", "share of the run's time that sampling may cost (0.03)", _share),
        Option(
            "-f", "NAME", "look at this function (f, Class.method, module.f); may be given again", _function, often=True
        ),
        Option("-m", "MODULE", "look at all functions of this module; may be given again", often=True),
        Option("--backend", "NAME", "let this library do the work; engine memory: memory_profiler, heap: tracemalloc"),
        Option("--native", "", "engine heap: the stacks of native code too"),
        Option("--objects", "", "engine heap: every small object for itself; slow, for short runs"),
        Option("--once", "", "run the statement once, however short it is"),
        Option(
            "--pairs", "N", "run it N more times with and without the engine, to tell what the engine costs", _count
        ),
        Option("--quiet", "", "show nothing; the recording is workbench.last()"),
    )
}


@dataclass(frozen=True, slots=True)
class Words:
    """What was asked for. `statement` is what follows the options."""

    engine: str = table.DEFAULT
    statement: str = ""
    values: dict[str, Any] = field(default_factory=dict)
    plain: bool = field(default=False, compare=False)
    """Whether neither an engine nor functions were named, so that what was armed by a zoom may take their place."""

    @property
    def options(self) -> Options:
        """The engine's options."""
        return Options(
            interval=self.values.get("--interval"),
            budget=self.values.get("--budget", Options().budget),
            functions=tuple(self.values.get("-f", ())),
            modules=tuple(self.values.get("-m", ())),
            backend=self.values.get("--backend"),
            native=self.values.get("--native", False),
            objects=self.values.get("--objects", False),
        )


def parse(line: str, *, cell: bool) -> Words:
    """Read the words of a magic line; `cell` where code follows below and none may stand in the line.

    Raises UnknownEngineError, UnknownOptionError or UsageError, each with what would have been right.
    """
    engine, values, rest = table.DEFAULT, dict[str, Any](), line.strip()
    first = _word(rest)
    if table.is_engine(first) or first == table.ALL:
        engine, rest = first, rest[len(first) :].lstrip()
    while rest.startswith("-"):
        rest = _take_option(rest, values)
    words = Words(engine, rest, values, plain=engine != first and not {"-f", "-m"} & set(values))
    if engine == table.ALL:
        _check_all(words, cell=cell)
    else:
        table.check_options(engine, words.options)
    if values.get("--snakeviz") and engine != "cpu":
        raise UnknownOptionError(
            f"SnakeViz draws what engine cpu counts, and this is {engine}: write %{'%' if cell else ''}profile cpu --snakeviz."
        )
    if cell and "--pairs" in values:
        raise UsageError(
            "--pairs runs a statement again and again, and a cell is run once. Write %profile --pairs N STATEMENT."
        )
    if cell and rest:
        _refuse_rest(rest, first)
    if not cell:
        _check_statement(rest)
    return words


def _check_all(words: Words, *, cell: bool) -> None:
    for option in ("--backend", "--native", "--objects"):
        if option in words.values:
            raise UnknownOptionError(f"'all' runs several engines, and {option} is of one: name that engine.")
    if cell:
        raise UsageError(
            "%%profile all would run the cell nine times, and a cell is run once. Write %profile all STATEMENT over something that may be "
            "repeated, or %%profile, and then %%profile cpu."
        )


def _take_option(rest: str, values: dict[str, Any]) -> str:
    word = _word(rest)
    name, equals, inline = word.partition("=")
    option = OPTIONS.get(name)
    if option is None:
        raise UnknownOptionError(f"There is no option {name!r}: {near(name, OPTIONS)}\nUsage: {HINT}")
    rest = rest[len(word) :].lstrip()
    if not option.takes:
        values[name] = True
        return rest
    text = inline if equals else _word(rest)
    if not equals:
        rest = rest[len(text) :].lstrip()
    if not text:
        raise UnknownOptionError(f"Option {name} needs a value: {name} {option.takes} ({option.help})")
    try:
        value = option.read(text.strip("'\""))
    except ValueError as error:
        raise UnknownOptionError(f"Option {name} does not take {text!r}: {option.takes} {_reason(error)}") from error
    values[name] = [*values.get(name, []), value] if option.often else value
    return rest


def _reason(error: ValueError) -> str:
    return str(error) if str(error).startswith("must") else "must be a number"


def _refuse_rest(rest: str, first: str) -> None:
    word = _word(rest)
    if word == first and word.isidentifier():
        raise UnknownEngineError(f"There is no engine {word!r}: {near(word, table.engine_names())}\nUsage: {HINT}")
    raise UsageError(
        f"%%profile takes no code on its own line, but there is {rest!r}. Put it below, or use %profile {rest}"
    )


def _check_statement(statement: str) -> None:
    if not statement:
        raise UsageError(
            f"%profile needs a statement to run, as in: %profile f(x). For a whole cell write %%profile over it.\nUsage: {HINT}"
        )
    word = _word(statement)
    try:
        ast.parse(statement)
    except SyntaxError as error:
        if word.isidentifier() and word != statement and near(word, table.engine_names()).startswith("did you"):
            raise UnknownEngineError(f"There is no engine {word!r}: {near(word, table.engine_names())}") from error
        raise


def _word(text: str) -> str:
    found = re.match(r"""--[\w-]+=(?:"[^"]*"|'[^']*')|"[^"]*"|'[^']*'|\S+""", text)
    return found.group() if found else ""
