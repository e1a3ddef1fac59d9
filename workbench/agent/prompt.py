"""The prompts: where they lie, one put together from what it `extends`, and all that is wrong with a folder of them."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from workbench.agent.front import AgentFile, AgentFileError, kind_of, read
from workbench.agent.rules import breaches, installed_name
from workbench.errors import near

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

SPECIALIST = "python-specialist"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a folder: the file's name below it, and a sentence."""

    file: str
    says: str

    def __str__(self) -> str:
        return f"{self.file}: {self.says}"


@dataclass(frozen=True, slots=True)
class Prompt:
    """A prompt put together: the agent file that was asked for, the files it was made of (base first) and the text."""

    agent: AgentFile
    parts: tuple[AgentFile, ...]
    text: str


def agents_folder() -> Path:
    """Where the agent files lie: `agents` beside the package in a checkout, else within the package, where the wheel has them."""
    package = Path(__file__).resolve().parent
    checkout = package.parents[1]
    if (checkout / "pyproject.toml").is_file() and (checkout / "agents" / f"{SPECIALIST}.md").is_file():
        return checkout / "agents"
    inside = package / "files"
    if inside.is_dir():
        return inside
    raise AgentFileError(f"the agent files are not where they belong ({inside}); install the workbench again")


def places(folder: Path) -> list[str]:
    """The names of the Markdown files among them."""
    return [place for place in files(folder) if place.endswith(".md")]


def files(folder: Path) -> list[str]:
    """The names of all files below a folder, `/` between the parts, without hidden ones."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(path.as_posix() for path in found if not any(part.startswith(".") for part in path.parts))


def find(name: str, folder: Path) -> AgentFile:
    """The agent, skill or document of that name (`python-specialist`, `core/specialist`, `python-async`); the uppermost of a name."""
    there = places(folder)
    known = {_short(place): place for place in sorted(there, key=_depth, reverse=True)}
    exact = {place.removesuffix(".md"): place for place in there}
    place = exact.get(name.removesuffix(".md")) or known.get(name.removesuffix(".md"))
    if place is None:
        raise AgentFileError(f"there is no agent or skill {name!r}; {near(name, sorted(known))}")
    return read(folder, place)


def compose(name: str = SPECIALIST) -> str:
    """The whole text of a prompt, `extends` resolved, without front matter; links are as seen from the agents folder."""
    return composed(name).text


def composed(name: str = SPECIALIST, folder: Path | None = None, relink: Callable[[str], str] | None = None) -> Prompt:
    """A prompt put together: what it extends first, each part under a heading of its own. `relink` gives the links another place.

    AgentFileError where a file of the chain is missing, cannot be read, breaks a rule, or comes round to itself.
    """
    root = folder or agents_folder()
    parts = chain(find(name, root), root)
    for part in parts:
        for says in breaches(part):
            raise AgentFileError(f"{part.place}: {says}")
    text = "\n".join(f"{_headed(part, relink)}\n" for part in parts)
    return Prompt(parts[-1], parts, text)


def chain(file: AgentFile, folder: Path) -> tuple[AgentFile, ...]:
    """A file and all it extends, the base first."""
    found = [file]
    while "extends" in found[-1].front:
        last = found[-1]
        place = _extended(last, folder)
        found.append(read(folder, place))
        if place in [one.place for one in found[:-1]]:
            circle = " -> ".join(one.place.removesuffix(".md") for one in found)
            raise AgentFileError(f"{file.place}: extends goes in a circle: {circle}; take one of them out")
    return tuple(reversed(found))


def check(folder: Path) -> list[Problem]:
    """All that is wrong with the agents, skills and documents of a folder, in the order of their names."""
    if not folder.is_dir():
        raise AgentFileError(f"there is no folder {folder}; name one that holds agent files")
    found = places(folder)
    if not found:
        raise AgentFileError(f"there is no Markdown file in {folder}; name a folder that holds agent files")
    return [problem for place in found for problem in _problems(folder, place)]


def rebased(link: str, place: str) -> str:
    """A link as seen from the folder, given as seen from its file `place`."""
    path, mark, rest = link.partition("#")
    return posixpath.normpath(posixpath.join(posixpath.dirname(place), path)) + mark + rest


def with_links(file: AgentFile, change: Callable[[str], str]) -> str:
    """The body of a file, each of its links to files written as `change` has it."""
    known = set(file.links)

    def changed(found: re.Match[str]) -> str:
        return change(found[0]) if found[0].partition("#")[0] in known else found[0]

    return re.sub(r"(?<=\]\()[^()\s]+", changed, file.body)


def _depth(place: str) -> int:
    return place.count("/")


def _short(place: str) -> str:
    name = place.rpartition("/")[2]
    return installed_name(place) if name.endswith("SKILL.md") else name.removesuffix(".md")


def _headed(part: AgentFile, relink: Callable[[str], str] | None) -> str:
    text = with_links(part, lambda link: (relink or str)(rebased(link, part.place))).strip()
    return text if re.match(r"# ", text) else f"# {_short(part.place)}\n\n{text}"


def _extended(file: AgentFile, folder: Path) -> str:
    base = file.front["extends"]
    if not isinstance(base, str):
        raise AgentFileError(f"{file.place}: extends has to be text, not {type(base).__name__}")
    place = posixpath.normpath(f"{base}.md")
    if place not in places(folder):
        known = [one.removesuffix(".md") for one in places(folder) if one != file.place]
        raise AgentFileError(
            f"{file.place}: it extends {base!r}, and there is no {base}.md in the folder; {near(base, known)}"
        )
    if kind_of(place) != "agent":
        raise AgentFileError(
            f"{file.place}: it extends {base!r}, which is a {kind_of(place)}; only an agent can be extended"
        )
    return place


def _problems(folder: Path, place: str) -> Iterator[Problem]:
    try:
        file = read(folder, place)
    except AgentFileError as error:
        yield Problem(place, str(error).removeprefix(f"{place}: "))
        return
    for says in breaches(file):
        yield Problem(place, says)
    if file.kind == "agent":
        try:
            chain(file, folder)
        except AgentFileError as error:
            if str(error).startswith(f"{place}: "):
                yield Problem(place, str(error).removeprefix(f"{place}: "))
    for link in dict.fromkeys(file.links):
        target = rebased(link, place)
        if target.startswith(("..", "/")):
            yield Problem(place, f"the link to {link} leads out of the folder, and would lead nowhere once installed")
        elif not (folder / target).exists():
            yield Problem(place, f"the link to {link} leads to no file; there is no {target}")
