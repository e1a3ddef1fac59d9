"""`workbench agent`: prompts put together, all that can be wrong with a folder of them, and where they are installed."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from workbench.agent.front import AgentFileError, kind_of, read
from workbench.agent.install import BEGIN, END, install, laid_out, with_section
from workbench.agent.prompt import check, compose, composed, find, places
from workbench.cli.main import main
from workbench.errors import SaveFailedError, WorkbenchError

ROOT = Path(__file__).resolve().parent.parent
GOOD = {"name": "one", "description": "An agent for tests.", "tools": "Read, Bash", "model": "sonnet"}
SKILL = {"name": "tidy-up", "description": "How to tidy up, and when."}


def text(front: dict[str, object], body: str = "# One\n\nDo it.\n") -> str:
    """A file of that front matter and body."""
    return f"---\n{yaml.safe_dump(front, sort_keys=False)}---\n\n{body}"


def put(folder: Path, place: str, content: str) -> Path:
    """Write a file below a folder; the folder."""
    (folder / place).parent.mkdir(parents=True, exist_ok=True)
    (folder / place).write_text(content, encoding="utf-8")
    return folder


def said(folder: Path) -> list[str]:
    """What check says of a folder, as text."""
    return [str(problem) for problem in check(folder)]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("# One\n", "one.md: it has no front matter; begin it with a line ---, its keys and another line ---"),
        ("---\nname: one\n", "one.md: it has no front matter"),
        ("---\n---\n# One\n", "one.md: the front matter holds no keys"),
        ("---\n- a\n---\n# One\n", "one.md: the front matter holds no keys"),
        ("---\nname: one\ntools: [\n---\n# One\n", "one.md: the front matter is not YAML, line 4"),
        ("---\nname: a: b\n---\n# One\n", "one.md: the front matter is not YAML, line 2: mapping values are not allowed"),
        ("---\nname: one\nname: two\n---\n# One\n", "the key 'name' is there twice"),
        ("---\nmodel: !!python/name:os.system\n---\n# One\n", "one.md: the front matter is not YAML, line 2"),
        ("---\nmodel: !!int ''\n---\n# One\n", "one.md: the front matter is not YAML"),
        ("---\nmodel: 2024-99-99\n---\n# One\n", "one.md: the front matter is not YAML: month must be in 1..12"),
        (f"---\nmodel: {'[' * 1200}\n---\n# One\n", "one.md: the front matter is not YAML"),
        ("---\nmodel: sonnet\n---\n# One\n", "one.md: the front matter lacks name, description, tools; needed:"),
        (text({**GOOD, "name": 5}), "one.md: name has to be text, not int; put it in quotes"),
        (text({**GOOD, "tools": ["Read"]}), "one.md: tools has to be text, not list; put it in quotes"),
        (text({**GOOD, "model": ""}), "one.md: model is empty"),
        (text({**GOOD, "colour": "red"}), "one.md: there is no key 'colour' in the front matter; known: name,"),
        (text({**GOOD, "tools": "Read, Bsh"}), "one.md: there is no tool 'Bsh'; did you mean 'Bash'?"),
        (text({**GOOD, "name": "two"}), "one.md: its name is 'two', the file's is 'one'; make them the same"),
        (text({**GOOD, "description": "a\nb"}), "one.md: the description has to be one line"),
        (text({**GOOD, "extends": "core/base"}), "one.md: it extends 'core/base', and there is no core/base.md"),
        (text({**GOOD, "extends": "../one"}), "one.md: it extends '../one', and there is no ../one.md in the folder"),
        (text({**GOOD, "extends": 3}), "one.md: extends has to be text, not int"),
        (text(GOOD, "line\n" * 199), "one.md: the body has 200 lines; an agent reads it on every call, so keep it under 200"),
        (text(GOOD, ""), "one.md: the body is empty"),
        (text(GOOD, "[a](there.md)"), "one.md: the link to there.md leads to no file; there is no there.md"),
        (text(GOOD, "[a](../README.md)"), "one.md: the link to ../README.md leads out of the folder"),
    ],
)  # fmt: skip
def test_what_can_be_wrong_with_an_agent(content: str, sentence: str, tmp_path: Path) -> None:
    """Each breach is one sentence that begins with the file's name and says what to do."""
    problems = said(put(tmp_path, "one.md", content))
    assert any(sentence in problem for problem in problems), problems
    assert all("\n" not in problem and problem.startswith("one.md: ") for problem in problems)


def test_an_agent_in_order_has_no_problems(tmp_path: Path) -> None:
    """The base of the cases above is good: links to files, to the net, in code and within the page; CRLF and a byte-order mark too."""
    body = "# One\n\n[b](docs/b.md#top), [net](https://example.org/x), [here](#one), `[no](no.md)`\n\n```sh\n[no](no.md)\n```\n"
    put(tmp_path, "docs/b.md", "# No front matter is needed here\n")
    put(tmp_path, "one.md", "\ufeff" + text({**GOOD, "tools": "Read, mcp__db__query"}, body).replace("\n", "\r\n"))
    assert said(tmp_path) == []


def test_check_tells_all_and_not_only_the_first(tmp_path: Path) -> None:
    """Several breaches in several files come out together, in the order of the files."""
    put(tmp_path, "b.md", text({**GOOD, "tools": "Shell", "colour": "red"}))
    put(tmp_path, "a.md", "nothing")
    assert [problem.split(": ")[0] for problem in said(tmp_path)] == ["a.md", "b.md", "b.md", "b.md"]


@pytest.mark.parametrize(
    ("links", "circle"),
    [
        ({"a": "a"}, "a -> a"),
        ({"a": "b", "b": "a"}, "a -> b -> a"),
        ({"a": "b", "b": "c/c", "c/c": "b"}, "a -> b -> c/c -> b"),
    ],
)
def test_a_circle_of_extends_is_named_in_full(links: dict[str, str], circle: str, tmp_path: Path) -> None:
    """Who extends itself, by however many steps, is told the whole way round."""
    for place, base in links.items():
        put(tmp_path, f"{place}.md", text({**GOOD, "name": place.rpartition("/")[2], "extends": base}))
    assert f"a.md: extends goes in a circle: {circle}; take one of them out" in said(tmp_path)
    with pytest.raises(AgentFileError, match="circle"):
        composed("a", tmp_path)


@pytest.mark.parametrize(
    ("front", "sentence"),
    [
        ({**SKILL, "name": "Tidy-Up"}, "has to be of 1 to 64 lowercase letters and digits"),
        ({**SKILL, "name": "tidy--up"}, "has to be of 1 to 64 lowercase letters and digits"),
        ({**SKILL, "name": "-tidy"}, "has to be of 1 to 64 lowercase letters and digits"),
        ({**SKILL, "name": "x" * 65}, "has to be of 1 to 64 lowercase letters and digits"),
        ({**SKILL, "name": "other"}, "its name is 'other', but it is installed in a folder 'tidy-up'"),
        ({**SKILL, "description": "x" * 1025}, "the description has 1025 characters; 1024 is the most"),
        ({**SKILL, "description": " "}, "description is empty"),
        ({"name": "tidy-up"}, "the front matter lacks description"),
        ({**SKILL, "compatibility": "x" * 501}, "the compatibility has 501 characters; 500 is the most"),
        ({**SKILL, "metadata": {"version": 1.0}}, "metadata has to be names with texts"),
        ({**SKILL, "metadata": "x"}, "metadata has to be names with texts"),
        ({**SKILL, "allowed-tools": ["Bash"]}, "allowed-tools has to be text, not list"),
        ({**SKILL, "tools": "Bash"}, "there is no key 'tools' in the front matter; did you mean 'allowed-tools'?"),
    ],
)
@pytest.mark.parametrize("place", ["tidy-up-SKILL.md", "skills/tidy-up/SKILL.md"])
def test_what_can_be_wrong_with_a_skill(front: dict[str, object], sentence: str, place: str, tmp_path: Path) -> None:
    """Skills are held to the Agent Skills specification, under either name that their file may have."""
    problems = said(put(tmp_path, place, text(front)))
    assert len(problems) == 1
    assert sentence in problems[0]


def test_only_an_agent_can_be_extended(tmp_path: Path) -> None:
    """A document or a skill is something to link to; as a base it is refused, by what it is."""
    put(tmp_path, "docs/d.md", "# D\n")
    put(tmp_path, "tidy-up-SKILL.md", text(SKILL))
    for base, kind in (("docs/d", "document"), ("tidy-up-SKILL", "skill")):
        put(tmp_path, "one.md", text({**GOOD, "extends": base}))
        assert said(tmp_path) == [f"one.md: it extends {base!r}, which is a {kind}; only an agent can be extended"]


def test_a_skill_in_order(tmp_path: Path) -> None:
    """All keys of the specification are known; the body may have 499 lines and not 500; the name 64 characters."""
    full = {**SKILL, "license": "MIT", "compatibility": "any", "metadata": {"by": "us"}, "allowed-tools": "Read"}
    put(tmp_path, "tidy-up/SKILL.md", text(full, "line\n" * 498))
    put(tmp_path, f"{'x' * 64}-SKILL.md", text({**SKILL, "name": "x" * 64}))
    assert said(tmp_path) == []
    assert "under 500" in said(put(tmp_path, "tidy-up/SKILL.md", text(full, "line\n" * 500)))[0]


def test_files_that_cannot_be_read(tmp_path: Path) -> None:
    """What is not UTF-8, far too large or a link to nowhere is told of, each in a sentence; a folder that is none as well."""
    (tmp_path / "a.md").write_bytes(b"---\nname: \xff\n---\n")
    (tmp_path / "b.md").write_bytes(b"x" * (1 << 20) + b"x")
    assert said(tmp_path) == [
        "a.md: byte 10 is not UTF-8; save it as UTF-8",
        "b.md: it is larger than 1 MiB, which no prompt is; nothing was read",
    ]
    for folder, sentence in ((tmp_path / "none", "there is no folder"), (tmp_path / "a.md", "there is no folder")):
        with pytest.raises(AgentFileError, match=sentence):
            check(folder)
    (tmp_path / "empty").mkdir()
    with pytest.raises(AgentFileError, match="there is no Markdown file"):
        check(tmp_path / "empty")


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)


@given(front=st.dictionaries(st.sampled_from([*GOOD, "extends", "x"]) | st.text(max_size=8), VALUES, max_size=7))
def test_whatever_yaml_says_there_is_an_answer(
    front: dict[str, object], tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Any keys of any types give sentences, or nothing where all is in order, and never another error."""
    folder = tmp_path_factory.mktemp("agents")
    problems = said(put(folder, "one.md", text(front)))
    assert all(problem.startswith("one.md: ") for problem in problems)
    assert problems or set(GOOD) <= set(front)


@given(raw=st.text(alphabet=st.sampled_from("-:[]{}#&*!|>'\"%@`~?, \n\tab01.<"), max_size=40))
def test_whatever_stands_between_the_lines_there_is_an_answer(
    raw: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Any characters between the two lines are front matter or a sentence, and never another error."""
    folder = tmp_path_factory.mktemp("agents")
    assert said(put(folder, "one.md", f"---\n{raw}\n---\n# One\n"))


def test_the_base_comes_first_and_headings_stay_apart(tmp_path: Path) -> None:
    """Three generations are put together from the oldest on; a part without a heading gets one; links are seen from the folder."""
    put(tmp_path, "core/docs/d.md", "# D\n")
    put(tmp_path, "core/base.md", text({**GOOD, "name": "base"}, "Do [this](docs/d.md#x).\n\n## Answer\n"))
    put(tmp_path, "core/mid.md", text({**GOOD, "name": "mid", "extends": "core/base"}, "# Middle\n\n## Answer\n"))
    put(tmp_path, "one.md", text({**GOOD, "extends": "core/mid"}))
    assert said(tmp_path) == []
    found = composed("one", tmp_path)
    assert [part.place for part in found.parts] == ["core/base.md", "core/mid.md", "one.md"]
    assert found.text == (
        "# base\n\nDo [this](core/docs/d.md#x).\n\n## Answer\n\n# Middle\n\n## Answer\n\n# One\n\nDo it.\n"
    )


def test_composing_a_part_that_is_not_in_order_is_an_error(tmp_path: Path) -> None:
    """A prompt is not put together from a base that breaks a rule."""
    put(tmp_path, "base.md", text({**GOOD, "name": "base", "tools": "Shell"}))
    put(tmp_path, "one.md", text({**GOOD, "extends": "base"}))
    with pytest.raises(AgentFileError, match=r"base\.md: there is no tool 'Shell'"):
        composed("one", tmp_path)


def test_finding_by_name(tmp_path: Path) -> None:
    """By short name, by place, with and without the ending; what is not there is answered with what is near."""
    put(tmp_path, "core/one.md", text(GOOD))
    put(tmp_path, "core/deep/one.md", text(GOOD))
    assert find("core/deep/one", tmp_path).place == "core/deep/one.md"
    put(tmp_path, "skills/tidy-up-SKILL.md", text(SKILL))
    for name in ("one", "one.md", "core/one", "core/one.md"):
        assert find(name, tmp_path).place == "core/one.md"
    assert find("tidy-up", tmp_path).kind == "skill"
    with pytest.raises(AgentFileError, match="did you mean 'tidy-up'"):
        find("tidyup", tmp_path)


def test_hidden_folders_are_not_looked_at(tmp_path: Path) -> None:
    """A tool's own folder within the tree holds no agents."""
    put(tmp_path, ".cache/x.md", "nothing")
    put(tmp_path, "one.md", text(GOOD))
    assert places(tmp_path) == ["one.md"]
    assert (kind_of("docs/x.md"), kind_of("README.md"), kind_of("a/SKILL.md")) == ("document", "document", "skill")


def test_show_as_text_and_json(capsys: pytest.CaptureFixture[str]) -> None:
    """`show` prints what `compose` gives; JSON has the same text, the keys and the parts; a skill is shown by its name."""
    assert main(["agent", "show"]) == 0
    assert capsys.readouterr().out == compose()
    assert main(["agent", "show", "--json"]) == 0
    facts = json.loads(capsys.readouterr().out)
    assert (facts["schema"], facts["kind"], facts["text"]) == ("workbench.agent/1", "agent", compose())
    assert facts["parts"] == ["core/specialist.md", "python-specialist.md"]
    assert list(facts["front"]) == ["name", "description", "tools", "model"]
    assert main(["agent", "show", "python-async"]) == 0
    assert capsys.readouterr().out.startswith("# asyncio")
    assert main(["agent", "show", "python-specialst"]) == 2
    assert "did you mean 'python-specialist'" in capsys.readouterr().err


def test_check_from_the_shell(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit code 0 and a count where all is in order, 1 and a line each where not, 2 where there is no folder."""
    assert main(["agent", "check"]) == 0
    assert capsys.readouterr().out == "4 files, all in order\n"
    put(tmp_path, "one.md", "nothing")
    assert main(["agent", "check", str(tmp_path)]) == 1
    assert capsys.readouterr().out.splitlines()[1:] == ["1 file, 1 to mend"]
    assert main(["agent", "check", str(tmp_path / "none")]) == 2
    assert "there is no folder" in capsys.readouterr().err


@pytest.mark.parametrize("words", [[], ["--claude", "--agents"], ["--claude", "x"]])
def test_install_wants_one_place(words: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    """Without a place, or with two, nothing is written and the three ways are named."""
    assert main(["agent", "install", *words]) == 2
    assert "in one way: --claude, --agents or a folder" in capsys.readouterr().err


def test_install_for_claude(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """One agent file without `extends` that holds the whole text, the skill in its folder, and no link that leads nowhere."""
    monkeypatch.chdir(tmp_path)
    assert main(["agent", "install", "--claude"]) == 0
    out = capsys.readouterr().out
    written = {path.relative_to(tmp_path).as_posix() for path in tmp_path.rglob("*") if path.is_file()}
    assert written == {
        ".claude/agents/python-specialist.md",
        ".claude/skills/python-async/SKILL.md",
        ".claude/docs/UNIVERSAL-AGENTS.md",
    }
    assert {line.split()[1] for line in out.splitlines() if line.startswith("wrote ")} == written
    agent = read(tmp_path / ".claude/agents", "python-specialist.md")
    assert list(agent.front) == ["name", "description", "tools", "model"]
    for words in ("# A specialist", "# The Python specialist", "## The checklist"):
        assert words in agent.body
    in_order(tmp_path / ".claude")


def in_order(folder: Path) -> None:
    """Every link of every file below a folder leads to a file, and the check has nothing to say of agents and skills."""
    files = [read(folder, place) for place in places(folder)]
    assert all((file.path.parent / link).is_file() for file in files for link in file.links)
    assert said(folder) == []


def test_install_for_other_agents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same below `.agents`, and a marked section in AGENTS.md with a link to each."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "AGENTS.md").write_bytes(b"# Ours\r\n\r\nBe kind.")
    assert main(["agent", "install", "--agents"]) == 0
    index = (tmp_path / "AGENTS.md").read_bytes()
    assert index.startswith(b"# Ours\r\n\r\nBe kind.\r\n\r\n" + BEGIN.encode())
    assert b"[python-async](.agents/skills/python-async/SKILL.md)" in index
    assert index.count(b"\n") == index.count(b"\r\n")
    in_order(tmp_path / ".agents")
    assert main(["agent", "install", "--agents"]) == 0
    assert (tmp_path / "AGENTS.md").read_bytes() == index


def test_the_section_is_replaced_and_the_rest_stays() -> None:
    """What stands before and after the marked lines stays to the byte; an older section goes."""
    before = f"# Ours\n\n{BEGIN}\nold\n{END}\n\n  theirs \n".encode()
    assert with_section(before, f"{BEGIN}\nnew\n{END}", "AGENTS.md") == before.replace(b"old", b"new")
    assert with_section(b"", "x", "AGENTS.md") == b"x\n"


@pytest.mark.parametrize(
    "broken", [BEGIN, END, f"{BEGIN}\n{BEGIN}\n{END}", f"{BEGIN}\n{END}\n{BEGIN}\n{END}", f"{END}\n{BEGIN}"]
)
def test_marks_that_do_not_pair_are_left_alone(broken: str) -> None:
    """Where it is unclear what is ours, nothing is replaced, and the sentence says what to take out."""
    with pytest.raises(SaveFailedError, match="do not pair"):
        with_section(broken.encode(), f"{BEGIN}\n{END}", "AGENTS.md")
    with pytest.raises(SaveFailedError, match="not UTF-8"):
        with_section(b"\xff", "x", "AGENTS.md")


def test_install_into_a_folder_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """The tree as it lies in agents/, which the check finds in order."""
    target = tmp_path / "team" / "agents"
    assert main(["agent", "install", str(target)]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 4
    for place in places(ROOT / "agents"):
        assert (target / place).read_bytes() == (ROOT / "agents" / place).read_bytes()
    assert said(target) == []


@pytest.mark.parametrize("kind", ["claude", "agents", None])
def test_install_again_and_over_a_file_that_differs(kind: str | None, tmp_path: Path) -> None:
    """A second time writes nothing; a file that differs stops all, by name, until force; a missing one is put back."""
    first = install(tmp_path, kind)
    assert {state for state, _ in first} == {"wrote"}
    assert {state for state, _ in install(tmp_path, kind)} == {"unchanged"}
    changed, gone = [place for _, place in first if place != "AGENTS.md"][:2]
    (tmp_path / changed).write_text("mine", encoding="utf-8")
    (tmp_path / gone).unlink()
    with pytest.raises(SaveFailedError, match=f"nothing was written: {changed} is there and differs from") as refused:
        install(tmp_path, kind)
    assert refused.value.exit_code == 1
    assert (tmp_path / changed).read_text("utf-8") == "mine"
    assert not (tmp_path / gone).exists()
    assert {place for state, place in install(tmp_path, kind, force=True) if state == "wrote"} == {changed, gone}


def test_install_where_no_file_can_be(tmp_path: Path) -> None:
    """A file where a folder is needed, or a folder where a file is: a sentence, and exit code 1."""
    put(tmp_path, ".claude", "a file")
    with pytest.raises(SaveFailedError, match="could not be written"):
        install(tmp_path, "claude")
    (tmp_path / "other" / "AGENTS.md").mkdir(parents=True)
    with pytest.raises(SaveFailedError, match="cannot be read"):
        install(tmp_path / "other", "agents")


def test_nothing_is_installed_from_a_folder_that_is_not_in_order(tmp_path: Path) -> None:
    """Agent files with a breach are not handed on."""
    put(tmp_path / "from", "one.md", text({**GOOD, "tools": "Shell"}))
    with pytest.raises(WorkbenchError, match="not in order"):
        install(tmp_path / "to", "claude", folder=tmp_path / "from")
    assert not (tmp_path / "to").exists()


def test_a_layout_holds_one_file_for_each_that_nobody_extends(tmp_path: Path) -> None:
    """Two agents on one base are two files, each with the base in it, and a link to the base leads to one of them."""
    put(tmp_path, "base.md", text({**GOOD, "name": "base"}, "# Base\n"))
    for name in ("one", "two"):
        put(tmp_path, f"{name}.md", text({**GOOD, "name": name, "extends": "base"}, "[b](base.md)"))
    from workbench.agent.install import LAYOUTS

    found = laid_out(LAYOUTS["claude"], tmp_path)
    assert list(found) == [".claude/agents/one.md", ".claude/agents/two.md"]
    assert all("# Base" in content and "base.md" not in content for content in found.values())


def test_what_a_layout_cannot_hold(tmp_path: Path) -> None:
    """Two files of one name, and a link to a file that is not installed along, are told of before anything is written."""
    put(tmp_path / "a", "one.md", text(GOOD))
    put(tmp_path / "a", "more/one.md", text(GOOD))
    with pytest.raises(AgentFileError, match=r"another file would be installed as \.claude/agents/one\.md too"):
        install(tmp_path / "to", "claude", folder=tmp_path / "a")
    put(tmp_path / "b", "one.md", text(GOOD, "[data](data.csv)"))
    put(tmp_path / "b", "data.csv", "1\n")
    with pytest.raises(AgentFileError, match=r"data\.csv, to which it leads, is no Markdown file"):
        install(tmp_path / "to", "claude", folder=tmp_path / "b")
    assert not (tmp_path / "to").exists()
    assert [place for _, place in install(tmp_path / "to", None, folder=tmp_path / "b")] == ["data.csv", "one.md"]


def test_from_the_wheel(tmp_path: Path) -> None:
    """A wheel holds the agent files; unpacked anywhere it shows, checks and installs the same as the checkout."""
    build = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    done = subprocess.run(build, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(tmp_path / "site")
    here = tmp_path / "elsewhere"
    here.mkdir()

    def workbench(*words: str) -> str:
        ran = subprocess.run(
            [sys.executable, "-c", "import sys; from workbench.cli.main import main; sys.exit(main())", *words],
            cwd=here,
            env={**os.environ, "PYTHONPATH": str(tmp_path / "site"), "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stderr
        return ran.stdout

    shown = json.loads(workbench("agent", "show", "--json"))
    assert shown["text"] == compose()
    assert workbench("agent", "check") == "4 files, all in order\n"
    workbench("agent", "install", "--claude")
    for place, content in laid_out_here().items():
        assert (here / place).read_text("utf-8") == content
    assert not list((tmp_path / "site" / "agents").glob("*"))


def laid_out_here() -> dict[str, str]:
    """The files for Claude as the checkout has them."""
    from workbench.agent.install import LAYOUTS

    return laid_out(LAYOUTS["claude"])
