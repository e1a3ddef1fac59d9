"""Python's marshal, read without `marshal.loads`: that takes a file at its word (six bytes make it ask for a gigabyte) and builds code.

What a profile is made of: numbers, texts, tuples, dictionaries and references to them. Python's `profile` module also writes the code
object it ran, as a name; that is read as a text, and what lies in it is passed over. See `Python/marshal.c`, `r_object`; the same in
formats 3 to 5, Python 3.4 to 3.15. Nothing is made that the bytes do not hold, so that memory stays in proportion to the file.
"""

from __future__ import annotations

import struct
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

_REMEMBERED, _REFERENCE, _END = 0x80, ord("r"), ord("0")
"""A bit in the first byte of an object that later references lead to; the byte of a reference; the byte after a dictionary."""

_SMALL_DIGITS = 5
_UNFINISHED = object()
_INT, _SIZE, _FLOAT = struct.Struct("<i"), struct.Struct("<I"), struct.Struct("<d")


def loads(data: bytes) -> Any:
    """The value in the bytes. Raises ValueError, EOFError or TypeError where they are truncated, altered or hold anything else."""
    reader = _Reader(data)
    try:
        value = reader.value()
    except (IndexError, struct.error) as error:
        raise EOFError("the last value is cut off") from error
    except RecursionError as error:
        raise ValueError("values lie deeper in each other than in any profile") from error
    if reader.at != len(data):
        raise ValueError("the value does not end where the bytes do")
    return value


def begins_dict(data: bytes) -> bool:
    """Whether the bytes begin as a dictionary whose first key is a tuple, or as an empty one; `{` alone begins a JSON file too."""
    return data[:1] in (b"{", b"\xfb") and data[1:2] in (b")", b"\xa9", b"(", b"\xa8", b"0")


class _Reader:
    """Reads one value after the other; `at` is where the next begins."""

    __slots__ = ("at", "data", "known")

    def __init__(self, data: bytes) -> None:
        self.data, self.at = data, 0
        self.known: list[Any] = []

    def value(self) -> Any:
        """The next value, whatever it is."""
        code = self.data[self.at]
        self.at += 1
        if code == _REFERENCE:
            return self.reference()
        read = _READERS.get(code & ~_REMEMBERED)
        if read is None:
            raise ValueError(f"byte {self.at - 1} begins nothing that a profile holds")
        if not code & _REMEMBERED:
            return read(self)
        place = len(self.known)
        self.known.append(_UNFINISHED)
        found = self.known[place] = read(self)
        return found

    def reference(self) -> Any:
        place = self.size()
        found = self.known[place] if place < len(self.known) else _UNFINISHED
        if found is _UNFINISHED:
            raise ValueError("a reference leads nowhere")
        return found

    def size(self) -> int:
        found: int = _SIZE.unpack_from(self.data, self.at)[0]
        self.at += 4
        return found

    def take(self, size: int) -> bytes:
        """So many bytes; fewer at the end, and `at` then lies beyond it."""
        self.at += size
        return self.data[self.at - size : self.at]

    def read_int(self) -> int:
        found: int = _INT.unpack_from(self.data, self.at)[0]
        self.at += 4
        return found

    def read_long(self) -> int:
        """A number of more than 31 bits, in digits of 15; -1 for one that no count reaches."""
        count = self.read_int()
        digits = self.take(2 * abs(count))
        if not 0 <= count <= _SMALL_DIGITS:
            return -1
        return sum(digit << 15 * at for at, digit in enumerate(struct.unpack(f"<{count}H", digits)))

    def read_float(self) -> float:
        found: float = _FLOAT.unpack_from(self.data, self.at)[0]
        self.at += 8
        return found

    def read_complex(self) -> None:
        self.take(16)

    def read_bytes(self) -> bytes:
        return self.take(self.size())

    def read_short_ascii(self) -> str:
        return self.take(self.take(1)[0]).decode("latin-1")

    def read_ascii(self) -> str:
        return self.take(self.size()).decode("latin-1")

    def read_text(self) -> str:
        return self.take(self.size()).decode("utf-8", "surrogatepass")

    def read_small_tuple(self) -> tuple[Any, ...]:
        return self.items(self.take(1)[0])

    def read_tuple(self) -> tuple[Any, ...]:
        return self.items(self.size())

    def read_slice(self) -> tuple[Any, ...]:
        return self.items(3)

    def items(self, count: int) -> tuple[Any, ...]:
        value = self.value
        return tuple([value() for _ in range(count)])

    def read_dictionary(self) -> dict[Any, Any]:
        value, found = self.value, {}
        while self.data[self.at] != _END:
            key = value()
            found[key] = value()
        self.at += 1
        return found

    def read_code(self) -> str:
        """A code object as its name, file and first line. Until 3.10 it had one count more, from 3.11 on other fields."""
        self.at += 20 if self.bytes_begin(self.at + 20) else 24
        _bytecode, _constants, _names, _variables, fifth = self.items(5)
        if isinstance(fifth, bytes):
            file, name, _ = self.items(3)
        else:
            _, file, name = self.items(3)
        line = self.read_int()
        self.items(2 if isinstance(fifth, bytes) else 1)
        return f'<code object {name}, file "{file}", line {line}>'

    def bytes_begin(self, at: int) -> bool:
        """Whether bytes that the data really hold begin at a place."""
        (size,) = _SIZE.unpack_from(self.data, at + 1)
        return self.data[at] & ~_REMEMBERED == ord("s") and size <= len(self.data) - at


_READERS: MappingProxyType[int, Callable[[_Reader], Any]] = MappingProxyType(
    {
        ord("N"): lambda _: None,
        ord("T"): lambda _: None,
        ord("F"): lambda _: None,
        ord("."): lambda _: None,
        ord("i"): _Reader.read_int,
        ord("l"): _Reader.read_long,
        ord("g"): _Reader.read_float,
        ord("y"): _Reader.read_complex,
        ord("s"): _Reader.read_bytes,
        ord("z"): _Reader.read_short_ascii,
        ord("Z"): _Reader.read_short_ascii,
        ord("a"): _Reader.read_ascii,
        ord("A"): _Reader.read_ascii,
        ord("u"): _Reader.read_text,
        ord("t"): _Reader.read_text,
        ord(")"): _Reader.read_small_tuple,
        ord("("): _Reader.read_tuple,
        ord(">"): _Reader.read_tuple,
        ord(":"): _Reader.read_slice,
        ord("{"): _Reader.read_dictionary,
        ord("c"): _Reader.read_code,
    }
)
"""By the first byte: how the rest is read. Constants that only code holds are None; nothing of it is kept but its name."""
