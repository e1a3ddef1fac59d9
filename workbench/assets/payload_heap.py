"""Allocated memory for the browser: the same columns once for each measure, in bytes."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from workbench.analysis.heap import heap_measures, heap_whole
from workbench.assets.packing import pack
from workbench.assets.payload_tree import owner_totals

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.analysis.heap import HeapFunction, HeapLine
    from workbench.analysis.ownership import Owner
    from workbench.assets.payload_tree import CallTree
    from workbench.model.recording import Recording


def heap_meta(recording: Recording) -> dict[str, Any]:
    """`measures`: which there are, the first one shown first, and the bytes and allocations of each in all."""
    whole = heap_whole(recording)
    return {
        "measures": [
            {"name": name, "whole": round(whole.of(name)), "blocks": _whole(whole.blocks(name))}
            for name in heap_measures(recording)
        ]
    }


def _whole(value: float) -> int | None:
    return round(value) if math.isfinite(value) else None


def function_columns(recording: Recording, rows: Sequence[HeapFunction]) -> dict[str, Any]:
    """`by`: measure -> own and total bytes of each function."""
    return {
        "by": {
            name: {
                "self": [round(row.here.of(name)) for row in rows],
                "total": [round(row.total.of(name)) for row in rows],
            }
            for name in heap_measures(recording)
        }
    }


def line_columns(recording: Recording, rows: Sequence[HeapLine]) -> dict[str, Any]:
    """`by`: measure -> bytes of each line, while it was the innermost own one (`here`), and with all it calls (`wall`)."""
    return {
        "by": {
            name: {
                "here": [round(row.here.of(name)) for row in rows],
                "wall": [round(row.total.of(name)) for row in rows],
                "blocks": [_whole(row.here.blocks(name)) for row in rows],
            }
            for name in heap_measures(recording)
        }
    }


def node_columns(tree: CallTree) -> dict[str, Any]:
    """`by`: measure -> bytes of each box by itself."""
    return {"by": {name: pack([round(value) for value in values]) for name, values in tree.own.items()}}


def owner_columns(
    recording: Recording, tree: CallTree, owner: Sequence[Owner], rows: Sequence[HeapFunction], one: Owner
) -> dict[str, Any]:
    """`by`: measure -> own and total bytes of all functions of one owner."""
    mine = [row for row in rows if row.owner is one]
    return {
        "owner": one.value,
        "count": len(mine),
        "by": {
            name: {
                "self": round(math.fsum(row.here.of(name) for row in mine)),
                "total": round(owner_totals(tree, owner, name)[one]),
            }
            for name in heap_measures(recording)
        },
    }


def heaviest(recording: Recording, rows: Sequence[HeapFunction], most: int) -> list[HeapFunction]:
    """At most `most` rows in their order: those with the largest share of any measure."""
    if len(rows) <= most:
        return list(rows)
    whole, measures = heap_whole(recording), heap_measures(recording)

    def weight(row: HeapFunction) -> float:
        known = (name for name in measures if whole.of(name))
        return max((max(row.here.of(name), row.total.of(name) / 4) / whole.of(name) for name in known), default=0.0)

    chosen = {row.frame for row in sorted(rows, key=weight, reverse=True)[:most]}
    return [row for row in rows if row.frame in chosen]
