"""Does a study survive its writers being killed? At every single point of a step, and at random with several writers at once.

    python tests/benchmarks/kill_study.py [--seeds 20] [--seconds 60] [--writers 3]
    python tests/benchmarks/kill_study.py leave create|add SEED FOLDER

For each seed a step of random shape is done again and again, killed (SIGKILL) before, within and after each call to the system that changes
or opens something, until it comes through; each time the study has to show all of the step or nothing, and to take another one. Then
writers are killed at random while a reader looks: what a writer was told is written has to be there, and what was seen once stays.
The second form leaves the folders, one for each point, for somebody else to look at, and does not wait for the disk.
Exit code 1 where anything is lost or half.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.study.folder.store import Folder

if TYPE_CHECKING:
    from collections.abc import Callable

CALLS: dict[Any, tuple[str, ...]] = {
    os: ("open", "write", "fsync", "close", "mkdir", "rename", "replace", "unlink", "rmdir", "ftruncate"),
    fcntl: ("flock",),
}
MOST = 3000
"""Points after which a step is taken to be going round in circles."""


class Tripwire:
    """While it is in place, does `act` at the point `at` among all those before and after a call of `CALLS`, and in the middle of a write.

    `names` are those calls' names in the order they came; `only` has the calls that have points, all where it is empty.
    """

    def __init__(self, at: int, act: Callable[[], None], only: frozenset[str] = frozenset()) -> None:
        self.at, self.act, self.only = at, act, only
        self.count = 0
        self.names: list[str] = []
        self._real: list[tuple[Any, str, Any]] = []

    def __enter__(self) -> Tripwire:
        for module, names in CALLS.items():
            for name in names:
                real = getattr(module, name)
                self._real.append((module, name, real))
                setattr(module, name, self._guarded(name, real))
        return self

    def __exit__(self, *raised: object) -> None:
        for module, name, real in self._real:
            setattr(module, name, real)

    def _guarded(self, name: str, real: Any) -> Any:
        def guarded(*args: Any, **options: Any) -> Any:
            if self.only and name not in self.only:
                return real(*args, **options)
            self.names.append(name)
            self._point()
            if name == "write":
                self._point(lambda: real(args[0], bytes(args[1])[: len(args[1]) // 2]))
            done = real(*args, **options)
            self._point()
            return done

        return guarded

    def _point(self, first: Callable[[], object] | None = None) -> None:
        self.count += 1
        if self.count == self.at:
            if first is not None:
                first()
            self.act()


def die() -> None:
    """The end, without any goodbye."""
    os.kill(os.getpid(), signal.SIGKILL)


def noon() -> datetime:
    """A date that is always the same."""
    return datetime(2026, 1, 2, 12, tzinfo=UTC)


def create(root: Path) -> Folder:
    """A study without events."""
    return Folder.create(root, target="demo:parse", environment={"python": "3.11", "noise": float("nan")}, now=noon)


def base(root: Path) -> None:
    """A study with one event, and what a writer left who was killed."""
    folder = create(root)
    with folder.transaction() as step:
        step.attach("input.json", b"[1, 2, 3]")
        step.append("baseline", {"seconds": 0.25})
    left = root / ".staged" / "0123456789abcdef" / "files"
    left.mkdir(parents=True)
    (left / "half").write_bytes(b"ha")


def add(root: Path, seed: int) -> None:
    """A step of a shape that depends on the seed: one to three events, files of several sizes, a part that is taken back."""
    chance = random.Random(seed)
    folder = Folder.open(root, now=noon)
    with folder.transaction() as step:
        for index in range(1 + seed % 3):
            step.attach(f"source/part{index}.py", chance.randbytes(chance.choice((0, 10, 5000))))
            if chance.random() < 0.5:
                step.attach(f"copy{index}.py", Path(__file__))
            try:
                with folder.transaction() as inner:
                    inner.attach(f"deep/er/no{index}", b"taken back")
                    inner.append("mistake", {})
                    raise LookupError
            except LookupError:
                pass
            with folder.transaction():
                step.append("candidate", {"seed": seed, "index": index, "pid": os.getpid()})


def forked(work: Callable[[], None]) -> int:
    """Run it in a child of its own; its exit status, negative where it was killed."""
    child = os.fork()
    if child == 0:
        status = 9
        try:
            work()
            status = 0
        finally:
            os._exit(status)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def leave(what: str, seed: int, folder: Path) -> int:
    """For each point of a step, or of a study's making, a folder `0001`, ... with what the killed one left; how many there are."""
    folder.mkdir(parents=True, exist_ok=True)
    start = folder / "start"
    if what == "add":
        base(start)
    for at in range(1, MOST):
        root = folder / f"{at:04d}"
        if what == "add":
            shutil.copytree(start, root)

        def work(at: int = at, root: Path = root) -> None:
            with Tripwire(at, die):
                create(root) if what == "create" else add(root, seed)

        status = forked(work)
        if status == 0:
            return at
        if status != -signal.SIGKILL:
            raise SystemExit(f"point {at}: the writer ended with {status}")
    raise SystemExit("the step never came to its end")


def shown(root: Path, seed: int) -> str:
    """What a study shows after its writer was killed, "before" or "after", when it takes further steps; else what is wrong."""
    folder = Folder.open(root)
    wrong = [fault.said for fault in folder.faults() if fault.blocks or fault.code != "leftover"]
    events = folder.events()
    kinds = [event.kind for event in events]
    if wrong or kinds not in (["baseline"], ["baseline"] + ["candidate"] * (1 + seed % 3)):
        return f"{kinds} {wrong}"
    for path in [path for event in events for path in event.files]:
        folder.read(path)
    add(root, seed + 1)
    if folder.faults() or [event.number for event in folder.events()] != list(
        range(1, len(kinds) + 2 + (seed + 1) % 3)
    ):
        return f"afterwards {folder.faults()}"
    return "before" if len(kinds) == 1 else "after"


def every_point(seed: int) -> tuple[int, list[str]]:
    """How many points a step has, and what went wrong at some."""
    with tempfile.TemporaryDirectory() as folder:
        points = leave("add", seed, Path(folder))
        seen = [shown(Path(folder) / f"{at:04d}", seed) for at in range(1, points + 1)]
    turn = seen.index("after") if "after" in seen else 0
    if seen != ["before"] * turn + ["after"] * (points - turn) or not turn:
        return points, [
            f"seed {seed} point {at + 1}: {one}" for at, one in enumerate(seen) if one not in {"before", "after"}
        ] or ["order"]
    return points, []


def keep_writing(root: Path, seed: int, told: Path) -> None:
    """Steps without end; the numbers of their events go to the file `told` when they are said to be written."""
    folder = Folder.open(root)
    chance = random.Random(seed)
    with told.open("a", buffering=1) as said:
        while True:
            with folder.transaction(patience=600) as step:
                step.attach("data", chance.randbytes(chance.choice((0, 100, 300_000))))
                events = [step.append("soak", {"pid": os.getpid(), "n": n}) for n in range(chance.randint(1, 3))]
            said.write("".join(f"{event.number} {os.getpid()}\n" for event in events))


def soak(seconds: float, writers: int, seed: int) -> tuple[int, int, list[str]]:
    """Events written, writers killed, and what went wrong, with writers killed at random while somebody reads."""
    chance, killed, wrong = random.Random(seed), 0, []
    with tempfile.TemporaryDirectory() as name:
        root, told = Path(name) / "study", Path(name) / "told"
        folder = create(root)
        running: list[int] = []
        before: tuple[Any, ...] = ()
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            while len(running) < writers:
                running.append(_start(partial(keep_writing, root, chance.randrange(1 << 30), told)))
            time.sleep(chance.random() * 0.3)
            os.kill(running[0], signal.SIGKILL)
            os.waitpid(running.pop(0), 0)
            killed += 1
            chance.shuffle(running)
            now = folder.events()
            wrong += (
                [] if now[: len(before)] == before else [f"what was seen of {len(before)} events is not there any more"]
            )
            before = now
        for child in running:
            os.kill(child, signal.SIGKILL)
            os.waitpid(child, 0)
        events = {event.number: event.data["pid"] for event in folder.events()}
        said = [line.split() for line in told.read_text().splitlines()] if told.exists() else []
        wrong += [
            f"event {number} was said to be written" for number, pid in said if events.get(int(number)) != int(pid)
        ]
        add(root, seed)
        wrong += [fault.said for fault in folder.faults()]
    return len(events), killed, wrong


def _start(work: Callable[[], None]) -> int:
    child = os.fork()
    if child == 0:
        try:
            work()
        finally:
            os._exit(9)
    return child


def main() -> int:
    """Run what the words ask for."""
    if sys.argv[1:2] == ["leave"]:
        os.fsync = lambda descriptor: None
        print(leave(sys.argv[2], int(sys.argv[3]), Path(sys.argv[4])))
        return 0
    parser = argparse.ArgumentParser()
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--writers", type=int, default=3)
    options = parser.parse_args()
    failed: list[str] = []
    for seed in range(options.seeds):
        points, wrong = every_point(seed)
        failed += wrong
        print(f"seed {seed}: killed at {points - 1} points, {len(wrong)} wrong", flush=True)
    if options.seconds:
        events, killed, wrong = soak(options.seconds, options.writers, options.seeds)
        failed += wrong
        print(f"soak: {events} events by writers of which {killed} were killed, {len(wrong)} wrong")
    print("\n".join(failed[:20]))
    return 1 if failed else 0


if __name__ == "__main__":
    raise SystemExit(main())
