"""Copies of calls, by pickle: what is shared between arguments stays shared, and numpy arrays keep their layout."""

from __future__ import annotations

import hashlib
import io
import pickle
from dataclasses import dataclass
from types import BuiltinFunctionType, FunctionType, MethodWrapperType, ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.errors import WorkbenchError
from workbench.model.calls import Call

if TYPE_CHECKING:
    from collections.abc import Callable

_BY_REFERENCE = (FunctionType, BuiltinFunctionType, MethodWrapperType, ModuleType, type)
_SET, _FROZEN = pickle.EMPTY_SET + pickle.MEMOIZE, pickle.FROZENSET + pickle.MEMOIZE
"""How a set begins and a frozenset ends in a pickle."""
_SORTED_BELOW = 100_000
_WIDEST = 4
"""An array that is a view of more than this many times its own bytes is copied without its gaps."""


class CannotCopyError(WorkbenchError):
    """A call whose arguments cannot be copied; the message says which type and why."""


@dataclass(frozen=True, slots=True)
class Packed:
    """A call at rest, of which `fresh` makes any number of copies. `kept` are functions and classes that no pickle can hold (lambdas,
    closures); copies share them, as `copy.deepcopy` would."""

    payload: bytes
    kept: tuple[Any, ...] = ()

    def fresh(self) -> Call:
        """A new copy of the call."""
        args, kwargs = _Unpickler(io.BytesIO(self.payload), self.kept).load()
        return Call(args, kwargs)

    @property
    def digest(self) -> bytes:
        """16 bytes that tell calls apart; equal calls may differ in them, where their parts are shared otherwise. The order of sets
        does not count, where it can be told by their parts' reprs and the call is not large."""
        payload, kept = self.payload, self.kept
        if len(payload) < _SORTED_BELOW and (_SET in payload or _FROZEN in payload):
            copy = self.fresh()
            try:
                in_order = pack(Call(_with_sorted_sets(copy.args), _with_sorted_sets(copy.kwargs)))
                payload, kept = in_order.payload, in_order.kept
            except CannotCopyError:
                payload = self.payload
        own = hashlib.blake2b(payload, digest_size=16)
        own.update(repr([id(one) for one in kept]).encode())
        return own.digest()


def pack(call: Call) -> Packed:
    """The call at rest. Raises `CannotCopyError` where an argument cannot be pickled."""
    content = (call.args, call.kwargs)
    try:
        return Packed(_dumped(_Pickler, content))
    except Exception:  # noqa: BLE001 - whatever a user's __reduce__ raises: the second way decides
        kept: list[Any] = []
    try:
        return Packed(_dumped(lambda file: _KeepingPickler(file, kept), content), tuple(kept))
    except Exception as error:
        raise CannotCopyError(f"cannot be copied: {type(error).__name__}: {error}") from error


def fresh(call: Call) -> Call:
    """A deep copy of a call. Raises `CannotCopyError`."""
    return pack(call).fresh()


def laid_out(values: np.ndarray[Any, Any], strides: tuple[int, ...], writeable: bool) -> np.ndarray[Any, Any]:
    """An array with the same items as `values`, but these strides (bytes a step, may be negative), on memory of its own."""
    steps = [(length - 1) * stride for length, stride in zip(values.shape, strides, strict=True)]
    start = -sum(step for step in steps if step < 0)
    memory = np.zeros(start + sum(step for step in steps if step > 0) + values.dtype.itemsize, np.uint8)
    array: np.ndarray[Any, Any] = np.ndarray(
        values.shape, values.dtype, buffer=memory.data, offset=start, strides=strides
    )
    array[...] = values
    array.flags.writeable = writeable
    return array


def _with_sorted_sets(value: Any, depth: int = 0) -> Any:
    """The value with each set in plain containers as a list in order of reprs."""
    own = type(value)
    if depth > 20:
        return value
    if own in (set, frozenset):
        return [own, *sorted((_with_sorted_sets(one, depth + 1) for one in value), key=repr)]
    if own in (list, tuple):
        return own(_with_sorted_sets(one, depth + 1) for one in value)
    if own is dict:
        return {key: _with_sorted_sets(one, depth + 1) for key, one in value.items()}
    return value


def _dumped(make: Callable[[io.BytesIO], pickle.Pickler], content: object) -> bytes:
    file = io.BytesIO()
    make(file).dump(content)
    return file.getvalue()


class _Pickler(pickle.Pickler):
    """Protocol 5; numpy arrays that are neither in C nor in Fortran order keep their strides."""

    def __init__(self, file: io.BytesIO) -> None:
        super().__init__(file, protocol=5)

    def reducer_override(self, obj: Any) -> Any:
        """How to rebuild an array that pickle would straighten; everything else as usual."""
        if type(obj) is not np.ndarray or obj.dtype.hasobject or obj.size == 0:
            return NotImplemented
        straight = obj.flags.c_contiguous or obj.flags.f_contiguous
        if straight and obj.flags.writeable:
            return NotImplemented
        reach = sum((length - 1) * abs(stride) for length, stride in zip(obj.shape, obj.strides, strict=True))
        if not straight and reach + obj.itemsize > _WIDEST * obj.nbytes + 4096:
            return NotImplemented
        return laid_out, (obj.copy(order="F" if obj.flags.fnc else "C"), obj.strides, bool(obj.flags.writeable))


class _KeepingPickler(_Pickler):
    """Puts functions, classes and modules aside instead of pickling them."""

    def __init__(self, file: io.BytesIO, kept: list[Any]) -> None:
        super().__init__(file)
        self._kept = kept
        self._places: dict[int, int] = {}

    def persistent_id(self, obj: Any) -> int | None:
        """Where an object that copies share is kept."""
        if not isinstance(obj, _BY_REFERENCE) or obj is laid_out:
            return None
        place = self._places.setdefault(id(obj), len(self._kept))
        if place == len(self._kept):
            self._kept.append(obj)
        return place


class _Unpickler(pickle.Unpickler):
    def __init__(self, file: io.BytesIO, kept: tuple[Any, ...]) -> None:
        super().__init__(file)
        self._kept = kept

    def persistent_load(self, pid: Any) -> Any:
        """The object that was put aside."""
        return self._kept[pid]
