"""Checked values: arguments of any function by `validate_args`, attributes of any class by `Validated`."""

from __future__ import annotations

import inspect
from enum import Enum
from functools import wraps
from reprlib import repr as short
from typing import TYPE_CHECKING, Any, Final, Generic, ParamSpec, Self, TypeVar, cast, overload

from workbench.errors import UsageError, near
from workbench.patterns.refusals import ValidatorError, called, fault_of, require_validator

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")

OWN_FIRST = ("self", "cls", "mcs")
"""What the first parameter of a function in a class body is called where it is no argument of the caller's."""


class _Missing(Enum):
    MISSING = "no default"


_MISSING: Final = _Missing.MISSING


class NoValueError(UsageError, AttributeError):
    """A checked attribute was read or deleted before it had a value."""


def validate_args(
    *validators: Callable[[Any], bool | None], **named: Callable[[Any], bool | None]
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A decorator that checks arguments at each call, however they are passed: by position, by keyword or by default.

    `validators` are for the parameters in the order of the signature, `named` for parameters by their names. In a class
    body a first parameter named self, cls or mcs is not counted. The validator of `*args` is asked for each item, that of
    `**kwargs` for each value. A validator refuses by False (or what else counts as false, but None, so that one without a
    `return` accepts) or by a ValueError or TypeError; other errors of it pass through as they are.

    Functions, generators and async generators are refused at the call, before anything runs; async functions when they
    are awaited (so that `inspect.iscoroutinefunction` still says what they are; `isgeneratorfunction` no longer does).
    Under `@classmethod`, `@staticmethod` and `@property`, not over them.

    Costs: the signature is read once, at decoration. Each call then binds its arguments to it and asks the validators: several
    microseconds, a hundred times an empty call and more. For the doors of a library, not for its inner loops. An iterator
    that a validator reads is read when the function gets it.

    Raises ValidatorError (a TypeError) at decoration, RefusedError (also a ValueError or TypeError) at the call, and TypeError
    where the arguments do not fit the signature.
    """
    for validator in (*validators, *named.values()):
        require_validator(validator, "validate_args")

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        check = _Checks(function, validators, named)
        if inspect.iscoroutinefunction(function):

            @wraps(function)
            async def awaited(*args: P.args, **kwargs: P.kwargs) -> Any:
                check(args, kwargs)
                return await function(*args, **kwargs)

            return cast("Callable[P, R]", awaited)

        @wraps(function)
        def plain(*args: P.args, **kwargs: P.kwargs) -> R:
            check(args, kwargs)
            return function(*args, **kwargs)

        return plain

    return decorate


class _Checks:
    """The validators of one function by parameter, and its signature."""

    __slots__ = ("by_name", "name", "signature")

    def __init__(
        self,
        function: Callable[..., object],
        validators: tuple[Callable[[Any], bool | None], ...],
        named: Mapping[str, Callable[[Any], bool | None]],
    ) -> None:
        self.name = called(function)
        self.signature = _signature(function)
        counted = list(self.signature.parameters)
        if counted and counted[0] in OWN_FIRST and _in_class_body(self.name):
            del counted[0]
        if len(validators) > len(counted):
            raise ValidatorError(
                f"{self.name} has {len(counted)} parameters ({', '.join(counted) or 'none'}) and validate_args got "
                f"{len(validators)} validators by position. Leave out those too many; one for *args is asked for each item."
            )
        self.by_name = dict(zip(counted, validators))
        for name, validator in named.items():
            if name not in self.signature.parameters:
                hint = near(name, counted) if counted else "it has none"
                raise ValidatorError(f"{self.name} has no parameter {name!r} to validate: {hint}")
            if name in self.by_name:
                raise ValidatorError(
                    f"{self.name}: parameter {name!r} got a validator by position and one by name. Leave out one of them."
                )
            self.by_name[name] = validator

    def __call__(self, args: tuple[object, ...], kwargs: Mapping[str, object]) -> None:
        """Ask each validator about its argument."""
        try:
            bound = self.signature.bind(*args, **kwargs)
        except TypeError as error:
            raise TypeError(f"{self.name}(): {error}") from None
        bound.apply_defaults()
        for name, validator in self.by_name.items():
            for label, value in self._values(name, bound.arguments[name]):
                fault = fault_of(validator, value)
                if fault:
                    fault.refuse(f"{self.name}: argument {label} = {short(value)}")

    def _values(self, name: str, value: Any) -> Iterable[tuple[str, object]]:
        kind = self.signature.parameters[name].kind
        if kind is inspect.Parameter.VAR_POSITIONAL:
            return [(f"{name}[{index}]", item) for index, item in enumerate(value)]
        if kind is inspect.Parameter.VAR_KEYWORD:
            return [(f"{name}[{key!r}]", item) for key, item in value.items()]
        return [(name, value)]


class Validated(Generic[T]):
    """An attribute that takes only values its check accepts (as a validator of `validate_args` does): `x = Validated(check)`.

    The value of attribute `x` is kept in the instance itself, as its attribute `_validated_x`: it dies, is copied and is
    pickled with the instance, and instances need be neither hashable nor weakly referable. The price: a class with
    `__slots__` and no `__dict__` has to name `_validated_x` among its slots. An attribute of the same name in a subclass has
    the same place. Reading and setting each call a
    Python function (some tenths of a microsecond, ten times a plain attribute and more), setting the check as well.

    Without a value the attribute reads as `default`, which is checked where it is written; without that, reading is a
    NoValueError (an AttributeError). Deleting goes back to there. Since all instances share it, the default has to be
    hashable, as in dataclasses: no list, dict or set. On the class, the attribute is this descriptor. It may be a field's default
    in a dataclass, but not with `slots=True`, which puts a plain slot in its place.
    """

    __slots__ = ("_check", "_default", "_name", "_place")

    def __init__(self, check: Callable[[T], bool | None], default: T | _Missing = _MISSING) -> None:
        self._check = check
        self._default = default
        self._name = self._place = ""
        require_validator(check, "Validated")
        if default is _MISSING:
            return
        if type(default).__hash__ is None:
            raise ValidatorError(
                f"The default {short(default)} would be one object that all instances share and may change. "
                "Use an immutable one (a tuple, a frozenset) or set the attribute in __init__."
            )
        fault = fault_of(check, default)
        if fault:
            fault.refuse(f"Validated: the default {short(default)}")

    def __set_name__(self, owner: type, name: str) -> None:
        if self._name not in ("", name):
            raise ValidatorError(
                f"{owner.__name__}: one Validated stands for both {self._name!r} and {name!r}, which would share their "
                "values. Write one for each."
            )
        self._name, self._place = name, f"_validated_{name}"

    @overload
    def __get__(self, instance: None, owner: type, /) -> Self: ...
    @overload
    def __get__(self, instance: object, owner: type | None = None, /) -> T: ...
    def __get__(self, instance: object | None, owner: type | None = None, /) -> T | Self:
        if instance is None:
            return self
        try:
            return cast("T", object.__getattribute__(instance, self._place))
        except AttributeError:
            if self._default is not _MISSING:
                return self._default
        raise NoValueError(f"{self._label(instance)} has no value yet and no default. Set it first.")

    def __set__(self, instance: object, value: T, /) -> None:
        if not self._name:
            raise ValidatorError(
                f"A Validated was put on {type(instance).__name__} after the class was made, so it has no name. "
                "Write it in the class body, or call its __set_name__(owner, name)."
            )
        given: object = value
        if given is self:
            given = self._default_for_dataclass(instance)
        elif fault := fault_of(self._check, value):
            fault.refuse(f"{self._label(instance)} = {short(value)}")
        try:
            object.__setattr__(instance, self._place, given)
        except AttributeError:
            raise ValidatorError(
                f"{self._label(instance)} has no place for its value: the class has __slots__ and no __dict__. "
                f"Add {self._place!r} to its __slots__."
            ) from None

    def __delete__(self, instance: object, /) -> None:
        try:
            object.__delattr__(instance, self._place)
        except AttributeError:
            raise NoValueError(f"{self._label(instance)} has no value to delete: none was set.") from None

    def _default_for_dataclass(self, instance: object) -> T:
        """What to set where nothing was passed: a dataclass then sets what the class access gave it, this descriptor."""
        if self._default is _MISSING:
            raise ValidatorError(f"{self._label(instance)} was not passed and has no default. Pass a value.")
        return self._default

    def _label(self, instance: object) -> str:
        return f"{type(instance).__name__}.{self._name}"


def _signature(function: object) -> inspect.Signature:
    kind = type(function).__name__
    if isinstance(function, classmethod | staticmethod | property):
        raise ValidatorError(f"validate_args stands over @{kind}. Write it beneath, next to the function.")
    if isinstance(function, type):
        raise ValidatorError(f"validate_args stands over class {function.__name__}. Write it over its __init__.")
    if not callable(function):
        raise ValidatorError(
            f"validate_args was to decorate {short(function)}, which is no function. "
            "If it was written without parentheses, name the validators: @validate_args(check)."
        )
    try:
        return inspect.signature(function)
    except ValueError as error:
        raise ValidatorError(
            f"{called(function)} has no signature that Python can read ({error}). Wrap it in a function of your own."
        ) from error


def _in_class_body(name: str) -> bool:
    around = name.rpartition(".")[0]
    return around != "" and not around.endswith("<locals>")
