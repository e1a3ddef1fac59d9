"""cProfile's own form: a recording from its statistics, and back without a digit changed.

A pstats dictionary maps `(file, line, name)` to `(primitive calls, calls, own seconds, total seconds, callers)`, and `callers` maps each
caller's key to `(calls, primitive calls, own, total)`: the order of the two counts differs, see `Lib/cProfile.py`, `create_stats`. Python's
`profile` module puts the number of calls in place of those four.
"""

from __future__ import annotations

import marshal
import pstats
from typing import TYPE_CHECKING, Any

from workbench.errors import (
    DamagedFileError,
    FileFormatError,
    ForeignFileError,
    InvalidRecordingError,
    SaveFailedError,
    WrongEngineError,
)
from workbench.files import write_whole
from workbench.formats import folders, marshal_reader
from workbench.formats.plain_file import read_plain
from workbench.model.builder import RecordingBuilder
from workbench.model.facts import Cost, Environment, Target, TargetKind
from workbench.model.tables import FrameKind

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.model.recording import Recording

Key = tuple[str, int, str]
Counts = tuple[int, int, float, float]
Callers = dict[Key, Counts] | dict[Key, int]
Stats = dict[Key, tuple[int, int, float, float, Callers]]

NATIVE_FILE = "~"
LARGEST = 64 << 20
"""Bytes of a profile: a quarter of a million functions with their callers take so much."""

COUNTS_ONLY = "profile"
"""The mechanism of a recording whose edges hold how often, and neither how long nor how many of the calls were not recursive."""

_SHORTEST_EDGE = 10


def fill(builder: RecordingBuilder, stats: Stats) -> None:
    """Put a pstats dictionary's functions and edges into a builder."""
    frames = {key: _frame(builder, key) for key in stats}
    for key, (primitive, count, own, total, callers) in stats.items():
        builder.function(frames[key], count, primitive, own, total)
        for caller, counts in callers.items():
            if caller not in frames:
                frames[caller] = _frame(builder, caller)
            edge = (counts, 0, 0.0, 0.0) if isinstance(counts, int) else counts
            builder.call(frames[caller], frames[key], *edge)


def to_dict(recording: Recording) -> Stats:
    """The pstats dictionary of an exact recording. Raises WrongEngineError for a sampled one, InvalidRecordingError
    where a function is called but has no counts of its own."""
    if recording.sampled:
        raise WrongEngineError(
            f"A recording of engine {recording.engine!r} counts no calls, so there is no pstats form of it. Record with engine 'cpu'."
        )
    callers: dict[int, dict[Key, Any]] = {int(frame): {} for frame in recording.functions.frame}
    for caller, callee, count, primitive, own, total in zip(*recording.calls.columns().values(), strict=True):
        if int(callee) not in callers:
            raise InvalidRecordingError(
                f"There is no pstats form of this recording: {recording.frame_name(callee)!r} is called, but was not counted itself. "
                "Record again with engine 'cpu'."
            )
        counts = (int(count), int(primitive), float(own), float(total))
        only = recording.mechanism == COUNTS_ONLY
        callers[int(callee)][_key(recording, int(caller))] = counts[0] if only else counts
    return {
        _key(recording, int(frame)): (int(primitive), int(count), float(own), float(total), callers[int(frame)])
        for frame, count, primitive, own, total in zip(*recording.functions.columns().values(), strict=True)
    }


def to_stats(recording: Recording) -> pstats.Stats:
    """The standard library's object, to sort and print. Raises WrongEngineError for a sampled recording."""

    class _Given:
        stats = to_dict(recording)

        def create_stats(self) -> None:
            """pstats calls this before it reads `stats`."""

    return pstats.Stats(_Given())  # type: ignore[arg-type]


def write(recording: Recording, path: Path) -> None:
    """A `.prof` file, as `python -m cProfile -o` writes it. Raises WrongEngineError, InvalidRecordingError or SaveFailedError."""
    data = marshal.dumps(to_dict(recording))
    try:
        write_whole(path, data)
    except OSError as error:
        raise SaveFailedError(
            f"The profile was not written to {path}: {error.strerror or error}. The recording is kept in this session; give another path."
        ) from error


def read(path: Path) -> Recording:
    """The recording in a `.prof` file. Raises FileFormatError or TargetNotFoundError."""
    return loads(read_plain(path, LARGEST), path.name)


def is_ours(data: bytes) -> bool:
    """Whether the bytes look like a profile, whole or damaged."""
    return marshal_reader.begins_dict(data)


def loads(data: bytes, name: str) -> Recording:
    """The recording in the bytes of a `.prof` file. Raises ForeignFileError or DamagedFileError; FileFormatError where memory is short."""
    if len(data) > LARGEST:
        raise DamagedFileError(f"{name} is larger than any profile the workbench reads ({LARGEST >> 20} MiB).")
    try:
        stats = marshal_reader.loads(data)
        _check(stats, name)
        if _SHORTEST_EDGE * sum(len(row[4]) for row in stats.values()) > len(data):
            raise ValueError("functions share their callers")
        return _recording(stats, name)
    except MemoryError as error:
        raise FileFormatError(f"{name} needs more memory than is free. Open it on a larger machine.") from error
    except (ValueError, EOFError, TypeError, InvalidRecordingError) as error:
        raise DamagedFileError(
            f"{name} looks like a cProfile file, but it is truncated, altered or from Python 2. Write it again."
        ) from error


def _recording(stats: Stats, name: str) -> Recording:
    builder = RecordingBuilder()
    fill(builder, stats)
    builder.note(
        "Read from a cProfile file: when, where and for how long it ran, and its memory and sources, are not in it."
    )
    mechanism = "cProfile"
    if any(isinstance(counts, int) for row in stats.values() for counts in row[4].values()):
        mechanism = COUNTS_ONLY
        builder.note(
            "Written by Python's `profile` module: how often one function called another is known, "
            "how long those calls took is not (0 where a table has a column for it)."
        )
    files = list(dict.fromkeys(file for file, _, _ in stats))
    unknown = float("nan")
    return builder.build(
        engine="cpu",
        mechanism=mechanism,
        target=Target(TargetKind.FILE, name),
        started="",
        duration=sum(row[2] for row in stats.values()),
        cpu=0.0,
        environment=Environment("", "", "", "", 0, "", folders.stdlib(files), folders.site(files), ()),
        cost=Cost(unknown, 0, unknown, "not known"),
    )


def _frame(builder: RecordingBuilder, key: Key) -> int:
    """The frame of a key; Python's `profile` module has other files for native code and for the statement it ran."""
    file, line, name = key
    kind = FrameKind.NATIVE if file == NATIVE_FILE or (not file and not line) else FrameKind.PYTHON
    return builder.frame(name, file, line, FrameKind.SYNTHETIC if (file, line) == ("profile", 0) else kind)


def _key(recording: Recording, frame: int) -> Key:
    return recording.frame_file(frame), int(recording.frames.line[frame]), recording.frame_name(frame)


def _check(stats: Any, name: str) -> None:
    if not isinstance(stats, dict) or not stats:
        raise ForeignFileError(f"{name} holds no cProfile statistics. The workbench opens .wbp and .prof files.")
    kinds: set[type] = set()
    for key, row in stats.items():
        if not _is_key(key) or not isinstance(row, tuple) or len(row) != 5 or not isinstance(row[4], dict):
            raise ForeignFileError(f"{name} holds no cProfile statistics. The workbench opens .wbp and .prof files.")
        edges = row[4].items()
        kinds.update(type(counts) for counts in row[4].values())
        if not _is_counts(row[:4]) or not all(_is_key(caller) and _is_edge(counts) for caller, counts in edges):
            raise DamagedFileError(
                f"{name} is a cProfile file, but its row for {key!r:.80} makes no sense. Write it again."
            )
    if len(kinds) > 1:
        raise DamagedFileError(
            f"{name} mixes what `cProfile` and `profile` wrote, which cannot be told apart. Write it again."
        )


def _is_key(key: Any) -> bool:
    kinds = (str, int, str)
    return isinstance(key, tuple) and len(key) == 3 and all(map(isinstance, key, kinds)) and 0 <= key[1] < 1 << 31


def _is_edge(counts: Any) -> bool:
    return _is_count(counts) or _is_counts(counts)


def _is_count(value: Any) -> bool:
    return isinstance(value, int) and 0 <= value < 1 << 63


def _is_counts(row: Any) -> bool:
    return (
        isinstance(row, tuple)
        and len(row) == 4
        and all(map(_is_count, row[:2]))
        and all(isinstance(time, (int, float)) and 0 <= time < float("inf") for time in row[2:])
    )
