"""The recording: columnar, immutable, interned, and refused where its rows make no sense."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
import samples
from hypothesis import assume, given
from hypothesis import strategies as st
from samples import finish, recordings

from workbench.errors import InvalidRecordingError
from workbench.model.builder import ROOT, RecordingBuilder, check
from workbench.model.facts import Source, SourceKind
from workbench.model.tables import FrameKind, FrameTable, SampleTable, Table, Timeline

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.model.recording import Recording

TABLES = ("frames", "stacks", "samples", "functions", "calls", "timeline")


def builder_with_a_sample() -> RecordingBuilder:
    """One frame, one node, one thread, one sample."""
    builder = RecordingBuilder()
    node = builder.stack(ROOT, builder.frame("main", "app.py", 1), 3)
    builder.sample(node, builder.thread("MainThread"), 0.0, 0.1, 0.0, 0.0)
    return builder


@given(recordings())
def test_columns_are_typed_equal_in_length_and_read_only(recording: Recording) -> None:
    """Every column of every recording has its declared dtype, its table's length, and refuses to be written."""
    for name in TABLES:
        table: Table = getattr(recording, name)
        for column, values in table.columns().items():
            assert values.dtype == table.dtypes()[column]
            assert len(values) == len(table)
            with pytest.raises(ValueError, match="read-only"):
                values[...] = 0


@given(recordings())
def test_parents_stand_before_their_children(recording: Recording) -> None:
    """Every stack node's parent is a root mark or an earlier node, so one pass from either end can walk the tree."""
    parent = recording.stacks.parent
    assert all(ROOT <= parent[at] < at for at in range(len(parent)))


def test_facts_cannot_be_changed(small: Recording) -> None:
    """A recording and its parts are frozen and have no room for new attributes."""
    for part in (small, small.frames, small.target, small.environment, small.cost, small.sources[0]):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(part, dataclasses.fields(part)[0].name, None)
        assert not hasattr(part, "__dict__")


def test_equal_rows_are_one_row() -> None:
    """The same string, frame, node or thread given twice is stored once and has one index."""
    builder = RecordingBuilder()
    first, again = (builder.frame("f", "a.py", 1) for _ in range(2))
    other = builder.frame("f", "a.py", 1, FrameKind.NATIVE)
    assert first == again != other
    assert builder.stack(ROOT, first, 2) == builder.stack(ROOT, first, 2) != builder.stack(ROOT, first, 3)
    assert builder.thread("t") == builder.thread("t")
    recording = finish(builder)
    assert recording.strings == ("f", "a.py")
    assert (len(recording.frames), len(recording.stacks), recording.threads) == (2, 2, ("t",))


def test_first_source_and_each_note_once() -> None:
    """A file's first source stays, and a note is kept once however often it is given."""
    builder = RecordingBuilder()
    for text in ("as it ran", "as it was changed later"):
        builder.source(Source("a.py", "a.py", SourceKind.FILE, text))
        builder.note("Said once.")
    recording = finish(builder)
    assert [source.text for source in recording.sources] == ["as it ran"]
    assert recording.notes == ("Said once.",)


def test_files_are_those_of_frames() -> None:
    """The builder names the files of its frames once each, in the order they came."""
    builder = RecordingBuilder()
    for name, file in (("f", "b.py"), ("g", "a.py"), ("h", "b.py")):
        builder.frame(name, file, 1)
    assert builder.files() == ["b.py", "a.py"]


def test_names_and_kinds_are_read_back(small: Recording) -> None:
    """A frame's name, file, kind and source come back as they were given."""
    frame = [small.frame_name(at) for at in range(len(small.frames))].index("build_index")
    assert small.frame_file(frame) == samples.CELL_FILE
    assert small.frame_kind(frame) is FrameKind.PYTHON
    source = small.source(samples.CELL_FILE)
    assert source is not None
    assert source.line(18) == '            if record["id"] not in index[word]:'
    assert source.line(0) == source.line(10_000) == ""
    assert small.source("nowhere.py") is None


def test_sampled_or_exact(small: Recording, exact: Recording) -> None:
    """A recording knows whether its times are estimates or counts."""
    assert small.sampled
    assert not exact.sampled


BROKEN: dict[str, tuple[str, Callable[[RecordingBuilder], object]]] = {
    "a node before its parent": ("stacks.parent", lambda b: b.stack(5, 0, 1)),
    "a node that is its own parent": ("stacks.parent", lambda b: b.stack(1, 0, 1)),
    "a parent below the root mark": ("stacks.parent", lambda b: b.stack(-2, 0, 1)),
    "a node without a frame": ("stacks.frame", lambda b: b.stack(ROOT, 9, 1)),
    "a sample of no node": ("samples.stack", lambda b: b.sample(9, 0, 0.0, 0.1, 0.0, 0.0)),
    "a sample of no thread": ("samples.thread", lambda b: b.sample(0, 9, 0.0, 0.1, 0.0, 0.0)),
    "a sample of the thread before the first": ("samples.thread", lambda b: b.sample(0, -1, 0.0, 0.1, 0.0, 0.0)),
    "a sample before the beginning": ("samples.start", lambda b: b.sample(0, 0, -1.0, 0.1, 0.0, 0.0)),
    "less than no time": ("samples.python", lambda b: b.sample(0, 0, 0.0, -0.1, 0.0, 0.0)),
    "time that is no number": ("samples.native", lambda b: b.sample(0, 0, 0.0, 0.0, float("nan"), 0.0)),
    "endless time": ("samples.waiting", lambda b: b.sample(0, 0, 0.0, 0.0, 0.0, float("inf"))),
    "counts of no function": ("functions.frame", lambda b: b.function(7, 1, 1, 0.0, 0.0)),
    "counts of a function twice": ("functions.frame", lambda b: [b.function(0, 1, 1, 0.0, 0.0) for _ in range(2)]),
    "fewer than no calls": ("functions.calls", lambda b: b.function(0, -1, 1, 0.0, 0.0)),
    "a call by nobody": ("calls.caller", lambda b: b.call(4, 0, 1, 1, 0.0, 0.0)),
    "a call of nobody": ("calls.callee", lambda b: b.call(0, 4, 1, 1, 0.0, 0.0)),
    "a call that took less than no time": ("calls.total_time", lambda b: b.call(0, 0, 1, 1, 0.0, -1.0)),
    "memory before the beginning": ("timeline.time", lambda b: b.memory(-1.0, 1)),
    "less than no memory": ("timeline.rss", lambda b: b.memory(0.0, -1)),
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_rows_are_refused(case: str) -> None:
    """Rows that point nowhere or count for less than nothing are refused, and the message names the column."""
    where, break_it = BROKEN[case]
    builder = builder_with_a_sample()
    break_it(builder)
    with pytest.raises(InvalidRecordingError, match=where):
        finish(builder)


@pytest.mark.parametrize("name", ["duration", "cpu"])
@pytest.mark.parametrize("value", [-1.0, float("nan"), float("inf")])
def test_impossible_durations_are_refused(name: str, value: float) -> None:
    """A run lasts a finite time of zero or more."""
    with pytest.raises(InvalidRecordingError, match=name):
        finish(builder_with_a_sample(), **{name: value})


@given(recordings(), st.data())
def test_no_broken_cell_gets_through(recording: Recording, data: st.DataObject) -> None:
    """Whichever index of a sound recording is moved out of its table, or time made negative, the check sees it."""
    breakable = [
        (name, column)
        for name in TABLES
        if len(getattr(recording, name))
        for column in getattr(recording, name).columns()
        if column not in {"line", "increment", "outermost"}
    ]
    assume(breakable)
    name, column = data.draw(st.sampled_from(breakable))
    table: Table = getattr(recording, name)
    values = table.columns()[column].copy()
    at = data.draw(st.integers(0, len(values) - 1))
    values[at] = _bad_value(values.dtype, data)
    assume(not np.isnan(values[at]) or (name != "heap" and column not in {"heap", "end"}))
    broken = dataclasses.replace(recording, **{name: dataclasses.replace(table, **{column: values})})
    with pytest.raises(InvalidRecordingError, match=f"row {at} of {name}.{column}"):
        check(broken)


def _bad_value(dtype: np.dtype[Any], data: st.DataObject) -> Any:
    if dtype == np.float64:
        return data.draw(st.sampled_from([-1.0, float("nan"), float("inf"), -float("inf")]))
    if dtype == np.uint8:
        return data.draw(st.integers(4, 255))
    return data.draw(st.integers(-(2**31), -2)) if dtype == np.int32 else data.draw(st.integers(-(2**63), -1))


def test_columns_of_one_table_are_equally_long() -> None:
    """A table whose columns differ in length cannot be made."""
    with pytest.raises(ValueError, match="differ in length"):
        Timeline(time=np.zeros(2), rss=np.zeros(3, dtype=np.int64), heap=np.zeros(2))


def test_tables_compare_by_content() -> None:
    """Tables are equal when their kind and all their columns are."""
    made = [FrameTable.of({"name": [0], "file": [1], "line": [2], "kind": [0]}) for _ in range(2)]
    assert made[0] == made[1]
    assert made[0] != FrameTable.empty()
    assert SampleTable.empty() != Timeline.empty()


@pytest.mark.parametrize("make", [samples.small_recording, samples.hostile_recording, samples.random_recording])
def test_the_samples_are_the_same_every_time(make: Callable[[], Recording]) -> None:
    """The recordings that tests are made with do not change from call to call."""
    assert make() == make()


def test_a_large_recording_is_ordinary() -> None:
    """A hundred thousand nodes of ten thousand frames are built and checked like any other."""
    recording = samples.random_recording(frames=10_000, nodes=100_000, samples=1_000)
    assert (len(recording.frames), len(recording.stacks)) == (10_000, 100_000)


def test_a_source_is_cut_into_lines_as_python_counts_them() -> None:
    """A form feed or a Unicode line separator in a string does not move the lines below it."""
    source = Source("a.py", "a.py", SourceKind.FILE, "a = '\u2028'\n\fb = 2\r\nc = 3")
    assert [source.line(number) for number in range(5)] == ["", "a = '\u2028'", "\fb = 2", "c = 3", ""]
