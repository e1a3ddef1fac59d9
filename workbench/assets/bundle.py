"""The front end as text: the ES modules of this folder joined into one, and the style sheet."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from workbench.model.facts import Evidence

ENTRY, DIFF_ENTRY = "view.js", "diff.js"
SHEETS = ("table.css", "source.css", "flame.css", "time.css", "diff.css", "workbench.css")
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|const|class) (\w+))", re.MULTILINE)
_COMMENT = re.compile(r"^ *(?://[^\n]*|/\*\*(?:(?!\*/).)*\*/) *\n", re.MULTILINE | re.DOTALL)
_CSS_COMMENT = re.compile(r"/\*.*?\*/\n?", re.DOTALL)
_INDENT = re.compile(r"^ +", re.MULTILINE)


_STACKS = frozenset({Evidence.SAMPLES, Evidence.CALLS, Evidence.HEAP, Evidence.TASKS})
ONLY_FOR = {
    "flame.js": _STACKS,
    "flame_looks.js": _STACKS,
    "flame_words.js": _STACKS,
    "stage.js": _STACKS,
    "ranking.js": frozenset({Evidence.LINES, Evidence.MEMORY}),
    "time_tasks.js": frozenset({Evidence.TASKS}),
    "time_kinds.js": frozenset({Evidence.SAMPLES}),
    "time_threads.js": frozenset({Evidence.SAMPLES}),
    "time_moments.js": frozenset({Evidence.SAMPLES}),
}
"""Modules that draw recordings of some kinds only."""


@cache
def script(*evidence: Evidence, view: bool = True, diff: bool = False) -> str:
    """The modules as the text of one. With `view` there is `mount(root, payload, options)`, which draws a recording, with `evidence` one of
    these kinds. With `diff` there is `mountDiff`, which draws what changed between two.

    Each module keeps a scope of its own, in dependency order; comments and indentation are left out.
    """
    entries = [entry for entry, wanted in ((ENTRY, view), (DIFF_ENTRY, diff)) if wanted]
    scopes = "".join(
        f"const {_scope(name)} = (() => {{\n{_body(name)}}})();\n"
        if not evidence or not set(evidence).isdisjoint(ONLY_FOR.get(name, evidence))
        else f"const {_scope(name)} = {{}};\n"
        for name in order(*entries)
    )
    names = {ENTRY: "mount", DIFF_ENTRY: "mountDiff"}
    return scopes + "".join(f"const {{ {names[entry]} }} = {_scope(entry)};\n" for entry in entries)


@cache
def styles() -> str:
    """The style sheets of the view as one, which `mount` puts into the view's shadow root (`options.styles`)."""
    return _INDENT.sub("", _CSS_COMMENT.sub("", "".join(map(module, SHEETS))))


def order(*entries: str) -> list[str]:
    """The modules' names that the entries need (none: all there are), each after those it imports."""
    found: dict[str, None] = {}
    begun: set[str] = set()

    def visit(name: str) -> None:
        if name not in begun:
            begun.add(name)
            for _, needed in imports(name):
                visit(needed)
            found[name] = None

    for entry in entries or (ENTRY, DIFF_ENTRY):
        visit(entry)
    return list(found)


def imports(name: str) -> list[tuple[list[str], str]]:
    """What a module imports: (names, from which module), in order."""
    return [
        ([word.strip() for word in names.split(",") if word.strip()], source)
        for names, source in _IMPORT.findall(module(name))
    ]


def module(name: str) -> str:
    """The text of one file of this folder."""
    return files("workbench.assets").joinpath(name).read_text(encoding="utf-8")


def exports(name: str) -> list[str]:
    """The names a module exports, in order."""
    return _EXPORT.findall(module(name))


def _body(name: str) -> str:
    text = _IMPORT.sub(lambda found: f"const {{{found[1]}}} = {_scope(found[2])};\n", module(name))
    text = _INDENT.sub("", _COMMENT.sub("", _EXPORT.sub("", text)))
    return f"{text.strip()}\nreturn {{ {', '.join(exports(name))} }};\n"


def _scope(name: str) -> str:
    return "$" + name.removesuffix(".js").replace("-", "_")
