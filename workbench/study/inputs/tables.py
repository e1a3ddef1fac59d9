"""Kinds of numpy arrays and of pandas frames and series."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.study.inputs.kinds import pandas

if TYPE_CHECKING:
    from collections.abc import Hashable


@dataclass(frozen=True, slots=True)
class Array:
    """numpy arrays: dtypes and shapes seen. `square`: matrices always had as many rows as columns; `rows` the fewest and most along the
    first axis. Any length of the first axis is inside (both, where square), the others must have been seen."""

    type: type
    dtypes: frozenset[str]
    inner: frozenset[tuple[int, ...]]
    square: bool
    rows: tuple[int, int] = (0, 0)
    special: tuple[str, ...] = ()
    plain: bool = False

    @property
    def key(self) -> Hashable:
        """The type."""
        return self.type

    def holds(self, value: Any, limit: int) -> bool:  # noqa: ARG002 - the protocol's
        """A dtype that was seen, and a shape like those."""
        if value.dtype.str not in self.dtypes:
            return False
        if value.ndim == 0:
            return () in self.inner and -1 in self.rows
        if self.rows[1] < 0:
            return False
        if self.square and value.ndim == 2:
            return bool(value.shape[0] == value.shape[1])
        return value.shape[1:] in self.inner

    def joined(self, other: Array) -> Array:
        """What either has seen."""
        rows = (min(self.rows[0], other.rows[0]), max(self.rows[1], other.rows[1]))
        special = tuple(dict.fromkeys((*self.special, *other.special)))
        square = self.square and other.square
        return Array(self.type, self.dtypes | other.dtypes, self.inner | other.inner, square, rows, special)

    def words(self) -> str:
        """`ndarray of float64, 3 to 9 rows x 2, NaN`."""
        names = " or ".join(sorted({_name(one) for one in self.dtypes}))
        rows = f"{max(self.rows[0], 0):,} to {self.rows[1]:,}" if self.rows[0] != self.rows[1] else f"{self.rows[0]:,}"
        shapes = sorted(self.inner)[:4]
        shape = " or ".join(" x ".join([rows, *map(str, inner)]) for inner in shapes) if self.rows[1] >= 0 else "0-d"
        return ", ".join([f"{self.type.__name__} of {names}", shape + " (square)" * self.square, *self.special])


@dataclass(frozen=True, slots=True)
class Frame:
    """pandas frames (and series: one column): the columns, in order, with the dtypes seen of each, and the index's dtypes."""

    type: type
    columns: tuple[tuple[Any, frozenset[str]], ...]
    index: frozenset[str]
    rows: tuple[int, int]
    same: bool = True
    plain: bool = False

    @property
    def key(self) -> Hashable:
        """The type."""
        return self.type

    def holds(self, value: Any, limit: int) -> bool:  # noqa: ARG002 - the protocol's
        """The same columns with dtypes that were seen; any number of rows in any order."""
        dtypes = columns_of(value)
        known = dict(self.columns)
        names = [name for name, _ in dtypes]
        order = names == [name for name, _ in self.columns] if self.same else set(names) <= set(known)
        return order and all(dtype in known[name] for name, dtype in dtypes) and str(value.index.dtype) in self.index

    def joined(self, other: Frame) -> Frame:
        """All columns of both."""
        known = dict(self.columns)
        for name, dtypes in other.columns:
            known[name] = known.get(name, frozenset()) | dtypes
        same = self.same and other.same and [one for one, _ in self.columns] == [one for one, _ in other.columns]
        rows = (min(self.rows[0], other.rows[0]), max(self.rows[1], other.rows[1]))
        return Frame(self.type, tuple(known.items()), self.index | other.index, rows, same)

    def words(self) -> str:
        """`DataFrame of 10 to 20 rows: a (int64), b (float64)`."""
        shown = [f"{name} ({' or '.join(sorted(dtypes))})" for name, dtypes in self.columns[:12]]
        more = [f"{len(self.columns) - 12} more columns"] if len(self.columns) > 12 else []
        rows = f"{self.rows[0]:,} to {self.rows[1]:,}" if self.rows[0] != self.rows[1] else f"{self.rows[0]:,}"
        return f"{self.type.__name__} of {rows} rows: {', '.join(shown + more)}"


def _name(dtype: str) -> str:
    return dtype if dtype.startswith("|V") else str(np.dtype(dtype))


def array_kind(arrays: list[Any]) -> Array:
    """The kind of numpy arrays of one type."""
    flat = [one for one in arrays if one.ndim]
    matrices = [one for one in flat if one.ndim == 2]
    square = (
        bool(matrices)
        and all(one.shape[0] == one.shape[1] for one in matrices)
        and max(len(one) for one in matrices) > 1
    )
    lengths = [len(one) for one in flat] + [-1] * (len(flat) < len(arrays))
    floats = [one for one in arrays if one.dtype.kind in "fc"]
    special = (
        *(("NaN",) if any(bool(np.isnan(one).any()) for one in floats) else ()),
        *(("inf",) if any(bool(np.isinf(one).any()) for one in floats) else ()),
    )
    dtypes = frozenset(one.dtype.str for one in arrays)
    inner = frozenset(one.shape[1:] for one in arrays)
    return Array(type(arrays[0]), dtypes, inner, square, (min(lengths), max(lengths)), special)


def frame_kind(frames: list[Any]) -> Frame:
    """The kind of pandas frames or series of one type."""
    kind: Frame | None = None
    for one in frames:
        columns = tuple((name, frozenset({dtype})) for name, dtype in columns_of(one))
        own = Frame(type(one), columns, frozenset({str(one.index.dtype)}), (len(one), len(one)))
        kind = own if kind is None else kind.joined(own)
    assert kind is not None
    return kind


def columns_of(value: Any) -> list[tuple[Any, str]]:
    """Name and dtype of each column of a frame; of a series, of itself."""
    if value.ndim == 1:
        return [(value.name, str(value.dtype))]
    return [(name, str(dtype)) for name, dtype in zip(value.columns, value.dtypes, strict=True)]


def is_frame(value: Any) -> bool:
    """Whether a value is a pandas frame or series with one level of distinct column names."""
    found = pandas()
    if found is None or type(value) not in (found.DataFrame, found.Series):
        return False
    return type(value) is found.Series or (value.columns.nlevels == 1 and bool(value.columns.is_unique))
