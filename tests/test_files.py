"""Files are written whole or not at all, wherever the name leads: by the recording, the profile and the report alike."""

from __future__ import annotations

import os
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import samples

from workbench.errors import SaveFailedError
from workbench.face.profile import Profile
from workbench.files import write_whole
from workbench.formats import native, pstats_file

if TYPE_CHECKING:
    from collections.abc import Callable

posix = pytest.mark.skipif(os.name == "nt", reason="files of POSIX systems")


def write_native(path: Path) -> None:
    native.write(samples.small_recording(), path)


def write_pstats(path: Path) -> None:
    pstats_file.write(samples.exact_recording(), path)


def write_report(path: Path) -> None:
    Profile(samples.small_recording()).report(path)


writers = pytest.mark.parametrize("write", [write_native, write_pstats, write_report])


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@writers
def test_a_full_disk_leaves_the_old_file(
    write: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Full at the last moment: the old contents are there, nothing else is, and the sentence says what to do."""
    path = tmp_path / "it"
    path.write_bytes(b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(SaveFailedError, match=r"No space left.* kept"):
        write(path)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == {"it"}


@writers
def test_ctrl_c_leaves_nothing_behind(
    write: Callable[[Path], None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An interrupt while writing comes out as itself; the old file is whole, and there is no other."""
    path = tmp_path / "it"
    path.write_bytes(b"old")

    def interrupt(descriptor: int) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("os.fsync", interrupt)
    with pytest.raises(KeyboardInterrupt):
        write(path)
    assert path.read_bytes() == b"old"
    assert names(tmp_path) == {"it"}


@posix
@writers
def test_a_link_stays_a_link(write: Callable[[Path], None], tmp_path: Path) -> None:
    """The file behind links is replaced, or made where there is none yet; the links are as they were."""
    (tmp_path / "folder").mkdir()
    (tmp_path / "second").symlink_to(Path("folder") / "real")
    (tmp_path / "first").symlink_to("second")
    for _ in range(2):
        write(tmp_path / "first")
        assert (tmp_path / "first").is_symlink()
        assert (tmp_path / "second").is_symlink()
        assert (tmp_path / "folder" / "real").stat().st_size > 100
        assert names(tmp_path / "folder") == {"real"}
        (tmp_path / "folder" / "real").write_bytes(b"")


@posix
@writers
def test_a_pipe_is_written_to_and_stays_a_pipe(write: Callable[[Path], None], tmp_path: Path) -> None:
    """Who reads at the other end gets the file; a device such as /dev/null is treated the same."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    both_ends = os.open(path, os.O_RDWR)
    with path.open("rb") as reading, ThreadPoolExecutor(1) as pool:
        arrived = pool.submit(reading.read)
        try:
            write(path)
        finally:
            os.close(both_ends)
        read = arrived.result()
    assert stat.S_ISFIFO(path.lstat().st_mode)
    assert len(read) > 100
    assert names(tmp_path) == {"pipe"}


@posix
def test_the_rights_of_a_file_stay_and_a_new_one_has_the_usual(tmp_path: Path) -> None:
    """A private file stays private; a new one is as `open` would make it."""
    private, odd, new, usual = (tmp_path / name for name in ("private", "odd", "new", "usual"))
    private.touch(0o600)
    odd.touch()
    odd.chmod(0o664)
    usual.touch()
    for path in (private, odd, new):
        write_whole(path, b"data")
        assert path.read_bytes() == b"data"
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert stat.S_IMODE(odd.stat().st_mode) == 0o664
    assert stat.S_IMODE(new.stat().st_mode) == stat.S_IMODE(usual.stat().st_mode)


@posix
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may write anything")
def test_a_read_only_file_is_not_replaced(tmp_path: Path) -> None:
    """The folder would let it be replaced; its owner said no."""
    path = tmp_path / "it"
    path.write_bytes(b"old")
    path.chmod(0o444)
    with pytest.raises(SaveFailedError, match="Permission denied"):
        write_native(path)
    assert path.read_bytes() == b"old"


def test_a_name_may_be_as_long_as_the_system_allows(tmp_path: Path) -> None:
    """A file's name has up to 255 letters on most systems; what is written on the way has a short one."""
    path = tmp_path / ("n" * 251 + ".wbp")
    write_native(path)
    assert native.read(path) == samples.small_recording()


@writers
@pytest.mark.parametrize("name", ["missing/it", "taken", "nul\0", "n" * 300])
def test_what_cannot_be_written_is_one_sentence(write: Callable[[Path], None], name: str, tmp_path: Path) -> None:
    """No such folder, a folder in its place, a name no file can have: our error, and nothing left behind."""
    (tmp_path / "taken").mkdir()
    with pytest.raises(SaveFailedError, match="kept"):
        write(tmp_path / name)
    assert names(tmp_path) == {"taken"}


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")
def test_a_file_that_is_open_but_gone_is_written_to(tmp_path: Path) -> None:
    """A name such as /dev/stdout can lead to a file that has no name any more: it gets the data, and no new file is made."""
    with (tmp_path / "gone").open("w+b") as stream:
        (tmp_path / "gone").unlink()
        write_whole(Path(f"/proc/self/fd/{stream.fileno()}"), b"data")
        assert stream.read() == b"data"
    assert names(tmp_path) == set()
