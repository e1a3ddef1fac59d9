"""numpy: arrays by dtype, shape, memory order and values to the sign of zero; scalars; arrays that share memory; random generators."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.study.strict.facts import Difference, Kind, Rules, Step
from workbench.study.strict.memory import overlap_differs
from workbench.study.strict.numeric import FEW_ULPS, in_mixed
from workbench.study.strict.plain import in_sequence
from workbench.study.strict.quick import bulk, quick
from workbench.study.strict.state import attributes, by_parts
from workbench.study.strict.words import same_class, short, step_into

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from workbench.study.strict.walk import Walk

    Array = NDArray[Any]

Found = Iterator[Difference | Step]
_WORD = 60
_EXACT = Rules()
_FLAGS = {"c_contiguous": "in C order", "f_contiguous": "in Fortran order", "writeable": "writeable"}


def _array(old: Array, new: Array, walk: Walk) -> Found:
    if other_dtype(old.dtype, new.dtype) and walk.rules.types:
        yield walk.differs("B02", old, new, f"The dtype {_dtype(old.dtype)} became {_dtype(new.dtype)}.", ".dtype")
        return
    if old.shape != new.shape:
        yield walk.differs("B14", old, new, f"The shape {old.shape} became {new.shape}.", ".shape")
        return
    for name, words in _FLAGS.items():
        before, after = bool(getattr(old.flags, name)), bool(getattr(new.flags, name))
        if before != after:
            said = f"The old array is {'' if before else 'not '}{words}, the new one is{'' if after else ' not'}."
            yield walk.differs("B16", old, new, said, f".flags.{name}")
    yield from values(np.asarray(old), np.asarray(new), walk)
    if not walk.trying and (said := overlap_differs(old, new, walk)):
        yield walk.differs("B15" if said.startswith("Too many") else "B05", old, new, said)
    yield from attributes(old, new, walk, np.recarray if isinstance(old, np.recarray) else np.ndarray)


def _dtype(dtype: Any) -> str:
    return (
        str(dtype)
        if dtype.isnative and not dtype.names
        else dtype.str
        if not dtype.names
        else short(dtype.descr, _WORD)
    )


def other_dtype(old: Any, new: Any) -> bool:
    """Whether two dtypes differ, byte order included."""
    return type(old) is not type(new) or old.str != new.str or old != new


def values(old: Array, new: Array, walk: Walk, at: str = "") -> Found:
    """Compare the items of two arrays of one shape; `at` goes before their indices in paths. Says one difference of plain numbers."""
    if old.dtype.names and new.dtype.names:
        for name in old.dtype.names:
            if name in new.dtype.names:
                yield Step(old[name], new[name], at + step_into(name))
    elif "O" in {old.dtype.kind, new.dtype.kind} or "T" in {old.dtype.kind, new.dtype.kind}:
        yield from _objects(old, new, walk, at)
    elif not _same_bytes(old, new):
        yield from _plain_values(old, new, walk, at)


def _objects(old: Array, new: Array, walk: Walk, at: str) -> Found:
    mine, theirs = list(old.astype(object).flat), list(new.astype(object).flat)
    if old.ndim == 1 and not at:
        yield from in_sequence(mine, theirs, walk, free=True)
        return
    if not bulk(mine, theirs):
        for number, (before, after) in enumerate(zip(mine, theirs)):
            if not quick(before, after):
                yield Step(before, after, at + _place(number, old.shape))


def _place(number: int, shape: tuple[int, ...]) -> str:
    """The path's step for the item that comes `number`-th in C order."""
    return "[" + ", ".join(str(int(part)) for part in np.unravel_index(number, shape)) + "]" if shape else ""


def _same_bytes(old: Array, new: Array) -> bool:
    """Whether the items are the same bit for bit, seen without copies; False also where that is not seen."""
    if old.size == 0:
        return True
    if old.dtype != new.dtype or not (old.flags.c_contiguous and new.flags.c_contiguous) or old.dtype.itemsize == 0:
        return False
    mine, theirs = (np.asarray(one).reshape(-1).view(np.uint8).data for one in (old, new))
    return bool(mine == theirs)


def _plain_values(old: Array, new: Array, walk: Walk, at: str) -> Found:
    try:
        wrong = ~same_values(old, new, walk.rules)
    except TypeError:
        yield walk.differs("B15", old, new, f"Values of dtype {old.dtype} and {new.dtype} cannot be compared.", at)
        return
    numbers = np.flatnonzero(wrong)
    if walk.rules.ignore:
        numbers = np.array([one for one in numbers if not walk.ignored(at + _place(int(one), old.shape))], dtype=int)
    if not len(numbers):
        return
    if old.ndim == 1 and _same_sorted(old, new, walk.rules):
        if not walk.rules.unordered:
            yield walk.differs("B03", old, new, "The same values came in another order.", at)
        return
    far = _far(old.reshape(-1)[numbers], new.reshape(-1)[numbers])
    code = "B01" if far.any() else "B13"
    first = int(numbers[np.argmax(far)] if far.any() else numbers[0])
    before, after = old.reshape(-1)[first], new.reshape(-1)[first]
    said = f"{len(numbers)} of {old.size} values differ" + (
        f" by {FEW_ULPS} units in the last place or less" if code == "B13" else ""
    )
    place = _place(first, old.shape)
    yield walk.differs(code, before, after, f"{said}: {short(before, _WORD)} became {short(after, _WORD)}.", at + place)


def same_values(old: Array, new: Array, rules: Rules) -> NDArray[np.bool_]:
    """Item by item whether two arrays of plain values are the same, as the scalars would be. Raises TypeError for foreign dtypes."""
    kinds = {old.dtype.kind, new.dtype.kind}
    with np.errstate(all="ignore"):
        if kinds <= set("mM"):
            return np.asarray(
                old.view("i8" if old.dtype.isnative else ">i8") == new.view("i8" if new.dtype.isnative else ">i8")
            )
        if "c" in kinds:
            return same_values(old.real, new.real, rules) & same_values(old.imag, new.imag, rules)
        if "f" in kinds:
            return _same_floats(old, new, rules)
        if kinds <= {"V"}:
            width = old.dtype.itemsize
            mine, theirs = (
                np.ascontiguousarray(one).reshape(-1).view(np.uint8).reshape(-1, width) for one in (old, new)
            )
            return np.asarray((mine == theirs).all(axis=1)).reshape(old.shape)
        return np.asarray(np.equal(old, new) | _within(old, new, rules) if kinds <= set("biu") else old == new)


def _same_floats(old: Array, new: Array, rules: Rules) -> NDArray[np.bool_]:
    equal = old == new
    if not rules.tolerant and kinds_of(old, new) == {"f"}:
        equal &= (old != 0) | (np.signbit(old) == np.signbit(new))
    return np.asarray(equal | (np.isnan(old) & np.isnan(new)) | _within(old, new, rules))


def kinds_of(old: Array, new: Array) -> set[str]:
    """The kinds of two dtypes."""
    return {old.dtype.kind, new.dtype.kind}


def _within(old: Array, new: Array, rules: Rules) -> Any:
    if not rules.tolerant or kinds_of(old, new) == {"b"}:
        return False
    mine, theirs = (one.astype(np.result_type(one.dtype, np.float64)) for one in (old, new))
    allowed = np.maximum(rules.absolute, rules.relative * np.maximum(np.abs(mine), np.abs(theirs)))
    return np.isfinite(mine) & np.isfinite(theirs) & (np.abs(mine - theirs) <= allowed)


def _far(old: Array, new: Array) -> NDArray[np.bool_]:
    """Which of the differing values are more than a few units in the last place apart."""
    kinds = kinds_of(old, new)
    if kinds == {"c"}:
        parts = [(old.real, new.real), (old.imag, new.imag)]
        return _far_parts(parts)
    return _far_parts([(old, new)]) if kinds == {"f"} else np.ones(len(old), dtype=bool)


def _far_parts(parts: list[tuple[Array, Array]]) -> NDArray[np.bool_]:
    far = np.zeros(len(parts[0][0]), dtype=bool)
    with np.errstate(all="ignore"):
        for old, new in parts:
            unit = np.spacing(np.maximum(np.abs(old), np.abs(new)))
            same = same_values(old, new, _EXACT)
            far |= ~same & ~((old != new) & (np.abs(old - new) <= FEW_ULPS * unit))
    return far


def _same_sorted(old: Array, new: Array, rules: Rules) -> bool:
    try:
        return bool(same_values(np.sort(old), np.sort(new), rules).all())
    except TypeError:
        return False


def _masked(old: Any, new: Any, walk: Walk) -> Found:
    if other_dtype(old.dtype, new.dtype) and walk.rules.types:
        yield walk.differs("B02", old, new, f"The dtype {_dtype(old.dtype)} became {_dtype(new.dtype)}.", ".dtype")
    elif old.shape != new.shape:
        yield walk.differs("B14", old, new, f"The shape {old.shape} became {new.shape}.", ".shape")
    else:
        yield Step(old.mask, new.mask, ".mask")
        yield Step(old.fill_value, new.fill_value, ".fill_value")
        yield Step(bool(old.hardmask), bool(new.hardmask), ".hardmask")
        yield from values(_unmasked(old), _unmasked(new), walk)


def _unmasked(masked: Any) -> Array:
    """The data, with nothing but zeros where it is masked."""
    data = np.array(np.ma.getdata(masked), copy=True, subok=False)
    hidden = np.ma.getmaskarray(masked)
    if data.dtype.names:
        for name in data.dtype.names:
            data[name][hidden[name]] = np.zeros((), dtype=data.dtype[name])
    else:
        data[hidden] = np.zeros((), dtype=data.dtype)
    return data


def _scalar(old: Any, new: Any, walk: Walk) -> Found:
    if not same_class(type(old), type(new)):
        yield from in_mixed(old, new, walk)
    elif other_dtype(old.dtype, new.dtype) and walk.rules.types:
        yield walk.differs("B02", old, new, f"The dtype {_dtype(old.dtype)} became {_dtype(new.dtype)}.", ".dtype")
    else:
        yield from values(np.asarray(old), np.asarray(new), walk)


def _dtype_itself(old: Any, new: Any, walk: Walk) -> Found:
    if other_dtype(old, new):
        yield walk.differs("B01", old, new, f"{_dtype(old)} became {_dtype(new)}.")
    else:
        yield Step(old.metadata, new.metadata, ".metadata")


def _random_state(old: Any, new: Any, _walk: Walk) -> Found:
    yield Step(old.get_state(legacy=False), new.get_state(legacy=False), ".get_state()")


def _bits(old: Any, new: Any, _walk: Walk) -> Found:
    yield Step(old.state, new.state, ".state")
    seeds = [getattr(one.seed_seq, "state", None) for one in (old, new)]
    yield Step(seeds[0], seeds[1], ".seed_seq.state")


def random_kinds() -> dict[int, Kind]:
    """How numpy's random generators and masked arrays are compared, by id of the type; nothing where their modules are not loaded."""
    random, masked = sys.modules.get("numpy.random"), sys.modules.get("numpy.ma")
    found: dict[int, Kind] = {}
    if random is not None and hasattr(random, "RandomState"):
        found[id(random.Generator)] = Kind(by_parts("bit_generator"))
        found[id(random.RandomState)] = Kind(_random_state)
        found[id(random.BitGenerator)] = Kind(_bits)
    if masked is not None and hasattr(masked, "MaskedArray"):
        found[id(masked.MaskedArray)] = Kind(_masked, family="array")
    return found


ARRAYS: dict[type, Kind] = {
    np.ndarray: Kind(_array, family="array"),
    np.number: Kind(_scalar, mutable=False, family="number"),
    np.bool_: Kind(_scalar, mutable=False, family="number"),
    np.generic: Kind(_scalar, mutable=False),
    np.void: Kind(_scalar),
    np.dtype: Kind(_dtype_itself, mutable=False, whole=True),
}
"""How numpy's arrays, scalars and dtypes are compared."""
