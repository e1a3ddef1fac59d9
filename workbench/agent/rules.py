"""What agent files and skills have to keep to, one sentence for each breach; skills by the Agent Skills specification (agentskills.io)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from workbench.errors import near

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.agent.front import AgentFile

TOOLS = (
    "Read",
    "Write",
    "Edit",
    "MultiEdit",
    "NotebookEdit",
    "Grep",
    "Glob",
    "LS",
    "Bash",
    "WebFetch",
    "WebSearch",
    "Task",
    "TodoWrite",
    "Skill",
)
"""Tools an agent file may name; those of a tool server (`mcp__server__tool`) as well."""

AGENT_LINES, SKILL_LINES = 200, 500
"""A body has fewer lines than this."""

_AGENT_KEYS = {"name": True, "description": True, "tools": True, "model": True, "extends": False}
_SKILL_KEYS = {
    "name": True,
    "description": True,
    "license": False,
    "compatibility": False,
    "metadata": False,
    "allowed-tools": False,
}
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")


def breaches(file: AgentFile) -> Iterator[str]:
    """What is wrong with a file by itself: keys, types, name, length. What it refers to is not looked at."""
    if file.kind == "agent":
        yield from _agent(file)
    elif file.kind == "skill":
        yield from _skill(file)


def installed_name(place: str) -> str:
    """The name a skill's file stands for: `python-async-SKILL.md` and `python-async/SKILL.md` are `python-async`."""
    *folders, name = place.split("/")
    return name.removesuffix("-SKILL.md") if name != "SKILL.md" else (folders or [""])[-1]


def _agent(file: AgentFile) -> Iterator[str]:
    yield from _keys(file.front, _AGENT_KEYS)
    yield from _texts(file.front, _AGENT_KEYS)
    own = file.place.rpartition("/")[2].removesuffix(".md")
    name, tools, description = (_text(file.front, key) for key in ("name", "tools", "description"))
    if name and name != own:
        yield f"its name is {name!r}, the file's is {own!r}; make them the same"
    elif name and not _NAME.fullmatch(name):
        yield f"the name {name!r} has to be of lowercase letters and digits, with single hyphens between"
    if "\n" in description.strip():
        yield "the description has to be one line; a list of agents shows it whole"
    for tool in (word.strip() for word in tools.split(",") if tools):
        if tool not in TOOLS and not tool.startswith("mcp__"):
            yield f"there is no tool {tool!r}; {near(tool, TOOLS)}"
    yield from _length(file.body, AGENT_LINES)


def _skill(file: AgentFile) -> Iterator[str]:
    yield from _keys(file.front, _SKILL_KEYS)
    yield from _texts(file.front, [key for key in _SKILL_KEYS if key != "metadata"])
    name, own = _text(file.front, "name"), installed_name(file.place)
    if name and (len(name) > 64 or not _NAME.fullmatch(name)):
        yield f"the name {name[:80]!r} has to be of 1 to 64 lowercase letters and digits, with single hyphens between"
    elif name and name != own:
        yield f"its name is {name!r}, but it is installed in a folder {own!r}; make them the same"
    for key, most in (("description", 1024), ("compatibility", 500)):
        if len(_text(file.front, key)) > most:
            yield f"the {key} has {len(_text(file.front, key))} characters; {most} is the most"
    metadata = file.front.get("metadata")
    if metadata is not None and not (
        isinstance(metadata, dict) and all(isinstance(part, str) for pair in metadata.items() for part in pair)
    ):
        yield "metadata has to be names with texts; put numbers and dates in quotes"
    yield from _length(file.body, SKILL_LINES)


def _keys(front: Any, known: dict[str, bool]) -> Iterator[str]:
    missing = [key for key, needed in known.items() if needed and key not in front]
    if missing:
        yield f"the front matter lacks {', '.join(missing)}; needed: {', '.join(key for key in known if known[key])}"
    for key in front:
        if key not in known:
            yield f"there is no key {key[:80]!r} in the front matter; {near(key, known)}"


def _texts(front: Any, keys: Any) -> Iterator[str]:
    for key in keys:
        if key in front and not isinstance(front[key], str):
            yield f"{key} has to be text, not {type(front[key]).__name__}; put it in quotes"
        elif key in front and not front[key].strip():
            yield f"{key} is empty; give it a value or take the key away"


def _text(front: Any, key: str) -> str:
    found = front.get(key)
    return found if isinstance(found, str) else ""


def _length(body: str, most: int) -> Iterator[str]:
    lines = len(body.splitlines())
    if lines >= most:
        yield f"the body has {lines} lines; an agent reads it on every call, so keep it under {most}"
    if not body.strip():
        yield "the body is empty; an agent would be told nothing"
