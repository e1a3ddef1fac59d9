"""The brief of a study: gathered from what its folder keeps, and written for a shell, a notebook or a program."""

from __future__ import annotations

import math
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.analysis.functions import FunctionRow
from workbench.analysis.hotspots import hotspots
from workbench.errors import WorkbenchError
from workbench.formats.native import loads
from workbench.render.brief import brief_json, brief_text
from workbench.render.brief_told import Hot, Thought, Told
from workbench.render.digest_form import schema
from workbench.render.places import Places
from workbench.study.chapters import chapters_of
from workbench.study.standing import standing_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.model.recording import Recording
    from workbench.study.folder.schema import Event
    from workbench.study.loop import Loop

TOKENS = 1500
"""What a brief takes at the most, where nothing else is asked for."""

_TOP = 20


def text_of(loop: Loop, budget: int = TOKENS) -> str:
    """The brief of a study in at most `budget` tokens. Raises UsageError where they are too few, and what reading the folder does."""
    return without_home(brief_text(told_of(loop), shell_word(loop.folder.root), budget))


def json_of(loop: Loop) -> dict[str, Any]:
    """The same facts as plain values. Raises what reading the folder does."""
    found: dict[str, Any] = _everywhere(brief_json(told_of(loop), shell_word(loop.folder.root)))
    return found


def schema_text() -> str:
    """The JSON Schema of `json_of`."""
    return schema("brief")


def told_of(loop: Loop) -> Told:
    """What the folder keeps. Nothing is run but what opening the study has run."""
    folder, standing = loop.folder, standing_of(loop)
    baseline, profile, record = (folder.last(kind) for kind in ("baseline", "profile", "record"))
    found, plus_minus = _hotspots(loop, profile)
    return Told(
        standing=standing,
        chapters=chapters_of(loop, standing),
        program=tuple(folder.header.environment.get("command", ())),
        runs=len(baseline.data["seconds"]) if baseline is not None else 0,
        plus_minus=plus_minus,
        lost=tuple(record.data["lost"].items()) if record is not None else (),
        recording=_recording(profile),
        hotspots=found,
        hypotheses=tuple(_thought(event) for event in folder.events("hypothesis")),
    )


def top_of(recording: Recording) -> list[dict[str, Any]]:
    """The eight functions with the most time of their own, by the handles that `workbench show` and `hotspots` know them by."""
    first = sorted(_functions(recording), key=lambda item: -item[1].self_time)[:8]
    return [{"handle": handle, "function": row.function, "share": float(row.share)} for handle, row in first]


def shell_word(path: Path) -> str:
    """A path as a shell reads it: from the working folder where it is in there, from the home folder where it is in that, else whole."""
    for base, mark in ((Path.cwd(), ""), (Path.home(), "~/")):
        if path != base and path.is_relative_to(base) and base != Path(base.anchor):
            return mark + shlex.quote(path.relative_to(base).as_posix())
    return shlex.quote(str(path))


def without_home(text: str) -> str:
    """A text in which paths in the home folder begin with `~`, so that they do not name whose it is."""
    home = str(Path.home()).rstrip("/\\")
    return re.sub(rf"(?<![\w./-]){re.escape(home)}(?![\w.-])", "~", text) if home else text


def _everywhere(value: Any) -> Any:
    if isinstance(value, str):
        return without_home(value)
    if isinstance(value, dict):
        return {without_home(name): _everywhere(inner) for name, inner in value.items()}
    return [_everywhere(inner) for inner in value] if isinstance(value, list) else value


def _thought(event: Event) -> Thought:
    data = event.data
    hoped = data.get("predicts")
    return Thought(
        str(data["text"]), str(data.get("target", "")), (float(hoped[0]), float(hoped[1])) if hoped else None
    )


def _recording(profile: Event | None) -> str:
    return next((path for path in profile.files if path.endswith(".wbp")), "") if profile is not None else ""


def _hotspots(loop: Loop, profile: Event | None) -> tuple[tuple[Hot, ...], float]:
    """The functions that took most, with the handles that the recording gives them, and the plus-minus of the target's share. Where the
    recording is not there or is of a newer version, what the event says of them."""
    path = _recording(profile)
    if profile is None:
        return (), math.nan
    try:
        recording = loads(loop.folder.read(path), path)
    except WorkbenchError:
        return tuple(_as_kept(row, loop) for row in profile.data["hotspots"]), math.nan
    rows = _functions(recording)
    target = _target_row(loop, [row for _, row in rows], float(profile.data["share"]))
    ranked = sorted(
        rows[:_TOP] + [item for item in rows[_TOP:] if item[1] is target], key=lambda item: item[1] is not target
    )
    places = Places.of(recording)
    found = tuple(
        Hot(handle, row.function, places.line(row.file, row.line), row.share, row.plus_minus, row is target)
        for handle, row in ranked
    )
    return found, target.plus_minus if target is not None else math.nan


def _functions(recording: Recording) -> list[tuple[str, FunctionRow]]:
    rows = hotspots(recording).by_handle().items()
    return [(handle, row) for handle, row in rows if isinstance(row, FunctionRow)]


def _target_row(loop: Loop, rows: list[FunctionRow], share: float) -> FunctionRow | None:
    """The row of the target: its name, and the share that was kept. The recording may be of another machine, so files say nothing."""
    named = [row for row in rows if row.function == loop.target.qualname and math.isclose(min(row.share, 1.0), share)]
    return named[0] if len(named) == 1 else None


def _as_kept(row: Mapping[str, Any], loop: Loop) -> Hot:
    name = str(row["function"])
    return Hot(str(row["handle"]), name, "", float(row["share"]), math.nan, name == loop.target.qualname)
