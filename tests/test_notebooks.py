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


@pytest.mark.kernel
@named
def test_notebook_runs(path: Path, tmp_path: Path) -> None:
    """Every cell runs without an error, and each `%%profile` leaves its view as text/plain and text/html."""
    notebook = runner().executed(path, tmp_path)
    errors = [output for cell in code_cells(notebook) for output in cell.outputs if output.output_type == "error"]
    assert errors == []
    assert check_views(notebook) > 0
    if path.stem.startswith("01_"):
        check_first_notebook(notebook)


@named
def test_stored_notebook_is_whole(path: Path) -> None:
    """A reader who does not run it sees every answer: all cells are stored run in order, with their views, without an error."""
    notebook = stored(path)
    cells = code_cells(notebook)
    assert [cell.execution_count for cell in cells] == list(range(1, len(cells) + 1))
    assert [output for cell in cells for output in cell.outputs if output.output_type == "error"] == []
    assert check_views(notebook) > 0
    if path.stem.startswith("01_"):
        check_first_notebook(notebook)


@named
def test_stored_notebook_says_nothing_of_the_machine(path: Path) -> None:
    """No path of the machine it ran on is in a stored output or in the metadata."""
    notebook = stored(path)
    for cell in code_cells(notebook):
        said = json.dumps(cell.outputs, ensure_ascii=False)
        found = [said[max(0, hit.start() - 40) : hit.end() + 40] for hit in OF_THIS_MACHINE.finditer(said)]
        assert found == [], cell.source
    assert OF_THIS_MACHINE.search(json.dumps(notebook.metadata)) is None


@named
def test_notebook_says_its_question_first(path: Path) -> None:
    """At its head a notebook says which question it answers and how long that takes."""
    head = stored(path).cells[0]
    assert head.cell_type == "markdown"
    assert head.source.startswith("# ")
    assert "question" in head.source.lower()
    assert "minutes" in head.source
