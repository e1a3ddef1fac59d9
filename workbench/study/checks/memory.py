"""Item 2: memory is acceptable, at once and over many calls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench import units
from workbench.model.check import Check, Status
from workbench.study.compare import too_much
from workbench.study.relaxations import understood

if TYPE_CHECKING:
    from workbench.study.checks.base import Case


class Memory:
    """Pass where the peak of a call and what calls leave behind stay within the limits of `compare`."""

    item = "memory"

    def run(self, case: Case) -> Check:
        """See `Item.run`."""
        needed = case.comparison.memory
        if needed is None:
            notes = "; ".join(note for note in case.comparison.notes if "memory" in note)
            return Check(self.item, Status.UNKNOWN, "U06", notes or "memory was not measured, since the results differ")
        evidence = (
            ("peak of a call", f"{units.size(needed.old_peak)} before, {units.size(needed.new_peak)} now"),
            ("left by a call", f"{units.size(needed.old_kept)} before, at least {units.size(needed.new_kept)} now"),
            ("calls", f"{needed.calls:,}"),
        )
        refused = too_much(needed, understood(case.allowed))
        if refused is not None:
            return Check(self.item, Status.FAIL, refused[0], refused[1], evidence)
        return Check(self.item, Status.PASS, "", f"peak {units.size(needed.new_peak)} a call", evidence)
