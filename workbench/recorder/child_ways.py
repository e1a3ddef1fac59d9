"""The ways out of a process and into a new one, kept in sight while a program's processes are recorded.

`os.environ` stays as the program knows it. What new processes have to find in their environment is put there on the way: into that of the
C library, which is inherited where none is given, and into each that is given. A process that leaves by `os._exit`, or becomes another
program by `exec`, or is about to be killed by another one, is told of first.
"""

from __future__ import annotations

import os
import signal
import sys
from _thread import get_ident
from contextlib import suppress
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

PATH = "PYTHONPATH"
VARIABLE = "WORKBENCH_PROCESSES"


class Ways:
    """Shadows them from `take` to `give_back`. `start` is the folder that goes first on the import path of a new Python, `folder` what
    VARIABLE says; `leaving` is called before this process ends, and `killing` before it sends a signal that ends a process or a group,
    with the number of both: where that is true the signal need not be sent any more."""

    def __init__(
        self, start: str, folder: str, leaving: Callable[[str], None], killing: Callable[[int, int, bool], bool]
    ) -> None:
        self._start, self._folder = start, folder
        self._leaving, self._killing = leaving, killing
        self._before: list[tuple[Any, str, Any, Any]] = []
        self._taken = False
        self.spawning = 0
        """The thread that makes a process which will become another program; 0 where none does."""

    def take(self) -> None:
        """Take the place of the functions that lead out."""
        self._taken = True
        self.set_environment()
        for name in ("_exit", "execv", "execve", "posix_spawn", "posix_spawnp", "kill", "killpg"):
            self._shadow(os, name, getattr(self, f"_make_{name.strip('_')}"))
        with suppress(ImportError):
            self._shadow(import_module("_posixsubprocess"), "fork_exec", self._make_fork_exec)
        self._shadow(sys.modules.get("subprocess"), "_fork_exec", self._make_fork_exec)

    def give_back(self) -> None:
        """Put all of them back, and the environment of the C library; may be called twice."""
        if not self._taken:
            return
        for module, name, original, ours in self._before:
            if getattr(module, name) is ours:
                setattr(module, name, original)
        self._before.clear()
        self._taken = False
        os.unsetenv(VARIABLE)
        if PATH in os.environ:
            os.putenv(PATH, os.environ[PATH])
        else:
            os.unsetenv(PATH)

    def set_environment(self) -> None:
        """What the C library hands on, and `os.environ` does not show."""
        if self._taken:
            for name, value in self._extended(os.fsencode(os.environ.get(PATH, ""))).items():
                os.putenv(name, value)

    def _extended(self, path: bytes) -> dict[bytes, bytes]:
        whole = os.fsencode(self._start) + (os.fsencode(os.pathsep) + path if path else b"")
        return {PATH.encode(): whole, VARIABLE.encode(): os.fsencode(self._folder)}

    def _given(self, environment: Any) -> Any:
        """A mapping for a new process with ours in it; one that is none is for the system to refuse."""
        if not self._taken:
            return environment
        try:
            plain = {os.fsencode(name): os.fsencode(value) for name, value in environment.items()}
        except (AttributeError, TypeError):
            return environment
        return plain | self._extended(plain.get(PATH.encode(), b""))

    def _listed(self, pairs: Iterable[bytes] | None) -> Iterable[bytes] | None:
        if pairs is None or not self._taken:
            return pairs
        plain = dict(pair.split(b"=", 1) for pair in pairs)
        return [b"=".join(pair) for pair in (plain | self._extended(plain.get(PATH.encode(), b""))).items()]

    def _shadow(self, module: Any, name: str, make: Callable[[Any], Any]) -> None:
        original = getattr(module, name, None)
        if original is not None:
            ours = make(original)
            ours.__module__, ours.__name__, ours.__qualname__ = module.__name__, name, name
            ours.__doc__ = original.__doc__
            self._before.append((module, name, original, ours))
            setattr(module, name, ours)

    def _make_exit(self, original: Any) -> Any:
        def _exit(status: int) -> None:
            try:
                self._leaving(f"by os._exit({status})")
            finally:
                original(status)

        return _exit

    def _make_execv(self, original: Any) -> Any:
        def execv(path: Any, argv: Any) -> None:
            self._before_exec(path)
            self.set_environment()
            original(path, argv)

        return execv

    def _make_execve(self, original: Any) -> Any:
        def execve(path: Any, argv: Any, env: Any) -> None:
            self._before_exec(path)
            original(path, argv, self._given(env))

        return execve

    def _before_exec(self, path: Any) -> None:
        """Only where it will most likely succeed: `execvp` tries one folder after the other."""
        if isinstance(path, int) or os.access(path, os.X_OK):
            self._leaving("by os.exec")

    def _make_posix_spawn(self, original: Any) -> Any:
        def posix_spawn(path: Any, argv: Any, env: Any, /, **how: Any) -> Any:
            self.set_environment()
            return original(path, argv, self._given(env), **how)

        return posix_spawn

    _make_posix_spawnp = _make_posix_spawn

    def _make_fork_exec(self, original: Any) -> Any:
        def fork_exec(args: Any, programs: Any, close: Any, keep: Any, folder: Any, env: Any, *others: Any) -> Any:
            self.set_environment()
            self.spawning = get_ident()
            try:
                return original(args, programs, close, keep, folder, self._listed(env), *others)
            finally:
                self.spawning = 0

        return fork_exec

    def _make_kill(self, original: Any) -> Any:
        def kill(pid: int, number: int, /) -> None:
            if number in _ENDING and isinstance(pid, int):
                target = pid if pid > 0 else -pid or os.getpgrp()
                if self._killing(target, int(number), pid <= 0):
                    return
            original(pid, number)

        return kill

    def _make_killpg(self, original: Any) -> Any:
        def killpg(group: int, number: int, /) -> None:
            if number in _ENDING and isinstance(group, int):
                self._killing(group or os.getpgrp(), int(number), True)
            original(group, number)

        return killpg


_ENDING = (getattr(signal, "SIGKILL", None), signal.SIGTERM)
