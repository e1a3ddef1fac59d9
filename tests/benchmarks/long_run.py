"""Does a run of hours stay small? A day of ticks by a clock that is turned by hand, through the real sampler, into a real recording.

    python tests/benchmarks/long_run.py [--hours 24] [--interval 0.001] [--stacks 3000]

The program's stacks are real frames of generated functions, thousands of different ones. Prints how many ticks there would have been, how
many were made and kept, what memory grew by until the recording stood, and how far times are off. Exit code 1 above 200 MB.
"""

from __future__ import annotations

import argparse
import resource
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.model.recording import Recording

LIMIT = 200 << 20
FUNCTIONS = 60
BUSIEST = 0.3
"""The share of the time that function `work0` has by itself."""


@dataclass
class HandClock:
    """A clock that stands still until it is turned."""

    now: float = 0.0

    def wall(self) -> float:
        """Seconds."""
        return self.now

    def cpu(self) -> float:
        """The program never waits."""
        return self.now


class NoTimer:
    """In the place of the signal: ticks are called by hand."""

    mechanism = "timer signal"

    def __init__(self) -> None:
        from workbench.engines.heard import Way

        self.way = Way()

    def arm(self, period: float) -> None:
        """Nothing fires."""

    def stop(self) -> None:
        """Nothing runs."""


def program() -> dict[str, Any]:
    """`work0` to `work59`: each goes down a path of the others that a number encodes, and calls `tick` at its end, on one of two lines."""
    lines = ["tick = None"]
    for number in range(FUNCTIONS):
        lines += [
            f"def work{number}(path):",
            "    if not path:",
            "        return tick()",
            f"    rest, following = divmod(path, {FUNCTIONS})",
            f"    return FUNCTIONS[following](rest) if path % {2 + number % 5} else (FUNCTIONS[following](rest))",
        ]
    lines.append(f"FUNCTIONS = [work0, {', '.join(f'work{number}' for number in range(1, FUNCTIONS))}]")
    names: dict[str, Any] = {}
    exec(compile("\n".join(lines), "long_program.py", "exec"), names)
    return names


def recorded(hours: float, interval: float, stacks: int) -> tuple[Recording, int]:
    """A day in the life of a sampler, and how many ticks it took."""
    from workbench.engines import sample
    from workbench.engines.base import Boundary, Options
    from workbench.model.builder import RecordingBuilder
    from workbench.model.facts import Target, TargetKind
    from workbench.recorder.environment import environment

    clock, ticks = HandClock(), 0
    sample.main_thread_timer = lambda _handler: NoTimer()
    engine = sample.SampleEngine(Options(interval=interval), clock)
    names = program()

    def tick() -> None:
        engine._on_signal(0, sys._getframe(1))

    names["tick"] = tick
    end, turn = hours * 3600, 0
    engine.start(Boundary(codes=frozenset({recorded.__code__})))
    engine._watch.stop()
    while clock.now < end:
        clock.now = engine._due
        path = _path(turn, stacks)
        names["FUNCTIONS"][0 if turn % 10 < 10 * BUSIEST else 1 + turn % (FUNCTIONS - 1)](
            0 if turn % 10 < 10 * BUSIEST else path
        )
        turn += 1
        ticks += 1
    engine.stop()
    builder = RecordingBuilder()
    findings = engine.fill(builder, clock.now)
    facts: dict[str, Any] = {"engine": "sample", "target": Target(TargetKind.SCRIPT, "long_program.py"), "started": ""}
    return builder.build(
        **facts,
        mechanism=findings.mechanism,
        duration=clock.now,
        cpu=clock.now,
        environment=environment(),
        evidence=findings.evidence,
        cost=findings.cost,
        error=None,
    ), ticks


def _path(turn: int, stacks: int) -> int:
    """One of `stacks` paths of some eight steps each."""
    return (turn * 7919 % stacks + 1) * 2_654_435_761 % FUNCTIONS**8


def main() -> int:
    """Run it and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--hours", type=float, default=24.0)
    parser.add_argument("--interval", type=float, default=0.001)
    parser.add_argument("--stacks", type=int, default=3000)
    asked = parser.parse_args()
    import workbench.render.text  # noqa: F401
    from workbench.analysis.functions import functions, whole

    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10
    recording, ticks = recorded(asked.hours, asked.interval, asked.stacks)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss << 10) - before
    busiest = next(row for row in functions(recording) if row.function == "work0")
    print(
        f"{asked.hours:g} hours at {1 / asked.interval:,.0f} Hz: {asked.hours * 3600 / asked.interval:,.0f} ticks at that rate"
    )
    print(
        f"ticks made {ticks:,}, kept {len(recording.samples):,}, different stacks kept {len(recording.stacks):,} nodes"
    )
    print(f"memory grew by {grown / (1 << 20):.0f} MiB at the most, of {LIMIT >> 20} that may be")
    print(f"time recorded {whole(recording):,.1f} s of {recording.duration:,.1f} s")
    print(f"work0 has {100 * busiest.self_time / whole(recording):.1f} % by itself, truly {100 * BUSIEST:.1f} %")
    print(*recording.notes, sep="\n")
    return 0 if grown < LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
