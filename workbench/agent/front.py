"""Reading one file of an agents folder: what kind it is, its front matter (YAML between two lines `---`) and its body."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import yaml

from workbench.errors import WorkbenchError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

Kind = Literal["agent", "skill", "document"]

_FENCED = re.compile(r"---[ \t]*\n(.*?\n)?---[ \t]*(?:\n|\Z)", re.DOTALL)
_LINK = re.compile(r"(?<!!)\[(?:[^\[\]]|\[[^\[\]]*\])*\]\(([^()\s]+)(?:\s+\"[^\"]*\")?\)")
_CODE = re.compile(r"^ *```.*?^ *```|`[^`\n]+`", re.DOTALL | re.MULTILINE)
_MOST_BYTES = 1 << 20


class AgentFileError(WorkbenchError):
    """A prompt or skill that cannot be used as it is; the message names the file."""


@dataclass(frozen=True, slots=True)
class AgentFile:
    """One file: its path, its name below the folder (`core/specialist.md`), kind, front matter (empty for documents) and body."""

    path: Path
    place: str
    kind: Kind
    front: Mapping[str, Any]
    body: str

    @property
    def links(self) -> list[str]:
        """Where its links lead, in order, without those to the net and within the page; code is not looked at."""
        found = _LINK.findall(_CODE.sub("", self.body))
        return [
            link.partition("#")[0] for link in found if not re.match(r"[a-z][a-z0-9+.-]*:|#|//", link, re.IGNORECASE)
        ]


def kind_of(place: str) -> Kind:
    """What a file is by its name below the folder: `SKILL.md`, `NAME-SKILL.md`: a skill; README.md and what lies in `docs`: a document."""
    *folders, name = place.split("/")
    if name == "SKILL.md" or name.endswith("-SKILL.md"):
        return "skill"
    return "document" if "docs" in folders or name == "README.md" else "agent"


def read(folder: Path, place: str) -> AgentFile:
    """The file `place` of a folder; AgentFileError where it cannot be read or has no front matter though its kind asks for it."""
    path = folder / place
    text = _text(path, place)
    kind = kind_of(place)
    if kind == "document":
        return AgentFile(path, place, kind, {}, text)
    found = _FENCED.match(text)
    if not found:
        raise AgentFileError(
            f"{place}: it has no front matter; begin it with a line ---, its keys and another line ---"
        )
    return AgentFile(path, place, kind, _mapping(found[1] or "", place), text[found.end() :])


def _text(path: Path, place: str) -> str:
    try:
        data = path.read_bytes() if path.stat().st_size <= _MOST_BYTES else None
    except FileNotFoundError as error:
        raise AgentFileError(f"{place}: there is no such file in {path.parent}") from error
    except (OSError, ValueError) as error:
        raise AgentFileError(f"{place}: it cannot be read ({getattr(error, 'strerror', None) or error})") from error
    if data is None:
        raise AgentFileError(f"{place}: it is larger than 1 MiB, which no prompt is; nothing was read")
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError as error:
        raise AgentFileError(f"{place}: byte {error.start} is not UTF-8; save it as UTF-8") from error


def _mapping(text: str, place: str) -> dict[str, Any]:
    """The keys of a front matter. PyYAML's constructors raise more than YAMLError on scalars that lie about their type."""
    try:
        found = yaml.load(text, Loader=_OnceLoader)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f", line {mark.line + 2}" if mark else ""
        raise AgentFileError(
            f"{place}: the front matter is not YAML{where}: {error.problem or error.context}"
        ) from error
    except (
        yaml.YAMLError,
        ArithmeticError,
        AttributeError,
        LookupError,
        RecursionError,
        TypeError,
        ValueError,
    ) as error:
        said = str(error).partition("\n")[0] or type(error).__name__
        raise AgentFileError(f"{place}: the front matter is not YAML: {said}") from error
    if not isinstance(found, dict):
        raise AgentFileError(f"{place}: the front matter holds no keys; write lines such as name: python-specialist")
    return {str(key): value for key, value in found.items()}


class _OnceLoader(yaml.SafeLoader):
    """Safe YAML in which a key that is given twice is an error, not the last of them."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            if isinstance(key, yaml.ScalarNode):
                if key.value in seen:
                    raise yaml.constructor.ConstructorError(
                        None, None, f"the key {key.value!r} is there twice", key.start_mark
                    )
                seen.add(key.value)
        return super().construct_mapping(node, deep)
