"""The front end as text: the ES modules of this folder joined into one, and the style sheet."""

from __future__ import annotations

import re
from functools import cache
from importlib.resources import files

from workbench.model.facts import Evidence

ENTRY = "view.js"
_IMPORT = re.compile(r'^import \{([^}]*)\} from "\./([\w-]+\.js)";\n', re.MULTILINE)
_EXPORT = re.compile(r"^export (?=(?:async function|function|const|class) (\w+))", re.MULTILINE)
_COMMENT = re.compile(r"^ *(?://[^\n]*|/\*\*(?:(?!\*/).)*\*/) *\n", re.MULTILINE | re.DOTALL)
_CSS_COMMENT = re.compile(r"/\*.*?\*/\n?", re.DOTALL)
_INDENT = re.compile(r"^ +", re.MULTILINE)


ONLY_FOR = {
    "flame.js": frozenset({Evidence.SAMPLES, Evidence.HEAP, Evidence.TASKS}),
    "ranking.js": frozenset({Evidence.LINES, Evidence.MEMORY}),
    "lanes.js": frozenset({Evidence.TASKS}),
}
"""Modules that draw recordings of some kinds only."""


@cache
def script(*evidence: Evidence) -> str:
    """All modules as the text of one, whose one entry is `mount(root, payload, options)`; with `evidence`, those that these kinds need.

    Each module keeps a scope of its own, in dependency order; comments and indentation are left out.
    """
    scopes = "".join(
        f"const {_scope(name)} = (() => {{\n{_body(name)}}})();\n"
        if not evidence or not set(evidence).isdisjoint(ONLY_FOR.get(name, evidence))
        else f"const {_scope(name)} = {{}};\n"
        for name in order()
    )
    return f"{scopes}const {{ mount }} = {_scope(ENTRY)};\n"


@cache
def styles() -> str:
    """The style sheet of the view, which `mount` puts into the view's shadow root (`options.styles`)."""
    return _INDENT.sub("", _CSS_COMMENT.sub("", module("workbench.css")))


def order() -> list[str]:
    """The modules' names, each after those it imports, `view.js` last."""
    found: dict[str, None] = {}
    begun: set[str] = set()

    def visit(name: str) -> None:
        if name not in begun:
            begun.add(name)
            for _, needed in imports(name):
                visit(needed)
            found[name] = None

    visit(ENTRY)
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
