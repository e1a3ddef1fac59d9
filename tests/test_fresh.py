"""What a call has made itself is not shared with other calls, and what it was given is."""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest

from workbench.model.calls import Call
from workbench.study.races.explore import explore_function
from workbench.study.races.shared import shared_state


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


# Arrays and tables


def names_of_large(table: pd.DataFrame, least: int) -> list[str]:
    if table.empty:
        return []
    return table.loc[table["size"] >= least, "name"].tolist()


def totals(table: pd.DataFrame) -> dict[str, float]:
    grouped = table.groupby("name")["size"].agg(["sum", "max"])
    spread = table.groupby("name")["size"].agg(lambda sizes: sizes.max() - sizes.min())
    return (grouped["sum"] / (1 + spread)).sort_values(ascending=False).head(3).to_dict()


def in_own_table(table: pd.DataFrame, rates: dict[str, float]) -> pd.DataFrame:
    out = table.drop_duplicates("name").reset_index(drop=True)
    out["rate"] = out["name"].map(rates).fillna(1.0)
    out.loc[out["size"] > 3, "rate"] = 2.0
    out.drop(columns="size", inplace=True)
    out.insert(0, "at", np.arange(len(out)))
    return out


def by_rows(table: pd.DataFrame | None) -> list[str]:
    if table is None:
        return []
    return [row["name"].strip().upper() for _, row in table.iterrows() if row["size"]]


def by_words(table: "pd.DataFrame") -> pd.DataFrame:  # noqa: UP037
    words = table["name"].str.lower().str.partition("-")
    known = pd.Series(["a", "b"])
    return words[words[0].isin(known)].assign(n=lambda part: part[0].str.len())


def histogram(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    found = np.zeros(256, dtype=np.int64)
    found += np.bincount(data.ravel(), minlength=256)
    found[0] = 0
    total = data.sum()
    total += 1
    with np.errstate(invalid="ignore"):
        return np.where(found > total, np.sqrt(found), found).astype(np.int64)


@pytest.mark.parametrize("function", [names_of_large, totals, in_own_table, by_rows, by_words, histogram])
def test_what_only_reads_tables_or_changes_its_own_shares_nothing(function: Callable[..., Any]) -> None:
    """Methods of pandas and numpy that give something new are no reason to explore, nor are changes of a table that the call made."""
    assert shared_state(function) == ()


LEDGER = pd.DataFrame({"n": [0]})
COUNTS = np.zeros(2, dtype=np.int64)


def booked(by: int) -> int:
    LEDGER.loc[0, "n"] = LEDGER.loc[0, "n"] + by
    return by


def counted(at: int) -> int:
    COUNTS[at] = COUNTS[at] + 1
    return at


class Shelf:
    def __init__(self) -> None:
        self.total = 0

    def sum(self) -> int:
        self.total += 1
        return self.total


def by_inplace(table: pd.DataFrame) -> pd.DataFrame:
    table.sort_values("size", inplace=True)
    return table


def by_other_options(table: pd.DataFrame, options: dict[str, Any]) -> pd.DataFrame:
    return table.fillna(0, **options)


def by_item(table: pd.DataFrame) -> pd.DataFrame:
    table["double"] = table["size"] * 2
    return table


def by_place(table: pd.DataFrame) -> pd.DataFrame:
    table.loc[0, "size"] = table["size"].max()
    return table


def by_view(table: pd.DataFrame) -> float:
    sizes = table["size"].to_numpy()
    sizes += 1
    return float(sizes.sum())


def by_rows_of_it(data: npt.NDArray[np.int64]) -> int:
    for row in data:
        row += 1
    return len(data)


def by_out(data: npt.NDArray[np.float64]) -> Any:
    return np.add(data, 1.0, out=data)


def by_out_in_place(data: npt.NDArray[np.float64]) -> Any:
    return np.sqrt(data, data)


def by_out_of_a_method(data: npt.NDArray[np.float64], into: npt.NDArray[np.float64]) -> Any:
    return data.sum(0, None, into)


def by_method_of_an_array(data: npt.NDArray[np.int64]) -> int:
    data.partition(1)
    return int(data[0])


def by_function_of_an_array(data: npt.NDArray[np.int64]) -> None:
    np.put(data, [0], 1)


def by_given_code(table: pd.DataFrame, each: Callable[[Any], Any]) -> Any:
    return table["size"].map(each)


def by_given_code_by_keyword(table: pd.DataFrame, each: Callable[[Any], Any]) -> Any:
    return table.sort_values("size", key=each)


def by_method_of_another(table: pd.DataFrame, shelf: Shelf) -> Any:
    return table["size"].map(shelf.take)  # type: ignore[attr-defined]


def by_copy_of_nothing(table: pd.DataFrame) -> pd.DataFrame:
    out = table.copy(deep=False)
    out.loc[0, "size"] = 1
    return out


def by_something_else(shelf: Shelf) -> int:
    return shelf.sum()


def by_another_binding(table: pd.DataFrame, shelf: Shelf) -> Any:
    table = shelf  # type: ignore[assignment]
    return table.sum()


def by_either(table: pd.DataFrame, shelf: Shelf) -> Any:
    either = table if len(table) else shelf
    return either.sum()


def by_random_order(table: pd.DataFrame) -> pd.DataFrame:
    return table.sample(frac=1)


def by_cell(table: pd.DataFrame) -> None:
    table.loc[0, "tags"].add("new")


def by_overwriting(data: npt.NDArray[np.float64]) -> float:
    return float(np.median(data, overwrite_input=True))


def by_position(index: pd.Index) -> Any:
    return index.rename("other", True)  # type: ignore[call-arg, misc]


def by_a_cell_that_is_found(table: pd.DataFrame) -> None:
    tags = table["tags"].max()
    tags.append("new")


def by_another_name(table: pd.DataFrame) -> pd.DataFrame:
    fill = table.fillna
    fill(0, inplace=True)
    return table


def by_operator(found: dict[str, int]) -> None:
    operator.setitem(found, "a", 1)


def by_dunder(found: dict[str, int]) -> None:
    found.__setitem__("a", 1)


@pytest.mark.parametrize(
    "function",
    [
        *(booked, counted, by_inplace, by_other_options, by_item, by_place, by_view, by_rows_of_it, by_out),
        *(by_out_in_place, by_out_of_a_method, by_method_of_an_array, by_function_of_an_array, by_given_code),
        *(by_given_code_by_keyword, by_method_of_another, by_copy_of_nothing, by_something_else, by_another_binding),
        *(
            by_either,
            by_random_order,
            by_cell,
            by_overwriting,
            by_position,
            by_a_cell_that_is_found,
            by_another_name,
            by_operator,
            by_dunder,
        ),
    ],
)
def test_what_changes_a_table_or_may_is_said(function: Callable[..., Any]) -> None:
    """Changes in place, whichever way they are written, code that nobody knows, and what is no table for sure, are said."""
    assert shared_state(function) != ()


@pytest.mark.parametrize(("function", "kept"), [(booked, "LEDGER"), (counted, "COUNTS")])
def test_a_table_that_calls_change_without_a_lock_is_a_race(function: Callable[..., Any], kept: str) -> None:
    """An update of a frame or an array in a global is lost where two calls change it at once."""
    found = explore_function(function, [Call((1,)), Call((1,))], seconds=20)
    assert found.state == "race", found
    assert found.findings[0].code == "R01"
    assert f"`{kept}`" in " ".join(shared_state(function))
