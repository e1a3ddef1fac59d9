"""How far a run is, told twice a second by a thread while the main one is busy with it."""

from __future__ import annotations

import _thread
import threading
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

from workbench import units
from workbench.render.html_parts import html_text

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.recorder.pulse import Reading

PERIOD = 0.5
"""Seconds from one telling to the next."""


class Teller:
    """Calls `tell` every `period` seconds from `start` to `stop`.

    `loop` is the event loop of the thread that sends what a notebook shows: it tells, so that no thread is added to the program, and no
    recording counts it. Where there is none, a bare thread does.
    """

    def __init__(self, tell: Callable[[], None], loop: Any = None, period: float = PERIOD) -> None:
        self._tell, self._loop, self._period = tell, loop, period
        self._lock, self._ended, self._gone = threading.Lock(), threading.Event(), threading.Lock()

    def start(self) -> None:
        """Begin to tell."""
        if self._loop is not None:
            self._loop.add_callback(self._wait)
        else:
            self._gone.acquire()
            _thread.start_new_thread(self._run, ())

    def stop(self) -> None:
        """End; when this returns, nothing is told any more."""
        self._ended.set()
        with self._lock:
            pass
        if self._loop is None:
            with self._gone:
                pass

    def _run(self) -> None:
        try:
            while not self._ended.wait(self._period):
                self._tell()
        finally:
            self._gone.release()

    def _wait(self) -> None:
        if not self._ended.is_set():
            self._loop.call_later(self._period, self._beat)

    def _beat(self) -> None:
        with self._lock:
            if not self._ended.is_set():
                self._tell()
        self._wait()


def sending_loop(widget: Any) -> Any:
    """The event loop of the thread that sends a widget's messages; None outside a kernel."""
    return getattr(getattr(_kernel(widget), "iopub_thread", None), "io_loop", None)


def hears_meanwhile(widget: Any) -> bool:
    """Whether a widget's kernel can hear a click while its main thread is busy: it has subshells."""
    found: dict[str, Any] = getattr(_kernel(widget), "kernel_info", {})
    return "kernel subshells" in found.get("supported_features", ())


def _kernel(widget: Any) -> Any:
    return getattr(getattr(widget, "comm", None), "kernel", None)


def progress_words(reading: Reading | None) -> str:
    """A reading as one line: elapsed, samples, the hottest function so far, the line of now, memory; what is not known is left out."""
    if reading is None or not reading.elapsed:
        return "beginning"
    parts = [f"{reading.elapsed:.1f} s"]
    if reading.samples:
        parts.append(units.count(reading.samples, "sample"))
    if reading.function:
        parts.append(f"most so far in {reading.function.replace('.<locals>', '')}")
    if reading.line:
        parts.append(f"now at {PurePath(reading.file).name}:{reading.line}")
    if reading.rss:
        parts.append(f"memory {units.size(reading.rss)}")
    return " · ".join(parts)


def progress_line(reading: Reading | None) -> str:
    """The same as HTML, quiet for those who listen: it changes too often to be read out."""
    return f'<span class="figure" role="timer" aria-live="off">{html_text(progress_words(reading), 300)}</span>'
