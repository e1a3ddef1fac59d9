"""The strict comparer: what counts as the same result, and by which code and path a difference is told."""

from __future__ import annotations

import array
import collections
import copy
import datetime as dt
import decimal
import enum
import fractions
import functools
import io
import itertools
import operator
import pathlib
import random
import re
import socket
import sys
import threading
import time
import types
import uuid
import weakref
import zoneinfo
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.study.strict import compare as module
from workbench.study.strict.compare import CODES, Difference, Rules, Step, Walk, difference, differences, register
from workbench.study.strict.sharing import Earlier, Shared, held_again, shared, sharing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

NAN = float("nan")


class Point:
    def __init__(self, x: Any, y: Any) -> None:
        self.x, self.y = x, y


class Point3(Point):
    pass


class Empty:
    pass


class Slotted:
    __slots__ = ("a", "b")


def slotted(**values: Any) -> Slotted:
    thing = Slotted()
    for name, value in values.items():
        setattr(thing, name, value)
    return thing


class SlottedChild(Slotted):
    __slots__ = ("__hidden", "c")

    def __init__(self, hidden: Any) -> None:
        self.__hidden = hidden


@dataclass
class Data:
    a: int
    items: list[Any] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Frozen:
    a: Any
    b: Any = None


class Pair(NamedTuple):
    left: Any
    right: Any


class Colour(enum.Enum):
    RED = 1
    BLUE = 2


class Level(enum.IntEnum):
    LOW = 1
    HIGH = 2


class Bits(enum.Flag):
    A = 1
    B = 2


class AlwaysEqual:
    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 1


class RaisesOnEq:
    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> bool:
        raise RuntimeError

    def __hash__(self) -> int:
        return 1


class OddEq:
    def __init__(self, value: Any) -> None:
        self.value = value

    def __eq__(self, other: object) -> Any:
        return np.array([True, False])

    def __hash__(self) -> int:
        return 1


class RaisesOnRepr:
    def __init__(self, value: Any) -> None:
        self.value = value

    def __repr__(self) -> str:
        raise SystemExit(3)


class LyingList(list[Any]):
    def __iter__(self) -> Iterator[Any]:
        return iter([])

    def __len__(self) -> int:
        return 0

    def __eq__(self, other: object) -> bool:
        return True

    __hash__ = None  # type: ignore[assignment]


class Named(list[Any]):
    pass


class Text(str):
    __slots__ = ("__dict__",)


class Meta(type):
    __hash__ = None  # type: ignore[assignment]

    def __eq__(cls, other: object) -> bool:
        raise RuntimeError


class Unhashable(metaclass=Meta):
    def __init__(self, value: Any) -> None:
        self.value = value


class Liar:
    """Claims to be an int with an empty `__dict__`."""

    def __init__(self, value: Any) -> None:
        object.__setattr__(self, "value", value)

    @property
    def __class__(self) -> Any:
        return int

    def __getattribute__(self, name: str) -> Any:
        return {} if name == "__dict__" else 0


class CustomError(Exception):
    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


class Counting:
    """An iterator of a user's class."""

    def __init__(self, stop: int) -> None:
        self.at, self.stop = 0, stop

    def __iter__(self) -> Counting:
        return self

    def __next__(self) -> int:
        if self.at >= self.stop:
            raise StopIteration
        self.at += 1
        return self.at


class Series2(pd.Series):  # type: ignore[misc,type-arg]
    pass


def copy_of(cls: type, **more: Any) -> type:
    """A second copy of a class, as a second copy of its module would define it."""
    return type(
        cls.__name__,
        cls.__bases__,
        {**{k: v for k, v in vars(cls).items() if k not in {"__dict__", "__weakref__"}}, **more},
    )


def closure(value: Any, more: int = 0) -> Callable[[], Any]:
    def inner(extra: int = more) -> Any:
        return value, extra

    return inner


def raised(
    error: BaseException, cause: BaseException | None = None, within: BaseException | None = None
) -> BaseException:
    """An error as it comes after `raise ... from`, or while another is handled."""
    error.__context__ = within
    if cause is not None:
        error.__cause__ = cause
    return error


def with_note(error: Exception, note: str) -> Exception:
    error.add_note(note)
    return error


def with_view(values: Any) -> list[Any]:
    return [values, values[1:]]


def halves(values: Any) -> list[Any]:
    return [values[:3], values[2:]]


def twice(thing: Any) -> list[Any]:
    return [thing, thing]


def loop(length: int, last: Any = None) -> list[Any]:
    """A list that holds itself."""
    made: list[Any] = list(range(length))
    made.append(last)
    made.append(made)
    return made


def deep(depth: int, leaf: Any, wrap: Callable[[Any], Any] = lambda x: [x]) -> Any:
    for _ in range(depth):
        leaf = wrap(leaf)
    return leaf


def gives(*items: Any, end: Any = None, error: Exception | None = None) -> Iterator[Any]:
    yield from items
    if error is not None:
        raise error
    return end


def buffered(*contents: list[Any]) -> Iterator[list[Any]]:
    """Gives one and the same list again and again, with other contents."""
    buffer: list[Any] = []
    for content in contents:
        buffer[:] = content
        yield buffer


def frame(**more: Any) -> pd.DataFrame:
    return pd.DataFrame({"a": [1, 2, 3], "b": [0.5, NAN, -0.0], "c": ["x", None, "z"], **more}, index=[10, 20, 30])


def changed(thing: Any, change: Callable[[Any], Any]) -> Any:
    change(thing)
    return thing


def stream(kind: Any, content: Any, at: int = 0) -> Any:
    made = kind(content)
    made.seek(at)
    return made


def readonly(values: Any) -> Any:
    made = np.array(values)
    made.flags.writeable = False
    return made


def ordered(*keys: str, last: str = "") -> collections.OrderedDict[str, int]:
    made = collections.OrderedDict((key, 1) for key in keys)
    if last:
        made.move_to_end(last)
    return made


def rng(seed: int, used: int = 0) -> np.random.Generator:
    made = np.random.default_rng(seed)
    made.random(used)
    return made


def py_rng(seed: int, used: int = 0) -> random.Random:
    made = random.Random(seed)
    for _ in range(used):
        made.random()
    return made


SAME = ""
Row = tuple["Callable[[], tuple[Any, Any]]", str]

TABLE: dict[str, Row] = {
    "none": (lambda: (None, None), SAME),
    "none and false": (lambda: (None, False), "B02"),
    "int": (lambda: (10**30, 10**30), SAME),
    "another int": (lambda: (1, 2), "B01"),
    "int too long to write": (lambda: (10**6000, 10**6000 + 1), "B01"),
    "int and float": (lambda: (1, 1.0), "B02"),
    "int and bool": (lambda: (1, True), "B02"),
    "bool and bool": (lambda: (True, False), "B01"),
    "int and numpy int": (lambda: (1, np.int64(1)), "B02"),
    "float and numpy float": (lambda: (1.0, np.float64(1.0)), "B02"),
    "float": (lambda: (0.1, 0.1), SAME),
    "nan": (lambda: (NAN, float("nan")), SAME),
    "nan and number": (lambda: (NAN, 1.0), "B01"),
    "zero and negative zero": (lambda: (0.0, -0.0), "B01"),
    "negative zero in a list": (lambda: ([0.0] * 5, [0.0, 0.0, -0.0, 0.0, 0.0]), "B01"),
    "infinities": (lambda: (float("inf"), float("-inf")), "B01"),
    "infinity": (lambda: (float("inf"), float("inf")), SAME),
    "few ulps": (lambda: (0.1 + 0.2, 0.3), "B13"),
    "many ulps": (lambda: (0.3, 0.3000001), "B01"),
    "complex": (lambda: (1 + 2j, 1 + 2j), SAME),
    "complex nan": (lambda: (complex(NAN, 1), complex(NAN, 1)), SAME),
    "complex sign of zero": (lambda: (complex(0.0, 1), complex(-0.0, 1)), "B01"),
    "complex few ulps": (lambda: (complex(1, 0.1 + 0.2), complex(1, 0.3)), "B13"),
    "str": (lambda: ("a\ud800", "a\ud800"), SAME),
    "another str": (lambda: ("abc", "abd"), "B01"),
    "composed and decomposed": (lambda: ("\u00e9", "e\u0301"), "B01"),
    "str and bytes": (lambda: ("a", b"a"), "B02"),
    "bytes": (lambda: (b"a", b"b"), "B01"),
    "bytes and bytearray": (lambda: (b"a", bytearray(b"a")), "B02"),
    "bytearray": (lambda: (bytearray(b"a"), bytearray(b"a")), SAME),
    "another bytearray": (lambda: (bytearray(b"a"), bytearray(b"b")), "B01"),
    "memoryview": (lambda: (memoryview(b"abc"), memoryview(b"abc")), SAME),
    "another memoryview": (lambda: (memoryview(b"abc"), memoryview(b"abd")), "B01"),
    "memoryview writeable": (lambda: (memoryview(b"abc"), memoryview(bytearray(b"abc"))), "B14"),
    "memoryview format": (lambda: (memoryview(b"abcd"), memoryview(b"abcd").cast("i")), "B14"),
    "range": (lambda: (range(3), range(3)), SAME),
    "another range": (lambda: (range(0, 4, 2), range(0, 3, 2)), "B01"),
    "range and list": (lambda: (range(2), [0, 1]), "B02"),
    "slice": (lambda: (slice(1, 2), slice(1, 2)), SAME),
    "another slice": (lambda: (slice(1, 2), slice(1, 2.0)), "B02"),
    "ellipsis": (lambda: (..., ...), SAME),
    "ellipsis and not implemented": (lambda: (..., NotImplemented), "B02"),
    "str subclass": (lambda: (Text("a"), "a"), "B02"),
    "str subclass content": (lambda: (Text("a"), Text("b")), "B01"),
    "str subclass attribute": (lambda: (changed(Text("a"), lambda t: setattr(t, "n", 1)), Text("a")), "B14"),
    "list": (lambda: ([1, "a", [2.0]], [1, "a", [2.0]]), SAME),
    "list and tuple": (lambda: ([1], (1,)), "B02"),
    "list shorter": (lambda: ([1, 2], [1]), "B14"),
    "list permuted": (lambda: ([1, 2, 3], [3, 1, 2]), "B03"),
    "list of dicts permuted": (lambda: ([{"a": 1}, {"a": 2}], [{"a": 2}, {"a": 1}]), "B03"),
    "list of objects permuted": (lambda: ([Point(1, 2), Point(3, 4)], [Point(3, 4), Point(1, 2)]), "B03"),
    "list almost permuted": (lambda: ([1, 2, 3], [3, 2, 4]), "B01"),
    "permuted with other types": (lambda: ([1, 2], [2, True]), "B01"),
    "list subclass": (lambda: (Named([1]), [1]), "B02"),
    "list subclass items": (lambda: (Named([1]), Named([2])), "B01"),
    "list subclass attribute": (
        lambda: (changed(Named(), lambda x: setattr(x, "n", 1)), changed(Named(), lambda x: setattr(x, "n", 2))),
        "B01",
    ),
    "list that lies": (lambda: (LyingList([1]), LyingList([2])), "B01"),
    "tuple": (lambda: ((1, (2, 3)), (1, (2, 3))), SAME),
    "tuple type within": (lambda: ((1, (2, 3)), (1, (2, 3.0))), "B02"),
    "set": (lambda: ({1, "a", None}, {None, "a", 1}), SAME),
    "set type of item": (lambda: ({1}, {True}), "B02"),
    "set float for int": (lambda: ({1.0}, {1}), "B02"),
    "set several types of items": (lambda: ({1, 2}, {1.0, 2.0}), "B02"),
    "set nan": (lambda: ({NAN}, {float("nan")}), SAME),
    "set sign of zero": (lambda: ({0.0}, {-0.0}), "B01"),
    "set item": (lambda: ({1, 2}, {1, 3}), "B01"),
    "set items": (lambda: ({1, 2}, {4, 3}), "B01"),
    "set smaller": (lambda: ({1, 2}, {1}), "B14"),
    "set and frozenset": (lambda: ({1}, frozenset({1})), "B02"),
    "set of tuples": (lambda: ({(1, 2), (3, 4)}, {(3, 4), (1, 2)}), SAME),
    "set of tuples type": (lambda: ({(1, 2), (3, 4)}, {(3, 4), (1, 2.0)}), "B02"),
    "set of frozensets": (lambda: ({frozenset({1, 2}), frozenset()}, {frozenset(), frozenset({2, 1})}), SAME),
    "set of dates": (
        lambda: ({dt.date(2020, 1, d) for d in range(1, 9)}, {dt.date(2020, 1, d) for d in range(8, 0, -1)}),
        SAME,
    ),
    "set of frozen": (lambda: ({Frozen(1), Frozen(2, 3)}, {Frozen(2, 3), Frozen(1)}), SAME),
    "set of frozen, inner type": (lambda: ({Frozen(1), Frozen(2, 3)}, {Frozen(2, 3.0), Frozen(1)}), "B02"),
    "set of always equal": (lambda: ({AlwaysEqual(1)}, {AlwaysEqual(2)}), "B01"),
    "set of raising eq": (lambda: ({RaisesOnEq(1)}, {RaisesOnEq(1)}), SAME),
    "set of locks": (lambda: ({threading.Lock(), threading.Lock()}, {threading.Lock(), threading.Lock()}), "B15"),
    "dict": (lambda: ({"a": 1, "b": [2]}, {"a": 1, "b": [2]}), SAME),
    "dict value": (lambda: ({"a": 1, "b": [2]}, {"a": 1, "b": [3]}), "B01"),
    "dict order": (lambda: ({"a": 1, "b": 2}, {"b": 2, "a": 1}), "B03"),
    "dict key gone": (lambda: ({"a": 1, "b": 2}, {"a": 1}), "B14"),
    "dict key new": (lambda: ({"a": 1}, {"a": 1, "b": 2}), "B14"),
    "dict another key": (lambda: ({"a": 1}, {"b": 1}), "B14"),
    "dict key type": (lambda: ({1: "a"}, {True: "a"}), "B02"),
    "dict key float": (lambda: ({"x": 0, 1: "a"}, {"x": 0, 1.0: "a"}), "B02"),
    "dict nan key": (lambda: ({NAN: 1}, {float("nan"): 1}), SAME),
    "dict tuple key": (lambda: ({(1, 2): 1}, {(1, 2.0): 1}), "B02"),
    "dict always equal key": (lambda: ({AlwaysEqual(1): 1}, {AlwaysEqual(2): 1}), "B01"),
    "dict and subclass": (lambda: ({}, collections.Counter()), "B02"),
    "ordered dict": (lambda: (ordered("a", "b"), ordered("a", "b")), SAME),
    "ordered dict moved": (lambda: (ordered("a", "b"), ordered("a", "b", last="a")), "B03"),
    "ordered dict moved back": (lambda: (ordered("b", "a"), ordered("a", "b", last="a")), SAME),
    "defaultdict": (lambda: (collections.defaultdict(list, a=[1]), collections.defaultdict(list, a=[1])), SAME),
    "defaultdict factory": (lambda: (collections.defaultdict(list), collections.defaultdict(set)), "B01"),
    "defaultdict without factory": (lambda: (collections.defaultdict(list), collections.defaultdict(None)), "B02"),
    "counter": (lambda: (collections.Counter("aab"), collections.Counter("aab")), SAME),
    "counter order": (lambda: (collections.Counter("ab"), collections.Counter("ba")), "B03"),
    "counter zero": (lambda: (collections.Counter(a=0), collections.Counter()), "B14"),
    "chain map": (lambda: (collections.ChainMap({"a": 1}, {}), collections.ChainMap({"a": 1}, {})), SAME),
    "chain map split": (lambda: (collections.ChainMap({"a": 1}, {}), collections.ChainMap({}, {"a": 1})), "B03"),
    "deque": (lambda: (collections.deque([1, 2]), collections.deque([1, 2])), SAME),
    "deque maxlen": (lambda: (collections.deque([1], 2), collections.deque([1], 3)), "B01"),
    "deque unbounded": (lambda: (collections.deque([1], 2), collections.deque([1])), "B02"),
    "deque order": (lambda: (collections.deque([1, 2]), collections.deque([2, 1])), "B03"),
    "namedtuple": (lambda: (Pair(1, 2), Pair(1, 2)), SAME),
    "namedtuple item": (lambda: (Pair(1, 2), Pair(1, 4)), "B01"),
    "namedtuple and tuple": (lambda: (Pair(1, 2), (1, 2)), "B02"),
    "namedtuple fields": (
        lambda: (collections.namedtuple("N", "a b")(1, 2), collections.namedtuple("N", "a c")(1, 2)),
        "B14",
    ),
    "struct_time": (lambda: (time.gmtime(0), time.gmtime(0)), SAME),
    "another struct_time": (lambda: (time.gmtime(0), time.gmtime(1)), "B01"),
    "dict keys": (lambda: ({1: 2}.keys(), {1: 3}.keys()), SAME),
    "dict keys order": (lambda: ({1: 2, 3: 4}.keys(), {3: 4, 1: 2}.keys()), "B03"),
    "dict values": (lambda: ({1: 2}.values(), {1: 3}.values()), "B01"),
    "dict items": (lambda: ({1: 2}.items(), {1: 2}.items()), SAME),
    "dict keys and list": (lambda: ({1: 2}.keys(), [1]), "B02"),
    "mapping proxy": (lambda: (types.MappingProxyType({1: 2}), types.MappingProxyType({1: 2})), SAME),
    "mapping proxy value": (lambda: (types.MappingProxyType({1: 2}), types.MappingProxyType({1: 3})), "B01"),
    "array": (lambda: (array.array("d", [1, NAN]), array.array("d", [1, NAN])), SAME),
    "array item": (lambda: (array.array("d", [0.0]), array.array("d", [-0.0])), "B01"),
    "array typecode": (lambda: (array.array("i", [1]), array.array("l", [1])), "B02"),
    "object": (lambda: (Point(1, [2]), Point(1, [2])), SAME),
    "object attribute": (lambda: (Point(1, [2]), Point(1, [3])), "B01"),
    "object without attribute": (lambda: (Point(1, 2), changed(Point(1, 2), lambda p: delattr(p, "y"))), "B14"),
    "object with another attribute": (lambda: (Point(1, 2), changed(Point(1, 2), lambda p: setattr(p, "z", 0))), "B14"),
    "object of a subclass": (lambda: (Point(1, 2), Point3(1, 2)), "B02"),
    "empty objects": (lambda: (Empty(), Empty()), SAME),
    "bare objects": (lambda: (object(), object()), "B15"),
    "one bare object": (lambda: twice(object()), SAME),
    "slots": (lambda: (slotted(a=1), slotted(a=1)), SAME),
    "slots value": (lambda: (slotted(a=1), slotted(a=2)), "B01"),
    "slots unset": (lambda: (slotted(a=1), slotted(b=1)), "B14"),
    "mangled slot": (lambda: (SlottedChild(1), SlottedChild(2)), "B01"),
    "dataclass": (lambda: (Data(1, [2]), Data(1, [2])), SAME),
    "dataclass field": (lambda: (Data(1, [2]), Data(1, [2, 3])), "B14"),
    "frozen slotted dataclass": (lambda: (Frozen(1, "a"), Frozen(1, "b")), "B01"),
    "two copies of a class": (lambda: (copy_of(Point)(1, 2), copy_of(Point)(1, 2)), SAME),
    "two copies of a class, another value": (lambda: (copy_of(Point)(1, 2), copy_of(Point)(1, 3)), "B01"),
    "always equal": (lambda: (AlwaysEqual(1), AlwaysEqual(2)), "B01"),
    "eq that raises": (lambda: (RaisesOnEq(1), RaisesOnEq(1)), SAME),
    "eq that raises, another value": (lambda: (RaisesOnEq(1), RaisesOnEq(2)), "B01"),
    "eq that is no bool": (lambda: (OddEq(1), OddEq(2)), "B01"),
    "repr that raises": (lambda: (RaisesOnRepr(1), 1), "B02"),
    "class without hash": (lambda: ([Unhashable(1)], [Unhashable(1)]), SAME),
    "class without hash, another value": (lambda: ({"a": Unhashable(1)}, {"a": Unhashable(2)}), "B01"),
    "class without hash, permuted": (lambda: ([Unhashable(1), 2], [2, Unhashable(1)]), "B03"),
    "object that lies": (lambda: (Liar(1), Liar(2)), "B01"),
    "enum": (lambda: (Colour.RED, Colour.RED), SAME),
    "enum member": (lambda: (Colour.RED, Colour.BLUE), "B01"),
    "enum and int": (lambda: (Level.LOW, 1), "B02"),
    "int enum": (lambda: (Level.LOW, Level.HIGH), "B01"),
    "flags": (lambda: (Bits.A | Bits.B, Bits.A | Bits.B), SAME),
    "other flags": (lambda: (Bits.A | Bits.B, Bits.A), "B01"),
    "namespace": (lambda: (types.SimpleNamespace(a=1), types.SimpleNamespace(a=2)), "B01"),
    "random": (lambda: (py_rng(1), py_rng(1)), SAME),
    "random used": (lambda: (py_rng(1), py_rng(1, 1)), "B01"),
    "item getter": (lambda: (operator.itemgetter(1), operator.itemgetter(1)), SAME),
    "another item getter": (lambda: (operator.itemgetter(1), operator.itemgetter(2)), "B01"),
    "locks": (lambda: (threading.Lock(), threading.Lock()), "B15"),
    "one lock": (lambda: twice(threading.Lock()), SAME),
    "lock inside": (lambda: (Point(1, threading.Lock()), Point(1, threading.Lock())), "B15"),
    "events": (lambda: (threading.Event(), threading.Event()), "B15"),
    "weak references": (lambda: (weakref.ref(Point), weakref.ref(Point)), SAME),
    "class": (lambda: (Point, Point), SAME),
    "another class": (lambda: (Point, Data), "B01"),
    "two copies as classes": (lambda: (copy_of(Point), copy_of(Point)), SAME),
    "generic alias": (lambda: (list[int], list[int]), SAME),
    "another generic alias": (lambda: (list[int], list[str]), "B01"),
    "union": (lambda: (int | str, int | None), "B01"),
    "builtin": (lambda: (len, len), SAME),
    "another builtin": (lambda: (len, sum), "B01"),
    "function": (lambda: (closure, closure), SAME),
    "closures": (lambda: (closure([1]), closure([1])), SAME),
    "closure content": (lambda: (closure([1]), closure([2])), "B01"),
    "closure default": (lambda: (closure(1, 2), closure(1, 3)), "B01"),
    "another function": (lambda: (closure, twice), "B01"),
    "lambdas": (lambda: (lambda: 1, lambda: 2), "B15"),
    "lambdas alike": (lambda: (lambda: 1, lambda: 1), SAME),
    "constants of other types": (lambda: (lambda: 1, lambda: 1.0), "B15"),
    "partial": (lambda: (functools.partial(int, base=2), functools.partial(int, base=2)), SAME),
    "another partial": (lambda: (functools.partial(int, base=2), functools.partial(int, base=3)), "B01"),
    "bound method": (lambda: ([1].append, [1].append), SAME),
    "method of another": (lambda: ([1].append, [2].append), "B01"),
    "user's bound method": (lambda: (Counting(1).__next__, Counting(2).__next__), "B14"),
    "module": (lambda: (re, re), SAME),
    "another module": (lambda: (re, io), "B01"),
    "error": (lambda: (ValueError("a"), ValueError("a")), SAME),
    "error text": (lambda: (ValueError("a"), ValueError("b")), "B01"),
    "error type": (lambda: (KeyError("a"), ValueError("a")), "B02"),
    "error subclass": (lambda: (LookupError("a"), KeyError("a")), "B02"),
    "error attribute": (lambda: (CustomError("a", 1), CustomError("a", 2)), "B01"),
    "error note": (lambda: (with_note(ValueError(), "a"), with_note(ValueError(), "b")), "B01"),
    "error without note": (lambda: (with_note(ValueError(), "a"), ValueError()), "B14"),
    "error cause": (lambda: (raised(ValueError(), KeyError("a")), raised(ValueError(), KeyError("b"))), "B01"),
    "error without cause": (lambda: (raised(ValueError(), KeyError("a")), raised(ValueError())), "B02"),
    "error context": (
        lambda: (raised(ValueError(), within=KeyError(1)), raised(ValueError(), within=KeyError(1))),
        SAME,
    ),
    "error without context": (lambda: (raised(ValueError(), within=KeyError(1)), raised(ValueError())), "B02"),
    "error suppressed": (
        lambda: (ValueError(), changed(ValueError(), lambda e: setattr(e, "__suppress_context__", True))),
        "B01",
    ),
    "os error": (lambda: (OSError(2, "no", "f"), OSError(2, "no", "f")), SAME),
    "os error file": (lambda: (OSError(2, "no", "f"), OSError(2, "no", "g")), "B01"),
    "stop iteration": (lambda: (StopIteration(1), StopIteration(2)), "B01"),
    "unicode error": (
        lambda: (UnicodeDecodeError("a", b"b", 0, 1, "c"), UnicodeDecodeError("a", b"b", 0, 1, "d")),
        "B01",
    ),
    "group": (lambda: (ExceptionGroup("a", [ValueError(1)]), ExceptionGroup("a", [ValueError(1)])), SAME),
    "group member": (lambda: (ExceptionGroup("a", [ValueError(1)]), ExceptionGroup("a", [ValueError(2)])), "B01"),
    "datetime": (lambda: (dt.datetime(2020, 1, 2), dt.datetime(2020, 1, 2)), SAME),
    "datetime second": (lambda: (dt.datetime(2020, 1, 2), dt.datetime(2020, 1, 2, 0, 0, 1)), "B01"),
    "datetime and date": (lambda: (dt.datetime(2020, 1, 2), dt.date(2020, 1, 2)), "B02"),
    "datetime fold": (lambda: (dt.datetime(2020, 1, 2), dt.datetime(2020, 1, 2, fold=1)), "B01"),
    "datetime naive": (lambda: (dt.datetime(2020, 1, 2), dt.datetime(2020, 1, 2, tzinfo=dt.UTC)), "B02"),
    "same moment in another zone": (
        lambda: (
            dt.datetime(2020, 1, 2, 1, tzinfo=dt.timezone(dt.timedelta(hours=1))),
            dt.datetime(2020, 1, 2, tzinfo=dt.UTC),
        ),
        "B01",
    ),
    "zone and offset": (
        lambda: (dt.datetime(2020, 1, 2, tzinfo=zoneinfo.ZoneInfo("UTC")), dt.datetime(2020, 1, 2, tzinfo=dt.UTC)),
        "B02",
    ),
    "zone info": (lambda: (zoneinfo.ZoneInfo("UTC"), zoneinfo.ZoneInfo.no_cache("UTC")), SAME),
    "date": (lambda: (dt.date(2020, 1, 2), dt.date(2020, 1, 3)), "B01"),
    "time": (lambda: (dt.time(1, 2), dt.time(1, 2, fold=1)), "B01"),
    "timedelta": (lambda: (dt.timedelta(hours=24), dt.timedelta(days=1)), SAME),
    "another timedelta": (lambda: (dt.timedelta(1), dt.timedelta(1, 0, 1)), "B01"),
    "decimal": (lambda: (decimal.Decimal("1.0"), decimal.Decimal("1.0")), SAME),
    "decimal exponent": (lambda: (decimal.Decimal("1.0"), decimal.Decimal("1.00")), "B01"),
    "decimal nan": (lambda: (decimal.Decimal("sNaN"), decimal.Decimal("sNaN")), SAME),
    "decimal zero": (lambda: (decimal.Decimal("0"), decimal.Decimal("-0")), "B01"),
    "fraction": (lambda: (fractions.Fraction(2, 4), fractions.Fraction(1, 2)), SAME),
    "another fraction": (lambda: (fractions.Fraction(1, 3), fractions.Fraction(1, 2)), "B01"),
    "uuid": (lambda: (uuid.UUID(int=1), uuid.UUID(int=1)), SAME),
    "another uuid": (lambda: (uuid.UUID(int=1), uuid.UUID(int=2)), "B01"),
    "path": (lambda: (pathlib.Path("a//b"), changed(pathlib.Path("a/b"), hash)), SAME),
    "another path": (lambda: (pathlib.Path("a/b"), pathlib.Path("a/B")), "B01"),
    "path and pure path": (lambda: (pathlib.Path("a"), pathlib.PurePath("a")), "B02"),
    "pattern": (lambda: (re.compile("a"), re.compile("a")), SAME),
    "pattern flags": (lambda: (re.compile("a"), re.compile("a", re.I)), "B01"),
    "match": (lambda: (re.match("a(b)", "abc"), re.match("a(b)", "abc")), SAME),
    "match string": (lambda: (re.match("a(b)", "abc"), re.match("a(b)", "abd")), "B01"),
    "match place": (lambda: (re.search("a", "aa"), re.compile("a").search("aa", 1)), "B01"),
    "string io": (lambda: (stream(io.StringIO, "ab"), stream(io.StringIO, "ab")), SAME),
    "string io position": (lambda: (stream(io.StringIO, "ab"), stream(io.StringIO, "ab", 1)), "B01"),
    "bytes io": (lambda: (stream(io.BytesIO, b"ab"), stream(io.BytesIO, b"ac")), "B01"),
    "closed io": (lambda: (changed(io.BytesIO(), io.BytesIO.close), io.BytesIO()), "B01"),
    "shared twice": (lambda: (twice([1]), twice([1])), SAME),
    "shared no more": (lambda: (twice([1]), [[1], [1]]), "B05"),
    "shared from now on": (lambda: ([[1], [1]], twice([1])), "B05"),
    "shared no more and changed": (lambda: (twice([1]), [[1], [2]]), "B01"),
    "shared dict in objects": (lambda: (Point(*twice({})), Point({}, {})), "B05"),
    "shared frozen dataclass": (lambda: (twice(Frozen(1)), [Frozen(1), Frozen(1)]), SAME),
    "shared tuple": (lambda: (twice((1, Frozen(2))), [(1, Frozen(2)), (1, Frozen(2))]), SAME),
    "shared list in tuples": (lambda: ([(x,) for x in twice([])], [([],), ([],)]), "B05"),
    "cycle": (lambda: (loop(2), loop(2)), SAME),
    "cycle, another item": (lambda: (loop(2, 1), loop(2, 2)), "B01"),
    "cycle no more": (lambda: (loop(0), [None, [None, None]]), "B02"),
    "generator": (lambda: (gives(1, 2), gives(1, 2)), SAME),
    "generator item": (lambda: (gives(1, 2), gives(1, 3)), "B01"),
    "generator shorter": (lambda: (gives(1, 2), gives(1)), "B14"),
    "generator raises": (lambda: (gives(1, error=ValueError("a")), gives(1)), "B01"),
    "generator raises alike": (lambda: (gives(1, error=ValueError("a")), gives(1, error=ValueError("a"))), SAME),
    "generator raises another": (lambda: (gives(1, error=ValueError("a")), gives(1, error=ValueError("b"))), "B01"),
    "generator returns": (lambda: (gives(1, end=2), gives(1, end=3)), "B01"),
    "generator and list": (lambda: (gives(1), [1]), "B07"),
    "list and iterator": (lambda: ([1], iter([1])), "B07"),
    "kinds of iterators": (lambda: (iter([1]), iter((1,))), "B07"),
    "map and generator": (lambda: (map(str, [1]), (str(x) for x in [1])), "B07"),
    "generator with a buffer": (lambda: (buffered([1], [2]), buffered([1], [2])), SAME),
    "generator with a buffer, later item": (lambda: (buffered([1], [2]), buffered([1], [3])), "B01"),
    "generator with a buffer no more": (lambda: (buffered([1], [1]), gives([1], [1])), "B05"),
    "infinite": (lambda: (itertools.count(), itertools.count()), SAME),
    "infinite with a step": (lambda: (itertools.count(), itertools.count(0, 2)), "B01"),
    "user's iterator": (lambda: (Counting(3), Counting(3)), SAME),
    "user's shorter iterator": (lambda: (Counting(3), Counting(2)), "B14"),
    "one iterator": (lambda: twice(iter([1, 2])), SAME),
    "generator in a dict": (lambda: ({"a": gives(1)}, {"a": gives(2)}), "B01"),
    "permuted generators": (lambda: ([gives(1), gives(2)], [gives(2), gives(1)]), "B01"),
    "ndarray": (lambda: (np.arange(6).reshape(2, 3), np.arange(6).reshape(2, 3)), SAME),
    "ndarray item": (lambda: (np.array([1, 2, 3]), np.array([1, 2, 4])), "B01"),
    "ndarray dtype": (lambda: (np.array([1, 2]), np.array([1.0, 2.0])), "B02"),
    "ndarray width": (lambda: (np.array([1, 2], "i4"), np.array([1, 2], "i8")), "B02"),
    "ndarray byte order": (lambda: (np.array([1, 2], "<i4"), np.array([1, 2], ">i4")), "B02"),
    "ndarray shape": (lambda: (np.zeros((2, 3)), np.zeros((3, 2))), "B14"),
    "ndarray and list": (lambda: (np.array([1]), [1]), "B02"),
    "ndarray order": (lambda: (np.zeros((2, 3)), np.zeros((2, 3), order="F")), "B16"),
    "ndarray read only": (lambda: (np.array([1]), readonly([1])), "B16"),
    "ndarray nan": (lambda: (np.array([NAN, 1]), np.array([NAN, 1])), SAME),
    "ndarray nan with other bits": (lambda: (np.array([NAN]), -np.array([NAN])), SAME),
    "ndarray sign of zero": (lambda: (np.array([0.0, 1]), np.array([-0.0, 1])), "B01"),
    "ndarray few ulps": (lambda: (np.array([0.1, 0.2]), np.array([0.1, np.nextafter(0.2, 1)])), "B13"),
    "ndarray few ulps and more": (lambda: (np.array([0.1, 0.2]), np.array([np.nextafter(0.1, 1), 0.3])), "B01"),
    "ndarray permuted": (lambda: (np.array([1, 2, 3]), np.array([3, 2, 1])), "B03"),
    "ndarray complex": (lambda: (np.array([1 + 0j]), np.array([complex(1, -0.0)])), "B01"),
    "ndarray big endian": (lambda: (np.array([1.5, NAN], ">f8"), np.array([1.5, NAN], ">f8")), SAME),
    "ndarray strided": (lambda: (np.arange(10.0)[::2], np.arange(10.0)[::2]), SAME),
    "ndarray strings": (lambda: (np.array(["a", "bc"]), np.array(["a", "bd"])), "B01"),
    "ndarray datetimes": (lambda: (np.array(["2020", "NaT"], "M8[D]"), np.array(["2020", "NaT"], "M8[D]")), SAME),
    "ndarray datetime unit": (lambda: (np.array(["2020"], "M8[D]"), np.array(["2020"], "M8[s]")), "B02"),
    "ndarray objects": (lambda: (np.array([1, None, [2]], object), np.array([1, None, [2]], object)), SAME),
    "ndarray object type": (lambda: (np.array([1, None], object), np.array([1.0, None], object)), "B02"),
    "ndarray structured": (lambda: (np.array([(1, 2.0)], "i4,f8"), np.array([(1, 2.0)], "i4,f8")), SAME),
    "ndarray structured field": (lambda: (np.array([(1, 2.0)], "i4,f8"), np.array([(1, 3.0)], "i4,f8")), "B01"),
    "ndarray structured names": (lambda: (np.zeros(1, [("a", "i4")]), np.zeros(1, [("b", "i4")])), "B02"),
    "ndarray void": (lambda: (np.array([b"ab"], "V2"), np.array([b"ac"], "V2")), "B01"),
    "ndarray empty": (lambda: (np.zeros((0, 3)), np.zeros((0, 3))), SAME),
    "ndarray without dimension": (lambda: (np.array(1), np.array(1)), SAME),
    "ndarray without dimension and scalar": (lambda: (np.array(1), np.int64(1)), "B02"),
    "masked": (lambda: (np.ma.array([1, 2], mask=[0, 1]), np.ma.array([1, 3], mask=[0, 1])), SAME),
    "masked value": (lambda: (np.ma.array([1, 2], mask=[0, 1]), np.ma.array([2, 2], mask=[0, 1])), "B01"),
    "mask": (lambda: (np.ma.array([1, 2], mask=[0, 1]), np.ma.array([1, 2], mask=[1, 1])), "B01"),
    "masked and plain": (lambda: (np.ma.array([1, 2]), np.array([1, 2])), "B02"),
    "numpy scalar": (lambda: (np.float32(1.5), np.float32(1.5)), SAME),
    "numpy scalar nan": (lambda: (np.float64("nan"), np.float64("nan")), SAME),
    "numpy scalar value": (lambda: (np.int8(1), np.int8(2)), "B01"),
    "numpy scalar width": (lambda: (np.int8(1), np.int16(1)), "B02"),
    "numpy scalar ulps": (lambda: (np.float32(0.1), np.nextafter(np.float32(0.1), np.float32(1))), "B13"),
    "numpy datetime unit": (lambda: (np.datetime64("2020", "D"), np.datetime64("2020", "s")), "B02"),
    "numpy bool": (lambda: (np.bool_(True), True), "B02"),
    "numpy str": (lambda: (np.str_("a"), "a"), "B02"),
    "dtype": (lambda: (np.dtype("i4"), np.dtype("i8")), "B02"),
    "generator state": (lambda: (rng(1), rng(1)), SAME),
    "generator used": (lambda: (rng(1), rng(1, 1)), "B01"),
    "random state": (lambda: (np.random.RandomState(1), np.random.RandomState(1)), SAME),
    "other random state": (lambda: (np.random.RandomState(1), np.random.RandomState(2)), "B01"),
    "view and base": (
        lambda: (with_view(np.arange(4)), [np.arange(4), np.arange(1, 4)]),
        "B05",
    ),
    "view and base alike": (lambda: (with_view(np.arange(4)), with_view(np.arange(4))), SAME),
    "rows and copies": (lambda: (list(np.zeros((50, 3))), [row.copy() for row in np.zeros((50, 3))]), SAME),
    "rows that overlap": (
        lambda: (halves(np.zeros(5)), [np.zeros(3), np.zeros(3)]),
        "B05",
    ),
    "frame": (lambda: (frame(), frame()), SAME),
    "frame value": (lambda: (frame(), frame(a=[1, 2, 4])), "B01"),
    "frame dtype": (lambda: (frame(), frame(a=[1.0, 2, 3])), "B02"),
    "frame columns": (lambda: (frame(), frame(d=1)), "B14"),
    "frame column order": (lambda: (frame(), frame()[["b", "a", "c"]]), "B03"),
    "frame column renamed": (lambda: (frame(), frame().rename(columns={"a": "A"})), "B14"),
    "frame rows permuted": (lambda: (frame(), frame().iloc[::-1]), "B03"),
    "frame index": (lambda: (frame(), frame().reset_index(drop=True)), "B02"),
    "frame index name": (lambda: (frame(), frame().rename_axis("n")), "B14"),
    "frame index value": (lambda: (frame(), frame().set_axis([10, 20, 31])), "B14"),
    "frame attrs": (lambda: (frame(), changed(frame(), lambda f: f.attrs.update(a=1))), "B14"),
    "frame nan and none": (
        lambda: (frame(c=np.array([1, NAN, 2], object)), frame(c=np.array([1, None, 2], object))),
        "B02",
    ),
    "frame na and nan": (
        lambda: (frame(c=np.array([1, NAN, 2], object)), frame(c=np.array([1, pd.NA, 2], object))),
        "B02",
    ),
    "frame sign of zero": (lambda: (frame(), frame(b=[0.5, NAN, 0.0])), "B01"),
    "frame few ulps": (lambda: (frame(b=[0.3] * 3), frame(b=[0.3, 0.3, 0.1 + 0.2])), "B13"),
    "frame empty": (lambda: (pd.DataFrame(), pd.DataFrame()), SAME),
    "frame nullable": (
        lambda: (frame(d=pd.array([1, None, 3], "Int64")), frame(d=pd.array([1, None, 3], "Int64"))),
        SAME,
    ),
    "frame nullable value": (
        lambda: (frame(d=pd.array([1, None, 3], "Int64")), frame(d=pd.array([1, 2, 3], "Int64"))),
        "B02",
    ),
    "frame with a duplicate column": (
        lambda: (pd.DataFrame([[1, 2]], columns=["a", "a"]), pd.DataFrame([[1, 3]], columns=["a", "a"])),
        "B01",
    ),
    "series": (lambda: (pd.Series([1, 2], name="a"), pd.Series([1, 2], name="a")), SAME),
    "series name": (lambda: (pd.Series([1, 2], name="a"), pd.Series([1, 2])), "B14"),
    "series value": (lambda: (pd.Series([1, 2]), pd.Series([1, 3])), "B01"),
    "series length": (lambda: (pd.Series([1, 2]), pd.Series([1])), "B14"),
    "series subclass": (lambda: (pd.Series([1, 2]), Series2([1, 2])), "B02"),
    "series and frame": (lambda: (pd.Series([1]), pd.DataFrame([1])), "B02"),
    "series of moments": (
        lambda: (pd.Series(pd.to_datetime(["2020", None])), pd.Series(pd.to_datetime(["2020", None]))),
        SAME,
    ),
    "series of other moments": (
        lambda: (pd.Series(pd.to_datetime(["2020", None])), pd.Series(pd.to_datetime(["2021", None]))),
        "B01",
    ),
    "series of moments in a zone": (
        lambda: (
            pd.Series(pd.to_datetime(["2020"], utc=True)),
            pd.Series(pd.to_datetime(["2020"], utc=True).tz_convert("Europe/Rome")),
        ),
        "B02",
    ),
    "series of other moments in a zone": (
        lambda: (pd.Series(pd.to_datetime(["2020"], utc=True)), pd.Series(pd.to_datetime(["2021"], utc=True))),
        "B01",
    ),
    "categorical": (lambda: (pd.Series(["a", "b"], dtype="category"), pd.Series(["a", "b"], dtype="category")), SAME),
    "categories": (lambda: (pd.Categorical(["a"], ["a", "b"]), pd.Categorical(["a"], ["b", "a"])), "B03"),
    "categories more": (lambda: (pd.Categorical(["a"], ["a", "b"]), pd.Categorical(["a"], ["a"])), "B14"),
    "categories ordered": (lambda: (pd.Categorical(["a"]), pd.Categorical(["a"], ordered=True)), "B02"),
    "categorical value": (lambda: (pd.Categorical(["a", "b", "a"]), pd.Categorical(["a", "b", "b"])), "B01"),
    "index": (lambda: (pd.Index([1, 2]), pd.Index([1, 2])), SAME),
    "range index": (lambda: (pd.RangeIndex(2), pd.Index([0, 1])), "B02"),
    "index order": (lambda: (pd.Index(["a", "b"]), pd.Index(["b", "a"])), "B03"),
    "multi-index": (lambda: (pd.MultiIndex.from_tuples([(1, "a")]), pd.MultiIndex.from_tuples([(1, "a")])), SAME),
    "multi-index value": (
        lambda: (pd.MultiIndex.from_tuples([(1, "a")]), pd.MultiIndex.from_tuples([(1, "b")])),
        "B14",
    ),
    "multi-index names": (
        lambda: (pd.MultiIndex.from_tuples([(1, "a")], names=["x", "y"]), pd.MultiIndex.from_tuples([(1, "a")])),
        "B14",
    ),
    "index frequency": (
        lambda: (pd.date_range("2020", periods=2), pd.DatetimeIndex(["2020-01-01", "2020-01-02"]).as_unit("us")),
        "B14",
    ),
    "timestamp": (lambda: (pd.Timestamp("2020"), pd.Timestamp("2020")), SAME),
    "timestamp value": (lambda: (pd.Timestamp("2020"), pd.Timestamp("2021")), "B01"),
    "timestamp zone": (lambda: (pd.Timestamp("2020"), pd.Timestamp("2020", tz="UTC")), "B02"),
    "timestamp and datetime": (lambda: (pd.Timestamp("2020"), dt.datetime(2020, 1, 1)), "B02"),
    "timedelta of pandas": (lambda: (pd.Timedelta(1, "s"), pd.Timedelta(2, "s")), "B01"),
    "period": (lambda: (pd.Period("2020-01"), pd.Period("2020-02")), "B01"),
    "interval": (lambda: (pd.Interval(0, 1), pd.Interval(0, 1)), SAME),
    "interval closed": (lambda: (pd.Interval(0, 1), pd.Interval(0, 1, "left")), "B01"),
    "interval type": (lambda: (pd.Interval(0, 1), pd.Interval(0, 1.0)), "B02"),
    "na": (lambda: (pd.NA, pd.NA), SAME),
    "na and nan": (lambda: (pd.NA, NAN), "B02"),
    "nat and none": (lambda: (pd.NaT, None), "B02"),
    "deep lists": (lambda: (deep(10_000, 1), deep(10_000, 1)), SAME),
    "deep lists, another leaf": (lambda: (deep(10_000, 1), deep(10_000, 2)), "B01"),
    "deep tuples": (lambda: (deep(10_000, 1, lambda x: (x,)), deep(10_000, 2, lambda x: (x,))), "B01"),
    "deep dicts": (lambda: (deep(10_000, 1, lambda x: {"a": x}), deep(10_000, 1, lambda x: {"a": x})), SAME),
    "deep objects": (lambda: (deep(10_000, 1, lambda x: Point(0, x)), deep(10_000, 2, lambda x: Point(0, x))), "B01"),
    "tuples that share a lot": (lambda: (deep(60, (0.5,), lambda x: (x, x)), deep(60, (0.5,), lambda x: (x, x))), SAME),
    "lists that share a lot": (lambda: (deep(60, [], lambda x: [x, x]), deep(60, [], lambda x: [x, x])), SAME),
}
"""Two results, made anew each time, and the code of their first difference."""


@pytest.mark.parametrize("name", TABLE)
def test_pairs(name: str) -> None:
    """Each pair of results is the same, or its first difference has the code it should; the other way round also there is one."""
    make, code = TABLE[name]
    old, new = make()
    found = difference(old, new)
    assert (found.code if found else SAME) == code, found
    new, old = make()
    assert (difference(old, new) is None) == (code == SAME)
    if found is not None:
        assert found.code in CODES
        assert max(len(found.old), len(found.new)) <= 200
        assert found.said.endswith(".")


def where(old: Any, new: Any, rules: Rules | None = None) -> str | None:
    """The path of the first difference."""
    found = difference(old, new, rules or Rules())
    return found.where if found else None


PATHS: dict[str, tuple[Callable[[], tuple[Any, Any]], str]] = {
    "root": (lambda: (1, 2), ""),
    "list": (lambda: ([0, [1, 2]], [0, [1, 3]]), "[1][1]"),
    "dict": (lambda: ({"a": {1: (2,)}}, {"a": {1: (3,)}}), "['a'][1][0]"),
    "objects": (lambda: (Point(1, Data(1, [5])), Point(1, Data(1, [6]))), ".y.items[0]"),
    "namedtuple": (lambda: (Pair(1, [2]), Pair(1, [3])), ".right[0]"),
    "private slot": (lambda: (SlottedChild(1), SlottedChild(2)), "._SlottedChild__hidden"),
    "error": (lambda: (raised(ValueError(), KeyError("a")), raised(ValueError(), KeyError("b"))), ".__cause__.args[0]"),
    "set": (lambda: ([{Frozen(1, 2)}], [{Frozen(1, 3)}]), "[0]{}.b"),
    "key gone": (lambda: ({"a": 1, "b": 2}, {"a": 1}), "['b']"),
    "key's type": (lambda: ({"a": 1, 1: 2}, {"a": 1, True: 2}), ".keys()[1]"),
    "array": (lambda: ([np.zeros((2, 3))], [np.array([[0, 0, 0], [0, 0, 1.0]])]), "[0][1, 2]"),
    "array's dtype": (lambda: (np.zeros(1), np.zeros(1, int)), ".dtype"),
    "frame": (lambda: ({"f": frame()}, {"f": frame(a=[1, 2, 4])}), "['f']['a'][2]"),
    "frame's dtype": (lambda: (frame(), frame(a=[1.0, 2, 3])), "['a'].dtype"),
    "frame's index": (lambda: (frame(), frame().set_axis([10, 20, 31])), ".index[2]"),
    "series": (lambda: (pd.Series(["a", "b"]), pd.Series(["a", "c"])), "[1]"),
    "permuted within": (lambda: ({"a": [[1, 2], [3, 4]]}, {"a": [[3, 4], [1, 2]]}), "['a']"),
    "shared": (lambda: (twice([1]), [[1], [1]]), "[1]"),
    "generator": (lambda: ([gives(1, [2])], [gives(1, [3])]), "[0][1][0]"),
    "generator's return": (lambda: (gives(end=1), gives(end=2)), ".return"),
    "partial": (lambda: (functools.partial(int, base=2), functools.partial(int, base=3)), ".keywords['base']"),
    "reading order": (lambda: ({"a": [1, 2], "b": 3}, {"a": [1, 5], "b": 4}), "['a'][1]"),
}


@pytest.mark.parametrize("name", PATHS)
def test_paths(name: str) -> None:
    """A difference is told at the place where it is, which is not only where it begins."""
    make, path = PATHS[name]
    assert where(*make()) == path


def test_all_differences_come_in_reading_order() -> None:
    """`differences` goes on after the first one, and stops after as many as it may tell."""
    old = {"a": [1, 2.0, "x"], "b": Point(1, 2), "c": 5}
    new = {"a": [1, 2.5, "y"], "b": Point(1, "2"), "d": 5}
    found = differences(old, new)
    assert [(one.code, one.where) for one in found] == [
        ("B14", "['c']"),
        ("B14", "['d']"),
        ("B01", "['a'][1]"),
        ("B01", "['a'][2]"),
        ("B02", "['b'].y"),
    ]
    assert differences(old, new, most=2) == found[:2]
    assert differences(old, old) == ()


def test_after_another_order_the_rest_is_still_compared() -> None:
    """A list in another order is one difference; what comes after it is looked at as if its items had been met in their right pairs."""
    old, new = [{"a": 1}, {"a": 2}], [{"a": 2}, {"a": 1}]
    found = differences([old, old[0], 1], [new, new[1], 2])
    assert [(one.code, one.where) for one in found] == [("B03", "[0]"), ("B01", "[2]")]


TOLERANT, LAX, FREE = Rules(relative=1e-6, absolute=1e-9), Rules(types=False), Rules(unordered=True)
RELAXED: list[tuple[str, Rules, Callable[[], tuple[Any, Any]], str]] = [
    ("relative", TOLERANT, lambda: (1e6, 1e6 + 0.5), SAME),
    ("relative, too far", TOLERANT, lambda: (1e6, 1e6 + 1.5), "B01"),
    ("absolute", TOLERANT, lambda: (0.0, 1e-10), SAME),
    ("absolute, too far", TOLERANT, lambda: (0.0, 1e-8), "B01"),
    ("sign of zero within a tolerance", TOLERANT, lambda: (0.0, -0.0), SAME),
    ("not infinity", TOLERANT, lambda: (float("inf"), 1e308), "B01"),
    ("not nan", TOLERANT, lambda: (NAN, 1.0), "B01"),
    ("not ints", TOLERANT, lambda: (10**9, 10**9 + 1), "B01"),
    ("not the type", TOLERANT, lambda: (1.0, 1), "B02"),
    ("complex", TOLERANT, lambda: (1 + 1j, 1 + 1.0000001j), SAME),
    ("items of a set", TOLERANT, lambda: ({1.0, 2.0}, {2.0000001, 1.0}), SAME),
    ("items of a set, too far", TOLERANT, lambda: ({1.0, 2.0}, {2.1, 1.0}), "B01"),
    ("array", TOLERANT, lambda: (np.array([1.0, NAN]), np.array([1.0000001, NAN])), SAME),
    ("array, too far", TOLERANT, lambda: (np.array([1.0, 2]), np.array([1.0000001, 2.1])), "B01"),
    ("array of infinities", TOLERANT, lambda: (np.array([np.inf]), np.array([1.0])), "B01"),
    ("frame", TOLERANT, lambda: (frame(), frame(b=[0.5000001, NAN, 0.0])), SAME),
    ("numpy scalar", TOLERANT, lambda: (np.float32(1), np.float32(1.0000005)), SAME),
    ("int and float", LAX, lambda: ([1, True], [1.0, 1]), SAME),
    ("int and numpy", LAX, lambda: ([1, 2.5], [np.int64(1), np.float32(2.5)]), SAME),
    ("another value", LAX, lambda: ([1], [1.5]), "B01"),
    ("still the sign of zero", LAX, lambda: ([0.0], [-0.0]), "B01"),
    ("tuple for list", LAX, lambda: ([1, (2,)], (1, [2])), SAME),
    ("tuple for list, another item", LAX, lambda: ([1, (2,)], (1, [3])), "B01"),
    ("frozenset for set", LAX, lambda: ({1}, frozenset({1})), SAME),
    ("dict for counter", LAX, lambda: (collections.Counter("ab"), {"a": 1, "b": 1}), SAME),
    ("key of another type", LAX, lambda: ({1: "a", 2: "b"}, {1.0: "a", 2.0: "b"}), SAME),
    ("dtype", LAX, lambda: (np.array([1, 2]), np.array([1.0, 2.0], ">f4")), SAME),
    ("dtype, another value", LAX, lambda: (np.array([1, 2]), np.array([1.0, 2.5])), "B01"),
    ("dtype of a column", LAX, lambda: (frame(), frame(a=[1.0, 2, 3])), SAME),
    ("subclass", LAX, lambda: (Point(1, 2), Point3(1, 2)), SAME),
    ("subclass, another value", LAX, lambda: (Point(1, 2), Point3(1, 3)), "B01"),
    ("another class", LAX, lambda: (Point(1, 2), Data(1)), "B02"),
    ("str for bytes", LAX, lambda: ("a", b"a"), "B02"),
    ("iterator for list", LAX, lambda: (iter([1]), [1]), "B07"),
    ("list", FREE, lambda: ([1, [2], 3], [3, 1, [2]]), SAME),
    ("list, another item", FREE, lambda: ([1, [2], 3], [3, 1, [4]]), "B01"),
    ("list, other items", FREE, lambda: ([1, 2, 3], [3, 4, 5]), "B01"),
    ("nested lists", FREE, lambda: ([[1, 2], [3, 4]], [[4, 3], [2, 1]]), SAME),
    ("list twice the same", FREE, lambda: ([1, 1, 2], [1, 2, 2]), "B01"),
    ("dict in any order", FREE, lambda: ({"a": 1, "b": [1, 2]}, {"b": [2, 1], "a": 1}), SAME),
    ("tuple keeps its order", FREE, lambda: ((1, 2), (2, 1)), "B03"),
    ("deque in any order", FREE, lambda: (collections.deque([1, 2]), collections.deque([2, 1])), SAME),
    ("iterator in any order", FREE, lambda: (iter([1, 2]), iter([2, 1])), SAME),
    ("iterator, another item", FREE, lambda: (iter([1, 2]), iter([2, 3])), "B01"),
    ("iterator, shorter", FREE, lambda: (iter([1, 2]), iter([2])), "B14"),
    ("array in any order", FREE, lambda: (np.array([1, 2, 2]), np.array([2, 1, 2])), SAME),
    ("array, other items", FREE, lambda: (np.array([1, 1, 2]), np.array([2, 1, 2])), "B01"),
    (
        "locks in any order",
        FREE,
        lambda: ([threading.Lock(), threading.Lock()], [threading.Lock(), threading.Lock()]),
        "B15",
    ),
    ("deep in any order", FREE, lambda: (deep(10_000, 1), deep(10_000, 2)), "B01"),
    ("few items of an iterator", Rules(consume=3), lambda: (iter([1, 2, 3, 4]), iter([1, 2, 3, 5])), SAME),
    ("enough items of an iterator", Rules(consume=4), lambda: (iter([1, 2, 3, 4]), iter([1, 2, 3, 5])), "B01"),
]


@pytest.mark.parametrize(("rules", "make", "code"), [row[1:] for row in RELAXED], ids=[row[0] for row in RELAXED])
def test_relaxations(rules: Rules, make: Callable[[], tuple[Any, Any]], code: str) -> None:
    """Each declared relaxation accepts what it names, in both directions, and nothing more."""
    found = difference(*make(), rules)
    assert (found.code if found else SAME) == code, found
    assert (difference(*reversed(make()), rules) is None) == (code == SAME)


@pytest.mark.parametrize(
    ("pattern", "old", "new", "same"),
    [
        ("[0]", [1, 2], [3, 2], True),
        ("[0]", [1, 2], [1, 3], False),
        ("[*]", [1, 2], [3, 4], True),
        ("[*].x", [Point(1, 2)], [Point(3, 2)], True),
        ("[*].x", [Point(1, 2)], [Point(1, 3)], False),
        ("[*].x", [[Point(1, 2)]], [[Point(3, 2)]], False),
        ("**.x", [[Point(1, 2)]], [[Point(3, 2)]], True),
        ("['a*']", {"ab": 1}, {"ab": 2}, True),
        ("[*]", {"a]b.'": 1}, {"a]b.'": 2}, True),
        ("['a']", {"a": 1}, {"a": 2}, True),
        ("['a']", {"a": 1, "b": 1}, {"b": 1}, True),
        (".x", Point(1, 2), Point("1", 2), True),
        (".*", Point(1, 2), Point(3, 4), True),
        (".x", Point([1], 2), Point([2], 2), True),
        (".x[0]", Point([1], 2), Point([2], 2), True),
        (".x", Point(1, 2), Point(1, 3), False),
        ("[1]", np.array([1, 2]), np.array([1, 3]), True),
        ("[1]", np.array([1, 2]), np.array([2, 3]), False),
        ("['a']**", frame(), frame(a=[3, 4, 5]), True),
        ("['a']**", frame(), frame(b=[3, 4, 5]), False),
        ("{}.b", {Frozen(1, 2), Frozen(2, 2)}, {Frozen(2, 3), Frozen(1, 4)}, True),
        (".flags.*", np.array([1]), readonly([1]), True),
    ],
)
def test_masks(pattern: str, old: object, new: object, same: bool) -> None:
    """A masked path is not looked at, everything else is; `*` stays within one step, `**` does not."""
    assert difference(old, new) is not None
    assert (difference(old, new, Rules(ignore=(pattern,))) is None) == same


def test_what_is_masked_in_one_place_is_compared_in_another() -> None:
    """An object met first where a part of it is masked is looked at again where that part is not."""
    old, new = twice(Point(1, 2)), twice(Point(3, 2))
    assert where(old, new, Rules(ignore=("[0].x",))) == "[1].x"


@pytest.mark.parametrize(
    "make",
    [
        threading.Lock,
        object,
        lambda: open(__file__, "rb"),  # noqa: SIM115, PTH123
        socket.socket,
        lambda: sys._getframe(),
        threading.local,
        threading.Event,
    ],
)
def test_the_unknown_is_never_the_same(make: Callable[[], Any]) -> None:
    """Two objects without a state that can be seen are B15, at the root and inside, and still the same as themselves."""
    old, new = make(), make()
    assert difference(old, old) is None
    for wrap in (lambda x: x, lambda x: [x], lambda x: {"a": (x,)}, lambda x: Point(1, x)):
        found = difference(wrap(old), wrap(new))
        assert found is not None
        assert found.code == "B15"
    for thing in (old, new):
        getattr(thing, "close", lambda: None)()


class _Hostile:
    """An object with nothing but traps."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def _trap(self, *_: Any) -> Any:
        raise RuntimeError("trap")

    __eq__ = __ne__ = __hash__ = __bool__ = __len__ = __iter__ = __getattr__ = __repr__ = __str__ = __contains__ = _trap
    __reduce_ex__ = __reduce__ = __getstate__ = __copy__ = __deepcopy__ = __lt__ = __getitem__ = __array__ = _trap  # type: ignore[assignment]


def test_traps_are_not_stepped_on() -> None:
    """An object all of whose methods raise is compared by its state, wherever it stands, and its text says that its repr raises."""
    assert difference([_Hostile(1)], [_Hostile(1)]) is None
    found = difference({"a": _Hostile(1), "b": 2}, {"a": 3, "b": 2})
    assert found == Difference(
        "B02", "['a']", "<test_strict._Hostile whose repr raises RuntimeError>", "3", found.said if found else ""
    )
    assert where([1, _Hostile(1)], [1, _Hostile(2)]) == "[1].value"


def test_what_raises_while_it_is_looked_at_is_unknown() -> None:
    """Foreign code that raises in the middle becomes a B15 at its place, and the rest is still compared."""

    def breaks(old: Any, new: Any, walk: Walk) -> Iterator[Difference | Step]:
        yield Step(old.x, new.x, ".x")
        raise ZeroDivisionError

    class Broken(Point):
        pass

    register(Broken, breaks)
    found = differences([Broken(1, 2), 3], [Broken(1, 2), 4])
    assert [(one.code, one.where) for one in found] == [("B15", "[0]"), ("B01", "[1]")]
    assert "ZeroDivisionError" in found[0].said


def test_users_register_their_types() -> None:
    """A registered comparison decides for its type and its subclasses, until one of these is registered itself."""

    class Base(Point):
        pass

    class Child(Base):
        pass

    class Grandchild(Child):
        pass

    def only_x(old: Any, new: Any, walk: Walk) -> Iterator[Difference | Step]:
        yield Step(old.x, new.x, ".x")

    def only_y(old: Any, new: Any, walk: Walk) -> Iterator[Difference]:
        if old.y != new.y:
            yield walk.differs("B01", old, new, "The y differs.", ".y")

    register(Base, only_x)
    register(Grandchild, only_y)
    assert difference(Child(1, 2), Child(1, 3)) is None
    assert where(Child([1], 2), Child([2], 2)) == ".x[0]"
    assert difference(Grandchild(1, 2), Grandchild(3, 2)) is None
    assert where([Grandchild(1, 2)], [Grandchild(1, 3)]) == "[0].y"


def test_a_relative_tolerance_is_proposed_that_works() -> None:
    """The sentence of a B13 names a tolerance under which the two are the same."""
    old, new = 0.1 + 0.2, 0.3
    found = difference(old, new)
    assert found is not None
    assert found.code == "B13"
    proposed = re.search(r"tolerance of (\S+) would", found.said)
    assert proposed is not None
    assert difference(old, new, Rules(relative=float(proposed[1]))) is None


def test_equal_results_are_not_used_up() -> None:
    """Comparing a result with itself takes nothing from its iterators."""
    one = iter([1, 2, 3])
    assert difference([one], [one]) is None
    assert list(one) == [1, 2, 3]


def test_texts_are_short_and_without_addresses() -> None:
    """Texts of big objects are cut, and those of plain objects name no address, so that they are the same in each process."""
    found = difference(list(range(10**5)), {str(n): "x" * 1000 for n in range(1000)})
    assert found is not None
    assert max(len(found.old), len(found.new)) <= 200
    found = difference(Point(1, 2), Empty())
    assert found is not None
    assert "0x" not in found.old + found.new


def test_a_million_ints_are_compared_without_a_look_at_each() -> None:
    """Long lists of plain atoms are compared in bulk: a comparison per item in Python would ask this many times."""
    old, new = list(range(1_000_000)), list(range(1_000_000))
    steps = 0

    def count(frame: Any, event: str, arg: Any) -> None:
        nonlocal steps
        steps += event == "call"

    sys.setprofile(count)
    try:
        same = difference(old, new)
    finally:
        sys.setprofile(None)
    assert same is None
    assert steps < 200
    new[777_777] = True
    assert where(old, new) == "[777777]"


LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(),
    st.complex_numbers(),
    st.text(max_size=5),
    st.binary(max_size=5),
    st.decimals(),
    st.dates(),
    st.timedeltas(),
    st.uuids(),
    st.fractions(),
    st.sampled_from(Colour),
)
KEYS = st.one_of(
    st.integers(-3, 3),
    st.text(max_size=3),
    st.floats(allow_nan=True),
    st.tuples(st.integers(0, 2), st.booleans()),
    st.dates(),
)


def wholes(parts: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.one_of(
        st.lists(parts, max_size=4),
        st.tuples(parts, parts),
        st.dictionaries(KEYS, parts, max_size=4),
        st.sets(KEYS, max_size=4),
        st.frozensets(KEYS, max_size=4),
        st.builds(Point, parts, parts),
        st.builds(Data, st.integers(), st.lists(parts, max_size=2)),
        st.builds(Frozen, parts, parts),
        st.builds(Pair, parts, parts),
        st.builds(collections.deque, st.lists(parts, max_size=3)),
        st.builds(ValueError, parts),
        st.lists(parts, min_size=1, max_size=3).map(lambda items: [*items, items[0]]),
        st.lists(st.floats(width=32), max_size=4).map(lambda items: np.array(items, "f4")),
        st.lists(parts, max_size=3).map(lambda items: pd.Series(items, dtype=object)),
    )


VALUES = st.recursive(LEAVES, wholes, max_leaves=12)


@settings(max_examples=100, deadline=None)
@given(VALUES)
def test_a_copy_is_the_same(value: Any) -> None:
    """Whatever is generated is the same as its deep copy, also in any order and with other tolerances."""
    twin = copy.deepcopy(value)
    assert difference(value, twin) is None
    assert difference(value, twin, Rules(relative=1e-9, unordered=True, types=False)) is None


@settings(max_examples=100, deadline=None)
@given(VALUES, VALUES)
def test_it_does_not_matter_which_is_the_old_one(one: Any, other: Any) -> None:
    """There is a difference from the old to the new one if and only if there is one from the new to the old one."""
    assert (difference(one, other) is None) == (difference(other, one) is None)


class Marker:
    """What no generated value holds."""


def places(value: Any, path: str = "") -> Iterator[tuple[str, Callable[[Any], None]]]:
    """Paths within lists, dicts and objects, each with a function that changes what is there."""
    if type(value) is list:
        parts = [(f"[{i}]", item, functools.partial(value.__setitem__, i)) for i, item in enumerate(value)]
    elif type(value) is dict:
        parts = [(f"[{key!r}]", item, functools.partial(value.__setitem__, key)) for key, item in value.items()]
    elif type(value) in {Point, Data}:
        parts = [(f".{name}", item, functools.partial(setattr, value, name)) for name, item in vars(value).items()]
    elif type(value) is tuple:
        for i, item in enumerate(value):
            yield from places(item, f"{path}[{i}]")
        return
    else:
        return
    for step, item, change in parts:
        yield path + step, change
        yield from places(item, path + step)


TREES = st.recursive(
    LEAVES,
    lambda parts: st.one_of(
        st.lists(parts, max_size=4),
        st.tuples(parts, parts),
        st.dictionaries(st.text(max_size=3), parts, max_size=4),
        st.builds(Point, parts, parts),
    ),
    max_leaves=15,
)


@settings(max_examples=120, deadline=None)
@given(TREES, st.data())
def test_one_changed_leaf_is_found(value: Any, data: st.DataObject) -> None:
    """Wherever one part of a copy is replaced, this is the only difference, and it is told at its path, also under a mask of the rest."""
    twin = copy.deepcopy(value)
    found = list(places(twin))
    if not found:
        return
    path, change = data.draw(st.sampled_from(found), label="changed")
    change(Marker())
    assert [one.where for one in differences(value, twin)] == [path]
    assert [one.where for one in differences(value, twin, Rules(ignore=("nothing",)))] == [path]
    assert difference(value, twin, Rules(ignore=(re.sub(r"\*", "**", path),))) is None


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.one_of(LEAVES, st.builds(Point, LEAVES, LEAVES)), min_size=2, max_size=6),
    st.randoms(use_true_random=False),
)
def test_another_order_is_told_as_such(items: list[Any], shuffle: random.Random) -> None:
    """A shuffled copy of a list is the same list, or a B03 at its root and nothing else; in any order it is the same."""
    twin = copy.deepcopy(items)
    shuffle.shuffle(twin)
    found = differences(items, twin)
    assert [(one.code, one.where) for one in found] in ([], [("B03", "")])
    assert difference(items, twin, FREE) is None


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(), min_size=1, max_size=6), st.lists(st.floats(), min_size=1, max_size=6))
def test_arrays_are_the_same_where_lists_are(one: list[float], other: list[float]) -> None:
    """Two ways, one answer: arrays of floats differ exactly where the lists of their items do, also within a tolerance."""
    for rules in (Rules(), Rules(relative=0.5), Rules(absolute=1.0)):
        assert (difference(np.array(one), np.array(other), rules) is None) == (difference(one, other, rules) is None)


def test_a_result_that_is_an_argument() -> None:
    """The places are listed where a result is, or holds, a mutable argument or a part of one; plain values are nobody's."""
    argument, other = [1, [2], "x"], {"a": Point(1, [3])}
    assert sharing(argument, (argument, other)) == ("",)
    assert sharing(list(argument), (argument, other)) == ("[1]",)
    assert sharing([argument, (other, argument)], (argument, other)) == ("[0]", "[1][0]", "[1][1]")
    assert sharing({"k": other["a"].y}, (argument, other)) == ("['k']",)
    assert sharing([copy.deepcopy(argument), "x", 1, ()], (argument, other)) == ()
    assert sharing(None, (None, 1, "x")) == ()
    assert shared([0, argument[1]], (other, argument)) == (Shared("[1]", 1, "[1]"),)


def test_a_result_that_lies_over_an_argument() -> None:
    """A view of an argument's memory is shared with it; another part of one memory, or a copy, is not."""
    argument = np.arange(10.0)
    assert sharing(argument[2:], (argument,)) == ("",)
    assert sharing([argument.copy(), argument.reshape(2, 5)], (argument,)) == ("[1]",)
    assert sharing(argument[5:], (argument[:5],)) == ()


def test_an_iterator_that_is_an_argument_is_not_used_up() -> None:
    """To see that a result is the argument, nothing is taken from it."""
    argument = iter([1, 2])
    assert sharing([argument], (argument,)) == ("[0]",)
    assert list(argument) == [1, 2]


def test_paths_that_only_begin_alike_are_both_listed() -> None:
    """A part of a shared object is not listed again, but its neighbour with a longer name is."""

    def thing(first: Any, second: Any) -> Any:
        return types.SimpleNamespace(a=first, ab=second)

    first, second = [[1]], [2]
    result = Point(0, 0)
    result.__dict__ = {"a": first, "ab": second}
    assert sharing(result, (first, second)) == (".a", ".ab")


def test_a_result_that_came_before() -> None:
    """What an earlier result holds is known again by its number and place."""
    cache: dict[str, list[int]] = {"a": [1]}
    earlier = [[0], {"x": cache["a"]}, "text"]
    assert held_again(cache["a"], earlier) == (Shared("", 1, "['x']"),)
    assert held_again([2, earlier[0]], earlier) == (Shared("[1]", 0, ""),)
    assert held_again([[1], "text", 0], earlier) == ()
    known = Earlier()
    assert known.held_by(cache) == ()
    known.add(cache)
    assert known.held_by([cache["a"]]) == (Shared("[0]", 0, "['a']"),)


def test_pandas_is_not_imported() -> None:
    """The comparer finds pandas where it is loaded, and imports nothing of it."""
    import subprocess

    code = "import sys; from workbench.study.strict.compare import difference; difference([1], [2]); print('pandas' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_codes_are_documented() -> None:
    """Every code that the comparer's sources name has its meaning in the table, and the other way round."""
    folder = pathlib.Path(module.__file__).parent
    named = {code for path in folder.glob("*.py") for code in re.findall(r"\bB\d\d\b", path.read_text("utf-8"))}
    assert named == set(CODES)
