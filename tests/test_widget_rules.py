"""The widget's module by the rules of the front ends that load it: one self-contained text, nothing at import, nothing of a page's own."""

from __future__ import annotations

import re

import pytest

from workbench.assets import bundle
from workbench.assets.embed import script_json
from workbench.widgets.view import RecordingView

ESM = RecordingView._esm
TEXTS = re.compile(r'"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`|\'(?:[^\'\\\n]|\\.)*\'')
BARE = TEXTS.sub('""', ESM)
"""The module without what stands in its strings."""

FORBIDDEN = {
    "document.currentScript": "there is none in a module, and a stored output is put in place by others",
    "require": "neither JupyterLab 4 nor VS Code has RequireJS",
    "localStorage": "it throws in a frame without an origin, as Colab's and VS Code's are",
    "sessionStorage": "as above",
    "indexedDB": "as above",
    "document.cookie": "as above",
    "caches": "as above",
    "eval": "a policy without unsafe-eval forbids it",
    "new Function": "as above",
    "innerHTML": "names are text, never markup",
    "outerHTML": "as above",
    "insertAdjacentHTML": "as above",
    "document.write": "as above",
    "fetch": "nothing is asked of any network",
    "XMLHttpRequest": "as above",
    "WebSocket": "as above",
    "EventSource": "as above",
    "sendBeacon": "as above",
    "import.meta": "a module from a blob has no address",
    "Worker": "one from a blob is refused by the report's policy",
    "process": "there is no bundler to fill it in",
    "parent": "a frame of another origin may not be touched",
    "window.top": "as above",
    "alert": "dialogs are blocked in sandboxed frames",
}
MEMBER = ("parent", "process", "caches", "alert")
"""Words that are ours as names of members or variables; as a global they would stand alone and be used with a dot."""


@pytest.mark.parametrize("word", FORBIDDEN)
def test_a_front_end_may_lack_it(word):
    """The module uses nothing that one of its front ends lacks or forbids."""
    pattern = rf"(?<![\w$.]){re.escape(word)}(?![\w$])"
    if word in MEMBER:
        pattern = rf"(?:globalThis|window|self)\.{word}(?![\w$])"
    assert re.findall(pattern, BARE) == [], FORBIDDEN[word]


def test_it_is_one_module_that_imports_nothing():
    """No import, static or dynamic; one export, the default one, `{ render }`."""
    assert re.findall(r"^\s*import\b|\bimport\s*\(", BARE, re.MULTILINE) == []
    assert re.findall(r"^\s*export\b.*$", ESM, re.MULTILINE) == ["export default { render };"]


def test_at_import_it_only_declares():
    """What stands at the top level is constants, one function and the export: no statement that does something."""
    outside = [line for line in _top_level(ESM) if line.strip()]
    allowed = re.compile(
        r"(const \$?\w+ = |const \{ mount \} = \$view;|function render\(|export default \{ render \};)"
    )
    assert [line[:80] for line in outside if not allowed.match(line)] == []


def test_no_address_stands_in_it():
    """The only web address is the name of SVG, which nobody asks for."""
    assert set(re.findall(r"https?://[^\"'`\s)]+", ESM)) <= {"http://www.w3.org/2000/svg"}
    assert set(re.findall(r"url\(([^)]*)\)", bundle.styles())) == set()


def test_it_can_be_stored_as_text():
    """It is UTF-8 without lone surrogates and ends no script element, so that it can be a traitlet and stand in a page."""
    assert ESM.encode("utf-8").decode("utf-8") == ESM
    assert "</script" not in ESM.lower()
    assert "<!--" not in script_json(bundle.styles())


def test_colours_of_hosts_come_first():
    """Paper and ink are JupyterLab's, else VS Code's, else the view's own, in light and in dark."""
    for name, jupyter, vscode in (
        ("--paper", "--jp-layout-color0", "--vscode-editor-background"),
        ("--ink", "--jp-ui-font-color0", "--vscode-editor-foreground"),
    ):
        wanted = rf"{name}: var\({jupyter}, var\({vscode}, #[0-9a-f]{{6}}\)\)"
        assert len(re.findall(wanted, bundle.styles())) == 2


def test_python_tells_the_browser_no_more_than_it_needs():
    """The widget's own synchronised state is the payload and the choice."""
    own = set(RecordingView.class_trait_names(sync=True)) - {"layout", "tabbable", "tooltip", "comm", "keys"}
    assert {name for name in own if not name.startswith("_")} == {"payload", "selected"}


def _top_level(code: str) -> list[str]:
    """The lines outside of all braces, each module's scope being within some; strings and patterns do not count."""
    lines, depth = [], 0
    for line in code.splitlines():
        bare = TEXTS.sub('""', re.sub(r"/(?:[^/\\\n\[*]|\\.|\[[^\]\n]*\])+/[a-z]*(?=[.,;)])", "0", line))
        if depth == 0:
            lines.append(line)
        depth += sum(map(bare.count, "{([")) - sum(map(bare.count, "})]"))
    return lines
