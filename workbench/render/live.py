"""HTML that comes alive where scripts may run: a static twin, and the view's code and data packed beside it.

Both are packed by gzip and base64, to take less room in a stored cell; a few plain lines unpack and run them. Where there is no
`DecompressionStream` (browsers before 2023) or no script may run, the twin stays.
"""

from __future__ import annotations

import base64
import gzip
import re
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from workbench.assets.bundle import styles
from workbench.assets.embed import script_json, stored_size

if TYPE_CHECKING:
    from collections.abc import Callable

_LEVEL = 6
_LOADER = """\
const packed = "{packed}";
const roots = [...document.querySelectorAll('[data-workbench-id="{name}"]')];
if (globalThis.DecompressionStream && roots.some((root) => !root.shadowRoot)) {{
const bytes = Uint8Array.from(atob(packed), (one) => one.charCodeAt(0));
const text = await new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
const script = document.createElement("script");
script.type = "module";
script.textContent = text;
document.head.append(script);
script.remove();
}}
"""
_MOUNTING = """\
const styles = {styles};
for (const root of document.querySelectorAll('[data-workbench-id="{name}"]')) if (!root.shadowRoot) {mount}(root, payload, {{ styles }});
"""
_PACKED = re.compile(r'^const packed = "([A-Za-z0-9+/=]*)";$', re.MULTILINE)


def live(twin: str, code: str, mount: str, payload: Callable[[int], dict[str, Any]], limit: int) -> str:
    """`twin` with `code` and its data beside it, of at most `limit` bytes in a notebook's file where that can be.

    `mount` names the function of `code` that draws; `payload(room)` is the data of at most about `room` bytes when packed.
    """
    name = uuid4().hex[:12]
    mounting = _MOUNTING.format(styles=script_json(styles()), name=name, mount=mount)
    room = limit - stored_size(_page(name, twin, f"{code}{mounting}"))
    while True:
        data = script_json(payload(room))
        made = _page(name, twin, f"const payload = {data};\n{code}{mounting}")
        if (over := stored_size(made) - limit) <= 0 or room < 2_000:
            return made
        room -= max(over, room // 8)


def packed_size(value: Any) -> int:
    """The bytes that `value` takes as packed JSON."""
    return len(_packed(script_json(value)))


def unpacked(html: str) -> list[str]:
    """The scripts that are packed in a page, as text."""
    return [gzip.decompress(base64.b64decode(found)).decode() for found in _PACKED.findall(html)]


def _page(name: str, twin: str, text: str) -> str:
    loader = _LOADER.format(packed=_packed(text), name=name)
    return f'<div class="workbench" data-workbench-id="{name}">\n{twin}\n</div>\n<script type="module">\n{loader}</script>\n'


def _packed(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode(), _LEVEL, mtime=0)).decode("ascii")
