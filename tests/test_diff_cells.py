"""`%%profile --against` in a real kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from kernel import Kernel

from workbench.render.twins import TWIN

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.kernel, pytest.mark.xdist_group("diff cells")]

CELL = """\
def total(n):
    found = 0
    for i in range(n):
        found += i * i
    return found

def main():
    return total({count})

main()
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    kernel = Kernel()
    try:
        ran = kernel.run("%load_ext workbench")
        assert ran.error is None, ran.error
        yield kernel
    finally:
        kernel.stop()


def test_the_diff_stands_below_the_profile(kernel: Kernel) -> None:
    """An edited cell shows its profile, then what changed since the older one: the function whose time went, in text, HTML and values."""
    first = kernel.run("%%profile cpu --as older --quiet\n" + CELL.format(count=200_000))
    assert first.error is None, first.error
    ran = kernel.run("%%profile cpu --against older\n" + CELL.format(count=200))
    assert ran.error is None, ran.error
    data = ran.shown[-1]
    assert len(ran.shown) == 2
    assert data[TWIN]["schema"] == "workbench.diff/1"
    assert data[TWIN]["functions"][0]["function"] == "total"
    assert data["text/plain"].startswith("diff of cell In [")
    assert "older -&gt; this run" in data["text/html"]
    assert ran.result == str(sum(i * i for i in range(200)))


def test_what_does_not_compare_leaves_the_profile(kernel: Kernel) -> None:
    """Against another engine the cell runs, its profile is shown, and one sentence says why there is no diff."""
    first = kernel.run("%%profile cpu --as older --quiet\n" + CELL.format(count=200))
    assert first.error is None, first.error
    ran = kernel.run("%%profile --against older\n" + CELL.format(count=200))
    assert ran.error is None, ran.error
    assert len(ran.views) == 1
    assert "These two do not compare" in ran.stderr
    assert "Traceback" not in ran.stderr
