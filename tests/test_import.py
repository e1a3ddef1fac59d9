"""`import workbench` is light: the standard library only, and hardly longer than starting Python."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from time import perf_counter

import pytest

LIST_NEW = """
import sys
before = set(sys.modules)
import workbench
import json
print(json.dumps(sorted(set(sys.modules) - before)))
"""


def run(code: str) -> str:
    """What a fresh interpreter prints."""
    return subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout


def test_import_loads_the_standard_library_only() -> None:
    """A fresh interpreter that imports workbench has loaded nothing but it and the standard library."""
    loaded = json.loads(run(LIST_NEW))
    assert "workbench" in loaded
    strangers = {name.split(".")[0] for name in loaded} - set(sys.stdlib_module_names) - {"workbench"}
    assert strangers == set()


def test_import_loads_no_room_of_the_house() -> None:
    """The rooms are fetched when asked for: importing the package loads no module of it that needs numpy."""
    assert (
        json.loads(
            run(LIST_NEW.replace("set(sys.modules) - before", "{'numpy', 'workbench.model'} & set(sys.modules)"))
        )
        == []
    )


@pytest.mark.timing
def test_import_takes_little_beside_starting_python() -> None:
    """Over interleaved pairs, starting Python and importing workbench takes at most twice as long as starting Python.

    Python itself starts in 15 to 30 ms, so this holds the promise of 50 ms with room, on slow machines and fast ones.
    """
    ratios = []
    for _ in range(15):
        bare, with_it = (_seconds(code) for code in ("import json", "import json, workbench"))
        ratios.append(with_it / bare)
    assert statistics.median(ratios) < 2.0


def _seconds(code: str) -> float:
    begin = perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return perf_counter() - begin
