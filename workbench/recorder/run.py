"""The recorder: one engine around one run, torn down whatever happens."""

from __future__ import annotations

import time
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from workbench.analysis.bias import bias
from workbench.clock import SYSTEM, Clock
from workbench.engines import table
from workbench.engines.base import Boundary, CloseEngine, Options
from workbench.engines.calibration import priced
from workbench.errors import EngineBusyError, StillRunningError
from workbench.model.builder import RecordingBuilder
from workbench.model.facts import RunError
from workbench.model.merge import noted
from workbench.recorder.environment import environment
from workbench.recorder.selection import choose, refuse_missing
from workbench.recorder.sources import Cells, NoCells, capture

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from types import CodeType

    from workbench.engines.base import Findings, Selection
    from workbench.model.facts import Cost, Target
    from workbench.model.recording import Recording

_MESSAGE = 500
_running: Recorder | None = None


def running() -> Recorder | None:
    """The recorder that runs now in this process, if any."""
    return _running


class Recorder:
    """Serves one run: `start`, `stop`, then `recording`."""

    def __init__(self, engine: str = table.DEFAULT, options: Options | None = None, clock: Clock = SYSTEM) -> None:
        """Raises UnknownEngineError."""
        self.engine = engine
        self._options = options or Options()
        self._engine = table.load(engine, self._options)
        self._selection: Selection | None = None
        self._like: Callable[[], Recording | None] = lambda: None
        self._clock = clock
        self._begin = self._cpu = 0.0
        self._duration: float | None = None
        self._cpu_used = 0.0
        self._started = ""
        self.hurried = False
        """The process is about to end: nothing is to be run for the recording any more."""

    def start(self, boundary: Boundary) -> None:
        """Begin to observe. Raises EngineBusyError while another recorder runs or somebody else holds what the engine needs."""
        global _running
        if _running is not None:
            raise EngineBusyError(
                f"A recording with engine {_running.engine!r} is running already; one run is recorded at a time. "
                "Let it end, or take the inner profile away."
            )
        _running = self
        self._started = datetime.now(UTC).isoformat(timespec="seconds")
        self._cpu = time.process_time()
        try:
            if isinstance(self._engine, CloseEngine):
                self._engine.choose(self._selection or choose(self._options))
            close = self.close
            self._begin = self._clock.wall()
            self._engine.start(boundary)
            if close:
                self._cpu, self._begin = time.process_time(), self._clock.wall()
        except BaseException:
            _running = None
            self._engine.stop()
            raise

    @property
    def close(self) -> bool:
        """Whether the engine looks at chosen functions, and is to be told of code that is compiled during the run."""
        return isinstance(self._engine, CloseEngine)

    def choose(
        self,
        names: Mapping[str, object] | None = None,
        cells: Cells | None = None,
        like: Callable[[], Recording | None] = lambda: None,
    ) -> None:
        """Say what `start` would not know: the namespace of names, the notebook, and a sampling of the same program."""
        self._like = like
        if self.close:
            by_memory = table.row(self.engine).taken_by == "memory"
            self._selection = choose(self._options, names=names, cells=cells, like=like(), memory=by_memory)

    def refuse_missing(self, names: Mapping[str, object], soon: str, cells: Cells | None = None) -> None:
        """Raise UnknownOptionError for a function or module that is to be looked at, is not there, and is not spoken of in `soon`, the code
        that is about to run."""
        if self.close:
            refuse_missing(self._options, names, soon, cells)

    def discover(self, code: CodeType) -> None:
        """Newly compiled code is about to run."""
        if isinstance(self._engine, CloseEngine):
            self._engine.discover(code)

    def mark_end(self) -> None:
        """The user's code ends here; what runs until `stop` is ours and is cut off. The last mark counts."""
        self._duration = max(self._clock.wall() - self._begin, 0.0)
        self._cpu_used = time.process_time() - self._cpu

    def stop(self) -> None:
        """End and put everything back; may be called twice."""
        global _running
        if _running is not self:
            return
        if self._duration is None:
            self.mark_end()
        try:
            self._engine.stop()
        finally:
            _running = None

    def _cost(self, findings: Findings) -> Cost:
        if self.hurried or self._duration is None:
            return findings.cost
        return priced(self.engine, findings, self._duration)

    def recording(self, target: Target, error: BaseException | None = None, cells: Cells | None = None) -> Recording:
        """What was seen. Raises StillRunningError before `stop`."""
        if self._duration is None or _running is self:
            raise StillRunningError(
                "The run has not ended, so there is no recording yet. Read it after the block or cell."
            )
        names = cells or NoCells()
        originals: dict[str, str] = {}

        def rename(file: str) -> str:
            return originals.setdefault(file, names.label(file) or file)

        builder = RecordingBuilder(rename=rename)
        findings = self._engine.fill(builder, self._duration)
        here = environment()
        for source in capture(list(originals.items()), here, names, also=builder.counted_files()):
            builder.source(source)
        found = builder.build(
            engine=self.engine,
            mechanism=findings.mechanism,
            target=target,
            started=self._started,
            duration=self._duration,
            cpu=self._cpu_used,
            environment=here,
            evidence=findings.evidence,
            cost=self._cost(findings),
            error=None if error is None else run_error(error),
        )
        said = "" if self.hurried else bias(found, self._like())
        return noted(found, said) if said else found


def run_error(error: BaseException) -> RunError:
    """How a run ended that did not end well."""
    return RunError(type(error).__name__, str(error)[:_MESSAGE], interrupted=isinstance(error, KeyboardInterrupt))
