"""Do the speed-ups hold that libraries announce? Two published releases of each, side by side on real input.

    python tests/benchmarks/case_studies.py [--only packaging,tomlkit] [--budget 30s] [--json FILE]

The releases are installed from the package index into a temporary folder each, and compared by `folder::module:function`. Where what a
library returns is an object of its own, a few lines around it (`around.py`, written into both folders) give plain values.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import workbench

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[2]

AROUND = '''"""What is compared: plain values of what a library gives."""


def in_order(texts):
    from packaging.version import Version

    return [str(version) for version in sorted(map(Version, texts))]


def plain(text):
    import tomlkit

    return tomlkit.parse(text).unwrap()


def html(text):
    from markdown_it import MarkdownIt

    return MarkdownIt().render(text)
'''


@dataclass(frozen=True, slots=True)
class CaseStudy:
    """A package, its two releases, the function as `module:name`, its inputs, and what the changelog says."""

    package: str
    old: str
    new: str
    function: str
    inputs: Callable[[], list[tuple[Any, ...]]]
    said: str


def packages() -> list[dict[str, str]]:
    """The records of the slice of Debian's package index in data/."""
    found: list[dict[str, str]] = []
    for record in (ROOT / "data/packages.txt").read_text("utf-8").split("\n\n"):
        lines = (line.partition(": ") for line in record.splitlines() if line[:1].strip())
        found.append({name: value for name, _, value in lines})
    return [one for one in found if "Package" in one]


def names() -> list[tuple[str]]:
    """Package names."""
    return [(one["Package"],) for one in packages()[:400]]


def domains() -> list[tuple[str]]:
    """Host names made of them, and some that are not ASCII."""
    ascii_only = [(f"{name.replace('.', '-').replace('+', '-')}.example.org",) for (name,) in names()[:300]]
    return [*ascii_only, ("bücher.example",), ("例え.jp",), ("Ελλάδα.gr",)]


def versions() -> list[tuple[list[str]]]:
    """Upstream versions by tens, those that Python's rules know."""
    import re

    texts = [one["Version"].partition("-")[0].rpartition(":")[2] for one in packages()]
    known = [text for text in texts if re.fullmatch(r"\d+(\.\d+){0,4}((a|b|rc)\d+)?", text)]
    return [(known[at : at + 10],) for at in range(0, min(len(known), 1_500), 10)]


def documents() -> list[tuple[str]]:
    """This project's own settings, table by table and whole."""
    text = (ROOT / "pyproject.toml").read_text("utf-8")
    tables = [f"[{part}" for part in text.split("\n[")[1:]]
    return [(text,), *((one,) for one in tables)]


def pages() -> list[tuple[str]]:
    """This project's own pages, section by section."""
    found = []
    for name in ("README.md", "CHANGELOG.md", "ARCHITECTURE.md", "CONTRIBUTING.md"):
        found += [(f"## {part}",) for part in (ROOT / name).read_text("utf-8").split("\n## ")]
    return found


STUDIES = (
    CaseStudy(
        "packaging", "25.0", "26.0", "packaging.utils:canonicalize_name", names, "much faster, by avoiding a regex"
    ),
    CaseStudy(
        "packaging", "25.0", "26.0", "around:in_order", versions, "Version a little faster, key made when needed"
    ),
    CaseStudy("tomlkit", "0.14.0", "0.15.2", "around:plain", documents, "parsing speeded up in a dozen places"),
    CaseStudy("markdown-it-py", "4.2.0", "4.3.0", "around:html", pages, "4-11 % faster parsing"),
    CaseStudy(
        "idna", "3.18", "3.19", "idna.core:uts46_remap", domains, "faster mapping; std3_rules has an effect again"
    ),
)


def installed(package: str, release: str, home: Path) -> Path:
    """A release and what it needs, in a folder of its own. Raises CalledProcessError where it cannot be had."""
    folder = home / f"{package}-{release}"
    if not folder.exists():
        uv = shutil.which("uv")
        start = [uv, "pip", "install"] if uv else [sys.executable, "-m", "pip", "install"]
        words = [*start, "--quiet", "--target", str(folder), f"{package}=={release}"]
        subprocess.run([*words, "--python", sys.executable] if uv else words, check=True)
        (folder / "around.py").write_text(AROUND, "utf-8")
    return folder


def row(study: CaseStudy, home: Path, budget: str) -> dict[str, Any]:
    """One comparison, as values for the table."""
    old, new = (f"{installed(study.package, one, home)}::{study.function}" for one in (study.old, study.new))
    answer = workbench.compare(old, new, inputs=study.inputs(), budget=budget, progress=False)
    found = answer.counterexample
    alone = (
        answer
        if answer.same
        else workbench.compare(old, new, inputs=study.inputs(), budget=budget, generated=0, progress=False)
    )
    low, high = alone.interval
    return {
        "library": f"{study.package} {study.old} to {study.new}",
        "function": study.function,
        "changelog": study.said,
        "verdict": f"{answer.verdict} {answer.code}".strip(),
        "on the given inputs": f"{alone.verdict}: {alone.ratio:.3g}x ({low:.3g} to {high:.3g})"
        if alone.same
        else f"not the same, {alone.code}",
        "inputs": f"{answer.record.same.given} given, {answer.record.same.generated} made",
        "counter-example": f"{found.call}: {found.old} before, {found.new} now" if found else "",
    }


def main() -> None:
    """Run what is asked, and print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="packages, by comma")
    parser.add_argument("--budget", default="30s")
    parser.add_argument("--json", metavar="FILE")
    asked = parser.parse_args()
    chosen = [study for study in STUDIES if not asked.only or study.package in asked.only.split(",")]
    with tempfile.TemporaryDirectory(prefix="case-studies-") as folder:
        rows = [row(study, Path(folder), asked.budget) for study in chosen]
    heads = list(rows[0]) if rows else []
    print("| " + " | ".join(heads) + " |\n|" + " --- |" * len(heads))
    for one in rows:
        print("| " + " | ".join(str(value).replace("|", "\\|") for value in one.values()) + " |")
    if asked.json:
        Path(asked.json).write_text(json.dumps(rows, indent=1), "utf-8")


if __name__ == "__main__":
    main()
