"""The processes that a program starts, seen from the first one: recorded with it, or left alone.

Every process records itself, as `child_run` tells; here the ways to them are opened, and what they left is added up.
"""

from __future__ import annotations

import atexit
import os
import sys
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Protocol

from workbench import units
from workbench.engines import table
from workbench.model.merge import noted
from workbench.recorder import child_run
from workbench.recorder.child_code import files_of
from workbench.recorder.child_folder import Folder, Settings
from workbench.recorder.child_start import START
from workbench.recorder.child_sum import added_up
from workbench.recorder.selection import Seen

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType

    from workbench.engines.base import Options
    from workbench.model.recording import Recording
    from workbench.recorder.world import World

WORTH_A_NOTE = 0.02
"""Processes that used less than this share of the run's duration are not spoken of."""


class Children(Protocol):
    """What becomes of the processes that a program starts."""

    def prepare(self, codes: frozenset[CodeType], end_early: Callable[[str], None]) -> None:
        """The recording of the first process is about to begin: its own code lies above `codes`, and `end_early` is to be called before
        it ends by `os._exit` or by becoming another program."""
        ...

    def begin(self) -> None:
        """It has begun."""
        ...

    def see_off(self) -> None:
        """The program is over: wait for what Python would wait for."""
        ...

    def joined(self, recording: Recording) -> Recording:
        """The first process's recording with what is to be said of the others."""
        ...

    def end(self) -> None:
        """Put everything back; may be called twice."""
        ...


class Alone:
    """The other processes are left alone; a note says how much they used, where the system tells."""

    def __init__(self) -> None:
        self._before = _used_by_children()

    def prepare(self, codes: frozenset[CodeType], end_early: Callable[[str], None]) -> None:
        """See Children."""

    def begin(self) -> None:
        """See Children."""

    def see_off(self) -> None:
        """See Children."""

    def joined(self, recording: Recording) -> Recording:
        """See Children."""
        used = _used_by_children() - self._before
        if used <= WORTH_A_NOTE * recording.duration:
            return recording
        return noted(
            recording,
            f"Processes that it started used {units.seconds(used)} of processor time, which is not in here: "
            "with --subprocesses those that run this Python are recorded too.",
        )

    def end(self) -> None:
        """See Children."""


class Family:
    """Every process that runs the same Python records itself under the same engine."""

    def __init__(self, settings: Settings, outside: World) -> None:
        """Raises EngineUnavailableError where there is no room for a temporary folder."""
        self._folder = Folder.make(settings, START)
        self._outside = outside
        self._scene: child_run.Scene | None = None
        self._began = 0.0
        self._sent: dict[tuple[str, int], str] = {}

    def prepare(self, codes: frozenset[CodeType], end_early: Callable[[str], None]) -> None:
        """See Children."""
        scene = child_run.Scene(self._folder, self._folder.settings(), codes)
        scene.modules = {name: module for name, module in self._outside.modules.items() if module is not None}
        scene.path = self._outside.path
        scene.end_main = end_early
        self._scene = scene
        scene.ways.take()
        atexit.register(child_run.at_exit)

    def begin(self) -> None:
        """See Children. The handler of forks is set now, so that it runs after that of the engine."""
        self._began = time.time()
        child_run.enter(self._scene)

    def see_off(self) -> None:
        """Run the exit hooks, as Python does now: `multiprocessing` ends and awaits its processes there. Python, too, says of a Ctrl-C in
        one that it is ignored."""
        self._sent = files_of(vars(sys.modules["__main__"]))
        with suppress(KeyboardInterrupt):
            atexit._run_exitfuncs()

    def joined(self, recording: Recording) -> Recording:
        """Ask processes that still run for what they have, and add up what all of them left."""
        self._folder.ask(self._folder.lives())
        found = added_up(recording, self._folder, self._began, self._sent)
        if sys.flags.ignore_environment:
            found = noted(
                found,
                "Python was told to ignore its environment (-E or -I), by which alone new interpreters learn that they are to be recorded.",
            )
        return found

    def end(self) -> None:
        """See Children."""
        if self._scene is not None:
            child_run.enter(None)
            atexit.unregister(child_run.at_exit)
            self._scene.ways.give_back()
            self._scene = None
        self._folder.remove()


def family(engine: str, options: Options, like: Recording | None, outside: World, first: str) -> Family:
    """The family of a program whose folder on the import path is `first`; `outside` is the workbench's own world, and `like` the sampling
    that says what to look at. Raises EngineUnavailableError."""
    memory = table.row(engine).taken_by == "memory"
    seen = Seen.of(like, memory=memory) if like is not None and like.sampled else None
    return Family(Settings(engine, options, seen, (first,)), outside)


def _used_by_children() -> float:
    """Processor seconds of the processes that have been waited for."""
    now = os.times()
    return now.children_user + now.children_system
