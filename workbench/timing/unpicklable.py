"""Which part of an object stands in the way of a copy, in words."""

from __future__ import annotations

import pickle
from types import FunctionType
from typing import TYPE_CHECKING, Any

from workbench import units
from workbench.timing.pickling import Packer, TooLargeError, raised_by_signal

if TYPE_CHECKING:
    from collections.abc import Iterator

_DEPTH, _WIDTH = 12, 1000
_FLAT = (bytes, bytearray, str)
_SMALL = frozenset({int, float, bool, type(None), list, tuple, dict, set})
_SHOWN = frozenset({str, bytes, int, float, bool, type(None)})
_FILES = frozenset({"TextIOWrapper", "BufferedReader", "BufferedWriter", "BufferedRandom", "FileIO"})


def why_not(obj: object) -> str:
    """What keeps an object from being copied: the path to the part, and its type; "" where nothing does."""
    return _reason(obj, "the value")


def why_not_call(args: tuple[Any, ...], kwargs: dict[str, Any]) -> str:
    """The same for the arguments of a call: `argument 2 ['conn'] is a socket, which cannot be copied`. Arguments count from 1."""
    for path, value in [
        *((f"argument {number}", value) for number, value in enumerate(args, 1)),
        *((f"argument {name!r}", value) for name, value in kwargs.items()),
    ]:
        reason = _reason(value, path)
        if reason:
            return reason
    return ""


def known_size(value: Any) -> int:
    """How many bytes of data a value surely holds, where it can tell without being copied; 0 where it cannot."""
    if isinstance(value, _FLAT):
        return len(value)
    kind = type(value)
    if kind in _SMALL:
        return 0
    maker = kind.__module__.partition(".")[0]
    if maker == "numpy" and kind.__name__ == "ndarray":
        return int(value.nbytes)
    if maker == "pandas" and kind.__name__ in {"DataFrame", "Series"}:
        used = value.memory_usage(index=False)
        return int(used.sum() if kind.__name__ == "DataFrame" else used)
    return 0


def type_words(value: object) -> str:
    """A value's type with its article: `a socket`, `an open file`."""
    name = type(value).__qualname__
    if name in _FILES:
        name = "open file"
    return f"{'an' if name[:1].lower() in set('aeiou') or name == 'ndarray' else 'a'} {name}"


def too_large(words: str, size: int, most: int) -> str:
    """The reason why something is not copied for its size."""
    return f"{words} of {units.size(size)}, and no call may need more than {units.size(most)}"


def _reason(value: object, path: str) -> str:
    packer = Packer()
    error = _failure(packer, value)
    if error is None:
        return ""
    above: set[int] = set()
    for _ in range(0 if _is_depth(error) else _DEPTH):
        above.add(id(value))
        for step, part in _parts(value):
            inner = None if id(part) in above else _failure(packer, part)
            if inner is not None:
                value, path, error = part, path + step, inner
                break
        else:
            break
    return f"{path} is {type_words(value)}, {_why(error)}"


def _failure(packer: Packer, value: object) -> Exception | None:
    try:
        packer.dumps(value, 1 << 28)
    except TooLargeError:
        return None
    except Exception as error:
        if raised_by_signal(error):
            raise
        return error
    return None


def _is_depth(error: Exception) -> bool:
    """cloudpickle turns a RecursionError into an error of its own."""
    return isinstance(error, RecursionError) or isinstance(error.__cause__, RecursionError)


def _why(error: Exception) -> str:
    text = str(error)
    if _is_depth(error):
        return "which is nested too deeply to be copied"
    usual = isinstance(error, pickle.PicklingError | AttributeError) or (
        isinstance(error, TypeError) and text.startswith("cannot pickle")
    )
    return "which cannot be copied" if usual else f"which raises {type(error).__name__} when it is copied: {text[:120]}"


def _parts(value: Any) -> Iterator[tuple[str, Any]]:
    """What a value is made of, each with its step in the path; at most a thousand parts."""
    if isinstance(value, dict):
        for key, part in list(value.items())[:_WIDTH]:
            yield " (a key)", key
            yield f" [{key!r:.40}]" if type(key) in _SHOWN else f" [{type_words(key)}]", part
    elif isinstance(value, list | tuple):
        yield from ((f" [{number}]", part) for number, part in enumerate(value[:_WIDTH]))
    elif isinstance(value, set | frozenset):
        yield from ((" (an item)", part) for part in list(value)[:_WIDTH])
    elif isinstance(value, FunctionType):
        for name, cell in zip(value.__code__.co_freevars, value.__closure__ or ()):
            if cell != type(cell)():
                yield f" (its variable {name})", cell.cell_contents
    elif _has_plain_state(type(value)):
        yield from ((f".{name}", part) for name, part in list(getattr(value, "__dict__", {}).items())[:_WIDTH])


def _has_plain_state(kind: type) -> bool:
    """Whether instances are copied by their attributes, so that one of these must be the reason."""
    return all(
        getattr(kind, name, None) is getattr(object, name) for name in ("__reduce_ex__", "__reduce__", "__getstate__")
    )
