"""A profiling workbench that lives in Jupyter.

In a notebook: `%load_ext workbench`, then `%%profile` over a cell. In Python: `with workbench.profile() as rec:`. In a
shell: `workbench profile script.py`. Importing this loads the standard library only; the rest comes when it is asked for.
"""

from __future__ import annotations

from importlib import import_module

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from workbench.errors import WorkbenchError
    from workbench.face.advise import Advised, advise
    from workbench.face.bench import Measured, bench
    from workbench.face.calls import record_calls
    from workbench.face.compare import Compared, call, compare, register_comparison
    from workbench.face.diff import Diff, diff
    from workbench.face.panel import panel
    from workbench.face.profile import Profile
    from workbench.face.report import report
    from workbench.face.run import load, profile, profile_call
    from workbench.face.session import history, last
    from workbench.face.study import Study
    from workbench.face.verify import verify

__version__ = "0.1.0"

__all__ = [
    "Advised",
    "Compared",
    "Diff",
    "Measured",
    "Profile",
    "Study",
    "WorkbenchError",
    "advise",
    "bench",
    "call",
    "compare",
    "diff",
    "history",
    "last",
    "load",
    "panel",
    "profile",
    "profile_call",
    "record_calls",
    "register_comparison",
    "report",
    "verify",
]

_HOMES = {
    "Advised": "workbench.face.advise",
    "Compared": "workbench.face.compare",
    "Diff": "workbench.face.diff",
    "Measured": "workbench.face.bench",
    "advise": "workbench.face.advise",
    "bench": "workbench.face.bench",
    "call": "workbench.face.compare",
    "compare": "workbench.face.compare",
    "diff": "workbench.face.diff",
    "panel": "workbench.face.panel",
    "record_calls": "workbench.face.calls",
    "register_comparison": "workbench.face.compare",
    "Profile": "workbench.face.profile",
    "Study": "workbench.face.study",
    "WorkbenchError": "workbench.errors",
    "history": "workbench.face.session",
    "last": "workbench.face.session",
    "load": "workbench.face.run",
    "profile": "workbench.face.run",
    "profile_call": "workbench.face.run",
    "report": "workbench.face.report",
    "verify": "workbench.face.verify",
}


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'workbench' has no attribute {name!r}")
    return getattr(import_module(_HOMES[name]), name)


def __dir__() -> list[str]:
    return sorted([*__all__, "__version__"])


def load_ipython_extension(shell: Any) -> None:
    """Called by `%load_ext workbench`."""
    import_module("workbench.magics.extension").load(shell)


def unload_ipython_extension(shell: Any) -> None:
    """Called by `%unload_ext workbench`."""
    import_module("workbench.magics.extension").unload(shell)
