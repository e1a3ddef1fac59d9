"""Copies of live objects as bytes, which another process can load: pickle, and cloudpickle for what a notebook or a closure defines.

Plain pickle comes first, as it is ten times as fast; where it fails, or would name something that only this process's `__main__` has,
cloudpickle takes over. Classes that travel by value are packed once and known by a token, so that loading them in the process they
come from gives the very class, untouched.
"""

from __future__ import annotations

import functools
import importlib
import io
import pickle
import signal
import sys
import uuid
import weakref
from types import FunctionType
from typing import TYPE_CHECKING, Any

import cloudpickle  # type: ignore[import-untyped,unused-ignore]

from workbench import units
from workbench.errors import WorkbenchError
from workbench.timing.trees import tree_of, tree_with

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.timing.trees import Tree

PROTOCOL = 5
_MAIN = b"__main__"
_CLASSES: weakref.WeakValueDictionary[str, type] = weakref.WeakValueDictionary()
"""Token -> class, of all classes that were packed or loaded by value in this process."""
_TOKENS: weakref.WeakKeyDictionary[type, str] = weakref.WeakKeyDictionary()
"""The other way round."""
_REFUSED = (io.TextIOWrapper, memoryview)
"""What cloudpickle would copy as something else: an open text file as its text, which it reads, and a memoryview as bytes."""


class TooLargeError(WorkbenchError):
    """A copy would be larger than was allowed; `size` is how much is known to be needed, in bytes."""

    def __init__(self, size: int, most: int) -> None:
        self.size = size
        super().__init__(f"A copy needs at least {units.size(size)}, and {units.size(most)} were allowed.")


class Packer:
    """Makes copies, and keeps each class that travels by value packed for the next one: as it was when it was met first."""

    def __init__(self) -> None:
        self._packed: weakref.WeakKeyDictionary[type, tuple[str, bytes]] = weakref.WeakKeyDictionary()

    def dumps(self, obj: object, most: int | None = None) -> bytes:
        """An object's pickle, protocol 5. Raises TooLargeError beyond `most` bytes, before these are copied, and what pickling raises."""
        try:
            payload = _plain(obj, most)
        except TooLargeError:
            raise
        except Exception as error:
            if raised_by_signal(error):
                raise
            return self._by_value(obj, most)
        return self._by_value(obj, most) if _MAIN in payload else payload

    def class_by_value(self, cls: type) -> tuple[Callable[..., type], tuple[str, bytes]]:
        """How a class is rebuilt from its definition, as `__reduce__` says it."""
        known = self._packed.get(cls)
        if known is None:
            token = _TOKENS.setdefault(cls, uuid.uuid4().hex)
            _CLASSES[token] = cls
            known = self._packed[cls] = (token, cloudpickle.dumps(cls, PROTOCOL))
        return load_class, known

    def _by_value(self, obj: object, most: int | None) -> bytes:
        file = _Bounded(sys.maxsize if most is None else most)
        _ByValue(file, self).dump(obj)
        return file.getvalue()


class _ByValue(cloudpickle.Pickler):  # type: ignore[misc,unused-ignore]
    """cloudpickle's pickler, but for classes, and for what it would turn into something else."""

    def __init__(self, file: _Bounded, packer: Packer) -> None:
        super().__init__(file, PROTOCOL)
        self._packer = packer

    def reducer_override(self, obj: Any) -> Any:
        """See `pickle.Pickler`."""
        if isinstance(obj, type | FunctionType) and tree_with(obj) is not None:
            return class_of_a_tree, (obj.__module__, obj.__qualname__)
        if isinstance(obj, type) and _only_here(obj):
            return self._packer.class_by_value(obj)
        if isinstance(obj, functools._lru_cache_wrapper) and _only_here(obj):
            return cached_anew, (obj.__wrapped__, obj.cache_parameters())
        if isinstance(obj, _REFUSED):
            raise pickle.PicklingError(f"cannot pickle {type(obj).__name__!r} object")
        return super().reducer_override(obj)


class _Bounded:
    """Bytes in memory, up to a limit, as a file for picklers."""

    __slots__ = ("_most", "_parts", "_size")

    def __init__(self, most: int) -> None:
        self._most = most
        self._size = 0
        self._parts: list[bytes] = []

    def write(self, data: Any) -> int:
        """Append. Raises TooLargeError before anything is copied."""
        size = len(data) if type(data) is bytes else memoryview(data).nbytes
        self._size += size
        if self._size > self._most:
            raise TooLargeError(self._size, self._most)
        self._parts.append(bytes(data))
        return size

    def getvalue(self) -> bytes:
        """All that was written."""
        return self._parts[0] if len(self._parts) == 1 else b"".join(self._parts)


def dumps(obj: object, most: int | None = None) -> bytes:
    """An object's copy as bytes, protocol 5; objects shared within it stay shared. Raises TooLargeError, and what pickling raises."""
    return Packer().dumps(obj, most)


def loads(payload: bytes, like: Callable[..., Any] | None = None) -> Any:
    """The object that was copied; classes that are in the tree of modules of the function `like` are that tree's.

    Runs the code that pickle runs: only for bytes of one's own.
    """
    tree = None if like is None else tree_of(like)
    return pickle.loads(payload) if tree is None else _Within(io.BytesIO(payload), tree).load()


class _Within(pickle.Unpickler):
    """Finds the classes of one tree there, whichever tree they were copied from."""

    def __init__(self, file: io.BytesIO, tree: Tree) -> None:
        super().__init__(file)
        self._tree = tree

    def find_class(self, module: str, name: str) -> Any:
        """See `pickle.Unpickler`."""
        if module == __name__ and name == class_of_a_tree.__name__:
            return self._of_the_tree
        if self._tree.owns(module):
            return self._of_the_tree(module, name)
        return super().find_class(module, name)

    def _of_the_tree(self, module: str, name: str) -> Any:
        return functools.reduce(getattr, name.split("."), self._tree.module(module))


def class_of_a_tree(module: str, name: str) -> Any:
    """Stands for a class of a tree in a copy. Loaded without one, it is what can be imported under that name."""
    return functools.reduce(getattr, name.split("."), importlib.import_module(module))


def load_class(token: str, definition: bytes) -> type:
    """The class of this process that has the token; else the one made, once, from its definition."""
    found = _CLASSES.get(token)
    if found is None:
        found = pickle.loads(definition)
        _CLASSES[token] = found
        _TOKENS[found] = token
    return found


def cached_anew(function: Callable[..., Any], parameters: dict[str, Any]) -> Callable[..., Any]:
    """A function behind a cache of its own, empty, with the parameters of another one's (`functools.lru_cache`)."""
    made: Callable[..., Any] = functools.lru_cache(**parameters)(function)
    return made


def raised_by_signal(error: BaseException) -> bool:
    """Whether a handler of a signal raised an exception, which is then the program's own and only came while a copy was made."""
    trace, codes = error.__traceback__, set()
    while trace is not None:
        codes.add(trace.tb_frame.f_code)
        trace = trace.tb_next
    handlers = (signal.getsignal(number) for number in signal.valid_signals())
    return any(getattr(handler, "__code__", None) in codes for handler in handlers if callable(handler))


def _plain(obj: object, most: int | None) -> bytes:
    if most is None:
        return pickle.dumps(obj, PROTOCOL)
    file = _Bounded(most)
    pickle.Pickler(file, PROTOCOL).dump(obj)
    return file.getvalue()


def _only_here(cls: Any) -> bool:
    """Whether another process cannot import a class or function: it is of `__main__`, of a module that is not there, or of a function."""
    module: object = sys.modules.get(cls.__module__)
    if module is None or cls.__module__ == "__main__":
        return True
    try:
        return functools.reduce(getattr, cls.__qualname__.split("."), module) is not cls
    except AttributeError:
        return True
