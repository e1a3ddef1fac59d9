"""What mypy --strict and pyright strict say of a snippet: the lines they refuse, against those that end in `# refused`."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

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
    return [lines[number - 1] for number in sorted(numbers)], marked(text)


def marked(text: str) -> list[str]:
    """The lines of a snippet that end in `# refused`."""
    return [line for line in text.splitlines() if line.endswith("# refused")]


def lines_refused_by_pyright(folder: Path, texts: dict[str, str], python: str = "3.11") -> dict[str, list[str]]:
    """Of each snippet by its name the lines that pyright refuses; the folder keeps the snippets. Variables may go unread."""
    for name, text in texts.items():
        (folder / f"{name}.py").write_text(text, "utf-8")
    refused: dict[str, set[int]] = {name: set() for name in texts}
    for one in pyright(folder, [folder], python, reportUnusedVariable=False):
        refused[Path(one["file"]).stem].add(one["range"]["start"]["line"])
    return {name: [texts[name].splitlines()[number] for number in sorted(numbers)] for name, numbers in refused.items()}


def pyright(folder: Path, what: list[Path], python: str, **rules: bool) -> list[dict[str, Any]]:
    """All that pyright finds in these files and folders in its mode `strict`, for a version of Python; the folder keeps its settings.

    It is run as basedpyright, which in this mode asks what pyright asks.
    """
    settings = {
        "include": [str(one) for one in what],
        "extraPaths": [str(ROOT)],
        "pythonVersion": python,
        "typeCheckingMode": "strict",
        **rules,
    }
    (folder / "pyrightconfig.json").write_text(json.dumps(settings), "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "basedpyright", "--outputjson", "-p", folder],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode in (0, 1), done.stdout + done.stderr
    said = json.loads(done.stdout)
    assert said["summary"]["filesAnalyzed"] >= len(what), done.stdout
    return list(said["generalDiagnostics"])
