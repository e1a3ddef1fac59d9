"""What a brief of a study is made of. Plain records."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.model.chapter import Chapter
    from workbench.model.standing import Standing


@dataclass(frozen=True, slots=True)
class Hot:
    """A function that took time when the program was profiled; `where` is "" and `plus_minus` NaN where the recording cannot be read."""

    handle: str
    function: str
    where: str
    share: float
    plus_minus: float
    target: bool


@dataclass(frozen=True, slots=True)
class Thought:
    """A hypothesis: what it is about, a handle or a name, and the least and most times as fast that are hoped for."""

    text: str
    target: str
    predicts: tuple[float, float] | None


@dataclass(frozen=True, slots=True)
class Told:
    """What a study's folder keeps: `program` as words (none: a call in Python), `runs` of the baseline, half the 95 % interval of the
    target's share, reasons why calls could not be kept with their numbers, the recording's path in the folder, with `/`."""

    standing: Standing
    chapters: tuple[Chapter, ...]
    program: tuple[str, ...]
    runs: int
    plus_minus: float
    lost: tuple[tuple[str, int], ...]
    recording: str
    hotspots: tuple[Hot, ...]
    hypotheses: tuple[Thought, ...]

    def recording_in(self, shell: str) -> str:
        """The recording as a shell reads it, where the folder is `shell`; "" without one."""
        return f"{shell.rstrip('/')}/{self.recording}" if self.recording else ""
