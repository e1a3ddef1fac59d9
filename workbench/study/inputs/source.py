"""Python source that rebuilds the arguments of a call, for reports and regression tests."""

from __future__ import annotations

import ast
import datetime as dt
import decimal
import fractions
import math
import pathlib
import uuid
import zoneinfo
from collections import Counter, OrderedDict, defaultdict, deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.study.inputs.kinds import pandas
from workbench.study.inputs.tables import is_frame

if TYPE_CHECKING:
    from workbench.model.calls import Call

LONGEST = 20_000
CELLS = 400
DEEPEST = 20
BUILTINS = (int, float, str, list, dict, set, tuple, bool)


@dataclass(frozen=True, slots=True)
class Source:
    """A call's arguments as Python: the modules to import (`import numpy as np`) and what stands between the brackets (`[1, 2], key=3`)."""

    imports: tuple[str, ...]
    arguments: str


def as_source(call: Call) -> str | None:
    """Python text that sets `args` and `kwargs`, its imports first; None where the arguments cannot be written so: objects of unknown
    types, values that are shared between places, text of more than 20,000 characters. Strings are written in ASCII."""
    writer = _Writer()
    try:
        args = writer.write(call.args)
        kwargs = writer.write(call.kwargs)
    except _CannotWrite:
        return None
    text = "\n".join([*sorted(writer.imports), f"args = {args}", f"kwargs = {kwargs}", ""])
    return text if len(text) <= LONGEST and _parses(text) else None


def as_arguments(call: Call) -> Source | None:
    """The same as the words of a call: `[1, 2], key=3`."""
    writer = _Writer()
    try:
        words = [writer.write(one) for one in call.args]
        words += [f"{name}={writer.write(one)}" for name, one in call.kwargs.items()]
    except _CannotWrite:
        return None
    text = ", ".join(words)
    return Source(tuple(sorted(writer.imports)), text) if len(text) <= LONGEST and _parses(f"call({text})") else None


class _CannotWrite(Exception):  # noqa: N818 - a signal, not an error
    """This value has no source."""


def _parses(text: str) -> bool:
    try:
        ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


@dataclass(slots=True)
class _Writer:
    """Writes values, and notes what must be imported and which mutable objects it has met."""

    imports: set[str] = field(default_factory=set)
    met: dict[int, Any] = field(default_factory=dict)
    length: int = 0

    def write(self, value: Any, depth: int = 0) -> str:
        """The source of a value. Raises `_CannotWrite`."""
        own = type(value)
        if own in (list, dict, set, bytearray, deque, Counter, OrderedDict, defaultdict, np.ndarray) or is_frame(value):
            if id(value) in self.met:
                raise _CannotWrite
            self.met[id(value)] = value
        if depth > DEEPEST:
            raise _CannotWrite
        text = self._scalar(value) or self._container(value, depth) or self._grid(value)
        if text is None:
            raise _CannotWrite
        self.length += len(text) if depth else 0
        if self.length > LONGEST * DEEPEST:
            raise _CannotWrite
        return text

    def _scalar(self, value: Any) -> str | None:
        own = type(value)
        if value is None or own in (bool, bytes, bytearray, range):
            return repr(value)
        if own is str:
            return ascii(value)
        if own is int:
            return repr(value) if abs(value) < 10**4000 else hex(value)
        if own is float:
            return _float(value)
        if own is complex:
            return f"complex({_float(value.real)}, {_float(value.imag)})"
        if isinstance(value, np.generic) and own.__module__ == "numpy" and own.__name__ in _NUMPY:
            self.imports.add("import numpy as np")
            return f"np.{own.__name__.rstrip('_') + '_' * (own is np.bool_)}({self._scalar(value.item())})"
        if own in (dt.datetime, dt.date, dt.time, dt.timedelta):
            return self._moment(value)
        for known in (decimal.Decimal, fractions.Fraction, uuid.UUID):
            if own is known:
                self.imports.add(f"import {known.__module__}")
                return f"{known.__module__}.{value!r}"
        if isinstance(value, pathlib.PurePath) and own.__module__.startswith("pathlib"):
            self.imports.add("import pathlib")
            name = "Path" if isinstance(value, pathlib.Path) else own.__name__
            return f"pathlib.{name}({str(value)!a})"
        return None

    def _moment(self, value: Any) -> str | None:
        zone = getattr(value, "tzinfo", None)
        if type(zone) not in (type(None), dt.timezone, zoneinfo.ZoneInfo):
            return None
        if type(zone) is zoneinfo.ZoneInfo:
            if not zone.key:
                return None
            self.imports.add("import zoneinfo")
        self.imports.add("import datetime")
        return repr(value)

    def _container(self, value: Any, depth: int) -> str | None:
        own = type(value)
        if own in (list, tuple, set, frozenset, deque):
            items = [self.write(one, depth + 1) for one in value]
            return self._items(value, items)
        if own not in (dict, OrderedDict, Counter, defaultdict):
            return None
        pairs = [f"{self.write(key, depth + 1)}: {self.write(one, depth + 1)}" for key, one in value.items()]
        text = f"{{{', '.join(pairs)}}}"
        if own is dict:
            return text
        self.imports.add("import collections")
        if own is not defaultdict:
            return f"collections.{own.__name__}({text})"
        if value.default_factory is not None and value.default_factory not in BUILTINS:
            return None
        factory = "None" if value.default_factory is None else value.default_factory.__name__
        return f"collections.defaultdict({factory}, {text})"

    def _items(self, value: Any, items: list[str]) -> str:
        own, inner = type(value), ", ".join(items)
        if own is list:
            return f"[{inner}]"
        if own is tuple:
            return f"({inner},)" if len(items) == 1 else f"({inner})"
        if own is deque:
            self.imports.add("import collections")
            return f"collections.deque([{inner}]" + (f", maxlen={value.maxlen})" if value.maxlen is not None else ")")
        inner = ", ".join(sorted(items))
        text = f"{{{inner}}}" if items else "set()"
        return text if own is set else f"frozenset({text if items else ''})"

    def _grid(self, value: Any) -> str | None:
        """Arrays and frames, where what is written builds an equal one."""
        if type(value) is np.ndarray:
            return self._array(value)
        return self._frame(value) if is_frame(value) else None

    def _array(self, value: Any) -> str | None:
        straight = value.flags.c_contiguous and value.flags.writeable
        if value.dtype.kind not in "biufcSU" or value.size > CELLS or not straight:
            return None
        self.imports.add("import numpy as np")
        text = f"np.array({self._plain(value.tolist())}, dtype={value.dtype.str!r})"
        rebuilt = np.array(value.tolist(), dtype=value.dtype)
        if rebuilt.shape != value.shape:
            rebuilt, text = rebuilt.reshape(value.shape), f"{text}.reshape({value.shape})"
        return text if rebuilt.tobytes() == value.tobytes() else None

    def _plain(self, value: Any) -> str:
        """Nested lists of scalars."""
        if type(value) is list:
            return f"[{', '.join(self._plain(one) for one in value)}]"
        text = self._scalar(value)
        if text is None:
            raise _CannotWrite
        return text

    def _frame(self, value: Any) -> str | None:
        """A frame or series of plain columns, checked by building it from the same parts."""
        found = pandas()
        if value.size > CELLS or found is None or value.attrs:
            return None
        columns = [value] if value.ndim == 1 else [value.iloc[:, place] for place in range(value.shape[1])]
        index, index_text = self._index(value.index)
        texts, parts = [], {}
        for column in columns:
            name, items, dtype = column.name, column.tolist(), str(column.dtype)
            if dtype not in _DTYPES or not (type(name) in (str, int) or (name is None and value.ndim == 1)):
                return None
            parts[name] = found.Series(items, dtype=dtype, index=index, name=name)
            texts.append((ascii(name), f"{self._plain(items)}, dtype={dtype!r}"))
        self.imports.add("import pandas as pd")
        if value.ndim == 1:
            rebuilt = parts[value.name]
            text = f"pd.Series({texts[0][1]}{index_text}, name={texts[0][0]})"
        else:
            rebuilt = found.DataFrame(parts, index=index)
            series = ", ".join(f"{name}: pd.Series({inner}{index_text})" for name, inner in texts)
            text = f"pd.DataFrame({{{series}}}{index_text})"
        return text if _same_frame(rebuilt, value) else None

    def _index(self, index: Any) -> tuple[Any, str]:
        found = pandas()
        if type(index) is found.RangeIndex and index.name is None and (index.start, index.step) == (0, 1):
            return found.RangeIndex(len(index)), f", index=pd.RangeIndex({len(index)})"
        dtype = str(index.dtype)
        if (
            type(index) is not found.Index
            or dtype not in _DTYPES
            or not (index.name is None or type(index.name) is str)
        ):
            raise _CannotWrite
        items = index.tolist()
        text = f", index=pd.Index({self._plain(items)}, dtype={dtype!r}, name={index.name!a})"
        return found.Index(items, dtype=dtype, name=index.name), text


_DTYPES = ("int64", "float64", "bool", "str", "int32", "float32", "uint8")
_NUMPY = (
    "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64", "float16", "float32", "float64", "bool", "bool_",
    "complex64", "complex128",
)  # fmt: skip


def _same_frame(one: Any, other: Any) -> bool:
    dtypes = str(one.dtypes) == str(other.dtypes)
    index = (
        type(one.index) is type(other.index) and one.index.equals(other.index) and one.index.name == other.index.name
    )
    return bool(dtypes and index and one.equals(other) and (one.ndim == 1 or list(one.columns) == list(other.columns)))


def _float(value: float) -> str:
    if math.isnan(value):
        return 'float("nan")'
    if math.isinf(value):
        return 'float("inf")' if value > 0 else '-float("inf")'
    return repr(value)
