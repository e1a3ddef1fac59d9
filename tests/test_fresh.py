"""What a call has made itself is not shared with other calls, and what it was given is."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import pytest

from workbench.study.races.shared import shared_state

if TYPE_CHECKING:
    from collections.abc import Callable


def by_setdefault(words: list[str]) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for at, word in enumerate(words):
        found.setdefault(word, []).append(at)
    return found


def by_factory(words: list[str]) -> dict[str, list[int]]:
    found = defaultdict(list)
    for at, word in enumerate(words):
        found[word].append(at)
    return dict(found)


def by_item(words: list[str]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for at, word in enumerate(words):
        if word not in found:
            found[word] = {}
        found[word]["at"] = at
    return found


def holds_an_argument(words: list[str], given: list[int]) -> dict[str, list[int]]:
    found = {}
    for word in words:
        found[word] = given
        found[word].append(1)
    return found


def defaults_to_an_argument(given: list[int]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    found.setdefault(1, given).append(3)
    return found


def begins_with_an_argument(given: list[int]) -> dict[int, list[int]]:
    found = {1: given}
    found[1].append(3)
    return found


def gives_it_away(given: dict[int, list[int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    given.update(found)
    found.setdefault(1, []).append(3)
    return found


def is_another_too(given: dict[int, list[int]]) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    if given:
        found = given
    found.setdefault(1, []).append(3)
    return found


@pytest.mark.parametrize("function", [by_setdefault, by_factory, by_item])
def test_items_of_a_container_that_a_call_made_are_its_own(function: Callable[..., Any]) -> None:
    """A function that fills containers within a container of its own shares nothing."""
    assert shared_state(function) == ()


@pytest.mark.parametrize(
    "function", [holds_an_argument, defaults_to_an_argument, begins_with_an_argument, gives_it_away, is_another_too]
)
def test_items_that_came_from_elsewhere_may_be_shared(function: Callable[..., Any]) -> None:
    """Where a container holds, or may hold, what was given to the call, changing an item of it is said."""
    assert any("append" in sentence for sentence in shared_state(function)), shared_state(function)
