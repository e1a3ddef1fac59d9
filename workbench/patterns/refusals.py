"""How a check refuses a value, and what cannot be a check: what `validate_args` and `Validated` share."""

from __future__ import annotations

import inspect
from dataclasses import dataclass
from reprlib import repr as short
from typing import TYPE_CHECKING, Any, NoReturn

from workbench.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable


class ValidatorError(UsageError, TypeError):
    """A check cannot be used as it was asked for: not callable, for no parameter, or nowhere to keep a value."""


class RefusedError(UsageError):
    """A check refused a value; always one of the two classes below, so that `except ValueError` and `except TypeError` hold."""


class RefusedValueError(RefusedError, ValueError):
    """The check answered False or raised ValueError."""


class RefusedTypeError(RefusedError, TypeError):
    """The check raised TypeError."""


@dataclass(frozen=True, slots=True)
class Fault:
    """That a validator refused, and the error by which it did, if by one."""

    validator: str
    cause: Exception | None

    def refuse(self, what: str) -> NoReturn:
        """Raise the RefusedError that says so of `what`."""
        kind = RefusedTypeError if isinstance(self.cause, TypeError) else RefusedValueError
        reason = f" ({self.cause})" if self.cause is not None and str(self.cause) else ""
        raise kind(f"{what} was refused by {self.validator}{reason}. Pass a value that it accepts.") from self.cause


def fault_of(validator: Callable[[Any], bool | None], value: object) -> Fault | None:
    """How a validator refuses a value, or None where it accepts it; errors but ValueError and TypeError pass through."""
    try:
        answer = validator(value)
        if answer is None or answer:
            return None
    except (ValueError, TypeError) as error:
        return Fault(called(validator), error)
    return Fault(called(validator), None)


def require_validator(validator: object, by: str) -> None:
    """ValidatorError where something cannot be a validator, in the name of `by`."""
    if not callable(validator):
        raise ValidatorError(
            f"{by} got {short(validator)} for a validator, which is not callable. "
            "Give a function of one value that returns False or raises ValueError or TypeError to refuse it."
        )
    if inspect.iscoroutinefunction(validator):
        raise ValidatorError(
            f"{by} got the async function {called(validator)} for a validator; nobody would await its answer, "
            "and it would accept everything. Give a plain function."
        )


def called(function: object) -> str:
    """What to call a function in a message."""
    return str(getattr(function, "__qualname__", None) or short(function))
