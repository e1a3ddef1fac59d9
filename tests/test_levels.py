"""The house: who may import whom, which third party where, and how long a room may be. ARCHITECTURE.md is the plan this holds."""

from __future__ import annotations

import ast
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent / "workbench"

LEVELS = {
    "errors": 0,
    "units": 0,
    "clock": 0,
    "files": 0,
    "model": 1,
    "analysis": 2,
    "formats": 2,
    "patterns": 2,
    "engines": 3,
    "timing": 3,
    "advice": 3,
    "assets": 3,
    "recorder": 4,
    "render": 4,
    "study": 5,
    "widgets": 6,
    "face": 7,
    "agent": 8,
    "magics": 9,
    "cli": 9,
    "testing": 9,
}
FRONT_DOORS = {"workbench", "workbench.__main__"}
"""Modules above all rooms; nobody imports them but for `__version__`."""

PARTIES = {
    "numpy": {room for room, level in LEVELS.items() if level >= 1},
    "pandas": {"face"},
    "IPython": {"magics"},
    "ipykernel": {"magics"},
    "anywidget": {"widgets"},
    "ipywidgets": {"widgets"},
    "traitlets": {"widgets"},
    "jinja2": {"render"},
    "matplotlib": {"render"},
    "mistune": {"render"},
    "click": {"cli"},
    "psutil": {"engines"},
    "cloudpickle": {"timing"},
    "tqdm": {"face"},
    "pytest": {"testing"},
    "hypothesis": {"study"},
    "frontrun": {"study"},
    "mcp": {"agent"},
    "yaml": {"agent"},
    "line_profiler": {"engines"},
    "memory_profiler": {"engines"},
    "memray": {"engines"},
    "cProfile": {"engines"},
    "tracemalloc": {"engines", "study"},
}
"""Third parties, and the standard library's own profilers, by the rooms that may import them."""

NEWER = {"workbench.patterns.pep695_twins": (3, 12)}
"""Modules in syntax that the oldest Python of the house cannot read, and the first one that can: held by these tests there."""

MODULE_LINES, FUNCTION_LINES, USUAL_LINES = 400, 80, 35
INERT = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Assign,
    ast.AnnAssign,
    ast.Pass,
    *((ast.TypeAlias,) if sys.version_info >= (3, 12) else ()),
)


@dataclass(frozen=True, slots=True)
class Import:
    """One import: of the module or name `what`, on a line of module `by`; `typing` where only type checkers read it."""

    by: str
    what: str
    line: int
    typing: bool
    inner: bool


def modules() -> dict[str, ast.Module]:
    """Dotted name -> parsed source of every module of the package."""
    found = {}
    for path in sorted(ROOT.rglob("*.py")):
        parts = path.relative_to(ROOT.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        if sys.version_info >= NEWER.get(name, (3, 11)):
            found[name] = ast.parse(path.read_text("utf-8"))
    return found


TREES = modules()


def room(name: str) -> str:
    """The part of the house a module of the package lies in: `workbench.model.tables` -> `model`."""
    return name.split(".")[1] if "." in name else ""


def is_typing(node: ast.AST) -> bool:
    """Whether a statement is `if TYPE_CHECKING:`."""
    if not isinstance(node, ast.If):
        return False
    test = node.test
    return (isinstance(test, ast.Name) and test.id == "TYPE_CHECKING") or (
        isinstance(test, ast.Attribute) and test.attr == "TYPE_CHECKING"
    )


def imports(name: str, tree: ast.Module) -> Iterator[Import]:
    """Every import of a module, at its top and inside functions, also by `import_module("...")` with a literal name."""
    pending: list[tuple[ast.AST, bool, bool]] = [(tree, False, False)]
    while pending:
        node, typing, inner = pending.pop()
        for what in imported(name, node):
            yield Import(name, what, getattr(node, "lineno", 0), typing, inner)
        inside = inner or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        if is_typing(node):
            assert isinstance(node, ast.If)
            pending.extend((child, True, inside) for child in node.body)
            pending.extend((child, typing, inside) for child in node.orelse)
        else:
            pending.extend((child, typing, inside) for child in ast.iter_child_nodes(node))


def imported(name: str, node: ast.AST) -> list[str]:
    """The dotted names one node imports; of `from package import name`, the module where there is one, else the package."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if isinstance(node, ast.ImportFrom):
        base = node.module or ""
        if node.level:
            is_package = (ROOT.parent / Path(*name.split("."))).is_dir()
            parent = name.split(".")[: len(name.split(".")) - node.level + is_package]
            base = ".".join([*parent, base] if base else parent)
        whole = [f"{base}.{alias.name}" for alias in node.names]
        return [dotted if dotted in TREES or dotted == "workbench.__version__" else base for dotted in whole]
    if isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
        function = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if function in {"import_module", "__import__"} and isinstance(node.args[0].value, str):
            return [node.args[0].value]
    return []


IMPORTS = [one for name, tree in TREES.items() for one in imports(name, tree)]


def level_fault(one: Import) -> str | None:
    """What is wrong with an import between rooms, or None."""
    if one.what.split(".")[0] != "workbench" or one.by in FRONT_DOORS or one.what == "workbench.__version__":
        return None
    if one.what in FRONT_DOORS:
        return f"{one.by}:{one.line} imports the front door {one.what}"
    mine, other = room(one.by), room(one.what)
    if mine == other or LEVELS[other] < LEVELS[mine]:
        return None
    return f"{one.by}:{one.line} (L{LEVELS[mine]} {mine}) imports {one.what} (L{LEVELS[other]} {other})"


def party_fault(one: Import) -> str | None:
    """What is wrong with an import from outside the package, or None."""
    party = one.what.split(".")[0]
    if one.typing or party == "workbench" or (party in sys.stdlib_module_names and party not in PARTIES):
        return None
    if room(one.by) in PARTIES.get(party, set()):
        return None
    allowed = ", ".join(sorted(PARTIES.get(party, ()))) or "nowhere"
    return f"{one.by}:{one.line} imports {party}, which belongs in: {allowed}"


def cycles(edges: dict[str, set[str]]) -> list[list[str]]:
    """A path for each import circle met by a depth-first walk."""
    found: list[list[str]] = []
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> None:
        if name in path:
            found.append([*path[path.index(name) :], name])
        elif name not in done:
            for other in sorted(edges.get(name, ())):
                walk(other, [*path, name])
            done.add(name)

    for name in sorted(edges):
        walk(name, [])
    return found


def test_every_room_has_a_level() -> None:
    """No package or module of the house stands outside the plan."""
    assert {room(name) for name in TREES if name not in FRONT_DOORS} <= set(LEVELS)


@pytest.mark.parametrize(("name", "first"), NEWER.items())
def test_what_is_too_new_is_so_and_has_one_door(name: str, first: tuple[int, int]) -> None:
    """A module that this Python leaves out is there, cannot be read by the Python before its first, and is imported by one module only."""
    path = ROOT.parent / Path(*name.split(".")).with_suffix(".py")
    with pytest.raises(SyntaxError):
        ast.parse(path.read_text("utf-8"), feature_version=(first[0], first[1] - 1))
    assert {one.by for one in IMPORTS if one.what.startswith(name)} == {"workbench.patterns.pep695"}


def test_rooms_import_only_from_lower_levels() -> None:
    """A module imports only from its own package and lower levels; packages of one level do not import each other; types count too."""
    assert [fault for one in IMPORTS if (fault := level_fault(one))] == []


def test_third_parties_stay_in_their_rooms() -> None:
    """Each third party is imported only where ARCHITECTURE.md puts it, and none that is not on its list."""
    assert [fault for one in IMPORTS if (fault := party_fault(one))] == []


def test_no_import_circles() -> None:
    """No module imports itself by way of others when it is run."""
    edges: dict[str, set[str]] = {}
    for one in IMPORTS:
        if one.what in TREES and not one.typing and not one.inner:
            edges.setdefault(one.by, set()).add(one.what)
    assert cycles(edges) == []


def test_modules_are_short() -> None:
    """A module has fewer than 400 lines."""
    lengths = {
        path.relative_to(ROOT).as_posix(): len(path.read_text("utf-8").splitlines()) for path in ROOT.rglob("*.py")
    }
    assert {name: length for name, length in lengths.items() if length >= MODULE_LINES} == {}


def test_functions_are_short() -> None:
    """No function has more than 80 lines, and nine in ten have fewer than 35."""
    lengths = {
        f"{name}.{node.name}": (node.end_lineno or node.lineno) - node.lineno + 1
        for name, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert {name: length for name, length in lengths.items() if length > FUNCTION_LINES} == {}
    usual = sum(length < USUAL_LINES for length in lengths.values())
    assert usual >= 0.9 * len(lengths)


@pytest.mark.parametrize("name", TREES)
def test_nothing_is_done_on_import(name: str) -> None:
    """A module's top level only imports, defines and assigns; what else there is hides behind TYPE_CHECKING or `__main__`."""
    doing = [
        f"line {node.lineno}: {ast.unparse(node)[:80]}"
        for node in TREES[name].body
        if not isinstance(node, INERT)
        and not (isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant))
        and not (
            isinstance(node, ast.If)
            and (is_typing(node) or "sys." in ast.unparse(node.test) or "__main__" in ast.unparse(node.test))
        )
    ]
    assert doing == [] or name == "workbench.__main__"


@pytest.mark.parametrize(
    ("by", "source", "fault"),
    [
        ("workbench.model.x", "from workbench.analysis import tree", "L2 analysis"),
        ("workbench.model.x", "def f():\n    import workbench.cli", "L9 cli"),
        ("workbench.analysis.x", "from workbench.formats import y", "L2 formats"),
        ("workbench.analysis.x", "if TYPE_CHECKING:\n    from workbench.formats import y", "L2 formats"),
        ("workbench.units", "from workbench.errors import near", "L0 errors"),
        ("workbench.model.x", "from importlib import import_module\nimport_module('workbench.face.api')", "L7 face"),
        ("workbench.model.x", "from workbench import last", "front door"),
        ("workbench.model.x", "from ..analysis import tree", "L2 analysis"),
        ("workbench.model.x", "import pandas", "belongs in: face"),
        ("workbench.units", "def f():\n    import numpy", "belongs in"),
        ("workbench.render.x", "from requests import get", "belongs in: nowhere"),
    ],
)
def test_the_watchman_sees(by: str, source: str, fault: str) -> None:
    """Each way of importing what one may not is seen: at the top, in a function, for types only, relative, by name."""
    found = [level_fault(one) or party_fault(one) for one in imports(by, ast.parse(source))]
    assert any(fault in (sentence or "") for sentence in found)


def test_the_watchman_sees_circles() -> None:
    """A circle of imports is found wherever it begins."""
    assert cycles({"a": {"b"}, "b": {"c"}, "c": {"b"}}) == [["b", "c", "b"]]
