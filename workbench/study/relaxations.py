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
    "memory": "peak memory may be 10 % more, or as said (memory:50%, memory:64MiB)",
    "lazy": "items may come one by one where a list was, and the other way round",
}
"""The relaxations, and what each allows."""


@dataclass(frozen=True, slots=True)
class Allowed:
    """Relaxations, understood. Memory at once may grow by the share `peak` or by `room` bytes; `said` are sentences for the verdict."""

    rules: Rules
    cache: bool
    output: bool
    lazy: bool
    peak: float
    room: float
    said: tuple[str, ...]


def understood(words: Iterable[str]) -> Allowed:
    """From words such as `cache` or `float:1e-6`. Raises UsageError for one that is not known or whose value is off."""
    given: dict[str, str] = {}
    for word in words:
        name, _, value = word.strip().partition(":")
        if name not in WORDS:
            raise UsageError(f"{word!r} is no relaxation: {near(name, WORDS)}")
        if value and name not in EXAMPLES:
            raise UsageError(f"{word!r} is no relaxation: {name} has no value. Say {name!r} alone.")
        given[name] = value
    relative = _number("float", given["float"] or "1e-9") if "float" in given else 0.0
    peak, room = _memory(given.get("memory") or "10%")
    rules = Rules(relative=relative, unordered="order" in given, types="types" not in given)
    said = tuple(_said(name, value) for name, value in given.items())
    return Allowed(rules, "cache" in given, "output" in given, "lazy" in given, peak, room, said)


def _said(name: str, value: str) -> str:
    if not value:
        return WORDS[name].partition(", or as said")[0]
    return (
        f"peak memory may be {value} more"
        if name == "memory"
        else f"{WORDS[name].partition(' by a')[0]} by a relative {value}"
    )


SIZES = {"KiB": 1 << 10, "MiB": 1 << 20, "GiB": 1 << 30, "kB": 10**3, "KB": 10**3, "MB": 10**6, "GB": 10**9, "B": 1}


def _memory(text: str) -> tuple[float, float]:
    """A share and a number of bytes, one of them nought, from `50%`, `0.5` or `64MiB`."""
    unit = next((unit for unit in SIZES if text.endswith(unit)), None)
    if unit is None:
        return _number("memory", text), 0.0
    return 0.0, SIZES[unit] * _number("memory", text.removesuffix(unit).strip(), whole=text)


EXAMPLES = {"float": "float:1e-6", "memory": "memory:50% or memory:64MiB"}


def _number(name: str, text: str, whole: str = "") -> float:
    try:
        value = float(text.removesuffix("%")) / (100 if text.endswith("%") else 1)
    except ValueError:
        value = -1.0
    if not 0 <= value < float("inf"):
        raise UsageError(
            f"{name}:{whole or text} is no relaxation: a number is expected after the colon, such as {EXAMPLES[name]}."
        )
    return value
