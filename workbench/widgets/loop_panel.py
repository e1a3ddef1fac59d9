"""A study as a panel in Jupyter: a strip of its steps, a button for each, and a card for each candidate."""

from __future__ import annotations

import textwrap
import threading
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets

from workbench.assets.bundle import module
from workbench.errors import UsageError, WorkbenchError
from workbench.study.candidates import is_text
from workbench.study.folder.store import Folder
from workbench.widgets.loop_cards import card, head, strip, thoughts
from workbench.widgets.loop_fields import ACTIONS, NEXT, buttons, fields, laid_out
from workbench.widgets.loop_thread import MainThread
from workbench.widgets.loop_words import comes_next, look, to_apply
from workbench.widgets.parts import error_words, message

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.widgets.loop_words import Seen, Steps

UNREAD = "The study cannot be read."


def panel(study: Steps) -> LoopPanel:
    """The study as a widget. Raises what opening its folder does."""
    return LoopPanel(study)


class LoopPanel(ipywidgets.VBox):  # type: ignore[misc]
    """A study's panel. `buttons` and `fields` are its parts by name; `seen` is the newest look at the study, None before the first.

    A step runs in the kernel's main thread; what it raises is said in the panel. Without a kernel its stored form is the study's status.
    """

    def __init__(self, study: Steps) -> None:
        self.study, self._folder = study, Folder.open(study.path)
        self.seen: Seen | None = None
        self._main, self._free, self._offered = MainThread(), threading.Lock(), ""
        self.buttons, self.fields = buttons(), fields(f"{study.path.name}.html")
        self.shown = {name: ipywidgets.HTML() for name in ("head", "strip", "said", "thoughts")}
        self._cards: dict[str, Any] = {}
        self.shown["cards"] = ipywidgets.VBox()
        for key, button in self.buttons.items():
            button.on_click(partial(self._pressed, key))
        super().__init__(
            laid_out(self.buttons, self.fields, self.shown, module("panel.css") + module("loop_panel.css"))
        )
        self.add_class("workbench-panel")
        self.add_class("workbench-loop")
        self._finish("")

    def _repr_mimebundle_(self, **options: Any) -> dict[str, Any] | None:
        found: dict[str, Any] | None = super()._repr_mimebundle_(**options)
        if found is not None:
            try:
                found["text/plain"] = self.study.status()
            except WorkbenchError as error:
                found["text/plain"] = f"{UNREAD} {error}"
        return found

    def _pressed(self, key: str, _button: object = None) -> None:
        """Do a button's step, unless one runs. Where the main thread is busy with a cell, it is done after that."""
        if self.buttons[key].disabled or not self._free.acquire(blocking=False):
            return
        for button in self.buttons.values():
            button.disabled = True
        if self._main.elsewhere:
            self.shown["said"].value = message("running", ACTIONS[key].name, "waits until the running cell is done.")
        self._main.run(partial(self._do, key))

    def _do(self, key: str) -> None:
        try:
            self._finish(self._outcome(key))
        except KeyboardInterrupt:
            self._finish(message("error", f"{ACTIONS[key].name} was interrupted", "when it was nearly done."))

    def _outcome(self, key: str) -> str:
        """Run a step: the message to show."""
        action = ACTIONS[key]
        try:
            self.buttons[key].description = action.running
            self.shown["said"].value = message("running", action.name, "Interrupt the kernel to stop it.")
            done = self._steps()[key]()
            return message("done", action.name, done) if done else ""
        except KeyboardInterrupt:
            return message("error", f"{action.name} was interrupted", "before it was done.")
        except WorkbenchError as error:
            return message("error", action.name, str(error))
        except (Exception, SystemExit) as error:  # noqa: BLE001
            said = f"{error_words(error)}\nIn a cell, {action.call} shows where that comes from."
            return message("error", action.name, said)

    def _finish(self, said: str) -> None:
        """Say what came of a step, read the study anew, and let the next button be pressed."""
        try:
            self.seen = look(self.study, self._folder, self.seen.written if self.seen else "")
        except WorkbenchError as error:
            said += message("error", UNREAD, str(error))
        except Exception as error:  # noqa: BLE001
            said += message("error", UNREAD, error_words(error))
        self.shown["said"].value = said
        if self.seen is not None:
            self._show(self.seen)
        self._rest()
        if self._free.locked():
            self._free.release()

    def _show(self, seen: Seen) -> None:
        self.shown["head"].value = head(seen)
        self.shown["strip"].value = strip(seen)
        self.shown["thoughts"].value = thoughts(seen)
        for one in seen.standing.candidates:
            self._cards.setdefault(one.label, ipywidgets.HTML()).value = card(seen, one)
        self.shown["cards"].children = [self._cards[one.label] for one in reversed(seen.standing.candidates)]
        if self.fields["source"].value in ("", self._offered):
            self.fields["source"].value = self._offered = textwrap.dedent(seen.text).strip()

    def _rest(self) -> None:
        """The buttons as they are between steps: named after what they are about, and only those that can do something."""
        newest, ready = self._newest(), self._ready()
        coming = NEXT.get(comes_next(self.seen), "") if self.seen else ""
        for key, button in self.buttons.items():
            about = {"verify": newest, "apply": ready}.get(key, "")
            button.description = f"{ACTIONS[key].name} {about}".strip()
            button.disabled = (key == "verify" and not newest) or (key == "apply" and not ready)
            button.button_style = "primary" if key == coming else ""

    def _newest(self) -> str:
        return self.seen.standing.candidates[-1].label if self.seen and self.seen.standing.candidates else ""

    def _ready(self) -> str:
        return to_apply(self.seen.standing) if self.seen else ""

    def _steps(self) -> dict[str, Callable[[], str]]:
        """What each button does: a function of what is then said, "" where the strip and the cards say it."""
        study, given = self.study, self.fields
        return {
            "refresh": lambda: "",
            "baseline": lambda: _quiet(study.baseline()),
            "profile": lambda: _quiet(study.profile()),
            "record": lambda: repr(study.record()),
            "hypothesis": self._add_hypothesis,
            "candidate": self._add_candidate,
            "verify": lambda: _quiet(study.verify(self._newest(), budget=given["budget"].value)),
            "apply": lambda: f"{self._ready()} is written into {study.apply(self._ready())}.",
            "report": self._write_report,
        }

    def _add_hypothesis(self) -> str:
        text = self.fields["hypothesis"].value.strip()
        if not text:
            raise UsageError("There is no text. Write what is thought to cost the time, then add it.")
        self.study.hypothesis(text)
        self.fields["hypothesis"].value = ""
        return ""

    def _add_candidate(self) -> str:
        text = textwrap.dedent(self.fields["source"].value).strip()
        if not is_text(text):
            raise UsageError("The text is no function: begin it with def, async def, a decorator or an import.")
        if self.seen is not None:
            same = next((label for label, source in self.seen.sources.items() if source.strip() == text), "")
            if same:
                raise UsageError(f"This is the text of {same}. Change it, then add it.")
            if text == textwrap.dedent(self.seen.text).strip():
                raise UsageError("This is the target's own text. Change it, then add it.")
        self.study.candidate(f"{text}\n", self.fields["note"].value.strip())
        self.fields["note"].value = ""
        return ""

    def _write_report(self) -> str:
        given = self.fields["report"].value.strip()
        if not given:
            raise UsageError("There is no file name. Write one, such as study.html.")
        if not Path(given).parent.is_dir():
            raise UsageError(f"There is no folder {Path(given).parent}. Make it, or write another path.")
        written = self.study.report(given)
        if self.seen is not None:
            self.seen = replace(self.seen, written=written.name)
        return f"The study is written as {written.absolute()}."


def _quiet(_found: object) -> str:
    """Nothing to say of what a step returned: the strip and the cards show it."""
    return ""
