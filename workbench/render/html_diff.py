"""A diff of two recordings as plain HTML without scripts or style sheets; and what a notebook stores: that, and the live view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.render.diff_words import (
    ASSUMED,
    Wording,
    diff_payload,
    elsewhere,
    hushed,
    loud,
    noise_of,
    quiet_words,
    ratio_of,
)
from workbench.render.html_card import DIM
from workbench.render.html_diff_flame import flame_svg
from workbench.render.html_parts import html_table, html_text

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbench.analysis.diff_rows import Change, RecordingDiff

_MORE, _LESS = "#d0463b", "#3f86c6"
_BAR = 16
_HINTS = 3


def diff_fragment(record: RecordingDiff, *, top: int = 10) -> str:
    """The headline, the warnings, the tables of functions and lines (at most `top` rows each) and the flame graph, as one element."""
    form = _Form(Wording.of(record), top)
    parts = [form.head(), form.warnings(), form.functions(), form.lines(), form.flame(), form.foot()]
    inner = "\n".join(part for part in parts if part)
    return f'<div class="tex2jax_ignore mathjax_ignore" style="font-size:13px;line-height:1.45">{inner}</div>'


def diff_live(record: RecordingDiff, *, top: int = 10, limit: int = 200_000) -> str:
    """The same, with a script that puts the live view in its place where scripts may run; at most `limit` bytes in a notebook's file."""
    from workbench.assets.bundle import script
    from workbench.render.live import live, packed_size

    return live(
        diff_fragment(record, top=top),
        script(view=False, diff=True),
        "mountDiff",
        lambda room: diff_payload(record, limit=room, size=packed_size),
        limit,
    )


class _Form:
    """One diff being written."""

    def __init__(self, wording: Wording, top: int) -> None:
        self.wording, self.record, self.top = wording, wording.record, top

    def head(self) -> str:
        """What is held against what, and the wholes."""
        what, wording = f"diff of {self.wording.title()}, engine {self.record.after.engine}", self.wording
        return (
            f'<p style="margin:0"><b>{html_text(what, 200)}</b> <span style="{DIM}">{html_text(wording.sides(), 200)}</span></p>\n'
            f'<p style="margin:2px 0 6px">{html_text(wording.headline(), 600)}</p>'
        )

    def warnings(self) -> str:
        """What was overruled, what else differs, what is taken for granted."""
        said = [f"<b>overruled</b>: {html_text(one, 600)}" for one in self.record.forced]
        said += [f"<b>warning</b>: {html_text(one, 600)}" for one in self.record.warnings]
        said += [html_text(files, 600)] if (files := self.wording.files()) else []
        said.append(f'<span style="{DIM}">assumed: {html_text(ASSUMED)}</span>')
        return "\n".join(f'<p style="margin:0">{one}</p>' for one in said)

    def functions(self) -> str:
        """The functions that changed most, and those that moved."""
        count = self.record.measure.count
        heads = [*self._heads(), *([count] if self._counted() else []), "function", "where", ""]
        title = f"Functions by change of {self.record.measure.label}"
        rows = self.record.ranked()
        shown, table = self._table(title, rows, heads, self._function)
        beside = elsewhere(self.wording, rows, shown)
        return table + (f"<p>{html_text(beside, 600)}</p>" if beside else "")

    def lines(self) -> str:
        """The lines that changed most; empty where the engine knows no lines."""
        if not self.record.lines:
            return ""
        title = f"Lines by change of {self.record.measure.line_label}"
        heads = [*self._heads(), "where", "source", ""]
        return self._table(title, self.record.ranked_lines(), heads, self._line)[1]

    def flame(self) -> str:
        """The flame graph of both, with what its colours and signs mean; empty where there are no stacks."""
        drawn = flame_svg(self.wording)
        if not drawn:
            return ""
        legend = (
            f'<span style="color:{_MORE}">■</span> + more &nbsp; <span style="color:{_LESS}">■</span> - less &nbsp; '
            "a box is as wide as the larger of the two"
        )
        return f'<p style="margin:8px 0 2px"><b>Both call trees in one</b> &nbsp; {legend}</p>\n{drawn}'

    def foot(self) -> str:
        """How the noise was found, and what to do next."""
        said = ""
        if self.record.after.sampled and any(row.change for row in self.record.functions):
            how = "± is both halves of the 95 % intervals of sampling together; how much one run differs from the next is not in it."
            said = f'<p style="margin:6px 0 0;{DIM}">{how}</p>\n'
        return f'{said}<p style="margin:6px 0 0"><b>Next</b> {html_text(self.wording.next(), 600)}</p>'

    def _counted(self) -> bool:
        return any(self.wording.counts(row) for row in self.record.functions)

    def _heads(self) -> list[str]:
        return ["before", "after", "change", "", *(["±"] if self._noisy() else []), "ratio"]

    def _noisy(self) -> bool:
        return self.record.after.sampled

    def _table(
        self, title: str, rows: Sequence[Change], heads: Sequence[str], cells: Callable[[Change, float], list[str]]
    ) -> tuple[list[Change], str]:
        beyond, within = loud(rows), hushed(rows)
        shown = beyond[: self.top] or within[: min(_HINTS, self.top)]
        if not shown:
            return [], f'<p style="margin:8px 0 2px"><b>{html_text(title)}</b>: nothing changed</p>'
        most = max(abs(row.change) for row in shown)
        said = "" if beyond else " (no change is beyond the noise of sampling; the largest)"
        made = html_table(html_text(title + said), list(heads), [cells(row, most) for row in shown], _sides(heads))
        return shown, made + self._rest(len(beyond) - len(shown), within if beyond else within[len(shown) :])

    def _rest(self, more: int, within: Sequence[Change]) -> str:
        said = [f"{more:,} more changed"] if more > 0 else []
        if quiet := quiet_words(self.wording, within):
            said.append(quiet)
        return f'<p style="margin:0;{DIM}">{html_text("; ".join(said))}</p>' if said else ""

    def _figures(self, row: Change, most: float) -> list[str]:
        amount = self.wording.amount
        noise = [noise_of(self.wording, row)] if self._noisy() else []
        return [
            "-" if row.before is None else amount(row.old),
            "-" if row.after is None else amount(row.new),
            f"<b>{self.wording.signed(row.change)}</b>",
            _bar(row.change, most),
            *noise,
            ratio_of(row),
        ]

    def _function(self, row: Change, most: float) -> list[str]:
        return [
            *self._figures(row, most),
            *([self.wording.counts(row)] if self._counted() else []),
            f"<code>{html_text(row.here.function, 80) or '(no name)'}</code>",
            html_text(self.wording.where(row), 120),
            html_text(self.wording.happened(row), 120),
        ]

    def _line(self, row: Change, most: float) -> list[str]:
        source = html_text(row.here.source.strip(), 100) or f"in {html_text(row.here.function, 80)}"
        return [
            *self._figures(row, most),
            html_text(self.wording.where(row), 120),
            f"<code>{source}</code>",
            html_text(self.wording.happened(row), 120),
        ]


def _sides(heads: Sequence[str]) -> str:
    """Figures at the right, the bar and words at the left."""
    return "".join("l" if head in {"function", "where", "source", ""} else "r" for head in heads)


def _bar(change: float, most: float) -> str:
    """A change as a bar of block characters after its sign: red for more, blue for less."""
    eighths = max(1, round(abs(change) / most * _BAR * 8)) if most else 0
    full, part = divmod(eighths, 8)
    drawn = "█" * full + (" ▏▎▍▌▋▊▉"[part].strip() if part else "")
    return f'<span style="color:{_MORE if change > 0 else _LESS}">{"+" if change > 0 else "−"}{drawn}</span>'
