"""What the patterns share about errors: wrong arguments, and further errors as notes, so that none is lost and none masks another."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING

from workbench.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

MOST = 12
"""Notes that are added at the most; of more errors the number of the others is said."""


def line(error: BaseException) -> str:
    """An error in one phrase: `ValueError: its message`, or the class alone where there is no message."""
    text = str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def add_notes(error: BaseException, notes: Sequence[str]) -> None:
    """Add the notes to the error, `MOST` at the most; they are shown below its message in a traceback."""
    for note in notes[:MOST]:
        error.add_note(note)
    if len(notes) > MOST:
        error.add_note(f"and {len(notes) - MOST} more")


class WrongNumberError(UsageError, ValueError):
    """A number that makes no sense where it was given; nothing was started."""


class WrongKindError(UsageError, TypeError):
    """A value of another kind than the one asked for; nothing was started."""


class WrongPlaceError(UsageError, RuntimeError):
    """The call has to be made in another thread, or outside a running event loop; nothing was started."""


def close_unstarted(awaitables: Iterable[object]) -> None:
    """Close the coroutines among them that have not begun, so that Python does not warn that they were never awaited."""
    for one in awaitables:
        if inspect.iscoroutine(one) and inspect.getcoroutinestate(one) == inspect.CORO_CREATED:
            one.close()


def check_function(name: str, function: object) -> None:
    """Raise WrongKindError where `function` cannot be called; a coroutine, the usual mistake, is closed."""
    if callable(function):
        return
    close_unstarted([function])
    kind = type(function).__name__
    hint = "give the function that makes it, without calling it" if kind == "coroutine" else "give an async function"
    raise WrongKindError(
        f"{name} was given a {kind}, which cannot be called; {hint}: {name}(main) or {name}(lambda: main(1))"
    )
