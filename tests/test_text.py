"""The text and JSON forms: the facts a reader needs, in lines that fit, whatever the names hold."""

from __future__ import annotations

import json
import math
import re
import unicodedata

import pytest
import samples
from hypothesis import given
from hypothesis import strategies as st
from samples import drawn, recordings

from workbench.analysis.functions import functions, whole
from workbench.analysis.hotspots import hotspots
from workbench.model.facts import Evidence, Source, SourceKind, Target, TargetKind
from workbench.model.recording import Recording
from workbench.render.json_form import SCHEMA, as_json
from workbench.render.places import Places
from workbench.render.summary import busiest_line, by_owner, memory
from workbench.render.text import MIN_WIDTH, text
from workbench.render.text_table import Column, table
from workbench.render.text_width import cells, cut, pad, visible, wrapped

ACTING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
ANSI = re.compile(r"\x1b\[\d+m")


def part(shown: str, heading: str) -> list[str]:
    """The lines under a heading, without the column heads."""
    block = next(block for block in shown.split("\n\n") if block.startswith(heading))
    return block.splitlines()[2:]


def test_header_says_what_how_and_at_what_cost(small: Recording) -> None:
    """The first lines say what ran, how long, by which engine, with how many samples, how exactly, at what cost, in how much memory."""
    header = " ".join(text(small).split("\n\n")[0].split())
    for fact in (
        "cell In [3] 1.20 s",
        "engine sample (timer signal)",
        "1.10 s of CPU time",
        "1,200 samples at 1,000/s",
        "shares within ±2.8 points (95 %)",
        "18.0 ms, 1.5 % of the run (the handler's own clock and the measured price of a signal)",
        "2 threads; shares are of 1.20 s",
        "90.0 MiB at the start, peak 150 MiB after 900 ms, 140 MiB at the end",
        "CPython 3.12.4",
        "2026-11-24 09:30 UTC",
    ):
        assert fact in header


def test_own_functions_come_first(small: Recording) -> None:
    """Functions of one's own are ranked by own time with their split, total, share, plus-minus and place."""
    rows = [line.split() for line in part(text(small), "Your functions")]
    assert " ".join(rows[0]) == "f1 560 ms 25 % 75 % · 640 ms 53.3 % ±2.8 build_index In [3]:12"
    assert [row[0] for row in rows] == ["f1", "f2", "f3", "f4"]


def test_everybody_elses_code_is_folded(small: Recording) -> None:
    """Libraries, standard library and interpreter take one line each, with their share and worst names; the shares make 100 %."""
    rows = part(text(small), "Whose code")
    assert [re.search(r"your code|standard library|libraries|interpreter", row)[0] for row in rows] == [  # type: ignore[index]
        "your code",
        "standard library",
        "libraries",
        "interpreter",
    ]
    assert "Queue.get 190 ms" in rows[1]
    shares = [float(re.findall(r"([\d.]+) %", row)[-1]) for row in rows]
    assert sum(shares) == pytest.approx(100, abs=0.2)


def test_hot_lines_show_their_source(small: Recording) -> None:
    """The hottest own lines stand with handle, time, split, share, place and the source text as it ran."""
    rows = part(text(small), "Your hottest lines")
    assert (
        " ".join(rows[0].split()) == 'l1 480 ms 40.0 % ±2.8 12 % 87 % · In [3]:18 if record["id"] not in index[word]:'
    )


def test_next_step_names_the_line_that_time_ends_in(small: Recording) -> None:
    """The last line points at the line most time goes to, not at the line that calls everything, and at a command that exists."""
    last = " ".join(text(small).split("\n\n")[-1].split())
    assert last == "Next: look at l1, which 40.0 % of the time goes to; `%%profile lines` times every line around it."
    assert busiest_line(small, hotspots(small)) == (0, pytest.approx(0.4))


@pytest.mark.parametrize(
    ("target", "command"),
    [
        (Target(TargetKind.CELL, "In [3]"), "`%%profile lines`"),
        (Target(TargetKind.STATEMENT, "parse(text)"), "`%profile lines parse(text)`"),
        (Target(TargetKind.SCRIPT, "app/main.py"), "`workbench profile lines app/main.py`"),
        (Target(TargetKind.MODULE, "app.main"), "`workbench profile lines -m app.main`"),
        (Target(TargetKind.CALL, "parse"), '`with workbench.profile("lines") as rec:`'),
        (Target(TargetKind.BLOCK, "block"), '`with workbench.profile("lines") as rec:`'),
    ],
)
def test_next_step_speaks_the_readers_tongue(target: Target, command: str) -> None:
    """Who used a magic is told a magic, who used the shell a command, who used Python a call."""
    assert command in " ".join(text(samples.small_recording(target=target), width=120).split())


def test_a_run_that_raised_says_so() -> None:
    """The error's type and message stand at the top, and that the profile was kept."""
    shown = " ".join(text(samples.failed_recording()).split())
    assert "raised ValueError: Expecting value: line 1 column 1 (char 0); the profile up to there is kept" in shown
    assert "Your functions" in shown


def test_an_interrupted_run_says_so() -> None:
    """An interrupt is called one, not an exception."""
    shown = text(samples.interrupted_recording())
    assert "interrupted; the profile up to there is kept" in shown
    assert "raised" not in shown


def test_too_short_to_sample_is_said() -> None:
    """Below fifty samples the text says how few there are and names the engine that counts; from fifty on it does not."""
    shown = text(drawn("main:1  x49", step=0.001))
    assert "too short to sample: 49 samples" in shown
    assert "%%profile cpu" in shown
    assert "too short" not in text(drawn("main:1  x50", step=0.001))


def test_a_run_without_samples_is_whole() -> None:
    """A run too short for one sample still gets its header, a plain sentence and a next step."""
    shown = text(samples.empty_recording())
    assert "too short to sample: 0 samples" in shown
    assert "No function was seen at work." in shown
    assert "nan" not in shown.lower().replace("unnamed", "")
    assert shown.splitlines()[-1].startswith("Next: ")


def test_no_own_code_shows_the_others() -> None:
    """Where none of one's own code was seen, the busiest functions of others are shown, under their own handles."""
    shown = text(drawn("run@site/tool.py:1 > load@std/json.py:2  x60"))
    rows = part(shown, "No code of your own was seen")
    assert rows[0].split()[0] == "f1"
    assert "load" in rows[0]
    assert "tool.py:1" in rows[1]


def test_repeated_statements_say_how_often() -> None:
    """A statement that was repeated says how often, and how long one run took."""
    target = Target(TargetKind.STATEMENT, "parse(text)", repeats=10)
    assert "repeated 10x, 120 ms each" in text(samples.small_recording(target=target))


def test_exact_recordings_show_calls(exact: Recording) -> None:
    """Exact counts come as calls and time per call, without plus-minus, split or lines, and point to the sampler for lines."""
    shown = text(exact)
    fib = next(row for row in part(shown, "Your functions") if "fib" in row)
    assert "465" in fib.split()
    assert "±" not in shown
    assert "hottest lines" not in shown
    assert "`with workbench.profile() as rec:` shows the hot lines" in " ".join(shown.split())


def test_top_limits_the_tables_and_says_what_is_left() -> None:
    """`top` cuts each table, and what was cut is counted with its share."""
    recording = drawn("\n".join(f"f{n}:{n}  x{n}" for n in range(1, 13)))
    shown = text(recording, top=3)
    assert len(part(shown, "Your functions")) == 4
    assert "and 9 more functions, 57.7 % by own time" in shown
    assert len(part(shown, "Your hottest lines")) == 3


def test_notes_are_shown(small: Recording) -> None:
    """What the recorder noted for the reader is in the text, word for word."""
    sketch = samples.Sketch()
    sketch.sample(sketch.path(("main", "app.py", 1, 1)))
    sketch.builder.note("The signal was taken; a sampling thread stood in.")
    assert "Note: The signal was taken; a sampling thread stood in." in text(samples.finish(sketch.builder))


@pytest.mark.parametrize("width", [72, 80, 100, 120, 200])
@pytest.mark.parametrize("color", [False, True])
@pytest.mark.parametrize(
    "make", [samples.small_recording, samples.exact_recording, samples.hostile_recording, samples.random_recording]
)
def test_no_line_is_wider_than_asked(make: object, width: int, color: bool) -> None:
    """Every line fits the width in terminal cells, with wide characters, huge names and colours."""
    shown = ANSI.sub("", text(make(), width=width, color=color))  # type: ignore[operator]
    assert max(map(cells, shown.splitlines())) <= width


def test_narrow_terminals_get_the_least_width(small: Recording) -> None:
    """Below the least width the text stops getting narrower."""
    assert text(small, width=10) == text(small, width=MIN_WIDTH)


def test_color_only_paints(small: Recording) -> None:
    """Colour adds nothing but ANSI styles, and without it there is not one escape character."""
    assert "\x1b" not in text(small)
    assert ANSI.sub("", text(small, color=True)) == text(small)
    assert "\x1b[" in text(small, color=True)


@given(recordings())
def test_any_recording_is_written_without_acting_characters(recording: Recording) -> None:
    """Whatever stands in names, sources and notes, the text has no control character but the newline, and can be encoded."""
    shown = text(recording)
    shown.encode("utf-8")
    joiners = {"\u200d", "\ufe0e", "\ufe0f"}
    assert {c for c in shown if unicodedata.category(c) in ACTING} - joiners <= {"\n"}
    assert max(map(cells, shown.splitlines())) <= 100


def test_hostile_names_stay_on_their_line() -> None:
    """A name with newlines, escapes or a bidirectional override is shown escaped, on one line."""
    shown = text(samples.hostile_recording(), top=50, width=200)
    assert "tab    here\\nnew line\\rreturn \\x00" in shown
    assert "\\u202eevitaler" in shown
    assert "caf\\udce9.py" in shown
    assert "</script><img src=x onerror=alert(1)>" in shown
    assert "(no name)" in shown


def test_places_are_short() -> None:
    """Cells are named by their label, own files from the working folder on, packages and standard library from theirs on."""
    recording = samples.small_recording()
    places = Places.of(recording)
    assert places.line(samples.CELL_FILE, 18) == "In [3]:18"
    assert places.line(f"{samples.PROJECT}/sub/app.py", 2) == "sub/app.py:2"
    assert places.line(f"{samples.SITE}/pandas/core/frame.py", 690) == "pandas/core/frame.py:690"
    assert places.line(f"{samples.STDLIB}/json/decoder.py", 332) == "json/decoder.py:332"
    assert places.line("/elsewhere/x.py", 1) == "/elsewhere/x.py:1"
    assert places.line("~", 0) == "built-in"
    assert places.line("", 0) == ""


def test_memory_is_start_peak_and_end(small: Recording) -> None:
    """The memory of a run is where it began, its highest reading and when, and where it ended; none where it was not read."""
    found = memory(small)
    assert found is not None
    assert (found.start, found.peak, found.end) == (90 << 20, 150 << 20, 140 << 20)
    assert found.peak_at == pytest.approx(0.9)
    assert memory(samples.empty_recording()) is None


@given(st.sampled_from([Evidence.SAMPLES, Evidence.CALLS]).flatmap(lambda evidence: recordings(evidence=evidence)))
def test_owners_add_up(recording: Recording) -> None:
    """Where own times are known, those of all owners are the whole: no function is folded twice or forgotten."""
    assert math.fsum(row.self_time for row in by_owner(hotspots(recording))) == pytest.approx(whole(recording))


def test_json_has_the_facts_of_the_text(small: Recording) -> None:
    """JSON says the same as the text, in full figures, with its schema and units."""
    found = as_json(small)
    assert found["schema"] == SCHEMA == "workbench.recording/1"
    assert found["units"]["times"] == "seconds"
    assert found["target"] == {"kind": "cell", "name": "In [3]", "repeats": 1}
    assert (found["samples"], found["rate"], found["duration"], found["whole"]) == (
        1200,
        1000.0,
        1.2,
        pytest.approx(1.2),
    )
    assert (found["functions"][0]["handle"], found["functions"][0]["function"]) == ("f1", "build_index")
    assert len(found["functions"]) == len(functions(small))
    assert found["lines"][0]["source"].strip() == 'if record["id"] not in index[word]:'
    assert found["memory"]["peak"] == 150 << 20
    assert found["next"] in " ".join(text(small).split())
    assert sum(row["share"] for row in found["owners"]) == pytest.approx(1)


def test_json_top_says_what_it_left_out(small: Recording) -> None:
    """`top` cuts both lists and counts what was cut."""
    found = as_json(small, top=2)
    assert len(found["functions"]) == len(found["lines"]) == 2
    assert found["left_out"] == {"functions": 8, "lines": len(hotspots(small).lines) - 2}
    assert as_json(small)["left_out"] == {"functions": 0, "lines": 0}


def test_json_of_a_failed_run() -> None:
    """The error is told by type, message and whether it was an interrupt."""
    assert as_json(samples.interrupted_recording())["error"] == {
        "type": "KeyboardInterrupt",
        "message": "",
        "interrupted": True,
    }
    assert as_json(samples.small_recording())["error"] is None


@given(recordings())
def test_json_is_strict(recording: Recording) -> None:
    """Any recording becomes standard JSON, without NaN, and reads back as the same facts."""
    found = as_json(recording)
    assert json.loads(json.dumps(found, allow_nan=False)) == found


@given(st.text(st.characters(), max_size=60), st.integers(0, 30))
def test_cut_and_pad_fit(words: str, width: int) -> None:
    """Cutting never exceeds the width in cells, keeps the asked side, and padding fills exactly."""
    shown = visible(words)
    start, end = cut(shown, width), cut(shown, width, keep="end")
    assert cells(start) <= width
    assert cells(end) <= width
    if start != shown:
        assert width == 0 or (start.endswith("…") and shown.startswith(start[:-1]))
        assert width == 0 or (end.startswith("…") and shown.endswith(end[1:]))
    assert cells(pad(start, width)) == cells(pad(start, width, "right")) == width


@given(st.lists(st.text("ab表", min_size=1, max_size=30), max_size=20), st.integers(10, 40))
def test_wrapped_loses_no_word_that_fits(words: list[str], width: int) -> None:
    """Wrapping keeps every word that fits, in order, and no line is wider than asked."""
    lines = wrapped(" ".join(words), width, indent=4)
    assert all(cells(line) <= width for line in lines)
    fitting = [word for word in words if cells(word) <= width - 4]
    shown = " ".join(lines).split()
    assert [word for word in shown if word in fitting] == fitting


def test_wide_characters_take_two_cells() -> None:
    """East Asian and emoji characters are two cells wide, combining ones none."""
    assert cells("表格") == 4
    assert cells("e\u0301") == 1
    assert cells("🐍") == 2
    assert cells("plain") == 5


def test_tables_leave_out_empty_columns() -> None:
    """A column without heading and cells takes no room, and short columns are not cut for long ones."""
    lines = table(
        [Column("n"), Column(""), Column("name", "left", 1), Column("at", "left", 1)],
        [["1", "", "x" * 99, "In [3]:24"]],
        40,
    )
    assert lines[0].split() == ["n", "name", "at"]
    assert lines[1].endswith("…  In [3]:24")
    assert cells(lines[1]) == 40


def test_a_long_statement_is_not_repeated_whole() -> None:
    """A statement too long for a hint is called STATEMENT there."""
    target = Target(TargetKind.STATEMENT, "sum(x * x for x in range(10)) + " * 10)
    assert "`%profile lines STATEMENT`" in text(samples.small_recording(target=target), width=120)


def test_sources_of_other_files_are_labelled() -> None:
    """A captured file is called by its label wherever it stands."""
    builder = samples.RecordingBuilder()
    builder.source(Source("/far/away/app.py", "app.py", SourceKind.FILE, ""))
    assert Places.of(samples.finish(builder)).line("/far/away/app.py", 7) == "app.py:7"


def test_time_of_others_code_goes_to_the_line_that_called_it() -> None:
    """The busiest line is the innermost own line on the stack: time in a library counts for the own line that went there."""
    recording = drawn(
        """
        main:1 > load:5 > loads@std/json.py:9 > decode@std/json.py:30  x6
        main:1 > work:8  x4
        """
    )
    found = hotspots(recording)
    position, share = busiest_line(recording, found) or (-1, 0.0)
    assert (found.lines[position].line, share) == (5, pytest.approx(0.6))
