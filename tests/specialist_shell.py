"""The shell of the specialist's driver: commands in one folder, what they said, and a transcript of both."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter
from typing import Any

PATIENCE = 300.0
"""Seconds after which a command that does not end is ended."""
SHOWN = 400
"""Letters of an answer that the transcript keeps."""


class ShellError(Exception):
    """A command that ended otherwise than it has to, with what it said."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a command ended: its exit code, and what stood on stdout and stderr."""

    command: str
    code: int
    out: bytes
    said: str

    def json(self) -> Any:
        """Its stdout as data."""
        return json.loads(self.out)


@dataclass(slots=True)
class Shell:
    """Commands run in `folder`, where `python` and `workbench` are those of this environment. `lines` is the transcript."""

    folder: Path
    lines: list[str] = field(default_factory=list)

    def run(self, *words: str, allowed: tuple[int, ...] = (0,), into: str = "") -> Answer:
        """Run a command, its stdout into a file where one is named; its answer. Raises ShellError where its exit code is none of those
        `allowed`."""
        command = shlex.join(words) + (f" > {shlex.quote(into)}" if into else "")
        path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
        begin = perf_counter()
        ended = subprocess.run(
            ["bash", "-c", command],
            cwd=self.folder,
            env={**os.environ, "PATH": path},
            capture_output=True,
            timeout=PATIENCE,
            check=False,
        )
        said = ended.stderr.decode(errors="replace")
        self.lines.append(f"$ {command}")
        text = ended.stdout.decode(errors="replace")
        kept = text if len(text) <= SHOWN else f"{text[:SHOWN]}..."
        took = perf_counter() - begin
        self.lines.append(f"  exit code {ended.returncode}, {len(ended.stdout)} bytes, {took:.1f} s: {kept.strip()}")
        if ended.returncode not in allowed:
            raise ShellError(
                f"{command}\nended with {ended.returncode}, not {allowed}:\n{text[-2000:]}\n{said[-2000:]}"
            )
        return Answer(command, ended.returncode, ended.stdout, said)

    def data(self, *words: str, allowed: tuple[int, ...] = (0,)) -> Any:
        """Run a command that answers as JSON; the data."""
        return self.run(*words, allowed=allowed).json()

    def decided(self, said: str) -> None:
        """Write down what was read and decided."""
        self.lines.append(f"> {said}")

    @property
    def transcript(self) -> str:
        """All commands, answers and decisions so far."""
        return "\n".join(self.lines) + "\n"
