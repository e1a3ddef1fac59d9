"""The live line: what a long cell shows under itself while it runs, until the view takes its place.

The kernel has a thread that sends what cells print; the line is made and sent there, by a timer of that thread's own event loop, so that
no thread is added to the program, and the cell's is never held up. It is the notebook's machinery, whose time no recording counts.

The line is one display under the cell, updated in place. The final view is an update of the same display, so that it stands where the line
stood, and a stored notebook has the view alone. Where the cell clears its output, the line goes with it and does not come back.
"""

from __future__ import annotations

import os
import sys
import threading
import uuid
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from workbench import units
from workbench.face.notebook import CellLabels
from workbench.magics.shadow import shadow
from workbench.magics.show import complain
from workbench.recorder.pulse import Pulse
from workbench.recorder.run import running
from workbench.render.html_parts import html_text
from workbench.render.text_width import cut, visible

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.recorder.pulse import Reading
    from workbench.recorder.run import Recorder

DELAY = 2.0
"""Seconds that a cell runs before it gets a line."""

PERIOD = 1.0
"""Seconds between two looks."""

_SOURCE, _NAME = 80, 60
_ROW = (
    "display:flex;gap:0 1.2em;align-items:baseline;white-space:nowrap;overflow:hidden;font-variant-numeric:tabular-nums"
)
_HEAD = "color:var(--jp-content-font-color2, inherit)"
_WHOLE = "flex:none"
_CUT = "flex:0 1 auto;min-width:0;white-space:pre;overflow:hidden;text-overflow:ellipsis"
_CUT_FIRST = "flex:0 1000 auto;min-width:0;overflow:hidden;text-overflow:ellipsis"


@dataclass(frozen=True, slots=True)
class Outlet:
    """Where the outputs of the cell that runs go: the request that runs it, the shell's publisher, the loop of the sending thread."""

    request: dict[str, Any]
    publisher: Any
    loop: Any

    @classmethod
    def of(cls, shell: Any) -> Outlet | None:
        """The outlet, where a person sees what a cell shows as it comes; None elsewhere.

        Notebook front ends say with a request which cell it is from, and that they can answer `input()`. Programs that run notebooks
        (nbclient and all on top of it) cannot answer; consoles have no cells, and cannot update; a terminal has no kernel.
        """
        publisher = shell.display_pub
        parent = getattr(getattr(shell, "kernel", None), "get_parent", None)
        loop = getattr(getattr(getattr(publisher, "pub_socket", None), "io_thread", None), "io_loop", None)
        request = parent("shell") if parent is not None and loop is not None else None
        if not request or not hasattr(publisher, "session"):
            return None
        seen = (request.get("content") or {}).get("allow_stdin") and (request.get("metadata") or {}).get("cellId")
        return cls(request, publisher, loop) if seen else None

    def send(self, place: str, bundle: dict[str, str], *, update: bool) -> None:
        """Hand one display to the sending thread."""
        publisher = self.publisher
        publisher.session.send(
            publisher.pub_socket,
            "update_display_data" if update else "display_data",
            {"data": bundle, "metadata": {}, "transient": {"display_id": place}},
            parent=self.request,
            ident=publisher.topic,
        )

    def captured(self) -> bool:
        """Whether an Output widget takes what the cell shows now, and what it clears."""
        widget = getattr(sys.modules.get("ipywidgets"), "Output", None)
        known = getattr(sys.modules.get("ipywidgets.widgets.widget"), "_instances", {})
        mine = self.request["header"]["msg_id"]
        return widget is not None and any(
            isinstance(one, widget) and one.msg_id == mine for one in list(known.values())
        )


class Live:
    """The line under one cell or statement, about the recorder that runs; `several` where one after another does, each with its engine.

    It is begun just before the recorder, and may be ended more than once.
    """

    def __init__(self, shell: Any, *, several: bool = False) -> None:
        self._outlet = Outlet.of(shell)
        self._cells = CellLabels(shell)
        self._several = several
        self._delay, self._period = DELAY, PERIOD
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._place = ""
        self._ended = self._cleared = False
        self._followed: tuple[Recorder, Pulse] | None = None
        self._timer: object = None
        self._undo: Callable[[], None] = lambda: None
        self._trouble: Exception | None = None
        """A fault of the line's ends the line, never the cell; `stop` tells it."""

    def start(self) -> None:
        """Have the line appear once the cell has run long enough."""
        outlet = self._outlet
        if outlet is None:
            return
        clear = outlet.publisher.clear_output

        def clear_output(*args: Any, **kwargs: Any) -> Any:
            self._give_way(outlet)
            return clear(*args, **kwargs)

        self._undo = shadow(outlet.publisher, "clear_output", clear_output)
        outlet.loop.add_callback(self._wait, outlet, self._delay)

    def stop(self) -> str:
        """End it; the display where the line stands and the view is to be, empty where there is none."""
        outlet = self._outlet
        if outlet is None or os.getpid() != self._process:
            return ""
        self._undo()
        with self._lock:
            ended, self._ended = self._ended, True
        if not ended:
            outlet.loop.add_callback(self._close, outlet)
            if self._trouble is not None:
                complain(f"the live line ended early, the cell did not notice: {self._trouble!r}")
        return "" if outlet.captured() else self._place

    def _give_way(self, outlet: Outlet) -> None:
        """The cell clears its output: what it shows there is its own from now on."""
        if os.getpid() == self._process and not outlet.captured():
            with self._lock:
                self._cleared, self._place = True, ""

    def _wait(self, outlet: Outlet, seconds: float) -> None:
        if not self._ended:
            self._timer = outlet.loop.call_later(seconds, self._beat, outlet)

    def _beat(self, outlet: Outlet) -> None:
        try:
            recorder = running()
            if recorder is not None and not outlet.captured():
                reading = self._follow(recorder).read()
                self._show(outlet, line(reading, recorder.engine if self._several else ""))
        except Exception as trouble:  # noqa: BLE001
            self._trouble = trouble.with_traceback(None)
            return
        self._wait(outlet, self._period)

    def _show(self, outlet: Outlet, bundle: dict[str, str]) -> None:
        with self._lock:
            if self._ended or self._cleared:
                return
            place = self._place or uuid.uuid4().hex
            outlet.send(place, bundle, update=bool(self._place))
            self._place = place

    def _follow(self, recorder: Recorder) -> Pulse:
        if self._followed is None or self._followed[0] is not recorder:
            self._part()
            self._followed = recorder, Pulse(recorder, self._cells)
        return self._followed[1]

    def _part(self) -> None:
        followed, self._followed = self._followed, None
        if followed is not None:
            followed[1].close()

    def _close(self, outlet: Outlet) -> None:
        if self._timer is not None:
            outlet.loop.remove_timeout(self._timer)
        self._part()


def line(reading: Reading, engine: str = "") -> dict[str, str]:
    """A reading as HTML and as plain text, both one line; what is unknown is left out. `engine`: which of several runs it is.

    Where the line is too narrow, the function is cut first, then the source.
    """
    parts = [(f"engine {engine} running" if engine else "running", elapsed(reading.elapsed), _WHOLE)]
    if reading.rss:
        parts.append(("memory", units.size(reading.rss), _WHOLE))
    if reading.line:
        parts.append(("now", f"{reading.file}:{reading.line}", _WHOLE))
    if reading.source:
        parts.append(("", cut(visible(reading.source), _SOURCE), _CUT))
    if reading.function:
        parts.append(("most so far in", cut(visible(reading.function), _NAME), _CUT_FIRST))
    text = ", ".join(f"{head} {what}".strip() for head, what, _ in parts)
    spans = "".join(
        f'<span style="{style}"><span style="{_HEAD}">{head}</span> <b>{html_text(what)}</b></span>'
        if head
        else f'<code style="{style}">{html_text(what)}</code>'
        for head, what, style in parts
    )
    names = 'data-workbench-live role="timer" aria-label="Profile of the running cell" class="tex2jax_ignore mathjax_ignore"'
    return {"text/plain": f"workbench: {text}", "text/html": f'<div {names} style="{_ROW}">{spans}</div>'}


def elapsed(seconds: float) -> str:
    """The nearest whole seconds, and minutes and hours where there are any: `12 s`, `2 min 05 s`, `1 h 02 min`."""
    whole = round(seconds)
    if whole < 120:
        return f"{whole} s"
    if whole < 7200:
        return f"{whole // 60} min {whole % 60:02} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02} min"
