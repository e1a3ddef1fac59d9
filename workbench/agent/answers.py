"""The answers that agents get as tools: the same text and values as the commands', made in a process of their own.

A server lives for hours and its user's files change meanwhile; what imports them has to begin anew each time. It also must not have its
standard output written to by whatever they print.
"""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.errors import WorkbenchError
from workbench.face.run import load
from workbench.face.study import Study
from workbench.render.text_compare import plain
from workbench.render.text_study import next_of_standing, text_of_standing

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    Answer = tuple[str, dict[str, Any]]

WIDTH = 100


def hotspots(file: str, tokens: int) -> Answer:
    """As `workbench hotspots FILE`."""
    from workbench.render.digest import hotspots_json, hotspots_text

    recording = load(file).recording
    return hotspots_text(recording, tokens=tokens, file=file), hotspots_json(recording, file=file)


def show(file: str, handle: str, view: str, tokens: int) -> Answer:
    """As `workbench show FILE HANDLE --VIEW`."""
    from workbench.render.digest_shown import shown_json, shown_text

    recording = load(file).recording
    return shown_text(recording, handle, view, tokens=tokens, file=file), shown_json(recording, handle, view, file=file)


def advise(file: str, tokens: int, floor: float) -> Answer:
    """As `workbench advise FILE`."""
    from workbench.face.advise import advise as advised

    found = advised(file, floor=floor / 100)
    return found.text(tokens=tokens, width=WIDTH), found.json()


def brief(study: str, tokens: int) -> Answer:
    """As `workbench brief STUDY`."""
    found = Study(study)
    return found.brief(tokens), found.brief_json()


def status(study: str) -> Answer:
    """As `workbench study status STUDY`."""
    found = Study(study).standing()
    return text_of_standing(found, width=WIDTH, shell=study), asdict(found) | {"next": next_of_standing(found, study)}


def verify(study: str, candidate: str, budget: str, allow: Sequence[str], required: float) -> Answer:
    """As `workbench study verify STUDY CANDIDATE`."""
    found = Study(study).verify(candidate, budget=budget, allow=allow, required=required)
    return found.text(width=WIDTH, shell=study), found.json()


ANSWERS: Mapping[str, Callable[..., Answer]] = {
    "hotspots": hotspots,
    "show": show,
    "advise": advise,
    "brief": brief,
    "study_status": status,
    "study_verify": verify,
}


def main(request: str, result: str) -> None:
    """Read a name of `ANSWERS` and its arguments from a file of JSON, and write `text` and `values`, or `error`, into another."""
    name, arguments = json.loads(Path(request).read_text("utf-8"))
    try:
        text, values = ANSWERS[name](**arguments)
        found: dict[str, Any] = {"text": text, "values": plain(values)}
    except WorkbenchError as error:
        found = {"error": str(error)}
    Path(result).write_text(json.dumps(found), "utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
