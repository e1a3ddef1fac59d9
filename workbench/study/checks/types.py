"""The item "types strict": what mypy says of the target's file with the new version that it does not say with the old one."""

from __future__ import annotations

import ast
import importlib.util
import io
import json
import os
import re
import sys
import tokenize
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.model.check import Check, Status
from workbench.study import children
from workbench.study.checks.texts import Texts, alone, texts_of
from workbench.study.scopes import Def
from workbench.study.splice import SpliceError, target_node
from workbench.study.statements import first_line, lines_of, parsed
from workbench.timing.processes import WorkerHungError
from workbench.units import count

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.study.checks.base import Case

ITEM = "types strict"
NEW_DIAGNOSTIC, NOT_ANNOTATED, EVADED, CANNOT = "T01", "T02", "T03", "T04"
"""A new diagnostic; the target is not fully annotated; the change adds what silences the checker; types could not be checked."""
_SILENCERS = {"type: ignore": re.compile(r"#\s*(type|pyright|mypy):\s*ignore")}
_PROBE = "reveal_type(0)"
_TYPING = {"typing", "typing_extensions"}
_CONFIGS = {"mypy.ini": "[mypy", ".mypy.ini": "[mypy", "pyproject.toml": "[tool.mypy", "setup.cfg": "[mypy"}


class MypyFailedError(WorkbenchError):
    """mypy could not say anything of a file."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One error that mypy found; `place` is the function or class around it."""

    file: str
    line: int
    code: str
    message: str
    place: str

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What tells it from others: not its line, nor lines that its message mentions."""
        return self.file, self.place, self.code, re.sub(r"\bline \d+", "line N", self.message)


class Types:
    """The item; `cache` is a folder for mypy's cache that outlives a check (else MYPY_CACHE_DIR, else a temporary one)."""

    item: str = ITEM

    def __init__(self, cache: Path | None = None) -> None:
        self._cache = cache

    def run(self, case: Case) -> Check:
        """See Item."""
        begin = perf_counter()
        status, code, said, evidence, then = self._answer(case)
        return Check(ITEM, status, code, said, tuple(evidence), then, perf_counter() - begin)

    def _answer(self, case: Case) -> tuple[Status, str, str, list[tuple[str, str]], str]:
        try:
            texts = texts_of(case) if case.file is not None else alone(case.old, case.new)
            old, new = target_node(texts.old, texts.old_name), target_node(texts.new, texts.new_name)
            added = Counter(silencers(texts.new)) - Counter(silencers(texts.old))
        except SpliceError as error:
            return (
                Status.UNKNOWN,
                CANNOT,
                f"types cannot be checked: {error}",
                [],
                "Put the code into a module, and check it there.",
            )
        method = "." in texts.new_name
        lacking = unannotated(new, method=method)
        evidence = [(f"added {name}", str(number)) for name, number in added.items()]
        evidence += [("not annotated", ", ".join(lacking))] if lacking else []
        if not added and not any(_annotated(one) for one in (old, new)) and lacking:
            return Status.NOT_APPLICABLE, "", "the old code has no annotations either", evidence, ""
        found: list[Diagnostic] = []
        try:
            checked = self._both(case, texts)
        except (MypyFailedError, WorkerHungError) as error:
            if not (added or lacking):
                return Status.UNKNOWN, CANNOT, str(error), evidence, "Run mypy by hand to see what stops it."
            evidence.append(("mypy", str(error)))
        else:
            found = checked.new
            evidence += [(_where(one, case, texts, new), f"{one.message} [{one.code}]") for one in found]
            evidence += [
                ("diagnostics before", str(checked.before)),
                ("diagnostics now", str(checked.after)),
                ("configuration", checked.how),
            ]
            if checked.hidden:
                added["hidden file"] += 1
                evidence.append(("hidden", "mypy's errors in this file are hidden by the change"))
        return *_verdict(found, lacking, added, texts), evidence, _next(found, lacking, added)

    def _both(self, case: Case, texts: Texts) -> _Checked:
        """Both versions under mypy, the old one first, with one cache."""
        if importlib.util.find_spec("mypy") is None:
            raise MypyFailedError("mypy is not installed: types are not checked")
        end = perf_counter() + case.seconds
        with children.temporary() as folder:
            project = _Project(case, folder, self._cache)
            before, shown = project.check(texts.old, texts, end)
            after, still = project.check(texts.new, texts, end)
        if not shown:
            raise MypyFailedError(
                "the project's configuration, or a comment in the file, hides what mypy finds in this file"
            )
        left = Counter(one.key for one in before)
        new = []
        for one in after:
            if left[one.key]:
                left[one.key] -= 1
            else:
                new.append(one)
        return _Checked(new, len(before), len(after), project.how, hidden=not still)


@dataclass(frozen=True, slots=True)
class _Checked:
    new: list[Diagnostic]
    before: int
    after: int
    how: str
    hidden: bool


class _Project:
    """mypy as the project has it set up, on a file whose text is another one for the while."""

    def __init__(self, case: Case, folder: Path, cache: Path | None) -> None:
        self._folder = folder
        own = folder / "checked"
        own.mkdir()
        file = case.file if case.file is not None else own / "functions.py"
        root = own if case.file is None else (case.root or file.parent)
        self._file, self._cwd = Path(os.path.realpath(file)), Path(os.path.realpath(root))
        self._notebook = case.file is None
        config = next((name for name, mark in _CONFIGS.items() if _says(self._cwd / name, mark)), "")
        self.how = config or "mypy's own"
        self._cache = cache
        self._config = [] if config else ["--config-file="]

    def check(self, text: str, texts: Texts, end: float) -> tuple[list[Diagnostic], bool]:
        """What mypy finds in a text, and whether it shows at all what it finds. Raises MypyFailedError, WorkerHungError."""
        probed, at = _probed(text)
        shadow = self._folder / "shadow.py"
        data = texts.bytes_of(probed)
        shadow.write_bytes(data)
        if self._notebook:
            self._file.write_bytes(data)
        name = str(self._file.relative_to(self._cwd)) if self._file.is_relative_to(self._cwd) else str(self._file)
        command = [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--output",
            "json",
            "--no-pretty",
            "--no-error-summary",
            "--no-install-types",
        ]
        command += [*self._config, *self._caches(), "--shadow-file", name, str(shadow), name]
        try:
            ended = children.run(command, cwd=self._cwd, seconds=end - perf_counter(), environment={"NO_COLOR": "1"})
        except OSError as error:
            raise MypyFailedError(f"mypy cannot be started: {error}") from error
        if ended.status not in {0, 1}:
            raise MypyFailedError(f"mypy {ended.how}")
        found = list(_reported(ended.out))
        if ended.status == 1 and not found:
            raise MypyFailedError(f"mypy {ended.how}")
        places = _places(text)
        shown = any(
            one["severity"] == "note" and one["line"] == at and "Revealed type" in one["message"] for one in found
        )
        errors = [one for one in found if one["severity"] == "error"]
        return [_diagnostic(one, name, at, places) for one in errors], shown

    def _caches(self) -> list[str]:
        if self._cache is None and os.environ.get("MYPY_CACHE_DIR"):
            return []
        return ["--cache-dir", str(self._cache or self._folder / "cache")]


def _reported(out: str) -> Iterator[dict[str, Any]]:
    """mypy's reports; other lines are what plugins print."""
    for line in out.splitlines():
        try:
            one = json.loads(line)
        except ValueError:
            continue
        if isinstance(one, dict) and one.keys() >= {"file", "line", "message", "code", "severity"}:
            yield one


def unannotated(node: Def, *, method: bool) -> list[str]:
    """The arguments of a function that have no annotation, `return` for its result; `self` and `cls` need none."""
    args = node.args
    named = [*args.posonlyargs, *args.args]
    static = any(ast.unparse(one).rpartition(".")[2] == "staticmethod" for one in node.decorator_list)
    if method and named and not static:
        del named[0]
    every = [*named, *args.kwonlyargs, *(one for one in (args.vararg, args.kwarg) if one is not None)]
    lacking = [one.arg for one in every if one.annotation is None]
    implied = method and node.name == "__init__" and any(one.annotation for one in every)
    return lacking if node.returns is not None or implied else [*lacking, "return"]


def silencers(text: str) -> Iterator[str]:
    """What a module has that keeps the checker quiet, one word for each: comments that ignore, `cast(...)`, `Any` and `no_type_check`."""
    tree = parsed(text, "the module")
    for token in tokenize.generate_tokens(
        io.StringIO("".join(line.rstrip("\r\n") + "\n" for line in lines_of(text.removeprefix("\ufeff")))).readline
    ):
        if token.type == tokenize.COMMENT:
            yield from (name for name, pattern in _SILENCERS.items() if pattern.search(token.string))
    names = _typing_names(tree)
    for node in _with_string_annotations(tree):
        word = _typing_word(node, names)
        if word in {"Any", "no_type_check"}:
            yield word
        elif isinstance(node, ast.Call) and _typing_word(node.func, names) == "cast":
            yield "cast"


def _typing_names(tree: ast.Module) -> dict[str, str]:
    """What the module calls typing's own: name -> typing's name, "" for typing itself. Names that nothing binds are taken for typing's."""
    names: dict[str, str] = {}
    bound: set[str] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update({one.asname or one.name: "" for one in node.names if one.name in _TYPING})
        elif isinstance(node, ast.ImportFrom) and node.module in _TYPING:
            names.update({one.asname or one.name: one.name for one in node.names})
        elif isinstance(node, ast.ImportFrom):
            bound.update(one.asname or one.name for one in node.names)
        elif isinstance(node, ast.FunctionDef | ast.ClassDef):
            bound.add(node.name)
    return {word: word for word in ("Any", "cast", "no_type_check") if word not in bound} | names


def _typing_word(node: ast.AST, names: dict[str, str]) -> str:
    if isinstance(node, ast.Name):
        return names.get(node.id, "") if isinstance(node.ctx, ast.Load) else ""
    if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name) and names.get(node.value.id) == "":
        return node.attr
    return ""


def _with_string_annotations(tree: ast.Module) -> Iterator[ast.AST]:
    """All nodes, and those of the types that are written as strings."""
    for node in ast.walk(tree):
        yield node
        hints: list[Any] = [getattr(node, name, None) for name in ("annotation", "returns")]
        if isinstance(node, ast.Call) and ast.unparse(node.func).rpartition(".")[2] == "cast":
            hints += node.args[:1]
        for hint in hints:
            for inner in ast.walk(hint) if isinstance(hint, ast.AST) else ():
                if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                    try:
                        yield from ast.walk(ast.parse(inner.value, mode="eval"))
                    except (SyntaxError, ValueError):
                        continue


def _annotated(node: Def) -> bool:
    args = node.args
    every = [*args.posonlyargs, *args.args, *args.kwonlyargs, *(one for one in (args.vararg, args.kwarg) if one)]
    return node.returns is not None or any(one.annotation is not None for one in every)


def _probed(text: str) -> tuple[str, int]:
    """The text with a line on which mypy has always something to say, and the number of that line."""
    last = 0
    for place, node in enumerate(parsed(text, "the module").body):
        docstring = not place and isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
        if not docstring and not (isinstance(node, ast.ImportFrom) and node.module == "__future__"):
            break
        last = node.end_lineno or 0
    lines = lines_of(text)
    if last and not lines[last - 1].endswith(("\r", "\n")):
        lines[last - 1] += "\n"
    if not last:
        last = next(
            (place for place, line in enumerate(lines) if not line.lstrip("\ufeff").startswith("#")), len(lines)
        )
    return "".join([*lines[:last], _PROBE + "\n", *lines[last:]]), last + 1


def _places(text: str) -> list[tuple[int, int, str]]:
    """First and last lines of functions and classes, outer ones first, and their qualified names."""
    found = []

    def walk(node: ast.AST, around: str) -> None:
        for inner in ast.iter_child_nodes(node):
            name = around
            if isinstance(inner, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                name = f"{around}.{inner.name}".lstrip(".")
                found.append((inner.lineno, inner.end_lineno or inner.lineno, name))
            walk(inner, name)

    walk(parsed(text, "the module"), "")
    return found


def _diagnostic(one: dict[str, Any], name: str, at: int, places: list[tuple[int, int, str]]) -> Diagnostic:
    line = int(one["line"])
    mine = one["file"] in {name, Path(name).as_posix()}
    line -= mine and line >= at
    place = next((place for first, last, place in reversed(places) if first <= line <= last), "") if mine else ""
    return Diagnostic(str(one["file"]), line, str(one["code"] or ""), str(one["message"]), place)


def _where(one: Diagnostic, case: Case, texts: Texts, new: Def) -> str:
    """Where a diagnostic stands: its line in the file; of a notebook's function, the line in it."""
    if case.file is not None:
        return f"line {one.line}"
    return (
        f"line {one.line - first_line(new) + 1}"
        if one.place.startswith(texts.new_name)
        else f"in {one.place or 'its module'}"
    )


def _says(path: Path, mark: str) -> bool:
    try:
        return mark in path.read_text("utf-8", errors="replace")
    except OSError:
        return False


def _verdict(found: list[Diagnostic], lacking: list[str], added: Counter[str], texts: Texts) -> tuple[Status, str, str]:
    if found:
        said = f"mypy --strict has {count(len(found), 'new diagnostic')}: {found[0].message} (line {found[0].line})"
        return Status.FAIL, NEW_DIAGNOSTIC, said
    if lacking:
        return Status.FAIL, NOT_ANNOTATED, f"{texts.new_name} is not fully annotated: {', '.join(lacking)}"
    if added:
        said = ", ".join(f"{name} ({number} more)" for name, number in added.items())
        return Status.FAIL, EVADED, f"the change adds what keeps the type checker quiet: {said}"
    return Status.PASS, "", "mypy --strict finds nothing new, and the target is fully annotated"


def _next(found: list[Diagnostic], lacking: list[str], added: Counter[str]) -> str:
    if found:
        return "Mend the types that mypy names."
    if lacking:
        return "Annotate each argument and the result."
    return "Say the type instead of hiding it." if added else ""
