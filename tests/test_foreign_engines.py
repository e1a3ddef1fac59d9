"""Engines of other packages: the guide's example is installed, found, used, shown; and what goes wrong is told."""

from __future__ import annotations

import gc
import importlib
import importlib.util
import json
import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from guest import unchanged

import workbench
from workbench.engines import foreign, table
from workbench.engines.base import Options
from workbench.errors import EngineUnavailableError, UnknownEngineError
from workbench.formats import native
from workbench.formats.detect import read
from workbench.magics.complete import completer
from workbench.magics.words import parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Install = Callable[..., None]

GUIDE = Path(foreign.__file__).with_name("README.md").read_text(encoding="utf-8")
MODULE, PROJECT = (
    re.findall(rf"^```{language}\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)[0] for language in ("python", "toml")
)
SCRIPT = """\
import gc
gc.disable()

def tidy():
    for _ in range(3):
        gc.collect()

tidy()
print("done")
"""


def write_distribution(place: Path, package: str, module: str, text: str, entry: str) -> None:
    """An installed distribution, as a package manager leaves it: a module, and a folder of facts beside it."""
    (place / f"{module}.py").write_text(text)
    facts = place / f"{package.replace('-', '_')}-0.1.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 0.1\n")
    (facts / "entry_points.txt").write_text(f"[workbench.engines]\n{entry}\n")


def by_hand(place: Path) -> None:
    """The guide's package, put into `place` file by file."""
    entry = PROJECT.partition('"workbench.engines"]\n')[2].strip().replace('"', "")
    write_distribution(place, "workbench-gc", "workbench_gc", MODULE, entry)


def by_pip(place: Path) -> None:
    """The guide's package, built and installed into `place` by pip, without a network."""
    for tool in ("hatchling", "pip"):
        if importlib.util.find_spec(tool) is None:
            pytest.skip(f"{tool} is not installed")
    project = place.with_name("project")
    project.mkdir()
    (project / "pyproject.toml").write_text(PROJECT)
    (project / "workbench_gc.py").write_text(MODULE)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    offline = ["--no-deps", "--no-build-isolation", "--no-index", "--target", str(place), str(project)]
    subprocess.run([*pip, *offline], check=True, capture_output=True)


def run(place: Path, *words: str, code: int = 0) -> subprocess.CompletedProcess[str]:
    """`python -m workbench ...` beside `place`, where the packages in `place` are installed."""
    path = os.pathsep.join([str(place), *filter(None, [os.environ.get("PYTHONPATH")])])
    done = subprocess.run(
        [sys.executable, "-m", "workbench", *words],
        cwd=place.parent,
        env=os.environ | {"PYTHONPATH": path, "COLUMNS": "300"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Puts distributions where this process and `run(tmp_path / "site", ...)` find them."""
    place = tmp_path / "site"
    place.mkdir()
    monkeypatch.syspath_prepend(place)

    def put(package: str, module: str, text: str, entry: str) -> None:
        write_distribution(place, package, module, text, entry)
        importlib.invalidate_caches()
        put_in.add(module)

    put_in: set[str] = set()
    yield put
    for module in put_in & set(sys.modules):
        del sys.modules[module]


@pytest.fixture
def example(install: Install) -> None:
    """The guide's package, installed."""
    install("workbench-gc", "workbench_gc", MODULE, "gc = workbench_gc:GcEngine")


@pytest.mark.parametrize("way", [by_hand, by_pip])
def test_an_installed_engine_is_used_and_shown(way: Callable[[Path], None], tmp_path: Path) -> None:
    """The guide's engine, once installed, records a script: the file reads back equal, and text, JSON and HTML show what it found."""
    place = tmp_path / "site"
    place.mkdir()
    way(place)
    (tmp_path / "script.py").write_text(SCRIPT)
    done = run(place, "profile", "gc", "-o", "run.wbp", "--report", "run.html", "--json=run.json", "script.py")
    assert done.stdout == "done\n"
    assert "engine gc (gc.callbacks)" in done.stderr
    assert "tidy" in done.stderr
    found = read(tmp_path / "run.wbp")
    assert (found.engine, found.mechanism) == ("gc", "gc.callbacks")
    leaves = found.stacks.frame[found.samples.stack].tolist()
    assert [found.frame_name(frame) for frame in leaves].count("tidy") == 3
    assert {line for stack, line in enumerate(found.stacks.line) if stack in found.samples.stack} >= {6}
    assert native.loads(native.dumps(found)) == found
    facts = json.loads((tmp_path / "run.json").read_text())
    assert facts["engine"] == "gc"
    assert "tidy" in {one["function"] for one in facts["functions"]}
    page = (tmp_path / "run.html").read_text()
    assert "gc.callbacks" in page
    assert "tidy" in page


def test_the_guides_links_lead_somewhere() -> None:
    """Every file that the guide names is there."""
    links = re.findall(r"\]\(([^)#\s]+)\)", GUIDE)
    assert len(links) >= 5
    assert [link for link in links if not (Path(foreign.__file__).parent / link).exists()] == []


def test_the_example_is_as_short_as_it_is_said_to_be() -> None:
    """An engine takes forty lines."""
    assert len(MODULE.splitlines()) <= 40


@pytest.mark.usefixtures("example")
def test_an_installed_engine_works_in_python() -> None:
    """`workbench.profile("gc")` takes the foreign engine, finds the line that collects, and leaves nothing behind."""
    assert table.row("gc").measures == "where the garbage collector runs, and for how long"
    gc.disable()
    try:
        with unchanged(), workbench.profile("gc") as rec:
            gc.collect()
    finally:
        gc.enable()
    assert "gc.collect()" in set(rec.lines()["source"].str.strip())
    assert (rec.functions()["native"] > 0).all()


@pytest.mark.usefixtures("example")
def test_it_is_listed_everywhere(tmp_path: Path) -> None:
    """Names, help, completion, and the hints for slips know a foreign engine as they know our own."""
    assert table.engine_names() == [*table.ENGINES, "gc"]
    assert list(table.all_engines()) == [*table.ENGINES, "gc"]
    assert parse("gc --quiet", cell=True).engine == "gc"
    event = SimpleNamespace(symbol="g", text_until_cursor="%%profile g", line="%%profile g")
    assert completer(SimpleNamespace(user_ns={}), event) == ["gc"]
    with pytest.raises(UnknownEngineError, match="did you mean 'gc'"):
        table.row("gcc")
    assert "where the garbage collector runs" in run(tmp_path / "site", "profile", "--help").stdout
    assert "'gc'" in run(tmp_path / "site", "profile", "gcc", "-m", "this", code=2).stderr


def test_nothing_is_looked_up_for_our_own() -> None:
    """Our own engines are found without a look at what is installed, and so is a script's name told from an engine's."""
    code = "import sys; from workbench.engines import table; table.row('cpu'); assert not table.is_engine('gc.py')"
    code += "; print('workbench.engines.foreign' in sys.modules, 'importlib.metadata' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False False\n"


def test_our_names_cannot_be_taken(install: Install) -> None:
    """A package that offers an engine under one of our names is not asked."""
    install("taker", "taker", "raise SystemExit('run')", "cpu = taker:Engine")
    assert table.row("cpu").module == "workbench.engines.cpu"
    assert table.all_engines()["cpu"] is table.ENGINES["cpu"]
    assert table.engine_names() == list(table.ENGINES)


@pytest.mark.parametrize(
    ("text", "entry", "reason"),
    [
        ("import nosuchmodule", "odd = odd_one:Engine", "ModuleNotFoundError: No module named 'nosuchmodule'"),
        ("raise ValueError('no')", "odd = odd_one:Engine", "ValueError: no"),
        ("", "odd = odd_one:Engine", "AttributeError"),
        ("", "odd = odd_one", "has to be a class with the text `measures`"),
        ("class Engine: pass", "odd = odd_one:Engine", "has to be a class with the text `measures`"),
        ("class Engine: measures = 1", "odd = odd_one:Engine", "has to be a class with the text `measures`"),
        ("class Made: measures = ''\nEngine = Made()", "odd = odd_one:Engine", "has to be a class"),
    ],
)
def test_one_that_cannot_be_loaded_is_told(
    text: str, entry: str, reason: str, install: Install, tmp_path: Path
) -> None:
    """An engine that fails is refused in a sentence with its package and the reason, before anything runs; lists show that in its place."""
    install("odd-package", "odd_one", text, entry)
    for ask in (lambda: table.row("odd"), lambda: table.load("odd", Options()), lambda: workbench.profile("odd")):
        with pytest.raises(EngineUnavailableError, match=re.escape(reason)) as told:
            ask()
        assert "'odd-package 0.1'" in str(told.value)
    assert reason in table.all_engines()["odd"].measures
    assert list(table.all_engines()) == [*table.ENGINES, "odd"]
    (tmp_path / "script.py").write_text("print('ran')")
    done = run(tmp_path / "site", "profile", "odd", "script.py", code=2)
    assert done.stdout == ""
    assert "'odd-package 0.1'" in done.stderr
    assert "Traceback" not in done.stderr


def test_two_of_one_name_are_told(install: Install) -> None:
    """Where two packages offer one name neither is taken, and both are named."""
    for package in ("one", "two"):
        install(package, f"engine_{package}", "class Engine: measures = 'x'", f"same = engine_{package}:Engine")
    with pytest.raises(EngineUnavailableError, match=re.escape("by 'one 0.1' and 'two 0.1'")):
        table.row("same")
    assert "offered more than once" in table.all_engines()["same"].measures


def test_a_package_installed_meanwhile_is_found(install: Install) -> None:
    """What is installed while the process runs is found without a restart."""
    with pytest.raises(UnknownEngineError):
        table.row("late")
    install("late", "late_one", "class Engine: measures = 'late'; repeats = True", "late = late_one:Engine")
    assert (table.row("late").measures, table.row("late").repeats) == ("late", True)


def test_attributes_are_the_rows(install: Install) -> None:
    """What the class says of itself is in its row: backends are checked as those of our own engines are."""
    text = "class Engine:\n    measures = 'x'\n    backends = ('fast', 'exact')\n    def __init__(self, options): self.o = options\n"
    install("choosy", "choosy_one", text, "choosy = choosy_one:Engine")
    made: Any = table.load("choosy", Options(backend="exact"))
    assert made.o.backend == "exact"
    with pytest.raises(workbench.errors.UnknownOptionError, match="'fast'"):
        table.load("choosy", Options(backend="fist"))
