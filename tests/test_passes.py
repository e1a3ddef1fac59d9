"""Several engines over one target, one after the other: run apart, joined in one recording, each with what it cost from outside."""

from __future__ import annotations

import dataclasses
import io
import json
import zipfile
from mmap import PAGESIZE, mmap
from typing import Any

import pytest
from samples import exact_recording, small_recording

import workbench
from workbench.analysis.bias import bias, slowdown
from workbench.analysis.joined import joined_functions, joined_lines
from workbench.errors import FileFormatError, InvalidRecordingError, UnknownEngineError, UnknownOptionError, UsageError
from workbench.formats import archive, native
from workbench.magics.words import parse
from workbench.model.builder import check
from workbench.recorder.passes import ENGINES
from workbench.render.html import fragment
from workbench.render.html_static import static_twin
from workbench.render.json_form import as_json
from workbench.render.live import unpacked
from workbench.render.text import text

SIZE = 8 << 20


def leaf(value: int) -> int:
    return value + 1  # at: leaf


def busy(times: int = 20_000) -> int:
    total = 0
    for _ in range(times):
        total = leaf(total)  # at: calls
    return total


def keeps(kept: list[mmap]) -> None:
    """Pages that are nobody's yet: an allocator would hand out again what other tests gave back."""
    kept.append(mmap(-1, SIZE))
    kept[-1][::PAGESIZE] = b"x" * (SIZE // PAGESIZE)  # at: keeps


def program(kept: list[mmap]) -> int:
    """Calls, and takes memory that it keeps: as many blocks as it had runs."""
    busy()
    keeps(kept)
    return len(kept)


@pytest.fixture(scope="module")
def joined() -> tuple[workbench.Profile, int]:
    """The program under all engines, and how often it ran."""
    kept: list[mmap] = []
    return workbench.profile_call(program, kept, engine="all", once=True, functions=[busy, keeps]), len(kept)


def test_each_engine_has_a_run_of_its_own(joined: tuple[workbench.Profile, int]) -> None:
    """Four recordings of the same target, and a run without an engine before, after and between them; the value is the first run's."""
    profile, runs = joined
    assert tuple(profile.passes) == ENGINES
    assert runs == 4 + 5
    assert profile.result == 1
    assert {one.target for one in profile.recording.all_passes} == {profile.target}
    assert profile.recording.sampled
    assert all(one.recording.passes == () for one in profile.passes.values())


def test_every_pass_knows_what_it_knows_alone(joined: tuple[workbench.Profile, int]) -> None:
    """Calls are counted, lines hit and memory grows as in recordings of these engines by themselves."""
    passes = joined[0].passes
    calls = passes["cpu"].functions().set_index("function")["calls"]
    assert (calls["leaf"], calls["busy"], calls["keeps"]) == (20_000, 1, 1)
    lines = passes["lines"].lines()
    assert int(lines.loc[lines["source"].str.endswith("# at: calls"), "hits"].sum()) == 20_000
    memory = joined_lines(joined[0].recording)
    (kept,) = [row.grown for row in memory if row.source.endswith("# at: keeps") and row.grown]
    assert SIZE - (1 << 16) <= kept.increment <= SIZE + (1 << 20)


def test_functions_and_lines_are_joined(joined: tuple[workbench.Profile, int]) -> None:
    """A function is one row with what each pass says of it; a line, too."""
    recording = joined[0].recording
    rows = {row.function: row for row in joined_functions(recording)}
    counted = rows["busy"].counted
    assert counted is not None
    assert counted.calls == 1
    assert rows["busy"].timed is not None
    assert [row.function for row in joined_functions(recording)].count("busy") == 1
    (line,) = [row for row in joined_lines(recording) if row.source.endswith("# at: calls")]
    assert line.timed is not None
    assert line.timed.hits == 20_000


def test_costs_are_those_of_runs_without(joined: tuple[workbench.Profile, int]) -> None:
    """Each pass says how many times longer its run took than the runs without an engine, and gives the difference as its cost."""
    for one in joined[0].recording.all_passes:
        assert "times as long as without it, by 5 runs without an engine" in one.cost.method
        ratio = float(one.cost.method.split(" times")[0])
        assert one.cost.own == pytest.approx(max(one.duration * (1 - 1 / ratio), 0.0), abs=0.01 * one.duration)


def test_the_text_has_all_passes(joined: tuple[workbench.Profile, int]) -> None:
    """One table of engines, one of functions with a column for each, one of lines; within the width, whatever it is."""
    for width in (72, 100, 160):
        written = text(joined[0].recording, width=width)
        assert [line for line in written.splitlines() if len(line) > width] == []
        (busy_row,) = [line for line in written.splitlines() if " busy " in line]
        (leaf_row,) = [line for line in written.splitlines() if " leaf " in line and "20,000" in line]
        assert busy_row.split().count("%") >= 2
        assert leaf_row
        assert "One pass under each engine by itself" in written
    assert "One pass under each engine" not in joined[0].passes["cpu"].text()


def test_json_and_twin_have_all_passes(joined: tuple[workbench.Profile, int]) -> None:
    """The JSON form holds each pass as a whole, the static twin a column for each."""
    facts = json.loads(json.dumps(as_json(joined[0].recording), allow_nan=False))
    assert [one["engine"] for one in facts["passes"]] == ["cpu", "lines", "memory"]
    assert [one["passes"] for one in facts["passes"]] == [[], [], []]
    twin = static_twin(joined[0].recording)
    for head in ("sample", "cpu", "calls", "lines", "memory"):
        assert f">{head}</th>" in twin
    assert '"passes":[' in "".join(unpacked(fragment(joined[0].recording)))


def test_a_file_keeps_all_passes(joined: tuple[workbench.Profile, int], tmp_path: Any) -> None:
    """What is read from a file is what was written, passes and all."""
    path = joined[0].save(tmp_path / "all.wbp")
    assert workbench.load(path).recording == joined[0].recording


def test_a_file_whose_passes_do_not_fit_is_refused() -> None:
    """A pass that is missing, is nested, or has the engine of the first one makes a file that is not read."""
    good = dataclasses.replace(small_recording(), passes=(exact_recording(),))
    data = native.dumps(good)
    assert native.loads(data) == good

    with zipfile.ZipFile(io.BytesIO(data)) as opened:
        members = {name: opened.read(name) for name in opened.namelist()}
    del members["pass1.wbp"]
    for passes in (
        {},
        {"pass1.wbp": b"no zip"},
        {"pass1.wbp": data},
        {"pass1.wbp": native.dumps(small_recording())},
        {"pass1.wbp": native.dumps(exact_recording()), "pass2.wbp": native.dumps(exact_recording())},
    ):
        with pytest.raises(FileFormatError):
            native.loads(archive.pack(members | passes))


def test_passes_of_passes_are_no_recording() -> None:
    """The model refuses passes that have passes, and passes under the same engine."""
    inner = dataclasses.replace(exact_recording(), passes=(small_recording(),))
    for passes in ((inner,), (small_recording(),)):
        with pytest.raises(InvalidRecordingError, match="passes"):
            check(dataclasses.replace(small_recording(), passes=passes))


def test_what_the_target_raises_ends_the_passes() -> None:
    """The exception comes out, the recordings up to there are kept, and nothing is run after it."""
    runs: list[int] = []

    def fails_at(run: int) -> None:
        runs.append(run)
        if len(runs) == run:
            raise LookupError(f"run {run}")

    with pytest.raises(LookupError, match="run 4"):
        workbench.profile_call(fails_at, 4, engine="all", once=True)
    assert len(runs) == 4
    kept = workbench.last()
    assert list(kept.passes) == ["sample", "cpu"]
    assert kept.passes["cpu"].error is not None
    assert kept.passes["cpu"].error.type == "LookupError"


def test_what_the_very_first_run_raises_comes_out() -> None:
    """A target that raises in its first run alone is sampled once more, so that there is a recording, and not run again after that."""
    runs: list[int] = []

    def fails_first() -> None:
        runs.append(1)
        if len(runs) == 1:
            raise LookupError("first")

    with pytest.raises(LookupError, match="first"):
        workbench.profile_call(fails_first, engine="all", once=True)
    assert len(runs) == 2
    assert list(workbench.last().passes) == ["sample"]


def test_an_interrupt_before_any_pass_is_one() -> None:
    """Ctrl-C in the very first run ends everything, as if nothing had been asked to be recorded."""

    def interrupted() -> None:
        raise KeyboardInterrupt

    before = workbench.history()
    with pytest.raises(KeyboardInterrupt):
        workbench.profile_call(interrupted, engine="all")
    assert workbench.history() == before


def test_what_runs_once_is_not_run_nine_times() -> None:
    """A block, a cell and a script are refused with what to write; options of one engine, too."""
    with pytest.raises(UnknownEngineError, match="profile_call"):
        workbench.profile("all")
    with pytest.raises(UsageError, match="nine times"):
        parse("all", cell=True)
    with pytest.raises(UnknownOptionError, match="--native is of one"):
        parse("all --native f()", cell=False)
    assert parse("all f(x)", cell=False).engine == "all"
    assert parse("all(x)", cell=False).statement == "all(x)"


def test_a_bias_that_matters_is_told() -> None:
    """Where cpu gives a function a much larger share than sampling, both shares and the reason are told; where not, that they agree."""
    sampled = workbench.profile_call(mixed)
    exact = workbench.profile_call(mixed, engine="cpu")
    told = [note for note in exact.notes if "by engine sample" in note or "As far as" in note]
    assert len(told) == 1
    share = sampled.functions().set_index("function").loc["busy", "share"]
    counted = exact.functions().set_index("function").loc["busy", "share"]
    assert counted > share
    assert told[0].startswith("busy takes") == (counted - share > max(0.05, 2 * plus_minus(sampled, "busy")))
    assert bias(sampled.recording, None) == ""


def plus_minus(profile: workbench.Profile, function: str) -> float:
    return float(profile.functions().set_index("function").loc[function, "plus_minus"])


def mixed() -> None:
    """Long enough for some hundreds of samples also where ticks are dear: with fewer than a hundred nothing is compared."""
    busy(900_000)
    for _ in range(540):
        sum(range(100_000))


def test_a_slow_engine_is_told_without_a_sampling() -> None:
    """Where nothing was sampled, a cost of more than a fifth of the run is told by how many times the run was slowed."""
    exact = exact_recording()
    heavy = dataclasses.replace(exact, cost=dataclasses.replace(exact.cost, own=0.75 * exact.duration, method="known"))
    light = dataclasses.replace(exact, cost=dataclasses.replace(exact.cost, own=0.1 * exact.duration, method="known"))
    assert "about 4.0 times slower than without cProfile" in bias(heavy, None)
    assert slowdown(heavy) == pytest.approx(4.0)
    assert bias(light, None) == ""
    assert bias(exact, None) == ""
