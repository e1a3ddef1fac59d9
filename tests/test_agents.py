"""The files in agents/: in order by the workbench's own check, as promised to who reads them, and every command they quote runs."""

from __future__ import annotations

import importlib
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from workbench.agent.front import AgentFile, read
from workbench.agent.prompt import agents_folder, check, composed, places

ROOT = Path(__file__).resolve().parent.parent
AGENTS = ROOT / "agents"
TOOLS = ["Read", "Write", "Edit", "Grep", "Glob", "Bash"]
CACHES = {"__pycache__", ".mypy_cache", ".pytest_cache"}
LEFT = {"python-specialist.md": {"first.wbp", "faster.py", "stripped.py", "study", "study.html"}}
"""What the commands of a file leave behind, by its name; nothing for the others."""

STANZAS = 1500
"""Of the data, so many packages, `git` and what it needs most among them: enough to see what the files speak of, in a third of the time."""

PROGRAM_TESTS = """\
import package_index


def test_a_tilde_comes_before_the_end():
    assert package_index.satisfies("1.0~rc1", "<<", "1.0")


def test_a_field_goes_on_in_the_next_line():
    assert package_index.parse("Package: git\\nDescription: fast\\n and more") == [
        {"Package": "git", "Description": "fast\\n and more"}
    ]
"""

FILES = [read(AGENTS, place) for place in places(AGENTS)]
PROMPTS = [file for file in FILES if file.kind == "agent"]
SPECIALIST = next(file for file in FILES if file.place == "python-specialist.md")
each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.place)
each_prompt = pytest.mark.parametrize("prompt", PROMPTS, ids=lambda file: file.place)


def blocks(file: AgentFile) -> list[str]:
    """Its fenced shell blocks, in order, without the indentation of a list item."""
    return [
        dedent(block) for block in re.findall(r"^ *```(?:sh|bash)\n(.*?)^ *```$", file.body, re.DOTALL | re.MULTILINE)
    ]


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with the demo's program, a third of its data and tests: what the files' examples speak of."""
    shutil.copy(ROOT / "notebooks" / "package_index.py", tmp_path)
    stanzas = (ROOT / "data" / "packages.txt").read_text("utf-8").split("\n\n")
    (tmp_path / "packages.txt").write_text("\n\n".join(stanzas[:STANZAS]), encoding="utf-8")
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


def test_all_in_order() -> None:
    """The workbench's own check, of front matter, names, links, `extends` and length, has nothing to say."""
    assert [str(problem) for problem in check(AGENTS)] == []
    assert agents_folder() == AGENTS


def test_the_files_there_are() -> None:
    """An agent, what it extends, what both rest on, and a skill."""
    assert [(file.place, file.kind) for file in FILES] == [
        ("core/docs/UNIVERSAL-AGENTS.md", "document"),
        ("core/specialist.md", "agent"),
        ("packs/python/skills/python-async-SKILL.md", "skill"),
        ("python-specialist.md", "agent"),
    ]


@each_prompt
def test_front_matter(prompt: AgentFile) -> None:
    """Each prompt says its name, what it is for in one line, its tools and its model."""
    assert prompt.front["name"] == prompt.path.stem
    assert len(prompt.front["description"]) > 40
    assert [tool.strip() for tool in prompt.front["tools"].split(",")] == TOOLS
    assert prompt.front["model"] == "sonnet"


def test_the_specialist_extends_the_core() -> None:
    """`python-specialist` builds on `core/specialist`, which itself builds on nothing; its keys are the promised ones in their order."""
    assert list(SPECIALIST.front) == ["name", "extends", "description", "tools", "model"]
    assert SPECIALIST.front["extends"] == "core/specialist"
    assert SPECIALIST.front["description"].startswith("Python expert for complex patterns")
    assert [part.place for part in composed().parts] == ["core/specialist.md", "python-specialist.md"]
    assert re.findall(r"^# (.*)", composed().text, re.MULTILINE) == ["A specialist", "The Python specialist"]


def test_the_specialist_refers_to_what_it_rests_on() -> None:
    """Its text leads to the base responsibilities and to the skill."""
    assert {"core/docs/UNIVERSAL-AGENTS.md", "packs/python/skills/python-async-SKILL.md"} <= set(SPECIALIST.links)


@each_file
def test_length(file: AgentFile) -> None:
    """These texts are read again on every call: each file stays under 200 lines, front matter included."""
    assert file.path.read_text(encoding="utf-8").count("\n") < 200


def test_the_sections_of_the_specialist() -> None:
    """Who it is, five areas, when it is called, the loop, patterns, checklist, rules and three examples are there."""
    body = SPECIALIST.body
    assert len(re.findall(r"^\d\. \*\*", section(body, "Your five areas"), re.MULTILINE)) == 5
    for words in ("marked complex or specialist", "Left to others", "simple CRUD", "routine tests"):
        assert words in section(body, "When you are called, and when not")
    assert len(re.findall(r"^\*\*\d\. ", section(body, "The loop"), re.MULTILINE)) == 8
    assert len(re.findall(r"^- \*\*", section(body, "The rules"), re.MULTILINE)) == 5
    examples = section(body, "Three examples, as they came out")
    assert re.findall(r"^\*\*(.*?)\.\*\*", examples, re.MULTILINE) == ["Verified", "Refused", "Not worth it"]


def section(body: str, title: str) -> str:
    """What stands under a heading of the second level; fails where it is not there."""
    assert f"\n## {title}\n" in body
    return body.partition(f"\n## {title}\n")[2].partition("\n## ")[0]


def test_checklist_has_its_six_items() -> None:
    """The six items are there, each with a command, and the checklist says which command answers them all."""
    checklist = section(SPECIALIST.body, "The checklist")
    items = re.split(r"^\d\. ", checklist, flags=re.MULTILINE)[1:]
    assert len(items) == 6
    for item, word in zip(
        items, ("Performance", "Memory", "races", "type checker", "Edge cases", "Tests"), strict=True
    ):
        assert word in item
        assert re.search(r"`(workbench|python -m) ", item), item
    assert "`workbench study verify` answers all six" in checklist


@each_file
def test_patterns_are_where_it_is_said(file: AgentFile) -> None:
    """Every name that a table of patterns or an import in the text gives is there to import."""
    rows = re.findall(r"^\| (`[\w`, ]+`) \| `(workbench\.patterns\.\w+)` \|", file.body, re.MULTILINE)
    said = [(module, name) for names, module in rows for name in re.findall(r"\w+", names)]
    said += re.findall(r"^from (workbench[\w.]*) import (\w+)$", file.body, re.MULTILINE)
    table = re.findall(r"^\| `(\w+)\.(\w+)\(", file.body, re.MULTILINE)
    said += [(f"workbench.patterns.{module}", name) for module, name in table]
    missing = [(module, name) for module, name in said if not hasattr(importlib.import_module(module), name)]
    assert missing == []
    assert len(said) >= {"python-specialist.md": 14, "packs/python/skills/python-async-SKILL.md": 6}.get(file.place, 0)


@pytest.mark.timeout(600)
@each_file
def test_quoted_commands_run(file: AgentFile, place: Path) -> None:
    """Every fenced command, run in the order of the text, ends with exit code 0, and only the files it names are left."""
    before = {path.name for path in place.iterdir()}
    for block in blocks(file):
        done = run(block, place)
        assert done.returncode == 0, f"{block}\n{done.stdout}\n{done.stderr}"
        assert "Traceback" not in done.stderr, f"{block}\n{done.stderr}"
    left = {path.name for path in place.iterdir()} - before - CACHES
    assert left == LEFT.get(file.place, set())


def test_blocks_are_found() -> None:
    """The test above is not empty: the commands are in fenced shell blocks, and what other fences hold is Python, which compiles."""
    assert sum("workbench " in block for block in blocks(SPECIALIST)) >= 8
    assert sum(len(blocks(file)) for file in FILES) > len(blocks(SPECIALIST))
    for file in FILES:
        code = re.findall(r"^```python\n(.*?)^```$", file.body, re.DOTALL | re.MULTILINE)
        assert len(re.findall(r"^ *```\S", file.body, re.MULTILINE)) == len(blocks(file)) + len(code)
        for block in code:
            compile("async def _():\n" + re.sub(r"^", "    ", block, flags=re.MULTILINE), file.place, "exec")


@each_file
def test_commands_in_the_running_text_exist(file: AgentFile, place: Path) -> None:
    """A command or option named within a sentence is known to `workbench --help`."""
    shown: dict[str, str] = {}
    for words in re.findall(r"`workbench ([^`]+)`", file.body):
        command, *rest = words.split()
        step = f"{command} {rest[0]}" if command in {"study", "agent"} else command
        if step not in shown:
            done = run(f"workbench {step} --help", place)
            assert done.returncode == 0, words
            shown[step] = done.stdout
        for option in (word for word in rest if word.startswith("-")):
            assert re.search(rf"(?<![\w-]){re.escape(option)}\b", shown[step]), words
