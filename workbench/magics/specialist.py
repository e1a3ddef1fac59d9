"""`%specialist`: the brief of the current study beside the prompt, ready to copy; given to a command only after asking."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from IPython.core.error import UsageError as IPythonUsageError
from IPython.display import display

from workbench.agent.prompt import compose
from workbench.errors import UsageError, WorkbenchError
from workbench.face.brief import TOKENS
from workbench.face.current import current_study
from workbench.face.study import Study
from workbench.magics.reading import values_of
from workbench.magics.sending import agreed, sent, words_of
from workbench.render.budget import tokens
from workbench.render.html_handover import handover_card
from workbench.render.twins import Twinned

NAME = "specialist"
COMMAND = "WORKBENCH_AGENT"
HINT = "%specialist [FOLDER] [--tokens 1500]"
BEGIN = (
    "There is no study in this session yet. Begin one with study = workbench.Study('studies/NAME', target=FUNCTION, "
    "workload=lambda: main()), or name a folder that has one: %specialist FOLDER."
)


@dataclass(frozen=True, repr=False)
class Handover(Twinned):
    """What an agent is given: the prompt, and the brief of a study. `study` is what the study is about, `values` the brief as values."""

    study: str
    prompt: str
    brief: str
    values: dict[str, Any]

    @property
    def text(self) -> str:
        """Both in one, in the order in which they are sent."""
        return f"{self.prompt.rstrip()}\n\n# The study at hand\n\n{self.brief.rstrip()}"

    def json(self) -> dict[str, Any]:
        """The brief as values; of the prompt its size."""
        return {"kind": "handover", "tokens": tokens(self.text), "brief": self.values}

    def __repr__(self) -> str:
        return self.text

    def _repr_html_(self) -> str:
        boxes = (
            ("Prompt", f"about {tokens(self.prompt):,} tokens", self.prompt),
            ("Brief of the study", f"about {tokens(self.brief):,} tokens", self.brief),
        )
        return handover_card(self.study, "Nothing is sent without your yes.", boxes)


def install(shell: Any) -> None:
    """Register `%specialist` with a shell."""

    def specialist(line: str) -> None:
        run_specialist(line)

    specialist.__doc__ = usage()
    shell.register_magic_function(specialist, magic_kind="line", magic_name=NAME)


def usage() -> str:
    """The text of `%specialist?`."""
    return (
        "Show the brief of the current study beside the prompt of the python-specialist, ready to copy.\n\n"
        f"    {HINT}\n\n"
        "The study is the newest of this session, or the one in FOLDER. --tokens is what the brief may take.\n"
        f"Nothing is sent anywhere. Where the environment variable {COMMAND} has a command that reads standard input, you are\n"
        "asked whether to run it with both; its output is shown as it comes, and an interrupt ends it.\n"
        "From Python: study.brief(); in a shell: workbench brief FOLDER, workbench agent show.\n"
    )


def run_specialist(line: str) -> None:
    """Show both, and where there is a command ask and run it. Raises IPython's UsageError where words are off or there is no study."""
    try:
        given = _handover(line)
        display(given)  # type: ignore[no-untyped-call]
        if COMMAND in os.environ:
            _offer(given, os.environ[COMMAND])
    except WorkbenchError as trouble:
        raise IPythonUsageError(str(trouble)) from trouble


def _handover(line: str) -> Handover:
    values, words = values_of(f"%{NAME}", line, {"--tokens": int}, HINT)
    if len(words) > 1:
        raise UsageError(f"%{NAME} takes one folder, and here are {', '.join(words)}.\nUsage: {HINT}")
    study = Study(Path(words[0]).expanduser()) if words else current_study()
    if study is None:
        raise UsageError(BEGIN)
    return Handover(study.target, compose(), study.brief(values.get("--tokens", TOKENS)), study.brief_json())


def _offer(given: Handover, command: str) -> None:
    words_of(command)
    if not agreed(given.text, command):
        print("Nothing was sent.")  # noqa: T201
        return
    try:
        status = sent(given.text, command)
    except KeyboardInterrupt:
        print(f"\nInterrupted: {command!r} was ended.")  # noqa: T201
        raise
    print(f"\n{command!r} ended with exit status {status}.")  # noqa: T201
