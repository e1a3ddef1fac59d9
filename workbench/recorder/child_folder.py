"""The private folder in which the processes of one program leave what they recorded, and the first one finds it.

Of each process there is a file TOKEN.life while it records; beside TOKEN.wbp, what it has seen, there is TOKEN.left when it has written
that at its end, and TOKEN.kept when it has before; there is TOKEN.lost where it cannot. A file TOKEN.ask asks it to write now. Sources
are kept once for all processes. Everything is written whole, by renaming.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import signal
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engines.base import Options
from workbench.errors import EngineUnavailableError
from workbench.formats import native
from workbench.model.facts import Source, SourceKind
from workbench.recorder.selection import Seen

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from workbench.model.recording import Recording

PATIENCE = 3.0
"""Seconds that processes are given to answer; those that are deep in C code cannot."""

LOOK_EVERY, AGAIN = 0.002, 0.02
"""Seconds between two looks whether a process has answered, at first and in the end."""

_SETTINGS = "settings.json"


@dataclass(frozen=True, slots=True)
class Life:
    """A process, that began to be recorded at the `time.time()` of `began`; `why` it is not recorded, where it is not."""

    token: str
    pid: int
    name: str
    began: float
    why: str = ""

    @classmethod
    def new(cls, name: str, why: str = "") -> Life:
        """This process's, from now on."""
        return cls(f"{os.getpid()}-{time.time_ns()}", os.getpid(), name, time.time(), why)


@dataclass(frozen=True, slots=True)
class Left:
    """What a process left behind: `cpu` seconds, and the number of `samples` in it."""

    life: Life
    cpu: float
    samples: int


@dataclass(frozen=True, slots=True)
class Settings:
    """What a process has to know to record itself as the first one does: `seen` are the functions that a sampling found; modules in
    `folders` go before those that the workbench has loaded; `root` is where the workbench lies."""

    engine: str
    options: Options
    seen: Seen | None
    folders: tuple[str, ...]
    root: str = str(Path(__file__).parent.parent.parent)

    def to_json(self) -> str:
        """All of it as text; functions and modules that are no text by their names."""
        options = {**asdict(replace(self.options, functions=(), modules=()))}
        for name in ("functions", "modules"):
            options[name] = [_named(one) for one in getattr(self.options, name)]
        seen = None if self.seen is None else sorted(self.seen.functions)
        python = [sys.implementation.cache_tag, sys.prefix]
        return json.dumps(
            {
                "engine": self.engine,
                "options": options,
                "seen": seen,
                "folders": self.folders,
                "root": self.root,
                "python": python,
            }
        )

    @classmethod
    def from_json(cls, text: str) -> Settings:
        """What `to_json` wrote."""
        found = json.loads(text)
        options: dict[str, Any] = {
            name: tuple(one) if isinstance(one, list) else one for name, one in found["options"].items()
        }
        seen = None if found["seen"] is None else Seen(frozenset((file, name) for file, name in found["seen"]))
        return cls(found["engine"], Options(**options), seen, tuple(found["folders"]), found["root"])


class Folder:
    """See the module."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._patience = PATIENCE

    @classmethod
    def make(cls, settings: Settings, start: str) -> Folder:
        """A new one, for this user alone, with the module `start` that Python looks for when it begins."""
        try:
            path = Path(tempfile.mkdtemp(prefix="workbench-processes-"))
            (path / "start").mkdir()
            (path / "start" / "sitecustomize.py").write_text(start, "utf-8")
            (path / _SETTINGS).write_text(settings.to_json(), "utf-8")
        except OSError as error:
            raise EngineUnavailableError(
                f"--subprocesses needs a folder for what processes leave, and none can be made: {error.strerror or error}. "
                "Set TMPDIR to a folder that can be written to."
            ) from error
        return cls(path)

    @property
    def start(self) -> str:
        """What goes first on the import path of a Python that begins."""
        return str(self.path / "start")

    def settings(self) -> Settings:
        """Those it was made with."""
        return Settings.from_json((self.path / _SETTINGS).read_text("utf-8"))

    def remove(self) -> None:
        """Take it away, at once for those that still want to write; may be called twice."""
        gone = self.path.with_name(f"{self.path.name}-gone")
        try:
            self.path.rename(gone)
        except OSError:
            return
        shutil.rmtree(gone, ignore_errors=True)

    def born(self, life: Life) -> None:
        """A process begins, or is known by another name."""
        self._put(f"{life.token}.life", json.dumps(asdict(life)))

    def leave(self, life: Life, recording: Recording) -> None:
        """A process ends, with its recording. Raises OSError, and SaveFailedError where it is too large."""
        self._write(life, recording, "left")
        self.done(life)

    def keep(self, life: Life, recording: Recording) -> None:
        """What a process has seen so far, for the case that it is killed. Raises OSError and SaveFailedError."""
        self._write(life, recording, "kept")

    def _write(self, life: Life, recording: Recording, kind: str) -> None:
        for source in recording.sources:
            name = hashlib.sha256(os.fsencode(source.file)).hexdigest()[:32]
            if not (self.path / f"{name}.source").exists():
                self._put(f"{name}.source", json.dumps(asdict(source)))
        self._put(f"{life.token}.wbp", native.dumps(replace(recording, sources=())))
        facts = {"life": asdict(life), "cpu": recording.cpu, "samples": len(recording.samples)}
        self._put(f"{life.token}.{kind}", json.dumps(facts))

    def lose(self, life: Life, why: str) -> None:
        """A process is not recorded, or what it recorded cannot be written."""
        self._put(f"{life.token}.lost", json.dumps(asdict(replace(life, why=why))))
        self.done(life)

    def done(self, life: Life) -> None:
        """A process records no more."""
        for kind in ("life", "ask", "kept"):
            (self.path / f"{life.token}.{kind}").unlink(missing_ok=True)

    def lives(self) -> list[Life]:
        """The processes that have begun and not written, the first one first."""
        return _in_order(Life(**found) for found in self._read("life"))

    def lost(self) -> list[Life]:
        """The processes that could not be recorded, with the reasons."""
        return _in_order(Life(**found) for found in self._read("lost"))

    def left(self) -> list[Left]:
        """What processes have written at their end, the first one first."""
        return self._lefts("left")

    def kept(self) -> list[Left]:
        """What processes have written for the case that they are killed, and that did not end."""
        return self._lefts("kept")

    def recording(self, life: Life) -> Recording:
        """What a process wrote, without sources. Raises FileFormatError."""
        return native.read(self.path / f"{life.token}.wbp")

    def sources(self) -> Iterator[Source]:
        """Those of all processes."""
        for found in self._read("source"):
            yield Source(found["file"], found["label"], SourceKind(found["kind"]), found["text"])

    def asked(self, life: Life) -> int | None:
        """The signal that a process is to send itself when it has written, 0 for none; None where it is not asked to write."""
        try:
            return int((self.path / f"{life.token}.ask").read_bytes())
        except FileNotFoundError:
            return None

    def acknowledge(self, life: Life) -> None:
        """A process has read what it is asked."""
        (self.path / f"{life.token}.ask").unlink(missing_ok=True)

    def request(self, life: Life, number: int) -> None:
        """Ask a process; it has to be told to look."""
        self._put(f"{life.token}.ask", str(number))

    def ask(self, lives: Iterable[Life], number: int = 0) -> list[Life]:
        """Have processes write what they have. Comes back when they have, or, where they are to send themselves a signal after that, when
        they have said that they will; when they are gone; or when patience is at an end, which gets shorter with each time. The processes
        that did not answer.

        They are told again and again: a wait in C code, for which Python has to be told, goes on where a sampler's signal came first.
        """
        waiting = [life for life in lives if life.pid != os.getpid() and is_alive(life.pid)]
        for life in waiting:
            self.request(life, number)
        end, pause = time.monotonic() + self._patience, 0.0
        while waiting and time.monotonic() < end:
            for life in waiting:
                _tell(life.pid)
            pause = min(pause + LOOK_EVERY, AGAIN)
            time.sleep(pause)
            waiting = [life for life in waiting if self._is_due(life, number) and is_alive(life.pid)]
        if waiting:
            self._patience /= 2
            for life in waiting:
                self.acknowledge(life)
        return waiting

    def _is_due(self, life: Life, number: int) -> bool:
        return (self.path / f"{life.token}.{'ask' if number else 'life'}").exists()

    def _lefts(self, kind: str) -> list[Left]:
        found = [Left(Life(**one["life"]), one["cpu"], one["samples"]) for one in self._read(kind)]
        return sorted(found, key=lambda left: left.life.began)

    def _read(self, kind: str) -> Iterator[Any]:
        for path in self.path.glob(f"*.{kind}"):
            try:
                yield json.loads(path.read_text("utf-8"))
            except FileNotFoundError:
                continue

    def _put(self, name: str, content: str | bytes) -> None:
        part = self.path / f"{name}.{os.getpid()}.part"
        part.write_bytes(content if isinstance(content, bytes) else content.encode())
        part.replace(self.path / name)


ASKED = getattr(signal, "SIGURG", None)
"""The signal that goes with an ask: of all it is the one that does nothing to a process which does not expect it."""


def is_alive(pid: int) -> bool:
    """Whether there is such a process, and it has not ended."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    try:
        state = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace").rpartition(")")[2].split()[0]
    except (OSError, IndexError):
        return True
    return state not in "ZX"


def _in_order(lives: Iterable[Life]) -> list[Life]:
    return sorted(lives, key=lambda life: life.began)


def _tell(pid: int) -> None:
    if ASKED is not None:
        try:
            os.kill(pid, ASKED)
        except OSError:
            return


def _named(one: object) -> str:
    if isinstance(one, str):
        return one
    module, name = getattr(one, "__module__", None), getattr(one, "__qualname__", None)
    return f"{module}.{name}" if module and name else getattr(one, "__name__", repr(one))
