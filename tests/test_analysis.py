"""What is derived from a recording: known answers from drawn profiles, and the same answer found by brute force."""

from __future__ import annotations

import itertools
import math
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np
import pytest
import samples
from hypothesis import given
from samples import CELL_FILE, PROJECT, SITE, STDLIB, drawn, recordings

from workbench.analysis.calls import calls
from workbench.analysis.functions import functions, whole
from workbench.analysis.hotspots import hotspots
from workbench.analysis.lines import lines
from workbench.analysis.ownership import Owner, owner_of_file, owners
from workbench.analysis.precision import half_width
from workbench.analysis.tree import depths, self_weights, topmost, total_weights
from workbench.model.facts import Evidence

if TYPE_CHECKING:
    from collections.abc import Iterator

    from workbench.analysis.functions import FunctionRow
    from workbench.analysis.lines import LineRow
    from workbench.model.recording import Recording

RECURSIVE = """
    main:3 > walk:10 > walk:11 > walk:11 > leaf:20  x4
    main:3 > walk:10 > walk:11                      x3 native
    main:3 > walk:10                                x2
    main:4                                          x1 waiting
"""

MUTUAL = """
    main:1 > even:5 > odd:9 > even:5 > odd:9  x6
    main:1 > even:5 > odd:9                   x3
    main:1 > odd:9                            x1
"""


def by_function(recording: Recording) -> dict[str, FunctionRow]:
    """Function name -> its row."""
    return {row.function: row for row in functions(recording)}


def by_line(recording: Recording) -> dict[int, LineRow]:
    """Line of app.py -> its row."""
    return {row.line: row for row in lines(recording) if row.file == f"{PROJECT}/app.py"}


def edges(recording: Recording) -> dict[tuple[str, str], float]:
    """Caller and callee -> seconds."""
    return {(recording.frame_name(r.caller), recording.frame_name(r.callee)): r.total_time for r in calls(recording)}


def test_recursion_counts_once_in_totals() -> None:
    """A function that is on the stack three times in one sample gets that sample's time once, and never more than the whole."""
    rows = by_function(drawn(RECURSIVE))
    assert rows["walk"].total_time == 9
    assert rows["walk"].self_time == 5
    assert rows["main"].total_time == 10
    assert rows["main"].self_time == 1
    assert rows["leaf"].total_time == rows["leaf"].self_time == 4


def test_mutual_recursion_counts_once() -> None:
    """Two functions calling each other each get a sample's time once, and so does each edge between them."""
    recording = drawn(MUTUAL)
    rows = by_function(recording)
    assert (rows["even"].total_time, rows["odd"].total_time, rows["main"].total_time) == (9, 10, 10)
    assert edges(recording) == {("main", "even"): 9, ("main", "odd"): 1, ("even", "odd"): 9, ("odd", "even"): 6}


def test_own_time_is_split_by_measure() -> None:
    """Own time is the sum of running Python, running native code, and waiting."""
    rows = by_function(drawn(RECURSIVE))
    walk = rows["walk"]
    assert (walk.self_python, walk.self_native, walk.self_waiting) == (2, 3, 0)
    assert rows["main"].self_waiting == 1


def test_line_heat_counts_a_line_once_per_sample() -> None:
    """A line that recurs on the stack gets the sample once; its own time is what was spent there without Python calls."""
    heat = by_line(drawn(RECURSIVE))
    assert {line: row.wall for line, row in heat.items()} == {3: 9, 10: 9, 11: 7, 20: 4, 4: 1}
    assert {line: row.self_time for line, row in heat.items()} == {3: 0, 10: 2, 11: 3, 20: 4, 4: 1}
    assert (heat[11].python, heat[11].native, heat[11].waiting) == (4, 3, 0)
    assert heat[4].waiting == 1


def test_lines_carry_the_source_that_ran() -> None:
    """A line comes with its text as captured, and with none where no source was captured or it is shorter."""
    recording = drawn("main:2  x3\nmain:9\ngone@site/gone.py:1", text="def main():\n    return work()\n")
    found = {(row.file, row.line): row.source for row in lines(recording)}
    assert found == {
        (f"{PROJECT}/app.py", 2): "    return work()",
        (f"{PROJECT}/app.py", 9): "",
        (f"{SITE}/gone.py", 1): "",
    }


def test_rows_are_ranked() -> None:
    """Functions come by own time, lines by wall time, edges by time; the most first."""
    recording = drawn(RECURSIVE)
    assert [row.function for row in functions(recording)] == ["walk", "leaf", "main"]
    assert [row.line for row in lines(recording)] == [10, 3, 11, 20, 4]
    assert [row.total_time for row in calls(recording)] == sorted(
        (row.total_time for row in calls(recording)), reverse=True
    )


def test_threads_are_added_up() -> None:
    """Shares are of the time of all threads together."""
    recording = drawn("main:1  x6 on A\nmain:1 > rest:2  x2 waiting on B")
    assert whole(recording) == 8
    assert by_function(recording)["rest"].share == pytest.approx(0.25)
    assert recording.threads == ("A", "B")


def test_call_tree_totals() -> None:
    """A node's total is its own time and that of all below it; depths count from the root."""
    recording = drawn(RECURSIVE)
    total = total_weights(recording.stacks, self_weights(recording)).wall
    roots = recording.stacks.parent < 0
    assert total[roots].sum() == whole(recording) == 10
    assert depths(recording.stacks).max() == 4
    assert (depths(recording.stacks)[roots] == 0).all()


def test_topmost_in_branches() -> None:
    """A label met in one branch does not hide the same label in the next."""
    recording = drawn("main:1 > f:2 > f:2\nmain:1 > g:3 > f:2\nf:2")
    first = topmost(recording.stacks, recording.stacks.frame.astype(np.int64))
    names = [recording.frame_name(frame) for frame in recording.stacks.frame]
    assert Counter(name for name, top in zip(names, first, strict=True) if top) == {"main": 1, "f": 3, "g": 1}


def test_owners_are_told_by_file() -> None:
    """Own code is what lies outside the standard library and installed packages; native and synthetic frames are nobody's file."""
    picture = "main:1 > load@std/json/__init__.py:2 > array@site/numpy/core.py:3 > sorted@~ \nmain:1 > [gc]"
    recording = drawn(picture)
    found = {recording.frame_name(at): owner for at, owner in enumerate(owners(recording))}
    assert found == {
        "main": Owner.OWN,
        "load": Owner.STDLIB,
        "array": Owner.LIBRARY,
        "sorted": Owner.NATIVE,
        "[gc]": Owner.SYNTHETIC,
    }


@pytest.mark.parametrize(
    ("file", "owner"),
    [
        (f"{STDLIB}/json/decoder.py", Owner.STDLIB),
        (f"{STDLIB}/site-packages/numpy/__init__.py", Owner.LIBRARY),
        (f"{STDLIB}-of-mine/app.py", Owner.OWN),
        ("<frozen importlib._bootstrap>", Owner.STDLIB),
        ("<string>", Owner.OWN),
        ("relative.py", Owner.OWN),
    ],
)
def test_owner_of_file(file: str, owner: Owner) -> None:
    """Packages below the standard library's folder are packages, a folder that only begins alike is not it."""
    here = samples.environment(site=(f"{STDLIB}/site-packages",))
    assert owner_of_file(file, here) is owner


def test_cells_are_own_code_wherever_their_file_is() -> None:
    """A notebook cell is own code, also where the kernel names its file below a library's folder."""
    sketch = samples.Sketch()
    file = f"{STDLIB}/ipykernel_1.py"
    sketch.sample(sketch.path(("<module>", file, 1, 1)))
    sketch.builder.source(samples.cell_source(file=file))
    assert owners(samples.finish(sketch.builder)) == (Owner.OWN,)


def _paths(recording: Recording) -> Iterator[tuple[list[tuple[int, int]], tuple[float, float, float]]]:
    stacks, table = recording.stacks, recording.samples
    for at in range(len(table)):
        node, path = int(table.stack[at]), []
        while node >= 0:
            path.append((int(stacks.frame[node]), int(stacks.line[node])))
            node = int(stacks.parent[node])
        yield path[::-1], (float(table.python[at]), float(table.native[at]), float(table.waiting[at]))


@given(recordings(evidence=Evidence.SAMPLES))
def test_functions_two_ways(recording: Recording) -> None:
    """Own and total times equal those found by walking the stack of every single sample."""
    own: Counter[int] = Counter()
    total: Counter[int] = Counter()
    for path, split in _paths(recording):
        own[path[-1][0]] += sum(split)
        for frame in {frame for frame, _ in path}:
            total[frame] += sum(split)
    for row in functions(recording):
        assert row.self_time == pytest.approx(own[row.frame])
        assert row.total_time == pytest.approx(total[row.frame])
        assert row.self_time == pytest.approx(row.self_python + row.self_native + row.self_waiting)
    assert {row.frame for row in functions(recording)} >= set(total)


@given(recordings(evidence=Evidence.SAMPLES))
def test_lines_two_ways(recording: Recording) -> None:
    """Line heat equals what is found by walking the stack of every single sample, measure by measure."""
    own: Counter[tuple[str, int]] = Counter()
    split_of: dict[tuple[str, int], list[float]] = {}
    for path, split in _paths(recording):
        places = [(recording.frame_file(frame), line) for frame, line in path]
        own[places[-1]] += sum(split)
        for place in set(places):
            split_of.setdefault(place, []).extend(split)
    rows = {(row.file, row.line): row for row in lines(recording)}
    assert len(rows) == len(lines(recording))
    for place, row in rows.items():
        parts = split_of.get(place, [])
        assert [row.python, row.native, row.waiting] == pytest.approx([sum(parts[at::3]) for at in range(3)])
        assert row.wall == pytest.approx(row.python + row.native + row.waiting)
        assert row.self_time == pytest.approx(own[place])
    assert rows.keys() >= split_of.keys()


@given(recordings(evidence=Evidence.SAMPLES))
def test_edges_two_ways(recording: Recording) -> None:
    """The call graph's times equal those found by walking the stack of every single sample, each edge once per sample."""
    brute: Counter[tuple[int, int]] = Counter()
    for path, split in _paths(recording):
        frames = [frame for frame, _ in path]
        for edge in set(itertools.pairwise(frames)):
            brute[edge] += sum(split)
    rows = {(row.caller, row.callee): row.total_time for row in calls(recording)}
    assert rows.keys() >= brute.keys()
    for edge, seconds in rows.items():
        assert seconds == pytest.approx(brute[edge])


@given(recordings())
def test_own_times_add_up_to_the_whole(recording: Recording) -> None:
    """Nothing is lost or counted twice: own times (of counted lines, all times) sum to the whole, and no share is above one."""
    if recording.evidence is Evidence.LINES:
        rows = functions(recording)
        assert math.fsum(row.total_time for row in rows) == pytest.approx(float(recording.lines.time.sum()))
        assert all(math.isnan(row.self_time) for row in rows)
        return
    rows = functions(recording)
    assert math.fsum(row.self_time for row in rows) == pytest.approx(whole(recording))
    if recording.sampled:
        assert all(row.self_time <= row.total_time * (1 + 1e-9) for row in rows)
        assert all(row.share <= 1 + 1e-9 for row in rows)


def test_exact_counts_are_taken_over(exact: Recording) -> None:
    """An exact recording's functions carry cProfile's own numbers, with recursive calls counted and no split invented."""
    rows = by_function(exact)
    assert rows["fib"].calls == 465
    assert rows["words"].calls == 200
    assert rows["fib"].total_time <= rows["main"].total_time
    assert math.isnan(rows["fib"].self_python)
    assert rows["fib"].plus_minus == 0.0
    assert lines(exact) == []
    fib = {(exact.frame_name(row.caller), row.calls) for row in calls(exact) if exact.frame_name(row.callee) == "fib"}
    assert fib == {("fib", 464), ("main", 1)}


def test_nothing_comes_of_nothing() -> None:
    """An empty recording has no functions, lines, edges or hotspots, and a whole of zero."""
    recording = samples.empty_recording()
    assert functions(recording) == lines(recording) == calls(recording) == []
    assert whole(recording) == 0
    assert hotspots(recording).by_handle() == {}


def test_hotspots_rank_own_code_first(small: Recording) -> None:
    """Handles f1.. go to own functions by own time, then to the others; l1.. to own lines by the time they were innermost."""
    found = hotspots(small)
    handles = found.by_handle()
    assert [row.function for row in found.functions] == ["build_index", "parse", "flush", "<module>"]
    assert handles["f1"] is found.functions[0]
    assert handles["f5"] is found.others[0]
    assert handles["l1"] is found.lines[0]
    assert {row.owner for row in found.lines} == {Owner.OWN}
    assert found.lines[0].file == CELL_FILE
    assert (found.lines[0].line, round(found.lines[0].here, 6)) == (18, 0.48)
    assert set(handles) == {f"f{n}" for n in range(1, 11)} | {f"l{n}" for n in range(1, len(found.lines) + 1)}


@pytest.mark.parametrize("samples_taken", [50, 200, 1000])
@pytest.mark.parametrize("share", [0.01, 0.05, 0.3, 0.5, 0.95])
def test_plus_minus_covers_the_truth(share: float, samples_taken: int) -> None:
    """In 20,000 simulated profiles, the share found and its plus-minus hold the true share about 19 times in 20 or more."""
    rng = np.random.default_rng(int(share * 1000) + samples_taken)
    hits = rng.binomial(samples_taken, share, 20_000)
    found = {hit: half_width(hit / samples_taken, samples_taken) for hit in set(hits.tolist())}
    covered = np.mean([abs(hit / samples_taken - share) <= found[hit] for hit in hits.tolist()])
    assert covered >= 0.93


def test_plus_minus_without_samples() -> None:
    """Without samples nothing is known; with more of them the interval narrows; at a share of zero it is not zero."""
    assert math.isnan(half_width(0.5, 0))
    assert half_width(0.5, 100) > half_width(0.5, 1000) > half_width(0.01, 1000) > 0
    assert half_width(0.0, 10) > 0.1
