"""A verdict's six items as rows of a table, for pages and panels that have a style sheet."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.render.html_parts import html_text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


def checklist_table(verdict: Mapping[str, Any], *, shown: Collection[str], unfolded: Collection[str]) -> str:
    """The items of a verdict's data, "" without any. What stands behind an item is told for the states `shown`, and open for those
    `unfolded`."""
    rows = "".join(_row(check, shown, unfolded) for check in verdict.get("checks", ()))
    return f"<table><tbody>{rows}</tbody></table>" if rows else ""


def _row(check: Mapping[str, Any], shown: Collection[str], unfolded: Collection[str]) -> str:
    status = str(check["status"])
    said = html_text(f"{check['code']} {check['said']}".strip(), 600)
    behind = "".join(
        f"<div>{html_text(str(name))}: <code>{html_text(str(value), 300)}</code></div>"
        for name, value in check["evidence"]
        if str(value)
    )
    if behind and status in shown:
        is_open = " open" if status in unfolded else ""
        said = f"<details{is_open}><summary>{said}</summary>{behind}</details>"
    kind = html_text(status.partition(" ")[0])
    return f'<tr><th scope="row">{html_text(check["item"])}</th><td class="{kind}">{html_text(status)}</td><td>{said}</td></tr>'
