"""What a program's processes left, added up in the recording of the first one."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

from workbench.errors import FileFormatError
from workbench.model.facts import Evidence
from workbench.model.merge import MAIN, Place, Union, noted
from workbench.recorder.child_code import SENT

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from workbench.model.recording import Recording
    from workbench.recorder.child_folder import Folder, Life

MOST_ROWS = 100
"""Processes with a row of their own: those that used the most processor time. The others share one."""

MOST_SAMPLES = 2_000_000
"""Samples of other processes that are kept one by one; of the processes beyond that, equal stacks become one sample."""

_NAMED = 8
"""Processes that a sentence names."""

_SENTENCES = 12
"""Notes of other processes that are handed on."""

_WHAT_ADDS_UP = {
    Evidence.SAMPLES: "times are those of all processes together, and so is what shares are of; a process's stacks begin with its row",
    Evidence.CALLS: "calls and times of a function are added up over all of them; a process's row calls what it began with",
    Evidence.LINES: "hits and times of a line are added up over all of them, so its share of the run's duration may be above 100 %",
    Evidence.MEMORY: "hits and growth of a line are added up, each the growth of its own process; a peak is the highest of any",
    Evidence.HEAP: "sizes are added up over all of them, each at its own peak and its own end; a process's stacks begin with its row",
    Evidence.TASKS: "the tasks of all of them are in here",
}


def added_up(main: Recording, folder: Folder, began: float, sent: Mapping[tuple[str, int], str]) -> Recording:
    """The recording of the main process, begun at the `time.time()` of `began`, with those of all that left one in the folder. `sent` are
    the files of functions that others have by value, by qualified name and first line."""
    left, kept = folder.left(), folder.kept()
    if left or kept:
        found, taken = _union(main, folder, began, {(SENT, *function): file for function, file in sent.items()})
    else:
        found, taken = main, set()
    silent = [life for life in (*folder.lives(), *(one.life for one in left)) if life.token not in taken]
    lost = folder.lost()
    if not (taken or silent or lost):
        return noted(found, "No other process was recorded: the program started none that runs this Python.")
    for sentence in _of_missing([one.life for one in kept if one.life.token in taken], silent, lost):
        found = noted(found, sentence)
    return found


def _union(
    main: Recording, folder: Folder, began: float, files: dict[tuple[str, str, int], str]
) -> tuple[Recording, set[str]]:
    """The sum, and the tokens of the processes that are in it."""
    union, taken, samples = Union(), dict[str, "Life"](), 0
    said = defaultdict[str, list["Life"]](list)
    union.add(main, MAIN)
    all_left = sorted([*folder.left(), *folder.kept()], key=lambda one: -one.cpu)
    others = max(len(all_left) - MOST_ROWS, 0)
    for number, one in enumerate(all_left):
        try:
            recording = folder.recording(one.life)
        except FileFormatError:
            continue
        samples += one.samples
        place = _place(one.life, began, others if number >= MOST_ROWS else 0)
        union.add(recording, replace(place, folded=place.folded or samples > MOST_SAMPLES, files=files))
        taken[one.life.token] = one.life
        for sentence in recording.notes:
            if sentence not in main.notes:
                said[sentence].append(one.life)
    for source in folder.sources():
        union.source(source)
    if taken:
        names = _names(sorted(taken.values(), key=_began))
        union.note(f"Recorded with {_processes(len(taken), 'other ')} ({names}): {_WHAT_ADDS_UP[main.evidence]}.")
    for sentence, lives in list(said.items())[:_SENTENCES]:
        union.note(f"{_names(lives)}: {sentence}")
    known = main.cost.own == main.cost.own
    return union.build(main, "; that of the main process alone" if taken and known else ""), set(taken)


def _place(life: Life, began: float, others: int) -> Place:
    name = f"{others} other processes" if others else f"process {life.name} {life.pid}"
    prefix = f"{others} other processes · " if others else f"{life.name} ({life.pid}) · "
    return Place(f"[{name}]", prefix, life.began - began, folded=bool(others))


def _of_missing(cut: list[Life], silent: list[Life], lost: list[Life]) -> Iterator[str]:
    if cut:
        yield (
            f"Of {_names(cut)} there is only what had been seen some time before the end: killed from outside of the program, "
            "or too deep in C code to answer."
        )
    silent = [life for life in silent if life not in cut]
    if silent:
        yield (
            f"{_processes(len(silent))} left nothing: {_names(silent)}. Killed from outside, or too deep in C code to answer."
        )
    reasons = defaultdict[str, list["Life"]](list)
    for life in lost:
        reasons[life.why].append(life)
    for why, lives in list(reasons.items())[:_SENTENCES]:
        yield f"Not recorded: {_names(lives)}: {why}"


def _processes(count: int, what: str = "") -> str:
    return f"{count:,} {what}process" + ("" if count == 1 else "es")


def _names(lives: Iterable[Life]) -> str:
    names = [f"{life.name} ({life.pid})" for life in lives]
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _began(life: Life) -> float:
    return life.began
