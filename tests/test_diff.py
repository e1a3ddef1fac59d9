"""The diff of two recordings: known answers across edits, what is refused and why, and what holds for any two recordings."""

from __future__ import annotations

import json
import math
from collections import Counter
from dataclasses import replace
from importlib.resources import files
from types import ModuleType
from typing import TYPE_CHECKING, Any

import jsonschema
import pytest
import samples
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import (
    PROJECT,
    SITE,
    Sketch,
    cell_source,
    drawn,
    environment,
    exact_recording,
    finish,
    heap_recording,
    lines_recording,
    passes_recording,
    recordings,
    small_recording,
    tasks_recording,
)

import workbench
from workbench.analysis.diff import diff
from workbench.analysis.diff_lines import aligned
from workbench.analysis.diff_match import MOST_PAIRS, best_pairs
from workbench.analysis.diff_rows import Change, RecordingDiff, Status
from workbench.analysis.diff_source import Text
from workbench.analysis.precision import half_width
from workbench.errors import SaveFailedError, UsageError, WorkbenchError, WrongEngineError
from workbench.model.builder import RecordingBuilder
from workbench.model.facts import Evidence, RunError, Source, SourceKind, Target, TargetKind
from workbench.render.diff_words import Wording

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.model.recording import Recording

OLD = """\
def main(data):
    rows = parse(data)
    return index(rows)

def parse(data):
    out = []
    for line in data:
        out.append(line.split(","))
    return out

def index(rows):
    found = {}
    for row in rows:
        if row[0] not in list(found):
            found[row[0]] = row
    return found

def legacy(rows):
    return sorted(rows)
"""
NEW = """\
import csv

def main(data):
    rows = parse(data)
    return index(rows)

def index(rows):
    found = {}
    for row in rows:
        # a dict knows its keys
        if row[0] not in found:
            found[row[0]] = row
    return found

def parse(data):
    out = []
    for line in data:
        out.append(line.split(","))
    return out
"""
MIRRORED = {Status.NEW: Status.GONE, Status.GONE: Status.NEW}


def program(text: str, *rows: tuple[str, int, int], file: str = "app.py", **changes: Any) -> Recording:
    """A sampled run of a program: (function, line, samples of 10 ms) for each row, its functions found in the text."""
    sketch, path = Sketch(step=0.01), f"{PROJECT}/{file}"
    first = {
        name: at
        for at, line in enumerate(text.split("\n"), 1)
        if (name := line[4:].partition("(")[0]) and line[:4] == "def "
    }
    for name, line, count in rows:
        node = sketch.path((name, path, first[name], line))
        for _ in range(count):
            sketch.sample(node)
    sketch.builder.source(Source(path, file, SourceKind.FILE, text))
    total = 0.01 * sum(row[2] for row in rows)
    facts = {"duration": total, "cpu": total, "target": Target(TargetKind.SCRIPT, "app.py")}
    return finish(sketch.builder, **(facts | changes))


def old_run(**changes: Any) -> Recording:
    """One second and a half in which `index` is slow."""
    return program(OLD, ("parse", 8, 50), ("index", 14, 80), ("legacy", 19, 20), **changes)


def by_function(found: RecordingDiff) -> dict[str, Change]:
    """Function -> its row, by the newer name."""
    return {row.here.function: row for row in found.functions}


def by_source(found: RecordingDiff) -> dict[str, Change]:
    """A line's text, without its indentation -> its row."""
    return {row.here.source.strip(): row for row in found.lines}


@st.composite
def edits(draw: st.DrawFn) -> Recording:
    """A sampled run of a small program whose functions, files and texts come from a few, so that two of them have much in common."""
    builder, files = RecordingBuilder(), ("app.py", "core.py", "lib/app.py")
    bodies = (
        "def f():\n    return g()\n",
        "def g():\n    x = 1\n    y = 2\n    return x\n",
        "def h():\n    x = 1\n    y = 2\n    z = 3\n",
    )
    for file in draw(st.lists(st.sampled_from(files), unique=True)):
        text = "".join(draw(st.lists(st.sampled_from(bodies), max_size=4)))
        builder.source(Source(f"{PROJECT}/{file}", file, SourceKind.FILE, text))
    thread = builder.thread("MainThread")
    for name, file, first, line, count in draw(
        st.lists(
            st.tuples(
                st.sampled_from(["f", "g", "h", "<module>", "f.<locals>.<lambda>"]),
                st.sampled_from(files),
                st.integers(1, 9),
                st.integers(1, 12),
                st.integers(1, 5),
            ),
            max_size=8,
        )
    ):
        node = builder.stack(-1, builder.frame(name, f"{PROJECT}/{file}", first), line)
        builder.sample(node, thread, 0.0, 0.1 * count, 0.0, 0.0)
    return finish(builder, target=Target(TargetKind.SCRIPT, "app.py"))


def any_two(evidence: Evidence) -> st.SearchStrategy[tuple[Recording, Recording]]:
    """Two recordings of one evidence, samples also of programs that have much in common."""
    one = recordings(evidence=evidence)
    alike = [st.tuples(edits(), edits())] if evidence is Evidence.SAMPLES else []
    return st.one_of(st.tuples(one, one), *alike)


def forced(old: Recording, new: Recording) -> RecordingDiff | None:
    """The diff, overruling what may be overruled; None where the two know nothing that compares."""
    try:
        return diff(old, new, force=True)
    except WrongEngineError:
        return None


def test_functions_and_lines_are_followed_through_an_edit() -> None:
    """A function that stands elsewhere in its file keeps its row, an edited line is the same line, and the slowest change comes first."""
    new = program(NEW, ("parse", 18, 50), ("index", 11, 10))
    found = diff(old_run(), new)
    index, parse = by_function(found)["index"], by_function(found)["parse"]
    assert [row.here.function for row in found.ranked()] == ["index", "legacy"]
    assert (index.old, index.new, index.status, index.edited) == (
        pytest.approx(0.8),
        pytest.approx(0.1),
        Status.CHANGED,
        True,
    )
    assert (parse.status, parse.edited, parse.within_noise) == (Status.SAME, False, True)
    line = by_source(found)["if row[0] not in found:"]
    assert line.before is not None
    assert (line.before.line, line.here.line, line.edited) == (14, 11, True)
    same = by_source(found)['out.append(line.split(","))']
    assert same.before is not None
    assert (same.before.line, same.here.line, same.status) == (8, 18, Status.SAME)


def test_a_deleted_function_is_gone_and_a_fresh_one_new() -> None:
    """What only one of the two sources has is gone, or new the other way round; its amount on the other side is 0."""
    new = program(NEW, ("parse", 18, 50), ("index", 11, 80))
    gone, back = by_function(diff(old_run(), new))["legacy"], by_function(diff(new, old_run()))["legacy"]
    assert (gone.status, gone.after, gone.new, gone.change) == (Status.GONE, None, 0.0, pytest.approx(-0.2))
    assert (back.status, back.before, back.change) == (Status.NEW, None, pytest.approx(0.2))


def test_what_was_not_seen_but_is_in_the_source_is_neither_new_nor_gone() -> None:
    """A function and a line that the other source has, and no sample met, are known there with an amount of 0."""
    found = diff(program(OLD, ("parse", 8, 50), ("index", 14, 50)), old_run())
    legacy, line = by_function(found)["legacy"], by_source(found)["return sorted(rows)"]
    assert legacy.before is not None
    assert line.before is not None
    assert (legacy.status, legacy.old, legacy.before.line) == (Status.CHANGED, 0.0, 18)
    assert (line.status, line.before.line, line.edited) == (Status.CHANGED, 19, False)


def test_an_inserted_line_moves_the_others_along() -> None:
    """A line put in at the top shifts all below it by one, and nothing is told as changed."""
    shifted = program("import csv\n" + OLD, ("parse", 9, 50), ("index", 15, 80), ("legacy", 20, 20))
    found = diff(old_run(), shifted)
    assert found.ranked() == []
    assert found.ranked_lines() == []
    assert {row.here.line - row.before.line for row in found.lines if row.before} == {1}


def test_a_renamed_file_is_told_by_what_is_in_it() -> None:
    """All functions of a file that got another name are moved, and not gone and new."""
    renamed = program(OLD, ("parse", 8, 50), ("index", 14, 80), ("legacy", 19, 20), file="core/table.py")
    found = diff(old_run(), renamed)
    assert {row.status for row in found.functions} == {Status.MOVED}
    assert {row.change for row in found.functions} == {0.0}
    assert {row.status for row in found.lines} == {Status.MOVED}
    assert Wording.of(found).files() == "taken for one file: app.py -> core/table.py"


def test_another_checkout_is_no_move() -> None:
    """A file of the same name in another folder is the same file: that is said once, and not in every row."""
    there = program(OLD, ("parse", 8, 50), ("index", 14, 10), ("legacy", 19, 20), file="v2/app.py")
    found = diff(old_run(), there)
    assert {row.status for row in found.functions} == {Status.CHANGED, Status.SAME}
    assert Wording.of(found).where(found.functions[0]) == "v2/app.py:11"
    assert "taken for one file: app.py -> v2/app.py" in workbench.diff(old_run(), there).text()


def test_a_function_that_went_to_another_file_is_moved() -> None:
    """One function in a file of its own is found there by its name, with its lines."""
    text = "def legacy(rows):\n    # kept for old callers\n    return sorted(rows)\n"
    sketch = Sketch(step=0.01)
    for _ in range(20):
        sketch.sample(sketch.path(("legacy", f"{PROJECT}/old.py", 1, 3)))
    for _ in range(130):
        sketch.sample(sketch.path(("index", f"{PROJECT}/app.py", 7, 11)))
    sketch.builder.source(Source(f"{PROJECT}/old.py", "old.py", SourceKind.FILE, text))
    sketch.builder.source(Source(f"{PROJECT}/app.py", "app.py", SourceKind.FILE, NEW))
    found = diff(old_run(), finish(sketch.builder, target=Target(TargetKind.SCRIPT, "app.py")))
    legacy = by_function(found)["legacy"]
    assert (legacy.status, legacy.here.file, legacy.edited) == (Status.MOVED, f"{PROJECT}/old.py", True)
    assert by_source(found)["return sorted(rows)"].status is Status.MOVED
    assert Wording.of(found).where(legacy) == "app.py:18 -> old.py:1"


def test_a_renamed_function_is_told_by_its_source() -> None:
    """A function with the same body under another name is renamed; its name alone is no edit."""
    text = OLD.replace("parse(", "read(")
    found = diff(old_run(), program(text, ("read", 8, 50), ("index", 14, 80), ("legacy", 19, 20)))
    row = by_function(found)["read"]
    assert row.before is not None
    assert (row.status, row.before.function, row.edited, row.change) == (Status.RENAMED, "parse", False, 0.0)
    assert Wording.of(found).happened(row) == "renamed from parse"


def test_another_folder_is_no_move() -> None:
    """The same project, installed packages and standard library elsewhere on the disk are the same files."""
    rows = "main:3 > work:10 > loads@std/json/__init__.py:8 > frame@site/pandas/frame.py:9  x60"
    old = drawn(rows, text="def main():\n    work()\n")
    elsewhere = ("/project", "/home/me/clone")
    moved = {
        text: text.replace(*elsewhere).replace("/usr/lib/python3.12", "/opt/lib/python3.13") for text in old.strings
    }
    there = environment(
        directory="/home/me/clone", stdlib=("/opt/lib/python3.13",), site=(SITE.replace(*elsewhere),), python="3.13.1"
    )
    new = replace(
        old,
        strings=tuple(moved.values()),
        sources=tuple(replace(one, file=moved[one.file]) for one in old.sources),
        environment=there,
    )
    found = diff(old, new)
    assert {row.status for row in found.functions} == {Status.SAME}
    assert found.warnings[-1:] == ("another Python: CPython 3.12.4, then CPython 3.13.1",)


def test_several_of_one_name_pair_by_their_text() -> None:
    """Two functions of one name in one file that changed places are told apart by what they do."""
    one, other = "def f():\n    return slow(1)\n", "def f():\n    total = quick(2)\n    return total\n"

    def run(text: str, *rows: tuple[int, int, int]) -> Recording:
        sketch = Sketch(step=0.01)
        for first, line, count in rows:
            for _ in range(count):
                sketch.sample(sketch.path(("f", f"{PROJECT}/app.py", first, line)))
        sketch.builder.source(Source(f"{PROJECT}/app.py", "app.py", SourceKind.FILE, text))
        return finish(sketch.builder)

    found = diff(run(one + other, (1, 2, 90), (3, 4, 60)), run(other + one, (1, 2, 60), (4, 5, 90)))
    assert {row.status for row in found.functions} == {Status.SAME}
    assert {(row.before.line, row.here.line) for row in found.functions if row.before} == {(1, 4), (3, 1)}


def test_an_edited_cell_is_what_is_compared() -> None:
    """In [3] and its edited version In [5] have other file names and numbers, and their functions pair."""
    edited = Sketch(step=0.001)
    file, text = "<ipython-input-5-abc>", samples.CELL_TEXT.replace("index[word] = []", "index[word] = set()")
    for _ in range(300):
        edited.sample(edited.path(("build_index", file, 12, 18)), "native")
    edited.builder.source(cell_source(text, file, "In [5]"))
    found = diff(small_recording(), finish(edited.builder, target=Target(TargetKind.CELL, "In [5]")))
    row = by_function(found)["build_index"]
    assert (row.status, row.edited, row.here.file) == (Status.CHANGED, True, file)
    assert found.warnings == ()


def test_a_change_within_the_noise_says_so() -> None:
    """Two amounts whose 95 % intervals overlap are within the noise; their half widths are those of the shares, times all seconds."""
    new = program(OLD, ("parse", 8, 60), ("index", 14, 10), ("legacy", 19, 80))
    found = by_function(diff(old_run(), new))
    parse = found["parse"]
    assert parse.noise == pytest.approx(1.5 * (half_width(50 / 150, 150) + half_width(60 / 150, 150)))
    assert (parse.within_noise, found["index"].within_noise) == (True, False)
    assert "within the noise" in Wording.of(diff(old_run(), new)).happened(parse)


def test_counts_have_no_interval() -> None:
    """Exact engines know no interval of a time: nothing is called noise, and nothing beyond it."""
    (row, *_) = diff(exact_recording(), exact_recording()).functions
    assert row.within_noise is None


def test_repeated_targets_are_compared_for_one_run() -> None:
    """Three runs of a call in one recording and one in the other: amounts and wholes are those of one."""
    thrice = Target(TargetKind.CALL, "f()", repeats=3)
    old = drawn("f:2 > g:3  x300", step=0.01, target=replace(thrice, repeats=1))
    new = drawn("f:2 > g:3  x300", step=0.01, target=thrice)
    found = diff(old, new)
    assert by_function(found)["g"].ratio == pytest.approx(1 / 3)
    assert (found.old_whole, found.new_whole, found.per_run) == (pytest.approx(3.0), pytest.approx(1.0), True)
    assert "one run of the target" in Wording.of(found).headline()


def test_calls_are_counted_on_both_sides() -> None:
    """Of a recording of calls each row has its calls before and after."""
    rows = by_function(diff(exact_recording(), exact_recording()))
    assert rows["fib"].old_count == rows["fib"].new_count == 465.0


def test_lines_know_hits_and_memory_its_peak() -> None:
    """Counted lines compare by time and hits, allocations by what was held at the peak, in bytes."""
    lines = by_source(diff(lines_recording(), lines_recording()))
    assert lines["records.append(json.loads(line))"].new_count == 1000.0
    heap = diff(heap_recording(), heap_recording())
    assert (heap.measure.key, heap.measure.unit, heap.old_whole) == ("peak", "B", float(90 << 20))
    assert by_function(heap)["build_index"].new == float(60 << 20)


def test_functions_looked_at_in_one_recording_only_are_named() -> None:
    """Engines that look at chosen functions say which of them only one recording has."""
    builder = RecordingBuilder()
    builder.source(cell_source())
    builder.line(builder.frame("parse", samples.CELL_FILE, 5), 8, 1000, 0.2)
    new = finish(builder, engine="lines", mechanism="line_profiler", duration=0.3)
    (warning,) = diff(lines_recording(), new).warnings
    assert "build_index was looked at in one of the two only" in warning


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        (
            old_run(mechanism="timer signal"),
            old_run(mechanism="CPU timer"),
            "timer signal and CPU timer measure different",
        ),
        (old_run(), old_run(target=Target(TargetKind.SCRIPT, "other.py")), "one is of app.py, the other of other.py"),
        (
            old_run(),
            old_run(target=Target(TargetKind.MODULE, "app.py")),
            "one is of a script (app.py), the other of a module",
        ),
        (
            small_recording(),
            finish(RecordingBuilder(), target=Target(TargetKind.CELL, "In [9]")),
            "",
        ),
        (small_recording(), tasks_recording(), "samples of stacks"),
        (exact_recording(), small_recording(), "counted calls (engine cpu)"),
        (
            heap_recording(),
            replace(heap_recording(), mechanism="tracemalloc"),
            "memray and tracemalloc measure different",
        ),
    ],
    ids=["measure", "script", "kind", "unknown cell", "tasks", "calls", "library"],
)
def test_what_does_not_compare_is_refused_with_the_reason(old: Recording, new: Recording, reason: str) -> None:
    """Another engine, way of measuring or target is refused in a sentence that says which; a cell without a source is not."""
    if not reason:
        assert "not captured" in diff(old, new).warnings[0]
        return
    with pytest.raises(UsageError, match="do not compare") as caught:
        diff(old, new)
    assert reason in str(caught.value)


def test_different_cells_are_refused_and_force_overrules() -> None:
    """Two cells that share hardly a line are two targets; forced, the reason is said in front of the answer."""
    other = Sketch()
    other.sample(other.path(("<module>", "<ipython-input-9>", 1, 2)))
    other.builder.source(cell_source("import math\nprint(math.pi)\n", "<ipython-input-9>", "In [9]"))
    new = finish(other.builder, target=Target(TargetKind.CELL, "In [9]"))
    with pytest.raises(UsageError, match="In \\[3\\] and In \\[9\\] are different cells"):
        diff(small_recording(), new)
    found = workbench.diff(small_recording(), new, force=True)
    assert "different cells" in found.warnings[0]
    assert "overruled: In [3] and In [9] are different cells" in found.text()


def test_another_engine_cannot_be_forced() -> None:
    """Samples and counted calls have no amount in common, whoever wants it."""
    with pytest.raises(WrongEngineError):
        diff(small_recording(), exact_recording(), force=True)


def test_a_block_and_a_program_keep_their_names() -> None:
    """A block is the same on another line of its file, a program in another folder, and with other arguments with a warning."""
    old, new = (old_run(target=Target(TargetKind.BLOCK, f"block at app.py:{line}")) for line in (3, 9))
    assert diff(old, new).warnings == ()
    old, new = (old_run(target=Target(TargetKind.SCRIPT, name)) for name in ("app.py a.csv", "src/app.py b.csv"))
    assert diff(old, new).warnings == ("run with other arguments: a.csv, then b.csv",)


def test_the_surroundings_are_compared() -> None:
    """Another Python, machine and packages, a run that failed, and too few samples are warned of; five packages by name."""
    packages = tuple((f"p{at}", "2") for at in range(8))
    old = old_run(environment=environment(packages=tuple((name, "1") for name, _ in packages)))
    new = program(
        OLD,
        ("parse", 8, 9),
        environment=environment(python="3.13.0", cpus=2, packages=packages),
        error=RunError("KeyError", "x"),
    )
    said = "\n".join(diff(old, new).warnings)
    assert "another Python: CPython 3.12.4, then CPython 3.13.0" in said
    assert "another machine: Linux-6.1-x86_64, 8 CPUs, then Linux-6.1-x86_64, 2 CPUs" in said
    assert "p0 1 -> 2, p1 1 -> 2, p2 1 -> 2, p3 1 -> 2, p4 1 -> 2 and 3 more" in said
    assert "the newer run ended with KeyError" in said
    assert "the newer recording has 9 samples" in said


def test_passes_are_compared_engine_by_engine() -> None:
    """Of recordings with passes the first pass in common is the answer, and each pass has its own."""
    both = workbench.diff(passes_recording(), passes_recording())
    assert list(both.passes) == ["sample", "cpu", "heap"]
    mixed = workbench.diff(exact_recording(), replace(passes_recording(), target=exact_recording().target), force=True)
    assert mixed.record.after.engine == "cpu"


@settings(max_examples=60)
@given(recording=st.one_of(recordings(), edits()))
def test_a_recording_does_not_differ_from_itself(recording: Recording) -> None:
    """Whatever it is of, and whatever it holds: no function and no line has anything to tell."""
    found = forced(recording, recording)
    if found is not None:
        assert found.ranked() == []
        assert found.ranked_lines() == []


@pytest.mark.parametrize("evidence", list(Evidence))
@settings(max_examples=40)
@given(data=st.data())
def test_the_way_back_is_the_mirror_image(evidence: Evidence, data: st.DataObject) -> None:
    """With the two exchanged, each function and line has its amounts exchanged, and new and gone."""
    old, new = data.draw(any_two(evidence))
    there, back = forced(old, new), forced(new, old)
    assert (there is None) == (back is None)
    if there is not None and back is not None:
        for name in ("functions", "lines"):
            mine = Counter((row.old, row.new, row.status) for row in getattr(there, name))
            assert mine == Counter(
                (row.new, row.old, MIRRORED.get(row.status, row.status)) for row in getattr(back, name)
            )


@pytest.mark.parametrize("evidence", [Evidence.SAMPLES, Evidence.CALLS, Evidence.TASKS, Evidence.HEAP])
@settings(max_examples=40)
@given(data=st.data())
def test_the_changes_add_up_to_the_change_of_the_whole(evidence: Evidence, data: st.DataObject) -> None:
    """Where amounts are own ones, those of all functions change together by what the whole changed."""
    found = forced(*data.draw(any_two(evidence)))
    if found is not None:
        assert found.measure.additive
        size = max(1.0, found.old_whole, found.new_whole)
        assert math.fsum(row.change for row in found.functions) == pytest.approx(found.whole_change, abs=1e-9 * size)


def test_renames_are_mirrored_too() -> None:
    """The way back through moves, renames and edits pairs the same functions and lines."""
    text = OLD.replace("parse(", "read(").replace("list(found)", "found").replace("legacy(rows)", "fresh(x, y)")
    text = text.replace("sorted(rows)", "x ** 2 + y")
    new = program(text, ("read", 8, 40), ("index", 14, 70), ("fresh", 19, 30), file="core.py")
    there, back = diff(old_run(), new), diff(new, old_run())
    pairs = {(row.before, row.after) for row in (*there.functions, *there.lines)}
    assert pairs == {(row.after, row.before) for row in (*back.functions, *back.lines)}
    assert {row.status for row in there.functions} == {Status.MOVED, Status.RENAMED, Status.NEW, Status.GONE}


@given(old=st.lists(st.sampled_from("abcd")), new=st.lists(st.sampled_from("abcd")))
def test_lines_pair_once_and_both_ways_alike(old: list[str], new: list[str]) -> None:
    """Each line has one partner at the most, and the same one when the sides are exchanged."""
    pairs = aligned(old, new)
    assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == len(pairs)
    assert sorted(pairs) == sorted((j, i) for i, j in aligned(new, old))


def test_pairs_that_are_too_many_are_not_worked_out() -> None:
    """Beyond the limit of candidates nothing is paired by likeness, so that two huge files take no minutes."""
    side = math.isqrt(MOST_PAIRS) + 1
    assert best_pairs(side, side, lambda i, j: 1.0) == []


def test_sources_that_are_not_python_are_read_by_indentation() -> None:
    """A function in a text that does not parse still has its extent, decorators and closing bracket included."""
    text = Text.of(Source("f", "f", SourceKind.FILE, "!ls\n@cache\ndef f(\n    x,\n):\n    return x\n\nx = 1\n"))
    assert text.definitions == ()
    assert text.extent("f", 2) == (2, 6)


def test_a_real_change_comes_first(tmp_path: Path) -> None:
    """Two versions of a program under engine cpu: the function that was changed leads, with its calls, and is known as edited."""
    text = (
        "def same(n):\n    return sum(range(n))\n\n"
        "def pick(n):\n    found = 0\n    for i in range(n):\n        found += same(3)\n    return found\n\n"
        "def main():\n    same(1000)\n    return pick({count})\n"
    )
    recorded = []
    for count in (40_000, 40):
        module = ModuleType("app")
        file = tmp_path / "app.py"
        file.write_text(text.replace("{count}", str(count)))
        exec(compile(file.read_text(), str(file), "exec"), vars(module))
        recorded.append(workbench.profile_call(module.main, engine="cpu"))
    found = workbench.diff(*recorded)
    table = found.functions()
    assert set(table["function"].head(3)) >= {"pick", "same"}
    row = table[table["function"] == "same"].iloc[0]
    assert (row["count_before"], row["count_after"], row["edited"]) == (40_001.0, 41.0, False)
    assert bool(table[table["function"] == "main"].iloc[0]["edited"])


def test_the_tables_are_frames_with_units() -> None:
    """Functions and lines are DataFrames, most change first, with the unit of every amount."""
    new = program(NEW, ("parse", 18, 50), ("index", 11, 10))
    found = workbench.diff(old_run(), new)
    functions, lines = found.functions(), found.lines()
    assert list(functions["function"]) == ["index", "legacy", "parse"]
    assert functions.attrs["units"]["change"] == "s"
    assert list(lines["status"]) == ["changed", "gone", "same"]
    assert lines["source_before"][0].strip() == "if row[0] not in list(found):"


@pytest.mark.parametrize(
    "make", [old_run, exact_recording, lines_recording, heap_recording, tasks_recording, samples.hostile_recording]
)
def test_every_evidence_has_every_form(make: Any, tmp_path: Path) -> None:
    """Text, JSON under its schema, HTML, tables and a figure come of each kind of recording."""
    recording = make()
    found = (
        workbench.diff(recording, samples.empty_recording(target=recording.target), force=True)
        if recording.sampled
        else workbench.diff(recording, recording)
    )
    schema = json.loads((files("workbench.render") / "schemas" / "diff-1.json").read_text("utf-8"))
    jsonschema.validate(json.loads(json.dumps(found.json(), allow_nan=False)), schema)
    assert all(len(line) <= 100 for line in found.text().splitlines())
    assert found.text().isprintable() or "\n" in found.text()
    assert found.plot().get_xlabel()
    assert len(found.functions()) > 0
    assert found.report(tmp_path / "d.html").read_text("utf-8").startswith("<!DOCTYPE html>")
    assert set(found._repr_mimebundle_()) >= {"text/plain", "text/html"}


def test_the_text_says_what_it_rests_on() -> None:
    """The answer has the wholes, the edited function, a warning, what is taken for granted, and a command that would prove it."""
    new = program(NEW, ("parse", 18, 50), ("index", 11, 10), environment=environment(python="3.13.0"))
    text = " ".join(workbench.diff(old_run(), new).text().split())
    assert "run 1.50 s -> 600 ms (-900 ms, 0.40x)" in text
    assert "warning: another Python" in text
    assert "assumed: that both ran on the same data" in text
    assert "app.py:14 -> 11" in text
    assert "workbench compare old.py:index new.py:index" in text


def test_a_report_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    """A folder that is not there is an error of ours with the path in it."""
    with pytest.raises(SaveFailedError, match="nowhere"):
        workbench.diff(old_run(), old_run()).report(tmp_path / "nowhere" / "d.html")


def test_only_recordings_compare() -> None:
    """Anything else is refused with what may be given."""
    with pytest.raises(WorkbenchError, match="not a int"):
        workbench.diff(old_run(), 3)  # type: ignore[arg-type]


def test_a_package_that_one_run_had_not_loaded_is_no_difference() -> None:
    """Packages are those that a run had imported: one that only the later run had says nothing of the earlier one's installation."""
    old = old_run(environment=environment(packages=(("numpy", "2"),)))
    new = old_run(environment=environment(packages=(("numpy", "2"), ("pandas", "2"))))
    assert not any("packages" in said for said in diff(old, new).warnings)
