"""Figures on matplotlib's axes: the numbers of the tables, in any style, with any name, and nothing else of pyplot's touched."""

from __future__ import annotations

import io
import subprocess
import sys
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

import matplotlib as mpl
import numpy as np
import pytest
from hypothesis import given, settings
from matplotlib import pyplot as plt
from matplotlib.collections import PolyCollection
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from matplotlib.offsetbox import AnnotationBbox
from samples import (
    CELL_FILE,
    HOSTILE_NAMES,
    cell_source,
    drawn,
    empty_recording,
    exact_recording,
    finish,
    heap_recording,
    hostile_recording,
    lines_recording,
    passes_recording,
    random_recording,
    recordings,
    small_recording,
    tasks_recording,
)

from workbench.errors import UsageError, WrongEngineError
from workbench.face.profile import Profile
from workbench.model.builder import RecordingBuilder
from workbench.model.facts import Evidence
from workbench.model.recording import Recording
from workbench.render.figure_svg import svg
from workbench.render.figure_words import label, middle
from workbench.render.figures import plot, plot_memory, plot_tasks
from workbench.render.text_width import cells

if TYPE_CHECKING:
    from collections.abc import Iterator

    from matplotlib.axes import Axes

MIB = 1 << 20
STYLES = ("default", "dark_background", "grayscale")


def growth_recording() -> Recording:
    """Three lines of `parse`: two grew memory, one gave some back."""
    builder = RecordingBuilder()
    builder.source(cell_source())
    frame = builder.frame("parse", CELL_FILE, 5)
    for line, hits, mib in ((6, 1, 4), (8, 1_000, 120), (9, 1, -30)):
        builder.growth(frame, line, hits, mib * MIB, mib * MIB, 300 * MIB)
    return finish(builder, engine="memory", mechanism="read at lines", evidence=Evidence.MEMORY)


def memory_of(peak_at: int, readings: int = 11) -> Recording:
    """Memory read ten times a second, with a single high reading."""
    builder = RecordingBuilder()
    for at in range(readings):
        builder.memory(at / 10, (200 if at == peak_at else 100) * MIB)
    return finish(builder, duration=max(0.1, (readings - 1) / 10))


@pytest.fixture(autouse=True)
def no_figure_left() -> Iterator[None]:
    """Each test closes what pyplot made for it."""
    plt.close("all")
    yield
    plt.close("all")


def axes(width: float = 6.4, height: float = 4.8) -> Axes:
    return Figure(figsize=(width, height), dpi=60, layout="constrained").subplots()


def painted(ax: Axes) -> Axes:
    """The axes, after all of their figure was drawn: what cannot be drawn without a warning fails here."""
    ax.figure.savefig(io.BytesIO(), format="png", dpi="figure")
    return ax


def widths(ax: Axes) -> list[list[Any]]:
    """The lengths of bars, one list for each kind."""
    return [[pytest.approx(bar.get_width()) for bar in kind] for kind in ax.containers if hasattr(kind, "patches")]


def names(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.get_yticklabels()]


def facts(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.child_axes[0].get_yticklabels()]


def kinds(ax: Axes) -> list[str]:
    return [text.get_text() for text in ax.get_legend().get_texts()]


def sentence(ax: Axes) -> str:
    return " ".join(text.get_text() for text in ax.texts).replace("\n", " ")


def test_bars_of_samples_are_the_numbers_of_the_table() -> None:
    """Each part of a bar is the function's seconds of that kind, in the order of the table, most self time first."""
    profile = Profile(small_recording())
    table = profile.functions().query("self > 0").head(6)
    ax = painted(profile.plot(ax=axes(), top=6))
    assert names(ax) == list(table["function"])
    assert widths(ax) == [list(table[kind]) for kind in ("python", "native", "waiting")]
    assert kinds(ax) == ["Python", "native", "waiting", "95 % interval"]
    assert facts(ax)[0] == "46.7 %"


def test_whiskers_are_the_interval_of_the_self_time() -> None:
    """A whisker reaches as far as a share of 560 in 1,200 samples may be off, 2.8 points of 1.2 s; the fewer samples, the farther."""
    ends = painted(plot(small_recording(), ax=axes())).containers[-1].lines[2][0].get_segments()[0]
    assert ends[:, 0].mean() == pytest.approx(0.56)
    assert np.ptp(ends[:, 0]) / 2 == pytest.approx(0.0282 * 1.2, rel=0.01)
    few = painted(plot(drawn("main:3  x4\nmain:4 > work:5  x4"), ax=axes()))
    assert np.ptp(few.containers[-1].lines[2][0].get_segments()[0][:, 0]) / 8 > 0.5


def test_bars_of_counted_calls_say_how_often() -> None:
    """A recording of cProfile's has one bar of self seconds for each function, and its calls beside it, without an interval."""
    profile = Profile(exact_recording())
    table = profile.functions().query("self > 0").head(10)
    ax = painted(profile.plot(ax=axes()))
    assert widths(ax) == [list(table["self"])]
    assert [fact.split(", ")[1] for fact in facts(ax)] == [
        f"{calls} call{'' if calls == 1 else 's'}" for calls in table["calls"]
    ]
    assert ax.get_legend() is None


def test_bars_of_lines_have_their_source() -> None:
    """The costliest lines come first, by their text, with how often they ran."""
    profile = Profile(lines_recording())
    ax = painted(profile.plot(ax=axes(9)))
    assert widths(ax) == [[wall for wall in profile.lines()["wall"] if wall]]
    assert names(ax)[0] == "In [3]:8  records.append(json.loads(line))"
    assert facts(ax)[:2] == ["1,000 hits", "1,001 hits"]


def test_bars_of_growth_go_both_ways() -> None:
    """A line that gave memory back has a bar to the left of zero; widths are bytes, the axis is in MiB."""
    profile = Profile(growth_recording())
    ax = painted(profile.plot(ax=axes()))
    assert widths(ax) == [list(profile.lines()["increment"])]
    assert widths(ax)[0][-1] == -30 * MIB
    assert ax.get_xlabel() == "growth of the process (MiB)"
    assert "100" in [text.get_text() for text in ax.get_xticklabels()]


def test_bars_of_allocations_are_what_was_held_at_the_peak() -> None:
    """Functions by the bytes they held when the most was held; of an engine that does not know that, by what they held at the end."""
    recording = heap_recording()
    table = Profile(recording).functions().query("peak > 0")
    ax = painted(plot(recording, ax=axes()))
    assert (names(ax), widths(ax)) == (list(table["function"]), [list(table["peak"])])
    assert ax.get_xlabel().startswith("held at the peak (MiB)")
    unknown = replace(recording, heap=replace(recording.heap, peak=np.full(3, np.nan)))
    ax = painted(plot(unknown, ax=axes()))
    assert (names(ax), widths(ax)[0]) == (["parse", "build_index", "flush"], [30 * MIB, 20 * MIB, 10 * MIB])
    assert ax.get_xlabel().startswith("held at the end (MiB)")


def test_bars_of_tasks_are_running_ready_and_waiting() -> None:
    """The kinds of a task's time are called what they are, and are the numbers of the table."""
    profile = Profile(tasks_recording())
    table = profile.functions().query("self > 0")
    ax = painted(profile.plot(ax=axes()))
    assert widths(ax) == [list(table[kind]) for kind in ("python", "native", "waiting")]
    assert kinds(ax) == ["running", "ready", "waiting"]


def test_own_code_is_bold_where_there_is_other_code() -> None:
    """The names of own functions stand out by their weight, and the axis says what that means."""
    ax = painted(plot(small_recording(), ax=axes()))
    bold = [text.get_text() for text in ax.get_yticklabels() if text.get_fontweight() == "bold"]
    assert bold == ["build_index", "parse", "flush"]
    assert ax.get_xlabel() == "self time (ms); own code in bold"
    alone = painted(plot(drawn("main:3  x2"), ax=axes()))
    assert (alone.get_xlabel(), alone.get_yticklabels()[0].get_fontweight()) == ("self time (s)", "normal")


def test_functions_of_one_name_are_told_apart() -> None:
    """Where two functions shown have the same name, their places stand with it."""
    ax = painted(plot(drawn("run@a.py:3  x3\nrun@b.py:3  x2\nother:4"), ax=axes(10)))
    assert names(ax) == ["run a.py:1", "run b.py:1", "other"]


def test_a_recording_of_several_runs_shows_the_first() -> None:
    """A recording of `all` is drawn as its sampling; the others are in `passes`."""
    profile = Profile(passes_recording())
    assert names(painted(profile.plot(ax=axes()))) == names(painted(plot(small_recording(), ax=axes())))
    assert names(painted(profile.passes["heap"].plot(ax=axes()))) == ["build_index", "parse"]


@pytest.mark.parametrize("style", STYLES)
def test_kinds_differ_in_lightness_and_pattern(style: str) -> None:
    """In each style, on its own background, the kinds are far apart in lightness and in their patterns, so that grey print shows them."""
    with plt.style.context(style):
        ax = painted(plot(small_recording(), ax=axes()))
    bars = [kind[0] for kind in ax.containers[:3]]
    light = sorted(sum(part * c**2.2 for part, c in zip((0.2126, 0.7152, 0.0722), bar.get_facecolor())) for bar in bars)
    assert all((high + 0.05) / (low + 0.05) > 1.5 for low, high in pairwise(light))
    assert len({bar.get_hatch() for bar in bars}) == 3
    if style == "grayscale":
        assert all(len(set(bar.get_facecolor()[:3])) == 1 for bar in bars)


def test_the_style_in_force_holds() -> None:
    """Sizes of letters, colours of text and the size of a new figure are the style's; a dark background gets other colours."""
    changed = {"ytick.labelsize": 7, "figure.figsize": (9, 6), "text.color": "#aa0000", "xtick.labelsize": 5}
    with mpl.rc_context(changed):
        ax = painted(plot(small_recording()))
        assert ax.figure.get_size_inches().tolist() == [9, 6]
        assert {text.get_fontsize() for text in ax.get_yticklabels()} == {7}
        assert to_rgb(ax.containers[-1].lines[2][0].get_color()[0]) == to_rgb("#aa0000")
    dark = axes()
    dark.set_facecolor("#101010")
    light = painted(plot(small_recording(), ax=axes())).containers[0][0].get_facecolor()
    assert painted(plot(small_recording(), ax=dark)).containers[0][0].get_facecolor() != light


@pytest.mark.parametrize("draw", [plot, plot_memory, plot_tasks])
def test_without_axes_pyplot_has_a_figure_that_stays(draw: Any) -> None:
    """With no axes given a figure of pyplot's is made, as users of pyplot expect, named after what ran; it is the current one."""
    recording = tasks_recording() if draw is plot_tasks else small_recording()
    ax = draw(recording)
    assert plt.get_fignums() == [ax.figure.number]
    assert plt.gcf() is ax.figure
    assert ax.figure.get_suptitle().startswith("In [3], ")


@pytest.mark.parametrize("draw", [plot, plot_memory, plot_tasks])
def test_on_given_axes_pyplot_is_left_alone(draw: Any) -> None:
    """Axes that are given come back drawn on; pyplot neither gets a figure nor loses the current one, and the style stays."""
    recording = tasks_recording() if draw is plot_tasks else small_recording()
    if draw is plot_memory:
        recording = small_recording()
    current, before, ax = plt.figure(), dict(mpl.rcParams), axes()
    assert draw(recording, ax=ax) is ax
    assert plt.get_fignums() == [current.number]
    assert plt.gcf() is current
    assert dict(mpl.rcParams) == before
    assert ax.figure.get_suptitle() == ""


def test_pyplot_is_not_even_loaded() -> None:
    """On axes of a plain figure, and for SVG, matplotlib.pyplot is not imported: no backend is chosen."""
    program = (
        "import sys; sys.path.insert(0, 'tests')\n"
        "from samples import small_recording\n"
        "from workbench.render.figure_svg import svg\n"
        "from workbench.render.figures import plot\n"
        "svg(lambda ax: plot(small_recording(), ax=ax))\n"
        "print('matplotlib.pyplot' in sys.modules)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=120)
    assert ran.stdout.strip() == "False"


@pytest.mark.parametrize("style", STYLES)
def test_hostile_names_are_drawn_as_text(style: str) -> None:
    """Markup, quotes, controls, emoji, right-to-left text and 10,000 letters draw without a warning, each in one short line."""
    with plt.style.context(style):
        ax = painted(plot(hostile_recording(), ax=axes(height=9), top=60))
    assert len(names(ax)) == 41
    assert all("\n" not in name and cells(name) <= 60 for name in names(ax))
    painted(plot_memory(hostile_recording()))


@pytest.mark.parametrize("name", ["$x^2$", "a_b_{c}", r"\$", "$", "$$", r"\frac{$1", "%d & #1 ~^"])
def test_no_name_is_a_formula(name: str) -> None:
    """A name with dollars, underscores or backslashes is shown to the letter, also where all text goes through TeX."""
    recording = drawn("one:3  x3")
    strings = tuple(name if text == "one" else text for text in recording.strings)
    with mpl.rc_context({"text.usetex": True}):
        ax = plot(replace(recording, strings=strings), ax=axes())
        shown = ax.get_yticklabels()[0]
        assert shown.get_usetex() is False
    assert shown._preprocess_math(shown.get_text()) == (name, False)


def test_what_the_font_cannot_draw_is_a_box() -> None:
    """Runs of letters that are not in the font in force are one box; what is in it stays."""
    assert label("\U0001f40d\U0001f469\u200d\U0001f4bb x \u8868\u683c", 40) == "\u25a1 x \u25a1"
    assert label("caf\u00e9 \u05e9\u05dc\u05d5\u05dd \u00b5", 40) == "caf\u00e9 \u05e9\u05dc\u05d5\u05dd \u00b5"
    assert label("a\nb\u202ec", 40) == "a\\nb\\u202ec"


def test_long_names_are_cut_in_the_middle() -> None:
    """Both ends of a long name stay; wide characters count twice; a name that fits is not touched."""
    assert middle("DataFrameReader.read_the_whole_file", 15) == "DataFra\u2026le_file"[:7] + "\u2026" + "le_file"
    assert cells(middle("\u8868" * 50, 15)) <= 15
    assert (middle("short", 5), middle("short", 1), middle("short", 0)) == ("short", "\u2026", "")


@pytest.mark.parametrize(
    ("recording", "says"),
    [
        (empty_recording(), "No samples: the run was too short to be seen."),
        (empty_recording(engine="cpu", evidence=Evidence.CALLS), "No function took any time."),
        (empty_recording(engine="lines", evidence=Evidence.LINES), "No line of the chosen functions ran."),
        (empty_recording(engine="memory", evidence=Evidence.MEMORY), "changed the memory"),
        (empty_recording(engine="heap", evidence=Evidence.HEAP), "Nothing that was allocated was held."),
        (empty_recording(engine="tasks", evidence=Evidence.TASKS), "No task spent time in a known place."),
    ],
    ids=lambda value: value.engine if isinstance(value, Recording) else "",
)
def test_an_empty_recording_says_so(recording: Recording, says: str) -> None:
    """Axes with nothing to show have a sentence in the middle, and no scales that mean nothing."""
    ax = painted(plot(recording, ax=axes()))
    assert says in sentence(ax)
    assert (list(ax.get_xticks()), list(ax.get_yticks())) == ([], [])


def test_empty_memory_and_tasks_say_so() -> None:
    """A sampling too short for one reading, and a run without tasks, have their sentences too."""
    assert "No reading of memory" in sentence(painted(plot_memory(empty_recording(), ax=axes())))
    none = empty_recording(engine="tasks", evidence=Evidence.TASKS)
    assert sentence(painted(plot_tasks(none, ax=axes()))) == "No task of own code ran."


def test_refusals_say_what_to_do() -> None:
    """Another engine's question is refused with the engine that answers it, a number that leaves nothing with what to give."""
    with pytest.raises(WrongEngineError, match="Record with engine 'tasks'"):
        plot_tasks(small_recording())
    with pytest.raises(UsageError, match="Record with engine 'sample', 'memory' or 'heap'"):
        plot_memory(exact_recording())
    with pytest.raises(UsageError, match="1 or more"):
        plot(small_recording(), top=0)
    with pytest.raises(UsageError, match="1 or more"):
        plot_tasks(tasks_recording(), most=0)
    assert plt.get_fignums() == []


def test_the_memory_curve_is_the_timeline() -> None:
    """The line goes through every reading of the table, in its units; a heap that is known is a dashed line of its own."""
    profile = Profile(heap_recording())
    table = profile.timeline()
    ax = painted(profile.plot_memory(ax=axes()))
    rss, heap = ax.lines[:2]
    assert np.array_equal(rss.get_xydata(), table[["time", "rss"]].to_numpy(float))
    assert np.array_equal(heap.get_xydata(), table[["time", "heap"]].to_numpy(float))
    assert (rss.get_linestyle(), heap.get_linestyle()) == ("-", "--")
    assert facts(ax) == ["resident\n170 MiB", "allocated\n60.0 MiB"]
    assert ax.get_ylabel() == "memory (MiB)"


@pytest.mark.parametrize("size", [(6.4, 4.8), (2.2, 1.8)])
@pytest.mark.parametrize("peak_at", [0, 3, 7, 10])
def test_the_label_of_the_peak_stays_within_the_axes(peak_at: int, size: tuple[float, float]) -> None:
    """Wherever the peak is, also on small axes, its label lies within them and its mark stands at the reading."""
    ax = painted(plot_memory(memory_of(peak_at), ax=axes(*size)))
    hung = next(one for one in ax.artists if isinstance(one, AnnotationBbox))
    inner, outer = hung.get_window_extent(), ax.get_window_extent()
    assert outer.x0 - 1 <= inner.x0 < inner.x1 <= outer.x1 + 1
    assert outer.y0 - 1 <= inner.y0 < inner.y1 <= outer.y1 + 1
    mark = next(line for line in ax.lines if line.get_marker() == "v")
    assert mark.get_xydata().tolist() == [[peak_at / 10, 200 * MIB]]
    assert hung.offsetbox.get_text().startswith("peak 200 MiB\nat ")


def test_one_reading_is_a_dot() -> None:
    """A run with a single reading of memory shows it, though no line can be drawn."""
    ax = painted(plot_memory(memory_of(0, readings=1), ax=axes()))
    assert ax.lines[0].get_marker() == "o"


def test_lanes_are_the_stretches_of_the_recording() -> None:
    """Every stretch of an own task is a box on its lane, of the kind it is, as long as it was; the blocked loop has a lane of its own."""
    recording = tasks_recording()
    ax = painted(plot_tasks(recording, ax=axes()))
    assert names(ax) == [
        "event loop",
        "Task-1 <module>",
        "Task-2 fetch",
        "Task-3 fetch",
        "Task-4 fetch",
        "Task-5 fetch",
    ]
    assert facts(ax) == ["80.0 ms at most", "", "", "", "", "failed"]
    assert kinds(ax) == ["running", "ready", "waiting", "blocked"]
    boxes = {
        found.get_label(): [path.get_extents() for path in found.get_paths()]
        for found in ax.collections
        if isinstance(found, PolyCollection)
    }
    spans, own = recording.spans, set(range(5))
    for state, name in enumerate(kinds(ax)[:3]):
        told = sorted(
            (task + 1, start, seconds)
            for task, kind, start, seconds in zip(*(column.tolist() for column in spans.columns().values()))
            if kind == state and task in own
        )
        seen = sorted(((box.y0 + box.y1) / 2, box.x0, box.width) for box in boxes[name])
        assert np.allclose(seen, told), name
    (blocked,) = boxes["blocked"]
    assert (blocked.x0, blocked.width) == (pytest.approx(0.201), pytest.approx(0.08))
    assert ax.get_xlim() == (0.0, recording.duration)


def test_only_the_first_lanes_are_drawn() -> None:
    """With more tasks than asked for, those that began first have lanes, and the axis says how many have not."""
    ax = painted(plot_tasks(tasks_recording(), ax=axes(), most=2))
    assert names(ax) == ["event loop", "Task-1 <module>", "Task-2 fetch"]
    assert ax.get_xlabel().endswith("; 3 later tasks not shown")


def test_rows_that_are_too_low_are_not_all_named() -> None:
    """On axes without room for every name, letters get smaller and then names are left out, so that none covers another."""
    ax = painted(plot(random_recording(frames=300, nodes=3_000, samples=3_000), ax=axes(4, 2.5), top=60))
    shown = [text.get_window_extent() for text in ax.get_yticklabels()]
    assert 5 < len(shown) < 60
    assert all(upper.y0 >= lower.y1 - 2 for upper, lower in pairwise(shown))
    assert len(widths(ax)[0]) == 60
    tall = plot(random_recording(frames=300, nodes=3_000, samples=3_000), top=60)
    assert len(names(tall)) == 60


@settings(max_examples=10)
@given(recordings())
def test_any_recording_draws(recording: Recording) -> None:
    """Whatever is in a sound recording, each figure of it is drawn whole or refused with a reason."""
    for draw in (plot, plot_memory, plot_tasks):
        try:
            painted(draw(recording, ax=axes(4, 3)))
        except UsageError as refused:
            assert "engine" in str(refused)


def test_svg_is_the_same_every_time() -> None:
    """The same recording gives the same text to the letter, whatever the style in force, without a date or a version."""
    draw = lambda ax: plot(small_recording(), ax=ax)  # noqa: E731
    first = svg(draw)
    with plt.style.context("dark_background"):
        assert svg(draw) == first
    assert first.startswith("<svg")
    assert len(first) < 100_000
    assert mpl.__version__ not in first
    assert "<dc:date>" not in first
    assert svg(draw, dark=True) != first
    assert plt.get_fignums() == []


def test_svg_stands_alone_and_holds_no_script() -> None:
    """Even of hostile names it is well-formed XML of the size asked for, without script, event, font, or anything outside it."""
    text = svg(lambda ax: plot(hostile_recording(), ax=ax, top=60), width=5, height=9, title=HOSTILE_NAMES[0])
    root = ET.fromstring(text)
    assert (root.get("width"), root.get("height")) == ("360pt", "648pt")
    tags = {element.tag.split("}")[1] for element in root.iter()}
    assert "title" in tags
    assert tags.isdisjoint({"script", "foreignObject", "iframe", "image", "a", "text", "animate", "set"})
    for element in root.iter():
        for name, value in element.attrib.items():
            assert not name.split("}")[-1].startswith("on")
            if name.endswith("href"):
                assert value.startswith("#")
