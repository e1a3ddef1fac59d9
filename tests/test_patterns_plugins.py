"""Plug-ins by decorator, entry point and folder: what is had, what is told of, and what is left behind in the process."""

from __future__ import annotations

import importlib
import os
import subprocess
import sys
from typing import TYPE_CHECKING, Any, TypeGuard

import pytest
from typed_snippets import ROOT, lines_refused

from workbench.errors import TargetNotFoundError, UsageError
from workbench.patterns.plugins import Plugin, PluginRegistry, Problem, UnknownPluginError, is_plugin

if TYPE_CHECKING:
    from pathlib import Path

GOOD = "class Made:\n    name = {name!r}\n    where = __file__\n    module = __name__\nplugin = Made()\n"
BROKEN = {
    "a_syntax.py": ("def f(:\n    pass\n", "SyntaxError: "),
    "b_import.py": ("import not_there_at_all\n", "ModuleNotFoundError: No module named 'not_there_at_all'"),
    "c_missing.py": ("plugins = 3\n", "the file has no name `plugin`. Say at its end: plugin = ..."),
    "d_raises.py": ("1 / 0\n", "ZeroDivisionError: division by zero"),
    "e_exits.py": ("raise SystemExit(3)\n", "SystemExit: 3"),
    "f_nameless.py": ("plugin = 3\n", "offers 3, which has no `name` that is a text and not empty"),
    "g_empty.py": ("class plugin:\n    name = ''\n", "which has no `name`"),
    "h_bad_name.py": (
        "class Odd:\n    @property\n    def name(self):\n        raise OSError('gone')\nplugin = Odd()\n",
        "cannot be asked for its name (OSError: gone)",
    ),
    "i_taken.py": (GOOD.format(name="csv"), "offers 'csv', a name taken by "),
    "j_bytes.py": ("# coding: nonsense\n", "SyntaxError: "),
}


class Csv:
    name = "csv"


class Html:
    name = "html"


@pytest.fixture
def registry() -> PluginRegistry[Plugin]:
    return PluginRegistry(is_plugin)


def written(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, "utf-8")
    return folder


def test_by_decorator(registry: PluginRegistry[Plugin]) -> None:
    """A class or an object is given back as it is, and had by its name; names are sorted, and it is a mapping."""
    assert registry.register(Html) is Html
    made = registry.register(Csv())
    assert (registry.names, list(registry), len(registry)) == (("csv", "html"), ["csv", "html"], 2)
    assert (registry["csv"], registry.get("html"), registry.get("x"), "csv" in registry) == (made, Html, None, True)
    assert registry.problems == ()


def test_the_first_of_a_name_stays(registry: PluginRegistry[Plugin]) -> None:
    """A second plug-in of a name is a problem with its file and the first one's, the same one again is none."""
    registry.register(Csv)
    registry.register(Csv)
    assert registry.problems == ()
    other = type("Other", (), {"name": "csv"})
    registry.register(other)
    assert registry["csv"] is Csv
    [problem] = registry.problems
    assert problem.where.startswith("Other in ")
    assert problem.reason == f"offers 'csv', a name taken by Csv in {__file__}, which stays"


def test_an_unknown_name_has_near_ones(registry: PluginRegistry[Plugin], tmp_path: Path) -> None:
    """A look-up of what is not there is a KeyError that says near names, and what could not be loaded."""
    with pytest.raises(UnknownPluginError, match=r"^No plug-in is called 'cvs': none is registered$"):
        registry["cvs"]
    registry.register(Csv)
    with pytest.raises(KeyError, match=r"^No plug-in is called 'cvs': did you mean 'csv'\?$") as caught:
        registry["cvs"]
    assert isinstance(caught.value, UsageError)
    registry.load_directory(written(tmp_path / "x", {"lost.py": "import not_there_at_all"}))
    with pytest.raises(KeyError, match=r"\(1 could not be loaded: .*lost\.py: ModuleNotFoundError: No module named"):
        registry["lost"]


def test_broken_files_are_told_of_and_stop_no_other(registry: PluginRegistry[Plugin], tmp_path: Path) -> None:
    """Each way a file can be broken is a problem with its path and reason, in the order of the files; good ones are had."""
    files = {name: text for name, (text, _) in BROKEN.items()}
    files |= {"a_good.py": GOOD.format(name="csv"), "z_good.py": GOOD.format(name="html"), "_private.py": "1 / 0"}
    folder = written(tmp_path / "plugins", files)
    (folder / "notes.txt").write_text("1 / 0")
    registry.load_directory(folder)
    assert registry.names == ("csv", "html")
    assert [problem.where for problem in registry.problems] == [str(folder / name) for name in sorted(BROKEN)]
    for problem, (_, reason) in zip(registry.problems, BROKEN.values(), strict=True):
        assert reason in problem.reason
        assert str(problem) == f"{problem.where}: {problem.reason}"
    assert str(folder / "a_good.py") in registry.problems[8].reason


def test_two_folders_with_files_of_one_name(registry: PluginRegistry[Plugin], tmp_path: Path) -> None:
    """Files of the same name in two folders are two modules, and neither is the installed module of that name."""
    for name in ("one", "two"):
        registry.load_directory(written(tmp_path / name, {"json.py": GOOD.format(name=name)}))
    one, two = (registry[name] for name in ("one", "two"))
    assert [one.where, two.where] == [str(tmp_path / name / "json.py") for name in ("one", "two")]  # type: ignore[attr-defined]
    assert one.module != two.module  # type: ignore[attr-defined]
    assert hasattr(importlib.import_module("json"), "dumps")


def test_nothing_is_left_behind(
    registry: PluginRegistry[Plugin], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After loading, good and broken files, `sys.modules` and `sys.path` are as before and no bytecode lies in the folder."""
    text = (
        "from __future__ import annotations\nimport sys\nfrom dataclasses import dataclass\n@dataclass\nclass Made:\n"
        "    name: str\n    there: bool = __name__ in sys.modules\nplugin = Made('made')\n"
    )
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    folder = written(tmp_path / "plugins", {"good.py": text, "bad.py": "1 / 0"})
    before = (dict(sys.modules), list(sys.path))
    registry.load_directory(folder)
    assert (dict(sys.modules), list(sys.path)) == before
    assert sorted(path.name for path in folder.iterdir()) == ["bad.py", "good.py"]
    assert registry["made"].there  # type: ignore[attr-defined]


def test_a_changed_file_is_read_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that changed within the same second and size is what it is now: no old bytecode is trusted."""
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    folder = written(tmp_path / "plugins", {"made.py": GOOD.format(name="old")})
    stamp = (folder / "made.py").stat()
    names = []
    for name in ("old", "new"):
        written(folder, {"made.py": GOOD.format(name=name)})
        os.utime(folder / "made.py", ns=(stamp.st_atime_ns, stamp.st_mtime_ns))
        fresh = PluginRegistry(is_plugin)
        fresh.load_directory(folder)
        names += fresh.names
    assert names == ["old", "new"]


def test_the_makers_flags_are_not_inherited(registry: PluginRegistry[Plugin], tmp_path: Path) -> None:
    """A file is compiled as it says itself: annotations are evaluated where it does not postpone them."""
    text = "def name_it(x: int): ...\nclass Made:\n    name = 'made'\n    seen = name_it.__annotations__['x']\nplugin = Made\n"
    registry.load_directory(written(tmp_path / "plugins", {"made.py": text}))
    assert registry["made"].seen is int  # type: ignore[attr-defined]


def test_a_folder_that_is_not_there(registry: PluginRegistry[Plugin], tmp_path: Path) -> None:
    """A folder that does not exist is the caller's mistake, an error that names it."""
    with pytest.raises(
        TargetNotFoundError, match=r"No plug-ins can be loaded from '.*gone' \(No such file or directory\)\. Name"
    ):
        registry.load_directory(tmp_path / "gone")


def test_an_interrupt_is_not_taken_for_a_broken_plugin(registry: PluginRegistry[Plugin], tmp_path: Path) -> None:
    """KeyboardInterrupt while a file runs passes through, and the module is taken out of `sys.modules` all the same."""
    before = dict(sys.modules)
    with pytest.raises(KeyboardInterrupt):
        registry.load_directory(written(tmp_path / "plugins", {"a.py": "raise KeyboardInterrupt"}))
    assert dict(sys.modules) == before


class Exporter:
    def __init__(self, name: str) -> None:
        self.name = name

    def export(self) -> str:
        return self.name


def is_exporter(value: object) -> TypeGuard[Exporter]:
    return callable(getattr(value, "export", None))


def test_a_registry_of_one_kind(tmp_path: Path) -> None:
    """What has a name but is not of the registry's kind is a problem that says who asked."""
    registry = PluginRegistry(is_exporter)
    registry.register(Exporter("csv"))
    registry.load_directory(written(tmp_path / "plugins", {"other.py": GOOD.format(name="other")}))
    assert registry["csv"].export() == "csv"
    where = str(tmp_path / "plugins" / "other.py")
    assert registry.problems == (Problem(where, "offers 'other', which is not of the kind that is_exporter asks for"),)


def test_by_entry_point(registry: PluginRegistry[Plugin], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package's offers of the group are had; those that cannot be imported or name nothing are problems with the package."""
    made = tmp_path / "offering-1.0.dist-info"
    made.mkdir()
    (made / "METADATA").write_text("Metadata-Version: 2.1\nName: offering\nVersion: 1.0\n")
    (made / "entry_points.txt").write_text(
        "[made.up]\na = offering_module:plugin\nb = offering_module:missing\nc = offering_gone:plugin\n"
        "[other]\nd = offering_module:other\n"
    )
    (tmp_path / "offering_module.py").write_text(GOOD.format(name="csv") + "other = Made()\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "offering_module", raising=False)
    registry.load_entry_points("made.up")
    registry.load_entry_points("nobody's")
    monkeypatch.delitem(sys.modules, "offering_module")
    assert registry.names == ("csv",)
    assert [problem.where for problem in registry.problems] == [
        "entry point 'b' = 'offering_module:missing' of offering",
        "entry point 'c' = 'offering_gone:plugin' of offering",
    ]
    assert "AttributeError: module 'offering_module' has no attribute 'missing'" in registry.problems[0].reason
    assert "ModuleNotFoundError: No module named 'offering_gone'" in registry.problems[1].reason


def test_importing_it_loads_nothing() -> None:
    """The module can be imported without a plug-in being looked for or a folder being read."""
    code = "import workbench.patterns.plugins as p; print(sorted(p.PluginRegistry(p.is_plugin)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


SNIPPET = """
from typing import ClassVar, assert_type
from workbench.patterns.plugins import Plugin, PluginRegistry, is_plugin

registry: PluginRegistry[Plugin] = PluginRegistry(is_plugin)

@registry.register
class Csv:
    name: ClassVar[str] = "csv"
    def export(self) -> str:
        return ""

class Xml:
    name = "xml"
    def export(self) -> int:
        return 0

class Nameless: ...

class Numbered:
    name = 3

def use() -> str:
    plugin = registry["csv"]
    assert_type(plugin, Plugin)
    assert_type(registry.register(Xml()), Xml)
    names: tuple[str, ...] = registry.names
    for one in registry.values():
        names += (one.name,)
    registry.register(Nameless())  # refused
    registry.register(Numbered())  # refused
    registry[3]  # refused
    plugin.export()  # refused
    return Csv().export() * registry.register(Xml()).export()
"""


def test_types(tmp_path: Path) -> None:
    """mypy --strict keeps the type of what is registered, and refuses what has no name or one that is no text."""
    refused, marked = lines_refused(tmp_path, SNIPPET)
    assert refused == marked


def test_the_protocol_is_asked_at_run_time() -> None:
    """What `is_plugin` takes is a Plugin for isinstance too, and a name that is a property of the class is none of the class's."""
    some: Any = Csv()
    assert is_plugin(some)
    assert isinstance(some, Plugin)
    assert not is_plugin(type("P", (), {"name": property(lambda self: "a")}))
