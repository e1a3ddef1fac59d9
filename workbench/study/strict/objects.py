"""Objects of any class: by what can be seen of them, else by how they would be rebuilt, else unknown. Exceptions, functions, streams."""

from __future__ import annotations

import copyreg
import functools
import io
import types
import weakref
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from workbench.study.strict.facts import Difference, Kind, Step
from workbench.study.strict.plain import in_mapping
from workbench.study.strict.quick import quick
from workbench.study.strict.state import attributes, by_parts, has_hidden_state
from workbench.study.strict.words import a_kind, class_dict, mro, short, type_name

if TYPE_CHECKING:
    from workbench.study.strict.facts import Compare
    from workbench.study.strict.walk import Walk

Found = Iterator[Difference | Step]
_WORD = 60
_PROTOCOL = 4


def _object(old: Any, new: Any, walk: Walk) -> Found:
    if type(old) is object or has_hidden_state(type(old)):
        yield from _rebuilt(old, new, walk)
    else:
        yield from attributes(old, new, walk)


def _rebuilt(old: Any, new: Any, walk: Walk) -> Found:
    """Compare by what pickling would keep. The parts are fetched once, and held by the steps."""
    if old is new:
        return
    kinds = type_name(type(old))
    if type(old) is object:
        yield walk.differs("B15", old, new, "Two bare objects have nothing that could be compared.")
        return
    mine, theirs = _reduced(old), _reduced(new)
    if isinstance(mine, str) and isinstance(theirs, str):
        if mine != theirs:
            yield walk.differs("B01", old, new, f"{mine} became {theirs}.")
    elif not isinstance(mine, tuple) or not isinstance(theirs, tuple):
        yield walk.differs(
            "B15", old, new, f"Two objects of type {kinds} cannot be compared: their state cannot be seen."
        )
    else:
        names = (".<made by>", ".<made from>", ".<state>", ".<items>", ".<keys>", ".<set by>")
        for index, name in enumerate(names[: max(len(mine), len(theirs))]):
            parts = [side[index] if index < len(side) else None for side in (mine, theirs)]
            if name in {".<items>", ".<keys>"}:
                parts = [part and list(part) for part in parts]
            yield Step(parts[0], parts[1], name)


def _reduced(thing: Any) -> object:
    """What pickling would rebuild an object from; None where it cannot be pickled."""
    special: Any = copyreg.dispatch_table.get(type(thing))
    try:
        return special(thing) if special is not None else thing.__reduce_ex__(_PROTOCOL)
    except Exception:  # noqa: BLE001  (foreign code; the answer is then: unknown)
        return None


def _error(old: Any, new: Any, walk: Walk) -> Found:
    yield Step(old.args, new.args, ".args")
    yield from attributes(old, new, walk, BaseException)
    yield Step(old.__cause__, new.__cause__, ".__cause__")
    yield Step(old.__suppress_context__, new.__suppress_context__, ".__suppress_context__")
    if not (old.__suppress_context__ or new.__suppress_context__):
        yield Step(old.__context__, new.__context__, ".__context__")


def _function(old: Any, new: Any, walk: Walk) -> Found:
    if (old.__module__, old.__qualname__) != (new.__module__, new.__qualname__):
        yield walk.differs("B01", old, new, f"{_named(old)} became {_named(new)}.")
        return
    if not same_code(old.__code__, new.__code__):
        yield walk.differs(
            "B15", old, new, f"The function {old.__qualname__} has other code; whether it does the same is unknown."
        )
        return
    yield Step(old.__defaults__, new.__defaults__, ".__defaults__")
    yield Step(old.__kwdefaults__, new.__kwdefaults__, ".__kwdefaults__")
    yield Step(old.__closure__, new.__closure__, ".__closure__")
    yield Step(old.__dict__, new.__dict__, ".__dict__")


def _named(thing: Any) -> str:
    return f"{thing.__module__}.{thing.__qualname__}"


_CODE = (
    "co_code",
    "co_names",
    "co_varnames",
    "co_freevars",
    "co_cellvars",
    "co_argcount",
    "co_posonlyargcount",
    "co_kwonlyargcount",
)


def same_code(old: types.CodeType, new: types.CodeType) -> bool:
    """Whether two functions' code is the same but for its file and lines."""
    if any(getattr(old, name) != getattr(new, name) for name in (*_CODE, "co_flags", "co_exceptiontable")):
        return False
    return len(old.co_consts) == len(new.co_consts) and all(map(_same_constant, old.co_consts, new.co_consts))


def _same_constant(old: object, new: object) -> bool:
    if isinstance(old, types.CodeType) and isinstance(new, types.CodeType):
        return same_code(old, new)
    return (
        old is new
        or quick(old, new)
        or (type(old) is type(new) and isinstance(old, frozenset | complex) and repr(old) == repr(new))
    )


def _code(old: Any, new: Any, walk: Walk) -> Found:
    if not same_code(old, new):
        yield walk.differs("B01", old, new, "The code differs.")


def _cell(old: Any, new: Any, walk: Walk) -> Found:
    mine, theirs = _content(old), _content(new)
    if len(mine) == len(theirs) == 1:
        yield Step(mine[0], theirs[0], ".cell_contents")
    elif len(mine) != len(theirs):
        yield walk.differs("B14", old, new, "A closure's variable is bound on one side only.")


def _content(cell: types.CellType) -> list[Any]:
    try:
        return [cell.cell_contents]
    except ValueError:
        return []


def _builtin(old: Any, new: Any, walk: Walk) -> Found:
    if old.__qualname__ != new.__qualname__:
        yield walk.differs("B01", old, new, f"{old.__qualname__} became {new.__qualname__}.")
    else:
        yield Step(old.__self__, new.__self__, ".__self__")


def _descriptor(old: Any, new: Any, walk: Walk) -> Found:
    if old.__qualname__ != new.__qualname__:
        yield walk.differs("B01", old, new, f"{old.__qualname__} became {new.__qualname__}.")
    else:
        yield Step(old.__objclass__, new.__objclass__, ".__objclass__")


def _partial(old: Any, new: Any, walk: Walk) -> Found:
    yield Step(old.func, new.func, ".func")
    yield Step(old.args, new.args, ".args")
    yield Step(old.keywords, new.keywords, ".keywords")
    yield from attributes(old, new, walk, functools.partial)


def _reference(old: Any, new: Any, walk: Walk) -> Found:
    yield Step(weakref.ref.__call__(old), weakref.ref.__call__(new), "()")
    yield from attributes(old, new, walk, weakref.ref)


def _buffer(old: Any, new: Any, walk: Walk) -> Found:
    """StringIO and BytesIO: content, position, kind of newline."""
    if old.closed or new.closed:
        if old.closed != new.closed:
            yield walk.differs("B01", old, new, "One is closed, the other open.", ".closed")
        return
    base: Any = io.StringIO if isinstance(old, io.StringIO) else io.BytesIO
    mine, theirs = base.__getstate__(old), base.__getstate__(new)
    names = (".getvalue()", ".newlines", ".tell()") if base is io.StringIO else (".getvalue()", ".tell()")
    for name, before, after in zip(names, mine, theirs):
        yield Step(before, after, name)
    yield from attributes(old, new, walk, base)


def _stream(old: Any, new: Any, walk: Walk) -> Found:
    yield walk.differs("B15", old, new, f"Two open streams cannot be compared: {a_kind(type(old))}.")


def _namespace(old: Any, new: Any, walk: Walk) -> Found:
    yield from in_mapping(list(vars(old).items()), list(vars(new).items()), old, new, walk)


def _unseen(old: Any, new: Any, walk: Walk) -> Found:
    yield walk.differs(
        "B15", old, new, f"Objects of type {type_name(type(old))} cannot be compared: {short(old, _WORD)}."
    )


def object_kind(cls: type) -> Kind:
    """How objects of a class without a way of its own are compared: a frozen dataclass may be shared without anybody seeing it."""
    frozen = any(getattr(class_dict(base).get("__dataclass_params__"), "frozen", False) is True for base in mro(cls))
    return Kind(_object, mutable=not frozen, family="object")


def _fixed(compare: Compare) -> Kind:
    return Kind(compare, mutable=False, whole=True)


OBJECTS: dict[type, Kind] = {
    BaseException: Kind(_error),
    types.FunctionType: _fixed(_function),
    types.CodeType: _fixed(_code),
    types.CellType: Kind(_cell),
    types.MethodType: Kind(by_parts("__func__", "__self__"), mutable=False),
    types.BuiltinFunctionType: Kind(_builtin, mutable=False),
    types.MethodWrapperType: Kind(_builtin, mutable=False),
    types.WrapperDescriptorType: _fixed(_descriptor),
    types.MethodDescriptorType: _fixed(_descriptor),
    types.ClassMethodDescriptorType: _fixed(_descriptor),
    types.GetSetDescriptorType: _fixed(_descriptor),
    types.MemberDescriptorType: _fixed(_descriptor),
    types.FrameType: _fixed(_unseen),
    types.TracebackType: _fixed(_unseen),
    types.SimpleNamespace: Kind(_namespace),
    functools.partial: Kind(_partial),
    weakref.ref: Kind(_reference, mutable=False),
    io.StringIO: Kind(_buffer),
    io.BytesIO: Kind(_buffer),
    mro(io.IOBase)[1]: Kind(_stream, whole=True),
}
"""How exceptions, functions, references and streams, and classes derived from theirs, are compared."""
