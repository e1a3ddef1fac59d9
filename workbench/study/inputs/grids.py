"""Changes of numpy arrays and pandas frames."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.study.inputs.kinds import pandas
from workbench.study.inputs.variants import NOT_MADE, SMALL, Variant, given

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random


def array_variants() -> list[Variant]:
    """Changes of numpy arrays: fewer and more rows (of a square matrix, rows and columns), memory layout, extremes, NaN."""
    return [
        *_array_structure(),
        Variant("array layout", "not contiguous", lambda value, _: _spaced(value), 1),
        Variant("array layout", "a reversed view of a reversed copy", lambda value, _: value[::-1].copy()[::-1], 2),
        Variant(
            "array layout",
            "in Fortran order",
            lambda value, _: np.asfortranarray(value) if value.ndim > 1 else NOT_MADE,
            1,
        ),
        Variant("array layout", "read-only", lambda value, _: _read_only(value)),
        *(
            Variant("NaN in array", f"{name} for an item", given(one, lambda value, r, one: _placed(value, one, r)), 1)
            for name, one in FLOATS.items()
        ),
        *(
            Variant(
                "extreme in array",
                f"{name} for an item",
                given(pick, lambda value, r, pick: _extreme(value, pick, r)),
                1,
            )
            for name, pick in PICKS.items()
        ),
        Variant("duplicates", "one value everywhere", _everywhere, 2),
        Variant("other type", "of another dtype", lambda value, _: _other_dtype(value)),
    ]


FLOATS = {"NaN": np.nan, "inf": np.inf, "-inf": -np.inf, "-0.0": -0.0}
PICKS = {"0": 0, "1": 1, "the largest": 2, "the smallest": 3, "-1": -1}


def frame_variants() -> list[Variant]:
    """Changes of pandas frames and series: fewer and more rows, other order, the index, NaN in float columns, extremes."""
    return [
        *(_rows(family, words, pick, least) for family, words, pick, least in ROWS),
        Variant(
            "index",
            "one label for all rows",
            lambda value, _: value.set_axis(value.index.take(np.zeros(len(value), int)), axis=0),
            2,
        ),
        Variant("index", "labels in reversed order", lambda value, _: value.set_axis(value.index[::-1], axis=0), 2),
        Variant(
            "index", "rows in random order, labels along", lambda value, r: value.take(_permutation(len(value), r)), 3
        ),
        Variant(
            "index",
            "labels in random order",
            lambda value, r: value.set_axis(value.index.take(_permutation(len(value), r)), axis=0),
            3,
        ),
        Variant("NaN in column", "NaN for one value", lambda value, r: _cell(value, "f", np.nan, r), 1),
        Variant("NaN in column", "NaN for a whole column", lambda value, r: _column(value, "f", np.nan, r), 1),
        Variant("extreme in column", "0 for one value", lambda value, r: _cell(value, "if", 0, r), 1),
        Variant("extreme in column", "-1 for one value", lambda value, r: _cell(value, "if", -1, r), 1),
        Variant("extreme in column", "inf for one value", lambda value, r: _cell(value, "f", np.inf, r), 1),
        Variant("extreme in column", "an empty string for one value", lambda value, r: _cell(value, "s", "", r), 1),
        Variant(
            "extreme in column", "one value for a whole column", lambda value, r: _column(value, "ifs", None, r), 2
        ),
    ]


ROWS: tuple[tuple[str, str, Callable[[int, Random], Any], int], ...] = (
    ("emptied", "emptied", lambda _, __: [], 1),
    ("one item", "only its first row", lambda _, __: [0], 2),
    ("two items", "only its first two rows", lambda _, __: [0, 1], 3),
    ("shortened", "without its last row", lambda n, _: range(n - 1), 2),
    ("shortened", "without its first row", lambda n, _: range(1, n), 2),
    ("doubled", "all rows twice", lambda n, _: [*range(n), *range(n)], 1),
    ("duplicates", "one row twice", lambda n, r: sorted([*range(n), r.randrange(n)]), 1),
    ("reversed", "in reversed order", lambda n, _: range(n - 1, -1, -1), 2),
)


def _rows(family: str, words: str, pick: Callable[[int, Random], Any], least: int) -> Variant:
    return Variant(family, words, lambda value, r: value.take(np.asarray(list(pick(len(value), r)), int)), least)


def _array_structure() -> list[Variant]:
    def along(change: Callable[[Any], Any]) -> Callable[[Any, Random], Any]:
        def make(value: Any, _: Random) -> Any:
            changed = change(value)
            if value.ndim == 2 and value.shape[0] == value.shape[1]:
                changed = np.ascontiguousarray(change(np.ascontiguousarray(changed.T)).T)
            return changed.copy()

        return make

    return [
        Variant("emptied", "emptied", along(lambda value: value[:0]), 1),
        Variant("one item", "only its first row", along(lambda value: value[:1]), 2),
        Variant("two items", "only its first two rows", along(lambda value: value[:2]), 3),
        Variant("shortened", "without its last row", along(lambda value: value[:-1]), 2),
        Variant("shortened", "without its first row", along(lambda value: value[1:]), 2),
        Variant("doubled", "all rows twice", along(lambda value: np.concatenate([value, value])), 1, 1_000_000),
        Variant("repeated", "all rows ten times", along(lambda value: np.concatenate([value] * 10)), 1, SMALL // 10),
        Variant("reversed", "in reversed order", lambda value, _: value[::-1].copy(), 2),
        Variant(
            "sorted",
            "sorted along its first axis",
            lambda value, _: np.sort(value, axis=0) if value.dtype.kind in "iufbSUmM" else NOT_MADE,
            2,
        ),
        Variant("shuffled", "in random order", lambda value, r: value[_permutation(len(value), r)], 3),
    ]


def _permutation(count: int, random: Random) -> np.ndarray[Any, Any]:
    return np.random.default_rng(random.getrandbits(32)).permutation(count)


def _spaced(value: Any) -> Any:
    wide = np.repeat(value, 2, axis=-1)
    return wide[..., ::2]


def _read_only(value: Any) -> Any:
    value.flags.writeable = False
    return value


def _placed(value: Any, one: Any, random: Random) -> Any:
    if value.dtype.kind not in "fc" or not value.size or not value.flags.writeable:
        return NOT_MADE
    value.flat[random.randrange(value.size)] = one
    return value


def _extreme(value: Any, pick: int, random: Random) -> Any:
    if value.dtype.kind not in "iuf" or not value.size or not value.flags.writeable:
        return NOT_MADE
    if pick < 0 and value.dtype.kind == "u":
        return NOT_MADE
    info: Any = np.finfo(value.dtype) if value.dtype.kind == "f" else np.iinfo(value.dtype)
    value.flat[random.randrange(value.size)] = {2: info.max, 3: info.min}.get(pick, pick)
    return value


def _everywhere(value: Any, random: Random) -> Any:
    if not value.size or not value.flags.writeable:
        return NOT_MADE
    value[...] = value.flat[random.randrange(value.size)]
    return value


def _other_dtype(value: Any) -> Any:
    turned = {"i": "f8", "f": "f4", "u": "i8", "b": "i1"}.get(value.dtype.kind)
    if turned is None or not value.size:
        return NOT_MADE
    with np.errstate(all="ignore"):
        return value.astype(turned if value.dtype != np.dtype(turned) else "f8")


def _matching(value: Any, kinds: str) -> list[int]:
    """The positions of columns whose dtype is plainly numeric of these kinds, or (s) text."""
    dtypes = [value.dtype] if value.ndim == 1 else list(value.dtypes)
    return [
        place
        for place, dtype in enumerate(dtypes)
        if (isinstance(dtype, np.dtype) and dtype.kind in kinds.replace("s", ""))
        or ("s" in kinds and str(dtype) in ("str", "string"))
    ]


def _cell(value: Any, kinds: str, one: Any, random: Random) -> Any:
    places = _matching(value, kinds)
    if not places or pandas() is None:
        return NOT_MADE
    value = value.copy()
    row = random.randrange(len(value))
    if value.ndim == 1:
        value.iloc[row] = one
    else:
        value.iloc[row, places[random.randrange(len(places))]] = one
    return value


def _column(value: Any, kinds: str, one: Any, random: Random) -> Any:
    places = _matching(value, kinds)
    if not places or pandas() is None:
        return NOT_MADE
    value = value.copy()
    place = places[random.randrange(len(places))]
    if value.ndim == 1:
        value.iloc[:] = value.iloc[0] if one is None else one
    else:
        value.iloc[:, place] = value.iloc[0, place] if one is None else one
    return value
