"""Profiles for `explorer.py`: sampled recordings of any size that look like a program's, and the same as speedscope and pstats have it.

A made-up program of `frames` functions, each of which calls up to four later ones, is walked as samples would see it: most samples find the
stack of the one before, others a stack that shares its upper part. So there is a call graph for tools that draw one, and no recursion.
"""

from __future__ import annotations

import json
import random
import sys
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent))

from samples import PROJECT, SITE, STDLIB, finish

from workbench.model.builder import ROOT, RecordingBuilder
from workbench.model.facts import Cost, Source, SourceKind, Target, TargetKind
from workbench.model.recording import Recording

STEP = 0.001
STAY, STOP, DEEPEST = 0.5, 0.03, 90


@dataclass(frozen=True)
class Shape:
    """How big a profile is: stack nodes (lines apart), functions, samples."""

    nodes: int
    frames: int
    samples: int


SHAPES = {
    "1k": Shape(1_000, 100, 4_000),
    "10k": Shape(10_000, 1_000, 40_000),
    "100k": Shape(100_000, 10_000, 300_000),
    "1M": Shape(1_000_000, 50_000, 1_000_000),
}


@dataclass(frozen=True)
class Profile:
    """A recording, and what it was made of: each sample's leaf node, and of each node its frame and its parent."""

    recording: Recording
    leaves: list[int]
    frame: list[int]
    parent: list[int]
    names: list[tuple[str, str, int]]

    @property
    def depth(self) -> float:
        """The mean depth of the samples' stacks."""
        depths = [0] * len(self.parent)
        for node, above in enumerate(self.parent):
            depths[node] = 1 if above < 0 else depths[above] + 1
        return sum(depths[leaf] for leaf in self.leaves) / len(self.leaves)


def made(shape: Shape, seed: int = 1) -> Profile:
    """A profile of that shape."""
    rng = random.Random(seed)
    names = _names(shape.frames)
    calls = _call_graph(rng, shape.frames)
    builder = RecordingBuilder()
    frames = [builder.frame(name, file, first) for name, file, first in names]
    body = "\n".join(f"    total += step({line})  # line {line}" for line in range(1, 400))
    for file in {file for _, file, _ in names if file.startswith(PROJECT)}:
        builder.source(Source(file, file.removeprefix(f"{PROJECT}/"), SourceKind.FILE, body))
    frame, parent, leaves = _walk(rng, shape, calls)
    index = [ROOT] * len(frame)
    for node, above in enumerate(parent):
        first = names[frame[node]][2]
        index[node] = builder.stack(ROOT if above < 0 else index[above], frames[frame[node]], first + 1 + node % 5)
    thread = builder.thread("MainThread")
    kinds = [(STEP, 0.0, 0.0), (0.0, STEP, 0.0), (0.0, 0.0, STEP)]
    for turn, leaf in enumerate(leaves):
        builder.sample(index[leaf], thread, turn * STEP, *kinds[(frame[leaf] * 7) % 10 % 3])
    for turn in range(400):
        builder.memory(turn * len(leaves) * STEP / 400, (100 << 20) + (turn << 18))
    recording = finish(
        builder,
        cost=Cost(interval=STEP, samples=len(leaves), own=len(leaves) * 12e-6, method="made up"),
        duration=len(leaves) * STEP,
        cpu=len(leaves) * STEP,
        target=Target(TargetKind.SCRIPT, "app/main.py"),
    )
    return Profile(recording, leaves, frame, parent, names)


def _names(frames: int) -> list[tuple[str, str, int]]:
    files = max(3, frames // 40)
    folders = (PROJECT, SITE, STDLIB)
    return [
        (
            "main" if at == 0 else f"Class{at % 7}.function_{at}",
            f"{folders[at % files % 3]}/package_{at % files % 11}/module_{at % files}.py",
            1 + 8 * (at // files),
        )
        for at in range(frames)
    ]


def _call_graph(rng: random.Random, frames: int) -> list[list[int]]:
    """What each function calls: up to four later ones, near enough that stacks are some 30 deep."""
    reach = max(3, frames // 12)
    last = frames - 1
    return [
        []
        if at == last
        else sorted({min(last, at + 1 + int(reach * rng.random() ** 2)) for _ in range(rng.randint(1, 4))})
        for at in range(frames)
    ]


def _walk(rng: random.Random, shape: Shape, calls: list[list[int]]) -> tuple[list[int], list[int], list[int]]:
    """Frame and parent of each node, and the leaf of each sample. Once there are nodes enough, stacks seen before come again."""
    frame, parent, leaves = [0], [-1], []
    known: dict[tuple[int, int], int] = {}
    share = shape.nodes / shape.samples
    stack = [0]
    while len(leaves) < shape.samples:
        if leaves and rng.random() < STAY:
            leaves.append(leaves[-1])
            continue
        behind = len(frame) < min(shape.nodes, share * (len(leaves) + 1))
        if not behind and len(leaves) > 50:
            leaves.append(leaves[rng.randrange(len(leaves))])
            continue
        del stack[max(1, len(stack) - 1 - int(rng.expovariate(0.12))) :]
        while len(stack) < DEEPEST and (options := calls[frame[stack[-1]]]) and rng.random() > STOP:
            called = options[min(int(rng.expovariate(1.0)), len(options) - 1)]
            key = (stack[-1], called)
            if key not in known:
                if len(frame) >= shape.nodes:
                    break
                known[key] = len(frame)
                frame.append(called)
                parent.append(stack[-1])
            stack.append(known[key])
        leaves.append(stack[-1])
    return frame, parent, leaves


def stacks(profile: Profile) -> list[list[int]]:
    """The frames of each node's stack, root first."""
    found: list[list[int]] = []
    for at, above in zip(profile.frame, profile.parent):
        found.append([*(found[above] if above >= 0 else ()), at])
    return found


def speedscope_json(profile: Profile, most: int | None = None) -> str:
    """The profile in speedscope's own format, `sampled`, in the order of time; equal samples in a row are one. At most `most` samples."""
    paths = stacks(profile)
    samples, weights, before = [], [], -1
    for leaf in profile.leaves[:most]:
        if leaf == before:
            weights[-1] += STEP
        else:
            samples.append(paths[leaf])
            weights.append(STEP)
        before = leaf
    sampled = {"type": "sampled", "name": "MainThread", "unit": "seconds", "startValue": 0}
    sampled |= {"endValue": round(sum(weights), 6), "samples": samples, "weights": [round(one, 6) for one in weights]}
    frames = [{"name": name, "file": file, "line": line} for name, file, line in profile.names]
    schema = "https://www.speedscope.app/file-format-schema.json"
    return json.dumps({"$schema": schema, "shared": {"frames": frames}, "profiles": [sampled]}, separators=(",", ":"))


def pstats_dict(profile: Profile) -> dict[Any, Any]:
    """The profile as cProfile would have written it: own and total time of each function and of each edge; each node counts as a call."""
    own = [0.0] * len(profile.frame)
    for leaf in profile.leaves:
        own[leaf] += STEP
    total = own.copy()
    for node in range(len(total) - 1, 0, -1):
        total[profile.parent[node]] += total[node]
    functions: dict[int, list[float]] = defaultdict(lambda: [0, 0.0, 0.0])
    edges: dict[int, dict[int, list[float]]] = defaultdict(lambda: defaultdict(lambda: [0, 0.0, 0.0]))
    for node, (at, above) in enumerate(zip(profile.frame, profile.parent)):
        counted = [functions[at], *([edges[at][profile.frame[above]]] if above >= 0 else [])]
        for sums in counted:
            sums[0] += 1
            sums[1] += own[node]
            sums[2] += total[node]
    key = [(file, line, name) for name, file, line in profile.names]
    return {
        key[at]: (count, count, self, whole, {key[of]: (n, n, s, t) for of, (n, s, t) in edges[at].items()})
        for at, (count, self, whole) in functions.items()
    }
