"""What engine `tasks` costs a program that does nothing but switch tasks: the worst there is for it.

    python tests/benchmarks/tasks_cost.py [--pairs 9] [--tasks 1000] [--awaits 100] [--only "sleep(0),queue"] [--json FILE]

Each program has `--tasks` tasks that await `--awaits` times each. In every pair the bare run and the one under the engine come in a
random order, each after a garbage collection; a ratio is taken within its pair, and the median over the pairs is shown with the
lowest and highest. The clock stands around the program alone; what the engine takes to begin and, after it, to
sum up and build the recording is in a column of its own. `per step` is what one step costs bare, and what the engine adds to it.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import random
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import workbench

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable


async def naps(awaits: int, seconds: float) -> None:
    """One task that sleeps again and again."""
    for _ in range(awaits):
        await asyncio.sleep(seconds)


async def puts(queue: asyncio.Queue[int], count: int) -> None:
    """One end of a queue."""
    for number in range(count):
        await queue.put(number)


async def gets(queue: asyncio.Queue[int], count: int) -> None:
    """The other end."""
    for _ in range(count):
        await queue.get()


async def deep(levels: int, awaits: int) -> None:
    """As `naps`, below some coroutines that await each other."""
    if levels:
        await deep(levels - 1, awaits)
    else:
        await naps(awaits, 0.001)


async def works(awaits: int) -> None:
    """As `naps`, but each step does something for some tens of microseconds."""
    for number in range(awaits):
        sorted(str(number * at) for at in range(100))
        await asyncio.sleep(0)


async def yields(tasks: int, awaits: int) -> None:
    """Tasks that only give each other turns."""
    await asyncio.gather(*(naps(awaits, 0) for _ in range(tasks)))


async def sleeps(tasks: int, awaits: int) -> None:
    """Tasks that wait for a timer."""
    await asyncio.gather(*(naps(awaits, 0.001) for _ in range(tasks)))


async def queues(tasks: int, awaits: int) -> None:
    """Pairs of tasks with a queue that holds one thing between them."""
    between = [asyncio.Queue[int](1) for _ in range(tasks // 2)]
    await asyncio.gather(*(end(queue, awaits) for queue in between for end in (puts, gets)))


async def nested(tasks: int, awaits: int) -> None:
    """Tasks that wait for a timer three coroutines down."""
    await asyncio.gather(*(deep(3, awaits) for _ in range(tasks)))


async def busy(tasks: int, awaits: int) -> None:
    """Tasks that work between their turns."""
    await asyncio.gather(*(works(awaits) for _ in range(tasks)))


PROGRAMS: dict[str, Callable[[int, int], Awaitable[None]]] = {
    "sleep(0)": yields,
    "sleep(0.001)": sleeps,
    "queue": queues,
    "sleep(0.001), 4 deep": nested,
    "sleep(0), with work": busy,
}


@dataclass(frozen=True, slots=True)
class Once:
    """Seconds of one run: of the program, wall and processor, and wall of what the engine does before and after it."""

    wall: float
    cpu: float
    around: float


def bare(program: Callable[[], object]) -> Once:
    """The program alone."""
    gc.collect()
    wall, cpu = time.perf_counter(), time.process_time()
    program()
    return Once(time.perf_counter() - wall, time.process_time() - cpu, 0.0)


def recorded(program: Callable[[], object]) -> Once:
    """The program under engine `tasks`."""
    begin = time.perf_counter()
    with workbench.profile("tasks"):
        once = bare(program)
    return Once(once.wall, once.cpu, time.perf_counter() - begin - once.wall)


def measure(name: str, tasks: int, awaits: int, pairs: int) -> dict[str, float]:
    """Medians over the pairs; the first pair warms up and is left out."""
    rounds: list[dict[str, Once]] = []
    for _ in range(pairs + 1):
        ways = [("bare", bare), ("recorded", recorded)]
        random.shuffle(ways)
        rounds.append({way: run(lambda: asyncio.run(PROGRAMS[name](tasks, awaits))) for way, run in ways})  # type: ignore[arg-type]
    ratios = [one["recorded"].cpu / one["bare"].cpu for one in rounds[1:]]
    steps = tasks * awaits
    return {
        "cpu": statistics.median(ratios),
        "lowest": min(ratios),
        "highest": max(ratios),
        "wall": statistics.median(one["recorded"].wall / one["bare"].wall for one in rounds[1:]),
        "bare_us": statistics.median(one["bare"].cpu for one in rounds[1:]) / steps * 1e6,
        "added_us": statistics.median(one["recorded"].cpu - one["bare"].cpu for one in rounds[1:]) / steps * 1e6,
        "around": statistics.median(one["recorded"].around for one in rounds[1:]),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--tasks", type=int, default=1_000)
    parser.add_argument("--awaits", type=int, default=100)
    parser.add_argument(
        "--only", help="names of programs, with commas between them (a comma followed by a blank does not separate)"
    )
    parser.add_argument("--json", type=Path, help="also write the numbers there")
    asked = parser.parse_args()
    names = [
        name
        for name in PROGRAMS
        if not asked.only or name in asked.only.replace(", ", "; ").replace("; ", ", ").split(",")
    ]
    print(
        f"Python {sys.version.split()[0]}, {asked.tasks:,} tasks with {asked.awaits:,} awaits each, {asked.pairs} pairs"
    )
    print(f"{'':22} {'processor time':>22} {'wall':>7} {'bare per step':>14} {'added':>9} {'before and after':>17}")
    found = {}
    for name in names:
        one = found[name] = measure(name, asked.tasks, asked.awaits, asked.pairs)
        spread = f"{one['cpu']:.2f}x ({one['lowest']:.2f}-{one['highest']:.2f})"
        print(
            f"{name:22} {spread:>22} {one['wall']:6.2f}x {one['bare_us']:11.1f} us {one['added_us']:6.2f} us {one['around']:15.2f} s",
            flush=True,
        )
    if asked.json:
        asked.json.write_text(
            json.dumps(found | {"asked": {k: str(v) for k, v in vars(asked).items()}}, indent=1), "utf-8"
        )


if __name__ == "__main__":
    main()
