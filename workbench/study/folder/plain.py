"""Plain values as text and back: readable JSON that a hash within it seals.

Keys are sorted; tuples become lists; floats come back to the last bit. NaN and the infinities, which JSON does not have, are objects
`{"$float": "NaN"}`, `"Infinity"`, `"-Infinity"`; a key `$float` of the data itself, or one with more `$` before it, gets one more.

The seal is the sha256 of the file's bytes with the seal itself left empty. It shows that a file was changed by hand or by accident; it is
no signature: who calculates it anew is not found out.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from workbench.study.folder.errors import StudyContentError

if TYPE_CHECKING:
    from typing import NoReturn

LARGEST = 64 << 20
"""Bytes of an event's file or of `study.json`."""

DEEPEST = 60
"""Levels of values within values."""

_FLOAT = "$float"
_LIKE_FLOAT = re.compile(r"\$+float")
_SURROGATE = re.compile(r"[\ud800-\udfff]")
_SEAL = re.compile(rb'\n "seal": "([0-9a-f]{64})"')
_NO_SEAL = b'\n "seal": ""'


def sha256(data: bytes) -> str:
    """In hex."""
    return hashlib.sha256(data).hexdigest()


def to_plain(value: object, where: str = "data", depth: int = 0) -> Any:
    """`value` as JSON has it. Raises StudyContentError with the place, `where`, of what is not plain."""
    if depth > DEEPEST:
        raise StudyContentError(f"{where} is nested more than {DEEPEST} deep. Keep it flatter, or attach it as a file.")
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        number = float(value)
        return number if math.isfinite(number) else {_FLOAT: json.dumps(number)}
    if isinstance(value, list | tuple):
        return [to_plain(item, f"{where}[{index}]", depth + 1) for index, item in enumerate(value)]
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise StudyContentError(f"{where} has the key {key!r}. Use text for keys, or a list of pairs.")
        return {_escaped(key): to_plain(item, f"{where}.{key}", depth + 1) for key, item in value.items()}
    kind = type(value).__qualname__
    raise StudyContentError(
        f"{where} is of type {kind}, which is not plain. Turn it into text, a number, a list or a dict, or attach it as a file."
    )


def from_plain(value: Any) -> Any:
    """What `to_plain` was given, tuples as lists. Raises ValueError for a float it does not write."""
    if isinstance(value, list):
        return [from_plain(item) for item in value]
    if isinstance(value, dict):
        if value.keys() == {_FLOAT}:
            if value[_FLOAT] not in {"NaN", "Infinity", "-Infinity"}:
                raise ValueError(f"{value[_FLOAT]!r} is no number")
            return float(value[_FLOAT])
        return {_unescaped(key): from_plain(item) for key, item in value.items()}
    return value


def _escaped(key: str) -> str:
    return f"${key}" if _LIKE_FLOAT.fullmatch(key) else str.__str__(key)


def _unescaped(key: str) -> str:
    return key[1:] if _LIKE_FLOAT.fullmatch(key) else key


def dumps(content: Mapping[str, Any]) -> bytes:
    """A sealed file of `content`, which `to_plain` made. Raises StudyContentError for what would not come back the same."""
    whole = {**content, "seal": ""}
    try:
        text = json.dumps(whole, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False)
        text = _SURROGATE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
        same = json.loads(text) == whole
    except (ValueError, RecursionError) as error:
        raise StudyContentError(f"The data cannot be written as JSON: {error}. Attach it as a file.") from error
    if not same:
        raise StudyContentError(
            "The data has text in it that would not be read back the same (halves of characters). Attach it as a file."
        )
    data = (text + "\n").encode()
    if len(data) > LARGEST - 100:
        raise StudyContentError(
            f"The data has {len(data)} bytes, more than an event may have ({LARGEST}). Attach it as a file."
        )
    return data.replace(_NO_SEAL, b'\n "seal": "%s"' % sha256(data).encode())


def loads(data: bytes) -> dict[str, Any]:
    """The content of a file, sealed or not. Raises ValueError for what is no JSON object."""
    try:
        content = json.loads(data.decode("utf-8-sig"), parse_constant=_no_constant)
    except RecursionError as error:
        raise ValueError("it is nested too deep") from error
    if not isinstance(content, dict):
        raise ValueError("it is not an object")
    return content


def is_sealed(data: bytes) -> bool:
    """Whether the bytes are those that `dumps` made, as far as their own seal tells."""
    seals = _SEAL.findall(data)
    return len(seals) == 1 and sha256(_SEAL.sub(_NO_SEAL, data)).encode() == seals[0]


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is not JSON")
