"""The workbench's own file, `.wbp`: one sealed zip with `meta.json` and one `.npy` per column. No pickle; nothing in it can run.

`meta.json` names the format and its version. A reader upgrades older versions step by step (`UPGRADES`), and refuses newer ones.
"""

from __future__ import annotations

import io
import json
import re
import zipfile
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import (
    DamagedFileError,
    FileFormatError,
    ForeignFileError,
    InvalidRecordingError,
    NewerFileError,
    SaveFailedError,
)
from workbench.files import write_whole
from workbench.formats import archive, facts_json
from workbench.formats.plain_file import read_plain
from workbench.model.builder import check
from workbench.model.facts import Evidence
from workbench.model.recording import Recording
from workbench.model.tables import TABLES, GrowthTable, LineTable, Table

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

FORMAT = "workbench recording"
VERSION = 3
META = "meta.json"
LARGEST_META = 64 << 20
"""Bytes of `meta.json`, most of them sources: a million and a half lines."""

LARGEST_FRAME = 8 << 20
"""Bytes of `meta.json` outside of its texts: what becomes objects in memory. A million names take two million."""

_HEADER = re.compile(
    rb"\x93NUMPY\x01\0..\{'descr': '(<[if][48]|\|u1)', 'fortran_order': False, 'shape': \((\d{1,10}),\), \} *\n",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Raw:
    """A file's contents before they are a recording: what an upgrade works on."""

    meta: dict[str, Any]
    columns: dict[str, np.ndarray[Any, Any]]
    passes: tuple[Recording, ...] = ()


PASSES = tuple(f"pass{number}.wbp" for number in range(1, 6))
"""Members that are files like this one, of further runs of the target; these have none themselves."""

COLUMNS = frozenset(f"{name}.{column}.npy" for name, kind in TABLES.items() for column in kind.dtypes())
"""The columns' members, of this version and of all before it."""


def _with_lines(raw: Raw) -> Raw:
    """Version 2 counts lines and their memory, and says what numbers rest on; in version 1 on calls where there are functions."""
    evidence = Evidence.CALLS if len(raw.columns["functions.frame"]) else Evidence.SAMPLES
    empty = {
        f"{name}.{column}": values
        for name, table in (("lines", LineTable.empty()), ("growth", GrowthTable.empty()))
        for column, values in table.columns().items()
    }
    return Raw(raw.meta | {"evidence": evidence}, raw.columns | empty)


def _with_heap_and_tasks(raw: Raw) -> Raw:
    """Version 3 has allocations, asyncio tasks and further passes, and in its timeline what was allocated, not known of version 2."""
    empty = {
        f"{name}.{column}": values
        for name in ("heap", "tasks", "waits", "spans", "slices")
        for column, values in TABLES[name].empty().columns().items()
    }
    unknown = np.full(len(raw.columns["timeline.time"]), np.nan)
    return Raw(raw.meta | {"passes": 0}, raw.columns | empty | {"timeline.heap": unknown})


UPGRADES: dict[int, Callable[[Raw], Raw]] = {1: _with_lines, 2: _with_heap_and_tasks}
"""From a version to the next; the kept samples in tests/data go through all of them."""


def dumps(recording: Recording) -> bytes:
    """The file's bytes; the same recording gives the same bytes. Raises SaveFailedError for one larger than a file may be."""
    meta = {"format": FORMAT, "version": VERSION, **facts_json.to_json(recording), "passes": len(recording.passes)}
    members = {META: json.dumps(meta, ensure_ascii=False, sort_keys=True).encode("utf-8", "surrogatepass")}
    for name in TABLES:
        table: Table = getattr(recording, name)
        for column, values in table.columns().items():
            buffer = io.BytesIO()
            np.save(buffer, values, allow_pickle=False)
            members[f"{name}.{column}.npy"] = buffer.getvalue()
    members.update(zip(PASSES, map(dumps, recording.passes), strict=False))
    try:
        _bounded(members[META])
        return archive.pack(members)
    except ValueError as error:
        raise SaveFailedError(
            f"The recording is larger than a file may be ({error}). It is kept in this session; record with a longer interval."
        ) from error


def loads(data: bytes, name: str = "the file", *, limit: int | None = None) -> Recording:
    """The recording in a file's bytes. Raises ForeignFileError, DamagedFileError or NewerFileError, each one sentence.

    FileFormatError itself where there is not memory enough. It may unpack to `limit` bytes (`archive.LARGEST`), beside its passes.
    """
    if not is_ours(data):
        raise ForeignFileError(f"{name} is not a workbench recording. The workbench opens .wbp and .prof files.")
    if archive.sealed(data) and not archive.whole(data):
        raise _damaged(name)
    try:
        raw = _unpack(data, name, archive.LARGEST if limit is None else limit)
        return _recording(raw)
    except MemoryError as error:
        raise FileFormatError(f"{name} needs more memory than is free. Open it on a larger machine.") from error
    except (KeyError, TypeError, ValueError, AttributeError, OverflowError, InvalidRecordingError) as error:
        raise DamagedFileError(
            f"{name} is a workbench recording, but its contents do not fit together. Save it again."
        ) from error


def is_ours(data: bytes) -> bool:
    """Whether the bytes look like a recording, whole or damaged: told by a zip's beginning or by our seal at the end."""
    return data.startswith(b"PK") or archive.sealed(data)


def write(recording: Recording, path: Path) -> None:
    """Write the file whole or not at all. Raises SaveFailedError; the recording stays where it is."""
    data = dumps(recording)
    try:
        write_whole(path, data)
    except OSError as error:
        raise SaveFailedError(
            f"The recording was not written to {path}: {error.strerror or error}. It is kept in this session; give another path to save()."
        ) from error


def read(path: Path) -> Recording:
    """The recording in a file. Raises FileFormatError or TargetNotFoundError."""
    return loads(read_plain(path, archive.LARGEST_FILE), path.name)


def _damaged(name: str) -> DamagedFileError:
    return DamagedFileError(f"{name} is truncated or altered, and cannot be read. Save the recording again.")


def _unpack(data: bytes, name: str, limit: int) -> Raw:
    try:
        meta = _meta(archive.unpack(data, {META}, LARGEST_META).get(META, b"null"))
        if meta.get("format") != FORMAT:
            raise ForeignFileError(
                f"{name} is a zip file, but not a workbench recording. The workbench opens .wbp and .prof files."
            )
        _check_version(meta.get("version"), name)
        if not archive.sealed(data):
            raise _damaged(name)
        members = archive.unpack(data, COLUMNS, limit)
        columns = {member.removesuffix(".npy"): _column(content) for member, content in members.items()}
        return Raw(meta, columns, _passes(data, name, limit) if meta.get("passes") else ())
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError) as error:
        raise _damaged(name) from error


def _passes(data: bytes, name: str, limit: int) -> tuple[Recording, ...]:
    """The further runs in a file; all of them may take as much as the file itself, and none has any in its turn."""
    share = limit // len(PASSES)
    members = archive.unpack(data, frozenset(PASSES), limit)
    return tuple(loads(members[pass_], f"{name}, {pass_}", limit=share) for pass_ in PASSES if pass_ in members)


def _check_version(version: Any, name: str) -> None:
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise DamagedFileError(f"{name} says nothing of its version, so it was altered. Save the recording again.")
    if version > VERSION:
        raise NewerFileError(
            f"{name} was written by a newer workbench (file version {version}, this one reads up to {VERSION}). "
            "Upgrade it: pip install -U profiling-workbench"
        )


def _meta(data: bytes) -> dict[str, Any]:
    _bounded(data)
    meta = json.loads(data.decode("utf-8", "surrogatepass"))
    return meta if isinstance(meta, dict) else {}


def _bounded(meta: bytes) -> None:
    """Raise ValueError where `meta.json` holds more than `LARGEST_META` and `LARGEST_FRAME` allow."""
    if len(meta) > LARGEST_META:
        raise ValueError(f"its sources and names take more than {LARGEST_META >> 20} MiB")
    if len(meta) > LARGEST_FRAME:
        frame = re.sub(rb'"[^"]*"', b"", meta.replace(rb"\\", b"").replace(rb"\"", b""))
        if len(frame) > LARGEST_FRAME:
            raise ValueError("it has more names than a recording may hold")


def _column(data: bytes) -> np.ndarray[Any, Any]:
    """One `.npy` as numpy writes a column of ours; its header is read as text, and held against the bytes that follow."""
    size = int.from_bytes(data[8:10], "little")
    header = _HEADER.fullmatch(data, 0, 10 + size)
    if header is None:
        raise ValueError("not a column of ours")
    dtype = np.dtype(header[1].decode())
    if int(header[2]) * dtype.itemsize != len(data) - header.end():
        raise ValueError("not a column of ours")
    return np.frombuffer(data, dtype=dtype, offset=header.end())


def _recording(raw: Raw) -> Recording:
    for step in range(raw.meta["version"], VERSION):
        raw = UPGRADES[step](raw)
    tables: dict[str, Any] = {}
    for name, kind in TABLES.items():
        columns = {column: raw.columns[f"{name}.{column}"] for column in kind.dtypes()}
        for column, dtype in kind.dtypes().items():
            if columns[column].dtype != dtype:
                raise ValueError(f"{name}.{column} is of another type")
        tables[name] = kind(**columns)
    recording = Recording(**facts_json.from_json(raw.meta), **tables, passes=raw.passes)
    if raw.meta["passes"] != len(raw.passes):
        raise ValueError("not all of its passes are there")
    check(recording)
    return recording
