"""A process of a recorded program records itself: from its fork or its first import on, until it ends or is asked for what it has.

A process ends in one of four ways, whatever made it: by Python's exit hooks, by `os._exit` (as `multiprocessing` ends those it forks),
by a signal, or by becoming another program. Nothing else has to be known of who made it.
"""

from __future__ import annotations

import os
import signal
import sys
from _thread import get_ident
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from workbench.recorder import run
from workbench.recorder.child import Child, known_as
from workbench.recorder.child_ways import Ways

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import CodeType, FrameType, ModuleType

    from workbench.recorder.child_folder import Folder, Settings

_ENDING = (signal.SIGTERM, signal.SIGHUP) if os.name == "posix" else ()
_KILL = getattr(signal, "SIGKILL", None)


class Scene:
    """What every process of a recorded program knows: the folder, how to record, where its own code begins on a stack, and the import
    `path` and `modules` of the workbench where the program has its own. `main` is the first process; `end_main` is called before it
    ends early."""

    def __init__(self, folder: Folder, settings: Settings, codes: frozenset[CodeType]) -> None:
        self.folder, self.settings, self.codes = folder, settings, codes
        self.modules: dict[str, ModuleType] = {}
        self.path = sys.path
        self.ways = Ways(folder.start, str(folder.path), leaving, self.killing)
        self.main = os.getpid()
        self.end_main: Callable[[str], None] | None = None
        self.child: Child | None = None
        self._naming = False

    def here(self) -> Child | None:
        """The recording of this very process."""
        return self.child if self.child is not None and self.child.life.pid == os.getpid() else None

    def killing(self, target: int, number: int, group: bool) -> bool:
        """This process is about to send a signal that ends another one, itself or a group: have those that are recorded write first.

        Whether it is taken care of: a single process sends the signal to itself when it has written.
        """
        if target == (os.getpgrp() if group else os.getpid()):
            self._killing_itself(number)
        lives = [life for life in self.folder.lives() if (_group_of(life.pid) if group else life.pid) == target]
        try:
            silent = self.folder.ask(lives, 0 if group else number)
        except OSError:
            return False
        return bool(lives) and not silent and not group and target != os.getpid()

    def _killing_itself(self, number: int) -> None:
        child = self.here()
        if child is not None:
            child.kills_itself(number)
        elif number == _KILL:
            leaving("by SIGKILL")

    def know_names(self) -> None:
        """Have `multiprocessing` say what its processes are called, as soon as they know it themselves."""
        util: Any = sys.modules.get("multiprocessing.util")
        if util is not None and not self._naming:
            self._naming = True
            util.register_after_fork(self, Scene._named)

    def _named(self) -> None:
        if (child := self.here()) is not None and (name := known_as()):
            child.call(name)

    def leave(self) -> None:
        """Be no more of that program: what this process starts from now on is not recorded."""
        enter(None)
        self.ways.give_back()

    @property
    def hides(self) -> bool:
        """Whether the program has modules of its own in the place of the workbench's."""
        return bool(self.modules)

    @contextmanager
    def ours(self) -> Iterator[None]:
        """Within it the workbench finds its own modules, not the program's."""
        theirs, path = {name: sys.modules.get(name) for name in self.modules}, sys.path
        sys.modules.update(self.modules)
        sys.path = self.path
        try:
            yield
        finally:
            sys.path = path
            for name, module in theirs.items():
                if module is None:
                    sys.modules.pop(name, None)
                else:
                    sys.modules[name] = module


_scene: Scene | None = None
_following = False


def enter(scene: Scene | None) -> None:
    """Follow the forks of this process into that scene; None: no more."""
    global _scene, _following
    _scene = scene
    if scene is not None and not _following and hasattr(os, "register_at_fork"):
        _following = True
        os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_in_child)


def leaving(how: str) -> None:
    """This process is about to end in a way that runs no exit hooks."""
    scene = _scene
    if scene is None:
        return
    child = scene.here()
    if child is not None:
        child.finish()
    elif scene.main == os.getpid() and scene.end_main is not None:
        scene.end_main(how)


def at_exit() -> None:
    """The exit hook: the first to be set, so that it is the last to run."""
    if _scene is not None and (child := _scene.here()) is not None:
        child.finish()


_masks: dict[int, set[int]] = {}
"""What a thread that forks had blocked before."""


def _before_fork() -> None:
    """Python forgets in a child the signals that came before it was ready. One that is to end it, and may come at once, has to wait."""
    if _scene is not None:
        _masks[get_ident()] = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)


def _after_fork() -> None:
    if (mask := _masks.pop(get_ident(), None)) is not None:
        signal.pthread_sigmask(signal.SIG_SETMASK, mask)


def _in_child() -> None:
    try:
        if _scene is not None:
            _begin_anew(_scene)
    finally:
        _after_fork()
        _masks.clear()


def _begin_anew(scene: Scene) -> None:
    """In a process that has just been forked: put the recording of its parent away, and begin its own."""
    inherited = run.running()
    if inherited is not None:
        inherited.stop()
        if inherited.close:
            _untrace(sys._getframe())
    scene.child = None
    if scene.ways.spawning != get_ident():
        scene.ways.spawning = 0
        begin(scene, "fork", forked=True, parent=inherited)


def begin(scene: Scene, name: str, *, forked: bool, parent: run.Recorder | None = None) -> None:
    """Record this process from here on. `parent` is the recorder of the process it was forked off."""
    scene.know_names()
    scene.child = Child(scene, name, forked=forked, parent=parent)
    scene.child.begin(scene.codes | _beginnings())


def _beginnings() -> frozenset[CodeType]:
    """Where the code of a process that `multiprocessing` made begins, its loading of the main module included."""
    found = set()
    for module, *path in (
        ("process", "BaseProcess", "_bootstrap"),
        ("spawn", "_main"),
        ("spawn", "spawn_main"),
        ("forkserver", "main"),
    ):
        value: Any = sys.modules.get(f"multiprocessing.{module}")
        for name in path:
            value = getattr(value, name, None)
        if value is not None:
            found.add(value.__code__)
    return frozenset(found)


def _untrace(frame: FrameType | None) -> None:
    """Frames that go on after a fork would still call the line hook of the parent's engine."""
    while frame is not None:
        if frame.f_trace is not None:
            frame.f_trace = None
        frame = frame.f_back


def _group_of(pid: int) -> int:
    try:
        return os.getpgid(pid)
    except OSError:
        return -1
