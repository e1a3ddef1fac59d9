"""`workbench agent`: the prompts for coding agents, shown, checked and installed; and the same answers as tools."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import click

from workbench.cli.out import write

SHOWN = (
    "Examples:",
    "  workbench agent show                     the specialist's prompt, whole",
    "  workbench agent show python-async        a skill",
    "  workbench agent check my/agents          all that is wrong with a folder of agent files",
    "  workbench agent install --claude         .claude/agents/python-specialist.md, .claude/skills/",
    "  workbench agent install --agents         .agents/, and a section in AGENTS.md",
    "  workbench agent install team/agents      the files as they are",
)


@click.group("agent", epilog="\b\n" + "\n".join(SHOWN), context_settings={"help_option_names": ["-h", "--help"]})
def command() -> None:
    """The prompts that let a coding agent work with the workbench. They are part of it; nothing is fetched or sent."""


@command.command("show", epilog="Exit codes: 0 shown, 2 there is no such agent or skill, or its file is not in order.")
@click.argument("name", default="python-specialist")
@click.option("--json", "as_json", is_flag=True, help="Print JSON instead of text.")
def show(name: str, as_json: bool) -> int:
    """Print the agent, skill or document NAME, what it extends included."""
    from workbench.agent.prompt import agents_folder, composed, find

    folder = agents_folder()
    file = find(name, folder)
    prompt = composed(file.place, folder) if file.kind == "agent" else None
    text = prompt.text if prompt else f"{file.body.strip()}\n"
    if as_json:
        keys = {key: value for key, value in file.front.items() if key != "extends"}
        found = {
            "schema": "workbench.agent/1",
            "kind": file.kind,
            "file": file.place,
            "front": keys,
            "parts": [part.place for part in (prompt.parts if prompt else [file])],
            "text": text,
        }
        text = json.dumps(found, indent=2) + "\n"
    write(sys.stdout, text)
    return 0


@command.command("check", epilog="Exit codes: 0 nothing is wrong, 1 something is, 2 there is no such folder.")
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
def check(folder: Path | None) -> int:
    """List all that is wrong with the agents and skills in DIR (those of the workbench without it), a line each."""
    from workbench.agent.prompt import agents_folder, places
    from workbench.agent.prompt import check as problems_of

    root = folder if folder is not None else agents_folder()
    found = problems_of(root)
    files = len(places(root))
    counted = f"{files} file{'s' if files != 1 else ''}, " + (f"{len(found)} to mend" if found else "all in order")
    write(sys.stdout, "".join(f"{problem}\n" for problem in found) + f"{counted}\n")
    return 1 if found else 0


@command.command(
    "install", epilog="Exit codes: 0 all is there, 1 something could not be written or differs, 2 wrong words."
)
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
@click.option("--claude", is_flag=True, help="Into .claude/ here: an agent with all it extends, and its skills.")
@click.option("--agents", is_flag=True, help="Into .agents/ here, with a section in AGENTS.md that points there.")
@click.option("--force", is_flag=True, help="Replace files that are there and differ.")
def install(folder: Path | None, claude: bool, agents: bool, force: bool) -> int:
    """Write the agent files for an agent here, or into DIR as they are. A file that differs stays, unless --force."""
    from workbench.agent.install import install as write_files

    if (folder is not None) + claude + agents != 1:
        raise click.UsageError("Say where to, in one way: --claude, --agents or a folder.")
    kind = "claude" if claude else "agents" if agents else None
    for state, place in write_files(folder or Path(), kind, force=force):
        write(sys.stdout, f"{state:<9} {((folder or Path()) / place).as_posix()}\n")
    return 0


@command.command("serve")
def serve() -> int:
    """Answer as tools over stdio (Model Context Protocol) until stdin ends; needs the extra `mcp`."""
    from workbench.agent.server import serve as serve_tools

    serve_tools()
    return 0
