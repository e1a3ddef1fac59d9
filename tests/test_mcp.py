"""`workbench agent serve`: the protocol's own client lists the tools, calls each, and gets what the commands print."""

from __future__ import annotations

import asyncio
import io
import json
import os
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import pytest
from samples import small_recording
from small_project import FASTER, Project, small_project

import workbench
from workbench.agent import server as serving
from workbench.cli.main import main
from workbench.errors import UsageError
from workbench.formats.native import write

pytest.importorskip("mcp")

from mcp import ClientSession, StdioServerParameters
from mcp.client.stdio import stdio_client

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine, Iterator

    from mcp.types import CallToolResult, ListToolsResult

TOOLS = {"hotspots", "show", "advise", "brief", "study_status", "study_verify"}
Found = TypeVar("Found")
ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    """A project with a recording, run.wbp, and a study that has a candidate."""
    with pytest.MonkeyPatch.context() as patch, small_project(tmp_path_factory.mktemp("mcp"), patch) as found:
        patch.chdir(found.root)
        write(small_recording(), found.root / "run.wbp")
        study = workbench.Study("study", f"{found.name}.words:index", command=["run.py"], place=found.root)
        study.baseline()
        study.record()
        study.candidate(FASTER, "one pass")
        yield found


def served(project: Project, *calls: tuple[str, dict[str, Any]]) -> tuple[ListToolsResult, list[CallToolResult]]:
    """Start the server in the project's folder, list its tools, and make some calls one after the other."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    words = ["-m", "workbench", "agent", "serve"]
    start = StdioServerParameters(command=sys.executable, args=words, env=environment, cwd=project.root)

    async def talk() -> tuple[ListToolsResult, list[CallToolResult]]:
        async with stdio_client(start) as (reads, writes), ClientSession(reads, writes) as session:
            await session.initialize()
            return await session.list_tools(), [await session.call_tool(name, given) for name, given in calls]

    return apart(talk)


def apart(talk: Callable[[], Coroutine[Any, Any, Found]]) -> Found:
    """Run it in a thread, since a test with a browser may have a loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(lambda: asyncio.run(talk())).result()


def printed(*words: str) -> str:
    """What a command prints in the project's folder."""
    with redirect_stdout(io.StringIO()) as out:
        assert main(list(words)) == 0
    return out.getvalue()


def said(answer: CallToolResult) -> str:
    """The text of an answer."""
    (part,) = answer.content
    assert part.type == "text"
    return part.text


def test_its_tools_are_listed(project: Project) -> None:
    """Six tools, each with a description; only the one that runs code under test is not marked as reading only."""
    tools, _ = served(project)
    assert {one.name for one in tools.tools} == TOOLS
    assert all(one.description and one.annotations for one in tools.tools)
    assert {one.name for one in tools.tools if not one.annotations.read_only_hint} == {"study_verify"}


READ = [
    ("hotspots", {"file": "run.wbp"}, ("hotspots", "run.wbp")),
    ("hotspots", {"file": "run.wbp", "tokens": 4000}, ("hotspots", "run.wbp", "--tokens", "4000")),
    ("show", {"file": "run.wbp", "handle": "f1"}, ("show", "run.wbp", "f1")),
    ("show", {"file": "run.wbp", "handle": "f1", "view": "callers"}, ("show", "run.wbp", "f1", "--callers")),
    ("advise", {"file": "run.wbp"}, ("advise", "run.wbp")),
    ("brief", {"study": "study"}, ("brief", "study")),
    ("brief", {"study": "study", "tokens": 700}, ("brief", "study", "--tokens", "700")),
    ("study_status", {"study": "study"}, ("study", "status", "study")),
]


def test_each_answer_is_the_commands(project: Project) -> None:
    """Text and values of every reading tool are those that the command prints, without and with --json."""
    _, answers = served(project, *((name, given) for name, given, _ in READ))
    for answer, (_, _, words) in zip(answers, READ, strict=True):
        assert not answer.is_error, said(answer)
        assert said(answer) == printed(*words)
        assert answer.structured_content == json.loads(printed(*words, "--json"))


def test_a_candidate_is_verified_and_the_verdict_kept(project: Project) -> None:
    """`study_verify` runs the checklist; what it answers is what the folder has afterwards, also as the server goes on."""
    verify = ("study_verify", {"study": "study", "candidate": "c1", "budget": "3s"})
    _, (first, then) = served(project, verify, ("brief", {"study": "study"}))
    assert not first.is_error, said(first)
    assert first.structured_content is not None
    verdict = first.structured_content["verdict"]
    assert said(first).startswith(f"c1 {verdict}")
    assert len(first.structured_content["checks"]) == 6
    assert f"c1  {verdict}" in said(then)
    assert verdict in printed("study", "status", "study")


WRONG = [
    (("hotspots", {"file": "nothing.wbp"}), "nothing.wbp"),
    (("hotspots", {"file": "run.wbp", "tokens": 1}), "tokens are too few"),
    (("show", {"file": "run.wbp", "handle": "f99"}), "f99"),
    (("show", {"file": "run.wbp", "handle": "f1", "view": "caller"}), "did you mean 'callers'"),
    (("brief", {"study": "nowhere"}), "There is no study in nowhere"),
    (("study_verify", {"study": "study", "candidate": "c9"}), "There is no candidate 'c9'"),
    (("study_verify", {"study": "study", "budget": "soon"}), "'soon' is no length of time"),
]


def test_what_goes_wrong_is_an_error_of_the_tool_in_our_words(project: Project) -> None:
    """A wrong file, handle, folder, label or budget gives an error with the sentence that the command prints, and the server goes on."""
    _, answers = served(project, *(call for call, _ in WRONG), ("study_status", {"study": "study"}))
    for answer, (_, sentence) in zip(answers, WRONG, strict=False):
        assert answer.is_error
        assert sentence in said(answer)
        assert "Traceback" not in said(answer)
    assert not answers[-1].is_error


def test_what_a_module_prints_does_not_reach_the_protocol(project: Project) -> None:
    """A target whose module prints when imported, and even ends the process's output, leaves the answers as they are."""
    text = project.file.read_text()
    project.file.write_text(text + "\n\nimport os\nprint('{}')\nos.write(1, b'noise\\n')\n")
    try:
        _, (answer,) = served(project, ("study_status", {"study": "study"}))
    finally:
        project.file.write_text(text)
    assert not answer.is_error
    assert said(answer).startswith("study study of ")


def test_a_module_that_was_changed_is_seen_as_it_is_now(project: Project) -> None:
    """One server answers from the files as they are at each call, not as they were when it began."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    words = ["-m", "workbench", "agent", "serve"]
    start = StdioServerParameters(command=sys.executable, args=words, env=environment, cwd=project.root)
    text = project.file.read_text()

    async def talk() -> tuple[CallToolResult, CallToolResult]:
        async with stdio_client(start) as (reads, writes), ClientSession(reads, writes) as session:
            await session.initialize()
            before = await session.call_tool("study_status", {"study": "study"})
            project.file.write_text(text + "\n\nraise ImportError('broken since')\n")
            return before, await session.call_tool("study_status", {"study": "study"})

    try:
        before, after = apart(talk)
    finally:
        project.file.write_text(text)
    assert not before.is_error
    assert after.is_error


def test_a_process_that_dies_is_an_error(project: Project) -> None:
    """A target's module that ends its process gives an error that says so."""
    text = project.file.read_text()
    project.file.write_text(text + "\n\nimport os\nos._exit(7)\n")
    try:
        _, (answer,) = served(project, ("brief", {"study": "study"}))
    finally:
        project.file.write_text(text)
    assert answer.is_error
    assert "ended with status 7" in said(answer)


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the protocol's package is not there the command names the extra that brings it."""
    monkeypatch.setattr(serving.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(UsageError, match=r"pip install 'profiling-workbench\[mcp\]'"):
        serving.serve()
