"""What a comparison was told to put up with: words that are declared beforehand, and printed with the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench.errors import UsageError, near
from workbench.study.strict.compare import Rules

if TYPE_CHECKING:
    from collections.abc import Iterable

WORDS = {
    "cache": "results may be kept from call to call",
    "order": "items may come in another order",
    "types": "equal values may be of other types (1 and 1.0)",
    "float": "floating-point numbers may differ by a relative 1e-9, or as said (float:1e-6)",
    "output": "other output and warnings are allowed",
    "memory": "peak memory may be 10 % more, or as said (memory:50%)",
    "lazy": "items may come one by one where a list was, and the other way round",
}
"""The relaxations, and what each allows."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Relaxations, understood. `peak` is by which share memory at once may grow; `said` are sentences for the verdict."""

    rules: Rules
    cache: bool
    output: bool
    lazy: bool
    peak: float
    said: tuple[str, ...]


def understood(words: Iterable[str]) -> Allowed:
    """From words such as `cache` or `float:1e-6`. Raises UsageError for one that is not known or whose value is off."""
    given: dict[str, str] = {}
    for word in words:
        name, _, value = word.strip().partition(":")
        if name not in WORDS:
            raise UsageError(f"{word!r} is no relaxation: {near(name, WORDS)}")
        given[name] = value
    relative = _number("float", given["float"] or "1e-9") if "float" in given else 0.0
    peak = _number("memory", given.get("memory") or "10%")
    rules = Rules(relative=relative, unordered="order" in given, types="types" not in given)
    said = tuple(
        WORDS[name].partition(", or as said")[0] + (f" ({value})" if value else "") for name, value in given.items()
    )
    return Allowed(rules, "cache" in given, "output" in given, "lazy" in given, peak, said)


def _number(name: str, text: str) -> float:
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise UsageError(
            f"{name}:{text} is no relaxation: a number is expected after the colon, such as {name}:1e-6 or {name}:50%."
        )
    return value
