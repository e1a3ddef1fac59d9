"""The prompts in agents/: their front matter is as promised, and every command they quote runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
AGENTS = ROOT / "agents"
TOOLS = ["Read", "Write", "Edit", "Grep", "Glob", "Bash"]

PROGRAM_TESTS = """\
import package_index


def test_a_tilde_comes_before_the_end():
    assert package_index.satisfies("1.0~rc1", "<<", "1.0")
"""


@dataclass(frozen=True, slots=True)
class Prompt:
    """One prompt: its front matter and its body."""

    path: Path
    front: dict[str, Any]
    body: str

    @classmethod
    def read(cls, path: Path) -> Prompt:
        """The prompt at `path`; a file without front matter fails here."""
        text = path.read_text(encoding="utf-8")
        found = re.match(r"---\n(.*?)\n---\n(.*)", text, re.DOTALL)
        assert found, f"{path.name} has no front matter"
        return cls(path, yaml.safe_load(found[1]), found[2])

    @property
    def blocks(self) -> list[str]:
        """Its fenced shell blocks, in order, without the indentation of a list item."""
        return [
            dedent(block)
            for block in re.findall(r"^ *```(?:sh|bash)\n(.*?)^ *```$", self.body, re.DOTALL | re.MULTILINE)
        ]


PROMPTS = [Prompt.read(path) for path in sorted(AGENTS.rglob("*.md"))]
SPECIALIST = next(prompt for prompt in PROMPTS if prompt.path.name == "python-specialist.md")
named = pytest.mark.parametrize("prompt", PROMPTS, ids=lambda prompt: prompt.path.relative_to(AGENTS).as_posix())


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with the demo's program, its data and a test: what the prompts' examples speak of."""
    shutil.copy(ROOT / "notebooks" / "package_index.py", tmp_path)
    shutil.copy(ROOT / "data" / "packages.txt", tmp_path)
    (tmp_path / "test_package_index.py").write_text(PROGRAM_TESTS, encoding="utf-8")
    return tmp_path


def run(command: str, place: Path) -> subprocess.CompletedProcess[str]:
    """Run shell lines as an agent would, where `python` and `workbench` are those of this environment."""
    here = Path(sys.executable).parent
    environment = {**os.environ, "PATH": f"{here}{os.pathsep}{os.environ['PATH']}"}
    return subprocess.run(
        ["bash", "-euo", "pipefail", "-c", command],
        cwd=place,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )


@named
def test_front_matter(prompt: Prompt) -> None:
    """Each prompt says its name, what it is for, its tools and its model; what it extends is there."""
    assert prompt.front["name"] == prompt.path.stem
    assert len(prompt.front["description"]) > 40
    assert [tool.strip() for tool in prompt.front["tools"].split(",")] == TOOLS
    assert prompt.front["model"] == "sonnet"
    if "extends" in prompt.front:
        assert (AGENTS / f"{prompt.front['extends']}.md").is_file()


def test_the_specialist_extends_the_core() -> None:
    """`python-specialist` builds on `core/specialist`, which itself builds on nothing."""
    assert SPECIALIST.front["extends"] == "core/specialist"
    assert [prompt.path.name for prompt in PROMPTS if "extends" not in prompt.front] == ["specialist.md"]


@named
def test_length(prompt: Prompt) -> None:
    """A prompt is read again on every call: it stays under 200 lines."""
    assert prompt.path.read_text(encoding="utf-8").count("\n") < 200


def test_checklist_has_its_six_items() -> None:
    """The six items are there, and the checklist says which command answers them all."""
    checklist = SPECIALIST.body.partition("## The checklist")[2].partition("\n## ")[0]
    items = re.split(r"^\d\. ", checklist, flags=re.MULTILINE)[1:]
    assert len(items) == 6
    for item, word in zip(
        items, ("Performance", "Memory", "races", "type checker", "Edge cases", "Tests"), strict=True
    ):
        assert word in item
    assert "`workbench study verify` answers all six" in checklist


@named
def test_quoted_commands_run(prompt: Prompt, place: Path) -> None:
    """Every fenced command, run in the order of the text, ends with exit code 0, and only the files it names are left."""
    before = {path.name for path in place.iterdir()}
    for block in prompt.blocks:
        done = run(block, place)
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
    left = {path.name for path in place.iterdir()} - before - {"__pycache__", ".mypy_cache", ".pytest_cache"}
    assert left == ({"first.wbp", "first.html", "faster.py", "study"} if prompt is SPECIALIST else set())


def test_blocks_are_found() -> None:
    """The test above is not empty: the specialist quotes its commands in fenced blocks, and all fences are of a known kind."""
    assert sum("workbench " in block for block in SPECIALIST.blocks) >= 4
    for prompt in PROMPTS:
        assert len(re.findall(r"^ *```\S", prompt.body, re.MULTILINE)) == len(prompt.blocks)


def test_commands_in_the_running_text_exist(place: Path) -> None:
    """A command or option named within a sentence is known to `workbench --help`."""
    for words in re.findall(r"`workbench ([^`]+)`", SPECIALIST.body):
        command, *rest = words.split()
        step = f"{rest[0]} " if command == "study" else ""
        shown = run(f"workbench {command} {step}--help", place)
        assert shown.returncode == 0, words
        for option in (word for word in rest if word.startswith("-")):
            assert re.search(rf"(?<![\w-]){re.escape(option)}\b", shown.stdout), words
