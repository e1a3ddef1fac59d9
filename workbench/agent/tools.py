"""The tools that the server offers. Each is answered by a process of its own, see `answers`."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

from mcp.server.mcpserver import MCPServer
from mcp.server.mcpserver.exceptions import ToolError
from mcp.types import CallToolResult, TextContent, ToolAnnotations

from workbench import __version__

ABOUT = (
    "What a Python program spends its time and memory on, from recordings made by `workbench profile --save FILE`, and where a study, one "
    "optimisation kept in a folder, stands. Paths are seen from the folder that the server was started in. Shares are of the whole run, "
    "the plus-minus is for 95 %. The same answers come from the commands `workbench hotspots`, `show`, `advise`, `brief` and `study`."
)


async def hotspots(file: str, tokens: int = 1500) -> CallToolResult:
    """What took the time or memory in a recording (.wbp, .prof), the most first, with handles f1, f2, ... for functions and l1, l2, ...
    for lines. The text takes at most `tokens` tokens. Nothing in the file is run."""
    return await answered("hotspots", file=file, tokens=tokens)


async def show(file: str, handle: str, view: str = "", tokens: int = 1500) -> CallToolResult:
    """One function or line of a recording by its handle, such as f1. `view` is "" for what is known of it, or one of callers, callees,
    lines, source. Nothing in the file is run."""
    return await answered("show", file=file, handle=handle, view=view, tokens=tokens)


async def advise(file: str, tokens: int = 1500, floor: float = 5.0) -> CallToolResult:
    """What rules know of the hot lines of a recording, hottest first: each with its share, the most that the whole can gain, a pattern,
    when the code is right as it is, and a rewrite where that is mechanical. `floor` is the least share told, in per cent. Nothing runs."""
    return await answered("advise", file=file, tokens=tokens, floor=floor)


async def brief(study: str, tokens: int = 1500) -> CallToolResult:
    """What the folder of a study keeps: target, share and what there is to be won, hotspots, recorded calls, hypotheses, candidates with
    their verdicts, and the commands that come next. The program is not run; the target's module is imported."""
    return await answered("brief", study=study, tokens=tokens)


async def study_status(study: str) -> CallToolResult:
    """Where a study stands, a line for each step, and the step that comes next. The target's module is imported."""
    return await answered("study_status", study=study)


async def study_verify(
    study: str, candidate: str = "", budget: str = "30s", allow: tuple[str, ...] = (), required: float = 0.0
) -> CallToolResult:
    """Run the checklist on a candidate, the newest without a label: the same results, memory, races, types, tests, and the gain.

    `budget` is how long comparing may take (30s, 2min), the checks come on top; `allow` are relaxations such as order or float:1e-9;
    `required` is how many times as fast it has to be. It runs the code under test and keeps the verdict in the study's folder."""
    arguments = {"candidate": candidate, "budget": budget, "allow": list(allow), "required": required}
    return await answered("study_verify", study=study, **arguments)


def server() -> MCPServer[Any]:
    """The server with its tools, not yet running."""
    made: MCPServer[Any] = MCPServer("workbench", version=__version__, instructions=ABOUT, log_level="WARNING")
    for tool in (hotspots, show, advise, brief, study_status):
        made.add_tool(tool, annotations=ToolAnnotations(read_only_hint=True, open_world_hint=False))
    made.add_tool(study_verify, annotations=ToolAnnotations(destructive_hint=False, open_world_hint=False))
    return made


async def answered(name: str, **arguments: Any) -> CallToolResult:
    """An answer as text and as values. Raises ToolError with the sentence of what went wrong; a call that is cancelled ends its process."""
    with tempfile.TemporaryDirectory(prefix="workbench-answer-") as folder:
        request, result = Path(folder, "request.json"), Path(folder, "result.json")
        request.write_text(json.dumps([name, arguments]), "utf-8")
        status = await _run("-m", "workbench.agent.answers", str(request), str(result))
        if not result.is_file():
            raise ToolError(
                f"The process that was to answer ended with status {status} and no answer. What it said is on the server's standard "
                "error; the command line gives the same answer."
            )
        found = json.loads(result.read_text("utf-8"))
    if "error" in found:
        raise ToolError(found["error"])
    return CallToolResult(content=[TextContent(type="text", text=found["text"])], structured_content=found["values"])


async def _run(*words: str) -> int:
    """Run Python in a session of its own, its output on our standard error; its status. Where this is cancelled it is ended with all it
    has started."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, *words, stdin=asyncio.subprocess.DEVNULL, stdout=sys.stderr, start_new_session=True
    )
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()
