"""The diff of two recordings: what compares and what does not, functions and lines aligned across edits, ranked by what changed."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.analysis.diff_amounts import (
    Seen,
    functions_seen,
    lines_seen,
    measure_of,
    unseen_noise,
    whole_of,
)
from workbench.analysis.diff_files import Side, file_pairs
from workbench.analysis.diff_fit import fit, matching_passes
from workbench.analysis.diff_frames import bare_name, frame_pairs, pair_status
from workbench.analysis.diff_lines import line_pairs
from workbench.analysis.diff_rows import Change, Place, RecordingDiff, Status
from workbench.analysis.ownership import Owner
from workbench.errors import UsageError, WrongEngineError
from workbench.model.facts import Evidence

if TYPE_CHECKING:
    from collections.abc import Mapping

    from workbench.analysis.diff_files import FilePairs
    from workbench.analysis.diff_rows import Measure
    from workbench.model.recording import Recording

_ABSENT = Seen(Place(-1, "", "", 0), Owner.OWN, 0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, eq=False)
class _Pair:
    """Both sides, what pairs in them, and half the interval of what was in no sample of either."""

    old: Side
    new: Side
    files: FilePairs
    frames: Mapping[int, int]
    measure: Measure
    unseen: tuple[float, float]


def diff(
    before: Recording, after: Recording, *, force: bool = False, labels: tuple[str, str] = ("before", "after")
) -> RecordingDiff:
    """What changed from `before` to `after`. Of recordings with passes, the first pass of `before` whose evidence `after` has too.

    Seconds and counts are those of one run of the target, where one of them repeated it. A sampled amount has an interval (see
    `precision.half_width`: of its share, times all sampled seconds); a change no wider than both half widths together is within the
    noise. That is of sampling alone: how much one run differs from the next, neither recording knows.

    Raises WrongEngineError where the two know nothing that compares, UsageError for another target or another way of measuring, with
    the reason; `force` makes these warnings.
    """
    old, new = matching_passes(before, after)
    fitted = fit(old, new)
    measure = measure_of(old, new)
    if measure is None:
        raise WrongEngineError("These two do not compare: no size is known to both. Record both with the same library.")
    if fitted.reasons and not force:
        raise UsageError(
            f"These two do not compare: {'; '.join(fitted.reasons)}. Record the same target in the same way; "
            "or overrule this with force=True (--force), and the reason becomes a warning."
        )
    mine, theirs = Side.of(old), Side.of(new)
    files = file_pairs(mine, theirs)
    frames = frame_pairs(mine, theirs, files)
    pair = _Pair(mine, theirs, files, frames, measure, (unseen_noise(old), unseen_noise(new)))
    functions = _functions(pair)
    return RecordingDiff(
        before=old,
        after=new,
        labels=labels,
        measure=measure,
        functions=functions,
        lines=_lines(pair),
        old_whole=whole_of(old, measure),
        new_whole=whole_of(new, measure),
        old_duration=old.duration / old.target.repeats,
        new_duration=new.duration / new.target.repeats,
        per_run=max(old.target.repeats, new.target.repeats) > 1,
        warnings=(*fitted.warnings, *_unlooked(old, functions)),
        forced=fitted.reasons,
        frames=frames,
        files=files.elsewhere,
    )


def _functions(pair: _Pair) -> tuple[Change, ...]:
    old, new, files, frames = pair.old, pair.new, pair.files, pair.frames
    seen, others = functions_seen(old.recording, pair.measure), functions_seen(new.recording, pair.measure)
    origins = {after: before for before, after in frames.items()}
    rows = []
    for before, one in seen.items():
        after = frames.get(before, -1)
        place = _function_place(new, after) if after >= 0 else _defined(new, files.after, one.place)
        rows.append(_function_row(pair, one, others.get(after), (one.place, place)))
    for after, one in others.items():
        before = origins.get(after, -1)
        if before not in seen:
            place = _function_place(old, before) if before >= 0 else _defined(old, files.before, one.place)
            rows.append(_function_row(pair, None, one, (place, one.place)))
    return _ranked(rows)


def _function_row(
    pair: _Pair, one: Seen | None, other: Seen | None, places: tuple[Place | None, Place | None]
) -> Change:
    before, after = places
    if before is None or after is None or before.frame < 0 or after.frame < 0:
        return _row(pair, one, other, places, None, _moved(pair.files, before, after))
    edited = _edited(pair.old, before.frame, pair.new, after.frame)
    return _row(
        pair, one, other, places, edited, pair_status(pair.old, pair.new, pair.files, before.frame, after.frame)
    )


def _function_place(side: Side, frame: int) -> Place:
    recording = side.recording
    return Place(frame, recording.frame_name(frame), recording.frame_file(frame), int(recording.frames.line[frame]))


def _defined(side: Side, files: Mapping[str, str], place: Place) -> Place | None:
    """Where the other recording's source has a function that was not seen there."""
    file = files.get(place.file, "")
    found = side.defined(file, place.function)
    return Place(-1, place.function, file, found.first) if found else None


def _moved(files: FilePairs, before: Place | None, after: Place | None) -> Status | None:
    """MOVED where two places are in different files; None else, or where there is but one."""
    if before is None or after is None:
        return None
    elsewhere = files.after.get(before.file) != after.file or (before.file, after.file) in files.renamed
    return Status.MOVED if elsewhere else None


def _edited(old: Side, before: int, new: Side, after: int) -> bool | None:
    """Whether a function's source differs, its own name aside; None where one was not captured."""
    words, others = old.words(before), new.words(after)
    if words is None or others is None:
        return None
    name, other = (bare_name(side, frame).rpartition(".")[2] for side, frame in ((old, before), (new, after)))
    if name == other:
        return words != others
    return _nameless(words, name) != _nameless(others, other)


def _nameless(words: tuple[str, ...], name: str) -> list[str]:
    return [re.sub(rf"\b{re.escape(name)}\b", "\\0", line) for line in words]


def _lines(pair: _Pair) -> tuple[Change, ...]:
    old, new = pair.old, pair.new
    seen, others = lines_seen(old.recording, pair.measure), lines_seen(new.recording, pair.measure)
    if not seen and not others:
        return ()
    pairs = line_pairs(old, new, pair.files, pair.frames)
    back = {after: before for before, after in pairs.items()}
    rows, met = [], set[tuple[str, int, int]]()
    for (file, line, frame), one in seen.items():
        at = pairs.get((file, line))
        key = (*at, pair.frames.get(frame, -1)) if at else None
        other = others.get(key) if key else None
        if other is not None and key is not None:
            met.add(key)
        place = other.place if other else _line_place(new, at, one.place.function)
        rows.append(_line_row(pair, one, other, (one.place, place)))
    for key, one in others.items():
        if key not in met:
            place = _line_place(old, back.get(key[:2]), one.place.function)
            rows.append(_line_row(pair, None, one, (place, one.place)))
    return _ranked(rows)


def _line_place(side: Side, at: tuple[str, int] | None, function: str) -> Place | None:
    """A line that is in the other recording's source and was not seen there."""
    if at is None or not side.holds(*at):
        return None
    return Place(-1, function, *at, side.texts[at[0]].lines[at[1] - 1])


def _line_row(pair: _Pair, one: Seen | None, other: Seen | None, places: tuple[Place | None, Place | None]) -> Change:
    before, after = places
    edited = None
    if before and after and before.file in pair.old.texts and after.file in pair.new.texts:
        edited = before.source.strip() != after.source.strip()
    return _row(pair, one, other, places, edited, _moved(pair.files, before, after))


def _row(
    pair: _Pair,
    one: Seen | None,
    other: Seen | None,
    places: tuple[Place | None, Place | None],
    edited: bool | None,
    moved: Status | None,
) -> Change:
    noise = (one.noise if one else pair.unseen[0]) + (other.noise if other else pair.unseen[1])
    was, now = one or _ABSENT, other or _ABSENT
    unknown = math.nan if math.isnan((one or now).count) or math.isnan((other or was).count) else 0.0
    no_total = math.nan if math.isnan((one or now).total) or math.isnan((other or was).total) else 0.0
    known = other or one
    assert known is not None
    before, after = places
    same = was.amount == now.amount and (unknown != 0.0 or was.count == now.count)
    status = Status.GONE if after is None else Status.NEW if before is None else moved
    return Change(
        before=before,
        after=after,
        owner=known.owner,
        status=status or (Status.SAME if same else Status.CHANGED),
        edited=edited,
        old=was.amount,
        new=now.amount,
        old_total=was.total + no_total,
        new_total=now.total + no_total,
        old_count=was.count + unknown,
        new_count=now.count + unknown,
        noise=noise,
    )


def _ranked(rows: list[Change]) -> tuple[Change, ...]:
    def key(row: Change) -> tuple[float, float, str, int, str]:
        return -abs(row.change), -max(row.old, row.new), row.here.file, row.here.line, row.here.function

    return tuple(sorted(rows, key=key))


def _unlooked(old: Recording, functions: tuple[Change, ...]) -> tuple[str, ...]:
    """Where an engine looks at chosen functions: those that only one of the two looked at."""
    if old.evidence not in (Evidence.LINES, Evidence.MEMORY):
        return ()
    names = [
        row.here.function
        for row in functions
        if (row.before is None or row.before.frame < 0) or (row.after is None or row.after.frame < 0)
    ]
    if not names:
        return ()
    shown = ", ".join(names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
    return (
        f"engine {old.engine} looks at chosen functions, and {shown} {'was' if len(names) == 1 else 'were'} looked at in one "
        "of the two only: what is new or gone there may only not have been looked at",
    )
