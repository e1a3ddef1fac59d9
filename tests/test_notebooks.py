"""The notebooks run from top to bottom in a real kernel, and what they store is whole and says nothing of the machine."""

from __future__ import annotations

import importlib.util
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
OF_THIS_MACHINE = re.compile(r"/(?:tmp|work|root|home|Users|var|private)/|ipykernel_\d|\\\\Temp\\\\|C:\\\\")

named = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def runner() -> ModuleType:
    """notebooks/run_all.py as a module."""
    spec = importlib.util.spec_from_file_location("run_all", ROOT / "notebooks" / "run_all.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def stored(path: Path) -> Any:
    """A notebook as it is stored. What reads it takes seconds to import: here, and not wherever tests are collected."""
    import nbformat

    notebook = nbformat.read(path, as_version=4)
    nbformat.validate(notebook)
    return notebook


def code_cells(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def check_views(notebook: Any) -> int:
    """Every cell that is profiled shows one view as text and as HTML, each under 300 kB; returns how many there are."""
    profiled = [cell for cell in code_cells(notebook) if re.match(r"%%?profile\b", cell.source)]
    for cell in profiled:
        views = [
            output["data"]
            for output in cell.outputs
            if output.output_type in {"display_data", "execute_result"} and "text/html" in output["data"]
        ]
        assert len(views) == 1, cell.source
        assert "measured" in views[0]["text/plain"], cell.source
        assert "<table" in views[0]["text/html"], cell.source
        assert len(json.dumps(cell.outputs)) < 300_000, cell.source
    return len(profiled)


def check_first_notebook(notebook: Any) -> None:
    """What the first notebook tells its reader to see is there to be seen."""
    first, second, *_ = [cell for cell in code_cells(notebook) if cell.source.startswith("%%profile")]
    before, after = (
        next(output["data"]["text/plain"] for output in cell.outputs if output.output_type == "display_data")
        for cell in (first, second)
    )
    assert "part_key" in before
    assert "log.debug(" in after
    assert next(output["data"]["text/plain"] for output in second.outputs if "data" in output) == "True"
    printed = "".join(output.get("text", "") for cell in code_cells(notebook) for output in cell.outputs)
    took, takes = re.search(r"satisfies +([\d.]+) s before +([\d.]+) s after", printed).groups()
    assert float(takes) < float(took) / 4


def shown(cell: Any) -> str:
    """What a cell shows as text, all of it."""
    return "\n".join(output.get("text") or output.get("data", {}).get("text/plain", "") for output in cell.outputs)


def unpacked(cell: Any) -> list[str]:
    """The scripts that a cell's outputs hold packed, as text."""
    from workbench.render.live import unpacked

    pages = (output.get("data", {}).get("text/html", "") for output in cell.outputs)
    return [script for page in pages for script in unpacked(page)]


def cell_of(notebook: Any, name: str) -> Any:
    (found,) = [cell for cell in notebook.cells if cell.id == name]
    return found


def check_start(notebook: Any) -> None:
    """The first steps: a profile with its picture, the hottest line in a sentence, advice, and what an agent is given."""
    assert "image/png" in cell_of(notebook, "picture").outputs[-1]["data"]
    assert re.search(r"hottest line, \d+% \(±\d+ points\)", shown(cell_of(notebook, "sentence")))
    assert "advice on In [2]" in shown(cell_of(notebook, "advise"))
    assert "# The study at hand" in shown(cell_of(notebook, "specialist"))


def check_patterns(notebook: Any) -> None:
    """Every pattern has its price and every structure and rule its row; the rewrite that was advised went through the checklist."""
    from workbench.advice.table import RULES
    from workbench.patterns.structures import PAIRS

    prices = shown(cell_of(notebook, "prices"))
    priced = ("gather_with_concurrency", "retry_async", "run_with_graceful_shutdown", "managed_connection")
    assert [name for name in (*priced, "validate_args", "Validated", "PluginRegistry") if name not in prices] == []
    assert [pair.name for pair in PAIRS if pair.name not in shown(cell_of(notebook, "structures"))] == []
    rules = shown(cell_of(notebook, "rules"))
    assert [name for name in RULES if name.replace("_", "-") not in rules] == []
    assert "tidied up" in shown(cell_of(notebook, "stop"))
    assert "list-membership" in shown(cell_of(notebook, "advise"))
    assert "known_sizes = set(sizes)" in shown(cell_of(notebook, "diff"))


def check_sharing(notebook: Any) -> None:
    """The change is named first in the diff, the figure is there, and the page gives both recordings back."""
    cells = {cell.source.partition("\n")[0]: cell for cell in code_cells(notebook)}
    assert "part_key" in shown(cells["workbench.diff(before, after)"]).partition("Lines by change")[0]
    assert "image/png" in cells["import matplotlib.pyplot as plt"].outputs[-1]["data"]
    assert re.search(
        r"change\.html +In \[2\].*\nchange\.html#2 +In \[5\]",
        shown(cells['for name in ("change.html", "change.html#2"):']),
    )


CHECKS = {"00": check_start, "01": check_first_notebook, "05": check_patterns, "06": check_sharing}


@pytest.mark.kernel
@pytest.mark.timeout(900)
@named
def test_notebook_runs(path: Path, tmp_path: Path) -> None:
    """Every cell runs without an error, and each `%%profile` leaves its view as text/plain and text/html."""
    notebook = runner().executed(path, tmp_path)
    errors = [output for cell in code_cells(notebook) for output in cell.outputs if output.output_type == "error"]
    assert errors == []
    assert check_views(notebook) > 0
    CHECKS.get(path.stem[:2], lambda _: None)(notebook)


@named
def test_stored_notebook_is_whole(path: Path) -> None:
    """A reader who does not run it sees every answer: all cells are stored run in order, with their views, without an error."""
    notebook = stored(path)
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert [output for cell in cells for output in cell.outputs if output.output_type == "error"] == []
    assert check_views(notebook) > 0
    CHECKS.get(path.stem[:2], lambda _: None)(notebook)


@named
def test_stored_notebook_says_nothing_of_the_machine(path: Path) -> None:
    """No path of the machine it ran on is in a stored output or in the metadata."""
    notebook = stored(path)
    for cell in code_cells(notebook):
        said = json.dumps(cell.outputs, ensure_ascii=False) + "".join(unpacked(cell))
        found = [said[max(0, hit.start() - 40) : hit.end() + 40] for hit in OF_THIS_MACHINE.finditer(said)]
        assert found == [], cell.source
    assert OF_THIS_MACHINE.search(json.dumps(notebook.metadata)) is None


@named
def test_notebook_says_its_question_first(path: Path) -> None:
    """At its head a notebook says which question it answers, that its data is real, and how long it takes to run and to read."""
    notebook = stored(path)
    head = notebook.cells[0]
    assert head.cell_type == "markdown"
    assert head.source.startswith("# ")
    assert "**The data** is real" in head.source
    question, run, read = runner().first_words(notebook)
    assert "?" in question
    assert re.fullmatch(r"About \d+( and a half)? (seconds|minutes)", run)
    assert "minutes to read" in read


def test_the_map_is_of_all_notebooks() -> None:
    """The table of the first notebook has each notebook with the question and the time that its own head says."""
    rows = cell_of(stored(NOTEBOOKS[0]), "map").source.splitlines()[2:]
    assert len(rows) == len(NOTEBOOKS)
    for row, path in zip(rows, NOTEBOOKS, strict=True):
        question, run, read = runner().first_words(stored(path))
        assert f"]({path.name}) | {question} | {run}; {read.removesuffix(' to read.')} |" in row


def test_times_in_words() -> None:
    """Times to run are told upwards, in tens of seconds and then in half minutes."""
    words = runner().in_words
    assert [words(seconds) for seconds in (0.5, 10, 31, 90)] == [f"about {tens} seconds" for tens in (10, 10, 40, 90)]
    assert [words(seconds) for seconds in (91, 120, 121)] == [
        "about 2 minutes",
        "about 2 minutes",
        "about 2 and a half minutes",
    ]


@named
def test_links_of_a_notebook_lead_somewhere(path: Path) -> None:
    """Every relative link of a markdown cell is a file or folder of the repository."""
    text = "\n".join(cell.source for cell in stored(path).cells if cell.cell_type == "markdown")
    links = re.findall(r"\]\(([^)#\s]+)\)", text)
    assert [link for link in links if "://" not in link and not (path.parent / link).exists()] == []
