"""Calls of a function: the inputs that a comparison runs on, as given or as recorded while a program ran."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Call:
    """One call's arguments, as live objects."""

    args: tuple[Any, ...] = ()
    kwargs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecordedCall:
    """A call as it came, before the function ran: `payload` is the pickle (protocol 5) of `(args, kwargs)`, in one piece, so that
    arguments that share an object still do.

    `number` counts all calls seen, from 0; `caller` is `file:line` of the calling line, "" where unknown; `types` are the arguments'
    type names, in order, keywords as `name=type`; `size` is the payload's bytes; `seconds` what the call took, NaN where not measured.
    """

    number: int
    payload: bytes
    caller: str
    types: tuple[str, ...]
    size: int
    seconds: float


@dataclass(frozen=True, slots=True)
class RecordedCalls:
    """What was recorded of a function: the calls kept, how many were seen, and what could not be kept, by reason.

    `function` is `module:qualified.name`; `seen` counts every call, kept or not; `lost` maps a reason in words ("argument 2 is a
    socket, which cannot be copied") to how many calls it cost; `sampled` is the reason why only some of the calls were kept, or "".
    """

    function: str
    calls: tuple[RecordedCall, ...]
    seen: int
    lost: dict[str, int]
    sampled: str = ""
