"""The cell runner: the kernel runs the cell natively, and a recorder stands around it.

An input transformer takes the `%%profile` line off and leaves a blank one, so that line numbers hold. Just before the cell runs, the
shell's `run_ast_nodes`, through which every cell goes, is shadowed on the instance for that one cell, so that the
recorder starts and stops exactly around the person's code; `showtraceback` is too, so that rendering a traceback is not counted.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from IPython.core.interactiveshell import InteractiveShell

from workbench.engines.base import Boundary
from workbench.engines.table import ALL
from workbench.errors import EngineBusyError, WorkbenchError
from workbench.face.notebook import CellLabels
from workbench.face.profile import Profile
from workbench.face.session import newest, remember, take_name
from workbench.face.zoom import take
from workbench.magics.against import against, refuse
from workbench.magics.icicle import icicle
from workbench.magics.live import Live
from workbench.magics.shadow import shadow
from workbench.magics.show import complain, show
from workbench.magics.words import Words, parse
from workbench.model.facts import Target, TargetKind
from workbench.recorder.run import Recorder, running

if TYPE_CHECKING:
    from types import CodeType

    from workbench.face.zoom import Armed
    from workbench.model.recording import Recording

_HEADER = re.compile(r"\s*%%(?P<magic>profile|wb)(?:\s+(?P<words>.*?))?\s*$")
_CELL_BOUNDARY = Boundary(codes=frozenset({InteractiveShell.run_code.__code__}))


@dataclass(slots=True)
class _Armed:
    words: Words
    recorder: Recorder
    live: Live | None = None
    zoomed: Armed | None = None
    entered: bool = False
    started: bool = False
    undo: list[Callable[[], None]] = field(default_factory=list)


class _TellingCompiler:
    """The shell's compiler, which has the recorder told of each statement's code before it runs."""

    def __init__(self, compiler: Any, tell: Callable[[CodeType], None]) -> None:
        self._compiler = compiler
        self._tell = tell

    def __call__(self, *args: Any) -> Any:
        code = self._compiler(*args)
        self._tell(code)
        return code

    def __getattr__(self, name: str) -> Any:
        return getattr(self._compiler, name)


class CellRunner:
    """One per shell. `names` are the magics it answers to."""

    def __init__(self, shell: Any, names: frozenset[str]) -> None:
        self._shell = shell
        self._names = names
        self._armed: _Armed | None = None
        self._nested = 0

    def transform(self, lines: list[str]) -> list[str]:
        """The cell without its `%%profile` line; untouched where there is none or its words are off.

        A cell whose words are off, or whose next magic has to stand first, begins with that magic.
        """
        found = self._header(lines)
        if found is None:
            return lines
        index, words = found
        if words is None:
            return [lines[index], *lines[:index], *lines[index + 1 :]]
        rest = lines[index + 1 :]
        following = next((line for line in rest if line.strip()), "")
        return rest if following.startswith("%%") else [*lines[:index], "\n", *rest]

    def before_cell(self, info: Any) -> None:
        """IPython's `pre_run_cell`: arm where the cell asks for it."""
        if running() is not None and self._armed is not None:
            self._nested += 1
            return
        self._nested = 0
        self._disarm()
        found = self._header(self._as_transformed(info.raw_cell or ""))
        if found is None or found[1] is None:
            return
        self._arm(found[1], info.raw_cell)

    def after_cell(self, result: Any) -> None:
        """IPython's `post_run_cell`: keep and show what was recorded."""
        if self._nested:
            self._nested -= 1
            return
        armed, self._armed = self._armed, None
        if armed is None:
            return
        _undo(armed)
        if not armed.started:
            return
        armed.recorder.stop()
        place = _ended(armed)
        error = None if result is None else result.error_before_exec or result.error_in_exec
        target = Target(
            TargetKind.CELL, f"In [{getattr(result, 'execution_count', None) or self._shell.execution_count}]"
        )
        try:
            recording = armed.recorder.recording(target, error, CellLabels(self._shell))
            if armed.zoomed is not None:
                armed.zoomed.profile.fill(recording)
            keep(self._shell, armed.words, recording, place=place)
        except WorkbenchError as trouble:
            complain(trouble, place=place)

    def _header(self, lines: list[str]) -> tuple[int, Words | None] | None:
        """(line index, words) of the magic that heads the cell; None for words where they are off, None where there is no magic."""
        for index, line in enumerate(lines):
            stripped = line.strip()
            if not stripped or stripped.startswith("#"):
                continue
            found = _HEADER.match(line)
            if found is None or found["magic"] not in self._names:
                return None
            try:
                words = parse(found["words"] or "", cell=True)
                refuse_missing(self._shell, words, "".join(lines[index + 1 :]))
            except WorkbenchError:
                return index, None
            return index, words
        return None

    def _as_transformed(self, raw: str) -> list[str]:
        lines = raw.splitlines(keepends=True)
        for transform in self._shell.input_transformer_manager.cleanup_transforms:
            if transform == self.transform:
                break
            lines = transform(lines)
        return lines

    def _arm(self, words: Words, raw: str) -> None:
        shell = self._shell
        zoomed = take(_same_as(shell, words, raw)) if words.plain else None
        if zoomed is not None:
            words = replace(words, engine=zoomed.engine, values=words.values | {"-f": list(zoomed.functions)})
        armed = self._armed = _Armed(words, prepared(shell, words, raw), lively(shell, words), zoomed)
        run_nodes, show_traceback = shell.run_ast_nodes, shell.showtraceback

        async def run_ast_nodes(*args: Any, **kwargs: Any) -> Any:
            if armed.entered:
                return await run_nodes(*args, **kwargs)
            if armed.recorder.close and "compiler" in kwargs:
                kwargs["compiler"] = _TellingCompiler(kwargs["compiler"], armed.recorder.discover)
            _begin(armed)
            try:
                return await run_nodes(*args, **kwargs)
            finally:
                armed.recorder.stop()
                _ended(armed)
                _undo(armed)

        def showtraceback(*args: Any, **kwargs: Any) -> Any:
            if not self._nested and (kwargs.get("running_compiled_code") or kwargs.get("exception_only")):
                armed.recorder.stop()
            return show_traceback(*args, **kwargs)

        armed.undo.append(shadow(shell, "run_ast_nodes", run_ast_nodes))
        armed.undo.append(shadow(shell, "showtraceback", showtraceback))

    def _disarm(self) -> None:
        """Clear away a cell that was armed and then never ran to its end."""
        armed, self._armed = self._armed, None
        if armed is not None:
            armed.recorder.stop()
            _ended(armed)
            _undo(armed)


def refuse_missing(shell: Any, words: Words, soon: str) -> None:
    """Raise UnknownOptionError for what the words name and is neither there nor spoken of in the code that is about to run, and
    UsageError for a recording to compare with that is not there."""
    if "--against" in words.values:
        refuse(shell, words.values["--against"])
    if "-f" in words.values or "-m" in words.values:
        engine = "lines" if words.engine == ALL else words.engine
        Recorder(engine, words.options).refuse_missing(shell.user_ns, soon, CellLabels(shell))


def prepared(shell: Any, words: Words, text: str) -> Recorder:
    """A recorder that knows the notebook, and the newest sampling of the same cell or statement (`text`)."""
    recorder = Recorder(words.engine, words.options)
    recorder.choose(shell.user_ns, CellLabels(shell), lambda: newest(_same_as(shell, words, text)))
    return recorder


def lively(shell: Any, words: Words) -> Live | None:
    """The line that tells of the run while it goes on; None where nothing is to be shown."""
    return None if words.values.get("--quiet") else Live(shell, several=words.engine == ALL)


def _same_as(shell: Any, words: Words, text: str) -> Callable[[Recording], bool]:
    if words.statement:
        return lambda old: (old.target.kind, old.target.name) == (TargetKind.STATEMENT, text)
    cell = _body(shell.transform_cell(text))

    def same(old: Recording) -> bool:
        sources = (source.text for source in old.sources if source.label == old.target.name)
        return old.target.kind is TargetKind.CELL and any(_body(source) == cell for source in sources)

    return same


def _body(cell: str) -> str:
    """A cell's text without its magic line and the blank lines around it."""
    return "\n".join(line for line in cell.splitlines() if not _HEADER.match(line)).strip()


def keep(shell: Any, words: Words, recording: Recording, result: Any = None, place: str = "") -> Profile:
    """Remember a recording, then do with it what the words ask for; `place` is the display that the view is to take the place of."""
    profile = remember(Profile(recording, result))
    if "--as" in words.values:
        shell.user_ns[words.values["--as"]] = profile
        take_name(profile, words.values["--as"])
    if not words.values.get("--quiet"):
        show(profile, top=words.values.get("--top", 10), place=place)
    if "--against" in words.values:
        against(shell, profile, words.values["--against"])
    if words.values.get("--snakeviz"):
        icicle(profile)
    for option, write in (("--save", profile.save), ("--report", profile.report)):
        if option in words.values:
            try:
                print(f"workbench: written to {write(words.values[option])}", file=sys.stderr)  # noqa: T201
            except WorkbenchError as trouble:
                complain(trouble)
    return profile


def _begin(armed: _Armed) -> None:
    armed.entered = True
    if armed.live is not None:
        armed.live.start()
    try:
        armed.recorder.start(_CELL_BOUNDARY)
        armed.started = True
    except EngineBusyError as trouble:
        complain(trouble, "The cell ran without a profile.")


def _ended(armed: _Armed) -> str:
    """End the live line; the display where it stands."""
    return "" if armed.live is None else armed.live.stop()


def _undo(armed: _Armed) -> None:
    while armed.undo:
        armed.undo.pop()()
