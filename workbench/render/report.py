"""A report: recordings as one HTML page that opens anywhere, offline, and from which they are read again.

The page holds, for each recording, the live view, its tables as plain HTML and as text, its figures, and the recording itself
(`formats.html_file`). Its Content-Security-Policy allows its own script by hash and no connection whatever.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from workbench import units
from workbench.assets.bundle import script, styles
from workbench.assets.embed import script_json, utf8
from workbench.errors import SaveFailedError, UsageError
from workbench.formats import html_file, native
from workbench.render import summary
from workbench.render.diff_words import diff_payload
from workbench.render.html_diff import diff_fragment
from workbench.render.html_static import static_twin
from workbench.render.html_words import view_payload
from workbench.render.report_card import Card, card
from workbench.render.report_json import lined_json
from workbench.render.report_notes import notes_html
from workbench.render.text import text
from workbench.render.text_diff import text_of_diff
from workbench.render.text_width import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from workbench.analysis.diff_rows import RecordingDiff
    from workbench.model.facts import Evidence
    from workbench.model.recording import Recording
    from workbench.render.report_figures import Figure

REPORT_LIMIT = 8_000_000
"""Bytes of data that the views of a report have at the most, together; beyond, small boxes are folded, and each view says so."""
MOST = 50
"""Recordings in one report at the most."""

_TOP, _WIDTH = 20, 120
_STYLES = "const styles = {styles};\nconst views = {{ {views} }};\n"


@dataclass(frozen=True, slots=True)
class Change:
    """What changed between two recordings: a title, the answer as plain HTML and as text, and the payload of its live view."""

    title: str
    html: str
    text: str
    payload: str


def change_of(record: RecordingDiff, title: str = "What changed") -> Change:
    """A diff as it stands in a report; its view has a quarter of the report's room."""
    return Change(
        title,
        diff_fragment(record, top=_TOP),
        text_of_diff(record, top=_TOP, width=_WIDTH),
        lined_json(diff_payload(record, limit=REPORT_LIMIT // 4)),
    )


@dataclass(frozen=True, slots=True)
class _Section:
    """One recording on the page. `how` tells it from others of that title; `size` is its file's in words, empty where it is not carried."""

    number: int
    title: str
    how: str
    file: str
    size: str
    static: str
    notes: tuple[str, ...]
    text: str
    payload: str
    carried: str
    figures: tuple[Figure, ...]


def report(
    recordings: Sequence[Recording],
    *,
    title: str = "",
    notes: str = "",
    changes: Sequence[Change] = (),
    redacted: Sequence[str] = (),
    figures: bool = False,
    written: str = "",
) -> str:
    """The page. `notes` are Markdown; `changes` come before the recordings; `redacted` says what was taken out of them, `written` the day.

    Raises UsageError for no recordings or more than `MOST`.
    """
    from jinja2 import Environment, PackageLoader

    if not 0 < len(recordings) <= MOST:
        raise UsageError(f"A report shows 1 to {MOST} recordings, and was given {len(recordings)}.")
    share = (REPORT_LIMIT - REPORT_LIMIT // 4 * bool(changes)) // len(recordings)
    roles = {1: "before · ", len(recordings): "after · "} if changes else {}
    sections = [_section(one, at, share, figures, roles.get(at, "")) for at, one in enumerate(recordings, 1)]
    code = _code(recordings, diff=bool(changes))
    page = Environment(loader=PackageLoader("workbench.render"), autoescape=True, keep_trailing_newline=True)
    return utf8(
        page.get_template("report.html").render(
            title=visible(title, 400) or _title(sections),
            headed=bool(title) or len(sections) > 1,
            head=html_file.head(len(sections)),
            hash=_hash(code),
            styles=_template("report.css"),
            script=code,
            notes=notes_html(notes),
            redacted=tuple(redacted),
            card=_card(recordings, sections),
            changes=changes,
            sections=sections,
            written=written,
        )
    )


def kinds(recording: Recording) -> tuple[Evidence, ...]:
    """What the numbers of its passes rest on."""
    return tuple(dict.fromkeys(one.evidence for one in recording.all_passes))


def _title(sections: Sequence[_Section]) -> str:
    """What the page is called that was given no title: by the first few of its recordings, each once."""
    names = list(dict.fromkeys(section.title for section in sections))
    told = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    return told if len(sections) == 1 else f"{told}: {len(sections)} recordings"


def _card(recordings: Sequence[Recording], sections: Sequence[_Section]) -> Card:
    return card(recordings, [f"{one.number}. {one.title}" for one in sections])


def _section(recording: Recording, number: int, share: int, figures: bool, role: str) -> _Section:
    title = visible(summary.title(recording), 200)
    data = _carried(recording)
    return _Section(
        number=number,
        title=title,
        how=visible(
            f"{role}{', '.join(one.engine for one in recording.all_passes)} · {units.seconds(recording.duration)}", 120
        ),
        file=f"{re.sub(r'[^A-Za-z0-9]+', '-', title).strip('-')[:60] or 'recording'}.wbp",
        size="" if data is None else _size(len(data)),
        static=static_twin(recording, top=_TOP),
        notes=tuple(visible(note, 1_000) for note in recording.notes),
        text=text(recording, width=_WIDTH, top=_TOP),
        payload=lined_json(view_payload(recording, limit=share)),
        carried=html_file.element(number, title, data),
        figures=tuple(_figures(recording)) if figures else (),
    )


def _figures(recording: Recording) -> list[Figure]:
    from workbench.render.report_figures import figures

    return figures(recording)


def _carried(recording: Recording) -> bytes | None:
    """The recording's file, or None where it is larger than a page should be."""
    try:
        data = native.dumps(recording)
    except SaveFailedError:
        return None
    return data if len(data) <= html_file.LARGEST_CARRIED else None


def _size(size: int) -> str:
    return f"{size / 1e6:.1f} MB" if size >= 1_000_000 else f"{max(1, round(size / 1e3)):,} kB"


def _code(recordings: Sequence[Recording], *, diff: bool) -> str:
    every = () if diff else tuple(dict.fromkeys(kind for one in recordings for kind in kinds(one)))
    code = script(*every, diff=diff)
    views = "mount, mountDiff" if diff else "mount"
    return code + _STYLES.format(styles=script_json(styles()), views=views) + _template("report.js")


def _template(name: str) -> str:
    return files("workbench.render").joinpath("templates", name).read_text(encoding="utf-8")


def _hash(code: str) -> str:
    return base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
