"""A diff of two recordings as text: the wholes, what else differs, functions and lines by what changed, what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.render.diff_words import ASSUMED, Wording, elsewhere, hushed, loud, noise_of, quiet_words, ratio_of
from workbench.render.page import BOLD, DIM, MIN_WIDTH, RED, function_name
from workbench.render.text_table import Column, table
from workbench.render.text_width import cut, visible, wrapped

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbench.analysis.diff_rows import Change, RecordingDiff

_PLAIN, BLUE = "\x1b[0m", "\x1b[34m"
_HINTS = 3
"""Rows that are shown where no change is beyond the noise."""


def text_of_diff(record: RecordingDiff, *, width: int = 100, top: int = 10, color: bool = False) -> str:
    """The whole answer as lines of at most `width` cells (72 at the least), ending in a newline; `top` limits the rows of each table."""
    form = _Form(Wording.of(record), max(width, MIN_WIDTH), max(top, 1), color)
    parts = [form.head(), form.warnings(), form.functions(), form.lines(), form.foot()]
    return "\n\n".join("\n".join(line.rstrip() for line in part) for part in parts if part) + "\n"


class _Form:
    """One diff being written."""

    def __init__(self, wording: Wording, width: int, top: int, color: bool) -> None:
        self.wording, self.record = wording, wording.record
        self.width, self.top, self.color = width, top, color

    def paint(self, style: str, text: str) -> str:
        return f"{style}{text}{_PLAIN}" if self.color and text else text

    def head(self) -> list[str]:
        """What is held against what, and the wholes."""
        record = self.record
        first = cut(visible(f"diff of {self.wording.title()}, engine {record.after.engine}"), self.width)
        return [
            self.paint(BOLD, first),
            self.paint(DIM, cut(visible(self.wording.sides()), self.width)),
            *wrapped(self.wording.headline(), self.width, 2),
        ]

    def warnings(self) -> list[str]:
        """What else differs, what was overruled, and what is taken for granted."""
        said = [(RED, f"overruled: {one}") for one in self.record.forced]
        said += [(RED, f"warning: {one}") for one in self.record.warnings]
        said += [(DIM, files)] if (files := self.wording.files()) else []
        said.append((DIM, f"assumed: {ASSUMED}"))
        return [self.paint(style, line) for style, one in said for line in wrapped(visible(one), self.width, 9)]

    def functions(self) -> list[str]:
        """The functions that changed most."""
        rows = self.record.ranked()
        title = f"Functions by change of {self.record.measure.label}"
        shown, lines = self._table(title, rows, self._function_columns(), self._function)
        beside = elsewhere(self.wording, rows, shown)
        return lines + (wrapped(visible(beside), self.width, 2) if beside else [])

    def lines(self) -> list[str]:
        """The lines that changed most; nothing where the engine knows no lines."""
        if not self.record.lines:
            return []
        title = f"Lines by change of {self.record.measure.line_label}"
        columns = [
            *self._amounts(),
            Column("where", "left", 2, "end"),
            Column("source", "left", 3),
            Column("", "left", 1),
        ]
        return self._table(title, self.record.ranked_lines(), columns, self._line)[1]

    def _table(
        self, title: str, rows: Sequence[Change], columns: Sequence[Column], cells: Callable[[Change], list[str]]
    ) -> tuple[list[Change], list[str]]:
        beyond, within = loud(rows), hushed(rows)
        shown = beyond[: self.top] or within[: min(_HINTS, self.top)]
        if not shown:
            return [], [self.paint(BOLD, title), "nothing changed"]
        body = [cells(row) for row in shown]
        heads = [
            column if column.head == "" or any(row[at] for row in body) else Column("")
            for at, column in enumerate(columns)
        ]
        made = table(heads, body, self.width)
        lines = [self.paint(BOLD, title)]
        if not beyond:
            lines.append("no change is beyond the noise of sampling; the largest:")
        lines.append(self.paint(DIM, made[0]))
        lines += [self.paint(RED if row.change > 0 else BLUE, line) for row, line in zip(shown, made[1:], strict=True)]
        return shown, lines + self._rest(len(beyond) - len(shown), within if beyond else within[len(shown) :])

    def _rest(self, more: int, within: Sequence[Change]) -> list[str]:
        said = [f"{more:,} more changed"] if more > 0 else []
        if quiet := quiet_words(self.wording, within):
            said.append(quiet)
        return [self.paint(DIM, "; ".join(said))] if said else []

    def _amounts(self) -> list[Column]:
        return [Column("before"), Column("after"), Column("change"), Column("±"), Column("ratio")]

    def _function_columns(self) -> list[Column]:
        count = self.record.measure.count
        return [
            *self._amounts(),
            Column(count),
            Column("function", "left", 3),
            Column("where", "left", 3, "end"),
            Column("", "left", 2),
        ]

    def _figures(self, row: Change) -> list[str]:
        amount = self.wording.amount
        return [
            "-" if row.before is None else amount(row.old),
            "-" if row.after is None else amount(row.new),
            self.wording.signed(row.change),
            noise_of(self.wording, row),
            ratio_of(row),
        ]

    def _function(self, row: Change) -> list[str]:
        where = visible(self.wording.where(row))
        name = function_name(row.here.function)
        return [*self._figures(row), self.wording.counts(row), name, where, visible(self.wording.happened(row))]

    def _line(self, row: Change) -> list[str]:
        source = visible(row.here.source.strip()) or f"in {function_name(row.here.function)}"
        return [*self._figures(row), visible(self.wording.where(row)), source, self.wording.happened(row)]

    def foot(self) -> list[str]:
        """How the noise was found, and what to do next."""
        lines = []
        if self.record.after.sampled and any(row.change for row in self.record.functions):
            how = "± is both halves of the 95 % intervals of sampling together; how much one run differs from the next is not in it."
            lines += [self.paint(DIM, line) for line in wrapped(how, self.width)]
        return [*lines, *wrapped(f"next: {visible(self.wording.next())}", self.width, 6)]
