"""What belongs to a study, as plain values: where it stands, recorded calls, the gate's answer."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from workbench.render.text_compare import plain
from workbench.render.text_study import next_of_standing

if TYPE_CHECKING:
    from workbench.model.calls import RecordedCalls
    from workbench.model.standing import Standing


def json_of_standing(found: Standing, shell: str = "") -> dict[str, Any]:
    """Where a study stands; what to do next in Python, or as commands where `shell` names the folder."""
    values: dict[str, Any] = plain(asdict(found))
    return {"kind": "study", **values, "next": next_of_standing(found, shell)}


def json_of_recorded(found: RecordedCalls) -> dict[str, Any]:
    """How many calls were seen and kept, what was lost and why; of arguments their types and sizes, never values."""
    kinds: dict[tuple[str, tuple[str, ...]], list[int]] = {}
    for one in found.calls:
        kinds.setdefault((one.caller, one.types), []).append(one.size)
    return {
        "kind": "recorded calls",
        "function": found.function,
        "seen": found.seen,
        "kept": len(found.calls),
        "lost": dict(found.lost),
        "sampled": found.sampled,
        "calls": [
            {"caller": caller, "types": list(types), "count": len(sizes), "largest": max(sizes)}
            for (caller, types), sizes in sorted(kinds.items(), key=lambda item: -len(item[1]))[:20]
        ],
    }
