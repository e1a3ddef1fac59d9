"""The facts around a recording's numbers as JSON, read back strictly: a value of another type is a ValueError."""

from __future__ import annotations

import math
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from workbench.model.facts import Cost, Environment, Evidence, RunError, Source, SourceKind, Target, TargetKind

if TYPE_CHECKING:
    from workbench.model.recording import Recording

_TEXTS = ("engine", "mechanism", "started")


def to_json(recording: Recording) -> dict[str, Any]:
    """Everything of a recording but its tables. Numbers that are not known are null."""
    cost = asdict(recording.cost)
    return {
        **{name: getattr(recording, name) for name in _TEXTS},
        "evidence": recording.evidence,
        "duration": recording.duration,
        "cpu": recording.cpu,
        "strings": list(recording.strings),
        "threads": list(recording.threads),
        "notes": list(recording.notes),
        "target": asdict(recording.target),
        "environment": asdict(recording.environment),
        "cost": {name: _or_null(value) for name, value in cost.items()},
        "error": None if recording.error is None else asdict(recording.error),
        "sources": [asdict(source) for source in recording.sources],
    }


def from_json(meta: dict[str, Any]) -> dict[str, Any]:
    """The arguments of `Recording` that `to_json` wrote. Raises KeyError, TypeError or ValueError."""
    error = meta["error"]
    return {
        **{name: _text(meta[name]) for name in _TEXTS},
        "evidence": Evidence(meta["evidence"]),
        "duration": _number(meta["duration"]),
        "cpu": _number(meta["cpu"]),
        "strings": _texts(meta["strings"]),
        "threads": _texts(meta["threads"]),
        "notes": _texts(meta["notes"]),
        "target": _target(meta["target"]),
        "environment": _environment(meta["environment"]),
        "cost": _cost(meta["cost"]),
        "error": None if error is None else _error(error),
        "sources": tuple(_source(source) for source in _list(meta["sources"])),
    }


def _target(found: dict[str, Any]) -> Target:
    return Target(TargetKind(found["kind"]), _text(found["name"]), _whole(found["repeats"], least=1))


def _source(found: dict[str, Any]) -> Source:
    return Source(_text(found["file"]), _text(found["label"]), SourceKind(found["kind"]), _text(found["text"]))


def _error(found: dict[str, Any]) -> RunError:
    interrupted = found["interrupted"]
    if not isinstance(interrupted, bool):
        raise TypeError("interrupted is not true or false")
    return RunError(_text(found["type"]), _text(found["message"]), interrupted)


def _cost(found: dict[str, Any]) -> Cost:
    interval, own = (math.nan if found[name] is None else _number(found[name]) for name in ("interval", "own"))
    return Cost(interval, _whole(found["samples"]), own, _text(found["method"]))


def _environment(found: dict[str, Any]) -> Environment:
    names = ("python", "implementation", "platform", "machine", "directory")
    packages = tuple((_text(name), _text(version)) for name, version in map(_list, _list(found["packages"])))
    return Environment(
        **{name: _text(found[name]) for name in names},
        cpus=_whole(found["cpus"]),
        stdlib=_texts(found["stdlib"]),
        site=_texts(found["site"]),
        packages=packages,
    )


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"not a text: {value!r:.40}")
    return value


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(f"not a list: {value!r:.40}")
    return value


def _texts(value: Any) -> tuple[str, ...]:
    return tuple(_text(item) for item in _list(value))


def _whole(value: Any, least: int = 0) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"not a whole number: {value!r:.40}")
    if not least <= value < 1 << 63:
        raise ValueError(f"not a number from {least} up")
    return value


def _number(value: Any) -> float:
    """A number of seconds: none is negative or without end."""
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        raise TypeError(f"not a number: {value!r:.40}")
    if not 0 <= value < math.inf:
        raise ValueError("not a number from 0 up")
    return float(value)


def _or_null(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
