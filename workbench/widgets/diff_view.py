"""The live view of what changed between two recordings: an anywidget over the same modules and payload as the report."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from workbench.assets.bundle import script, styles
from workbench.assets.embed import script_json
from workbench.render.diff_words import diff_payload

if TYPE_CHECKING:
    from workbench.analysis.diff_rows import RecordingDiff

PAYLOAD_LIMIT = 8_000_000
"""Bytes of data sent to the browser at the most; beyond, small boxes are folded and the last rows left out, and the view says so."""

_RENDER = """
const styles = {styles};
function render({{ model, el }}) {{
let cleanup = () => {{}};
const draw = () => {{
cleanup();
cleanup = mountDiff(el, model.get("payload"), {{ styles }});
}};
model.on("change:payload", draw);
draw();
return () => {{
model.off("change:payload", draw);
cleanup();
}};
}}
export default {{ render }};
"""


class DiffView(anywidget.AnyWidget):
    """What changed, live. `payload` is what the browser reads (see `assets.payload_diff`); setting it draws another in the same place."""

    _esm = script(view=False, diff=True) + _RENDER.format(styles=script_json(styles()))
    payload = traitlets.Dict().tag(sync=True)

    def __init__(self, record: RecordingDiff, **options: Any) -> None:
        super().__init__(payload=diff_payload(record, limit=PAYLOAD_LIMIT), **options)
