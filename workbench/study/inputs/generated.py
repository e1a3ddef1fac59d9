"""A generated call, and a batch of them that counts what it made and what it could not."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workbench.model.calls import Call


@dataclass(frozen=True, slots=True)
class Generated:
    """A call that nobody recorded: `inside` the domain or not (a difference outside is a note), `why` in words, and its `family`."""

    call: Call
    inside: bool
    why: str
    family: str = ""


class Batch:
    """An iterator of generated calls. `made` counts those given out so far by family, `skipped` what could not be made by reason."""

    def __init__(self, source: Callable[[Batch], Iterator[Generated]]) -> None:
        self.made: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self._source = source(self)

    def __iter__(self) -> Batch:
        return self

    def __next__(self) -> Generated:
        one = next(self._source)
        self.made[one.family] += 1
        return one
