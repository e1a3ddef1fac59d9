"""One function or line of a recording for an agent: who calls it, what it calls, its lines, its source."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.analysis.growth import growth_functions
from workbench.analysis.heap import heap_lines, heap_measures, heap_whole
from workbench.analysis.lines import lines
from workbench.analysis.neighbours import (
    ITSELF,
    ROOT_FRAME,
    Neighbour,
    callees,
    callers,
    counted_callees,
    counted_callers,
    lines_of,
    nodes_of,
)
from workbench.analysis.ownership import Owner
from workbench.errors import UsageError, WrongEngineError, near
from workbench.model.facts import Evidence
from workbench.render import digest_words as words
from workbench.render.digest import function_row, line_row
from workbench.render.digest_form import COUNT, PLUS_MINUS, SECONDS, SHARE, SIGNED, SIZE, Answer, Fact, Part, Step
from workbench.render.digest_rows import Found, Row, heap_row, known, part
from workbench.render.digest_source import extent
from workbench.render.page import function_name
from workbench.render.places import Places
from workbench.render.text_width import visible

if TYPE_CHECKING:
    from workbench.model.recording import Recording

SCHEMA = "workbench.shown/1"
BUDGET = 1500
VIEWS = ("callers", "callees", "lines", "source")
_STACKLESS = (Evidence.LINES, Evidence.MEMORY)
_OF = {Evidence.HEAP: "of all that was held", Evidence.TASKS: "of the time of all tasks together"}


def shown_text(recording: Recording, handle: str, view: str = "", *, tokens: int = BUDGET, file: str = "FILE") -> str:
    """One view (of VIEWS; the first rows of all but the source where it is empty) of a handle's function or line, in at most so many
    tokens. Raises UsageError for a handle that is not there or a budget too small, WrongEngineError where the engine does not know."""
    return shown_answer(recording, handle, view, file).text(tokens)


def shown_json(
    recording: Recording, handle: str, view: str = "", *, tokens: int | None = None, file: str = "FILE"
) -> dict[str, Any]:
    """The same facts, valid under the schema `shown`: the rows of the text of this budget, all without one. Raises the same."""
    return shown_answer(recording, handle, view, file).json(tokens)


def shown_answer(recording: Recording, handle: str, view: str, file: str) -> Answer:
    """Both forms of it."""
    if view and view not in VIEWS:
        raise UsageError(f"There is no view {view!r}: {near(view, VIEWS)}")
    found, places = Found.of(recording), Places.of(recording)
    row = found.row(handle)
    asked = (view,) if view else tuple(name for name in VIEWS[:3] if _knows(recording, row, name))
    parts = tuple(_part(recording, found, row, name, places) for name in asked)
    written = line_row(row, places) if row.frame < 0 else function_row(row, places)
    return Answer(
        schema=SCHEMA,
        keys=VIEWS,
        head=_head(recording, row, places),
        aside=tuple(f"{one.title}: nothing was seen." for one in parts if not one.rows),
        facts={**words.facts(recording, found, file), "handle": row.handle, "view": view or None, "subject": written},
        parts=parts,
        legend=_legend(recording, view),
        notes=(),
        steps=_next(recording, row, view, file),
        more=words.show(file, "show"),
    )


def _legend(recording: Recording, view: str) -> tuple[str, ...]:
    if view in ("", "lines"):
        return words.LEGENDS[recording.evidence]
    if view == "source":
        return (
            ()
            if recording.evidence is Evidence.MEMORY
            else (f"share: {_OF.get(recording.evidence, 'of the whole run')}.",)
        )
    call = "" if recording.evidence is Evidence.CALLS else ", by the line of its outermost call"
    return (
        f"share: of all that it took{call}."
        if view == "callers"
        else "share: of all that it took; (itself): its own work.",
    )


def _head(recording: Recording, row: Row, places: Places) -> tuple[str, ...]:
    facts = words.LINE_FACTS if row.frame < 0 else words.FUNCTION_FACTS
    figures = [
        f"{fact.head} {fact.words(value)}" if fact.head != "±" else fact.words(value)
        for fact in facts[recording.evidence]
        if (value := row.figures.get(fact.key)) is not None
    ]
    where, name = visible(places.line(row.file, row.line), 200), function_name(row.function[:120])
    what = f"in {name}: {visible(row.source.strip(), 200)}" if row.frame < 0 else name
    return (*words.head(recording), f"{row.handle} {what}  {where}", f"  {', '.join(figures)}")


def _knows(recording: Recording, row: Row, view: str) -> bool:
    if view in ("callers", "callees"):
        return recording.evidence not in _STACKLESS
    return not (
        view == "lines" and (recording.evidence is Evidence.CALLS or row.owner in (Owner.NATIVE, Owner.SYNTHETIC))
    )


def _part(recording: Recording, found: Found, row: Row, view: str, places: Places) -> Part:
    if view in ("callers", "callees") and recording.evidence in _STACKLESS:
        raise WrongEngineError(
            f"An engine of {recording.engine} keeps no stacks, so nobody knows the {view} of {function_name(row.function[:120])}. "
            f"{_told_by(recording, 'sample', row)}"
        )
    if view == "lines" and recording.evidence is Evidence.CALLS:
        raise WrongEngineError(
            f"cProfile counts calls and knows no lines, so {function_name(row.function[:120])} has none here. "
            f"{_told_by(recording, 'lines', row)}"
        )
    if view == "source":
        return _source(recording, found, row)
    return (
        _lines(recording, found, row, places) if view == "lines" else _neighbours(recording, found, row, view, places)
    )


def _told_by(recording: Recording, engine: str, row: Row) -> str:
    name = words.plain_name(row)
    command = words.again(recording, engine, *(("-f", name) if engine == "lines" and name else ()))
    return (
        f"This tells it: {command}" if command else f"Record the same again under the engine {engine}, which tells it."
    )


def _neighbours(recording: Recording, found: Found, row: Row, view: str, places: Places) -> Part:
    if recording.evidence is Evidence.CALLS:
        around = (counted_callers if view == "callers" else counted_callees)(recording, row.frame)
    else:
        at = (
            nodes_of(recording, frame=row.frame)
            if row.frame >= 0
            else nodes_of(recording, file=row.file, line=row.line)
        )
        around = (callers if view == "callers" else callees)(recording, at)
    handles = {one.frame: one.handle for one in found.functions}
    size = recording.evidence is Evidence.HEAP
    facts = (
        *(Fact("amount", "size" if size else "time", SIZE if size else SECONDS), Fact("share", "share", SHARE)),
        *((Fact("plus_minus", "±", PLUS_MINUS, "left"),) if recording.sampled else ()),
        *(Fact("calls", "calls", COUNT),),
    )
    title = f"Callers of {row.handle}" if view == "callers" else f"Callees of {row.handle}"
    return Part(view, title, facts, tuple(_neighbour(recording, one, handles, places) for one in around))


_NOBODY = {ROOT_FRAME: "(nobody: first on its stack)", ITSELF: "(itself)"}


def _neighbour(recording: Recording, one: Neighbour, handles: dict[int, str], places: Places) -> dict[str, Any]:
    if one.frame < 0:
        name, file, line = _NOBODY[one.frame], "", 0
    else:
        name, file = recording.frame_name(one.frame), recording.frame_file(one.frame)
        line = one.line or int(recording.frames.line[one.frame])
    return {
        "handle": handles.get(one.frame),
        "function": name,
        "file": file,
        "line": line,
        "where": places.line(file, line),
        "calls": one.calls,
        "amount": one.amount,
        "share": one.share,
        "plus_minus": known(one.plus_minus),
    }


def _lines(recording: Recording, found: Found, row: Row, places: Places) -> Part:
    facts = words.LINE_FACTS[recording.evidence]
    chosen = _heat(recording, found, row)
    source = recording.source(row.file)
    texts = source.lines() if source is not None else []
    handles = {(one.file, one.line): one.handle for one in found.lines}
    rows = tuple(
        {
            "handle": handles.get((row.file, line)),
            "file": row.file,
            "line": line,
            "where": places.line(row.file, line),
            "source": texts[line - 1] if 0 < line <= len(texts) else "",
            **figures,
        }
        for line, figures in chosen.items()
    )
    last = ("where", "source") if any(one["source"] for one in rows) else ("where",)
    return Part("lines", f"Lines of {function_name(row.function[:120])}", facts, rows, last)


def _heat(recording: Recording, found: Found, row: Row) -> dict[int, dict[str, Any]]:
    """Line -> figures of the function's lines, the hottest first; of a line's handle, those of the functions it stands in."""
    every = {(one.file, one.line): one.figures for one in found.lines}
    frame = row.frame if row.frame >= 0 else _frame_of(recording, row)
    if recording.stacked:
        return {
            one.line: _stacked(recording, one, every.get((row.file, one.line), {}))
            for one in lines_of(recording, frame)
        }
    if recording.evidence is Evidence.MEMORY:
        grown = next(one for one in growth_functions(recording) if one.frame == frame)
        return {
            one.line: {"hits": one.hits, "increment": one.increment, "memory": one.peak}
            for one in sorted(grown.lines, key=lambda one: -one.increment)
        }
    if recording.evidence is Evidence.HEAP:
        held = [one for one in heap_lines(recording) if one.frame == frame]
        of = (heap_whole(recording), heap_measures(recording))
        return {one.line: heap_row(*of, one).figures for one in held}
    return {
        one.line: {
            "wall": one.wall,
            "share": one.share,
            "plus_minus": 0.0,
            "hits": one.hits,
            "per_hit": part(one.wall, one.hits or 0),
        }
        for one in lines(recording)
        if one.file == row.file and one.function == row.function
    }


def _stacked(recording: Recording, one: Any, more: dict[str, Any]) -> dict[str, Any]:
    names = ("running", "ready", "waiting") if recording.evidence is Evidence.TASKS else ("python", "native", "waiting")
    split = (one.python, one.native, one.waiting)
    parts = split if recording.evidence is Evidence.TASKS else tuple(part(value, one.wall) for value in split)
    counted: dict[str, Any] = {name: more[name] for name in ("hits", "per_hit", "increment") if name in more}
    return {
        "here": one.here,
        "here_share": one.share,
        "here_plus_minus": known(one.plus_minus),
        "wall": one.wall,
        **dict(zip(names, parts, strict=True)),
        **counted,
    }


def _frame_of(recording: Recording, row: Row) -> int:
    """The function that a line's row is named after."""
    names, files = recording.frames.name.tolist(), recording.frames.file.tolist()
    texts = recording.strings
    found = [
        at
        for at, (name, file) in enumerate(zip(names, files, strict=True))
        if texts[name] == row.function and texts[file] == row.file
    ]
    return max(found, key=lambda at: (recording.frames.line[at] <= row.line, recording.frames.line[at]))


def _source(recording: Recording, found: Found, row: Row) -> Part:
    source = recording.source(row.file)
    if source is None:
        raise UsageError(
            f"No source of {function_name(row.function[:120])} was captured in this recording: it keeps that of own code alone, and a file "
            "of cProfile's keeps none."
        )
    heat = _heat(recording, found, row) if recording.evidence is not Evidence.CALLS else {}
    frame = row.frame if row.frame >= 0 else _frame_of(recording, row)
    span = extent(source, row.function, int(recording.frames.line[frame]), max(heat, default=0))
    body = source.lines()
    order = _by_nearness(list(span), [line for line in heat if line in span], row.line if row.frame < 0 else 0)
    rows = tuple({"line": line, **_margin(heat.get(line, {})), "source": body[line - 1]} for line in order)
    facts = (
        *(Fact("share", "share", SHARE), Fact("plus_minus", "±", PLUS_MINUS, "left"), Fact("hits", "hits", COUNT)),
        *(Fact("increment", "grew", SIGNED), Fact("line", "line", str)),
    )
    chosen = tuple(fact for fact in facts if fact.key != "plus_minus" or recording.sampled)
    title = f"Source of {function_name(row.function[:120])} as it ran"
    return Part("source", title, chosen, rows, ("source",), places=tuple(order))


def _margin(figures: dict[str, Any]) -> dict[str, Any]:
    """What stands beside a line of source."""
    return {
        "share": figures.get("here_share", figures.get("share")),
        "plus_minus": figures.get("here_plus_minus", figures.get("plus_minus")),
        "hits": figures.get("hits"),
        "increment": figures.get("increment"),
    }


def _by_nearness(span: list[int], hot: list[int], wanted: int) -> list[int]:
    """The lines in the order in which they are worth their room: the first, then hot ones with what stands around them, then the rest."""
    order: dict[int, None] = dict.fromkeys([wanted] if wanted in span else [])
    order.update(dict.fromkeys(span[:1]))
    order.update(dict.fromkeys(hot[:3]))
    inside = set(span)
    for reach in (1, 2):
        for line in hot[:5]:
            order.update(dict.fromkeys(near for near in (line - reach, line + reach) if near in inside))
    order.update(dict.fromkeys(hot))
    order.update(dict.fromkeys(span))
    return list(order)


def _next(recording: Recording, row: Row, view: str, file: str) -> tuple[Step, ...]:
    tells = {
        "callers": f"who calls {row.handle}",
        "callees": f"what {row.handle} calls",
        "lines": f"lines of {row.handle}",
        "source": f"source of {row.handle} with shares",
    }
    known_source = recording.source(row.file) is not None
    asked = [
        Step(tells[name], words.show(file, "show", row.handle, f"--{name}"))
        for name in VIEWS
        if name != view and (known_source if name == "source" else _knows(recording, row, name))
    ]
    back = Step("all hotspots", words.show(file, "hotspots"))
    return words.steps(asked[:2], words.deeper(recording, row), asked[2:], [back])
