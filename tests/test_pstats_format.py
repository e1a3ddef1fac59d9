"""cProfile's form: the same numbers as cProfile alone, there and back."""

from __future__ import annotations

import cProfile
import dataclasses
import io
import marshal
import profile
import pstats
import struct
import subprocess
import sys
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
import samples
from hypothesis import given
from hypothesis import strategies as st

from workbench.analysis.functions import functions
from workbench.analysis.ownership import Owner, owners
from workbench.errors import (
    DamagedFileError,
    FileFormatError,
    InvalidRecordingError,
    SaveFailedError,
    WrongEngineError,
)
from workbench.formats import detect, marshal_reader, native, pstats_file
from workbench.model.builder import RecordingBuilder
from workbench.model.tables import FrameKind, FunctionTable
from workbench.render.text import text

if TYPE_CHECKING:
    from pathlib import Path


def fib(n: int) -> int:
    return n if n < 2 else fib(n - 1) + fib(n - 2)


def statistics() -> dict[Any, Any]:
    """What cProfile says of a recursive function, sorting and a comprehension."""
    profile = cProfile.Profile()
    profile.runcall(lambda: (fib(12), sorted(range(100), key=lambda n: -n), [str(n) for n in range(9)]))
    profile.create_stats()
    return dict(profile.stats)  # type: ignore[attr-defined]


def recording_of(stats: dict[Any, Any]) -> Any:
    return pstats_file.loads(marshal.dumps(stats), "made.prof")


def test_a_profile_comes_back_to_the_last_digit() -> None:
    """cProfile's dictionary, through a recording, is the same dictionary."""
    stats = statistics()
    assert pstats_file.to_dict(recording_of(stats)) == stats


def test_pstats_prints_the_same_table() -> None:
    """`pstats.Stats` of the recording prints what `pstats.Stats` of cProfile prints."""
    stats = statistics()
    printed = []
    for source in (recording_of(stats), None):
        stream = io.StringIO()
        if source is None:
            given = cProfile.Profile()
            given.stats = stats  # type: ignore[attr-defined]
            given.create_stats = lambda: None  # type: ignore[method-assign]
            table = pstats.Stats(given, stream=stream)
        else:
            table = pstats_file.to_stats(source)
            table.stream = stream  # type: ignore[attr-defined]
        table.sort_stats("cumulative", "name").print_stats().print_callers().print_callees()
        printed.append(stream.getvalue())
    assert printed[0] == printed[1]
    assert "fib" in printed[0]


def test_files_of_python_are_read_and_ours_by_python(tmp_path: Path) -> None:
    """`cProfile -o` files open here, and pstats opens ours."""
    stats = statistics()
    path = tmp_path / "theirs.prof"
    path.write_bytes(marshal.dumps(stats))
    recording = detect.read(path)
    ours = tmp_path / "ours.prof"
    pstats_file.write(recording, ours)
    assert pstats.Stats(str(ours)).stats == stats  # type: ignore[attr-defined]


def test_a_sampled_recording_has_no_pstats_form() -> None:
    """The error says why and what to do."""
    with pytest.raises(WrongEngineError, match="engine 'cpu'"):
        pstats_file.to_dict(samples.small_recording())


def test_a_caller_that_is_no_row_of_its_own_is_kept() -> None:
    """pstats files made by other tools name callers that have no row; the edge stays."""
    key, caller = ("a.py", 1, "f"), ("b.py", 2, "g")
    builder = RecordingBuilder()
    pstats_file.fill(builder, {key: (1, 1, 0.5, 0.5, {caller: (1, 1, 0.5, 0.5)})})
    assert builder.files() == ["a.py", "b.py"]


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.binary(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=4).map(tuple)
            | st.dictionaries(st.text(max_size=3) | st.integers(), inner, max_size=3)
        ),
        max_leaves=12,
    )
)
def test_any_other_marshal_is_refused(value: object) -> None:
    """Whatever else marshal can hold is one sentence, never another exception."""
    with pytest.raises(FileFormatError):
        pstats_file.loads(marshal.dumps(value), "x.prof")


@given(st.integers(0, 10_000), st.integers(0, 255))
def test_any_damage_is_refused_or_read(at: int, byte: int) -> None:
    """One byte changed, or the end cut off: a sentence, or numbers that the model's invariants hold for."""
    data = bytearray(marshal.dumps({("a.py", 1, "f"): (1, 1, 0.5, 0.5, {("b.py", 2, "g"): (1, 1, 0.5, 0.5)})}))
    data[at % len(data)] = byte
    for damaged in (bytes(data), bytes(data[: at % len(data)])):
        try:
            pstats_file.loads(damaged, "x.prof")
        except FileFormatError as error:
            assert "\n" not in str(error)


def counted() -> dict[Any, Any]:
    """What Python's own `profile` module says of the same: callers with counts only."""
    profiler = profile.Profile()
    profiler.runcall(lambda: (fib(8), sorted(range(100), key=lambda n: -n)))
    profiler.create_stats()
    return dict(profiler.stats)  # type: ignore[attr-defined]


def test_what_the_profile_module_wrote_is_read_and_comes_back() -> None:
    """Counts of edges are kept, their times are said to be unknown, and the dictionary comes back as it was, for pstats to print."""
    stats = counted()
    recording = recording_of(stats)
    assert pstats_file.to_dict(recording) == stats
    assert any("how long those calls took is not" in note for note in recording.notes)
    assert not any("how long those calls" in note for note in recording_of(statistics()).notes)
    stream = io.StringIO()
    table = pstats_file.to_stats(recording)
    table.stream = stream  # type: ignore[attr-defined]
    table.print_callers()
    assert "(fib)(66)" in stream.getvalue()
    edges = {
        (recording.frame_name(caller), recording.frame_name(callee)): int(count)
        for caller, callee, count in zip(
            recording.calls.caller, recording.calls.callee, recording.calls.calls, strict=True
        )
    }
    assert (
        edges["fib", "fib"]
        == stats[next(key for key in stats if key[2] == "fib")][4][next(key for key in stats if key[2] == "fib")]
    )
    kinds = {recording.frame_name(frame): recording.frame_kind(frame) for frame in range(len(recording.frames))}
    assert kinds["sorted"] is FrameKind.NATIVE
    assert kinds["fib"] is FrameKind.PYTHON


def test_both_ways_of_counting_in_one_file_are_refused() -> None:
    """Python cannot add such files up either."""
    with pytest.raises(DamagedFileError, match="mixes"):
        recording_of(statistics() | counted())


def test_a_callee_without_counts_is_one_sentence() -> None:
    """A recording may have an edge to a function without a row; pstats has no way to say that, so the error does."""
    given = samples.exact_recording()
    first = FunctionTable.of({name: column[:1] for name, column in given.functions.columns().items()})
    recording = native.loads(native.dumps(dataclasses.replace(given, functions=first)))
    with pytest.raises(InvalidRecordingError, match="is called, but was not counted"):
        pstats_file.to_stats(recording)


@pytest.mark.parametrize(
    "data",
    [
        b"{(" + struct.pack("<i", 120_000_000),
        b"{)\x03" * 4 + b"(" + struct.pack("<i", 120_000_000),
        b"{)\x03u" + struct.pack("<i", 0x7FFFFFF0),
        b"{)\x03z\x01ai\x01\0\0\0l" + struct.pack("<i", 0x7FFFFFF0),
        b"{)\x03[" + struct.pack("<i", 120_000_000),
        b"{)\x03<" + struct.pack("<i", 120_000_000),
        b"{)\x05" * 100_000,
    ],
)
def test_few_bytes_never_take_much_memory(data: bytes) -> None:
    """A length that the file does not hold is not believed."""
    tracemalloc.start()
    try:
        with pytest.raises(FileFormatError):
            pstats_file.loads(data, "x.prof")
        assert tracemalloc.get_traced_memory()[1] < 8 << 20
    finally:
        tracemalloc.stop()


CODE = compile(
    "import json\n"
    "def outer(a, *, b=1.5, **c):\n"
    "    def gen():\n"
    "        yield (a, 1j, -3, 10**40, ..., None, True, b'x', 'né', frozenset({1, 2}) if a in {1, 2} else c)\n"
    "    return [lambda: gen]\n"
    "class C:\n"
    "    async def f(self): return (1, 2, 3, 4, 5, 6, 7, 8)\n",
    "app.py",
    "exec",
)


def test_a_code_object_is_read_as_its_name_and_never_built(monkeypatch: pytest.MonkeyPatch) -> None:
    """`python -m profile -o` writes the code it ran as the name of its first row; what follows it is read as it should be."""
    start, inner = ("profile", 0, CODE), ("app.py", 2, "outer")
    data = marshal.dumps({start: (1, 1, 0.5, 0.5, {}), inner: (2, 2, 0.25, 0.25, {start: 2})})

    def built(data: bytes) -> None:
        raise AssertionError("marshal.loads builds whatever it is given")

    monkeypatch.setattr("marshal.loads", built)
    stats = pstats_file.to_dict(pstats_file.loads(data, "x.prof"))
    named = ("profile", 0, '<code object <module>, file "app.py", line 1>')
    assert stats == {named: (1, 1, 0.5, 0.5, {}), inner: (2, 2, 0.25, 0.25, {named: 2})}


def ints(*values: int) -> bytes:
    return struct.pack(f"<{len(values)}i", *values)


NAME, FILE = b"z\x06<main>", b"z\x04a.py"
BYTES, NOTHING = b"s\x02\0\0\0d\0", b")\0"


@pytest.mark.parametrize(
    "layout",
    [
        ints(0, 0, 1, 2, 0x40) + BYTES + NOTHING * 5 + FILE + NAME + ints(7) + BYTES,
        ints(0, 0, 0, 1, 2, 0x73) + BYTES + NOTHING * 5 + FILE + NAME + ints(7) + BYTES,
        ints(0, 0, 0, 2, 0x73) + BYTES + NOTHING * 3 + BYTES + FILE + NAME + NAME + ints(7) + BYTES + BYTES,
    ],
    ids=["3.4 to 3.7", "3.8 to 3.10", "from 3.11"],
)
def test_code_of_every_python_is_passed_over(layout: bytes) -> None:
    """The fields of a code object changed twice; a profile does not say which Python wrote it."""
    data = b")\x02" + b"\xe3" + layout + b"r" + ints(0)
    name = '<code object <main>, file "a.py", line 7>'
    assert marshal_reader.loads(data) == (name, name)


@pytest.mark.parametrize(
    "data",
    [
        *(marshal.dumps(("text", 2**40, 1.5, "né", {1: 2}))[:length] for length in range(1, 40)),
        b")\x02" + b"i" + ints(1) + b"r" + ints(0),
        b"\xa9\x01r" + ints(0),
        b"i" + ints(1) + b"0",
        b"0",
        b"{z\x01a0",
    ],
)
def test_values_that_are_cut_off_or_lead_nowhere_are_refused(data: bytes) -> None:
    """Cut off anywhere, referring to what is not there or not finished, or followed by something: an error, not a value."""
    with pytest.raises((ValueError, EOFError)):
        marshal_reader.loads(data)


def test_numbers_that_no_count_reaches_are_not_computed() -> None:
    """A number of a million digits is passed over; it makes no count, and a negative one neither."""
    assert marshal_reader.loads(marshal.dumps((1 << 4_000_000, -(1 << 40), 1 << 62))) == (-1, -1, 1 << 62)


@pytest.mark.parametrize(("module", "mechanism"), [("cProfile", "cProfile"), ("profile", "profile")])
def test_what_python_writes_from_a_shell_is_read(module: str, mechanism: str, tmp_path: Path) -> None:
    """`python -m cProfile -o` and `python -m profile -o` of a real script, with a standard library module in it."""
    script, path = tmp_path / "script.py", tmp_path / "it.prof"
    script.write_text("import json\ndef work():\n    return [json.loads('[1]') for _ in range(9)]\nwork()\n")
    subprocess.run([sys.executable, "-m", module, "-o", str(path), str(script)], check=True, capture_output=True)
    recording = detect.read(path)
    assert recording.mechanism == mechanism
    calls = {row.function: row.calls for row in functions(recording) if row.owner in (Owner.OWN, Owner.STDLIB)}
    assert calls["work"] == 1
    assert calls["loads"] == 9


def test_callers_that_all_functions_share_are_refused() -> None:
    """A reference takes five bytes: a thousand functions that refer to one dictionary of a thousand callers are a million edges."""
    shared = {(f"c{n}.py", n, "g"): (1, 1, 0.5, 0.5) for n in range(1000)}
    stats = {(f"f{n}.py", n, "f"): (1, 1, 0.5, 0.5, shared) for n in range(1000)}
    data = marshal.dumps(stats)
    assert len(data) < 200_000
    with pytest.raises(DamagedFileError) as caught:
        pstats_file.loads(data, "x.prof")
    assert "share" in str(caught.value.__cause__)


@given(
    st.dictionaries(
        st.tuples(st.text(max_size=300), st.integers(0, 2**31 - 1), st.text()),
        st.tuples(
            st.integers(0, 2**63 - 1),
            st.integers(0, 2**63 - 1),
            st.floats(0, 1e300),
            st.floats(0, 1e300) | st.integers(0, 2**53),
            st.dictionaries(
                st.tuples(st.text(), st.integers(0, 9), st.text()),
                st.tuples(st.integers(0, 9), st.integers(0, 2**40), st.floats(0, 1e9), st.floats(0, 1e9)),
                max_size=3,
            ),
        ),
        min_size=1,
        max_size=4,
    ),
    st.sampled_from([3, 4]),
)
def test_any_profile_comes_back(stats: dict[Any, Any], version: int) -> None:
    """Whatever names and numbers a profile holds, in either of marshal's forms, they come back."""
    assert pstats_file.to_dict(pstats_file.loads(marshal.dumps(stats, version), "x.prof")) == stats


def test_times_that_add_up_to_no_number_are_damage() -> None:
    """Two times at the edge of what a float holds have no sum."""
    with pytest.raises(DamagedFileError):
        recording_of({("a.py", n, "f"): (1, 1, 1.7e308, 1.7e308, {}) for n in range(2)})


@pytest.mark.parametrize(
    ("file", "owner"),
    [
        ("/usr/lib/python3.12/json/encoder.py", Owner.STDLIB),
        ("/opt/py/lib64/python3.13t/queue.py", Owner.STDLIB),
        ("/opt/pypy/lib/pypy3.10/queue.py", Owner.STDLIB),
        (r"C:\Python312\Lib\json\encoder.py", Owner.STDLIB),
        ("<frozen importlib._bootstrap>", Owner.STDLIB),
        ("/usr/lib/python3/dist-packages/yaml/__init__.py", Owner.LIBRARY),
        ("/home/a/.venv/lib/python3.12/site-packages/numpy/lib/core.py", Owner.LIBRARY),
        (r"C:\Python312\Lib\site-packages\numpy\core.py", Owner.LIBRARY),
        ("/home/a/app/main.py", Owner.OWN),
        ("/home/a/lib/mine.py", Owner.OWN),
        ("/home/a/python3.12/json/mine.py", Owner.OWN),
        ("encoder.py", Owner.OWN),
        ("<string>", Owner.OWN),
        ("~", Owner.NATIVE),
    ],
)
def test_whose_code_a_file_is_shows_in_its_path(file: str, owner: Owner) -> None:
    """A profile does not say where Python lay; its paths do."""
    recording = recording_of({(file, 1, "f"): (1, 1, 0.5, 0.5, {}), ("/home/a/app/x.py", 1, "g"): (1, 1, 0.5, 0.5, {})})
    assert owners(recording) == (owner, Owner.OWN)


def test_what_a_profile_does_not_say_is_not_shown() -> None:
    """No made-up Python, machine, processors, start or processor time in the text; what ran here has them all."""
    said = text(recording_of(statistics()))
    head = said[: said.index("Your functions")]
    assert "\n  on " not in head
    assert not any(word in head for word in ("CPU", "UTC", " ,"))
    known = text(samples.exact_recording())
    assert "CPython 3.12.4, Linux-6.1-x86_64, 8 CPUs; 2026-11-24 09:30 UTC" in known
    assert "of CPU time" in known


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    """A failed write is one sentence."""
    with pytest.raises(SaveFailedError, match="another path"):
        pstats_file.write(recording_of(statistics()), tmp_path / "missing" / "a.prof")
