"""`make test`: everything that may run side by side on all cores; then the browser, then the measurements, alone, one after another."""

from __future__ import annotations

import os
import subprocess
import sys


def main() -> int:
    """Run both parts; the first bad exit code is ours."""
    workers = str(min(os.cpu_count() or 1, 4))
    pytest = [sys.executable, "-m", "pytest", "-q"]
    parts = (
        ("side by side", [*pytest, "-n", workers, "--dist", "loadgroup", "-m", "not timing and not browser"]),
        ("in a browser", [*pytest, "-m", "browser and not timing"]),
        ("measurements, alone", [*pytest, "-m", "timing"]),
    )
    bad = 0
    for name, command in parts:
        print(f"-- {name}: {' '.join(command[1:])} {' '.join(sys.argv[1:])}", flush=True)
        bad = subprocess.run([*command, *sys.argv[1:]], check=False).returncode or bad
    return bad


if __name__ == "__main__":
    sys.exit(main())
