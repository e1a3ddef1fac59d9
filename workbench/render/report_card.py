"""Where recordings were made, as a card: one line that is always seen, and a table with a column for each recording behind it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from workbench import units
from workbench.render import summary
from workbench.render.text_width import visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from workbench.model.recording import Recording

MOST_PACKAGES = 400


@dataclass(frozen=True, slots=True)
class Row:
    """One fact: its name, and what it is in each recording. `same` where it is one in all."""

    name: str
    values: tuple[str, ...]

    @property
    def same(self) -> bool:
        """Whether all recordings agree."""
        return len(set(self.values)) == 1


@dataclass(frozen=True, slots=True)
class Card:
    """`line` sums it up; `heads` name the recordings where there are several; `rows` and `packages` are facts of each."""

    line: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    packages: tuple[Row, ...]
    more: int


def card(recordings: Sequence[Recording], titles: Sequence[str]) -> Card:
    """The card of these recordings; what is known of none is left out."""
    rows = [
        Row(name, tuple(visible(told(one), 400) for one in recordings))
        for name, told in _FACTS.items()
        if any(told(one) for one in recordings)
    ]
    packages = _packages(recordings)
    return Card(
        line=_line(recordings),
        heads=tuple(titles) if len(recordings) > 1 else (),
        rows=tuple(rows),
        packages=tuple(packages[:MOST_PACKAGES]),
        more=max(0, len(packages) - MOST_PACKAGES),
    )


def _line(recordings: Sequence[Recording]) -> str:
    machines = list(dict.fromkeys(summary.machine(one) or "an unknown machine" for one in recordings))
    where = visible(machines[0], 300) if len(machines) == 1 else f"{len(machines)} different machines or Pythons"
    days = list(dict.fromkeys(summary.started(one)[:10] for one in recordings if one.started))
    when = [days[0] if len(days) == 1 else f"{min(days)} to {max(days)}"] if days else []
    return " · ".join((where, *(visible(day) for day in when)))


def _packages(recordings: Sequence[Recording]) -> list[Row]:
    """Packages with their versions in each recording, those that differ first, then by name."""
    known = [dict(one.environment.packages) for one in recordings]
    names = sorted({name for versions in known for name in versions}, key=str.lower)
    rows = [Row(visible(name, 80), tuple(visible(one.get(name, ""), 80) or "–" for one in known)) for name in names]
    return sorted(rows, key=lambda row: row.same)


def _took(recording: Recording) -> str:
    times = recording.target.repeats
    each = f", {times:,} runs of {units.seconds(recording.duration / times)}" if times > 1 else ""
    return units.seconds(recording.duration) + each


def _engines(recording: Recording) -> str:
    return ", ".join(f"{one.engine} ({one.mechanism})" if one.mechanism else one.engine for one in recording.all_passes)


def _cost(recording: Recording) -> str:
    cost = recording.cost
    if cost.own != cost.own:
        return cost.method
    share = f", {units.share(cost.own / recording.duration)} of the run" if recording.duration else ""
    return f"{units.seconds(cost.own)}{share} ({cost.method})"


_FACTS: dict[str, Callable[[Recording], str]] = {
    "Python": lambda one: f"{one.environment.implementation} {one.environment.python}".strip(),
    "Platform": lambda one: one.environment.platform,
    "Machine": lambda one: one.environment.machine,
    "Processors": lambda one: f"{one.environment.cpus:,}" if one.environment.cpus else "",
    "Started": summary.started,
    "Took": _took,
    "Engine": _engines,
    "Cost": _cost,
}
