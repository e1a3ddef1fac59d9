"""What the buttons of a panel's list of recordings do, what is said of it, and what is asked before anything is lost."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

import ipywidgets

from workbench.errors import UsageError, WorkbenchError
from workbench.render.html_parts import html_text
from workbench.widgets.panel_fields import ACTIONS, button
from workbench.widgets.parts import classed, error_words, message, row

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable

    from workbench.widgets.panel_history import HistoryPart
    from workbench.widgets.panel_session import Session


class Acts:
    """The buttons of the list. `told` says what came of the last one; `yes` and `no` answer its question, where it has one.

    `free` is held while something goes on: nothing is done meanwhile. `put` shows a widget in the place of the view.
    """

    def __init__(
        self, session: Session, history: HistoryPart, free: threading.Lock, put: Callable[[Any], None]
    ) -> None:
        self._session, self._history, self._free, self._put = session, history, free, put
        self._agreed: Callable[[], str] | None = None
        self.told = ipywidgets.HTML()
        self.yes, self.no = button("yes"), button("no")
        self.ask = classed(row("form", self.yes, self.no), "ask")
        self.yes.on_click(self._yes)
        self.no.on_click(self.clear)
        acts: dict[str, Callable[[], str]] = {
            "show": self._show,
            "compare": self._compare,
            "delete": self._delete,
            "rename": history.rename,
            "save": partial(self._write, "save"),
            "report": partial(self._write, "report"),
        }
        for key, act in acts.items():
            history.buttons[key].on_click(partial(self._pressed, key, act))
        self.clear()

    def clear(self, _button: object = None) -> None:
        """Say nothing, and ask nothing."""
        self._agreed, self.told.value = None, ""
        self.ask.layout.display = "none"

    def _pressed(self, key: str, act: Callable[[], str], _button: object = None) -> None:
        if not self._history.buttons[key].disabled:
            self._do(ACTIONS[key].name, act)

    def _yes(self, _button: object = None) -> None:
        if self._agreed is not None:
            self._do("", self._agreed)

    def _do(self, name: str, act: Callable[[], str]) -> None:
        """Do it, unless something else goes on."""
        if not self._free.acquire(blocking=False):
            return
        try:
            self.clear()
            self._tell(name, act)
        finally:
            self._free.release()
            self._history.rest(busy=False)

    def _tell(self, name: str, act: Callable[[], str]) -> None:
        try:
            said = act()
            kind = "done" if self._agreed is None else "asking"
            self.told.value = message(kind, "", said) if said else ""
        except WorkbenchError as error:
            self.told.value = message("error", name, str(error))
        except Exception as error:  # noqa: BLE001
            self.told.value = message("error", name, error_words(error))

    def _asked(self, question: str, yes: str, act: Callable[[], str]) -> str:
        """Ask before something is lost; `act` is done where that is agreed to."""
        self._agreed = act
        self.yes.description = yes
        self.ask.layout.display = None
        return question

    def _show(self) -> str:
        self._put(self._session.view(self._history.one().number))
        return ""

    def _compare(self) -> str:
        before, after = self._history.two()
        self._put(as_widget(self._session.compare(before.number, after.number)))
        return f"Recording {after.number} ({after.title}) against recording {before.number} ({before.title}), below."

    def _delete(self) -> str:
        chosen = self._history.chosen
        if not chosen:
            raise UsageError("Choose a recording in the list.")
        what = f"recording {chosen[0].number} ({chosen[0].title})" if len(chosen) == 1 else f"{len(chosen)} recordings"
        question = f"Delete {what} from this session? What was not saved is gone then."
        return self._asked(question, "Yes, delete", self._history.delete)

    def _write(self, what: str) -> str:
        path, number = self._history.path(what), self._history.one().number
        write = partial(self._history.write, what, number, path)
        if path.exists():
            return self._asked(f"There is a file {path} already. Overwrite it?", "Yes, overwrite", write)
        return write()


def as_widget(found: Any) -> Any:
    """Something that shows itself, as a widget: itself where it is one, else its HTML, else its text."""
    if isinstance(found, ipywidgets.DOMWidget):
        return found
    bundle = found._repr_mimebundle_()
    data = bundle[0] if isinstance(bundle, tuple) else bundle
    return ipywidgets.HTML(data.get("text/html") or f"<pre>{html_text(data['text/plain'], 100_000)}</pre>")
