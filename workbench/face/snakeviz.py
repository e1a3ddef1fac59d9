"""SnakeViz's picture of a recording of calls, for a notebook and for a file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from workbench.errors import SaveFailedError
from workbench.files import write_whole
from workbench.render.snakeviz_page import INLINE, WHOLE, calls_of, framed, page

if TYPE_CHECKING:
    import os

    from workbench.model.recording import Recording


class Icicle:
    """SnakeViz's icicle and sunburst, which a notebook shows in a frame: no server, no network.

    Raises WrongEngineError for a recording that has no counted calls.
    """

    def __init__(self, recording: Recording) -> None:
        self._recording = calls_of(recording)

    def html(self) -> str:
        """The whole page, of up to 5,000 functions; it opens anywhere, offline."""
        return page(self._recording, most=WHOLE)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write the whole page to a file and return its path. Raises SaveFailedError."""
        target = Path(path)
        try:
            write_whole(target, self.html().encode())
        except OSError as error:
            raise SaveFailedError(
                f"The page was not written to {target}: {error.strerror or error}. "
                "The recording is kept in this session; give another path."
            ) from error
        return target

    def __repr__(self) -> str:
        return f"<SnakeViz's picture of {len(self._recording.functions):,} functions; .save('FILE.html') writes it as a page>"

    def _repr_html_(self) -> str:
        return framed(page(self._recording, most=INLINE))
