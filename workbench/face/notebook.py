"""The notebook that runs in this process, as far as its kernel tells without being imported."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from typing import Any

from workbench.errors import UsageError


@dataclass(frozen=True, slots=True)
class CellLabels:
    """Labels cells by execution number, from what the shell's compiler remembers of the files it compiled them under."""

    shell: Any

    def label(self, file: str) -> str | None:
        """`In [3]` for a cell's file name, None for any other."""
        number = getattr(self.shell.compile, "_filename_map", {}).get(file)
        return None if number is None else f"In [{number}]"


def kernel_shell(what: str) -> Any:
    """The shell of the notebook's kernel. Raises UsageError, with what to do instead, where `what` is asked for outside a notebook."""
    module = sys.modules.get("IPython")
    shell = None if module is None else module.get_ipython()
    if getattr(shell, "kernel", None) is None:
        raise UsageError(
            f"{what} needs a notebook, and this is plain Python or a terminal: there is nothing to click on here. Open one in JupyterLab, "
            "Notebook or VS Code; or record from here with workbench.profile_call(f), and in a shell with: workbench profile script.py"
        )
    return shell
