"""pyright strict, the second type checker: it finds nothing in patterns/, and refuses the same wrong uses as mypy at the same lines."""

from __future__ import annotations

from pathlib import Path

import test_patterns_arguments
import test_patterns_concurrency
import test_patterns_contexts
import test_patterns_plugins
import test_patterns_protocols
from typed_snippets import ROOT, lines_refused_by_pyright, marked, pyright

PATTERNS = ROOT / "workbench" / "patterns"
TWINS = PATTERNS / "pep695_twins.py"
SNIPPETS = {
    "arguments": test_patterns_arguments.SNIPPET,
    "concurrency": test_patterns_concurrency.TYPED,
    "contexts": test_patterns_contexts.TYPED,
    "plugins": test_patterns_plugins.SNIPPET,
    "protocols": test_patterns_protocols.SNIPPET,
    "type_is": test_patterns_protocols.TYPE_IS,
}


def test_pyright_finds_nothing_in_the_patterns(tmp_path: Path) -> None:
    """In mode strict, for the oldest Python that can read it, pyright has no error, warning or note on any file of patterns/."""
    found = pyright(tmp_path, sorted(set(PATTERNS.glob("*.py")) - {TWINS}), "3.11")
    found += pyright(tmp_path, [TWINS, TWINS.with_name("pep695.py")], "3.12")
    assert [f"{Path(one['file']).name}:{one['range']['start']['line'] + 1}: {one['message']}" for one in found] == []


def test_pyright_refuses_what_mypy_refuses(tmp_path: Path) -> None:
    """Each snippet that mypy was asked about: pyright refuses the marked lines and no other, so both reveal the same types."""
    refused = lines_refused_by_pyright(tmp_path, SNIPPETS)
    assert refused == {name: marked(text) for name, text in SNIPPETS.items()}
    assert all(refused.values())


def test_an_error_is_seen(tmp_path: Path) -> None:
    """The question is really asked: a parameter without a type, which only the strict mode minds, is refused."""
    assert lines_refused_by_pyright(tmp_path, {"loose": "def f(x): return x"}) == {"loose": ["def f(x): return x"]}
