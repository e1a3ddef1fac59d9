"""What the browser reads of a diff: both call trees in one, nothing lost, nothing that could act."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest
from samples import (
    HOSTILE_NAMES,
    drawn,
    empty_recording,
    exact_recording,
    heap_recording,
    hostile_recording,
    random_recording,
    small_recording,
    tasks_recording,
)

from workbench.analysis.diff import diff
from workbench.assets.embed import script_json, stored_size
from workbench.assets.payload_diff import merged_tree, payload_diff
from workbench.model.facts import Target, TargetKind
from workbench.render.diff_words import Wording, diff_payload
from workbench.render.html_diff import diff_fragment
from workbench.render.html_diff_flame import flame_svg

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

    from workbench.model.recording import Recording

OLD = """
    main:3 > walk:10 > leaf:20  x40
    main:3 > walk:10            x10
    main:4 > old_way:30         x20
"""
NEW = """
    main:3 > walk:10 > leaf:21  x10
    main:3 > walk:11            x15
    main:4 > new_way:30         x5
"""


def paths(found: dict[str, Any]) -> dict[str, tuple[int, int]]:
    """Path of names -> own ticks before and after, for the nodes that have some."""
    nodes, names, whole = found["nodes"], found["frames"]["name"], list[str]()
    for parent, frame in zip(nodes["parent"], nodes["frame"], strict=True):
        name = names[frame] if frame >= 0 else "(folded)"
        whole.append(f"{whole[parent]} > {name}" if parent >= 0 else name)
    return {
        path: (before, after)
        for path, before, after in zip(whole, nodes["before"], nodes["after"], strict=True)
        if before or after
    }


def test_both_trees_are_one_by_the_functions_on_the_path() -> None:
    """Each path stands once, with its own amount before and after in ticks; lines do not part it, and what is gone or new has a 0."""
    found = payload_diff(diff(drawn(OLD, step=0.01), drawn(NEW, step=0.01)))
    assert found["meta"]["tick"] == pytest.approx(1e-7)
    assert {path: (round(a * 1e-5), round(b * 1e-5)) for path, (a, b) in paths(found).items()} == {
        "main > walk > leaf": (40, 10),
        "main > walk": (10, 15),
        "main > old_way": (20, 0),
        "main > new_way": (0, 5),
    }


@pytest.mark.parametrize(
    ("make", "limit"),
    [
        (small_recording, None),
        (heap_recording, None),
        (tasks_recording, None),
        (exact_recording, None),
        (empty_recording, None),
        (random_recording, 200_000),
    ],
    ids=lambda value: getattr(value, "__name__", str(value)),
)
def test_columns_are_equally_long_and_nothing_is_lost(make: Callable[[], Recording], limit: int | None) -> None:
    """Indices point at rows that are there, parents come first, and the nodes add up to the wholes, folded ones included."""
    recording = make()
    found = diff_payload(diff(recording, recording), limit=limit)
    for name in ("frames", "nodes", "functions", "lines"):
        assert len({len(column) for column in found[name].values()}) == 1, name
    nodes, frames = found["nodes"], len(found["frames"]["name"])
    assert all(parent < at for at, parent in enumerate(nodes["parent"]))
    assert all(-1 <= frame < frames for frame in (*nodes["frame"], *found["functions"]["frame"]))
    assert len(set(found["functions"]["frame"])) == len(found["functions"]["frame"])
    if nodes["parent"]:
        assert sum(nodes["after"]) == pytest.approx(found["meta"]["after"]["whole"], rel=1e-3)
    if limit is not None:
        assert stored_size(script_json(found)) <= limit
        assert len(found["meta"]["folded"]) == 3


def test_ticks_of_rows_tell_the_same_as_the_rows() -> None:
    """A row's change is that of its ticks, and it is within the noise where its change is at most its noise."""
    record = diff(drawn(OLD, step=0.01), drawn(NEW, step=0.01))
    found = payload_diff(record)["functions"]
    assert found["change"] == [b - a for a, b in zip(found["before"], found["after"], strict=True)]
    quiet = [abs(change) <= noise for change, noise in zip(found["change"], found["noise"], strict=True)]
    assert quiet == [row.within_noise for row in record.functions]


def test_amounts_are_those_of_one_run() -> None:
    """Where a target was repeated, the nodes have what one run took."""
    target = Target(TargetKind.CALL, "f()", repeats=4)
    old, new = drawn("f:1  x8", target=Target(TargetKind.CALL, "f()")), drawn("f:1  x8", target=target)
    merged = merged_tree(diff(old, new))
    assert (merged.tree.own["before"], merged.tree.own["after"]) == ([8.0], [2.0])


def test_names_stay_data() -> None:
    """Names that try to be something else are cut, are valid JSON in a script, and are escaped in the HTML and its picture."""
    record = diff(hostile_recording(), drawn("main:1 > x:2  x60", target=hostile_recording().target))
    written = script_json(diff_payload(record))
    assert "<" not in written
    assert max(len(name) for name in json.loads(written)["frames"]["name"]) <= 401
    for html in (diff_fragment(record), flame_svg(Wording.of(record))):
        assert HOSTILE_NAMES[0] not in html
        assert "<script" not in html
        assert "onerror=alert(1)>" not in html


def test_files_do_not_say_where_they_lie() -> None:
    """Without words of its own, the payload has the bare names of files."""
    found = payload_diff(diff(drawn(OLD), drawn(NEW)))
    assert set(found["frames"]["where"]) == {"app.py:1"}
    assert "/project" not in json.dumps(found)


def test_the_picture_has_a_sign_in_every_box_that_changed() -> None:
    """Boxes say by + and - what their colour says, and a tip has both amounts; there is no picture without stacks."""
    drawing = flame_svg(Wording.of(diff(drawn(OLD, step=0.01), drawn(NEW, step=0.01))))
    assert "<title>leaf: 400 ms -&gt; 100 ms (-300 ms)</title>" in drawing
    assert ">-300 ms leaf</text>" in drawing
    assert ">+50.0 ms new_way</text>" in drawing or "+50.0" in drawing
    assert flame_svg(Wording.of(diff(exact_recording(), exact_recording()))) == ""
