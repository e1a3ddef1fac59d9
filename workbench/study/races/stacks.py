"""Where threads stand when nothing moves any more, and whether that is at something only another of them can end."""

from __future__ import annotations

import dis
import linecache
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import FrameType

_WAITING = (".acquire(", ".join(", ".wait(", ".get(", ".put(", ".result(")
_WAITERS = ("threading.py", "queue.py", "_base.py")


@dataclass(frozen=True, slots=True)
class Waits:
    """Where somebody stands, in words, and whether it `waits` there, with no time limit, for a lock or the like."""

    said: str
    waits: bool


def waits_at(who: str, frame: FrameType | None) -> Waits:
    """Where a thread stands: its innermost line outside of the standard library's waiting functions."""
    if frame is None:
        return Waits(f"{who} has not begun, or has ended", False)
    library = False
    while Path(frame.f_code.co_filename).name in _WAITERS and frame.f_back is not None:
        library, frame = True, frame.f_back
    file, text = Path(frame.f_code.co_filename), linecache.getline(frame.f_code.co_filename, frame.f_lineno).strip()
    ours = not file.is_relative_to(sysconfig.get_paths()["stdlib"]) or "site-packages" in file.parts
    waits = (library or (ours and _at_lock(frame, text))) and "timeout" not in text
    where = f"{file.name}:{frame.f_lineno} {text}".rstrip()
    return Waits(f"{who} waits at {where}" if waits else f"{who} is at {where}", waits)


def asleep(native: int) -> bool:
    """Whether a thread sleeps, by its native number; one that only waits for a processor does not. True where the system doesn't tell."""
    try:
        stat = Path(f"/proc/self/task/{native}/stat").read_text("ascii", "replace")
    except OSError:
        return True
    return stat.rpartition(")")[2].split()[0] not in ("R", "D")


def _at_lock(frame: FrameType, text: str) -> bool:
    """Whether a line of the program itself is about to take a lock, or calls what waits in C."""
    name = {one.offset: one.opname for one in dis.get_instructions(frame.f_code)}.get(frame.f_lasti, "")
    entering = name == "BEFORE_WITH" or (sys.version_info >= (3, 14) and text.startswith("with "))
    return entering or any(word in text for word in _WAITING)
