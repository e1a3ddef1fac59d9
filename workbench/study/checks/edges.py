"""Item 5: the same behaviour, on the inputs recorded and at their edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.model.check import Check, Status
from workbench.study.codes import CODES

if TYPE_CHECKING:
    from workbench.study.checks.base import Case

FEWEST = 3
"""Inputs made besides those recorded, with fewer of which nothing is said of edges."""


class Edges:
    """Pass where both versions did the same on all inputs, recorded and made."""

    item = "edge cases"

    def run(self, case: Case) -> Check:
        """See `Item.run`."""
        same = case.comparison.same
        made = same.generated + same.annotated
        evidence = [
            ("recorded inputs", f"{same.given:,}"),
            ("made from them", f"{same.generated:,}"),
            ("from annotations", f"{same.annotated:,}"),
        ]
        evidence += [("allowed beforehand", one) for one in same.allowed]
        evidence += [("not compared", one) for one in same.masked]
        evidence += [("differs on kinds never seen", one) for one in same.outside[:5]]
        if case.whole is not None:
            kept = case.whole.differs or case.whole.said
            evidence.append(("the program's result", kept or f"the same in {len(case.whole.new):,} runs"))
        example = same.counterexample
        if example is not None:
            evidence += [("call", example.call), ("before", example.old), ("now", example.new)]
        found = tuple(evidence)
        if same.state == "different":
            return Check(self.item, Status.FAIL, same.code, same.said, found)
        if same.state == "unknown":
            return Check(self.item, Status.UNKNOWN, same.code, same.said, found)
        if case.whole is not None and case.whole.differs:
            return Check(self.item, Status.FAIL, "B19", f"{CODES['B19']}: {case.whole.differs}", found)
        if made < FEWEST:
            said = f"the same on {same.given:,} recorded inputs, but no others could be made from them"
            return Check(self.item, Status.UNKNOWN, "U04", said, found)
        return Check(
            self.item, Status.PASS, "", f"the same on {same.given:,} recorded and {made:,} other inputs", found
        )
