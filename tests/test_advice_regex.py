"""The rule regex-in-loop tells looking a pattern up from matching by how the time of the call is made up."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import cast

import pytest

from workbench.advice.place import Module
from workbench.advice.rules.regex_in_loop import RULE
from workbench.analysis.regions import Heat, Regions

TEXT = """\
import re


def words(lines):
    return [re.findall("[a-z]+", line) for line in lines]
"""


@dataclass(frozen=True)
class _Hot:
    """Regions whose every stretch is hot in the same way."""

    found: Heat

    def heat(self, *_: object) -> Heat:
        return self.found


def _said(python: float, native: float, waiting: float) -> int:
    regions = cast("Regions", _Hot(Heat(0.5, 0.0, 1.0, python, native, waiting)))
    module = Module("words.py", TEXT, ast.parse(TEXT))
    return sum(1 for place in module.places(regions) for _ in RULE.look(place))


@pytest.mark.parametrize("waiting", [0.0, 0.4, 0.8])
def test_looking_up_is_told_however_much_the_thread_waited(waiting: float) -> None:
    """A fifth of the working time in Python is looking up, on a quiet machine as on a busy one."""
    assert _said(0.2 * (1 - waiting), 0.8 * (1 - waiting), waiting) == 1


@pytest.mark.parametrize("waiting", [0.0, 0.4, 0.8])
def test_matching_is_not_told_however_much_the_thread_waited(waiting: float) -> None:
    """A twentieth of the working time in Python is matching long texts, on a quiet machine as on a busy one."""
    assert _said(0.05 * (1 - waiting), 0.95 * (1 - waiting), waiting) == 0
