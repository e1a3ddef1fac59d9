"""Putting the agent files where an agent looks for them: laid out for one kind of agent, or as the tree they are."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import yaml

from workbench.agent.front import AgentFile, AgentFileError, read
from workbench.agent.prompt import agents_folder, check, composed, places, rebased, with_links
from workbench.agent.prompt import files as files_of
from workbench.agent.rules import installed_name
from workbench.errors import SaveFailedError
from workbench.files import write_whole

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

BEGIN = "<!-- workbench agent: begin; what stands between the two lines is replaced by `workbench agent install --agents` -->"
END = "<!-- workbench agent: end -->"
_SECTION = re.compile(r"<!-- workbench agent: begin\b[^\n]*?-->.*?<!-- workbench agent: end -->", re.DOTALL)
_MARK = re.compile(r"<!-- workbench agent: (?:begin|end)\b")

State = Literal["wrote", "unchanged"]


@dataclass(frozen=True, slots=True)
class Layout:
    """Where one kind of agent looks: folders for agents, skills and documents, and a file that gets a section on them, or none."""

    agents: str
    skills: str
    documents: str
    index: str = ""


LAYOUTS = {
    "claude": Layout(".claude/agents", ".claude/skills", ".claude/docs"),
    "agents": Layout(".agents", ".agents/skills", ".agents/docs", "AGENTS.md"),
}


def laid_out(layout: Layout, folder: Path | None = None) -> dict[str, str]:
    """Path -> text of the files of a layout: each agent that no other extends, `extends` resolved; skills; documents."""
    root = folder or agents_folder()
    files, bases = _read(root)
    homes = {file.place: _home(_last(file, bases), layout) for file in files}
    found: dict[str, str] = {}
    for file in files:
        home, move = homes[file.place], _mover(homes, file.place, homes[file.place])
        if file.kind == "agent" and file.place in bases:
            continue
        if home in found:
            raise AgentFileError(
                f"{file.place}: another file would be installed as {home} too; give one of them another name"
            )
        if file.kind == "agent":
            keys = {key: value for key, value in file.front.items() if key != "extends"}
            found[home] = _fronted(keys, composed(file.place, root, move).text)
        else:
            body = _moved(file, move)
            found[home] = _fronted(file.front, body) if file.kind == "skill" else body
    return found


def as_it_is(folder: Path | None = None) -> dict[str, bytes]:
    """Path -> content of all files of the agents folder, as they lie there."""
    root = folder or agents_folder()
    return {place: (root / place).read_bytes() for place in files_of(root)}


def install(
    target: Path, kind: str | None, *, force: bool = False, folder: Path | None = None
) -> list[tuple[State, str]]:
    """Write the files below `target`, laid out as `kind` or as they are; says of each whether it was written or is so already.

    Nothing is written where a file is there and differs, but with `force`, or where the agent files themselves are not in order.
    SaveFailedError says which. A section in an index file (AGENTS.md) is replaced or appended; the rest of it stays to the byte.
    """
    root = folder or agents_folder()
    for problem in check(root):
        raise AgentFileError(f"nothing was installed, since the agent files are not in order: {problem}")
    layout = LAYOUTS[kind] if kind else None
    files = {place: text.encode() for place, text in laid_out(layout, root).items()} if layout else as_it_is(root)
    there = {place: _there(target / place) for place in files}
    differing = [place for place, data in files.items() if there[place] not in {None, data}]
    if differing and not force:
        raise SaveFailedError(
            f"nothing was written: {', '.join(differing)} {'is' if len(differing) == 1 else 'are'} there and differ"
            f"{'s' if len(differing) == 1 else ''} from what would be written; --force replaces what differs"
        )
    if layout and layout.index:
        there[layout.index] = _there(target / layout.index)
        files[layout.index] = with_section(there[layout.index] or b"", _section(layout, root), layout.index)
    return [_put(target, place, data, there[place]) for place, data in files.items()]


def with_section(text: bytes, section: str, name: str) -> bytes:
    """An index file with our section in it: in the place of the one that is there, else at the end; the rest as it was."""
    try:
        before = text.decode("utf-8")
    except UnicodeDecodeError as error:
        raise SaveFailedError(
            f"nothing was written: {name} is not UTF-8 (byte {error.start}); save it as UTF-8"
        ) from error
    found, marks = _SECTION.findall(before), _MARK.findall(before)
    if (len(found), len(marks)) not in {(0, 0), (1, 2)}:
        raise SaveFailedError(
            f"nothing was written: the lines that mark the workbench's section in {name} do not pair (one begins it, one ends it); "
            "take them out and install again"
        )
    line = "\r\n" if "\r\n" in before else "\n"
    new = section.replace("\n", line)
    if found:
        return _SECTION.sub(lambda _: new, before).encode()
    gap = "" if not before else line if before.endswith("\n") else line * 2
    return f"{before}{gap}{new}{line}".encode()


def _read(folder: Path) -> tuple[list[AgentFile], dict[str, AgentFile]]:
    """All files of a folder, and by the place of each that is extended the one that extends it."""
    found = [read(folder, place) for place in places(folder)]
    return found, {posixpath.normpath(f"{file.front['extends']}.md"): file for file in found if "extends" in file.front}


def _last(file: AgentFile, bases: Mapping[str, AgentFile]) -> AgentFile:
    """The agent that a base ends up in; the file itself where nothing extends it."""
    while file.place in bases:
        file = bases[file.place]
    return file


def _home(file: AgentFile, layout: Layout) -> str:
    name = file.place.rpartition("/")[2]
    if file.kind == "skill":
        return f"{layout.skills}/{installed_name(file.place)}/SKILL.md"
    return f"{layout.documents if file.kind == 'document' else layout.agents}/{name}"


def _mover(homes: Mapping[str, str], place: str, home: str) -> Callable[[str], str]:
    """Links as seen from the agents folder, given the place where what they lead to is installed, as seen from `home`."""

    def move(link: str) -> str:
        path, mark, rest = link.partition("#")
        if path not in homes:
            raise AgentFileError(
                f"{place}: {path}, to which it leads, is no Markdown file and would not be installed with it"
            )
        return posixpath.relpath(homes[path], posixpath.dirname(home)) + mark + rest

    return move


def _moved(file: AgentFile, move: Callable[[str], str]) -> str:
    return with_links(file, lambda link: move(rebased(link, file.place)))


def _fronted(front: Mapping[str, object], body: str) -> str:
    keys = yaml.safe_dump(dict(front), sort_keys=False, allow_unicode=True, width=10_000)
    return f"---\n{keys}---\n\n{body.strip()}\n"


def _section(layout: Layout, folder: Path) -> str:
    files, bases = _read(folder)
    named = [file for file in files if file.kind != "document" and file.place not in bases]
    rows = [f"- [{file.front['name']}]({_home(file, layout)}): {file.front['description'].strip()}" for file in named]
    return "\n".join([BEGIN, "", "## Help with Python that is slow, large or hard", "", *rows, "", END])


def _there(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SaveFailedError(f"nothing was written: {path} cannot be read ({error.strerror})") from error


def _put(target: Path, place: str, data: bytes, there: bytes | None) -> tuple[State, str]:
    if there == data:
        return "unchanged", place
    path = target / place
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, data)
    except OSError as error:
        raise SaveFailedError(
            f"{path} could not be written ({error.strerror}); install again where files can be made"
        ) from error
    return "wrote", place
