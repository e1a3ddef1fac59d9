"""Which of many calls are kept: the extreme ones, the first of each kind, and a fair sample of all."""

from __future__ import annotations

import heapq
import math
from dataclasses import dataclass
from random import Random

from workbench import units
from workbench.model.calls import RecordedCall

_EXTREMES = 16


@dataclass(slots=True, eq=False)
class Entry:
    """A call that is or was under way. `lot` is its ticket in the draw; `pins` counts the reasons to keep it besides the draw.

    `waiting` says that it is not kept now, but may turn out to be slow; `dropped` that there was no room to wait for that.
    """

    number: int
    payload: bytes
    caller: str
    types: tuple[str, ...]
    seconds: float = math.nan
    lot: float = 0.0
    drawn: bool = False
    pins: int = 0
    ended: bool = False
    waiting: bool = False
    dropped: bool = False
    begun: float = 0.0
    ran: float = 0.0

    def as_call(self) -> RecordedCall:
        """The record of it."""
        return RecordedCall(self.number, self.payload, self.caller, self.types, len(self.payload), self.seconds)


class Keeper:
    """Keeps at most `most_calls` calls and `most_bytes` of their payloads.

    Each call draws a lot; the sample is all calls below a bound, which sinks when room is needed, so that at any time every call has had
    the same chance (bottom-k sampling). Beside it are pinned the slowest, the largest, and the first of each caller and types.
    """

    def __init__(self, most_calls: int, most_bytes: int, *, first_only: bool, seed: int = 0) -> None:
        self._most_calls = most_calls
        self._most_bytes = most_bytes
        self._first_only = first_only
        self._random = Random(seed)
        self._bound = math.inf
        self._sample: list[tuple[float, int, Entry]] = []
        self._kinds: set[tuple[str, tuple[str, ...]]] = set()
        self._firsts: list[Entry] = []
        self._extremes = max(1, min(_EXTREMES, most_calls // 8))
        self._slowest: list[tuple[float, int, Entry]] = []
        self._largest: list[tuple[float, int, Entry]] = []
        self._kept: dict[int, Entry] = {}
        self._bytes = 0
        self._offered = 0
        self._waiting = 0
        self._dropped = 0
        self.full = False

    @property
    def most_of_one(self) -> int:
        """How large a single call's payload may be, so that both the slowest and the largest find room."""
        return self._most_bytes // 2

    def offer(self, entry: Entry) -> None:
        """A call begins, with its payload."""
        self._offered += 1
        if self._first_only:
            self._offer_first(entry)
            return
        entry.lot = self._random.random()
        if entry.lot < self._bound:
            entry.drawn = True
            heapq.heappush(self._sample, (-entry.lot, entry.number, entry))
            self._keep(entry)
        kind = (entry.caller, entry.types)
        if kind not in self._kinds and len(self._kinds) < max(1, self._most_calls // 2):
            self._kinds.add(kind)
            self._firsts.append(entry)
            self._pin(entry)
        self._rank(self._largest, len(entry.payload), entry)
        self._shrink()
        if entry.number not in self._kept:
            self._wait(entry)

    def finish(self, entry: Entry) -> None:
        """The call has ended, and its seconds are known."""
        entry.ended = True
        if entry.waiting:
            self._waiting -= len(entry.payload)
            entry.waiting = False
        if not self._first_only and not entry.dropped and not math.isnan(entry.seconds):
            self._rank(self._slowest, entry.seconds, entry)
            self._shrink()

    def calls(self) -> tuple[RecordedCall, ...]:
        """What was kept, in order of the calls."""
        return tuple(self._kept[number].as_call() for number in sorted(self._kept))

    def words(self) -> str:
        """Why only some calls are kept, and which; "" where all are."""
        kept = len(self._kept)
        if self._first_only and self.full:
            return f"Recording ended after the first {units.count(kept, 'call')}; later ones were not counted."
        if kept == self._offered:
            return ""
        text = (
            f"{kept:,} of {units.count(self._offered, 'call')} are kept (limits: {self._most_calls:,} calls, "
            f"{units.size(self._most_bytes)}): the {len(self._slowest)} slowest, the {len(self._largest)} largest, the first of each "
            f"combination of caller and types ({len(self._firsts)}), and of the others a sample in which each had the same chance."
        )
        if len(self._kinds) > len(self._firsts):
            text += f" For want of room the first of {len(self._kinds) - len(self._firsts)} combinations stand in the sample only."
        if len(self._kinds) >= max(1, self._most_calls // 2):
            text += " Further combinations were not told apart."
        if self._dropped:
            text += f" {units.count(self._dropped, 'call')} under way at once were let go before their time was known."
        return text

    def _offer_first(self, entry: Entry) -> None:
        if not self.full and self._bytes + len(entry.payload) <= self._most_bytes:
            self._keep(entry)
            self.full = len(self._kept) >= self._most_calls
        else:
            self.full = True

    def _keep(self, entry: Entry) -> None:
        if entry.number not in self._kept:
            self._kept[entry.number] = entry
            self._bytes += len(entry.payload)

    def _pin(self, entry: Entry) -> None:
        entry.pins += 1
        self._keep(entry)

    def _unpin(self, entry: Entry) -> None:
        entry.pins -= 1
        self._let_go(entry)

    def _let_go(self, entry: Entry) -> None:
        if not entry.drawn and not entry.pins:
            del self._kept[entry.number]
            self._bytes -= len(entry.payload)
            if not entry.ended:
                self._wait(entry)

    def _wait(self, entry: Entry) -> None:
        """A call that is not kept may yet be the slowest: its payload waits for its end, while there is room for that."""
        if entry.waiting or entry.dropped:
            return
        if self._waiting + len(entry.payload) > self._most_bytes:
            entry.payload, entry.dropped = b"", True
            self._dropped += 1
        else:
            self._waiting += len(entry.payload)
            entry.waiting = True

    def _rank(self, ranking: list[tuple[float, int, Entry]], by: float, entry: Entry) -> None:
        if len(ranking) < self._extremes:
            heapq.heappush(ranking, (by, -entry.number, entry))
            self._pin(entry)
        elif (by, -entry.number) > ranking[0][:2]:
            out = heapq.heapreplace(ranking, (by, -entry.number, entry))[2]
            self._pin(entry)
            self._unpin(out)

    def _shrink(self) -> None:
        while len(self._kept) > self._most_calls or self._bytes > self._most_bytes:
            if self._sample:
                entry = heapq.heappop(self._sample)[2]
                self._bound = entry.lot
                entry.drawn = False
                self._let_go(entry)
            elif self._firsts:
                self._unpin(self._firsts.pop())
            elif len(self._largest) > 1 or len(self._slowest) <= 1:
                self._unpin(heapq.heappop(self._largest)[2])
            else:
                self._unpin(heapq.heappop(self._slowest)[2])
