"""The calls in real threads, let go together, with a tiny switch interval: what this Python itself does."""

from __future__ import annotations

import random
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

from workbench.study.races.baton import result_of, seen
from workbench.study.races.records import Outcome, Result, name_of
from workbench.study.races.stacks import waits_at

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

INTERVAL = 1e-6
"""The switch interval, in seconds."""

HANG = 1.5
"""Seconds that a round may take before it is looked at, and again before it is called stuck."""


def rounds(
    setup: Callable[[], Any],
    calls: Sequence[Callable[[Any], object]],
    observe: Callable[[Any], object],
    seconds: float,
    seed: int,
) -> Iterator[Outcome | tuple[tuple[str, ...], bool]]:
    """Rounds, until the time is over: the outcome of each; or, as the last, who is stuck where, and whether all of them wait for good."""
    pick = random.Random(seed)
    before = sys.getswitchinterval()
    end = time.monotonic() + seconds
    try:
        while time.monotonic() < end:
            sys.setswitchinterval(pick.choice((INTERVAL, INTERVAL, 1e-5)))
            ended = _round(setup, calls, observe, pick)
            yield ended
            if not isinstance(ended, Outcome):
                return
    finally:
        sys.setswitchinterval(before)


def _round(
    setup: Callable[[], Any],
    calls: Sequence[Callable[[Any], object]],
    observe: Callable[[Any], object],
    pick: random.Random,
) -> Outcome | tuple[tuple[str, ...], bool]:
    state = setup()
    barrier = threading.Barrier(len(calls))
    results: list[Result | None] = [None] * len(calls)

    def work(number: int) -> None:
        barrier.wait()
        results[number] = result_of(calls[number], state)

    numbers = list(range(len(calls)))
    pick.shuffle(numbers)
    threads = {number: threading.Thread(target=work, args=(number,), daemon=True) for number in numbers}
    for thread in threads.values():
        thread.start()
    stuck = _join(threads)
    if stuck is not None:
        return stuck
    return Outcome(tuple(result for result in results if result is not None), seen(observe, state))


def _join(threads: dict[int, threading.Thread]) -> tuple[tuple[str, ...], bool] | None:
    """Wait for all; who is stuck, where two looks find the same threads at the same places."""
    looks: list[tuple[str, ...]] = []
    while True:
        end = time.monotonic() + HANG
        for thread in threads.values():
            thread.join(max(0.0, end - time.monotonic()))
        left = {number: thread for number, thread in threads.items() if thread.is_alive()}
        if not left:
            return None
        frames = sys._current_frames()
        where = [
            waits_at(f"thread {name_of(number)}", frames.get(thread.ident or 0)) for number, thread in left.items()
        ]
        looks.append(tuple(one.said for one in where))
        waits = all(one.waits for one in where)
        if (len(looks) > 1 and looks[-1] == looks[-2] and waits) or len(looks) > 4:
            return looks[-1], waits
