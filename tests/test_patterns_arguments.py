"""Checked arguments and attributes: every way a value comes in, every kind of function, and what is refused when."""

from __future__ import annotations

import asyncio
import copy
import inspect
import pickle
import re
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from typed_snippets import lines_refused

from workbench.errors import UsageError
from workbench.patterns import arguments
from workbench.patterns.arguments import NoValueError, Validated, validate_args
from workbench.patterns.refusals import RefusedError, RefusedTypeError, RefusedValueError, ValidatorError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path


def positive(number: int) -> bool:
    return number > 0


def short_text(text: str) -> None:
    if len(text) > 3:
        raise ValueError("longer than 3")


@validate_args(positive, short_text)
def plain(number: int, text: str = "long text") -> tuple[int, str]:
    return number, text


@pytest.mark.parametrize(
    ("args", "kwargs", "accepted"),
    [
        ((1, "a"), {}, True),
        ((1,), {"text": "a"}, True),
        ((), {"text": "a", "number": 1}, True),
        ((0, "a"), {}, False),
        ((), {"text": "a", "number": 0}, False),
        ((1,), {"text": "abcd"}, False),
        ((1,), {}, False),
    ],
)
def test_values_are_checked_however_they_are_passed(args: Any, kwargs: Any, accepted: bool) -> None:
    """By position, by keyword in any order, and by a default that the validator refuses."""
    if accepted:
        assert plain(*args, **kwargs) == (1, "a")
    else:
        with pytest.raises(RefusedValueError):
            plain(*args, **kwargs)


def test_the_message_names_function_argument_value_and_reason() -> None:
    """An error says which function, which argument, its value, who refused and why; the validator's own error is its cause."""
    with pytest.raises(
        ValueError, match=r"^plain: argument number = -1 was refused by positive\. Pass a value that it acc"
    ):
        plain(-1, "a")
    with pytest.raises(
        ValueError, match=r"^plain: argument text = 'abcd' was refused by short_text \(longer than 3\)"
    ) as caught:
        plain(1, text="abcd")
    assert isinstance(caught.value, UsageError)
    assert isinstance(caught.value.__cause__, ValueError)


def test_a_type_error_of_the_validator_stays_one() -> None:
    """Where the validator raises TypeError, so does the call; other errors pass through as they are."""
    with pytest.raises(RefusedTypeError, match="argument number = None") as caught:
        plain(None, "a")  # type: ignore[arg-type]
    assert isinstance(caught.value, TypeError)
    assert not isinstance(caught.value, ValueError)

    @validate_args(lambda number: 1 / number > 0)
    def divided(number: int) -> int:
        return number

    with pytest.raises(ZeroDivisionError):
        divided(0)


@pytest.mark.parametrize(
    ("answer", "accepted"), [(True, True), (None, True), (1, True), (False, False), (0, False), ("", False)]
)
def test_what_counts_as_refusing(answer: Any, accepted: bool) -> None:
    """False refuses, and what else counts as false (NumPy's False is not `False`), but a validator without `return` accepts."""
    asked = validate_args(lambda value: answer)(lambda value: "run")
    if accepted:
        assert asked(1) == "run"
    else:
        with pytest.raises(RefusedError):
            asked(1)


def test_async_functions_stay_async_and_are_checked_when_awaited() -> None:
    """An async function is still one for `inspect`, gives its value, and refuses when it is awaited, before its body runs."""
    ran = []

    @validate_args(number=positive)
    async def later(number: int) -> int:
        ran.append(number)
        await asyncio.sleep(0)
        return number + 1

    async def both() -> int:
        with pytest.raises(RefusedValueError, match="later: argument number = 0"):
            await later(0)
        return await later(number=1)

    assert inspect.iscoroutinefunction(later)
    assert asyncio.run(both()) == 2
    assert ran == [1]


def test_generators_are_refused_at_the_call() -> None:
    """Generators and async generators refuse when they are called, not when somebody asks for the first item; sending still works."""

    @validate_args(positive)
    def items(number: int) -> Iterator[int]:
        got = yield number
        yield got

    @validate_args(positive)
    async def later(number: int) -> AsyncIterator[int]:
        yield number

    async def listed() -> list[int]:
        return [one async for one in later(4)]

    for function in (items, later):
        with pytest.raises(RefusedValueError):
            function(0)
    made: Any = items(1)
    assert (next(made), made.send(7)) == (1, 7)
    assert asyncio.run(listed()) == [4]


class Methods:
    @validate_args(positive)
    def method(self, number: int) -> tuple[str, int]:
        return type(self).__name__, number

    @classmethod
    @validate_args(positive)
    def of_class(cls, number: int) -> tuple[str, int]:
        return cls.__name__, number

    @staticmethod
    @validate_args(positive)
    def of_none(number: int) -> tuple[str, int]:
        return "", number


def test_methods_do_not_count_self() -> None:
    """Validators by position begin after self and cls; a static method has none to leave out; a plain function's `self` counts."""
    for function, first in ((Methods().method, "Methods"), (Methods.of_class, "Methods"), (Methods.of_none, "")):
        assert function(1) == (first, 1)
        with pytest.raises(RefusedValueError, match=r"Methods\.\w+: argument number = 0"):
            function(number=0)
    outside = validate_args(positive)(lambda self: self)
    with pytest.raises(RefusedValueError, match="argument self = 0"):
        outside(0)


def test_each_of_star_arguments_is_checked() -> None:
    """The validator of `*args` sees each item, that of `**kwargs` each value, and the message says which."""

    @validate_args(positive, positive, options=positive)
    def many(first: int, *rest: int, flag: int = 0, **options: int) -> int:
        return first + sum(rest) + flag + sum(options.values())

    assert many(1, 2, 3, flag=0, more=4) == 10
    with pytest.raises(RefusedValueError, match=r"argument rest\[1\] = -3 "):
        many(1, 2, -3)
    with pytest.raises(RefusedValueError, match=r"argument options\['more'\] = 0 "):
        many(1, more=0)


async def async_check(value: object) -> bool:
    return False


@pytest.mark.parametrize(
    ("decorate", "message"),
    [
        (lambda f: validate_args(3)(f), "validate_args got 3 for a validator, which is not callable"),  # type: ignore[arg-type]
        (lambda f: validate_args(b="x")(f), "got 'x' for a validator, which is not callable"),  # type: ignore[arg-type]
        (lambda f: validate_args(async_check)(f), "got the async function async_check"),  # type: ignore[arg-type]
        (
            lambda f: validate_args(*[positive] * 3)(f),
            r"has 2 parameters \(number, other\) and validate_args got 3 valida",
        ),
        (lambda f: validate_args(positive)(lambda: 1), r"has 0 parameters \(none\)"),
        (lambda f: validate_args(nubmer=positive)(f), "has no parameter 'nubmer' to validate: did you mean 'number'?"),
        (lambda f: validate_args(positive, number=positive)(f), "'number' got a validator by position and one by name"),
        (lambda f: validate_args(positive)(classmethod(f)), "stands over @classmethod. Write it beneath"),  # type: ignore[arg-type]
        (lambda f: validate_args(positive)(staticmethod(f)), "stands over @staticmethod"),
        (lambda f: validate_args(positive)(Methods), "stands over class Methods. Write it over its __init__"),
        (lambda f: validate_args(f)(5), "decorate 5, which is no function.\nIf it was written without parentheses"),  # type: ignore[arg-type]
        (lambda f: validate_args(positive)(max), "max has no signature that Python can read"),
    ],
)
def test_mistakes_are_told_at_decoration(decorate: Any, message: str) -> None:
    """What can never work is an error when the function is made, not at its first call."""

    def two(number: int, other: int) -> int:
        return number + other

    with pytest.raises(ValidatorError, match=message.replace(".\n", r"\. ")) as caught:
        decorate(two)
    assert isinstance(caught.value, TypeError)


def test_arguments_that_do_not_fit_are_a_type_error_with_the_name() -> None:
    """A call that Python would refuse is refused as Python does, by TypeError, and the function is named."""
    with pytest.raises(TypeError, match=r"^plain\(\): missing a required argument: 'number'"):
        plain()  # type: ignore[call-arg]


def test_the_signature_is_read_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Calls do not read the signature again."""
    read = []
    real = inspect.signature
    monkeypatch.setattr(arguments.inspect, "signature", lambda function: read.append(function) or real(function))
    counted = validate_args(positive)(lambda number: number)
    assert [counted(1), counted(2), counted(number=3)] == [1, 2, 3]
    assert len(read) == 1


def test_a_value_without_a_repr_can_be_refused() -> None:
    """A value whose repr raises, or is huge, still gets a message."""

    class Odd:
        def __repr__(self) -> str:
            raise RuntimeError("no")

    refuse = validate_args(lambda value: False)(lambda value: value)
    with pytest.raises(RefusedValueError, match="argument value = <Odd instance"):
        refuse(Odd())
    with pytest.raises(RefusedValueError) as caught:
        refuse("x" * 10**6)
    assert len(str(caught.value)) < 300


@given(st.lists(st.integers(-2, 3), min_size=3, max_size=3), st.integers(0, 3))
def test_any_split_between_position_and_keyword_is_the_same(values: list[int], by_position: int) -> None:
    """However many of the arguments are passed by position, the first refused one in the order of the validators is named."""
    names = ["a", "b", "c"]
    function = validate_args(positive, c=positive, b=positive)(lambda a, b, c: (a, b, c))
    rest = dict(zip(names[by_position:], values[by_position:]))
    refused = [name for name in ("a", "c", "b") if values[names.index(name)] <= 0]
    if not refused:
        assert function(*values[:by_position], **rest) == tuple(values)
        return
    with pytest.raises(RefusedValueError, match=f"argument {refused[0]} = "):
        function(*values[:by_position], **rest)


class Open:
    x = Validated(positive, default=5)
    y = Validated(positive)


class Slotted:
    __slots__ = ("_validated_x", "_validated_y")
    x = Validated(positive, default=5)
    y = Validated(positive)


class Below(Slotted):
    __slots__ = ("_validated_z",)
    z = Validated(positive)


class Narrower(Open):
    x = Validated(lambda number: number > 10, default=11)


@pytest.mark.parametrize("kind", [Open, Slotted, Below, Narrower])
def test_each_instance_has_its_own_value(kind: Any) -> None:
    """With a dict, with slots and in subclasses: values do not meet, the default stands where none is, deletion goes back to it."""
    one, two = kind(), kind()
    default = kind.x._default
    one.x = 20
    assert (one.x, two.x) == (20, default)
    del one.x
    assert one.x == default
    assert not hasattr(one, "y")
    assert not hasattr(Slotted(), "__dict__")


@pytest.mark.parametrize("kind", [Open, Slotted, Below])
def test_attributes_refuse_with_a_clear_message(kind: Any) -> None:
    """A refused value leaves the old one; class, attribute and value are named; reading or deleting without one is AttributeError."""
    made = kind()
    made.x = 3
    with pytest.raises(RefusedValueError, match=rf"^{kind.__name__}\.x = -3 was refused by positive\. Pass"):
        made.x = -3
    assert made.x == 3
    with pytest.raises(
        NoValueError, match=rf"^{kind.__name__}\.y has no value yet and no default\. Set it first"
    ) as caught:
        _ = made.y
    assert isinstance(caught.value, AttributeError)
    with pytest.raises(AttributeError, match=r"y has no value to delete"):
        del made.y


def test_a_subclass_may_check_more() -> None:
    """An attribute written again in a subclass is checked by the subclass's check, in the same place."""
    made = Narrower()
    with pytest.raises(RefusedValueError, match=r"Narrower\.x = 5"):
        made.x = 5
    assert Below().x == 5


def test_the_class_gives_the_descriptor() -> None:
    """Access on the class is the descriptor itself, also from a subclass."""
    assert isinstance(Open.x, Validated)
    assert Below.x is Slotted.x


@pytest.mark.parametrize("kind", [Open, Slotted])
def test_values_are_copied_and_pickled_along(kind: Any) -> None:
    """The value lies in the instance, so copies and pickles have it, and of two equal or unhashable instances each its own."""
    made = kind()
    made.x = 9
    assert [copy.copy(made).x, copy.deepcopy(made).x, pickle.loads(pickle.dumps(made)).x] == [9, 9, 9]

    class Equal(kind):  # type: ignore[misc]
        def __eq__(self, other: object) -> bool:
            return True

        __hash__ = None  # type: ignore[assignment]

    one, two = Equal(), Equal()
    one.x, two.x = 1, 2
    assert (one.x, two.x) == (1, 2)


def no_place() -> None:
    class Bare:
        __slots__ = ()
        x = Validated(positive)

    Bare().x = 1


def no_name() -> None:
    class Late:
        pass

    Late.x = Validated(positive)  # type: ignore[attr-defined]
    Late().x = 1  # type: ignore[attr-defined]


def two_names() -> None:
    class Twice:
        x = y = Validated(positive)


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        (lambda: Validated(3), "Validated got 3 for a validator, which is not callable"),  # type: ignore[arg-type]
        (lambda: Validated(async_check), "got the async function async_check"),  # type: ignore[arg-type]
        (lambda: Validated(positive, default=0), "Validated: the default 0 was refused by positive"),
        (
            lambda: Validated(lambda value: True, default=[1]),
            r"default \[1\] would be one object that all instances share",
        ),
        (no_place, r"Bare.x has no place for its value: .* Add '_validated_x' to its __slots__"),
        (no_name, "put on Late after the class was made, so it has no name"),
        (two_names, "one Validated stands for both 'x' and 'y'"),
    ],
)
def test_wrong_attributes_are_told(wrong: Any, message: str) -> None:
    """Each way of writing an attribute that cannot work has its sentence (Python 3.11 wraps errors of __set_name__)."""
    with pytest.raises((UsageError, RuntimeError)) as caught:
        wrong()
    told = caught.value if isinstance(caught.value, UsageError) else caught.value.__cause__
    assert isinstance(told, UsageError)
    assert re.search(message, str(told))
    assert isinstance(caught.value, UsageError) or sys.version_info < (3, 12)


@dataclass
class Record:
    x: Validated[int] = Validated(positive, default=5)  # noqa: RUF009


@dataclass(frozen=True)
class Needs:
    y: Validated[int] = Validated(positive)  # noqa: RUF009


def test_dataclass_fields() -> None:
    """In a dataclass, also a frozen one, passed values are checked; for others the default stands, and without one it is an error."""
    makes: Any = Record
    assert (makes().x, makes(3).x, repr(makes(3)), makes(3) == makes(3)) == (5, 3, "Record(x=3)", True)
    with pytest.raises(RefusedValueError, match=r"Record\.x = 0 was"):
        makes(0)
    needs: Any = Needs
    assert needs(2).y == 2
    with pytest.raises(ValidatorError, match=r"Needs\.y was not passed and has no default"):
        needs()


SNIPPET = """
from dataclasses import dataclass
from typing import assert_type
from workbench.patterns.arguments import Validated, validate_args

def positive(number: int) -> bool:
    return number > 0

@validate_args(positive, text=lambda text: text != "")
def plain(number: int, *, text: str = "a") -> list[str]:
    return [text] * number

@validate_args(positive)
async def later(number: int) -> int:
    return number

class Held:
    x = Validated(positive, default=1)
    y: Validated[str] = Validated(lambda text: text != "")
    @validate_args(positive)
    def method(self, number: int) -> str:
        return str(number)

async def use(held: Held) -> None:
    assert_type(plain(1, text="a"), list[str])
    assert_type(await later(1), int)
    assert_type(held.method(1), str)
    assert_type(held.x, int)
    assert_type(held.y, str)
    assert_type(Held.x, Validated[int])
    held.x = 3
    plain("1")  # refused
    plain(1, "a")  # refused
    await later("1")  # refused
    held.method(None)  # refused
    held.x = "a"  # refused
    g: int = held.y  # refused

@dataclass
class Record:
    x: Validated[int] = Validated(positive, default=5)

Record()
Record(3)
Record("a")  # refused
Validated(3)  # refused
validate_args(3)  # refused
Validated(positive, default="a")  # refused
"""


def test_types(tmp_path: Path) -> None:
    """mypy --strict knows signatures, results and attribute types as they were written, and refuses what does not fit."""
    refused, marked = lines_refused(tmp_path, SNIPPET)
    assert refused == marked
