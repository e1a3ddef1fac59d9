"""A recording as HTML: a whole offline page, and the fragment that a notebook stores."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING
from uuid import uuid4

from workbench.assets.bundle import script, styles
from workbench.assets.embed import script_json, stored_size, utf8
from workbench.errors import UsageError
from workbench.render.html_static import static_twin
from workbench.render.html_words import view_payload
from workbench.render.text import text
from workbench.render.text_width import visible

if TYPE_CHECKING:
    from workbench.model.facts import Evidence
    from workbench.model.recording import Recording

REPORT_LIMIT = 8_000_000
"""Bytes of data a report carries at the most; beyond, small boxes and functions are folded, and the report says so."""
SMALLEST = 130_000
"""Bytes below which a fragment cannot be asked to be: the view itself, its twin and a few functions need them."""

_START = "\nconst styles = {styles};\n{mounting}"
_MOUNT_REPORT = """\
const root = document.getElementById("workbench");
mount(root, JSON.parse(document.getElementById("recording").textContent), { styles });
"""
_MOUNT_FRAGMENT = """\
for (const root of document.querySelectorAll('[data-workbench-id="{name}"]')) if (!root.shadowRoot) mount(root, payload, {{ styles }});
"""


def report(recording: Recording) -> str:
    """One HTML page that opens anywhere, offline: the live view, the text twin, and a plain table where scripts do not run.

    Its Content-Security-Policy allows its own script by hash and no connection whatever.
    """
    from jinja2 import Environment, PackageLoader

    code = script(*kinds(recording)) + _START.format(styles=script_json(styles()), mounting=_MOUNT_REPORT)
    page = Environment(loader=PackageLoader("workbench.render"), autoescape=True, keep_trailing_newline=True)
    return page.get_template("report.html").render(
        title=visible(view_title(recording)),
        hash=_hash(code),
        script=code,
        data=script_json(view_payload(recording, limit=REPORT_LIMIT)),
        static=static_twin(recording, top=20),
        text=utf8(text(recording, width=120, top=20)),
    )


def fragment(recording: Recording, *, limit: int = 300_000) -> str:
    """What a notebook stores as text/html: a static twin, and a script that puts the live view in its place where scripts may run.

    Takes at most `limit` bytes in the notebook's file. May stand in one page with others, and be put there again.
    Raises UsageError for a limit in which no view has room.
    """
    if limit < SMALLEST:
        raise UsageError(
            f"A view needs {SMALLEST:,} bytes; limit={limit:,} leaves no room for it. Give more, or keep the text only."
        )
    name, twin = uuid4().hex[:12], static_twin(recording)
    start = _START.format(styles=script_json(styles()), mounting=_MOUNT_FRAGMENT.format(name=name))
    code = script(*kinds(recording)) + start
    room = limit - stored_size(_fragment(name, twin, code, ""))
    while True:
        data = script_json(view_payload(recording, limit=room))
        made = _fragment(name, twin, code, data)
        if (over := stored_size(made) - limit) <= 0 or room < 4_000:
            return made
        room -= max(over, room // 8)


def view_title(recording: Recording) -> str:
    """The page's title."""
    return f"{recording.target.name} · workbench"


def kinds(recording: Recording) -> tuple[Evidence, ...]:
    """What the numbers of its passes rest on."""
    return tuple(dict.fromkeys(one.evidence for one in recording.all_passes))


def _fragment(name: str, twin: str, code: str, data: str) -> str:
    return (
        f'<div class="workbench" data-workbench-id="{name}">\n{twin}\n</div>\n'
        f'<script type="module">\nconst payload = {data};\n{code}</script>\n'
    )


def _hash(code: str) -> str:
    return base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()
