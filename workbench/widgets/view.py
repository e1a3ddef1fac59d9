"""The live view of a recording: an anywidget over the same modules and payload as the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from workbench.assets.bundle import script, styles
from workbench.assets.embed import script_json
from workbench.render.html_words import view_payload

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.model.recording import Recording

LINES = "lines"
PAYLOAD_LIMIT = 8_000_000
"""Bytes of data sent to the browser at the most; beyond, small boxes and functions are folded, and the view says so."""

_RENDER = """
const styles = {styles};
function render({{ model, el }}) {{
let cleanup = () => {{}};
let telling = false;
const told = (event) => {{
if (model.get("selected") === event.detail) return;
telling = true;
try {{ model.set("selected", event.detail); }} finally {{ telling = false; }}
model.save_changes();
}};
const choose = () => telling || el.dispatchEvent(new CustomEvent("workbench:choose", {{ detail: model.get("selected") }}));
const draw = () => {{
cleanup();
cleanup = mount(el, model.get("payload"), {{ styles, selected: model.get("selected") }});
}};
const closer = (event) => model.send({{ closer: event.detail }});
el.addEventListener("workbench:closer", closer);
el.addEventListener("workbench:chosen", told);
model.on("change:payload", draw);
model.on("change:selected", choose);
draw();
return () => {{
model.off("change:payload", draw);
model.off("change:selected", choose);
el.removeEventListener("workbench:closer", closer);
el.removeEventListener("workbench:chosen", told);
cleanup();
}};
}}
export default {{ render }};
"""


class RecordingView(anywidget.AnyWidget):
    """One recording, live: what is chosen in the browser is chosen in Python, and the other way round.

    `payload` is what the browser reads (see `assets.payload`). `selected` is the index of the chosen function in the recording's
    frame table, -1 for none; setting it moves the view. Setting `payload` draws another recording in the same place. `closer` is called
    with the names of a function and of an engine when a closer look at it is asked for that the view offers.
    """

    _esm = script() + _RENDER.format(styles=script_json(styles()))
    payload = traitlets.Dict().tag(sync=True)
    selected = traitlets.Int(-1).tag(sync=True)

    def __init__(
        self, recording: Recording, closer: Callable[[str, str], object] | None = None, **options: Any
    ) -> None:
        super().__init__(payload=view_payload(recording, limit=PAYLOAD_LIMIT), **options)
        self._names = [recording.frame_name(frame) for frame in range(len(recording.frames))]
        self._closer = closer
        self.on_msg(self._told)

    def _told(self, _widget: object, content: dict[str, Any], _buffers: object) -> None:
        """The button for a closer look was pressed in the browser."""
        asked = content.get("closer")
        frame, engine = (asked.get("frame"), asked.get("engine")) if isinstance(asked, dict) else (asked, LINES)
        if self._closer is None or not isinstance(frame, int) or not 0 <= frame < len(self._names):
            return
        if isinstance(engine, str) and engine in self._offered():
            self._closer(self._names[frame].replace(".<locals>", ""), engine)

    def _offered(self) -> set[str]:
        """The engines whose closer looks the payload offers."""
        offered = self.payload.get("meta", {}).get("closers")
        return {LINES} if offered is None else {one["engine"] for one in offered}

    @property
    def function(self) -> str | None:
        """The qualified name of the chosen function, None where nothing is chosen."""
        return self._names[self.selected] if 0 <= self.selected < len(self._names) else None
