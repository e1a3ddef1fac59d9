"""How numbers are written for people: seconds, bytes, shares and their plus-minus."""

from __future__ import annotations

import math

_BYTE_STEPS = ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


def seconds(value: float) -> str:
    """A duration in three significant digits: `1.24 s`, `83.1 ms`, `412 µs`; minutes from 120 s on."""
    if not math.isfinite(value):
        return "unknown"
    size = abs(value)
    if size >= 7200:
        return f"{value / 3600:.1f} h"
    if size >= 120:
        return f"{value / 60:.1f} min"
    for limit, factor, unit in ((1.0, 1.0, "s"), (1e-3, 1e3, "ms"), (1e-6, 1e6, "µs")):
        if size >= limit * 0.9995:
            return f"{_three(value * factor)} {unit}"
    return "0 s" if size == 0 else f"{_three(value * 1e9)} ns"


def size(value: float) -> str:
    """A number of bytes in binary units: `312 MiB`."""
    if not math.isfinite(value):
        return "unknown"
    for step, unit in _BYTE_STEPS:
        if abs(value) >= step:
            return f"{_three(value / step)} {unit}"
    return f"{value:.0f} B"


def share(value: float) -> str:
    """A fraction as per cent: `41.3 %`; from tenfold on `>999 %`."""
    if not math.isfinite(value):
        return "unknown"
    return f"{100 * value:.1f} %" if value < 9.9995 else ">999 %"


def plus_minus(value: float) -> str:
    """Half the width of an interval of a share, in points: `±2.1`."""
    return f"±{100 * value:.1f}" if math.isfinite(value) else "±unknown"


def count(value: int, noun: str) -> str:
    """A counted noun: `1 sample`, `2,004 samples`."""
    return f"{value:,} {noun}" + ("" if value == 1 else "s")


def _three(value: float) -> str:
    digits = 2 if abs(value) < 9.995 else 1 if abs(value) < 99.95 else 0
    return f"{value:,.{digits}f}"
