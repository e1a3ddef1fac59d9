"""The real data and the program that reads it: what `make demo` shows is right, and it ends with a report."""

from __future__ import annotations

import hashlib
import importlib.util
import re
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT / "data"

SMALL = """\
Package: editor
Version: 2.0-1
Depends: libtext (>= 1.0~rc1), mail-agent | mutt, spell (>> 9) | hunspell
Recommends: themes
Installed-Size: 10

Package: libtext
Version: 1:0.9
Installed-Size: 20

Package: postbox
Version: 3
Provides: mail-agent
Depends: editor
Installed-Size: 30

Package: spell
Version: 9
Installed-Size: 1000

Package: hunspell
Version: 1.7
Installed-Size: 40

Package: themes
Version: 1
Depends: not-in-this-index
Installed-Size: 50
Description: colours
 for the editor
"""


def load(path: Path) -> ModuleType:
    """A Python file as a module of its own."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def program() -> ModuleType:
    return load(ROOT / "notebooks" / "package_index.py")


@pytest.fixture(scope="module")
def text() -> str:
    return (DATA / "packages.txt").read_text(encoding="utf-8")


def test_data_is_what_its_readme_says(text: str) -> None:
    """The checksum and the number of stanzas in data/README.md are those of the file, and data/ stays under 8 MB."""
    said = (DATA / "README.md").read_text(encoding="utf-8")
    assert hashlib.sha256(text.encode()).hexdigest() in said
    assert f"{len(re.findall('^Package: ', text, re.MULTILINE)):,} stanzas" in said
    assert sum(path.stat().st_size for path in DATA.iterdir() if path.is_file()) < 8_000_000


def test_slice_of_the_slice_is_the_slice(text: str) -> None:
    """`make_slice.py` is deterministic and its slice closed: made from itself, it comes out byte for byte."""
    assert load(DATA / "make_slice.py").make_slice(text) == text


def test_parse_keeps_every_field(program: ModuleType, text: str) -> None:
    """Records written out again are the file."""
    records = program.parse(text)
    stanzas = ["\n".join(f"{name}: {value}" for name, value in record.items()) for record in records]
    assert "\n\n".join(stanzas).replace(": \n", ":\n") + "\n" == text


def test_versions_sort_as_debian_says(program: ModuleType) -> None:
    """The order of Debian's policy manual (5.6.12): tilde before the end, letters before signs, numbers as numbers, epochs first."""
    ordered = ["1.0~~", "1.0~~a", "1.0~", "1.0", "1.0-1", "1.0a", "1.0+b1", "1.9", "1.10-2", "1.10-10", "2", "1:0.1"]
    for earlier, later in pairwise(ordered):
        assert program.satisfies(earlier, "<<", later), (earlier, later)
        assert not program.satisfies(earlier, ">=", later), (earlier, later)
    assert program.satisfies("1.0-0", "=", "1.0")


def test_closure_takes_alternatives_virtual_packages_and_versions(program: ModuleType) -> None:
    """A virtual package is met by who provides it, a version that is too old by the next alternative, what nobody has by nothing."""
    index = program.build_index(program.parse(SMALL))
    assert program.closure(index, ["editor"]) == ["editor", "libtext", "postbox", "hunspell", "themes"]
    assert program.installed_size(index, ["editor", "postbox"]) == 40


def test_rankings_of_a_small_index(program: ModuleType) -> None:
    """The most needed and the heaviest come first, equals by name."""
    records = program.parse(SMALL)
    index = program.build_index(records)
    assert program.rank_by_dependents(records, ["themes", "hunspell", "editor"])[:2] == [(1, "editor"), (1, "hunspell")]
    assert program.rank_by_weight(index, ["spell", "themes", "editor"]) == [
        (1000, 1, "spell"),
        (150, 5, "editor"),
        (50, 1, "themes"),
    ]


def test_every_dependency_can_be_met(program: ModuleType, text: str) -> None:
    """Within the slice, each Depends and Pre-Depends of each package has an alternative in a fitting version."""
    records = program.parse(text)
    index = program.build_index(records)
    unmet = [
        (record["Package"], group)
        for record in records
        for field in ("Pre-Depends", "Depends")
        for group in program.relations(record.get(field, ""))
        if program.choose(index, group) is None
    ]
    assert unmet == []


def test_closure_is_that_of_a_quick_search(program: ModuleType, text: str) -> None:
    """Two ways, same answer: the slow closure finds what a search with a set finds."""
    index = program.build_index(program.parse(text))
    for name in ("git", "nginx", "postgresql"):
        seen: set[str] = set()
        pending = [name]
        while pending:
            if (current := pending.pop()) in seen:
                continue
            seen.add(current)
            chosen = (program.choose(index, group) for group in program.dependencies(index[current][0]))
            pending += [record["Package"] for record in chosen if record]
        assert set(program.closure(index, [name])) == seen


@pytest.mark.parametrize("words", [["no-such-file"], ["data/packages.txt", "no-such-package"]])
def test_program_refuses_what_is_not_there(words: list[str]) -> None:
    """A missing file and an unknown package are named in one line, with exit code 2 and no traceback."""
    done = subprocess.run(
        [sys.executable, "notebooks/package_index.py", *words], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert words[-1] in done.stderr
    assert "Traceback" not in done.stderr


def test_demo_ends_with_a_report() -> None:
    """`make demo`'s program prints the answer, then ours, and leaves one HTML file whose path it says last."""
    done = subprocess.run([sys.executable, "notebooks/demo.py"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Most needed" in done.stdout
    assert "package_index.py" in done.stderr
    report = Path(done.stdout.splitlines()[-1].partition(": ")[2])
    assert report.name == "demo-report.html"
    page = report.read_text(encoding="utf-8")
    assert page.lstrip().lower().startswith("<!doctype html>")
    assert "version_key" in page
