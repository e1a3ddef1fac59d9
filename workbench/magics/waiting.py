"""What stands in a card's place until it is there."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Waiting:
    """A text that shows itself as it is."""

    said: str

    def __repr__(self) -> str:
        return self.said
