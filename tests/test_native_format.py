"""The workbench's own file: exact round trips, kept old versions, and every damage refused in one sentence."""

from __future__ import annotations

import hashlib
import io
import json
import os
import random
import tracemalloc
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import samples
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import (
    DamagedFileError,
    FileFormatError,
    ForeignFileError,
    NewerFileError,
    SaveFailedError,
    TargetNotFoundError,
)
from workbench.formats import detect, native
from workbench.model.facts import Target, TargetKind

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.model.recording import Recording

KEPT = Path(__file__).parent / "data"


@given(samples.recordings())
def test_any_recording_comes_back_equal(recording: Recording) -> None:
    """Out and in again gives the same recording, and the same bytes."""
    data = native.dumps(recording)
    back = native.loads(data)
    assert back == recording
    assert native.dumps(back) == data


@pytest.mark.parametrize(
    "make", [samples.small_recording, samples.exact_recording, samples.empty_recording, samples.hostile_recording]
)
def test_files_come_back_equal(make: object, tmp_path: Path) -> None:
    """Through a file as well, with nothing else left in the folder."""
    recording = make()  # type: ignore[operator]
    path = tmp_path / "kept.wbp"
    native.write(recording, path)
    assert native.read(path) == detect.read(path) == recording
    assert list(tmp_path.iterdir()) == [path]


def test_every_old_version_is_still_read() -> None:
    """A kept sample of each version up to today's opens and has its known contents."""
    kept = sorted(KEPT.glob("v*.wbp"))
    assert [path.stem for path in kept] == [f"v{version}" for version in range(1, native.VERSION + 1)]
    for path in kept:
        recording = native.read(path)
        assert recording.engine == "sample"
        assert "build_index" in recording.strings


def members() -> dict[str, bytes]:
    """The members of the small recording's file."""
    with zipfile.ZipFile(io.BytesIO(native.dumps(samples.small_recording()))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def sealed(data: bytes) -> bytes:
    """A zip without a comment, with our seal at its end, as somebody with bad intentions would put it there."""
    seal = b"workbench sha256:"
    data = data[:-2] + (len(seal) + 64).to_bytes(2, "little") + seal
    return data + hashlib.sha256(data).hexdigest().encode()


def rezipped(change: dict[str, bytes | None], kind: int = zipfile.ZIP_STORED) -> bytes:
    """The small recording's file with some members replaced, or left out where None."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", kind) as archive:
        for name, data in (members() | change).items():
            if data is not None:
                archive.writestr(name, data)
    return sealed(target.getvalue())


def meta(**change: object) -> dict[str, bytes | None]:
    """`meta.json` with some keys changed; where both are objects, a change replaces some of its keys."""
    found = json.loads(members()["meta.json"])
    for key, value in change.items():
        found[key] = found[key] | value if isinstance(value, dict) and isinstance(found[key], dict) else value
    return {"meta.json": json.dumps(found).encode()}


def npy(values: object) -> bytes:
    target = io.BytesIO()
    np.save(target, np.asarray(values), allow_pickle=True)
    return target.getvalue()


HUGE = b"\x93NUMPY\x01\x00v\x00{'descr': '<i4', 'fortran_order': False, 'shape': (99999999999,), }" + b" " * 40 + b"\n"


@pytest.mark.parametrize(
    ("data", "error", "says"),
    [
        (b"", ForeignFileError, "is not"),
        (b"%PDF-1.7 ...", ForeignFileError, "is not"),
        (rezipped(meta(version=native.VERSION + 1)), NewerFileError, "Upgrade"),
        (rezipped(meta(version="1")), DamagedFileError, "version"),
        (rezipped(meta(format="other")), ForeignFileError, "not a workbench recording"),
        (rezipped({"meta.json": None}), ForeignFileError, "not a workbench recording"),
        (rezipped({"meta.json": b"{"}), DamagedFileError, "altered"),
        (rezipped(meta(strings=[1, 2])), DamagedFileError, "fit together"),
        (rezipped(meta(duration=-1.0)), DamagedFileError, "fit together"),
        (rezipped(meta(target=None)), DamagedFileError, "fit together"),
        (rezipped({"samples.stack.npy": None}), DamagedFileError, "fit together"),
        (rezipped({"samples.stack.npy": npy(np.array([1 << 20] * 3, dtype=np.int32))}), DamagedFileError, "fit together"),
        (rezipped({"samples.stack.npy": npy(np.array([1.0]))}), DamagedFileError, "fit together"),
        (rezipped({"samples.stack.npy": npy(np.array(["a"]))}), DamagedFileError, "altered"),
        (rezipped({"samples.stack.npy": npy(np.zeros((1, 1), dtype=np.int32))}), DamagedFileError, "altered"),
        (rezipped({"samples.stack.npy": b""}), DamagedFileError, "altered"),
        (rezipped({"timeline.rss.npy": members()["timeline.rss.npy"].replace(b"(41,)", b"(40,)")}), DamagedFileError, "altered"),
        (rezipped({"meta.json": b"[" * 200_000}), DamagedFileError, "altered"),
        (rezipped({"meta.json": b"[]"}), ForeignFileError, "not a workbench recording"),
        (rezipped({"samples.stack.npy": npy(np.array([{}], dtype=object))}), DamagedFileError, "altered"),
        (rezipped({"stacks.parent.npy": HUGE}), DamagedFileError, "altered"),
    ],
    ids=lambda value: value.__name__ if isinstance(value, type) else None,
)  # fmt: skip
def test_foreign_newer_and_damaged_files_are_refused_in_one_sentence(
    data: bytes, error: type[FileFormatError], says: str
) -> None:
    """Each cause has its own class and a sentence that says what it is."""
    with pytest.raises(error, match=says) as caught:
        native.loads(data, "it.wbp")
    assert "it.wbp" in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "change",
    [
        {"target": {"repeats": -5}},
        {"target": {"repeats": 0}},
        {"target": {"repeats": 1 << 70}},
        {"environment": {"cpus": -1}},
        {"environment": {"packages": ["ab"]}},
        {"environment": {"packages": [["a", "b", "c"]]}},
        {"cost": {"samples": -9}},
        {"cost": {"own": -3.0}},
        {"cost": {"interval": float("inf")}},
        {"cost": {"own": float("nan")}},
        {"duration": float("inf")},
        {"cpu": 10**400},
    ],
    ids=str,
)
def test_facts_that_cannot_be_are_refused(change: dict[str, object]) -> None:
    """Counts and times below nothing or without end, and a text where a pair should be, are damage."""
    with pytest.raises(DamagedFileError, match="fit together"):
        native.loads(rezipped(meta(**change)))


def test_a_file_is_stored_or_deflated(tmp_path: Path) -> None:
    """Other ways of packing are refused, and so are their decoders' own errors, however the bytes are damaged."""
    assert native.loads(rezipped({}, zipfile.ZIP_DEFLATED)) == samples.small_recording()
    draw = random.Random(1)
    for kind in (zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2):
        plain = rezipped({}, kind)[: -(17 + 64)]
        for _ in range(100):
            data = bytearray(plain)
            data[draw.randrange(1000)] ^= 1 << draw.randrange(8)
            with pytest.raises(FileFormatError):
                native.loads(sealed(bytes(data)))
        with pytest.raises(DamagedFileError):
            native.loads(sealed(plain))


def test_a_file_without_a_seal_is_refused() -> None:
    """Unzipped, changed and zipped again by hand, the file has lost its seal."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in members().items():
            archive.writestr(name, data)
    with pytest.raises(DamagedFileError, match="altered"):
        native.loads(target.getvalue())


def test_a_member_that_is_there_twice_is_refused() -> None:
    """Two members of one name leave open which one counts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in members().items():
            archive.writestr(name, data)
        with pytest.warns(UserWarning, match="Duplicate"):
            archive.writestr("samples.stack.npy", members()["samples.stack.npy"])
    with pytest.raises(DamagedFileError):
        native.loads(sealed(target.getvalue()))


def peak_of(call: Callable[[], object]) -> int:
    """The most memory Python held at once during a call, in bytes."""
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


def refused(data: bytes) -> None:
    with pytest.raises(DamagedFileError):
        native.loads(data)


def test_what_no_recording_has_is_never_unpacked() -> None:
    """A small file's member of 64 MiB of nothing, under a name that is not ours, takes no memory."""
    data = rezipped({"junk.npy": bytes(64 << 20)}, zipfile.ZIP_DEFLATED)
    assert peak_of(lambda: native.loads(data)) < 8 << 20


def test_a_member_never_unpacks_to_more_than_its_entry_says() -> None:
    """A column that says it has a few bytes and would inflate to 64 MiB is stopped at the few."""
    data = rezipped({"samples.stack.npy": bytes(64 << 20)}, zipfile.ZIP_DEFLATED)
    data = data.replace((64 << 20).to_bytes(4, "little"), (9000).to_bytes(4, "little"))
    assert peak_of(lambda: refused(sealed(data[: -(17 + 64)]))) < 8 << 20


def test_a_file_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns, and the texts beside them, are held against a bound before they are unpacked; a writer keeps to the same bounds."""
    data = rezipped({"samples.stack.npy": npy(np.zeros(4 << 20, dtype=np.int32))}, zipfile.ZIP_DEFLATED)
    with monkeypatch.context() as patch:
        patch.setattr("workbench.formats.archive.LARGEST", 1 << 20)
        assert peak_of(lambda: refused(data)) < 8 << 20
        with pytest.raises(SaveFailedError, match="kept in this session"):
            native.dumps(samples.random_recording(samples=50_000))
    data = rezipped(meta(notes=["x" * (4 << 20)]), zipfile.ZIP_DEFLATED)
    monkeypatch.setattr(native, "LARGEST_META", 1 << 20)
    assert peak_of(lambda: refused(data)) < 8 << 20
    with pytest.raises(SaveFailedError, match="kept in this session"):
        native.dumps(samples.small_recording(target=Target(TargetKind.CELL, "x" * (2 << 20))))


def test_texts_are_cheap_and_lists_of_nothing_are_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three bytes of JSON can become an object of sixty: what is outside of texts has a bound of its own."""
    monkeypatch.setattr(native, "LARGEST_FRAME", 100_000)
    text = 'a "quoted" \\ [],[],[] \\" ' * 50_000
    recording = samples.small_recording(target=Target(TargetKind.CELL, text))
    assert native.loads(native.dumps(recording)) == recording
    refused(rezipped({"meta.json": members()["meta.json"][:-1] + b', "more": [' + b"[]," * 60_000 + b"0]}"}))
    with pytest.raises(DamagedFileError) as caught:
        native.loads(rezipped(meta(more=[[]] * 60_000)))
    assert "names" in str(caught.value.__cause__)


def test_too_little_memory_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where memory runs out while a file is opened, that is a sentence too."""

    def short(*given: object) -> None:
        raise MemoryError

    data = native.dumps(samples.small_recording())
    monkeypatch.setattr("workbench.formats.archive.unpack", short)
    with pytest.raises(FileFormatError, match="more memory"):
        native.loads(data, "it.wbp")


def test_any_flipped_bit_is_refused(tmp_path: Path) -> None:
    """Whichever byte of a file is changed, also one that zip does not read: damaged, never foreign, never read."""
    whole = native.dumps(samples.small_recording())
    draw = random.Random(2)
    for at in range(len(whole)):
        data = bytearray(whole)
        data[at] ^= 1 << draw.randrange(8)
        with pytest.raises(DamagedFileError):
            native.loads(bytes(data))
    path = tmp_path / "a.wbp"
    for at in (0, 1, len(whole) - 1):
        path.write_bytes(whole[:at] + bytes([whole[at] ^ 0x20]) + whole[at + 1 :])
        with pytest.raises(DamagedFileError):
            detect.read(path)


def test_any_truncation_is_refused() -> None:
    """Cut off anywhere, the file is refused; never another exception, never half a recording."""
    data = native.dumps(samples.small_recording())
    for length in {*range(0, len(data), 97), *range(len(data) - 40, len(data))}:
        with pytest.raises(FileFormatError):
            native.loads(data[:length])


@settings(max_examples=150)
@given(seed=st.integers(0, 1 << 30))
def test_damage_that_was_sealed_is_refused_or_sound(seed: int) -> None:
    """Bytes changed anywhere under a seal that fits give a clear refusal, or a recording that can be written again."""
    draw = random.Random(seed)
    data = bytearray(rezipped({})[: -(17 + 64)])
    for _ in range(draw.choice([1, 1, 2, 20])):
        data[draw.randrange(len(data))] ^= 1 << draw.randrange(8)
    try:
        back = native.loads(sealed(bytes(data)))
    except FileFormatError:
        return
    assert native.loads(native.dumps(back)) == back


def test_opening_a_file_runs_nothing(tmp_path: Path) -> None:
    """A pickle in a column's place, which would leave a trace if it were loaded, is refused and leaves none."""
    trace = tmp_path / "trace"

    class Bomb:
        def __reduce__(self) -> tuple[object, tuple[object, ...]]:
            return (Path.touch, (trace,))

    with pytest.raises(DamagedFileError):
        native.loads(rezipped({"samples.stack.npy": npy(np.array([Bomb()], dtype=object))}))
    assert not trace.exists()


def test_a_failed_write_leaves_no_file_and_says_what_to_do(tmp_path: Path) -> None:
    """A folder that is not there, a folder in the file's place: one sentence, nothing left behind, the old file whole."""
    recording = samples.small_recording()
    (tmp_path / "taken.wbp").mkdir()
    for path in (tmp_path / "missing" / "a.wbp", tmp_path / "taken.wbp"):
        with pytest.raises(SaveFailedError, match="kept in this session"):
            native.write(recording, path)
    assert [path.name for path in tmp_path.iterdir()] == ["taken.wbp"]


def test_a_full_disk_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the disk is full at the last moment, what was there before is still there, whole."""
    path = tmp_path / "a.wbp"
    native.write(samples.small_recording(), path)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SaveFailedError, match="No space left"):
        native.write(samples.exact_recording(), path)
    assert native.read(path) == samples.small_recording()
    assert list(tmp_path.iterdir()) == [path]


def test_what_is_not_there_is_said(tmp_path: Path) -> None:
    """A missing file, a folder and a name that no file can have are each one sentence."""
    for path in (tmp_path / "none.wbp", tmp_path, tmp_path / "nul\0.wbp"):
        for read in (detect.read, native.read):
            with pytest.raises(TargetNotFoundError):
                read(path)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such files")
def test_pipes_and_devices_are_not_read(tmp_path: Path) -> None:
    """What would never end, or wait for ever, is refused unread."""
    os.mkfifo(tmp_path / "pipe.wbp")
    for path in (tmp_path / "pipe.wbp", Path("/dev/zero")):
        with pytest.raises(ForeignFileError, match="Put the recording into a file"):
            detect.read(path)


def test_a_file_larger_than_any_recording_is_not_read(tmp_path: Path) -> None:
    """A file's length is looked at before its contents."""
    path = tmp_path / "large.wbp"
    with path.open("wb") as stream:
        stream.truncate(3 << 30)
    with pytest.raises(DamagedFileError, match="larger than any"):
        detect.read(path)


@pytest.mark.parametrize("text", ['{"a": 1}', "{}", "{", "{0", "plain", '{\n "a": 1}'])
def test_other_files_are_called_other_files(text: str, tmp_path: Path) -> None:
    """JSON begins with the same byte as a profile does, and is none."""
    path = tmp_path / "it"
    path.write_text(text)
    with pytest.raises(ForeignFileError):
        detect.read(path)
