"""`%%profile --against NAME`: below the profile, what changed since an older one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from IPython.display import display

from workbench.errors import UsageError, WorkbenchError, near
from workbench.face.diff import diff
from workbench.face.profile import Profile
from workbench.face.run import load
from workbench.magics.show import complain

if TYPE_CHECKING:
    from collections.abc import Mapping


def against(shell: Any, profile: Profile, name: str) -> None:
    """Show what changed from the recording that `name` means to `profile`, or in one sentence why the two do not compare.

    `name` is a variable of the notebook bound to a profile, or the path of a `.wbp` or `.prof` file.
    """
    try:
        found = diff(older(shell.user_ns, name), profile, names=(name, "this run"))
    except WorkbenchError as trouble:
        complain(trouble)
        return
    display(found)  # type: ignore[no-untyped-call]


def refuse(shell: Any, name: str) -> None:
    """Raise UsageError where `name` means no recording, before anything is run; other errors where its file cannot be read."""
    older(shell.user_ns, name)


def older(names: Mapping[str, Any], name: str) -> Profile:
    """The profile that a name or a path means. Raises UsageError, FileFormatError, TargetNotFoundError, StillRunningError."""
    if name.endswith((".wbp", ".prof")) or (not name.isidentifier() and name not in names):
        return load(name)
    found = names.get(name)
    if not isinstance(found, Profile):
        profiles = [key for key, value in names.items() if isinstance(value, Profile) and not key.startswith("_")]
        what = "there is no such name" if found is None else f"it is a {type(found).__name__}"
        hint = near(name, profiles) if profiles else "no profile is kept yet: name one with --as, or give a .wbp file"
        raise UsageError(f"--against {name}: it must be a profile, and {what}; {hint}.")
    found.recording  # noqa: B018
    return found
