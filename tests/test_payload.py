"""What the browser is given: the analysis's own numbers, in the room that there is, harmless in any page; and the code that reads it."""

from __future__ import annotations

import json
import re
from collections import Counter
from importlib.resources import files
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import (
    HOSTILE_NAMES,
    PROJECT,
    SITE,
    drawn,
    empty_recording,
    exact_recording,
    finish,
    hostile_recording,
    random_recording,
    recordings,
    small_recording,
)

from workbench.analysis.functions import functions, whole
from workbench.analysis.lines import lines
from workbench.analysis.ownership import Owner, owners
from workbench.analysis.window import window
from workbench.assets import bundle
from workbench.assets.embed import script_json, stored_size
from workbench.assets.packing import MOST, pack, unpack
from workbench.assets.payload import NODE_TICK, Words, payload, tick_of
from workbench.assets.payload_detail import STEPS
from workbench.assets.payload_moments import moments_payload
from workbench.assets.payload_tree import call_tree
from workbench.errors import UsageError, WrongEngineError
from workbench.model.builder import RecordingBuilder
from workbench.model.facts import Evidence, Source, SourceKind
from workbench.render.html_words import view_payload

SAMPLES = {
    "small": small_recording,
    "exact": exact_recording,
    "empty": empty_recording,
    "hostile": hostile_recording,
    "random": lambda: random_recording(3, 200, 2_000, 4_000),
}


@pytest.fixture(params=SAMPLES)
def recording(request):
    return SAMPLES[request.param]()


def nodes_of(sent):
    """The columns of the tree as plain numbers, with `parent` in place of the distances that are sent."""
    columns = {name: unpack(column) for name, column in sent["nodes"].items() if name != "tick"}
    return columns | {"parent": [at - up for at, up in enumerate(columns["up"])]}


def tree_totals(sent):
    """Ticks per frame of the payload's tree, each frame once per path: what the browser adds up, counted here the plain way."""
    nodes, found = nodes_of(sent), Counter()
    for at in range(len(nodes["parent"])):
        weight = nodes["python"][at] + nodes["native"][at] + nodes["waiting"][at]
        frames, node = set(), at
        while node >= 0:
            frames.add(nodes["frame"][node])
            node = nodes["parent"][node]
        for frame in frames:
            found[frame] += weight
    return found


def test_functions_are_those_of_the_analysis(recording):
    """Every function row arrives with its self, total and calls, and under its own name and frame."""
    sent = payload(recording)
    tick, rows = sent["meta"]["tick"], functions(recording)
    assert [sent["frames"]["id"][frame] for frame in sent["functions"]["frame"]] == [row.frame for row in rows]
    assert [value * tick for value in sent["functions"]["self"]] == pytest.approx(
        [row.self_time for row in rows], abs=tick
    )
    assert [value * tick for value in sent["functions"]["total"]] == pytest.approx(
        [row.total_time for row in rows], abs=tick
    )
    assert sent["functions"].get("calls", [None] * len(rows)) == [row.calls for row in rows]
    names = [sent["strings"][sent["frames"]["name"][frame]] for frame in sent["functions"]["frame"]]
    assert all(row.function.startswith(name.rstrip("…")) for name, row in zip(names, rows, strict=True))


@pytest.mark.parametrize("name", ["small", "random", "hostile"])
def test_the_tree_adds_up_to_the_functions(name):
    """The totals that the browser gets from the merged tree are those of the function table: two ways, one answer."""
    sent = payload(SAMPLES[name]())
    totals, nodes = tree_totals(sent), sent["nodes"]["up"]["count"]
    for frame, total in zip(sent["functions"]["frame"], sent["functions"]["total"], strict=True):
        assert totals[frame] * NODE_TICK == pytest.approx(total, abs=nodes * NODE_TICK)


@given(recordings(evidence=Evidence.SAMPLES))
@settings(max_examples=60, deadline=None)
def test_any_recording_adds_up(recording):
    """For any recording the tree's weights sum to the whole, and so do the owners' self times, within the unit sent."""
    sent = payload(recording)
    nodes, tick = nodes_of(sent), sent["nodes"]["tick"]
    added = sum(sum(nodes[name]) for name in ("python", "native", "waiting")) * tick
    assert added == pytest.approx(whole(recording), abs=tick * 3 * (1 + len(nodes["parent"])))
    assert sum(owner["self"] for owner in sent["meta"]["owners"]) * sent["meta"]["tick"] == pytest.approx(
        whole(recording), abs=6 * tick
    )
    json.loads(script_json(sent))


@given(recordings(evidence=Evidence.CALLS))
@settings(max_examples=40, deadline=None)
def test_any_exact_recording_can_be_sent(recording):
    """Exact recordings send counts and edges and no tree."""
    sent = payload(recording)
    assert nodes_of(sent)["parent"] == []
    assert len(sent["calls"]["caller"]) == (len(recording.calls) if len(recording.functions) else 0)
    json.loads(script_json(sent))


def test_line_heat_is_that_of_the_analysis():
    """Each own line arrives with its split and its source text."""
    recording = small_recording()
    sent = payload(recording)
    tick, got = sent["meta"]["tick"], {}
    for at, line in enumerate(sent["lines"]["line"]):
        source = sent["sources"][sent["lines"]["source"][at]]
        texts = {first + n: text for first, block in source["chunks"] for n, text in enumerate(block)}
        split = [sent["lines"][name][at] * tick for name in ("python", "native", "waiting", "here")]
        got[sent["strings"][source["label"]], line] = (texts[line], split)
    wanted = {(row.file, row.line): row for row in lines(recording) if row.owner is Owner.OWN}
    assert got.keys() == wanted.keys()
    for key, (text, split) in got.items():
        row = wanted[key]
        assert text == row.source
        assert split == pytest.approx([row.python, row.native, row.waiting, row.here], abs=tick)


def test_the_hot_line_of_a_function_is_its_hottest():
    """The line that the view jumps to is the one with the most wall time among the function's own."""
    recording = drawn("main:3 > work:10  x2\nmain:3 > work:12  x5\nmain:4  x1", text="\n" * 20)
    sent = payload(recording)
    hot = {sent["strings"][sent["frames"]["name"][at]]: line for at, line in enumerate(sent["frames"]["hot"])}
    assert hot == {"main": 3, "work": 12}


def test_owner_totals_count_once_per_stack():
    """An owner's total is the time with any of its functions on the stack, counted once."""
    recording = drawn("main:1 > a@site/x.py:1 > b@site/y.py:1  x3\nmain:1 > a@site/x.py:2  x2\nmain:2  x1")
    sent = payload(recording)
    total = {owner["owner"]: owner["total"] * sent["meta"]["tick"] for owner in sent["meta"]["owners"]}
    assert total == {"own": 6, "library": 5, "stdlib": 0, "native": 0, "synthetic": 0}


def test_paths_that_differ_only_in_lines_are_one_box():
    """The flame graph has one box for each path of functions."""
    sent = payload(drawn("main:1 > work:5  x1\nmain:1 > work:6  x2\nmain:2 > work:5  x4"))
    assert nodes_of(sent)["parent"] == [-1, 0]
    assert nodes_of(sent)["python"][1] * sent["nodes"]["tick"] == pytest.approx(7)


@pytest.mark.parametrize("limit", [30_000, 100_000, 400_000])
def test_a_limit_is_kept_and_nothing_is_lost_in_sum(limit):
    """Folding keeps the limit, says what it left out, and keeps all sums: the tree's, the owners' and their counts."""
    recording = random_recording(1, 2_000, 20_000, 20_000)
    sent, rows = payload(recording, limit=limit), functions(recording)
    assert len(script_json(sent).encode()) <= limit
    assert sent["meta"]["folded"]
    nodes, tick = nodes_of(sent), sent["nodes"]["tick"]
    added = sum(sum(nodes[name]) for name in ("python", "native", "waiting")) * tick
    assert added == pytest.approx(whole(recording), rel=1e-3)
    counts = Counter(owner.value for owner in (row.owner for row in rows))
    assert {owner["owner"]: owner["count"] for owner in sent["meta"]["owners"] if owner["count"]} == counts
    assert all(parent < at for at, parent in enumerate(nodes["parent"]))
    assert all(-1 <= frame < len(sent["frames"]["id"]) for frame in nodes["frame"])


def test_folding_keeps_the_largest():
    """What is folded is small: the busiest own function, the hottest line and the widest boxes stay."""
    recording = random_recording(2, 2_000, 20_000, 20_000)
    sent = payload(recording, limit=30_000)
    rows = [row for row in functions(recording) if row.owner is Owner.OWN]
    kept = {sent["frames"]["id"][frame] for frame in sent["functions"]["frame"]}
    assert {row.frame for row in rows[:10]} <= kept
    hottest = next(row for row in lines(recording) if row.owner is Owner.OWN)
    assert (hottest.file, hottest.line) in {
        (sent["strings"][sent["sources"][source]["label"]], line)
        for source, line in zip(sent["lines"]["source"], sent["lines"]["line"], strict=True)
    }


def test_the_steps_of_detail_only_go_down():
    """Each step keeps no more of anything than the one before."""
    for more, less in pairwise(STEPS):
        assert all(
            getattr(more, name) >= getattr(less, name)
            for name in ("nodes", "functions", "lines", "around", "points", "moments")
        )


def test_the_timeline_keeps_its_extremes():
    """However few points are sent, the peak, the start and the end are among them."""
    builder = RecordingBuilder()
    for turn in range(10_000):
        builder.memory(turn * 0.001, 1_000 + turn % 7 + (5_000_000 if turn == 6_123 else 0))
    sent = payload(finish(builder, duration=10.0))["timeline"]
    assert len(sent["time"]) <= 400
    assert max(sent["rss"]) == sent["peak"] == 5_001_005
    assert sent["peakAt"] == pytest.approx(6.123)
    assert (sent["rss"][0], sent["rss"][-1]) == (sent["start"], sent["end"])
    assert sent["time"] == sorted(sent["time"])


def test_only_own_sources_travel():
    """Library sources are left out even where a recording has them; lines are numbered as Python numbers them, form feeds or not."""
    base = drawn("main:3 > lib@site/lib.py:1  x1")
    builder = RecordingBuilder()
    main = builder.stack(-1, builder.frame("main", f"{PROJECT}/app.py", 1), 3)
    lib = builder.stack(main, builder.frame("lib", f"{SITE}/lib.py", 1), 1)
    builder.sample(lib, builder.thread("MainThread"), 0.0, 1.0, 0.0, 0.0)
    builder.source(Source(f"{PROJECT}/app.py", "app.py", SourceKind.FILE, "one\n\x0ctwo\x0b\u2028\r\nthree\n"))
    builder.source(Source(f"{SITE}/lib.py", "lib.py", SourceKind.FILE, "secret\n"))
    sent = payload(finish(builder, environment=base.environment))
    assert [source["chunks"] for source in sent["sources"]] == [[[1, ["one", "\x0ctwo\x0b\u2028", "three"]]]]


def test_long_names_and_lines_are_cut():
    """A name of 10,000 characters does not travel whole."""
    sent = payload(hostile_recording())
    assert max(map(len, sent["strings"])) <= 401
    assert len(script_json(sent)) < 40_000


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_embedded_json_cannot_leave_its_script(name):
    """Whatever a text holds, the embedded JSON has no character that could end a script or begin a tag, and reads back the same."""
    text = script_json({"name": name, name: [name]})
    assert not re.search("[<>&\u2028\u2029]", text)
    assert json.loads(text) == {"name": name, name: [name]}


def test_embedded_json_is_always_utf8():
    """File names that are no text (lone surrogates) can be stored, and are written out where they are shown."""
    assert json.loads(script_json("caf\udce9").encode()) == "caf\udce9"
    assert any("caf\\udce9" in text for text in payload(hostile_recording())["strings"])


def test_stored_size_is_what_a_notebook_takes():
    """The size reckoned for a text is at least what nbformat writes for it."""
    import nbformat

    text = 'a "quoted" line\nänother one\n' * 50
    output = nbformat.v4.new_output("display_data", {"text/html": text})
    cell = nbformat.v4.new_code_cell(outputs=[output])
    with_it = len(nbformat.writes(nbformat.v4.new_notebook(cells=[cell])).encode())
    output["data"]["text/html"] = ""
    without = len(nbformat.writes(nbformat.v4.new_notebook(cells=[cell])).encode())
    assert with_it - without <= stored_size(text) <= 1.2 * (with_it - without)


def test_the_unit_of_time_leaves_nine_digits():
    """The tick is a power of ten, a billionth of the whole or finer."""
    assert [tick_of(value) for value in (0.0, 0.0004, 1.2, 99.0, 86_400.0)] == pytest.approx(
        [1e-9, 1e-13, 1e-9, 1e-8, 1e-5]
    )


def test_words_are_passed_on():
    """Title, ending and short file names are the caller's."""
    recording = small_recording()
    files = {recording.frame_file(frame): "somewhere" for frame in range(len(recording.frames))}
    sent = payload(recording, words=Words(title="T", ended="E", caution="C", facts=(("a", "b"),), where=files))
    assert [sent["meta"][key] for key in ("title", "ended", "caution", "facts")] == ["T", "E", "C", [["a", "b"]]]
    assert {sent["strings"][at] for at in sent["frames"]["where"]} == {"somewhere"}


def test_owners_come_as_the_analysis_has_them():
    """Each frame carries its owner."""
    recording = small_recording()
    sent, owner = payload(recording), owners(recording)
    names = [one["owner"] for one in sent["meta"]["owners"]]
    assert [names[at] for at in sent["frames"]["owner"]] == [owner[frame].value for frame in sent["frames"]["id"]]


def test_every_import_of_the_front_end_resolves():
    """Each name that a module imports is exported by the module it names; no import is written in a way the bundle does not know."""
    for name in bundle.order():
        written = len(re.findall(r"^\s*import\b", bundle.module(name), re.MULTILINE))
        assert written == len(bundle.imports(name)), name
        for wanted, source in bundle.imports(name):
            assert set(wanted) <= set(bundle.exports(source)), (name, source)


@given(st.lists(st.integers(-MOST, MOST)), st.booleans())
def test_packed_columns_come_back(values, delta):
    """Whole numbers of either sign come back from their packed form, as they are and as differences."""
    if delta and any(abs(after - before) > MOST for before, after in pairwise(values)):
        values = [value // 2 for value in values]
    assert unpack(pack(values, delta=delta)) == values


def test_numbers_that_a_browser_cannot_hold_are_refused():
    """A number that would not be whole in the browser is not packed, by itself or as a difference."""
    for values, delta in (([MOST + 1], False), ([-MOST - 1], False), ([-MOST, MOST], True)):
        with pytest.raises(ValueError, match="not whole in the browser"):
            pack(values, delta=delta)


def moments_of(sent):
    """Rows of the samples that are sent: (start, thread, stack of (function, line) pairs, the three kinds of time)."""
    paths = {name: unpack(column) for name, column in sent["paths"].items()}
    nodes, moments, frames = nodes_of(sent), sent["moments"], sent["frames"]
    columns = [unpack(moments[name]) for name in ("start", "thread", "path", "python", "native", "waiting")]
    rows = []
    for start, thread, path, *kinds in zip(*columns, strict=True):
        stack, at = [], path
        while at >= 0:
            frame = nodes["frame"][paths["box"][at]]
            stack.append((sent["strings"][frames["name"][frame]], frames["line"][frame] + paths["line"][at]))
            at -= paths["up"][at]
        rows.append((start, thread, tuple(reversed(stack)), *kinds))
    return rows


def test_samples_are_sent_in_their_order_with_their_stacks():
    """Each sample arrives with its start, thread, stack of functions and lines, and its kinds of time."""
    recording = small_recording()
    samples, stacks = recording.samples, recording.stacks
    wanted = []
    for at in sorted(range(len(samples)), key=lambda at: samples.start[at]):
        stack, node = [], int(samples.stack[at])
        while node >= 0:
            stack.append((recording.frame_name(int(stacks.frame[node])), int(stacks.line[node])))
            node = int(stacks.parent[node])
        kinds = [round(float(getattr(samples, name)[at]) * 1e6) for name in ("python", "native", "waiting")]
        wanted.append((round(float(samples.start[at]) * 1e6), int(samples.thread[at]), tuple(reversed(stack)), *kinds))
    assert moments_of(payload(recording)) == wanted


def test_a_long_run_is_sent_in_stretches_that_sum_up():
    """More samples than there is room for are summed up per stack and stretch of the run; nothing is lost in sum, and few rows are left."""
    recording = random_recording(5, 20, 60, 20_000)
    sent = moments_payload(recording, call_tree(recording), 9_000)
    moments = sent["moments"]
    assert not moments["exact"]
    assert moments["path"]["count"] <= 9_000
    for name in ("python", "native", "waiting"):
        assert sum(unpack(moments[name])) * 1e-6 == pytest.approx(getattr(recording.samples, name).sum())
    starts = unpack(moments["start"])
    assert starts == sorted(starts)
    assert {round(start / (moments["bin"] * 1e6), 3) % 1 for start in starts} <= {0.0}


def test_without_times_it_is_said_why():
    """Recordings that know no times, and those too big to send them, say so in a sentence in place of samples."""
    assert "does not know when" in payload(exact_recording())["whyWhole"]
    assert payload(empty_recording())["whyWhole"] == "There is no sample to choose from."
    big = payload(random_recording(1, 500, 5_000, 5_000), limit=60_000)
    assert big["moments"] is None
    assert "To keep this small" in big["whyWhole"]
    assert payload(small_recording())["whyWhole"] == ""


def test_a_stretch_has_the_samples_that_begin_in_it():
    """A window keeps what begins within it, of one thread where it is named, and refuses what is no stretch or has none."""
    recording = small_recording()
    starts = recording.samples.start
    cut = window(recording, 0.1, 0.5)
    assert len(cut.samples) == int(((starts >= 0.1) & (starts < 0.5)).sum())
    parts = [window(recording, end=0.3), window(recording, 0.3)]
    assert sum(whole(part) for part in parts) == pytest.approx(whole(recording))
    by_thread = [whole(window(recording, thread=name)) for name in recording.threads]
    assert sum(by_thread) == pytest.approx(whole(recording))
    for wrong in ({"start": 1.0, "end": 1.0}, {"thread": "nobody"}):
        with pytest.raises(UsageError):
            window(recording, **wrong)
    with pytest.raises(WrongEngineError, match="sample"):
        window(exact_recording())


def test_a_source_that_changed_since_is_named(tmp_path):
    """A file whose text is another one now is said to have changed, and the captured text is sent; one that is gone is not named."""
    file, gone = tmp_path / "app.py", tmp_path / "gone.py"
    file.write_text("x = 1\n", encoding="utf-8")
    builder = RecordingBuilder()
    for path, text in ((file, "x = 1\r\n"), (gone, "y = 2\n")):
        frame = builder.frame("main", str(path), 1)
        builder.sample(builder.stack(-1, frame, 1), builder.thread("MainThread"), 0.0, 1.0, 0.0, 0.0)
        builder.source(Source(str(path), path.name, SourceKind.FILE, text))
    recording = finish(builder)
    assert [source["changed"] for source in view_payload(recording)["sources"]] == ["", ""]
    file.write_text("x = 2\n", encoding="utf-8")
    sent = view_payload(recording)["sources"]
    assert [source["changed"] for source in sent] == [
        "app.py has changed since the run. What is shown is the text that ran.",
        "",
    ]
    assert sent[0]["chunks"] == [[1, ["x = 1"]]]


def test_every_module_of_the_front_end_is_in_the_bundle():
    """No module lies about unused, each comes after what it imports, and scopes have names of their own."""
    order = bundle.order()
    assert sorted(order) == sorted(
        path.name for path in files("workbench.assets").iterdir() if path.name.endswith(".js")
    )
    for at, name in enumerate(order):
        assert all(order.index(source) < at for _, source in bundle.imports(name))
    scopes = re.findall(r"^const (\$\w+) = ", bundle.script(diff=True), re.MULTILINE)
    assert len(scopes) == len(set(scopes)) == len(order)


def test_the_bundle_is_one_plain_module():
    """No import or export is left, nothing could end the script that carries it, and exactly one entry stands at its end."""
    text = bundle.script()
    assert not re.search(r"^(import|export)\b", text, re.MULTILINE)
    assert not re.search(r"</script|<!--", text, re.IGNORECASE)
    assert text.endswith("const { mount } = $view;\n")


def test_front_end_texts_survive_taking_indentation_off():
    """No template literal spans lines: the bundle takes indentation away."""
    for name in bundle.order():
        for number, line in enumerate(bundle.module(name).splitlines(), 1):
            code = re.sub(r"/(?:\\.|\[[^\]]*\]|[^/\\\s])+/g?", "", line)
            assert code.count("`") % 2 == 0, f"{name}:{number}"


@pytest.mark.parametrize(
    "word",
    [
        "innerHTML",
        "outerHTML",
        "insertAdjacentHTML",
        "document.write",
        "eval(",
        "new Function",
        "fetch(",
        "XMLHttpRequest",
        "http:",
        "https:",
        "setTimeout",
    ],
)
def test_the_front_end_makes_no_markup_and_no_requests(word):
    """Text reaches the page as text only, and nothing asks the network (the SVG namespace is a name, not an address)."""
    text = (bundle.script() + bundle.styles()).replace("http://www.w3.org/2000/svg", "")
    assert word not in text
