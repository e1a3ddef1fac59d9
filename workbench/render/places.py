"""Where code is, as a person would say it: `In [3]:18`, `app/main.py:7`, `pandas/core/frame.py:690`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.model.recording import Recording


@dataclass(frozen=True, slots=True)
class Places:
    """Short names for the files of one recording: labels of captured sources, and `folders` whose prefix goes, longest first."""

    labels: dict[str, str]
    folders: tuple[str, ...]

    @classmethod
    def of(cls, recording: Recording) -> Places:
        """The places of a recording: cells by their label, other files from the working, package or library folder on."""
        here = recording.environment
        folders = {folder.rstrip("/\\") for folder in (*here.site, *here.stdlib, here.directory)} - {""}
        return cls(
            labels={source.file: source.label for source in recording.sources if source.label},
            folders=tuple(sorted(folders, key=len, reverse=True)),
        )

    def file(self, file: str) -> str:
        """The short name of a frame's file; `built-in` for native code, empty for synthetic frames."""
        if file in self.labels:
            return self.labels[file]
        if file == "~":
            return "built-in"
        for folder in self.folders:
            if file.startswith((folder + "/", folder + "\\")):
                return file[len(folder) + 1 :]
        return file

    def line(self, file: str, line: int) -> str:
        """The short name with its line number, where it has one."""
        name = self.file(file)
        return f"{name}:{line}" if name and line > 0 and file != "~" else name
