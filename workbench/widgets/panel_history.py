"""The history's part of a panel: the recordings as a list, and what can be done with the chosen ones."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import ipywidgets

from workbench import units
from workbench.errors import SaveFailedError, UsageError
from workbench.render.html_parts import html_text
from workbench.render.text_width import cut, pad
from workbench.widgets.panel_fields import button
from workbench.widgets.parts import classed, row

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.widgets.panel_session import Entry, Session

_LEAST, _MOST = 3, 8
_SUFFIXES = {"save": ".wbp", "report": ".html"}
_NONE = "Nothing is recorded in this session yet."
_HOW = "Choose one to show, or two to compare, the second one with Ctrl, Cmd or Shift held."
_WIDTHS = (4, 34, 8, 12, 10)


class HistoryPart:
    """`rows` is the list, `buttons` and `fields` are the parts by name. Each action returns what is then said, and raises what the session
    does."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._entries: dict[int, Entry] = {}
        self._offered: dict[str, str] = {}
        self.rows = classed(
            ipywidgets.SelectMultiple(
                description="Recordings", layout={"width": "auto"}, tooltip="The session's recordings, the newest first"
            ),
            "list",
        )
        self.head, self.about = ipywidgets.HTML(), ipywidgets.HTML()
        self.buttons = {name: button(name) for name in ("show", "compare", "delete", "rename", "save", "report")}
        self.fields = {
            "name": _field("Name", "a name of yours", "What the recording is called"),
            "save": _field("File", "recording.wbp", "The .wbp file that Save writes"),
            "report": _field("Page", "recording.html", "The HTML file that Report writes"),
        }
        self._tools = self._laid_out()
        self.rows.observe(self._choose, "value")

    def laid_out(self, *below: Any) -> Any:
        """The part as one widget, with others below it."""
        return classed(ipywidgets.VBox([self.head, *self._tools, *below]), "history")

    def _laid_out(self) -> list[Any]:
        given, made = self.fields, self.buttons
        looking = row("group", made["show"], made["compare"], made["delete"])
        naming = row("form", given["name"], made["rename"])
        saving = row("form", given["save"], made["save"])
        reporting = row("form", given["report"], made["report"])
        return [self.rows, self.about, row("files", looking, naming), row("files", saving, reporting)]

    def refresh(self, choose: int | None = None) -> None:
        """Read the history anew; `choose` is the recording to be chosen, else those stay chosen that are still there."""
        found = self._session.entries()
        self._entries = {one.number: one for one in found}
        wanted = self.rows.value if choose is None else (choose,)
        self.rows.rows = min(max(len(found), _LEAST), _MOST)
        self.rows.options = [(_line(one), one.number) for one in reversed(found)]
        self.rows.value = tuple(number for number in wanted if number in self._entries)
        self.head.value = "" if found else f'<p class="quiet">{_NONE}</p>'
        for one in self._tools:
            one.layout.display = None if found else "none"
        self._choose()

    def rest(self, *, busy: bool) -> None:
        """Let those buttons be pressed that can do something, none while it is `busy`."""
        count = len(self.rows.value)
        for name, one in self.buttons.items():
            fits = count == 2 if name == "compare" else count >= 1 if name == "delete" else count == 1
            one.disabled = busy or not fits

    @property
    def chosen(self) -> list[Entry]:
        """The chosen recordings, oldest first."""
        return [self._entries[number] for number in sorted(self.rows.value)]

    def one(self) -> Entry:
        """The chosen recording. Raises UsageError where there is not one."""
        if len(self.chosen) != 1:
            raise UsageError("Choose one recording in the list.")
        return self.chosen[0]

    def two(self) -> tuple[Entry, Entry]:
        """The two chosen recordings, the older one first. Raises UsageError where there are not two."""
        if len(self.chosen) != 2:
            raise UsageError("Choose two recordings in the list, the second one with Ctrl, Cmd or Shift held.")
        before, after = self.chosen
        return before, after

    def rename(self) -> str:
        """Name the chosen recording as its field says."""
        entry, name = self.one(), self.fields["name"].value
        self._session.rename(entry.number, name)
        self.refresh()
        return (
            f"Recording {entry.number} is named {name.strip()!r}."
            if name.strip()
            else f"Recording {entry.number} has no name now."
        )

    def delete(self) -> str:
        """Take the chosen recordings out of the history."""
        gone = self.chosen
        for entry in gone:
            self._session.forget(entry.number)
        self.refresh()
        return f"{units.count(len(gone), 'recording')} deleted from the session. Files that were saved stay."

    def path(self, what: str) -> Path:
        """The path to write to. Raises UsageError where there is none, SaveFailedError where its folder is not there."""
        given = self.fields[what].value.strip()
        suffix = _SUFFIXES[what]
        if not given:
            raise UsageError(f"There is no file name. Write one, such as recording{suffix}.")
        path = Path(given).expanduser()
        if path.is_dir():
            raise SaveFailedError(f"{path} is a folder. Write the name of a file.")
        path = path if path.suffix else path.with_suffix(suffix)
        if not path.parent.is_dir():
            raise SaveFailedError(f"There is no folder {path.parent}. Make it, or write another path.")
        return path

    def write(self, what: str, number: int, path: Path) -> str:
        """Write a recording, as `save` or `report` says."""
        write: Callable[[int, Path], Path] = self._session.save if what == "save" else self._session.report
        return f"Recording {number} is written to {write(number, path).absolute()}."

    def _choose(self, _change: object = None) -> None:
        chosen = self.chosen
        self.about.value = (
            "".join(map(_told, chosen)) if len(chosen) <= 2 else f'<p class="quiet">{len(chosen)} chosen</p>'
        )
        if not chosen:
            self.about.value = f'<p class="quiet">{_HOW}</p>'
        only = chosen[0] if len(chosen) == 1 else None
        self.fields["name"].value = only.name if only else ""
        for what, suffix in _SUFFIXES.items():
            if self.fields[what].value in ("", self._offered.get(what, "")):
                self._offered[what] = f"{_slug(only.title)}{suffix}" if only else ""
                self.fields[what].value = self._offered[what]


def _field(words: str, placeholder: str, tip: str) -> Any:
    return ipywidgets.Text(
        description=words,
        placeholder=placeholder,
        tooltip=tip,
        layout={"width": "auto"},
        style={"description_width": "42px"},
    )


def _line(one: Entry) -> str:
    """An entry as columns of the list."""
    cells = (f"{one.number}", one.title, one.engine, units.seconds(one.seconds), one.when)
    shown = [pad(cut(" ".join(cell.split()), width), width) for cell, width in zip(cells, _WIDTHS)]
    return "  ".join([*shown, one.ended]).rstrip().replace(" ", "\u00a0")


def _told(one: Entry) -> str:
    """An entry in full, as HTML."""
    name = f"<b>{html_text(one.name)}</b> " if one.name else ""
    ended = f", ended by {html_text(one.ended)}" if one.ended and one.ended != "interrupted" else ""
    ended = ", interrupted" if one.ended == "interrupted" else ended
    return (
        f'<p class="about">{one.number} {name}<code>{html_text(one.target, 200)}</code> {html_text(one.engine)}, '
        f"{units.seconds(one.seconds)}, {html_text(one.when)}{ended}</p>"
    )


def _slug(name: str) -> str:
    return re.sub(r"[^\w-]+", "-", name).strip("-")[:40].lower() or "recording"
