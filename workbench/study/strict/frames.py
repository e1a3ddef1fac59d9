"""pandas: frames, series, indexes, their arrays and scalars. pandas itself is never imported: who has an object of its has done so."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.study.strict.arrays import kinds_of, other_dtype, random_kinds, same_values, values
from workbench.study.strict.facts import Difference, Kind, Step
from workbench.study.strict.matching import alike_in_any_order, shuffled
from workbench.study.strict.quick import bulk, quick
from workbench.study.strict.scalars import by_facts
from workbench.study.strict.state import by_parts
from workbench.study.strict.words import short, step_into

if TYPE_CHECKING:
    from workbench.study.strict.walk import Walk

Found = Iterator[Difference | Step]
_WORD = 60


def _frame(old: Any, new: Any, walk: Walk) -> Found:
    if old.shape != new.shape:
        yield walk.differs("B14", old, new, f"The shape {old.shape} became {new.shape}.", ".shape")
    yield Step(old.index, new.index, ".index")
    yield Step(old.columns, new.columns, ".columns")
    yield from _about(old, new)
    if old.shape != new.shape:
        return
    for number, name in enumerate(old.columns):
        yield from _column(old.iloc[:, number], new.iloc[:, number], walk, step_into(name))


def _series(old: Any, new: Any, walk: Walk) -> Found:
    if len(old) != len(new):
        yield walk.differs("B14", old, new, f"The length {len(old)} became {len(new)}.")
        return
    yield Step(old.index, new.index, ".index")
    yield from _labels(old.name, new.name, old, new, walk, ".name")
    yield from _about(old, new)
    yield from _column(old, new, walk, "")


def _about(old: Any, new: Any) -> Found:
    """What a frame or a series carries besides its values; `_metadata` are what a subclass declares."""
    yield Step(old.attrs, new.attrs, ".attrs")
    names = ".flags.allows_duplicate_labels"
    yield Step(bool(old.flags.allows_duplicate_labels), bool(new.flags.allows_duplicate_labels), names)
    for name in type(old)._metadata:
        if name not in {"_name", "name"}:
            yield Step(getattr(old, name, None), getattr(new, name, None), f".{name}")


def _labels(mine: object, theirs: object, old: Any, new: Any, walk: Walk, at: str) -> Found:
    if not quick(mine, theirs) and walk.trial(mine, theirs) is not None:
        yield walk.differs("B14", old, new, f"{at[1:]}: {short(mine, _WORD)} became {short(theirs, _WORD)}.", at)


def _column(old: Any, new: Any, walk: Walk, at: str) -> Found:
    """Compare the values of two series of one length."""
    mine, theirs = (one.to_numpy() if isinstance(one.dtype, np.dtype) else one.array for one in (old, new))
    yield from _values(mine, theirs, walk, at)


def _values(old: Any, new: Any, walk: Walk, at: str) -> Found:
    """Compare two arrays of one length, numpy's or pandas' own."""
    if _other_dtype(old.dtype, new.dtype):
        if walk.rules.types:
            yield walk.differs("B02", old, new, f"The dtype {old.dtype} became {new.dtype}.", f"{at}.dtype")
            return
        old, new = (one if isinstance(one, np.ndarray) else np.asarray(one, dtype=object) for one in (old, new))
    if isinstance(old, np.ndarray) and isinstance(new, np.ndarray):
        yield from values(old, new, walk, at)
    elif _is_categorical(old):
        yield Step(old.categories, new.categories, f"{at}.categories")
        if bool(old.ordered) != bool(new.ordered):
            yield walk.differs("B02", old, new, f"ordered={old.ordered} became ordered={new.ordered}.", f"{at}.ordered")
        yield from values(np.asarray(old.codes), np.asarray(new.codes), walk, f"{at}.codes")
    elif not _same_ticks(old, new):
        mine, theirs = np.asarray(old, dtype=object), np.asarray(new, dtype=object)
        yield from values(mine, theirs, walk, at)


def _is_categorical(array: Any) -> bool:
    return hasattr(array, "codes") and hasattr(array, "categories")


def _same_ticks(old: Any, new: Any) -> bool:
    """Whether two arrays of moments, lengths of time or periods are seen to be the same by their integers."""
    mine, theirs = getattr(old, "asi8", None), getattr(new, "asi8", None)
    return isinstance(mine, np.ndarray) and isinstance(theirs, np.ndarray) and bool((mine == theirs).all())


def _other_dtype(old: Any, new: Any) -> bool:
    if isinstance(old, np.dtype) and isinstance(new, np.dtype):
        return other_dtype(old, new)
    if type(old) is not type(new):
        return True
    return False if hasattr(old, "categories") else bool(old != new) or str(old) != str(new) or repr(old) != repr(new)


def _index(old: Any, new: Any, walk: Walk) -> Found:
    """All that an index differs in is a B14, but for its dtype (B02) and the order of its labels (B03)."""
    yield from _labels(list(old.names), list(new.names), old, new, walk, ".names")
    if len(old) != len(new) or old.nlevels != new.nlevels:
        yield walk.differs("B14", old, new, f"The length {len(old)} became {len(new)}.")
        return
    mine, theirs = ([level.dtype for level in getattr(one, "levels", [one])] for one in (old, new))
    if any(map(_other_dtype, mine, theirs)) and walk.rules.types:
        yield walk.differs("B02", old, new, f"The dtype {short(mine, _WORD)} became {short(theirs, _WORD)}.", ".dtype")
        return
    if _is_categorical(old) and _is_categorical(new):
        yield from _values(old.array, new.array, walk, "")
        return
    yield from _places(old, new, walk)
    frequencies = [getattr(one, "freqstr", None) for one in (old, new)]
    yield from _labels(frequencies[0], frequencies[1], old, new, walk, ".freq")


def _places(old: Any, new: Any, walk: Walk) -> Found:
    """Compare the labels of two indexes of one length."""
    if all(hasattr(one, "step") and hasattr(one, "start") for one in (old, new)):
        yield from _labels((old.start, old.stop, old.step), (new.start, new.stop, new.step), old, new, walk, ".range")
        return
    if _same_ticks(old, new) or _same_numbers(old, new, walk):
        return
    mine, theirs = list(old), list(new)
    if bulk(mine, theirs):
        return
    for number, (before, after) in enumerate(zip(mine, theirs)):
        if not quick(before, after) and walk.trial(before, after) is not None:
            if alike_in_any_order(mine, theirs, walk) and shuffled(mine, theirs, walk):
                yield walk.differs("B03", old, new, "The same labels came in another order.")
            else:
                yield walk.differs(
                    "B14", before, after, f"{short(before, _WORD)} became {short(after, _WORD)}.", f"[{number}]"
                )
            return


def _same_numbers(old: Any, new: Any, walk: Walk) -> bool:
    mine, theirs = (one.to_numpy() if isinstance(one.dtype, np.dtype) else None for one in (old, new))
    if mine is None or theirs is None or not kinds_of(mine, theirs) <= set("biuf"):
        return False
    return bool(same_values(mine, theirs, walk.rules).all())


def _extension(old: Any, new: Any, walk: Walk) -> Found:
    if len(old) != len(new):
        yield walk.differs("B14", old, new, f"The length {len(old)} became {len(new)}.")
    else:
        yield from _values(old, new, walk, "")


def _moment(thing: Any) -> tuple[object, ...]:
    return int(thing.asm8.view("i8")), thing.unit, thing.fold


def _length(thing: Any) -> tuple[object, ...]:
    return int(thing.asm8.view("i8")), thing.unit


def _period(thing: Any) -> tuple[object, ...]:
    return thing.ordinal, thing.freqstr


def _only_one(old: Any, new: Any, walk: Walk) -> Found:
    if old is not new:
        yield walk.differs("B15", old, new, "Two objects of a type that should have one only cannot be compared.")


def frames() -> dict[int, Kind]:
    """How pandas' and numpy's less common types are compared, by id of the type; of what is not loaded there are no objects."""
    found = random_kinds()
    pandas: Any = sys.modules.get("pandas")
    if pandas is None or not all(hasattr(pandas, name) for name in ("DataFrame", "api", "NaT")):
        return found
    fixed: dict[type, Any] = {
        pandas.Index: _index,
        pandas.Timestamp: by_facts(_moment, pandas.Timestamp, ("tzinfo",)),
        pandas.Timedelta: by_facts(_length, pandas.Timedelta),
        pandas.Period: by_facts(_period, pandas.Period),
        pandas.Interval: by_parts("left", "right", "closed"),
        type(pandas.NA): _only_one,
        type(pandas.NaT): _only_one,
    }
    found.update({id(kind): Kind(compare, mutable=False, whole=True) for kind, compare in fixed.items()})
    found[id(pandas.DataFrame)] = Kind(_frame)
    found[id(pandas.Series)] = Kind(_series)
    found[id(pandas.api.extensions.ExtensionArray)] = Kind(_extension)
    return found
