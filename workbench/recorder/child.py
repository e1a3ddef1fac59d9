"""One process of a recorded program, recording itself: from `begin` until it ends, or is asked for what it has."""

from __future__ import annotations

import os
import signal
import sys
import time
from _thread import get_ident
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Protocol

from workbench.engines.base import Boundary
from workbench.errors import WorkbenchError
from workbench.model.facts import Target, TargetKind
from workbench.recorder.child_checkpoint import CheckedSample, so_far
from workbench.recorder.child_code import chosen_as, inherited, tell_of_functions
from workbench.recorder.child_folder import ASKED, LOOK_EVERY, PATIENCE, Life
from workbench.recorder.compiled import told_of_code
from workbench.recorder.run import Recorder
from workbench.recorder.selection import Chosen

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager
    from types import CodeType, FrameType

    from workbench.model.recording import Recording
    from workbench.recorder.child_code import chosen_as, inherited, tell_of_functions
from workbench.recorder.child_folder import Folder, Settings

_HERE = os.path.dirname(__file__)  # noqa: PTH120
_ENGINES = os.path.join(os.path.dirname(_HERE), "engines")  # noqa: PTH118, PTH120


class Surroundings(Protocol):
    """What a process has to know of the program it is of."""

    folder: Folder
    settings: Settings

    def ours(self) -> AbstractContextManager[None]:
        """Within it the workbench finds its own modules, not the program's."""
        ...

    def leave(self) -> None:
        """Be no more of that program: what this process starts from now on is not recorded."""
        ...

    @property
    def hides(self) -> bool:
        """Whether the program has modules of its own in the place of the workbench's."""
        ...


class _ChildRecorder(Recorder):
    """A recorder that looks at what the first process's looks at, and writes what a sampler has seen now and then."""

    def __init__(self, settings: Settings, checkpoint: Callable[[], None] | None, parent: Recorder | None) -> None:
        super().__init__(settings.engine, settings.options)
        self.hurried = True
        if checkpoint is not None and settings.engine == "sample":
            self._engine = CheckedSample(settings.options, checkpoint)
        if self.close:
            found = None if parent is None else (parent._selection, getattr(parent._engine, "codes", None))
            if found is not None and isinstance(found[0], Chosen) and isinstance(found[1], dict):
                self._selection = inherited(found[0], found[1].values())
            else:
                self._selection = chosen_as(settings)

    def so_far(self, target: Target) -> Recording:
        """What was seen up to now; it goes on."""
        assert isinstance(self._engine, CheckedSample)
        view = so_far(self, self._engine, self._clock.wall() - self._begin, time.process_time() - self._cpu)
        return view.recording(target)


class Child:
    """See the module. All but the checkpoints happens in the thread that began it, the only one there was."""

    def __init__(self, around: Surroundings, name: str, *, forked: bool, parent: Recorder | None = None) -> None:
        """`parent` is the recorder of the process it was forked off, where that was recorded."""
        self._around, self._folder, self._forked, self._parent = around, around.folder, forked, parent
        self.life = Life.new(name)
        self._owner = get_ident()
        self._recorder: _ChildRecorder | None = None
        self._held = ExitStack()
        self._state = "new"
        self._dies_by = 0

    def begin(self, codes: frozenset[CodeType]) -> None:
        """Record from now on; where the engine cannot, the folder says why. `codes` are those below which the program's begins."""
        around = self._around
        try:
            self._folder.born(self.life)
            with around.ours():
                recorder = _ChildRecorder(around.settings, None if around.hides else self._checkpoint, self._parent)
                recorder.start(Boundary(codes, _nearest() if self._forked and recorder.close else None))
        except WorkbenchError as error:
            self._give_up(str(error))
            return
        except OSError:
            return
        self._recorder, self._parent = recorder, None
        self._held.enter_context(told_of_code(recorder))
        if recorder.close and not self._forked:
            tell_of_functions(recorder.discover)
        self._held.enter_context(_asked_by(self._answer))
        self._state = "recording"
        self._look_for_an_ask()

    def call(self, name: str) -> None:
        """From now on the process has this name."""
        if self._state == "recording" and name != self.life.name:
            self.life = replace(self.life, name=name)
            with suppress(OSError):
                self._folder.born(self.life)

    def finish(self) -> None:
        """Stop and write what was seen. Does nothing a second time; from another thread than the one that began it waits for that one."""
        if get_ident() != self._owner:
            self._have_owner_finish()
            return
        if self._state == "recording":
            self._let_ticks_in()
        if self._state != "recording" or self._recorder is None:
            return
        if not self._forked and (name := known_as()):
            self.life = replace(self.life, name=name)
        self._state = "finishing"
        with _held_back(), self._around.ours():
            self._recorder.stop()
            try:
                self._folder.leave(self.life, self._recorder.recording(self._target()))
                self._state = "done"
            except WorkbenchError as error:
                self._give_up(str(error))
            except OSError:
                self._state = "lost"
        self._held.close()
        if self._dies_by:
            self._die()

    def kills_itself(self, number: int) -> None:
        """It is about to send this signal to itself: where that ends it at once, it finishes first."""
        if _is_lethal(number):
            self.finish()

    def _checkpoint(self) -> None:
        if self._state == "recording" and self._recorder is not None:
            with suppress(OSError, WorkbenchError):
                self._folder.keep(self.life, self._recorder.so_far(self._target()))

    def _target(self) -> Target:
        return Target(TargetKind.SCRIPT, self.life.name)

    def _let_ticks_in(self) -> None:
        """Inside a handler Python has put off the signals that came with this one: an engine that gave its own back would make it complain
        of them. Any signal has them answered first."""
        if ASKED is not None and signal.getsignal(ASKED) in _answers:
            signal.raise_signal(ASKED)

    def _give_up(self, why: str) -> None:
        self._state = "lost"
        with suppress(OSError):
            self._folder.lose(self.life, why)

    def _answer(self, _number: int, frame: FrameType | None) -> None:
        """The handler of asks. In the middle of the engine's own code it has to come again."""
        if self.life.pid != os.getpid() or self._folder.asked(self.life) is None:
            return
        if frame is not None and frame.f_code.co_filename.startswith(_ENGINES):
            return
        self._look_for_an_ask()

    def _look_for_an_ask(self) -> None:
        number = self._folder.asked(self.life)
        if number is None:
            return
        self._folder.acknowledge(self.life)
        self._dies_by = number or self._dies_by
        if self._state == "finishing":
            return
        if not number or _is_lethal(number):
            self.finish()
        if self._dies_by:
            self._die()
        elif not number:
            self._around.leave()

    def _die(self) -> None:
        number, self._dies_by = self._dies_by, 0
        signal.raise_signal(number)

    def _have_owner_finish(self) -> None:
        if self._state == "recording":
            with suppress(OSError):
                self._folder.request(self.life, 0)
        end = time.monotonic() + PATIENCE
        while self._state in ("recording", "finishing") and ASKED is not None and time.monotonic() < end:
            signal.pthread_kill(self._owner, ASKED)
            time.sleep(LOOK_EVERY)


def _is_lethal(number: int) -> bool:
    """Whether this signal ends the process at once."""
    return number == getattr(signal, "SIGKILL", None) or signal.getsignal(number) is signal.SIG_DFL


def known_as() -> str:
    """What `multiprocessing` calls this process; empty where it did not make it."""
    module: Any = sys.modules.get("multiprocessing.process")
    name = "MainProcess" if module is None else module.current_process().name
    return "" if name == "MainProcess" else name


def _nearest() -> FrameType | None:
    """The innermost frame that is not of the recorder."""
    frame: FrameType | None = sys._getframe()
    while frame is not None and frame.f_code.co_filename.startswith(_HERE):
        frame = frame.f_back
    return frame


@contextmanager
def _asked_by(answer: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    """Unlike a sampler's signals an ask ends a wait in C code, so that it is answered at once."""
    if ASKED is None or signal.getsignal(ASKED) not in (signal.SIG_DFL, *_answers):
        yield
        return
    signal.signal(ASKED, answer)
    _answers[:] = [answer]
    try:
        yield
    finally:
        if signal.getsignal(ASKED) is answer:
            signal.signal(ASKED, signal.SIG_DFL)


_answers: list[Any] = []
"""Our handler of asks; a fork inherits it."""


@contextmanager
def _held_back() -> Iterator[None]:
    """Within it signals that would end the process wait."""
    came: list[int] = []

    def wait(number: int, _frame: FrameType | None) -> None:
        came.append(number)

    before: dict[int, Any] = {}
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) not in (signal.SIG_IGN, None):
            before[number] = signal.signal(number, wait)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        for number in came:
            signal.raise_signal(number)
