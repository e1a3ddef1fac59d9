"""What mypy --strict says of a snippet: the lines it refuses, against those that end in `# refused`."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def lines_refused(folder: Path, text: str) -> tuple[list[str], list[str]]:
    """The lines that mypy refuses and the lines that are marked `# refused`; the folder keeps the snippet and the cache."""
    snippet = folder / "snippet.py"
    snippet.write_text(text, "utf-8")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "mypy",
            "--strict",
            "--config-file",
            os.devnull,
            "--cache-dir",
            folder / "cache",
            snippet,
        ],
        cwd=folder,
        env={**os.environ, "MYPYPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    lines = text.splitlines()
    numbers = {int(number) for number in re.findall(r"^snippet\.py:(\d+): error", done.stdout, re.MULTILINE)}
    assert numbers or done.returncode == 0, done.stdout
    return [lines[number - 1] for number in sorted(numbers)], [line for line in lines if line.endswith("# refused")]
