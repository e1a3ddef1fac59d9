"""From the sampler's log to a recording's rows: names, lines, the split of each tick, and which line it belongs to."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.engines.leaves import LATE, Instructions, Leaf, Path
from workbench.engines.running import used_seconds
from workbench.engines.ticks import OUTSIDE, Stack, Tick
from workbench.model.builder import ROOT
from workbench.model.tables import FrameKind
from workbench.units import seconds

if TYPE_CHECKING:
    from types import CodeType

    from workbench.engines.ticks import TickLog
    from workbench.model.builder import RecordingBuilder

QUIET_THREAD = 0.005
"""A thread that was there before and used less than this share of the run is a service thread, and left out."""

BLURRED = 0.2
"""Where the main thread both ran and waited between two looks for more than this share of the run, it is spoken of."""

SERVICE = 0.02
"""Service threads that used more than this share of the run are spoken of."""

KERNEL_FILES = tuple(f"/{name}/" for name in ("IPython", "ipykernel", "tornado", "zmq", "jupyter_client", "debugpy"))
_THREAD_START = frozenset({"Thread._bootstrap", "Thread._bootstrap_inner", "Thread.run"})


class Rows:
    """Fills a builder from a log, cut at `until` seconds after `begin`."""

    def __init__(self, log: TickLog, threads: dict[int, tuple[str, bool]], begin: float, until: float) -> None:
        self._codes = log.codes
        self._stacks = list(log.stacks)
        self._threads = threads
        self._begin, self._until = begin, until
        self._ticks = self._cut(log.ticks())
        self._used = used_seconds(self._ticks, self._stacks)
        self._instructions = Instructions(self._ticks, self._stacks, log.codes)
        self._leaves: dict[tuple[int, bool, bool], Leaf | None] = {}

    def fill(self, builder: RecordingBuilder) -> int:
        """Put all rows into the builder; the number of ticks of the recorder's own thread."""
        builder.thread("main")
        quiet = self._quiet_threads()
        service = 0.0
        for tick, used in zip(self._ticks, self._used.seconds, strict=True):
            if tick.thread in quiet:
                continue
            name, fresh = self._threads.get(tick.thread, ("main", True))
            if not fresh and tick.cpu == 0:
                continue
            if tick.thread and self._leaf_of(tick, used) is None:
                service += tick.cpu
                continue
            self._put(builder, tick, used, builder.thread(name))
        if self._used.blurred > BLURRED * self._until:
            builder.note(
                f"For {seconds(self._used.blurred)} running and waiting changed between looks: "
                "their sums are right, how they divide between lines is uncertain."
            )
        if service > SERVICE * self._until:
            builder.note(
                f"The notebook's own service threads used {seconds(service)} of processor time, not counted here."
            )
        return sum(tick.thread == 0 for tick in self._ticks)

    def _put(self, builder: RecordingBuilder, tick: Tick, used: float, thread: int) -> None:
        start = max(tick.end - tick.wall - self._begin, 0.0)
        waiting = tick.wall - used
        leaf = self._leaf_of(tick, used)
        if leaf is None:
            node = builder.stack(ROOT, builder.frame("[kernel]", "", 0, FrameKind.SYNTHETIC), 0)
            builder.sample(node, thread, start, used, 0.0, waiting)
            return
        share = leaf.choose()
        native = used if share.native or (leaf.native and share.open) else 0.0
        node = self._node(builder, leaf.below, leaf.code, share.line)
        builder.sample(node, thread, start, used - native, native, waiting)

    def _leaf_of(self, tick: Tick, used: float) -> Leaf | None:
        late = tick.late - (tick.wall - used) > LATE
        key = (tick.stack, tick.exact, late)
        if key not in self._leaves:
            path = self._path(self._stacks[tick.stack])
            exact = tick.exact or (tick.thread > 0 and bool(path) and self._instructions.in_c(*path[-1]))
            self._leaves[key] = None if _of_the_kernel(path) else self._instructions.leaf(path, exact=exact, late=late)
        return self._leaves[key]

    def _node(self, builder: RecordingBuilder, below: Path, code: CodeType, line: int) -> int:
        node = ROOT
        for caller, lasti in below:
            node = builder.stack(node, self._frame(builder, caller), self._instructions.line(caller, lasti))
        return builder.stack(node, self._frame(builder, code), line)

    @staticmethod
    def _frame(builder: RecordingBuilder, code: CodeType) -> int:
        if code.co_name == "<module>" or code.co_name.startswith("<cell line:"):
            return builder.frame("<module>", code.co_filename, 1)
        return builder.frame(code.co_qualname, code.co_filename, code.co_firstlineno)

    def _path(self, stack: Stack) -> Path:
        """(code, lasti) from root to leaf; only what belongs to the program."""
        outside = bool(stack) and stack[-1] == OUTSIDE
        flat = stack[:-1] if outside else stack
        frames = [(self._codes[flat[at]], flat[at + 1]) for at in range(0, len(flat), 2)]
        if outside:
            for index, (code, _) in enumerate(frames):
                if code.co_name == "_run" and code.co_filename.replace("\\", "/").endswith("asyncio/events.py"):
                    frames = frames[:index]
                    break
            while len(frames) > 1 and frames[-1][0].co_qualname in _THREAD_START:
                frames.pop()
        return tuple(reversed(frames))

    def _cut(self, ticks: list[Tick]) -> list[Tick]:
        """What lies before the end. A tick that saw only our own code counts, for what lies before, as the tick before it."""
        kept: list[Tick] = []
        last: dict[int, Tick] = {}
        end = self._begin + self._until
        for seen in ticks:
            before = last.get(seen.thread, seen)
            tick = seen if self._stacks[seen.stack] else replace(seen, stack=before.stack, exact=before.exact, late=0.0)
            if tick.end <= end:
                kept.append(tick)
                last[tick.thread] = tick
            elif tick.end - tick.wall < end:
                rest = (end - tick.end + tick.wall) / tick.wall
                kept.append(Tick(before.stack, tick.thread, end, tick.wall * rest, tick.cpu * rest, 0.0, before.exact))
        return kept

    def _quiet_threads(self) -> set[int]:
        used: Counter[int] = Counter()
        for tick in self._ticks:
            used[tick.thread] += int(tick.cpu * 1e9)
        limit = QUIET_THREAD * self._until * 1e9
        return {number for number, (_, fresh) in self._threads.items() if not fresh and used[number] < limit}


def _of_the_kernel(path: Path) -> bool:
    """Whether the notebook's machinery, and not the person's code, is what a stack begins with."""
    return not path or any(mark in path[0][0].co_filename.replace("\\", "/") for mark in KERNEL_FILES)
