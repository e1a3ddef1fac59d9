"""From the log of tasks to the builder's rows, in seconds since the run began."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from workbench.engines.close import frame_of
from workbench.model.builder import ROOT
from workbench.model.tables import FrameKind, TaskState

if TYPE_CHECKING:
    from types import CodeType

    from workbench.engines.task_log import Path, Row, TaskLog
    from workbench.model.builder import RecordingBuilder


class TaskRows:
    """One log; what lies after `until` seconds is cut off."""

    def __init__(self, log: TaskLog, begin: float, until: float) -> None:
        self._log = log
        self._begin, self._until = begin, until
        self._lines: dict[tuple[int, int], int] = {}
        self._tasks: list[int] = []
        self._stops = {id(code) for code in log.boundary.codes}

    def fill(self, builder: RecordingBuilder) -> None:
        """Rows for tasks, for where they spent their time, and for when."""
        builder.thread("MainThread")
        codes = self._codes()
        frames = [self._frame(builder, code) for code in codes]
        for row, frame in zip(self._log.rows, frames, strict=True):
            self._tasks.append(self._task(builder, row, frame))
        places = {
            at: (self._node(builder, path), self._log.words(path, on)) for (path, on), at in self._log.places.items()
        }
        for (number, state, place), sums in self._log.sums.items():
            node, on = places.get(place, (ROOT, ""))
            if node == ROOT:
                code = codes[number]
                node = builder.stack(ROOT, frames[number], code.co_firstlineno if code is not None else 0)
            words = "" if state is TaskState.RUNNING else on
            seconds, longest = min(sums.seconds, self._most(number)), min(sums.longest, self._until)
            builder.wait(self._tasks[number], state, node, words, sums.count, seconds, longest)
        for number, state, begin, seconds in self._log.spans:
            start = self._at(begin)
            builder.span(self._tasks[number], state, start, min(seconds, self._until - start))

    def slice(self, builder: RecordingBuilder, number: int, name: str, path: Path, begin: float, end: float) -> None:
        """A stretch in which a loop was blocked."""
        start = self._at(begin)
        who = self._log.rows[number].name if number >= 0 else name
        task = self._tasks[number] if number >= 0 else ROOT
        builder.slice(task, who, self._node(builder, path), start, max(self._at(end) - start, 0.0))

    def _at(self, time: float) -> float:
        return min(max(time - self._begin, 0.0), self._until)

    def _most(self, number: int) -> float:
        return self._until * self._log.rows[number].count

    def _codes(self) -> list[CodeType | None]:
        """The code of each task's coroutine; of a task that a cell runs in, the cell's."""
        codes = [row.code for row in self._log.rows]
        paths = {at: path for (path, _), at in self._log.places.items()}
        for number, _, place in self._log.sums:
            path = paths.get(place, ())
            if len(cut := self._cut(path)) < len(path) and cut:
                codes[number] = self._log.codes[cut[0]]
        return codes

    def _cut(self, path: Path) -> Path:
        """A path without what lies below the person's code."""
        last = max((at for at in range(0, len(path), 2) if path[at] in self._stops), default=-2)
        return path[last + 2 :]

    def _frame(self, builder: RecordingBuilder, code: CodeType | None) -> int:
        if code is None:
            return builder.frame("[task]", "", 0, FrameKind.SYNTHETIC)
        return frame_of(builder, code)

    def _task(self, builder: RecordingBuilder, row: Row, frame: int) -> int:
        at = len(self._tasks)
        ended = self._at(row.end) if math.isfinite(row.end) else math.nan
        return builder.task(
            row.name if row.count == 1 else f"{row.count - 1:,} tasks",
            frame,
            builder.thread(row.thread),
            self._at(row.start),
            ended,
            row.outcome,
            error=row.error,
            parent=self._tasks[row.parent] if 0 <= row.parent < at else ROOT,
            created=self._node(builder, row.created),
        )

    def _node(self, builder: RecordingBuilder, path: Path) -> int:
        node, path = ROOT, self._cut(path)
        for at in range(0, len(path), 2):
            code = self._log.codes[path[at]]
            node = builder.stack(node, frame_of(builder, code), self._line(code, path[at + 1]))
        return node

    def _line(self, code: CodeType, offset: int) -> int:
        key = (id(code), offset)
        if key not in self._lines:
            lines = (line for start, end, line in code.co_lines() if start <= offset < end and line)
            self._lines[key] = next(lines, code.co_firstlineno)
        return self._lines[key]
