"""Answers for an agent from recordings: budgets held, handles stable, text and JSON the same facts, next steps that run."""

from __future__ import annotations

import json
import math
import re
import shlex
import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import jsonschema
import pytest
import samples
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import PROJECT, cell_source, drawn, finish, recordings

from workbench import units
from workbench.analysis.hotspots import hotspots
from workbench.analysis.neighbours import ITSELF, ROOT_FRAME, callees, callers, lines_of, nodes_of
from workbench.analysis.precision import half_width
from workbench.cli.main import COMMANDS, main
from workbench.errors import UsageError, WrongEngineError
from workbench.formats.native import write
from workbench.magics.words import parse
from workbench.model.builder import RecordingBuilder
from workbench.model.facts import Source, SourceKind, Target, TargetKind
from workbench.model.recording import Recording
from workbench.render.budget import Section, fit, tokens
from workbench.render.digest import hotspots_json, hotspots_text
from workbench.render.digest_form import schema
from workbench.render.digest_rows import Found, ceiling
from workbench.render.digest_shown import VIEWS, shown_json, shown_text
from workbench.render.json_form import as_json
from workbench.render.text import text

BUDGETS = (300, 800, 1500, 4000)
HOTSPOTS, SHOWN = (jsonschema.Draft202012Validator(json.loads(schema(name))) for name in ("hotspots", "shown"))
PROGRAM = """\
import asyncio


def busy(n):
    total = 0
    for i in range(n):
        total += i * i
    return total


async def work(n):
    await asyncio.sleep(0.001)
    return busy(n)


async def main():
    for _ in range(10):
        await asyncio.gather(*(work(20_000) for _ in range(10)))


asyncio.run(main())
"""


def memory_recording() -> Recording:
    """Memory at the lines of `build_index`, which grew by 12 MiB on line 17."""
    builder = RecordingBuilder()
    builder.source(cell_source())
    frame = builder.frame("build_index", samples.CELL_FILE, 12)
    for line, hits, grown in ((13, 1, 0), (17, 900, 12 << 20), (19, 1_000, 4096)):
        builder.growth(frame, line, hits, grown, grown, 112 << 20)
    return finish(builder, engine="memory", mechanism="process memory at each line")


EVERY = {
    "sampled": samples.small_recording,
    "calls": samples.exact_recording,
    "lines": samples.lines_recording,
    "memory": memory_recording,
    "heap": samples.heap_recording,
    "tasks": samples.tasks_recording,
    "passes": samples.passes_recording,
    "failed": samples.failed_recording,
    "empty": samples.empty_recording,
    "hostile": samples.hostile_recording,
    "big": lambda: samples.random_recording(frames=200, nodes=1_500, samples=3_000),
}


@pytest.fixture(params=EVERY)
def recording(request: pytest.FixtureRequest) -> Recording:
    """One recording of each engine, and some that are hard to tell of."""
    return EVERY[request.param]()


def steps(answer: dict[str, Any]) -> list[str]:
    """The commands an answer ends in."""
    return [step["command"] for step in answer["next"]]


def shown_handles(answer: str) -> list[str]:
    """The handles that stand before rows, in their order."""
    return re.findall(r"^ *([fl][1-9][0-9]*)  ", answer, re.MULTILINE)


def check_command(command: str) -> None:
    """Raises where a step's command is none: of the command line by its own parser, of a notebook by the magic's."""
    if command.startswith("%"):
        line, cell = command.partition("profile")[2], command.startswith("%%")
        parse(line, cell=cell)
        return
    program, name, *words = shlex.split(command)
    assert program == "workbench"
    assert name in COMMANDS
    module = __import__(f"workbench.cli.{name}", fromlist=["command"])
    found: click.Command = module.command
    found.make_context(name, list(words))


@pytest.mark.parametrize(
    ("written", "largest"),
    [
        (
            "f1   521 ms   32    66      2   531 ms   96.9 %  ±5.4           work                           aprog.py:2",
            38,
        ),
        ("def build_index(records):\n    index = {}\n    for record in records:\n        index.append(record)\n", 24),
        ('{"handle": "f1", "function": "Index.by_name", "share": 0.968801, "line": 113, "calls": null}', 37),
        ("Next:\n  lines of f1: workbench show run.wbp f1 --lines\n", 20),
        ("Time is a parameter; tests use a fake clock, and sampling is asserted by rank or share.", 18),
        ("   120000    0.041    0.000    0.041    0.000 {method 'split' of 'str' objects}", 35),
        ("/usr/lib/python3.12/site-packages/pandas/core/frame.py:690", 23),
    ],
)
def test_tokens_are_estimated_from_above(written: str, largest: int) -> None:
    """The estimate is at or somewhat above the largest count of four real vocabularies, taken once for these texts."""
    assert largest <= tokens(written) <= math.ceil(1.45 * largest)


@given(st.text(max_size=300), st.text(max_size=300))
def test_tokens_of_any_text(one: str, other: str) -> None:
    """Every text has a count; more text does not have fewer tokens, but for what is counted at the seam."""
    assert tokens("") == 0
    assert tokens(one + other) >= max(tokens(one), tokens(other)) - 2


def test_rows_give_way_evenly_and_are_counted() -> None:
    """Sections lose their last rows in proportion, none falls below its fewest, and a line says how many are gone and where they are."""
    sections = [
        Section("long", tuple(f"a row number {n}" for n in range(60)), more="workbench show"),
        Section("short", tuple(f"b row number {n}" for n in range(12)), fewest=3),
    ]
    written = fit(["head"], sections, ["tail"], 150)
    assert tokens(written) <= 150
    long, short = written.count("a row"), written.count("b row")
    assert 3 <= short < 12
    assert abs(long / 60 - short / 12) < 0.15
    assert f"... {60 - long} more: workbench show" in written
    assert f"... {12 - short} more\n" in written
    assert written.startswith("head\n\nlong\na row number 0\n")
    assert written.endswith("\n\ntail\n")


def test_rows_with_places_stand_in_their_order() -> None:
    """Rows that were ranked by worth are shown in the order of their places, with dots where some between are missing."""
    rows, places = ("line 7", "line 1", "line 8", "line 2"), (7, 1, 8, 2)
    whole = fit([], [Section("source", rows, places=places)], [], 100)
    assert whole == "source\nline 1\nline 2\n...\nline 7\nline 8\n"
    cut = fit([], [Section("source", rows, places=places)], [], tokens(whole) - 1)
    assert "line 7" in cut
    assert "line 2" not in cut


def test_the_budget_named_works_and_no_smaller_one() -> None:
    """A budget that cannot be held is refused with the smallest that can: that one works, one less does not."""
    sections = [Section("t", tuple(f"row number {n} of many" for n in range(9)), fewest=2)]
    with pytest.raises(UsageError, match="too few") as caught:
        fit(["head"], sections, ["tail"], 5)
    least = int(re.findall(r"Give (\d+)", str(caught.value))[0])
    assert tokens(fit(["head"], sections, ["tail"], least)) <= least
    with pytest.raises(UsageError):
        fit(["head"], sections, ["tail"], least - 1)


@pytest.mark.parametrize("budget", BUDGETS)
def test_hotspots_hold_their_budget(recording: Recording, budget: int) -> None:
    """At every budget the text fits, or the answer names one that it fits; it ends in next steps."""
    try:
        written = hotspots_text(recording, tokens=budget, file="run.wbp")
    except UsageError as refused:
        assert budget == 300
        budget = int(re.findall(r"Give (\d+)", str(refused))[0])
        assert budget <= 600
        written = hotspots_text(recording, tokens=budget, file="run.wbp")
    assert tokens(written) <= budget
    assert "\nNext:\n" in written


@pytest.mark.parametrize("budget", BUDGETS)
def test_ordinary_recordings_fit_three_hundred_tokens(budget: int) -> None:
    """Of every engine, the least budget is enough for the first function and what to ask next."""
    for name in ("sampled", "calls", "lines", "memory", "heap", "tasks", "passes", "empty", "big"):
        assert tokens(hotspots_text(EVERY[name](), tokens=budget, file="run.wbp")) <= budget


def test_json_is_valid_and_tells_the_facts_of_the_text(recording: Recording) -> None:
    """Under the published schema, at the same budget, JSON has the handles of the text in their order, its shares and its steps."""
    written = hotspots_text(recording, tokens=1500, file="run.wbp")
    found = hotspots_json(recording, tokens=1500, file="run.wbp")
    HOTSPOTS.validate(json.loads(json.dumps(found, allow_nan=False)))
    rows = [*(found["functions"] or ()), *(found["lines"] or ())]
    assert sorted(shown_handles(written)) == sorted(row["handle"] for row in rows)
    for row in rows:
        share = row.get("here_share", row.get("share"))
        line = next(line for line in written.splitlines() if line.strip().startswith(f"{row['handle']}  "))
        assert share is None or any(units.share(near) in line for near in (share, share - 1e-6, share + 1e-6))
    assert all(command in written for command in steps(found))
    assert sum(found["left_out"].values()) == sum(map(int, re.findall(r"^\.\.\. (\d+) more$", written, re.MULTILINE)))


def test_json_without_a_budget_has_every_row(recording: Recording) -> None:
    """Asked for without a budget, JSON has all own functions and all lines there are."""
    found, whole = hotspots_json(recording), Found.of(recording)
    HOTSPOTS.validate(json.loads(json.dumps(found, allow_nan=False)))
    assert len(found["lines"]) == len(whole.lines)
    own = {row.handle for row in whole.functions if row.owner.value == "own"}
    assert own <= {row["handle"] for row in found["functions"]}


@settings(max_examples=60)
@given(recordings(), st.sampled_from(BUDGETS))
def test_any_recording_is_told_within_its_budget(found: Recording, budget: int) -> None:
    """Whatever a recording holds, the text fits or names a budget that does, and the JSON is valid."""
    HOTSPOTS.validate(json.loads(json.dumps(hotspots_json(found), allow_nan=False)))
    try:
        written = hotspots_text(found, tokens=budget)
    except UsageError as refused:
        budget = int(re.findall(r"Give (\d+)", str(refused))[0])
        written = hotspots_text(found, tokens=budget)
    assert tokens(written) <= budget


@settings(max_examples=60)
@given(recordings(), st.sampled_from(["", *VIEWS]))
def test_any_handle_is_shown_or_refused(found: Recording, view: str) -> None:
    """Of whatever recording, each handle has an answer with a valid JSON, or a sentence why not."""
    rows = Found.of(found)
    for row in (*rows.functions[:3], *rows.lines[:3]):
        try:
            written = shown_text(found, row.handle, view, tokens=4000)
        except UsageError as refused:
            assert str(refused).endswith(".") or "workbench" in str(refused) or "%" in str(refused)
            continue
        assert tokens(written) <= 4000
        SHOWN.validate(json.loads(json.dumps(shown_json(found, row.handle, view), allow_nan=False)))


@pytest.mark.parametrize("view", ["", *VIEWS])
@pytest.mark.parametrize("name", ["sampled", "calls", "lines", "memory", "heap", "tasks", "passes", "big"])
def test_a_handle_is_shown_within_every_budget(name: str, view: str) -> None:
    """Every view of f1 and l1 that an engine knows fits its budget and has a valid JSON; else a command says what tells it."""
    found = EVERY[name]()
    rows = Found.of(found)
    for row in (*rows.functions[:1], *rows.lines[:1]):
        for budget in BUDGETS[1:]:
            try:
                written = shown_text(found, row.handle, view, tokens=budget, file="run.wbp")
            except WrongEngineError as refused:
                assert (name, view) in {
                    ("calls", "lines"),
                    *((engine, way) for engine in ("lines", "memory") for way in ("callers", "callees")),
                }
                assert "profile" in str(refused) or "engine" in str(refused)
                continue
            assert tokens(written) <= budget
            assert f"\n{row.handle} " in written
        if (name, view) not in {("calls", "lines")} and not (name in ("lines", "memory") and view in VIEWS[:2]):
            told = shown_json(found, row.handle, view, file="run.wbp")
            SHOWN.validate(json.loads(json.dumps(told, allow_nan=False)))
            assert told["subject"]["handle"] == row.handle
            assert [key for key in VIEWS if told[key] is not None] == (
                [view] if view else [k for k in VIEWS if told[k]]
            )


def test_handles_are_those_of_show(small: Recording, exact: Recording) -> None:
    """f1 and l1 are the same function and line here, in the text and JSON of `workbench show`, and for `zoom`."""
    for found in (small, exact, samples.lines_recording(), samples.tasks_recording()):
        listed = as_json(found)
        for key in ("functions", "lines"):
            mine = [(row["handle"], row["file"], row["line"]) for row in hotspots_json(found)[key]]
            theirs = [(row["handle"], row["file"], row["line"]) for row in listed[key]]
            assert [row for row in theirs if row in mine] == mine
        by_handle = hotspots(found).by_handle()
        assert {row.handle: row.function for row in Found.of(found).functions} == {
            handle: row.function for handle, row in by_handle.items() if handle[0] == "f"
        }
    grown = memory_recording()
    assert "f1 build_index" in text(grown)
    assert Found.of(grown).row("f1").function == "build_index"


def test_shares_have_their_plus_minus_and_their_ceiling(small: Recording) -> None:
    """`build_index` has 640 of 1,200 samples: 53.3 % within 2.8 points, so the whole gets 2.28 times as fast at the most without it."""
    wide = half_width(640 / 1200, 1200)
    row = next(row for row in hotspots_json(small)["functions"] if row["function"] == "build_index")
    assert row["share"] == pytest.approx(640 / 1200, rel=1e-5)
    assert row["plus_minus"] == pytest.approx(wide, rel=1e-5)
    assert row["ceiling"] == pytest.approx(1 / (1 - 640 / 1200 - wide), rel=1e-5)
    assert "53.3 %  ±2.8    2.28x  build_index" in hotspots_text(small, tokens=1500)


def test_a_ceiling_of_everything_is_no_number() -> None:
    """Half of a run gone makes it twice as fast; all of it, or what may be all of it, has no ceiling."""
    assert ceiling(0.5, 0.0) == pytest.approx(2.0)
    assert ceiling(0.5, math.nan) == pytest.approx(2.0)
    assert ceiling(1.0, 0.0) is None
    assert ceiling(0.98, 0.03) is None


def test_callers_and_callees_count_recursion_once() -> None:
    """A function that calls itself has each sample once: from its outermost caller, whose shares add up to one, and in its own row."""
    found = drawn(
        """
        main:3 > walk:10 > walk:10 > walk:10 > leaf:20  x6
        main:3 > walk:10 > leaf:20  x2
        main:4 > walk:11  x2
        other:9 > walk:11  x10
        """
    )
    names = {name: at for at in range(len(found.frames)) if (name := found.frame_name(at))}
    walk = nodes_of(found, frame=names["walk"])
    above = [(row.frame, row.line, row.amount, row.share) for row in callers(found, walk)]
    assert above == [
        (names["other"], 9, 10.0, 0.5),
        (names["main"], 3, 8.0, 0.4),
        (names["main"], 4, 2.0, 0.1),
    ]
    below = {row.frame: row.amount for row in callees(found, walk)}
    assert below == {ITSELF: 12.0, names["leaf"]: 8.0, names["walk"]: 6.0}
    assert callers(found, walk)[0].plus_minus == half_width(0.5, 20)


def test_who_begins_a_stack_has_no_caller() -> None:
    """What nobody called says so, with all of its time."""
    found = drawn("main:3  x4")
    (row,) = callers(found, nodes_of(found, frame=0))
    assert (row.frame, row.share) == (ROOT_FRAME, 1.0)
    assert "(nobody: first on its stack)" in shown_text(found, "f1", "callers", tokens=800)


def test_lines_of_a_function_are_its_own_alone() -> None:
    """A line counts for the function it stands in, once per sample: time here, with calls, and its kinds."""
    found = drawn(
        """
        main:3 > walk:10 > walk:10 > leaf:20  x6 native
        main:3 > walk:11 > split@std/text.py:2  x4 waiting
        """
    )
    names = {found.frame_name(at): at for at in range(len(found.frames))}
    rows = {row.line: row for row in lines_of(found, names["walk"])}
    assert (rows[10].here, rows[10].wall, rows[10].native) == (0.0, 6.0, 6.0)
    assert (rows[11].here, rows[11].wall, rows[11].waiting, rows[11].share) == (4.0, 4.0, 4.0, 0.4)


def test_counted_callers_have_counts(exact: Recording) -> None:
    """Of cProfile's counts callers and callees come with calls, and the callees' seconds stay below the function's."""
    row = next(row for row in Found.of(exact).functions if row.function == "words")
    above = shown_json(exact, row.handle, "callers")["callers"]
    assert [(one["function"].rpartition(".")[2], one["calls"]) for one in above] in (
        [("<listcomp>", 200)],
        [("main", 200)],
    )
    below = shown_json(exact, row.handle, "callees")["callees"]
    assert sum(one["share"] for one in below) == pytest.approx(1.0, abs=1e-3)
    assert {one["calls"] for one in below if one["function"] == "findall"} == {200}


def test_source_has_shares_in_its_margin(small: Recording) -> None:
    """The source as it ran, whole where it fits, with line numbers and shares; where it does not, the hot lines are what stays."""
    whole = shown_text(small, "f1", "source", tokens=1500)
    assert '40.0 %  ±2.8    18              if record["id"] not in index[word]:' in whole
    assert "          20      return index" in whole
    function = "def f(x):\n" + "".join(f"    step_{n}(x, {n})\n" for n in range(200))
    long = drawn("f:150  x90\nf:60  x10", text=function)
    cut = shown_text(long, "f1", "source", tokens=420)
    assert tokens(cut) <= 420
    assert "step_148(x, 148)" in cut
    assert "step_58(x, 58)" in cut
    assert "def f(x):" in cut
    assert "step_100(x" not in cut
    assert "\n...\n" in cut


def test_source_that_was_not_captured_is_said() -> None:
    """A recording without source shows everything but the source, and says why that is missing."""
    bare = drawn("main:3 > parse:10  x5")
    assert "parse" in shown_text(bare, "f1", "lines", tokens=800)
    assert "parse" in hotspots_text(bare, tokens=800)
    assert not any("--source" in command for command in steps(hotspots_json(bare)))
    with pytest.raises(UsageError, match="No source of parse was captured"):
        shown_text(bare, "f1", "source", tokens=800)


def test_a_cell_is_called_by_its_label_even_with_magics() -> None:
    """A cell's lines are those of `In [3]`; a cell that is no Python for its magics has its source up to the last line seen."""
    found = drawn("work:3  x9")
    magic = Source(f"{PROJECT}/app.py", "In [5]", SourceKind.CELL, 'def work():\n    """open\n    !ls {x}\n    y = (\n')
    cell = replace(found, sources=(magic,), target=Target(TargetKind.CELL, "In [5]"))
    written = shown_text(cell, "f1", "source", tokens=800)
    assert "In [5]:1" in written
    assert "3      !ls {x}" in written
    assert "%%profile lines -f work" in steps(hotspots_json(cell))


def test_every_next_step_is_a_command(recording: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each step parses as a command or magic; hotspots' and each view's."""
    monkeypatch.chdir(tmp_path)
    Path("app").mkdir()
    Path("app/main.py").touch()
    if recording.target.kind is TargetKind.STATEMENT:
        recording = replace(recording, target=Target(TargetKind.STATEMENT, "len([1])"))
    commands = steps(hotspots_json(recording, file="a run's.wbp"))
    for row in (*Found.of(recording).functions[:2], *Found.of(recording).lines[:1]):
        commands += steps(shown_json(recording, row.handle, file="a run's.wbp"))
    assert commands
    for command in commands:
        check_command(command)


@pytest.mark.parametrize("name", ["sampled", "calls", "lines", "memory", "heap", "tasks", "passes", "empty"])
def test_steps_into_the_recording_run(name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every printed step that reads the recording does, wherever it leads, with exit code 0 and an answer on stdout."""
    file = tmp_path / "a run's $(name).wbp"
    write(EVERY[name](), file)
    pending, done = [f"workbench hotspots {shlex.quote(str(file))}"], set()
    while pending and len(done) < 12:
        command = pending.pop()
        if command in done or shlex.split(command)[1] not in ("show", "hotspots"):
            continue
        done.add(command)
        assert main(shlex.split(command)[1:]) == 0, command
        printed = capsys.readouterr()
        assert printed.err == ""
        if not command.endswith("--json"):
            pending += re.findall(r"^  [^:\n]+: (workbench .*)$", printed.out, re.MULTILINE)
    assert len(done) >= 2


@pytest.mark.parametrize(
    ("kind", "name", "command"),
    [
        (TargetKind.SCRIPT, "my script.py $(rm) a;b", "workbench profile lines -f parse my script.py '$(rm)' 'a;b'"),
        (TargetKind.MODULE, "package.module --flag", "workbench profile lines -f parse -m package.module --flag"),
        (TargetKind.STATEMENT, "parse(text)", "%profile lines -f parse parse(text)"),
        (TargetKind.CELL, "In [3]", "%%profile lines -f parse"),
        (TargetKind.BLOCK, "block at app.py:3", None),
        (TargetKind.FILE, "old.prof", None),
        (TargetKind.SCRIPT, "a\nb.py", None),
        (TargetKind.SCRIPT, "long.py " + "x" * 400, None),
    ],
)
def test_running_it_again_is_told_where_it_can_be(kind: TargetKind, name: str, command: str | None) -> None:
    """The step that records the same target again has its words quoted for a shell; what cannot be told whole is not told."""
    found = replace(drawn("parse:10  x90"), target=Target(kind, name))
    commands = [one for one in steps(hotspots_json(found)) if "profile" in one]
    assert commands == ([command] if command else [])


def test_hostile_names_act_on_nothing() -> None:
    """Names with control characters, other directions of writing and markup stay on their line, escaped; JSON has them as they are."""
    found = samples.hostile_recording()
    written = hotspots_text(found, tokens=4000, file="a\nb\x1b[31m.wbp")
    for row in Found.of(found).functions[:4]:
        for view in ("", *VIEWS[:3]):
            written += shown_text(found, row.handle, view, tokens=4000, file="\u202eevil")
    assert not {unicodedata.category(char) for char in written.replace("\n", "").replace("\u200d", "")} & {
        "Cc",
        "Cf",
        "Zl",
        "Zp",
    }
    assert "workbench show FILE f1" in written
    assert {row["function"] for row in hotspots_json(found)["functions"]} >= set(samples.HOSTILE_NAMES) - {""}


@pytest.mark.parametrize("handle", ["f99", "l99", "g1", "f0", "", "F1", "f1 ", "build_index"])
def test_a_handle_that_is_not_there_names_those_that_are(small: Recording, handle: str) -> None:
    """A handle that is none, or not in this recording, is answered with the ones there are."""
    with pytest.raises(UsageError, match="f1 to f") as caught:
        shown_text(small, handle, "lines", tokens=800)
    assert "l1 to l" in str(caught.value)


def test_a_view_that_is_none_and_an_empty_recording() -> None:
    """A view that is none is answered with those there are; a recording of nothing says so in both answers."""
    with pytest.raises(UsageError, match="callees"):
        shown_text(samples.small_recording(), "f1", "calees", tokens=800)
    empty = samples.empty_recording()
    assert "Nothing was seen at work" in hotspots_text(empty, tokens=300)
    with pytest.raises(UsageError, match="nothing was seen at work"):
        shown_text(empty, "f1", tokens=800)


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["hotspots"], "Which recording?"),
        (["hotspots", "nosuch.wbp"], "There is no file nosuch.wbp"),
        (["hotspots", "broken.wbp"], "broken.wbp"),
        (["hotspots", "run.wbp", "--tokens", "0"], "budget is 0 tokens"),
        (["hotspots", "run.wbp", "--tokens", "-5"], "budget is -5 tokens"),
        (["hotspots", "run.wbp", "--tokens", "many"], "'many' is not a valid integer"),
        (["hotspots", "run.wbp", "--tokens", "20"], "Give "),
        (["show", "run.wbp", "f99"], "'f99' is not in this recording"),
        (["show", "run.wbp", "--lines"], "--lines goes with a handle"),
        (["show", "run.wbp", "--tokens", "900"], "--tokens goes with a handle"),
        (["show", "run.wbp", "f1", "--lines", "--callers"], "One view at a time"),
        (["show", "run.wbp", "f1", "--top", "3"], "with a handle say --tokens"),
        (["show", "run.wbp", "f1", "--tokens", "0"], "budget is 0 tokens"),
        (["show", "broken.wbp", "f1"], "broken.wbp"),
    ],
)
def test_wrong_words_are_exit_code_two(
    words: list[str],
    said: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Wrong words, damaged budgets and files that cannot be read: a sentence on stderr, nothing on stdout, exit code 2."""
    monkeypatch.chdir(tmp_path)
    write(samples.small_recording(), Path("run.wbp"))
    Path("broken.wbp").write_bytes(Path("run.wbp").read_bytes()[:500])
    assert main(words) == 2
    printed = capsys.readouterr()
    assert said in printed.err
    assert printed.out == ""


def test_the_command_line_answers_with_data(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """stdout has the answer alone, without colour: text within its budget, one line of valid JSON, the schema as published."""
    monkeypatch.chdir(tmp_path)  # a path stands in each of the next steps, and its length counts
    file = Path("run.wbp")
    write(samples.small_recording(), file)
    assert main(["hotspots", str(file), "--tokens", "700"]) == 0
    written = capsys.readouterr().out
    assert tokens(written) <= 700
    assert "\x1b" not in written
    assert main(["hotspots", str(file), "--json"]) == 0
    printed = capsys.readouterr().out
    assert printed.count("\n") == 1
    HOTSPOTS.validate(json.loads(printed))
    assert main(["show", str(file), "l1", "--source", "--json"]) == 0
    SHOWN.validate(json.loads(capsys.readouterr().out))
    for name, published in (("hotspots", "hotspots"), ("show", "shown")):
        assert main([name, "--schema"]) == 0
        found = json.loads(capsys.readouterr().out)
        jsonschema.Draft202012Validator.check_schema(found)
        assert found["properties"]["schema"]["const"] == f"workbench.{published}/1"


@pytest.mark.parametrize("engine", ["sample", "cpu", "heap", "tasks", "lines", "memory"])
def test_a_real_run_under_every_engine(
    engine: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """A short async program recorded for real: hotspots and each view known to the engine fit their budgets, valid as JSON."""
    import subprocess
    import sys

    monkeypatch.chdir(tmp_path)
    Path("program.py").write_text(PROGRAM)
    chosen = ["-f", "busy"] if engine in ("lines", "memory") else []
    command = [sys.executable, "-m", "workbench", "profile", engine, *chosen, "--quiet", "-o", "run.wbp", "program.py"]
    subprocess.run(command, check=True)
    for budget in BUDGETS:
        assert main(["hotspots", "run.wbp", "--tokens", str(budget)]) == 0
        assert tokens(capfd.readouterr().out) <= budget
    assert main(["hotspots", "run.wbp", "--json"]) == 0
    found = json.loads(capfd.readouterr().out)
    HOTSPOTS.validate(found)
    for command_line in steps(found):
        check_command(command_line)
    busy = next(row["handle"] for row in found["functions"] if row["function"] in ("busy", "main"))
    for view in VIEWS:
        code = main(["show", "run.wbp", busy, f"--{view}", "--json"])
        printed = capfd.readouterr()
        if code == 0:
            SHOWN.validate(json.loads(printed.out))
        else:
            assert "workbench profile" in printed.err
