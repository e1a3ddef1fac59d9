"""Fixtures that all tests share. Helper modules beside this file are imported by their bare name: `from samples import ...`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import samples
from hypothesis import HealthCheck, configuration, settings

from workbench.study import compare as comparing

if TYPE_CHECKING:
    from workbench.model.recording import Recording

configuration.set_hypothesis_home_dir(Path(tempfile.gettempdir()) / "workbench-hypothesis")
settings.register_profile(
    "workbench",
    deadline=None,
    database=None,
    print_blob=True,
    derandomize=bool(os.environ.get("CI")),
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("workbench")


LONG = (
    "test_notebooks",
    "test_agents",
    "test_demo",
    "test_compare",
    "test_trees",
    "test_compare_bad_input",
    "test_improvements",
)
"""Files with tests of many seconds."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Long tests begin first, so that at the end of a run side by side no core stands idle while another one is in the middle of one."""
    items.sort(key=lambda item: LONG.index(item.path.stem) if item.path.stem in LONG else len(LONG))


@pytest.fixture
def replayed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Comparisons replay for three quarters of their budget in place of one: a third of it does where nothing is asked of speed."""
    monkeypatch.setattr(comparing, "SAME_SHARE", 0.75)


@pytest.fixture
def small() -> Recording:
    """The small recording of `samples`."""
    return samples.small_recording()


@pytest.fixture
def exact() -> Recording:
    """The exact recording of `samples`."""
    return samples.exact_recording()
