"""Speed within tests: `pytest_plugins = ["workbench.testing"]` in conftest.py gives tests the fixture `speed`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from workbench.face.compare import compare
from workbench.face.study import Study

if TYPE_CHECKING:
    import os
    from collections.abc import Callable

    from workbench.face.compare import Compared, Inputs


class Speed:
    """What a test asks of speed. Where this machine cannot decide, or the budget is too small, the test is skipped with the reason:
    that is no proof of anything."""

    def faster(
        self, old: Callable[..., Any], new: Callable[..., Any], inputs: Inputs, *, least: float = 1.0, **options: Any
    ) -> Compared:
        """Fail unless `new` gives the same results as `old` and is shown to be faster, at least `least` times as fast; options are
        those of `workbench.compare`."""
        answer = compare(old, new, inputs=inputs, progress=False, **options)
        if answer.verdict == "cannot decide":
            pytest.skip(answer.text())
        if answer.verdict != "faster" or answer.interval[1] < least:
            pytest.fail(f"{answer.text()}\nat least {least:g}x was asked for", pytrace=False)
        if answer.interval[0] < least:
            pytest.skip(f"{answer.text()}\n{least:g}x is neither shown nor excluded")
        return answer

    def as_verified(
        self, study: str | os.PathLike[str], *, max_slowdown: float = 0.05, budget: str | float = "30s"
    ) -> None:
        """Fail where a study's target is slower than its verified candidate by more than `max_slowdown`, or gives other results."""
        gate = Study(study).check(max_slowdown, budget=budget)
        if gate.status == "fail":
            pytest.fail(f"{gate.code}: {gate.said}", pytrace=False)
        if gate.status != "pass":
            pytest.skip(f"{gate.code}: {gate.said}")


@pytest.fixture
def speed() -> Speed:
    """Questions of speed, as assertions."""
    return Speed()
