"""A pytest file written from recorded inputs: each call, and what the old version gave."""

from __future__ import annotations

import ast
import keyword
from typing import TYPE_CHECKING, Any

from workbench.errors import UsageError
from workbench.study import children
from workbench.study.checks.suite import Suite
from workbench.study.checks.texts import texts_of
from workbench.study.strict.compare import difference
from workbench.units import count

if TYPE_CHECKING:
    from workbench.study.checks.base import Subject

SECONDS = 60.0


def regression_test(case: Subject, limit: int = 20) -> str:
    """The text of a pytest file with up to `limit` of the case's inputs, each with the old version's result.

    An input is left out, and counted in the file, where its arguments or its result cannot be written as Python, where the call raises, and
    where two runs differ. Raises UsageError where nothing is left, or where the target has no module to import; WorkbenchError where the
    inputs cannot be replayed.
    """
    module, _, name = case.target.partition(":")
    words = [*module.split("."), *name.split(".")]
    if case.file is None or case.root is None or module == "__main__" or not all(_is_name(word) for word in words):
        raise UsageError(
            f"A regression test imports its target by name, and {case.target} cannot be imported so. Move it to a module first."
        )
    texts = texts_of(case)
    seconds = min(SECONDS, case.seconds)
    with children.copied(case.root, case.seconds) as copy:
        suite = Suite(case, texts, copy, 0.0)
        first, second = (suite.replayed(texts.old, seconds, values=True, seed=seed)["values"] for seed in (1, 2))
    kept: dict[str, dict[str, Any]] = {}
    for one, other in zip(first, second):
        if (
            one["arguments"] is not None
            and one["arguments"] == other["arguments"]
            and _same(one["result"], other["result"])
        ):
            kept.setdefault(one["arguments"], one)
    left = len(case.payloads) - sum(one["arguments"] in kept for one in first)
    chosen = list(kept.values())[:limit]
    if not chosen:
        raise UsageError(
            f"None of {count(len(case.payloads), 'input')} has arguments and a result that can be written as Python."
        )
    return _text(module, name, chosen, len(case.payloads), left)


def _text(module: str, name: str, chosen: list[dict[str, Any]], inputs: int, left: int) -> str:
    outer = name.partition(".")[0]
    awaited = any(one["awaited"] for one in chosen)
    imports = sorted({line for one in chosen for line in one["imports"]} | ({"import asyncio"} if awaited else set()))
    lost = f" ({left} cannot be written down)" if left else ""
    parts = [
        f'"""Results of {module}:{name} before it was changed: {len(chosen)} of {count(inputs, "recorded input")}{lost}."""\n\n',
        "".join(f"{line}\n" for line in imports) + ("\n" if imports else ""),
        f"from {module} import {outer}\n",
    ]
    for number, one in enumerate(chosen, 1):
        call = f"{name}({one['arguments']})"
        call = f"asyncio.run({call})" if one["awaited"] else call
        parts.append(
            f"\n\ndef test_{name.replace('.', '_')}_{number}():\n"
            f"    result = {call}\n    expected = {one['result']}\n"
            "    assert type(result) is type(expected)\n    assert result == expected\n"
        )
    text = "".join(parts)
    ast.parse(text)
    return text


def _same(one: str | None, other: str | None) -> bool:
    """Whether two results are known and the same; sets may be written in another order."""
    if one is None or other is None:
        return False
    return one == other or difference(ast.literal_eval(one), ast.literal_eval(other)) is None


def _is_name(word: str) -> bool:
    return word.isidentifier() and not keyword.iskeyword(word)
