"""The pages for people say what is there: links lead somewhere, tables name what the code has."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import workbench
from workbench.engines.table import ENGINES
from workbench.magics.compare_words import READ
from workbench.magics.words import OPTIONS

if TYPE_CHECKING:
    from workbench.model.recording import Recording

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = (
    "README.md",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "ARCHITECTURE.md",
    "data/README.md",
    "workbench/engines/README.md",
)


def section(title: str) -> str:
    """The text of one section of the README."""
    return README.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


@pytest.mark.parametrize("page", PAGES)
def test_links_lead_somewhere(page: str) -> None:
    """Every relative link and picture of a page is a file or folder of the repository."""
    path = ROOT / page
    links = re.findall(r"\]\(([^)#\s]+)\)", path.read_text(encoding="utf-8"))
    assert [link for link in links if "://" not in link and not (path.parent / link).exists()] == []


def test_engines_are_all_there() -> None:
    """The README's table of engines has one row for each engine, and no other."""
    assert re.findall(r"^\| `(\w+)`", section("Engines"), re.MULTILINE) == list(ENGINES)


def test_options_are_the_magics_own() -> None:
    """Every option that the notebook's section names is one of the magics'."""
    named = set(re.findall(r"--[a-z]+", section("In a notebook")))
    assert named <= set(OPTIONS) | set(READ)
    assert len(named) >= 5


def test_tables_have_the_columns_they_are_said_to_have(small: Recording) -> None:
    """The columns in the README are the columns of the DataFrames, in their order."""
    profile = workbench.Profile(small)
    said = dict(
        re.findall(r"^\| `rec\.(\w+)\(\)` \| ([a-z_, ]+?)(?:, \w+ of both)? \|$", section("In Python"), re.MULTILINE)
    )
    assert set(said) == {"functions", "lines", "calls", "timeline"}
    for name, columns in said.items():
        assert columns.split(", ") == list(getattr(profile, name)().columns)


def test_names_of_the_api_exist(small: Recording) -> None:
    """Every `rec.name` and `workbench.name` in the README is a name of a recording or of the package."""
    profile = workbench.Profile(small)
    text = section("In Python")
    assert [name for name in re.findall(r"rec\.(\w+)", text) if not hasattr(profile, name)] == []
    assert [name for name in re.findall(r"workbench\.(\w+)\(", text) if not hasattr(workbench, name)] == []


def test_goals_of_make_exist() -> None:
    """Every `make goal` that a page names is a goal of the Makefile."""
    goals = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    for page in PAGES:
        text = (ROOT / page).read_text(encoding="utf-8")
        named = re.findall(r"(?:^    |`)make ((?:[a-z]+ ?)+)", text, re.MULTILINE)
        assert {goal for words in named for goal in words.split()} <= goals, page


def test_changelog_has_this_version() -> None:
    """The changelog speaks of the version that this is."""
    assert f"## [{workbench.__version__}]" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
