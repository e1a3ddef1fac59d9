"""A progress bar with the time left, for what takes half a minute."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from types import TracebackType


class Bar:
    """`with Bar(seconds, shown) as bar: ...; bar.moved(done, planned, left)`. It goes to standard error and leaves nothing behind."""

    def __init__(self, seconds: float, shown: bool) -> None:
        self._seconds, self._shown = seconds, shown
        self._bar: Any = None

    def __enter__(self) -> Bar:
        if self._shown:
            from tqdm import tqdm

            self._bar = tqdm(
                total=1, desc="same results", leave=False, file=sys.stderr, bar_format="{desc:<14} {bar:28} {postfix}"
            )
            self._bar.set_postfix_str(f"at most {self._seconds:.0f} s")
        return self

    def moved(self, done: int, planned: int, left: float) -> None:
        """So many processes are done of those planned, and at most so many seconds are left."""
        if self._bar is not None:
            self._bar.total, self._bar.n = planned, done
            self._bar.set_description_str("timing", refresh=False)
            self._bar.set_postfix_str(f"{done} of {planned} processes, at most {left:.0f} s left")

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.close()
