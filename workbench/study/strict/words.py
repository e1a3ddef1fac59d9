"""Objects in a few words: short texts that never raise, names of types, whatever an object or its metaclass says."""

from __future__ import annotations

import re
import reprlib
from typing import Any

LIMIT = 200
KEY_LIMIT = 60
_ADDRESS = re.compile(r" at 0x[0-9a-fA-F]+")
_LARGE = 16
_PLAIN = 12
_DIGITS = 4000


class _Short(reprlib.Repr):
    """The standard library's short texts, with whole numbers and strings up to the limit, and without a look at all of a big subclass."""

    def __init__(self) -> None:
        super().__init__()
        self.maxstring = self.maxother = self.maxlong = LIMIT
        self.maxlist = self.maxtuple = self.maxset = self.maxfrozenset = self.maxdict = self.maxdeque = (
            self.maxarray
        ) = 8
        self.maxlevel = 4

    def repr_int(self, x: int, level: int) -> str:
        """A number of thousands of digits is not written out: Python refuses to."""
        if x.bit_length() > _DIGITS:
            return f"<int of {x.bit_length()} bits>"
        return super().repr_int(x, level)

    def repr_set(self, x: set[Any], level: int) -> str:
        """Items in their own order, because sorting them would ask them."""
        return f"{{{self._few(x, level)}}}" if x else "set()"

    def repr_frozenset(self, x: frozenset[Any], level: int) -> str:
        """Items in their own order, because sorting them would ask them."""
        return f"frozenset({{{self._few(x, level)}}})" if x else "frozenset()"

    def repr_dict(self, x: dict[Any, Any], level: int) -> str:
        """Keys in the dict's order."""
        if level <= 0:
            return "{...}" if x else "{}"
        parts = [f"{self.repr1(key, level - 1)}: {self.repr1(x[key], level - 1)}" for key in list(x)[: self.maxdict]]
        return "{" + ", ".join([*parts, *(["..."] if len(x) > self.maxdict else [])]) + "}"

    def repr_instance(self, x: Any, level: int) -> str:
        """What the object says of itself; a big subclass of a container only its beginning."""
        for base in (list, tuple, dict, set, frozenset):
            if isinstance(x, base) and len(plain := base(x)) > _LARGE:
                return f"{type_name(type(x))}({self.repr1(plain, level - 1)})"
        return cut(repr(x), self.maxother)

    def _few(self, x: set[Any] | frozenset[Any], level: int) -> str:
        if level <= 0:
            return "..."
        parts = [self.repr1(item, level - 1) for item in list(x)[: self.maxset]]
        return ", ".join([*parts, *(["..."] if len(x) > self.maxset else [])])


def cut(text: str, limit: int = LIMIT) -> str:
    """A text of at most `limit` characters: its beginning and its end."""
    if len(text) <= limit:
        return text
    tail = limit // 4
    return text[: limit - tail - 3] + "..." + text[-tail:]


def short(thing: object, limit: int = LIMIT) -> str:
    """A short text for an object, without addresses; `<Name that has no repr>` where its own `__repr__` raises."""
    try:
        text = _Short().repr(thing)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001  (whatever a foreign __repr__ raises)
        text = f"<{type_name(type(thing))} whose repr raises {type_name(type(error))}>"
    return cut(_ADDRESS.sub("", text), limit)


def step_into(key: object) -> str:
    """The path's step for a key: `['name']`."""
    if type(key) is str and len(key) <= _PLAIN:
        return f"[{key!r}]"
    return f"[{short(key, KEY_LIMIT)}]"


def mro(kind: type) -> tuple[type, ...]:
    """A class and its bases, whatever its metaclass says."""
    return type.__dict__["__mro__"].__get__(kind)  # type: ignore[no-any-return]


def class_dict(kind: type) -> dict[str, Any]:
    """What a class itself defines, whatever its metaclass says."""
    return type.__dict__["__dict__"].__get__(kind)  # type: ignore[no-any-return]


def full_name(kind: type) -> tuple[str, str]:
    """Module and qualified name of a class, whatever its metaclass says."""
    module = type.__dict__["__module__"].__get__(kind)
    return (module if isinstance(module, str) else "", type.__dict__["__qualname__"].__get__(kind))


def type_name(kind: type) -> str:
    """A class's name as people write it: `list`, `numpy.float64`, `Local`."""
    module, name = full_name(kind)
    return (
        name.split("<locals>.")[-1] if module in {"builtins", "__main__"} or "<locals>" in name else f"{module}.{name}"
    )


def same_class(old: type, new: type) -> bool:
    """Whether two classes are one, or two copies of one: equal in module and qualified name."""
    return old is new or full_name(old) == full_name(new)


def a_kind(kind: type) -> str:
    """A class with its article: `a list`, `an int`."""
    name = type_name(kind)
    return f"{'an' if name[:1].lower() in 'aeio' else 'a'} {name}"
