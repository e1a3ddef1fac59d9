"""A study as one page: where it stands, each candidate with its checklist and its text."""

from __future__ import annotations

import difflib
from typing import TYPE_CHECKING, Any

from workbench.render.html_parts import html_text
from workbench.render.text_study import worth

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from workbench.render.text_study import Standing

_STYLE = """
:root{color-scheme:light dark;--ink:#1c1c1c;--paper:#fff;--dim:#6b6b6b;--line:#e3e3e3;--good:#2e8b57;--bad:#c0392b;--open:#b07d00}
@media(prefers-color-scheme:dark){:root{--ink:#e6e6e6;--paper:#161616;--dim:#9a9a9a;--line:#333;--good:#5dbb86;--bad:#ef7f73;--open:#e0b04a}}
body{font:15px/1.55 system-ui,sans-serif;color:var(--ink);background:var(--paper);max-width:860px;margin:40px auto;padding:0 20px}
h1{font-size:22px;margin:0 0 4px}h2{font-size:17px;margin:34px 0 6px}p{margin:4px 0}.dim{color:var(--dim)}
table{border-collapse:collapse;width:100%;margin:10px 0}td{border-top:1px solid var(--line);padding:6px 12px 6px 0;vertical-align:top}
.pass,.verified{color:var(--good)}.fail,.refused{color:var(--bad)}.unknown,.inconclusive{color:var(--open)}
pre{font:12.5px/1.5 ui-monospace,monospace;overflow-x:auto;border:1px solid var(--line);border-radius:6px;padding:10px 12px;margin:8px 0}
ins{color:var(--good);text-decoration:none}del{color:var(--bad);text-decoration:none}dt{color:var(--dim)}dd{margin:0 0 4px 16px}
"""


def study_page(
    standing: Standing, verifications: Sequence[Mapping[str, Any]], old: str, sources: Mapping[str, str]
) -> str:
    """The whole page. `verifications` are those that the study keeps, `old` and `sources` the texts of the target and of each candidate."""
    found = {one["candidate"]: one for one in verifications}
    parts = [f"<h1>{html_text(standing.target)}</h1>", f'<p class="dim">{html_text(worth(standing.share))}</p>']
    parts += [f"<p>Thought: {html_text(text)}</p>" for text in standing.hypotheses]
    for label, judgement, code, note, stale in standing.candidates:
        state = html_text(judgement or "not verified yet")
        parts.append(
            f'<h2>{html_text(label)} <span class="{html_text(judgement)}">{state}</span> {html_text(code)}</h2>'
        )
        if note:
            parts.append(f"<p>{html_text(note)}</p>")
        if stale:
            parts.append('<p class="unknown">The source has changed since: this verdict is stale.</p>')
        if label in found:
            parts.append(_checklist(found[label]))
        parts.append(_diff(old, sources.get(label, "")))
    body = "\n".join(parts)
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{html_text(standing.target, 120)}</title>'
        f"<style>{_STYLE}</style></head><body>\n{body}\n</body></html>\n"
    )


def _checklist(found: Mapping[str, Any]) -> str:
    rows = []
    for check in found["checks"]:
        status = str(check["status"])
        evidence = "".join(
            f"<dt>{html_text(str(name))}</dt><dd>{html_text(str(value), 300)}</dd>" for name, value in check["evidence"]
        )
        said = html_text(f"{check['code']} {check['said']}".strip(), 600)
        more = f"<details><summary>{said}</summary><dl>{evidence}</dl></details>" if evidence else said
        rows.append(
            f'<tr><td class="{status.partition(" ")[0]}">{html_text(status)}</td><td>{html_text(check["item"])}</td><td>{more}</td></tr>'
        )
    return f"<table>{''.join(rows)}</table>"


def _diff(old: str, new: str) -> str:
    """The two texts as a difference, line by line."""
    tags = {"+": "ins", "-": "del"}
    lines = []
    for line in list(difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=30))[3:]:
        tag = tags.get(line[:1])
        text = html_text(line)
        lines.append(f"<{tag}>{text}</{tag}>" if tag else text)
    return f"<pre>{chr(10).join(lines)}</pre>" if lines else ""
