"""Calls on arrays and tables, of numpy and pandas, that change nothing which others see: read from a function's syntax tree."""

from __future__ import annotations

import ast
import collections.abc
import contextlib
import sys
import typing
from types import FunctionType
from typing import TYPE_CHECKING, Any

import numpy as np

from workbench.study.races.fresh import parameters
from workbench.study.races.reach import bare, own
from workbench.study.scopes import bound_by

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


NEW = _words(
    "abs argmax argmin argpartition argsort assign astype copy corr corrwith count cov cummax cummin cumprod "
    "cumsum describe diff dot drop_duplicates dropna duplicated eq equals factorize flatten ge gt idxmax idxmin "
    "isin isna isnull kurt kurtosis le lt mean median memory_usage merge mode ne nonzero notna notnull nunique "
    "pct_change prod product quantile rank reset_index searchsorted sem size skew std sort_index sort_values "
    "sum to_dict to_list tolist tobytes value_counts var"
)
"""Methods of arrays and tables whose result shares nothing with anybody; they change nothing."""

READS = (
    NEW
    | _words(
        "all any item max min add_prefix add_suffix agg aggregate apply asfreq asof at_time between "
        "between_time bfill clip combine_first compare conj conjugate convert_dtypes cumcount diagonal div "
        "divide drop droplevel ewm expanding explode ffill fillna filter first first_valid_index floordiv "
        "get_group get_indexer get_level_values get_loc groupby head infer_objects interpolate items iterrows "
        "itertuples join last last_valid_index map mask melt mod mul multiply ngroup nlargest nsmallest nth "
        "ohlc pivot pivot_table pow ravel reindex reindex_like rename rename_axis reorder_levels repeat replace "
        "resample reshape rolling round select_dtypes set_axis set_index set_names shift squeeze stack sub "
        "swapaxes swaplevel tail take to_flat_index to_frame to_numpy to_period to_records to_series "
        "to_timestamp trace transform transpose truediv truncate tz_convert tz_localize unique unstack where xs "
        "ceil contains day_name extract extractall findall floor fullmatch get get_dummies isocalendar len "
        "match month_name normalize pad slice slice_replace strftime total_seconds"
    )
    | {name for name in dir(str) if not name.startswith("_") and name != "partition"}
)
"""Methods that change nothing, as long as they are given none of the keywords of `CHANGING`. Two of one name do the same in this regard,
whether of an array, a frame, a series, an index, a group, a window, one of the accessors `str`, `dt` and `cat`, or a cell of text."""

OUT = {
    **dict.fromkeys(
        ("all", "any", "argmax", "argmin", "dot", "max", "min", "round", "median", "concatenate", "stack"), 1
    ),
    **dict.fromkeys(
        ("clip", "cumprod", "cumsum", "mean", "prod", "std", "sum", "take", "var", "quantile", "percentile"), 2
    ),
    "trace": 4,
    "outer": 1,
    "rename": 1,
}
"""How many arguments by position come before numpy's `out` (of an index's `rename`: before `inplace`); for a function of the same name
one more, the array itself."""

CHANGING = ("inplace", "out", "overwrite_input")
"""Keywords that have something changed in place."""

GIVEN_CODE = ("agg", "aggregate", "apply", "assign", "filter", "map", "transform")
"""Methods that mostly get a function."""

CODE_AT = ("key", "func", "function", "by", "repl", "aggfunc", "converter")
"""Keywords under which methods get one."""

MAKING = _words(
    "arange argsort array bincount concatenate copy cumprod cumsum digitize empty empty_like full full_like histogram "
    "hstack interp isin linspace nonzero ones ones_like outer repeat searchsorted stack tile unique vstack where "
    "zeros zeros_like"
)
"""Functions of numpy whose result is a new array."""

NUMPY = MAKING | _words(
    "all allclose any argmax argmin argwhere array_equal asarray average broadcast_to clip count_nonzero errstate diff dot "
    "expand_dims flatnonzero max mean median min nanmax nanmean nanmin nansum percentile prod quantile ravel reshape "
    "round sort squeeze std sum take transpose var"
)
PANDAS = _words(
    "Categorical DataFrame DatetimeIndex Index MultiIndex NamedAgg RangeIndex Series Timedelta Timestamp concat "
    "crosstab cut date_range factorize get_dummies isna isnull melt merge merge_asof merge_ordered notna notnull "
    "pivot pivot_table qcut to_datetime to_numeric to_timedelta unique"
)
"""Functions and classes that change none of their arguments, but for `out`."""

BUILTINS = ("abs", "bool", "float", "int", "len", "list", "max", "min", "round", "set", "sorted", "str", "sum", "tuple")
"""Built-in functions that may be handed over."""

TYPES = (
    "DataFrame",
    "Series",
    "Index",
    "MultiIndex",
    "DatetimeIndex",
    "RangeIndex",
    "Categorical",
    "Timestamp",
    "Timedelta",
)
VALUES = (int, float, complex, str, bytes, bool)
CONTAINERS: tuple[Any, ...] = (
    *(list, tuple, dict, set, frozenset),
    *(collections.abc.Sequence, collections.abc.Mapping, collections.abc.Iterable, collections.abc.Collection),
    collections.abc.Set,
)
"""What an annotation may mean, besides tables, for values that are no functions, and for containers of such."""

DISPLAYS = (ast.Dict, ast.List, ast.DictComp, ast.ListComp)
WALKING = ("zip", "enumerate", "reversed")


class Tables:
    """Of a function's nodes, which expressions mean arrays, tables or parts of them, cells included, as far as annotations and the calls
    that made them tell. `resolve` gives the object that a dotted name means, None where that is not known.

    What pandas itself keeps while it reads, as the look-up tables of an index, is pandas' own matter.
    """

    def __init__(self, inside: list[ast.AST], functions: list[Any], resolve: Callable[[ast.expr], Any]) -> None:
        self._resolve = resolve
        self._given = parameters(functions)
        self._hints = _annotations(functions[0], but=parameters(functions[1:])) if functions else {}
        self._bound: dict[str, list[ast.expr | None]] = {}
        for name, value in _bindings(inside):
            self._bound.setdefault(name, []).append(value)
        self.names: set[str] = set()
        self._learn({name for name, hint in self._hints.items() if self._is_table(hint)})
        self._learn(self.names | self._lambdas(inside, functions))

    def __contains__(self, node: ast.AST | None) -> bool:
        if isinstance(node, ast.Name):
            return node.id in self.names
        if isinstance(node, ast.Subscript | ast.Attribute | ast.Starred):
            return node.value in self
        if isinstance(node, ast.BinOp):
            return node.left in self or node.right in self
        if isinstance(node, ast.Compare):
            return any(one in self for one in (node.left, *node.comparators))
        if isinstance(node, ast.UnaryOp):
            return node.operand in self
        if isinstance(node, ast.Call):
            return self.reads(node) or self.calls(node, self._resolve(node.func))
        return isinstance(node, ast.IfExp) and node.body in self and node.orelse in self

    def reads(self, call: ast.Call) -> bool:
        """Whether a call is that of a method of a table, and only reads."""
        if not isinstance(call.func, ast.Attribute) or call.func.value not in self:
            return False
        name, owner = call.func.attr, call.func.value
        known = name in READS or (name == "partition" and getattr(owner, "attr", "") == "str")
        return known and not _changes(call, name, 0) and self.gives_no_code(call)

    def calls(self, call: ast.Call, target: Any) -> bool:
        """Whether a call is that of a function of numpy or pandas which changes nothing."""
        name = getattr(target, "__name__", "")
        if isinstance(target, np.ufunc):
            return len(call.args) <= target.nin and not _changes(call, "", 0)
        if _is_number(target):
            return True
        known = _is_of(target, "numpy", NUMPY) or _is_of(target, "pandas", PANDAS)
        return known and not _changes(call, name.removeprefix("nan"), 1) and self.gives_no_code(call)

    def makes(self, node: ast.expr) -> bool:
        """Whether an expression makes an array or a table that shares nothing with others."""
        if not isinstance(node, ast.Call) or any(one.arg in ("copy", "deep") for one in node.keywords):
            return False
        if self.reads(node):
            name = getattr(node.func, "attr", "")
            return name in NEW and not (name == "copy" and node.args)
        target = self._resolve(node.func)
        if not self.calls(node, target):
            return False
        if _is_of(target, "pandas", ("DataFrame", "Series")):
            return all(isinstance(one, DISPLAYS) for one in node.args[:1]) and not any(
                one.arg == "data" for one in node.keywords
            )
        return isinstance(target, np.ufunc) or _is_of(target, "numpy", MAKING)

    def gives_no_code(self, call: ast.Call) -> bool:
        """Whether a call hands over no function but lambdas, whose code stands here, and those that names lead to."""
        mostly = isinstance(call.func, ast.Attribute) and call.func.attr in GIVEN_CODE
        given = [(one, mostly) for one in call.args]
        given += [(one.value, mostly or one.arg in CODE_AT) for one in call.keywords]
        return all(self._is_data(part, strict) for one, strict in given for part in _parts(one))

    def _is_data(self, node: ast.expr, strict: bool) -> bool:
        """Whether an argument is no function, or one whose code is known; `strict`: where a function is expected."""
        if node in self or isinstance(node, ast.Lambda | ast.Constant | ast.JoinedStr):
            return True
        if isinstance(node, ast.Name) and node.id in self._given:
            return self._admits_no_code(self._hints.get(node.id))
        target = self._resolve(node) if isinstance(node, ast.Name | ast.Attribute) else None
        if target is None:
            return not strict
        plain = bare(target)
        if (
            isinstance(plain, np.ufunc)
            or _is_number(plain)
            or _is_of(plain, "numpy", NUMPY)
            or _is_of(plain, "builtins", BUILTINS)
        ):
            return True
        return not callable(plain) or (isinstance(plain, type | FunctionType) and own(plain))

    def _lambdas(self, inside: list[ast.AST], functions: list[Any]) -> set[str]:
        """The parameters of lambdas that are handed to methods of a table, and so get parts of it, where no other ones have their names."""
        every = [
            part
            for call in inside
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute) and call.func.attr in READS
            if call.func.value in self
            for one in (*call.args, *(word.value for word in call.keywords))
            for part in _parts(one)
            if isinstance(part, ast.Lambda) and not (part.args.defaults or part.args.kw_defaults)
        ]
        return parameters(every) - parameters([one for one in functions if one not in every])

    def _learn(self, begin: set[str]) -> None:
        """Which local names only ever mean tables: `begin`, and what is bound to nothing but tables and constants."""
        self.names = set(begin)
        while more := {
            name for name in self._bound if name not in self.names | self._given and self._always(name, begun=False)
        }:
            self.names |= more
        if lost := {name for name in begin if not self._always(name, begun=True)}:
            self._learn(begin - lost)

    def _always(self, name: str, *, begun: bool) -> bool:
        """Whether all that a name is bound to is of tables if it is one itself; not `begun`: and some of it also if it is not."""
        bound = [one for one in self._bound.get(name, []) if not isinstance(one, ast.Constant)]
        if not begun and not any(one in self for one in bound):
            return False
        before = self.names
        self.names = before | {name}
        try:
            return all(one in self for one in bound)
        finally:
            self.names = before

    def _is_table(self, hint: ast.expr | None) -> bool:
        """Whether an annotation means an array or a table, or None beside it."""
        if isinstance(hint, ast.BinOp):
            sides = [one for one in (hint.left, hint.right) if not _is_none(one)]
            return all(self._is_table(one) for one in sides)
        if isinstance(hint, ast.Subscript):
            return self._is_table(hint.value)
        found = self._meant(hint)
        if isinstance(found, type) and issubclass(found, np.ndarray | np.generic):
            return True
        return _is_of(found, "pandas", TYPES)

    def _admits_no_code(self, hint: ast.expr | None) -> bool:
        """Whether an annotation says that a value is no function and holds none."""
        if isinstance(hint, ast.BinOp):
            return self._admits_no_code(hint.left) and self._admits_no_code(hint.right)
        if isinstance(hint, ast.Subscript):
            inner = hint.slice.elts if isinstance(hint.slice, ast.Tuple) else [hint.slice]
            plain = any(self._meant(hint.value) is one for one in CONTAINERS)
            return self._is_table(hint) or (plain and all(map(self._admits_no_code, inner)))
        if isinstance(hint, ast.Constant):
            return hint.value in (None, ...)
        return self._is_table(hint) or self._meant(hint) in VALUES

    def _meant(self, hint: ast.expr | None) -> Any:
        found = self._resolve(hint) if isinstance(hint, ast.Name | ast.Attribute) else None
        found = getattr(found, "__value__", found)
        return typing.get_origin(found) or found


def _is_number(target: Any) -> bool:
    """Whether an object is the class of a scalar of numpy."""
    return isinstance(target, type) and issubclass(target, np.generic)


def _is_of(target: Any, module: str, names: Collection[str]) -> bool:
    """Whether an object is one of these of a module, under its own name, where that is loaded."""
    name = getattr(target, "__name__", None)
    return name in names and getattr(sys.modules.get(module), str(name), None) is target


def _changes(call: ast.Call, name: str, before: int) -> bool:
    """Whether a call says by its arguments that it changes something, or could."""
    for one in call.keywords:
        if one.arg is None or (one.arg in CHANGING and not _is_off(one.value)):
            return True
    positional = OUT.get(name)
    if positional is None:
        return False
    return len(call.args) > positional + before or any(isinstance(one, ast.Starred) for one in call.args)


def _is_off(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value in (None, False)


def _is_none(node: ast.expr) -> bool:
    return isinstance(node, ast.Constant) and node.value is None


def _parts(node: ast.expr) -> Iterator[ast.expr]:
    """A value and, of a display, what it holds."""
    if isinstance(node, ast.List | ast.Tuple | ast.Set):
        for one in node.elts:
            yield from _parts(one)
    elif isinstance(node, ast.Dict):
        for one in node.values:
            yield from _parts(one)
    else:
        yield node


def _annotations(function: Any, but: set[str]) -> dict[str, ast.expr]:
    """The annotations of a function's plain parameters, but for those whose names others have too; those that are text as what it says."""
    found: dict[str, ast.expr] = {}
    for one in (*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs):
        if one.annotation is not None and one.arg not in but:
            found[one.arg] = one.annotation
        if isinstance(one.annotation, ast.Constant) and isinstance(one.annotation.value, str):
            with contextlib.suppress(SyntaxError):
                found[one.arg] = ast.parse(one.annotation.value, mode="eval").body
    return found


def _bindings(inside: list[ast.AST]) -> Iterator[tuple[str, ast.expr | None]]:
    """Each name that is bound, with the value that it gets or is a part of; None where that is nothing that is looked into."""
    seen: set[int] = set()
    for node in inside:
        if isinstance(node, ast.AugAssign):
            seen.add(id(node.target))
        for target, value in _pairs(node):
            for name in ast.walk(target):
                if isinstance(name, ast.Name) and isinstance(name.ctx, ast.Store):
                    seen.add(id(name))
                    yield name.id, value
    for node in inside:
        if isinstance(node, ast.Global | ast.Nonlocal):
            yield from ((name, None) for name in node.names)
        elif not isinstance(node, ast.Name):
            yield from ((name, None) for name in bound_by(node))
        elif not isinstance(node.ctx, ast.Load) and id(node) not in seen:
            yield node.id, None


def _pairs(node: ast.AST) -> list[tuple[ast.expr, ast.expr]]:
    """What an assignment or a loop binds, with the values."""
    if isinstance(node, ast.Assign):
        return [(target, node.value) for target in node.targets]
    if isinstance(node, ast.AnnAssign | ast.NamedExpr) and node.value is not None:
        return [(node.target, node.value)]
    if isinstance(node, ast.For | ast.comprehension):
        return [(node.target, one) for one in _walked(node.iter)]
    return []


def _walked(iterable: ast.expr) -> list[ast.expr]:
    """What a loop goes through, piece by piece: of `zip` and the like their arguments."""
    if isinstance(iterable, ast.Call) and isinstance(iterable.func, ast.Name) and iterable.func.id in WALKING:
        return [one for arg in iterable.args for one in _walked(arg)]
    return [iterable]
