"""A study's folder: what is added is there whole or not at all, is kept as it was, and is not used where somebody changed it."""

from __future__ import annotations

import asyncio
import errno
import json
import math
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from workbench.errors import UsageError
from workbench.study.folder import disk, integrity, listing, lock, names, plain, schema, store
from workbench.study.folder.errors import (
    NewerStudyError,
    NotAStudyError,
    StudyBusyError,
    StudyContentError,
    StudyDamagedError,
    StudyExistsError,
    StudyWriteError,
)
from workbench.study.folder.store import Folder

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

BENCHMARKS = Path(__file__).parent / "benchmarks"
if str(BENCHMARKS) not in sys.path:
    sys.path.append(str(BENCHMARKS))

import kill_study  # noqa: E402

DATA = Path(__file__).parent / "data"
posix = pytest.mark.skipif(os.name == "nt", reason="links, signals and forks of POSIX systems")


def new(path: Path, **options: Any) -> Folder:
    return Folder.create(path, target="demo:parse", environment={"python": "3.11"}, now=kill_study.noon, **options)


@pytest.fixture(autouse=True)
def _no_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is synced matters to a power cut only, and is tested by the order of calls."""
    monkeypatch.setattr("os.fsync", lambda descriptor: None)


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A study of four events in three steps: 1, with a file; 2 and 3 together; 4, with two files."""
    study = new(tmp_path_factory.mktemp("original") / "study")
    with study.transaction() as step:
        step.attach("input.json", b"[1, 2]\n")
        step.append("baseline", {"seconds": 0.25})
    with study.transaction() as step:
        step.append("hypothesis", {"text": "größer"})
        step.append("hypothesis", {"text": "less"})
    with study.transaction() as step:
        step.attach("src/parse.py", b"def parse(): ...\n")
        step.attach("points.json", b"[]")
        step.append("candidate", {"note": "split once"})
    return study.root


@pytest.fixture
def folder(original: Path, tmp_path: Path) -> Folder:
    """A copy of the study for one test."""
    return Folder.open(shutil.copytree(original, tmp_path / "study"), now=kill_study.noon)


EVENTS = (
    "events/000001/000001-baseline.json",
    "events/000002/000002-hypothesis.json",
    "events/000002/000003-hypothesis.json",
    "events/000004/000004-candidate.json",
)


def tree(root: Path) -> dict[str, bytes]:
    """All files with their bytes."""
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def numbers(study: Folder) -> list[int]:
    return [event.number for event in study.events()]


def append(study: Folder, kind: str = "note", **data: object) -> None:
    with study.transaction() as step:
        step.append(kind, data)


# ---------------------------------------------------------------- what is kept


def test_what_was_added_is_read_back(folder: Folder) -> None:
    """Numbers, kinds, times, data and files are those that were given, also by a second look at the folder."""
    again = Folder.open(folder.root)
    assert again.header == folder.header
    assert (again.header.target, again.header.environment) == ("demo:parse", {"python": "3.11"})
    assert [(event.number, event.kind, event.path, event.step) for event in again.events()] == [
        (1, "baseline", EVENTS[0], (1, 1)),
        (2, "hypothesis", EVENTS[1], (2, 3)),
        (3, "hypothesis", EVENTS[2], (2, 3)),
        (4, "candidate", EVENTS[3], (4, 4)),
    ]
    assert {event.when for event in again.events()} == {kill_study.noon()}
    assert [event.data["text"] for event in again.events("hypothesis")] == ["größer", "less"]
    last = again.last("candidate")
    assert last is not None
    assert sorted(last.files) == ["events/000004/files/points.json", "events/000004/files/src/parse.py"]
    assert again.read("events/000004/files/src/parse.py") == b"def parse(): ...\n"
    assert again.last("verdict") is None
    assert again.faults() == ()


def test_nothing_that_is_there_is_written_again(folder: Folder) -> None:
    """A further step adds files and leaves the bytes of all others."""
    before = tree(folder.root)
    append(folder, "verdict", code="B04")
    after = tree(folder.root)
    assert {name: data for name, data in after.items() if name in before} == before
    assert set(after) - set(before) == {"events/000005/000005-verdict.json"}


def test_looking_writes_nothing(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A study on a read-only disk can be opened, read and looked through."""
    (folder.root / names.LOCK).unlink()

    def read_only(path: Any, flags: int, *args: Any, **options: Any) -> int:
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            raise OSError(errno.EROFS, "Read-only file system")
        return real(path, flags, *args, **options)

    real = os.open
    monkeypatch.setattr("os.open", read_only)
    again = Folder.open(folder.root)
    assert numbers(again) == [1, 2, 3, 4]
    assert again.read("events/000001/files/input.json") == b"[1, 2]\n"
    assert again.faults() == ()
    with pytest.raises(
        StudyWriteError, match=r"Read-only file system\). It is as it was before. Make the folder writable"
    ):
        append(again)
    assert not (folder.root / names.LOCK).exists()


values = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**30), 10**30) | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=15,
)


@example({"$float": "NaN"})
@example({"a": {"$$float": math.nan, "$float": None}})
@example({"seal": "", "x": {"seal": ""}, "y": '\n "seal": ""'})
@given(st.dictionaries(st.text(), values, max_size=5))
def test_data_is_read_back_to_the_last_bit(data: dict[str, Any]) -> None:
    """Floats with NaN, the infinities and -0.0, large integers, any text, nested: as they were, and sealed."""
    event = schema.Event(1, "note", kill_study.noon(), data, {}, (1, 1))
    written = schema.event_bytes(event, "0" * 64)
    assert plain.is_sealed(written)
    assert repr(sorted_deep(schema.read_event(plain.loads(written)).data)) == repr(sorted_deep(data))


def sorted_deep(value: Any) -> Any:
    """With keys in order, in which they are kept."""
    if isinstance(value, dict):
        return {key: sorted_deep(value[key]) for key in sorted(value)}
    return [sorted_deep(item) for item in value] if isinstance(value, list) else value


@given(st.text(st.characters(categories=["Cs", "L"]), max_size=6))
def test_halves_of_characters_are_kept_or_refused(text: str) -> None:
    """Names of files can be no Unicode: what is written is read back the same, or is not written."""
    try:
        written = plain.dumps({"data": text})
    except StudyContentError:
        assert re.search("[\ud800-\udbff][\udc00-\udfff]", text)
    else:
        assert plain.loads(written)["data"] == text


def test_files_are_readable(folder: Folder) -> None:
    """Sorted keys, a space for each level, letters as themselves, one newline at the end."""
    text = (folder.root / EVENTS[1]).read_text("utf-8")
    assert text.startswith(
        '{\n "data": {\n  "text": "größer"\n },\n "files": {},\n "kind": "hypothesis",\n "number": 2,\n'
    )
    assert text.endswith('"\n}\n')
    assert list(json.loads(text)) == sorted(json.loads(text))


def test_numbers_of_other_libraries_that_are_floats_are_floats(tmp_path: Path) -> None:
    """What is a float, an int or a text by inheritance is kept as that; tuples as lists, and the event says so at once."""
    import numpy as np

    study = new(tmp_path / "study")
    with study.transaction() as step:
        event = step.append("note", {"a": np.float64(0.1), "b": (1, 2), "c": signal.SIGINT, "d": math.nan})
    assert type(event.data["a"]) is float
    assert type(event.data["c"]) is int
    assert event.data["b"] == [1, 2]
    assert repr(study.events()[0]) == repr(event)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ({"a": [1, {2}]}, r"data\.a\[1\] is of type set, which is not plain"),
        ({"a": b"bytes"}, r"data\.a is of type bytes.*attach it as a file"),
        ({"a": {1: 2}}, r"data\.a has the key 1\. Use text"),
        ({"a": 10**5000}, "cannot be written as JSON"),
        ({"a": [[[]]] * 2, "b": kill_study}, r"data\.b is of type module"),
    ],
)
def test_what_is_not_plain_is_refused_by_place(data: dict[Any, Any], said: str, folder: Folder) -> None:
    """A value that JSON would lose or change is an error that says where it is; nothing is written."""
    with pytest.raises(StudyContentError, match=said), folder.transaction() as step:
        step.append("note", data)
    assert numbers(folder) == [1, 2, 3, 4]


def test_data_without_an_end_is_refused(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list within itself, and data larger than would be read again."""
    endless: list[Any] = []
    endless.append(endless)
    with pytest.raises(StudyContentError, match="nested more than"), folder.transaction() as step:
        step.append("note", {"a": endless})
    monkeypatch.setattr(plain, "LARGEST", 10_000)
    with pytest.raises(StudyContentError, match="Attach it as a file"), folder.transaction() as step:
        step.append("note", {"a": "x" * 10_000})
    assert numbers(folder) == [1, 2, 3, 4]


def test_times_are_kept_in_utc(tmp_path: Path) -> None:
    """A time of another zone is the same moment; one without a zone is refused."""
    there = datetime(2026, 5, 6, 7, 8, 9, 123456, tzinfo=timezone(timedelta(hours=9)))
    study = Folder.create(tmp_path / "study", target="t", environment={}, now=lambda: there)
    append(study)
    assert study.events()[0].when == there
    assert b"2026-05-05T22:08:09.123456+00:00" in (study.root / "events/000001/000001-note.json").read_bytes()
    naive = Folder.open(study.root, now=lambda: datetime(2026, 1, 1))
    with pytest.raises(StudyContentError, match="no time zone"):
        append(naive)


# ---------------------------------------------------------------- names


BAD_NAMES = [
    "../x",
    "a/../b",
    "/etc/x",
    "a//b",
    "",
    ".",
    "a/",
    "C:\\x",
    "a\\b",
    "nul",
    "com1.txt",
    "a\0b",
    "a\nb",
    "end.",
    "end ",
]
MORE_BAD_NAMES = [".git/config", ".gitattributes", "x" * 201, "/".join(["abc"] * 200), "e\u0301", "half\ud800"]


@pytest.mark.parametrize("name", BAD_NAMES + MORE_BAD_NAMES, ids=ascii)
def test_a_name_that_leads_out_or_is_not_kept_everywhere_is_refused(name: str, folder: Folder) -> None:
    """Paths out of the folder, names that Windows, macOS or git would not keep: an error, and nothing written anywhere."""
    before = tree(folder.root.parent)
    with pytest.raises(StudyContentError, match="Nothing can be attached as"), folder.transaction() as step:
        step.attach(name, b"data")
    assert tree(folder.root.parent) == before


@pytest.mark.parametrize("kind", ["", "A", "a b", "a/b", "../a", "1a", "a-", "a" * 41, "ü"])
def test_a_kind_is_a_plain_word(kind: str, folder: Folder) -> None:
    """A kind becomes part of a file's name."""
    with pytest.raises(StudyContentError, match="cannot be a kind"), folder.transaction() as step:
        step.append(kind, {})


@pytest.mark.parametrize(("first", "second"), [("a", "a"), ("a", "A"), ("a", "a/b"), ("a/b", "A")])
def test_nothing_is_written_twice(first: str, second: str, folder: Folder) -> None:
    """Two attachments of one step with one name, also for systems that take small and capital letters for the same."""
    with folder.transaction() as step:
        path = step.attach(first, b"1")
        with pytest.raises(StudyContentError, match="There is an attachment of that name"):
            step.attach(second, b"2")
        step.append("note", {})
    assert folder.read(path) == b"1"
    assert folder.faults() == ()


def test_a_file_is_copied_and_stays_as_it_was_when_attached(folder: Folder, tmp_path: Path) -> None:
    """The copy does not follow its source; a link is followed when attached; what is no file is refused, and the step goes on."""
    source = tmp_path / "source"
    source.write_bytes(b"old" * 500_000)
    (tmp_path / "link").symlink_to(source)
    with folder.transaction() as step:
        for bad in (tmp_path, tmp_path / "missing"):
            with pytest.raises(StudyContentError, match="cannot be attached"):
                step.attach("bad/one", bad)
        copied = step.attach("bad", tmp_path / "link")
        step.append("note", {})
    source.write_bytes(b"new")
    assert folder.read(copied) == b"old" * 500_000
    assert not (folder.root / copied).is_symlink()
    assert folder.faults() == ()


def test_only_what_an_event_has_is_read(folder: Folder) -> None:
    """Other files, in the folder or out of it, are not given out."""
    for path in ("study.json", "../secret", "/etc/passwd", EVENTS[0], "events/000001/files/../000001-baseline.json"):
        with pytest.raises(StudyContentError, match="has a file"):
            folder.read(path)


# ---------------------------------------------------------------- edited by hand


def change(path: str, old: bytes, replacement: bytes) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        data = (root / path).read_bytes()
        assert old in data
        (root / path).write_bytes(data.replace(old, replacement))

    return edit


def write(path: str, data: bytes) -> Callable[[Path], None]:
    def edit(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_bytes(data)

    return edit


def remove(path: str) -> Callable[[Path], None]:
    return lambda root: disk.remove(root / path)


def move(path: str, other: str) -> Callable[[Path], None]:
    return lambda root: (root / path).rename(root / other) and None


def link(path: str) -> Callable[[Path], None]:
    """The file or folder lies elsewhere, with a link in its place."""

    def edit(root: Path) -> None:
        (root / path).rename(root.parent / "elsewhere")
        (root / path).symlink_to(root.parent / "elsewhere")

    return edit


def forge(path: str, **changed: Any) -> Callable[[Path], None]:
    """Changed, and sealed anew, by somebody who knows how."""

    def edit(root: Path) -> None:
        content = plain.loads((root / path).read_bytes())
        (root / path).write_bytes(plain.dumps({**content, **changed}))

    return edit


def exchange_study(root: Path) -> None:
    other = new(root.parent / "other")
    shutil.copy(other.root / "study.json", root / "study.json")


FILE = "events/000001/files/input.json"
EDITS = {
    "a value in an event": (change(EVENTS[1], "größer".encode(), b"smaller"), ["edited"], EVENTS[1]),
    "a value in the newest event": (change(EVENTS[3], b"split once", b"split twice"), ["edited"], EVENTS[3]),
    "a space at the end of the newest": (change(EVENTS[3], b"\n}\n", b"\n}\n "), ["edited"], EVENTS[3]),
    "line ends": (change(EVENTS[3], b"\n", b"\r\n"), ["edited"], EVENTS[3]),
    "another seal": (change(EVENTS[3], b'"seal": "', b'"seal": "0'), ["edited"], EVENTS[3]),
    "two seals": (change(EVENTS[3], b'\n "step"', b'\n "seal": "' + b"0" * 64 + b'",\n "step"'), ["edited"], EVENTS[3]),
    "no seal": (write(EVENTS[3], b'{"version": 1}'), ["edited"], EVENTS[3]),
    "an event exchanged with its seal": (forge(EVENTS[2], data={"text": "forged"}), ["broken-chain"], EVENTS[3]),
    "the first event exchanged": (forge(EVENTS[0], data={}), ["broken-chain"], EVENTS[1]),
    "another study's head": (exchange_study, ["broken-chain"], EVENTS[0]),
    "an event gone": (remove(EVENTS[1]), ["missing-event"], "events/000002"),
    "the second of two gone": (remove(EVENTS[2]), ["missing-event"], "events/000003"),
    "the newest of a step gone": (forge(EVENTS[3], step=[4, 5]), ["missing-event"], "events/000005"),
    "a step gone": (remove("events/000002"), ["missing-event"], "events/000002"),
    "the first step gone": (remove("events/000001"), ["missing-event"], "events/000001"),
    "half an event": (lambda root: os.truncate(root / EVENTS[3], 100), ["unreadable"], EVENTS[3]),
    "an empty event": (write(EVENTS[3], b""), ["unreadable"], EVENTS[3]),
    "an event that is no text": (write(EVENTS[3], b"\xff\xfe\0"), ["unreadable"], EVENTS[3]),
    "an event that is a list": (write(EVENTS[3], b"[]"), ["unreadable"], EVENTS[3]),
    "a NaN": (change(EVENTS[3], b'"split once"', b"NaN"), ["unreadable"], EVENTS[3]),
    "endless nesting": (write(EVENTS[3], b'{"a":' + b"[" * 200_000), ["unreadable"], EVENTS[3]),
    "endless digits": (write(EVENTS[3], b'{"a":' + b"1" * 10_000 + b"}"), ["unreadable"], EVENTS[3]),
    "no version": (forge(EVENTS[3], version=None), ["unreadable"], EVENTS[3]),
    "a true version": (forge(EVENTS[3], version=True), ["unreadable"], EVENTS[3]),
    "a number that is text": (forge(EVENTS[3], number="4"), ["unreadable"], EVENTS[3]),
    "a time without a zone": (forge(EVENTS[3], when="2026-01-01T00:00:00"), ["unreadable"], EVENTS[3]),
    "a step of elsewhere": (forge(EVENTS[3], step=[5, 6]), ["unreadable"], EVENTS[3]),
    "a float that is none": (forge(EVENTS[3], data={"a": {"$float": "x"}}), ["unreadable"], EVENTS[3]),
    "a file out of the folder": (forge(EVENTS[3], files={"../../etc/passwd": "0" * 64}), ["unreadable"], EVENTS[3]),
    "a file of another step": (forge(EVENTS[3], files={FILE: "0" * 64}), ["unreadable"], EVENTS[3]),
    "a way out through the step": (
        forge(EVENTS[3], files={"events/000004/files/../../../../x": "0" * 64}),
        ["unreadable"],
        EVENTS[3],
    ),
    "an event renamed": (
        move(EVENTS[3], "events/000004/000004-verdict.json"),
        ["misplaced"],
        "events/000004/000004-verdict.json",
    ),
    "a far number": (move(EVENTS[3], "events/000004/999999-candidate.json"), ["misplaced", "missing-event"], ""),
    "marks of a merge": (change(EVENTS[3], b' "data"', b"<<<<<<< HEAD\n"), ["merge-conflict"], EVENTS[3]),
    "a file changed": (write(FILE, b"[1, 2, 3]\n"), ["changed-file"], FILE),
    "a file of the same length": (write(FILE, b"[2, 1]\n"), ["changed-file"], FILE),
    "a file gone": (remove(FILE), ["missing-file"], FILE),
    "a folder for a file": (lambda root: (remove(FILE)(root), (root / FILE).mkdir()), ["missing-file"], FILE),
    "a pointer of git-lfs": (write(FILE, b"version https://git-lfs.github.com/spec/v1\n"), ["changed-file"], FILE),
}
LINKS = {
    "a link for a file": (link(FILE), ["link"], FILE),
    "a link for a folder of files": (link("events/000004/files/src"), ["link"], "events/000004/files/src"),
    "a link for an event": (link(EVENTS[3]), ["link"], EVENTS[3]),
    "a link for all events": (link("events"), ["link"], "events"),
    "a link for what is staged": (
        lambda root: (root / ".staged").rmdir() or (root / ".staged").symlink_to(root.parent),
        ["link"],
        ".staged",
    ),
    "a pipe for a file": (lambda root: (remove(FILE)(root), os.mkfifo(root / FILE)), ["link"], FILE),
}


@pytest.mark.parametrize("name", [*EDITS, *(LINKS if os.name != "nt" else {})])
def test_what_was_changed_by_hand_is_said_and_not_used(name: str, folder: Folder) -> None:
    """Each way of changing a study is found at once, in one sentence each; nothing is read from it, or added to it."""
    edit, codes, path = (EDITS | LINKS)[name]
    folder.events()
    edit(folder.root)
    found = folder.faults()
    assert sorted({fault.code for fault in found if fault.blocks}) == codes
    assert path == "" or path in {fault.path for fault in found}
    assert all(fault.said.endswith((".", "pull.")) and len(fault.said) < 400 for fault in found)
    before = tree(folder.root)
    for use in (folder.events, lambda: folder.last("baseline"), lambda: folder.read(FILE), lambda: append(folder)):
        with pytest.raises(StudyDamagedError, match="not as it was written, and is not used") as raised:
            use()
        assert {fault.code for fault in raised.value.faults} == set(codes)
        assert found[0].said in str(raised.value) or not found[0].blocks
    assert {name: data for name, data in tree(folder.root).items() if name != names.LOCK} == {
        name: data for name, data in before.items() if name != names.LOCK
    }


def test_an_exchanged_event_is_left_out_of_what_holds(folder: Folder) -> None:
    """Without trust one sees those events that hold by themselves, and never one that was edited."""
    change(EVENTS[1], "größer".encode(), b"smaller")(folder.root)
    assert [event.number for event in folder.events(trusted=False)] == [1, 3, 4]
    assert [event.number for event in folder.events("hypothesis", trusted=False)] == [3]


def test_what_is_put_back_is_used_again(folder: Folder) -> None:
    """Restored to the byte, a study is as good as before."""
    kept = (folder.root / EVENTS[1]).read_bytes()
    (folder.root / EVENTS[1]).unlink()
    assert folder.faults()
    (folder.root / EVENTS[1]).write_bytes(kept)
    assert numbers(folder) == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "edit", [change("study.json", b"demo:parse", b"demo:other"), write("study.json", b"{"), write("study.json", b"{}")]
)
def test_a_head_that_was_changed_is_not_believed(edit: Callable[[Path], None], folder: Folder) -> None:
    """`study.json` edited, or half written: the study does not open, and one that is open is not used."""
    edit(folder.root)
    with pytest.raises(StudyDamagedError, match=r"study\.json"):
        Folder.open(folder.root)
    with pytest.raises(StudyDamagedError, match=r"study\.json"):
        folder.events()
    assert {fault.path for fault in folder.faults()} == {"study.json"}


@pytest.mark.parametrize(
    "path", ["notes.txt", "events/notes.txt", "events/000001/.DS_Store", "events/000001/files/copy.json"]
)
def test_strange_files_are_said_and_left_alone(path: str, folder: Folder) -> None:
    """A file that is no part of the study is named, does no harm, and is not removed."""
    write(path, b"mine")(folder.root)
    (fault,) = folder.faults()
    assert (fault.code, fault.path, fault.blocks) == ("unknown-file", path, False)
    append(folder)
    assert numbers(folder) == [1, 2, 3, 4, 5]
    assert (folder.root / path).read_bytes() == b"mine"


def test_a_file_in_the_way_is_not_overwritten(folder: Folder) -> None:
    """Where the next step's folder is there already, with something in it, the step is refused."""
    write("events/000005/mine.txt", b"mine")(folder.root)
    with pytest.raises(StudyWriteError, match="is there already"):
        append(folder)
    assert (folder.root / "events/000005/mine.txt").read_bytes() == b"mine"
    assert numbers(folder) == [1, 2, 3, 4]


def test_a_look_at_a_moving_folder_is_taken_again(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """A listing may miss a name and have one that came later: only what two looks agree on is believed."""
    whole = listing._look(folder.root)
    holed = listing.Listing(tuple(name for name in whole.files if "000002/" not in name), (), ())
    looks = iter([holed, whole, whole])
    monkeypatch.setattr(listing, "_look", lambda root: next(looks))
    assert numbers(folder) == [1, 2, 3, 4]
    assert list(looks) == []


def test_a_known_hash_is_not_believed_of_a_changed_file(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes are kept by a file's size and times, and only long after these; a file that has others is read again."""
    monkeypatch.setattr(disk, "_SETTLED", -1)
    read: list[Path] = []
    real = disk.chunks_of
    monkeypatch.setattr(disk, "chunks_of", lambda path: read.append(path) or real(path))
    assert folder.faults() == ()
    read.clear()
    assert folder.faults() == ()
    assert [path for path in read if "files" in path.parts] == []
    write(FILE, b"[1, 2, 4]\n")(folder.root)
    assert [fault.code for fault in folder.faults()] == ["changed-file"]


# ---------------------------------------------------------------- versions


def test_the_kept_sample_of_version_1_reads(tmp_path: Path) -> None:
    """A study written by the first version is read by this one, whole, and goes on here."""
    kept = Folder.open(DATA / "study-v1")
    assert kept.faults() == ()
    assert (kept.header.id, kept.header.target) == ("5f1c0de5eed00001", "demo:parse")
    assert [(event.number, event.kind, len(event.files)) for event in kept.events()] == [
        (1, "baseline", 1),
        (2, "hypothesis", 0),
        (3, "candidate", 2),
        (4, "check", 0),
    ]
    check = kept.last("check")
    assert check is not None
    assert math.isnan(check.data["seconds"])
    assert check.data["interval"] == [1.25, math.inf]
    assert kept.read("events/000003/files/src/parse.py") == b"def parse(text):\n    return text.split()\n"
    shutil.copytree(DATA / "study-v1", tmp_path / "study")
    study = Folder.open(tmp_path / "study")
    append(study)
    assert numbers(study) == [1, 2, 3, 4, 5]


def test_a_newer_head_is_refused(folder: Folder) -> None:
    """One sentence: what it is, and what to do; an open study notices too."""
    forge("study.json", version=2, surprise=True)(folder.root)
    said = r"study\.json was written by a newer workbench \(version 2 .* this one knows 1\)\. Update the workbench"
    for use in (lambda: Folder.open(folder.root), folder.events, lambda: append(folder)):
        with pytest.raises(NewerStudyError, match=said):
            use()


def test_a_newer_event_is_refused(folder: Folder) -> None:
    """A study that a newer workbench went on with is not used, whatever else a newer form may have changed; without trust the rest is."""
    (folder.root / EVENTS[3]).write_bytes(b'{"version": 7, "sealed": "in another way"}')
    with pytest.raises(NewerStudyError, match=r"000004-candidate\.json was written by a newer workbench \(version 7"):
        folder.events()
    with pytest.raises(NewerStudyError):
        append(folder)
    assert [event.number for event in folder.events(trusted=False)] == [1, 2, 3]


def test_each_file_is_upgraded_from_its_own_version(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Old files are read by way of the upgrades and stay as they are; new ones are of the new version, in the same study."""
    before = tree(folder.root)
    monkeypatch.setattr(schema, "VERSION", 2)
    upgrade = schema.Upgrade(
        lambda header: {**header, "target": header["target"] + "!"},
        lambda event: {**event, "kind": event["kind"], "data": {"wrapped": event["data"]}},
    )
    monkeypatch.setitem(schema.UPGRADES, 1, upgrade)
    again = Folder.open(folder.root)
    assert again.header.target == "demo:parse!"
    append(again, "verdict", code="ok")
    assert [event.data for event in again.events()][2:] == [
        {"wrapped": {"text": "less"}},
        {"wrapped": {"note": "split once"}},
        {"code": "ok"},
    ]
    assert {name: data for name, data in tree(folder.root).items() if name in before} == before


# ---------------------------------------------------------------- transactions


class Oops(Exception):
    """Of the code within a transaction."""


@pytest.mark.parametrize("error", [Oops, KeyboardInterrupt, SystemExit, OSError])
def test_an_exception_leaves_the_state_before(error: type[BaseException], folder: Folder) -> None:
    """What comes out of the block comes out as itself; nothing was added, nothing is left, and the next step has the next number."""
    before = tree(folder.root)

    def fail() -> None:
        with folder.transaction() as step:
            step.attach("data", b"x")
            step.append("note", {})
            raise error

    with pytest.raises(error) as raised:
        fail()
    assert type(raised.value) is error
    assert {**tree(folder.root), names.LOCK: b""} == {**before, names.LOCK: b""}
    append(folder)
    assert numbers(folder) == [1, 2, 3, 4, 5]


def test_nothing_added_is_nothing_written(folder: Folder) -> None:
    """An empty block is no step; a file that no event has is an error."""
    before = tree(folder.root)
    with folder.transaction():
        pass

    def forget() -> None:
        with folder.transaction() as step:
            step.append("note", {})
            step.attach("data", b"x")

    with pytest.raises(StudyContentError, match="data: attached, but no event came after"):
        forget()
    assert {**tree(folder.root), names.LOCK: b""} == {**before, names.LOCK: b""}


def test_a_transaction_within_another_joins_it(folder: Folder) -> None:
    """Also by another object for the same folder, under another name: one step, in order, published at the outermost end."""
    other = (
        Folder.open(folder.root.parent / "x" / ".." / "study") if (folder.root.parent / "x").mkdir() is None else folder
    )
    with folder.transaction() as step:
        step.append("first", {})
        with other.transaction() as inner:
            assert inner is step
            path = inner.attach("data", b"x")
            inner.append("second", {})
        step.append("third", {})
        assert not (folder.root / "events/000005").exists()
    assert [(event.kind, event.step) for event in folder.events()[4:]] == [
        (kind, (5, 7)) for kind in ("first", "second", "third")
    ]
    assert folder.events()[5].files.keys() == {path}


def test_an_inner_transaction_that_fails_is_taken_back_alone(folder: Folder) -> None:
    """Its events and files go, those of the outer one stay, and names are free again."""
    with folder.transaction() as step:
        step.attach("kept", b"kept")
        with suppress(Oops), folder.transaction() as inner:
            inner.attach("deep/data", b"wrong")
            inner.append("mistake", {})
            raise Oops
        path = step.attach("deep", b"right")
        step.append("note", {})
    assert [event.kind for event in folder.events()[4:]] == ["note"]
    assert sorted(Path(name).name for name in folder.events()[-1].files) == ["deep", "kept"]
    assert folder.read(path) == b"right"
    assert folder.faults() == ()


def test_a_transaction_sees_its_own(folder: Folder) -> None:
    """Events and files that were added within are read within, and by nobody else before the end."""
    with folder.transaction() as step:
        path = step.attach("data", b"x")
        assert folder.read(path) == b"x"
        event = step.append("note", {"a": 1})
        assert folder.last("note") == event
        assert folder.read(path) == b"x"
        seen: list[int] = []
        reader = threading.Thread(target=lambda: seen.extend(numbers(Folder.open(folder.root))))
        reader.start()
        reader.join()
        assert seen == [1, 2, 3, 4]
        assert folder.faults() == ()
    assert folder.read(path) == b"x"


def test_a_transaction_that_is_over_takes_nothing(folder: Folder) -> None:
    """Used after its block, it says so."""
    with folder.transaction() as step:
        step.append("note", {})
    with pytest.raises(StudyContentError, match="is over"):
        step.append("note", {})
    with pytest.raises(StudyContentError, match="is over"):
        step.attach("data", b"")


def test_threads_take_turns(folder: Folder) -> None:
    """Eight threads with a folder object in common add each on its own: no step has another's events in it."""

    def work(name: int) -> None:
        for _ in range(3):
            with folder.transaction() as step:
                step.append("a", {"by": name})
                step.append("b", {"by": name})

    threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    added = folder.events()[4:]
    assert [event.number for event in added] == list(range(5, 5 + 48))
    assert [event.kind for event in added] == ["a", "b"] * 24
    assert all(
        first.data == second.data and first.step == second.step for first, second in zip(added[::2], added[1::2])
    )
    assert folder.faults() == ()


def test_another_task_of_the_same_thread_is_refused_not_joined(folder: Folder) -> None:
    """Waiting would stop the event loop for ever, and joining would mix two steps: an error says what to do."""

    async def second() -> None:
        with pytest.raises(StudyBusyError, match="Do not await within a transaction"), folder.transaction():
            pass

    async def first() -> None:
        with folder.transaction() as step:
            await asyncio.create_task(second())
            with folder.transaction():
                step.append("note", {})

    asyncio.run(first())
    assert numbers(folder) == [1, 2, 3, 4, 5]


# ---------------------------------------------------------------- several processes

HOLDER = """
import sys
from workbench.study.folder.store import Folder
with Folder.open(sys.argv[1]).transaction() as step:
    step.attach("data", b"half")
    print("held", flush=True)
    sys.stdin.readline()
    step.append("note", {})
"""

WRITER = """
import sys
from workbench.study.folder.store import Folder
folder = Folder.open(sys.argv[1])
print("ready", flush=True)
sys.stdin.readline()
for index in range(int(sys.argv[3])):
    with folder.transaction() as step:
        step.attach("by.txt", sys.argv[2].encode())
        step.append("a", {"by": sys.argv[2], "index": index})
        step.append("b", {"by": sys.argv[2], "index": index})
"""


def start(code: str, *words: object) -> subprocess.Popen[str]:
    """A Python process, once it has said its first line."""
    process = subprocess.Popen(
        [sys.executable, "-c", code, *map(str, words)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() != ""
    return process


def let_go(process: subprocess.Popen[str]) -> None:
    process.communicate("\n", timeout=60)
    assert process.returncode == 0


def test_processes_take_turns(folder: Folder) -> None:
    """Three processes that add at the same time, with this one reading: all events are there, in one chain, each step whole."""
    processes = [start(WRITER, folder.root, name, 6) for name in "xyz"]
    for process in processes:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    before: tuple[schema.Event, ...] = ()
    while any(process.poll() is None for process in processes):
        now = folder.events()
        assert now[: len(before)] == before
        before = now
    for process in processes:
        process.communicate()
        assert process.returncode == 0
    added = folder.events()[4:]
    assert [event.number for event in added] == list(range(5, 5 + 36))
    assert [event.kind for event in added] == ["a", "b"] * 18
    for name in "xyz":
        assert [event.data["index"] for event in added if event.kind == "a" and event.data["by"] == name] == list(
            range(6)
        )
    assert all(
        folder.read(next(iter(event.files))) == event.data["by"].encode() for event in added if event.kind == "a"
    )
    assert folder.faults() == ()


def test_who_waits_too_long_is_told_who_has_it(folder: Folder) -> None:
    """The sentence has the other's process number; what the other has staged is not taken for a leftover; then it goes on."""
    process = start(HOLDER, folder.root)
    with (
        pytest.raises(StudyBusyError, match=rf"Process {process.pid} on .* has been writing .* for 0 s"),
        folder.transaction(patience=0),
    ):
        pass
    assert folder.faults() == ()
    process.kill()
    process.communicate()
    append(folder)
    assert numbers(folder) == [1, 2, 3, 4, 5]


def test_a_writer_that_goes_on_alone_comes_through(folder: Folder) -> None:
    """The one who waits gets its turn when the other has ended, and builds on what that wrote."""
    process = start(HOLDER, folder.root)
    waiting = threading.Thread(target=append, args=(folder, "mine"))
    waiting.start()
    let_go(process)
    waiting.join()
    assert [event.kind for event in folder.events()[4:]] == ["note", "mine"]


def test_a_dead_writer_does_not_block(folder: Folder) -> None:
    """Killed in the middle: its half is said, is not part of the study, and is taken away by the next step."""
    process = start(HOLDER, folder.root)
    process.kill()
    process.communicate()
    (fault,) = folder.faults()
    assert (fault.code, fault.blocks) == ("leftover", False)
    assert numbers(folder) == [1, 2, 3, 4]
    with folder.transaction(patience=0) as step:
        step.append("note", {})
    assert folder.faults() == ()
    assert list((folder.root / names.STAGED).iterdir()) == []


def test_another_thread_is_called_that(folder: Folder) -> None:
    """A wait that cannot end, for a thread of one's own process, says so."""
    said: list[str] = []

    def work() -> None:
        with pytest.raises(StudyBusyError) as raised, folder.transaction(patience=0):
            pass
        said.append(str(raised.value))

    with folder.transaction():
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
    assert said[0].startswith("Another thread of this process has been writing")


FORKS = """
import os, sys, signal
from workbench.study.folder.store import Folder
from workbench.study.folder.errors import StudyContentError
folder = Folder.open(sys.argv[1])
try:
    with folder.transaction() as step:
        step.append("parent", {})
        child = os.fork()
        if child == 0:
            try:
                step.append("child", {})
            except StudyContentError:
                pass
        else:
            assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 5
except StudyContentError:
    os._exit(5 if child == 0 else 6)
with folder.transaction() as step:
    step.append("parent", {})
    child = os.fork()
    if child == 0:
        print(os.getpid(), flush=True)
    signal.pause()
"""


@posix
def test_a_fork_within_a_transaction_has_no_part_in_it(folder: Folder) -> None:
    """The child can neither add nor publish, and does not keep the lock when the parent is killed."""
    process = subprocess.Popen([sys.executable, "-c", FORKS, str(folder.root)], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    child = int(process.stdout.readline())
    try:
        process.kill()
        process.wait()
        assert [event.kind for event in folder.events()[4:]] == ["parent"]
        with folder.transaction(patience=0) as step:
            step.append("note", {})
    finally:
        os.kill(child, signal.SIGKILL)
        process.communicate()
    assert folder.faults() == ()


@posix
def test_a_lock_whose_file_was_removed_is_not_had_by_the_next_one(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between opening the file and locking it, the name can come to belong to another one: then it is tried again."""
    taken: list[int] = []
    real = lock._take

    def take(descriptor: int) -> bool:
        if not taken:
            (folder.root / names.LOCK).unlink()
            (folder.root / names.LOCK).touch()
        taken.append(descriptor)
        return real(descriptor)

    monkeypatch.setattr(lock, "_take", take)
    append(folder)
    assert len(taken) >= 2
    assert not lock.is_held(folder.root)


@posix
def test_a_link_in_the_place_of_the_lock_is_not_followed(folder: Folder, tmp_path: Path) -> None:
    """A study from elsewhere cannot have a file of one's own overwritten."""
    (tmp_path / "precious").write_bytes(b"mine")
    (folder.root / names.LOCK).unlink()
    (folder.root / names.LOCK).symlink_to(tmp_path / "precious")
    with pytest.raises(StudyWriteError):
        append(folder)
    assert (tmp_path / "precious").read_bytes() == b"mine"


def test_a_disk_without_locks_is_refused(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two writers could not be kept apart there: said, instead of hoped for."""

    def none(*args: object) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr("msvcrt.locking" if sys.platform == "win32" else "fcntl.flock", none)
    with pytest.raises(StudyWriteError, match="has no locks"):
        append(folder)


# ---------------------------------------------------------------- killed, full, interrupted


def left_by(what: str, seed: int, path: Path) -> list[Path]:
    """A study for each point at which its writer was killed."""
    command = [sys.executable, str(BENCHMARKS / "kill_study.py"), "leave", what, str(seed), str(path)]
    points = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return [path / f"{at:04d}" for at in range(1, points + 1)]


@posix
def test_a_step_killed_anywhere_is_there_whole_or_not_at_all(tmp_path: Path) -> None:
    """SIGKILL before, within and after each call of the system: the study opens, shows before or after, and goes on."""
    shown = [kill_study.shown(root, 0) for root in left_by("add", 0, tmp_path)]
    turn = shown.index("after")
    assert shown == ["before"] * turn + ["after"] * (len(shown) - turn)
    assert turn > 100
    assert len(shown) - turn > 3


@posix
def test_a_making_killed_anywhere_can_be_made_again(tmp_path: Path) -> None:
    """Until the study is there, the same folder can be taken again, and asking for it says so; then it is whole."""
    states = []
    for root in left_by("create", 0, tmp_path):
        try:
            study = Folder.open(root)
            states.append("there")
        except NotAStudyError as error:
            states.append(str(error))
            study = new(root)
        append(study)
        assert study.faults() == ()
        assert {path.name for path in root.iterdir()} == {
            "study.json",
            "events",
            *names.HABITS,
            names.LOCK,
            names.STAGED,
        }
    assert states == sorted(states, key=lambda state: state == "there")
    assert states[-1] == "there"
    assert any("never finished being made" in state for state in states)


@pytest.fixture
def small_step(folder: Folder) -> Iterator[Callable[[], None]]:
    def add() -> None:
        with folder.transaction() as step:
            step.attach("src/data", b"some data")
            step.append("a", {})
            step.append("b", {})

    return add


CHANGING = frozenset({"write", "fsync", "mkdir", "rename"})


def test_a_full_disk_leaves_the_state_before(folder: Folder, small_step: Callable[[], None]) -> None:
    """Whichever call it is that fails: one sentence, the study as before, nothing left, and the step can be done again.

    But for the signature in the lock, without which it is had all the same.
    """
    before = {**tree(folder.root), names.LOCK: b""}

    def full() -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    failed = 0
    for at in range(1, kill_study.MOST):
        wire = kill_study.Tripwire(at, full, CHANGING)
        try:
            with wire:
                small_step()
        except StudyWriteError as error:
            assert re.fullmatch(
                rf"The study in {re.escape(str(folder.root))} could not be written \(No space left on device\)\. "
                r"It is as it was before\. Make room, and do the step again\.",
                str(error),
            )
            assert {**tree(folder.root), names.LOCK: b""} == before
            assert folder.faults() == ()
            failed += 1
        else:
            assert numbers(folder) == [1, 2, 3, 4, 5, 6]
            if wire.count < at:
                break
            shutil.rmtree(folder.root / "events/000005")
    assert failed > 25


def test_an_interrupt_anywhere_leaves_before_or_after(folder: Folder, small_step: Callable[[], None]) -> None:
    """Ctrl-C before, within and after each call: comes out as itself, leaves no lock and no half; rarely all is written already."""
    seen = set()

    def interrupt() -> None:
        raise KeyboardInterrupt

    for at in range(1, kill_study.MOST):
        wire = kill_study.Tripwire(at, interrupt)
        try:
            with wire:
                small_step()
        except KeyboardInterrupt:
            seen.add(len(numbers(folder)))
            assert [fault for fault in folder.faults() if fault.code != "leftover"] == []
            assert not lock.is_held(folder.root)
            shutil.rmtree(folder.root / "events/000005", ignore_errors=True)
        if wire.count < at:
            break
    assert seen == {4, 6}
    assert numbers(folder) == [1, 2, 3, 4, 5, 6]
    assert folder.faults() == ()


def test_all_is_on_the_disk_before_it_counts(folder: Folder, small_step: Callable[[], None]) -> None:
    """For a power cut: each file and folder is synced before the one move that makes them part of the study, and that after it."""
    wire = kill_study.Tripwire(0, lambda: None, frozenset({"write", "fsync", "rename"}))
    with wire:
        small_step()
    order = " ".join(wire.names).removeprefix("write ")
    assert order == "write fsync " * 3 + "fsync fsync fsync fsync rename fsync"


def test_a_disk_that_fails_at_the_last_moment(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The move can neither be confirmed nor taken back: that is said, as it is."""
    real = disk.sync_folder

    def fail(path: Path) -> None:
        if path.name == names.EVENTS:
            monkeypatch.setattr("os.rename", no)
            raise OSError(errno.EIO, "Input/output error")
        real(path)

    def no(*args: object) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(disk, "sync_folder", fail)
    with pytest.raises(StudyWriteError, match=r"did not confirm .*; it is there now, but a power cut may take it"):
        append(folder)
    assert numbers(folder) == [1, 2, 3, 4, 5]


# ---------------------------------------------------------------- making and opening


def test_only_an_empty_folder_becomes_a_study(folder: Folder, tmp_path: Path) -> None:
    """A study, another folder with something in it and a file are refused and stay as they are; these are errors of use."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "mine").write_bytes(b"mine")
    (tmp_path / "habits").mkdir()
    (tmp_path / "habits" / ".gitignore").write_bytes(b"mine")
    before = tree(tmp_path)
    for path, said in [
        (folder.root, "There is a study"),
        (tmp_path / "full", r"not empty \(mine\)"),
        (tmp_path / "habits", r"not empty \(\.gitignore\)"),
        (tmp_path / "full" / "mine", "is a file"),
    ]:
        with pytest.raises(StudyExistsError, match=said) as raised:
            new(path)
        assert isinstance(raised.value, UsageError)
    assert tree(tmp_path) == before
    (tmp_path / "empty").mkdir()
    assert new(tmp_path / "empty").events() == ()
    assert new(tmp_path / "a" / "b").faults() == ()
    with pytest.raises(StudyWriteError, match="could not be written"):
        new(tmp_path / "full" / "mine" / "below")


def test_what_is_no_study_does_not_open(folder: Folder, tmp_path: Path) -> None:
    """Each says what it is, and what to do."""
    (tmp_path / "other").mkdir()
    (folder.root / "study.json").unlink()
    for path, said in [
        (tmp_path / "missing", "There is no folder"),
        (tmp_path / "other", r"is no study: it has no study\.json"),
        (folder.root, r"has no study\.json: a study that lost it"),
    ]:
        with pytest.raises(NotAStudyError, match=said):
            Folder.open(path)


def test_a_study_may_be_moved(folder: Folder, tmp_path: Path) -> None:
    """Nothing in it knows where it lies; a folder that is gone is said."""
    folder.root.rename(tmp_path / "moved")
    assert numbers(Folder.open(tmp_path / "moved")) == [1, 2, 3, 4]
    with pytest.raises(StudyDamagedError, match="cannot be listed"):
        folder.faults()
    with pytest.raises(StudyWriteError):
        append(folder)


# ---------------------------------------------------------------- git

needs_git = pytest.mark.skipif(shutil.which("git") is None, reason="git is not installed")


def git(where: Path, *words: str) -> str:
    settings = [
        "user.name=t",
        "user.email=t@example.org",
        "init.defaultBranch=main",
        "core.autocrlf=true",
        "commit.gpgsign=false",
    ]
    words = (*(word for setting in settings for word in ("-c", setting)), *words)
    environment = {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}
    done = subprocess.run(["git", *words], cwd=where, env=environment, check=False, capture_output=True, text=True)
    return done.stdout + done.stderr


@needs_git
def test_a_study_goes_through_git_unchanged(folder: Folder, tmp_path: Path) -> None:
    """Neither rules of the project's .gitignore nor changed line ends take anything from it; lock and leftovers stay out."""
    with folder.transaction() as step:
        step.attach("build/run.wbp", b"PK\r\n\0")
        step.attach("lines.txt", b"a\nb\n")
        step.append("profile", {})
    write(".staged/0123/half", b"")(folder.root)
    repository = tmp_path
    (repository / ".gitignore").write_text("*.wbp\nbuild/\n*.json\n")
    git(repository, "init")
    git(repository, "add", "-A")
    git(repository, "commit", "-m", "study")
    git(repository, "clone", ".", str(tmp_path / "clone"))
    clone = Folder.open(tmp_path / "clone" / "study")
    assert clone.faults() == ()
    assert clone.events() == folder.events()
    assert not (clone.root / names.STAGED).exists()
    assert not (clone.root / names.LOCK).exists()


@needs_git
@pytest.mark.parametrize(("kind", "codes"), [("verdict", {"two-branches"}), ("note", {"merge-conflict"})])
def test_two_branches_that_were_merged_are_said(kind: str, codes: set[str], folder: Folder) -> None:
    """Each branch went on by itself: the merge has numbers twice, or marks in a file, and the sentence says what to do."""
    git(folder.root, "init")
    git(folder.root, "add", "-A")
    git(folder.root, "commit", "-m", "base")
    git(folder.root, "checkout", "-b", "other")
    append(folder, kind, by="other")
    git(folder.root, "add", "-A")
    git(folder.root, "commit", "-m", "other")
    git(folder.root, "checkout", "main")
    assert numbers(folder) == [1, 2, 3, 4]
    append(folder, "note", by="main")
    git(folder.root, "add", "-A")
    git(folder.root, "commit", "-m", "main")
    git(folder.root, "tag", "mine")
    git(folder.root, "merge", "other")
    assert {fault.code for fault in folder.faults() if fault.blocks} == codes
    with pytest.raises(
        StudyDamagedError, match=r"A study is one line of events, so keep those of one branch \(git restore"
    ):
        folder.events()
    git(folder.root, "reset", "--hard", "mine")
    assert [event.data.get("by") for event in folder.events()[4:]] == ["main"]
    assert [fault for fault in folder.faults() if fault.blocks] == []


def test_every_code_of_a_fault_is_tested() -> None:
    """Every code of a fault that these tests know is one that the module has, and none is without a test."""
    source = Path(integrity.__file__).read_text("utf-8")
    written = set(re.findall(r'Fault\(\s*"([a-z-]+)"', source)) | {"unreadable"}
    tested = {code for _, codes, _ in [*EDITS.values(), *LINKS.values()] for code in codes}
    assert written == tested | {"newer", "two-branches", "merge-conflict", "unknown-file", "leftover"}
    assert store.PATIENCE > 0
