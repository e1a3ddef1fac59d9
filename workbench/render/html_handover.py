"""The brief of a study beside the prompt of an agent, as plain HTML: two boxes of text to copy from."""

from __future__ import annotations

from html import escape
from typing import TYPE_CHECKING
from uuid import uuid4

from workbench.render.html_card import DIM
from workbench.render.html_parts import html_text

if TYPE_CHECKING:
    from collections.abc import Sequence

_FRAME = "font-family:system-ui,sans-serif;font-size:13px;line-height:1.5;max-width:1400px"
_COLUMNS = "display:flex;flex-wrap:wrap;gap:12px"
_BOX = "flex:1 1 420px;min-width:0;border:1px solid rgba(128,128,128,.35);border-radius:6px"
_BAR = "display:flex;gap:12px;align-items:baseline;padding:6px 12px;border-bottom:1px solid rgba(128,128,128,.35)"
_TEXT = (
    "margin:0;padding:8px 12px;max-height:420px;overflow:auto;white-space:pre-wrap;word-break:break-word;background:none;color:inherit;"
    "font-family:ui-monospace,monospace;font-size:12px;line-height:1.45"
)
_BUTTON = (
    "display:none;font:inherit;font-size:12px;padding:1px 10px;border:1px solid rgba(128,128,128,.5);border-radius:4px;"
    "background:none;color:inherit;cursor:pointer"
)
_SCRIPT = """\
for (const root of document.querySelectorAll('[data-workbench-handover="NAME"]')) {
  const texts = [...root.querySelectorAll("pre")];
  for (const button of root.querySelectorAll("button")) {
    button.style.display = "inline-block";
    button.onclick = () => {
      const at = button.dataset.copies;
      const area = document.createElement("textarea");
      area.value = (at === "all" ? texts : [texts[Number(at)]]).map((one) => one.textContent).join("\\n\\n");
      area.style.position = "fixed";
      area.style.opacity = "0";
      document.body.append(area);
      area.select();
      const done = document.execCommand("copy");
      area.remove();
      const said = button.textContent;
      button.textContent = done ? "Copied" : "Not copied: select the text";
      setTimeout(() => { button.textContent = said; }, 1500);
    };
  }
}
"""
"""It copies by way of a selection, which works without a secure connection too; where scripts may not run there is no button."""


def handover_card(title: str, said: str, boxes: Sequence[tuple[str, str, str]]) -> str:
    """Boxes of text side by side, each with its name, a remark and what is in it; a button copies one, another all of them in order."""
    name = uuid4().hex[:12]
    shown = "\n".join(_box(at, *box) for at, box in enumerate(boxes))
    head = (
        f'<div style="display:flex;gap:12px;align-items:baseline;margin:0 0 8px"><b style="font-size:15px">{html_text(title)}</b>'
        f'<span style="{DIM}">{html_text(said)}</span><button data-copies="all" style="{_BUTTON}">Copy all</button></div>'
    )
    return (
        f'<div class="tex2jax_ignore mathjax_ignore" data-workbench-handover="{name}" style="{_FRAME}">\n{head}\n'
        f'<div style="{_COLUMNS}">\n{shown}\n</div>\n</div>\n<script type="module">\n{_SCRIPT.replace("NAME", name)}</script>\n'
    )


def _box(at: int, name: str, remark: str, text: str) -> str:
    return (
        f'<div style="{_BOX}"><div style="{_BAR}"><b>{html_text(name)}</b><span style="{DIM};flex:1">{html_text(remark)}</span>'
        f'<button data-copies="{at}" style="{_BUTTON}">Copy</button></div><pre style="{_TEXT}">{escape(text.rstrip())}</pre></div>'
    )
