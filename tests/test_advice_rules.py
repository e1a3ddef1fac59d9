"""The advice rules, each on its examples: where it speaks, where it must not, and where the line is hot and right as it is."""

from __future__ import annotations

import ast
import copy
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from advising import EXAMPLES, FILE, MARK, Example, Examples, examples, heated

from workbench.advice.advise import advise
from workbench.advice.table import RULES, rules
from workbench.model.advice import Advice
from workbench.study.splice import spliced

CASES = [examples(name) for name in RULES]
NAMES = dict(zip(RULES, (rule.name for rule in rules()), strict=True))


def told(case: Examples, one: Example, *, cold: bool = False) -> list[Advice]:
    """What this rule says of an example."""
    found = advise(heated(one.text, cold=cold), repeats={FILE: dict(one.repeats)})
    return [advice for advice in found if advice.rule == NAMES[case.name]]


def each(kind: str) -> Any:
    """One test for each example of a kind, of all rules."""
    pairs = [(case, one, at) for case in CASES for at, one in enumerate(getattr(case, kind), 1)]
    return pytest.mark.parametrize(
        ("case", "one"), [pair[:2] for pair in pairs], ids=[f"{case.name}-{at}" for case, _, at in pairs]
    )


def test_every_rule_has_examples() -> None:
    """A rule has two places where it speaks, two where it must not, one that is right as it is, and a benchmark."""
    files = {path.stem for path in EXAMPLES.glob("*.py")} - {"__init__"}
    assert files == set(RULES)
    for case in CASES:
        assert len(case.positive) >= 2, case.name
        assert len(case.negative) >= 2, case.name
        assert case.right, case.name
        assert case.benches, case.name


def test_every_rule_is_told_in_full() -> None:
    """A rule's name is its file's; it says what it reads, what to use, when not to, and from which size that paid as measured."""
    for file, rule in zip(RULES, rules(), strict=True):
        assert rule.name == file.replace("_", "-")
        for said in (rule.title, rule.looks_at, rule.pattern, rule.unless, rule.pays):
            assert said
            assert "not measured" not in said, file


@each("positive")
def test_speaks_where_it_is_hot(case: Examples, one: Example) -> None:
    """A hot line of the rule's kind gives one finding, in the sentence that is expected, at a line that is marked."""
    found = told(case, one)
    assert len(found) == 1
    assert one.says in found[0].says, found[0].says
    marked = {line for line, text in enumerate(one.text.splitlines(), 1) if MARK.search(text)}
    assert marked & set(range(found[0].first, found[0].last + 1))


@each("positive")
def test_is_quiet_where_it_is_not_hot(case: Examples, one: Example) -> None:
    """The same source, hardly seen by the profile, gives none."""
    assert told(case, one, cold=True) == []


@each("negative")
def test_is_quiet_where_it_does_not_apply(case: Examples, one: Example) -> None:
    """Hot lines that only look like the rule's kind give none."""
    assert told(case, one) == []


@each("right")
def test_is_quiet_where_the_line_is_right(case: Examples, one: Example) -> None:
    """Hot lines of the rule's kind that are right as they are give none."""
    assert told(case, one) == []


@each("positive")
def test_a_rewrite_gives_the_same(case: Examples, one: Example) -> None:
    """Where the change is mechanical, the rewritten def gives the same result; where an example has no call, there is no rewrite."""
    (found,) = told(case, one)
    assert (found.rewrite is not None) == bool(one.call), found.rewrite
    if found.rewrite is None:
        return
    old: dict[str, Any] = {}
    exec(one.text, old)
    new: dict[str, Any] = {}
    exec(one.text, new)
    exec("\n".join(found.rewrite.imports), new)
    exec(found.rewrite.text, _owner(found.rewrite.function, new))
    assert found.rewrite.text not in one.text
    assert ast.dump(ast.parse(found.rewrite.text)) not in ast.dump(ast.parse(one.text))
    before, after = _valued(one.call, old), _valued(one.call, new)
    assert _plain(before) == _plain(after)


@pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])
def test_naive_and_better_give_the_same(case: Examples) -> None:
    """The two sides of a rule's benchmark give the same, at every size."""
    for bench in case.benches.values():
        for size in bench.sizes[:6]:
            given = bench.make(size)
            naive, better = bench.naive(copy.deepcopy(given)), bench.better(copy.deepcopy(given))
            assert bench.same(naive, better) if bench.same else naive == better


UNTYPED = {"sort_in_loop-1": "`max(values) if values else None` is None for no values, where the loop has no round"}
"""Rewrites that a strict type checker takes for wrong where it did not before, and why that cannot be helped."""


def test_what_is_typed_stays_typed(tmp_path: Path) -> None:
    """mypy --strict says nothing new of a rewritten def that was annotated, but where that is listed."""
    for case in CASES:
        for at, one in enumerate(case.positive, 1):
            if one.call and "->" in one.text:
                (found,) = told(case, one)
                assert found.rewrite is not None
                text = "\n".join([*found.rewrite.imports, found.rewrite.text])
                (tmp_path / f"{case.name}-{at}-old.py").write_text(one.text, encoding="utf-8")
                after = spliced(one.text, found.rewrite.function, text)
                (tmp_path / f"{case.name}-{at}-new.py").write_text(after, encoding="utf-8")
    said = {"old": Counter[str](), "new": Counter[str]()}
    files = [str(path) for path in sorted(tmp_path.glob("*.py"))]
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--scripts-are-modules", *files]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    for name, which in re.findall(r"^([\w-]+)-(old|new)\.py:\d+: error:", done.stdout, re.MULTILINE):
        said[which][name] += 1
    assert len(files) > 40, done.stdout
    assert set(said["new"] - said["old"]) == set(UNTYPED), done.stdout


def _owner(name: str, space: dict[str, Any]) -> dict[str, Any]:
    """Where a rewritten def is put: the module's names. Methods are tried by `workbench advise --prove` instead."""
    assert "." not in name, "give examples whose rewrite is of a plain function"
    return space


def _valued(call: str, space: dict[str, Any]) -> Any:
    return eval(call, space)


def _plain(value: Any) -> Any:
    return list(value) if hasattr(value, "__next__") else value
