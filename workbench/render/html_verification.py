"""A checklist as one card of plain HTML, for a notebook: the verdict, the six items, what stands behind those that are no pass."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.model.check import Judgement, Status
from workbench.render.html_card import DIM, framed
from workbench.render.html_parts import html_text

if TYPE_CHECKING:
    from workbench.model.check import Check, Verification

_COLORS = {Judgement.VERIFIED: "#2e8b57", Judgement.REFUSED: "#c0392b", Judgement.INCONCLUSIVE: "#b07d00"}
_STATES = {
    Status.PASS: "#2e8b57",
    Status.FAIL: "#c0392b",
    Status.UNKNOWN: "#b07d00",
    Status.NOT_APPLICABLE: "inherit;opacity:.7",
}
_CELL = "font-size:13px;padding:2px 16px 2px 0;border:0;text-align:left;vertical-align:top"
_CODE = "font-family:ui-monospace,monospace;font-size:12px;white-space:pre-wrap;word-break:break-word"


def verification_card(found: Verification, coming: str) -> str:
    """The whole checklist as one HTML element, without scripts or style sheets; `coming` is what to do next, "" for nothing."""
    color = _COLORS[found.judgement]
    said = f": {found.code} {found.said}" if found.code else ""
    rows = "".join(_row(check) for check in found.checks)
    parts = [
        f'<div style="font-size:16px;font-weight:600;color:{color};margin:0 0 4px">'
        f"{html_text(f'{found.candidate} {found.judgement}{said}', 600)}</div>",
        f'<table style="margin:8px 0 0;border-collapse:collapse"><tbody>{rows}</tbody></table>',
    ]
    if coming:
        parts.append(f'<div style="margin-top:8px"><b>Next</b> {html_text(coming)}</div>')
    return framed(parts, color)


def _row(check: Check) -> str:
    said = f"<div>{html_text(f'{check.code} {check.said}'.strip(), 600)}</div>"
    if check.status in (Status.FAIL, Status.UNKNOWN):
        said += "".join(
            f'<div style="{_CODE}"><span style="{DIM}">{html_text(name)}</span> {html_text(value, 300)}</div>'
            for name, value in check.evidence
            if value
        )
    state = f"{_CELL};white-space:nowrap;color:{_STATES[check.status]}"
    cells = (
        f'<td style="{state}">{html_text(check.status)}</td>'
        f'<td style="{_CELL};white-space:nowrap">{html_text(check.item)}</td><td style="{_CELL}">{said}</td>'
    )
    return f"<tr>{cells}</tr>"
