"""The live view of a recording: an anywidget over the same modules and payload as the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from workbench.assets.bundle import script, styles
from workbench.assets.embed import script_json
from workbench.render.html_words import view_payload

if TYPE_CHECKING:
    from workbench.model.recording import Recording

PAYLOAD_LIMIT = 8_000_000
"""Bytes of data sent to the browser at the most; beyond, small boxes and functions are folded, and the view says so."""

_RENDER = """
const styles = {styles};
function render({{ model, el }}) {{
let cleanup = () => {{}};
const told = (event) => {{
if (model.get("selected") === event.detail) return;
model.set("selected", event.detail);
model.save_changes();
}};
const choose = () => el.dispatchEvent(new CustomEvent("workbench:choose", {{ detail: model.get("selected") }}));
const draw = () => {{
cleanup();
cleanup = mount(el, model.get("payload"), {{ styles, selected: model.get("selected") }});
}};
el.addEventListener("workbench:chosen", told);
model.on("change:payload", draw);
model.on("change:selected", choose);
draw();
return () => {{
model.off("change:payload", draw);
model.off("change:selected", choose);
el.removeEventListener("workbench:chosen", told);
cleanup();
}};
}}
export default {{ render }};
"""


class RecordingView(anywidget.AnyWidget):
    """One recording, live: what is chosen in the browser is chosen in Python, and the other way round.

    `payload` is what the browser reads (see `assets.payload`). `selected` is the index of the chosen function in the recording's
    frame table, -1 for none; setting it moves the view. Setting `payload` draws another recording in the same place.
    """

    _esm = script() + _RENDER.format(styles=script_json(styles()))
    payload = traitlets.Dict().tag(sync=True)
    selected = traitlets.Int(-1).tag(sync=True)

    def __init__(self, recording: Recording, **options: Any) -> None:
        super().__init__(payload=view_payload(recording, limit=PAYLOAD_LIMIT), **options)
        self._names = [recording.frame_name(frame) for frame in range(len(recording.frames))]

    @property
    def function(self) -> str | None:
        """The qualified name of the chosen function, None where nothing is chosen."""
        return self._names[self.selected] if 0 <= self.selected < len(self._names) else None
