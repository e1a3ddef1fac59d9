"""The zip around a recording: stored or deflated members, and a seal at its end that any changed byte breaks.

The zip's comment is `SEAL` and the SHA-256, in hexadecimal, of all bytes before it. The seal tells damage, not forgery: whoever makes
a file can seal it, so that members are read by name, within bounds, as if there were none.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Container, Mapping

SEAL = b"workbench sha256:"
LARGEST = 1 << 30
"""Bytes a recording may unpack to: 26 million samples, three days of one thread at the sampler's own pace."""

LARGEST_FILE = LARGEST + (16 << 20)
"""Bytes of a file that unpacks to so much: what deflate cannot shrink grows a little."""

_DIGITS = 64
_EARLIEST = (1980, 1, 1, 0, 0, 0)
_KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def pack(members: Mapping[str, bytes]) -> bytes:
    """A sealed zip of these members, deflated; the same members give the same bytes. Raises ValueError beyond `LARGEST`."""
    if sum(map(len, members.values())) > LARGEST:
        raise ValueError(f"its columns take more than {LARGEST >> 20:,} MiB")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in members.items():
            info = zipfile.ZipInfo(name, _EARLIEST)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, data)
        archive.comment = SEAL + bytes(_DIGITS)
    data = target.getvalue()[:-_DIGITS]
    return data + _digest(data)


def sealed(data: bytes) -> bool:
    """Whether the file ends in a seal, whole or broken."""
    return data[: -_DIGITS or None].endswith(SEAL)


def whole(data: bytes) -> bool:
    """Whether the file ends in a seal that fits all of its bytes."""
    return sealed(data) and _digest(memoryview(data)[:-_DIGITS]) == data[-_DIGITS:]


def unpack(data: bytes, wanted: Container[str], limit: int) -> dict[str, bytes]:
    """The members named in `wanted` that are there, which may unpack to `limit` bytes together.

    Raises ValueError, EOFError, OSError, RuntimeError, zipfile.BadZipFile or zlib.error.
    """
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        found = [info for info in archive.infolist() if info.filename in wanted]
        if len({info.filename for info in found}) < len(found):
            raise ValueError("a member is there twice")
        if any(info.compress_type not in _KINDS for info in found):
            raise ValueError("a member is packed in a way that is not ours")
        if sum(info.file_size for info in found) > limit:
            raise ValueError(f"it unpacks to more than {limit >> 20} MiB")
        return {info.filename: _member(archive, info) for info in found}


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """A member's bytes, never more than its entry says: reading "all" would inflate first and compare then."""
    with archive.open(info) as stream:
        content = stream.read(info.file_size)
    if len(content) != info.file_size:
        raise ValueError("a member is shorter than its entry says")
    return content


def _digest(data: bytes | memoryview) -> bytes:
    return hashlib.sha256(data).hexdigest().encode()
