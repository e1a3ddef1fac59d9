"""`make test`: everything that may run side by side on all cores; then the browser; then the measurements, alone, one after another."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def main() -> int:
    """Run all parts; the last bad exit code is ours."""
    given = sys.argv[1:]
    pytest = [sys.executable, "-m", "pytest", "-q"]
    spread = ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadgroup"]
    parts = (
        ("side by side", [*pytest, *spread, "-m", "not timing and not browser", *given]),
        ("in a browser", [*pytest, *spread, "-m", "browser and not timing", *(given or ["tests/browser"])]),
        ("measurements, alone", [*pytest, "-m", "timing", *(given or measurements())]),
    )
    bad = 0
    with environment_with_bytecode() as environment:
        for name, command in parts:
            print(f"-- {name}: {' '.join(command[1:])}", flush=True)
            bad = subprocess.run(command, check=False, env=environment).returncode or bad
    return bad


def measurements() -> list[str]:
    """The files of tests that have measurements in them; the others need not be read for these."""
    return sorted(str(path) for path in Path("tests").rglob("test_*.py") if "mark.timing" in path.read_text("utf-8"))


@contextmanager
def environment_with_bytecode() -> Iterator[dict[str, str]]:
    """The tests' environment. Where Python may write no bytecode, it is kept in a temporary folder for the while: otherwise each of the
    thousand processes that the tests start would compile anew all that it imports."""
    environment = dict(os.environ)
    if not environment.pop("PYTHONDONTWRITEBYTECODE", ""):
        yield environment
        return
    with tempfile.TemporaryDirectory(prefix="workbench-bytecode-") as folder:
        yield environment | {"PYTHONPYCACHEPREFIX": folder}


if __name__ == "__main__":
    sys.exit(main())
