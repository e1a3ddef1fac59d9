"""Fixtures that all tests share. Helper modules beside this file are imported by their bare name: `from samples import ...`."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import samples
from hypothesis import HealthCheck, configuration, settings

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


@pytest.fixture
def small() -> Recording:
    """The small recording of `samples`."""
    return samples.small_recording()


@pytest.fixture
def exact() -> Recording:
    """The exact recording of `samples`."""
    return samples.exact_recording()
