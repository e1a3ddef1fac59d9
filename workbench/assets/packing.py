"""Columns of whole numbers as short text: base64 of variable-length integers.

A number is folded so that small ones of either sign stay small (zigzag: 0, -1, 1, -2 become 0, 1, 2, 3), then written in groups of seven
bits, the lowest first, all but the last with the high bit set (LEB128). Where numbers recur in a row, each is written once and `runs` has
how often. `columns.js` reads it.
"""

from __future__ import annotations

import base64
from itertools import accumulate
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

MOST = 2**51
"""Numbers beyond, or their differences, are not whole in the browser once they are folded."""
_GROUP, _MORE = 7, 0x80
_FEW_RUNS = 2


def pack(values: Sequence[int] | NDArray[Any], *, delta: bool = False) -> dict[str, Any]:
    """`values` as `{"count", "packed"}`; with `delta` the differences of neighbours, the first to 0, are what is written. `runs` is added
    where it is shorter so.

    Raises ValueError for numbers beyond 2**51 either way.
    """
    column = np.asarray(values, dtype=np.int64)
    written = np.diff(column, prepend=np.int64(0)) if delta else column
    if len(column) and max(int(column.max()), -int(column.min()), int(written.max()), -int(written.min())) > MOST:
        raise ValueError("a number beyond 2**51 is not whole in the browser")
    made: dict[str, Any] = {"count": len(column)} | ({"delta": 1} if delta else {})
    first = np.flatnonzero(np.diff(written, prepend=written[:1] + 1))
    if len(column) >= _FEW_RUNS * len(first):
        made["runs"] = _text(np.diff(first, append=len(column)))
        written = written[first]
    return made | {"packed": _text(written)}


def unpack(column: dict[str, Any] | list[int]) -> list[int]:
    """The numbers of a packed column, or of a plain list: what the browser reads."""
    if isinstance(column, list):
        return column
    written = _numbers(column["packed"])
    if "runs" in column:
        runs = zip(written, _numbers(column["runs"]), strict=True)
        written = [value for value, times in runs for _ in range(times)]
    return list(accumulate(written)) if column.get("delta") else written


def _numbers(text: str) -> list[int]:
    values, value, shift = [], 0, 0
    for byte in base64.b64decode(text):
        value |= (byte & (_MORE - 1)) << shift
        shift += _GROUP
        if not byte & _MORE:
            values.append((value >> 1) ^ -(value & 1))
            value = shift = 0
    return values


def _text(numbers: NDArray[np.int64]) -> str:
    folded = ((numbers << 1) ^ (numbers >> 63)).astype(np.uint64)
    return base64.b64encode(_groups(folded)).decode("ascii")


def _groups(folded: NDArray[np.uint64]) -> bytes:
    width = max(1, -(-int(folded.max()).bit_length() // _GROUP)) if len(folded) else 1
    groups = np.empty((len(folded), width), dtype=np.uint8)
    wanted = np.zeros((len(folded), width), dtype=bool)
    for at in range(width):
        left = folded >> np.uint64(_GROUP * at)
        groups[:, at] = (left & np.uint64(_MORE - 1)).astype(np.uint8) | np.where(left >= _MORE, _MORE, 0).astype(
            np.uint8
        )
        wanted[:, at] = (left > 0) if at else True
    return groups[wanted].tobytes()
