"""What the view says in words: the sentences of the text form, handed to the browser with the numbers."""

from __future__ import annotations

import math
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from workbench import units
from workbench.assets.payload import Words, payload, plain_size
from workbench.model.facts import Evidence
from workbench.render import summary
from workbench.render.freshness import changed_since
from workbench.render.places import Places

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.model.recording import Recording


def view_payload(
    recording: Recording, *, limit: int | None = None, size: Callable[[Any], int] = plain_size
) -> dict[str, Any]:
    """The payload of a recording with its words, and those of its further passes; `limit` is for all together, as `size` measures."""
    share = None if limit is None else limit // len(recording.all_passes)
    first, *others = (payload(one, limit=share, words=words(one), size=size) for one in recording.all_passes)
    return first | {"passes": others} if others else first


def words(recording: Recording) -> Words:
    """Title, ending, caution, facts and short file names of a recording."""
    places = Places.of(recording)
    files = dict.fromkeys(
        (*(recording.strings[at] for at in set(recording.frames.file.tolist())), *(s.file for s in recording.sources))
    )
    return Words(
        title=summary.title(recording),
        ended=summary.ended(recording),
        caution=caution(recording),
        counted=summary.counted(recording),
        closer=closer(recording),
        closers=closers(recording),
        facts=tuple((label, said) for label, said in _facts(recording) if said),
        where=MappingProxyType({file: places.file(file) for file in files}),
        changed=MappingProxyType(changed_since(recording)),
    )


def closer(recording: Recording) -> str:
    """The command that looks at the lines of one function, `{name}`, of the same target; empty where lines were looked at already."""
    if recording.evidence in (Evidence.LINES, Evidence.MEMORY):
        return ""
    return summary.again(recording, "lines", "{name}").strip("`")


_CLOSER = (("lines", "time its lines"), ("memory", "read its memory"))


def closers(recording: Recording) -> tuple[tuple[str, str, str], ...]:
    """The closer looks at one function that other engines offer for the same target: (engine, words, command with `{name}`)."""
    done = {one.evidence for one in recording.all_passes}
    return tuple(
        (engine, label, summary.again(recording, engine, "{name}").strip("`"))
        for engine, label in _CLOSER
        if Evidence(engine) not in done
    )


def caution(recording: Recording) -> str:
    """Where there are too few samples: what that means. Otherwise empty."""
    if not summary.too_few(recording):
        return ""
    return f"Too short to sample: {units.count(len(recording.samples), 'sample')}; the shares are hints at the most"


def _facts(recording: Recording) -> list[tuple[str, str]]:
    cost, times = recording.cost, recording.target.repeats
    how = f"engine {recording.engine} ({recording.mechanism})"
    used = summary.cpu_time(recording)
    how += f", {used}" if used else ""
    speed = summary.rate(recording)
    if recording.sampled and math.isfinite(speed):
        how += f", {units.count(cost.samples, 'sample')} at {speed:,.0f}/s"
    own = cost.method
    if math.isfinite(cost.own):
        part = f", {units.share(cost.own / recording.duration)} of the run" if recording.duration else ""
        own = f"{units.seconds(cost.own)}{part} ({cost.method})"
    return [
        ("ran", f"repeated {times:,}x, {units.seconds(recording.duration / times)} each" if times > 1 else ""),
        ("measured", how),
        ("cost", own),
        ("threads", ", ".join(recording.threads) if len(recording.threads) > 1 else ""),
        ("on", summary.machine(recording)),
        ("started", summary.started(recording)),
    ]
