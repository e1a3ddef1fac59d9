"""axe-core over a page in the browser, open shadow roots included; its text comes from an installed package, never from the network."""

from __future__ import annotations

from functools import cache
from typing import Any

BAD = frozenset({"serious", "critical"})
_RUN = """
async (everything) => {
    const found = await axe.run(document, { resultTypes: ["violations"], iframes: true });
    const wanted = found.violations.filter((one) => everything || ["serious", "critical"].includes(one.impact));
    return wanted.flatMap((one) => one.nodes.map((node) => ({
        rule: one.id, impact: one.impact, help: one.help, where: node.target.flat(9).join(" "),
        html: node.html.slice(0, 160), why: node.failureSummary.split("\\n").slice(1).join(" ").trim(),
    })));
}
"""


@cache
def axe_source() -> str:
    """axe-core as text."""
    from axe_playwright_python.sync_playwright import Axe

    return str(Axe().axe_script)


def violations(page: Any, *, everything: bool = False) -> list[str]:
    """Serious and critical violations on the page as it stands, one line each; with `everything`, the lesser ones too.

    axe is evaluated by the debugger and not put into the page, so that a strict Content-Security-Policy lets it be.
    """
    if not page.evaluate("typeof globalThis.axe === 'object'"):
        page.evaluate(axe_source())
    found = page.evaluate(_RUN, everything)
    return [f"{one['impact']} {one['rule']} at {one['where']}: {one['why']} | {one['html']}" for one in found]
