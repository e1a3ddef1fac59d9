"""A small package with a test, in a folder of its own, and versions of its function: faster, wrong, and slow in the same way."""

from __future__ import annotations

import importlib
import sys
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path
    from types import ModuleType

    import pytest

MODULE = '''\
"""Words of a text."""


def index(text: str) -> dict[str, list[int]]:
    """Where each word is."""
    found: dict[str, list[int]] = {}
    words = text.split()
    for word in words:
        found[word] = [at for at, other in enumerate(words) if other == word]
    return found  # the end


def main() -> int:
    total = 0
    for at in range(20):
        total += len(index(" ".join(f"w{(number * 7 + at) % 40}" for number in range(80 + at))))
    return total
'''
TESTS = """\
from PACKAGE.words import index


def test_index() -> None:
    assert index("a b a") == {"a": [0, 2], "b": [1]}
    assert index("") == {}
"""
FASTER = '''\
def index(text: str) -> dict[str, list[int]]:
    """Where each word is."""
    found: dict[str, list[int]] = {}
    for at, word in enumerate(text.split()):
        found.setdefault(word, []).append(at)
    return found
'''
WRONG = FASTER.replace("text.split()", 'text.split(" ")')
OLD = MODULE[MODULE.index("def index") : MODULE.index("\n\n\ndef main")] + "\n"
_NUMBERS = count()


class Project:
    """The package `name` in the folder `root`; `file` is its module's, `words` the module, imported here."""

    def __init__(self, root: Path, name: str) -> None:
        self.root, self.name = root, name
        (root / name).mkdir()
        (root / "tests").mkdir()
        (root / "pyproject.toml").write_text(
            f'[project]\nname = "{name}"\nversion = "1"\n[tool.pytest.ini_options]\npythonpath = ["."]\n'
        )
        (root / name / "__init__.py").write_text("")
        self.file = root / name / "words.py"
        self.file.write_text(MODULE)
        (root / "tests" / "test_words.py").write_text(TESTS.replace("PACKAGE", name))
        (root / "run.py").write_text(f"from {name}.words import main\nprint(main())\n")
        (root / "faster.py").write_text(FASTER)

    @property
    def words(self) -> ModuleType:
        return importlib.import_module(f"{self.name}.words")


@contextmanager
def small_project(root: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Project]:
    """A project in `root` under a name that no other test has, importable as long as the block lasts."""
    monkeypatch.syspath_prepend(root)
    found = Project(root, f"small_project_{next(_NUMBERS)}")
    try:
        yield found
    finally:
        for name in [name for name in sys.modules if name.startswith(found.name)]:
            del sys.modules[name]
