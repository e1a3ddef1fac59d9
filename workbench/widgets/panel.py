"""A panel that records: a target, an engine and its options, a run that is watched and can be cancelled, and the session's recordings."""

from __future__ import annotations

import threading
from functools import partial
from typing import TYPE_CHECKING, Any

import ipywidgets

from workbench.assets.bundle import module
from workbench.errors import UsageError, WorkbenchError
from workbench.render.html_parts import html_text
from workbench.widgets.loop_thread import MainThread
from workbench.widgets.panel_acts import Acts
from workbench.widgets.panel_fields import ACTIONS, button, laid_out, offer, target_fields
from workbench.widgets.panel_history import HistoryPart
from workbench.widgets.panel_options import fit, measures, option_fields, options_of, options_row
from workbench.widgets.panel_progress import Teller, hears_meanwhile, progress_line, sending_loop
from workbench.widgets.panel_session import Wanted
from workbench.widgets.parts import error_words, message

if TYPE_CHECKING:
    from workbench.widgets.panel_session import Ran, Session

HEAD = '<h3>Profile</h3><p class="quiet">Choose what to run and what is to observe it.</p>'
STORED = "A panel to record with. It works where a kernel runs: workbench.panel() shows it anew."
WAITS = '<span role="status">waits until the running cell is done</span>'
BY_KERNEL = '<span class="quiet"> · interrupt the kernel to stop it</span>'


class RunPanel(ipywidgets.VBox):  # type: ignore[misc]
    """The panel of a session. `buttons`, `fields`, `options` and `shown` are its parts by name, `history` is the list of recordings.

    A run is done in the kernel's main thread; whatever it raises is said in the panel, and its recording is kept.
    """

    def __init__(self, session: Session) -> None:
        self._session = session
        self._main, self._free = MainThread(), threading.Lock()
        self._runs = self._stopped = self._closed = self._deaf = False
        self.history = HistoryPart(session)
        self.acts = Acts(session, self.history, self._free, self._put)
        self.buttons = {name: button(name) for name in ("refresh", "run", "cancel")} | self.history.buttons
        self.fields, self.options = target_fields(), option_fields()
        self.shown: dict[str, Any] = {
            name: ipywidgets.HTML() for name in ("head", "fault", "measures", "progress", "said")
        }
        self.shown |= {"printed": ipywidgets.Output(), "view": ipywidgets.VBox()}
        self.shown["head"].value = HEAD
        self._options = options_row(self.options)
        below = self.history.laid_out(self.acts.told, self.acts.ask)
        style = module("panel.css") + module("run_panel.css")
        super().__init__(laid_out(self.buttons, self.fields, self.shown, self._options, below, style))
        self.add_class("workbench-panel")
        self.add_class("workbench-run")
        self._listen()
        self._fit()
        self.refresh()

    def refresh(self, _button: object = None) -> None:
        """Look anew at the notebook's functions and at the history."""
        offer(self.fields["callee"], self._session.callees())
        self.history.refresh()
        self._check()
        self._rest()

    def close(self) -> None:
        """Take the panel away. A statement that runs goes on to its end, and its recording is kept; one that waits does not begin."""
        self._closed = True
        super().close()

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any] | None:
        self.refresh()
        found: dict[str, Any] | None = super()._repr_mimebundle_(**options)
        if found is not None:
            found["text/plain"] = STORED
        return found

    def _listen(self) -> None:
        self.fields["callee"].observe(self._propose, "value")
        self.fields["statement"].observe(self._check, "value")
        self.fields["engine"].observe(self._fit, "value")
        self.history.rows.observe(self._chosen, "value")
        self.buttons["refresh"].on_click(self.refresh)
        self.buttons["run"].on_click(self._pressed)
        self.buttons["cancel"].on_click(self._cancel)

    def _propose(self, _change: object) -> None:
        name = self.fields["callee"].value
        found = next((one for one in self._session.callees() if one.name == name), None)
        if found is not None:
            self.fields["statement"].value = found.proposal

    def _check(self, _change: object = None) -> None:
        text = self.fields["statement"].value
        fault = self._session.fault(text) if text.strip() else ""
        self.shown["fault"].value = f'<p class="fault" role="status">{html_text(fault, 300)}</p>' if fault else ""

    def _fit(self, _change: object = None) -> None:
        engine = self.fields["engine"].value
        self.shown["measures"].value = f'<p class="quiet">{html_text(measures(engine), 200)}</p>'
        fit(self.options, self._options, engine)

    def _chosen(self, _change: object) -> None:
        self.acts.clear()
        self._rest()

    def _put(self, widget: Any) -> None:
        """Show a widget in the place of the view; what was shown there is let go."""
        before = self.shown["view"].children
        self.shown["view"].children = [widget]
        for one in before:
            one.close()

    def _pressed(self, _button: object = None) -> None:
        """Begin a run, unless one goes on. Where the main thread is busy with a cell, it begins after that."""
        if not self._free.acquire(blocking=False):
            return
        self.acts.clear()
        try:
            wanted = self._wanted()
        except WorkbenchError as error:
            self._finish(message("error", "", str(error)))
            return
        self._runs, self._stopped = True, False
        self.shown["said"].value = ""
        self.shown["progress"].value = WAITS if self._main.elsewhere else ""
        self._deaf = not self._main.elsewhere and not hears_meanwhile(self)
        self._rest()
        self._main.run(partial(self._do, wanted))

    def _wanted(self) -> Wanted:
        text = self.fields["statement"].value
        fault = self._session.fault(text)
        if fault:
            raise UsageError(fault)
        engine = self.fields["engine"].value
        options, once = options_of(engine, self.options)
        return Wanted(text, engine, options, once)

    def _do(self, wanted: Wanted) -> None:
        """A run, in the main thread. Whatever becomes of it, the panel can be used afterwards."""
        if self._stopped or self._closed:
            self._finish(message("done", "Cancelled", "before it began; nothing was run."))
            return
        teller, said = Teller(self._tell, sending_loop(self)), ""
        try:
            self.shown["printed"].outputs = ()
            self.shown["progress"].value = progress_line(None)
            teller.start()
            with self.shown["printed"]:
                said = self._ran(wanted)
        except KeyboardInterrupt:
            said = said or message("done", "Interrupted", "before anything was recorded.")
        finally:
            teller.stop()
            self._finish(said)

    def _ran(self, wanted: Wanted) -> str:
        """Do a run and show its recording: what is then said."""
        try:
            ran = self._session.run(wanted)
            self.history.refresh(choose=ran.number)
            if not self._closed:
                self._put(self._session.view(ran.number))
            return _ended(ran)
        except WorkbenchError as error:
            return message("error", "", str(error))
        except KeyboardInterrupt:
            return message("done", "Interrupted", "before it was done; what was recorded is in the list.")
        except (Exception, SystemExit) as error:  # noqa: BLE001
            return message("error", error_words(error), "What was recorded is in the list.")

    def _tell(self) -> None:
        line = progress_line(self._session.reading())
        self.shown["progress"].value = line + BY_KERNEL if self._deaf else line

    def _cancel(self, _button: object = None) -> None:
        if not self.buttons["cancel"].disabled:
            self._stopped = True
            self._session.cancel()

    def _finish(self, said: str) -> None:
        self.shown["said"].value, self.shown["progress"].value = said, ""
        self._runs = False
        self._free.release()
        self._rest()

    def _rest(self) -> None:
        """The buttons as they are now. During a run Cancel can be pressed; Run does nothing then, and is not disabled, so that it keeps the
        keyboard's focus."""
        busy = self._runs
        self.history.rest(busy=busy)
        self.buttons["refresh"].disabled = busy
        self.buttons["run"].description = "Running" if busy else ACTIONS["run"].name
        self.buttons["run"].button_style = "" if busy else "primary"
        self.buttons["cancel"].disabled = not busy


def _ended(ran: Ran) -> str:
    """How a run ended, as HTML."""
    kept = f"What was recorded up to there is kept as recording {ran.number}."
    if ran.interrupted:
        return message("done", "Interrupted.", kept)
    if not ran.error:
        return message("done", "", f"Done: recording {ran.number}.")
    lines = "<br>".join(html_text(line, 200) for line in ran.trace.splitlines())
    return message("error", ran.error, kept) + (f'<pre class="trace">{lines}</pre>' if lines else "")
