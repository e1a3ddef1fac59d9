"""SnakeViz's own page of a recording of calls, whole in one text: its code and styles from the installed package, nothing from a server.

The page is SnakeViz's template with its files put in. Three things differ. The tree is built from one copy of the data, without boxes
too thin to be drawn, so that recursion has an end; a template of two kinds of holes stands in for lodash's, so that no text becomes
code; and links are text. Its Content-Security-Policy allows these scripts by hash, and no connection.
"""

from __future__ import annotations

import base64
import hashlib
import html
import re
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.assets.embed import script_json, utf8
from workbench.errors import EngineUnavailableError, WrongEngineError
from workbench.formats.pstats_file import COUNTS_ONLY
from workbench.model.facts import Evidence
from workbench.render.snakeviz_calls import Cut, cut_calls
from workbench.render.snakeviz_parts import FOOTER, LOOKS, NOTE, START_TREE, TEMPLATES, TREE
from workbench.render.text_width import visible

if TYPE_CHECKING:
    from workbench.model.recording import Recording

INLINE, WHOLE = 500, 5_000
"""Functions that a notebook's output has at the most, and a page of its own."""

_STATIC = re.compile(r"""<script src=['"]/static/([\w./-]+)['"]></script>""")
_STYLE = re.compile(r"""<link href=['"]/static/([\w./-]+)['"] rel=['"]stylesheet['"]>""")
_OPTIONS = re.compile(r"{% for i in \[([\d, ]+)\] %}(.*?{% end %}.*?){% end %}", re.DOTALL)
_CHOSEN = re.compile(r"{% if i == (\d+) %}(\w+){% end %}")
_IMPORTS = re.compile(r"importScripts\(.*?\);", re.DOTALL)
_SCRIPT = re.compile(r"(<script(?: id=\"[\w-]+\")?>)(.*?)(</script>)", re.DOTALL)
_IMAGE = re.compile(r"""url\(["']?([^"')]+)["']?\)""")
_LEFT_OVER = ("{%", "{{", "/static/", "importScripts", "://")


def page(recording: Recording, *, most: int = WHOLE) -> str:
    """A whole HTML page with SnakeViz's icicle, sunburst and table of at most `most` functions; what is left out is one row, and said.

    Of a recording of several runs, the one of calls. Raises WrongEngineError for a recording without counted calls, and
    EngineUnavailableError where SnakeViz is not installed, or is a release whose page has other parts.
    """
    template = _prepared(_template())
    found = cut_calls(calls_of(recording), most)
    return _with_policy(_filled(template, recording.target.name or "profile", found))


def framed(page: str, height: int = 820) -> str:
    """A page as a frame for a notebook's output, `height` pixels high: its scripts run apart from the notebook's."""
    return (
        f'<iframe title="SnakeViz" sandbox="allow-scripts" width="100%" height="{height}" style="border: 0; background: #fff" '
        f'srcdoc="{html.escape(page)}"></iframe>'
    )


def calls_of(recording: Recording) -> Recording:
    """The run of a recording that counted calls. Raises WrongEngineError where none did, or without the time of each."""
    for one in recording.all_passes:
        if one.evidence is Evidence.CALLS and one.mechanism != COUNTS_ONLY:
            return one
        if one.evidence is Evidence.CALLS:
            raise WrongEngineError(
                "This profile is Python's `profile` module's, which does not know how long one function's calls of another took; "
                "SnakeViz's picture rests on that. Record it with %profile cpu ... or %%profile cpu."
            )
    raise WrongEngineError(
        f"SnakeViz shows counted calls, and engine {recording.engine!r} counts none. "
        "Record with %profile cpu ... or %%profile cpu; the flame graph of this one is in its own view."
    )


def _prepared(template: str) -> str:
    """SnakeViz's template with holes for the title (`{title}`), the table (`{rows}`) and its files, and without addresses of a server."""
    shown = re.sub(r"{{\s*profile_name.*?}}", "{title}", template)
    shown = _OPTIONS.sub(_options, shown)
    shown = re.sub(r"<a\b[^>]*>(.*?)</a>", r"<span>\1</span>", shown, flags=re.DOTALL)
    shown = _IMPORTS.sub("", shown)
    for old, new in (
        ("{% raw table_rows %}", "{rows}"),
        ("var stats = {% raw callees %};", ""),
        ("{% raw callees %}", 'JSON.parse(document.getElementById("sv-callees").textContent)'),
        ("self.onmessage =", TREE + "self.onmessage ="),
        ("<!-- Load SnakeViz JS Files -->", "{callees}"),
        ("SnakeViz Docs", FOOTER),
        ("<body>", '<body>{note}<div class="wb-frame">'),
        ("</body>", "</div></body>"),
    ):
        _known(shown.count(old) == 1)
        shown = shown.replace(old, new)
    rest = _STATIC.sub("", _STYLE.sub("", shown))
    _known("{title}" in shown and not any(part in rest for part in _LEFT_OVER))
    return shown


def _known(it_is: bool) -> None:
    if not it_is:
        raise EngineUnavailableError(
            "The page of the installed SnakeViz has parts that are not known here, so it cannot be shown inline. Install snakeviz 2.2, "
            "or write a file for SnakeViz itself: rec.pstats().dump_stats('profile.prof')."
        )


def _filled(template: str, title: str, found: Cut) -> str:
    """The prepared template with SnakeViz's files and the data in it."""
    lines = "".join(f"<p>{html.escape(line)}</p>" for line in (NOTE, *found.said))
    data = f'<script id="sv-callees" type="application/json">{script_json(found.callees)}</script>'
    holes = {
        "title": html.escape(visible(title, 200)),
        "rows": script_json(found.rows),
        "callees": f"{data}\n<script>{START_TREE}</script>",
        "note": f'<div class="wb-note">{lines}</div>',
    }
    pieces = re.split(r"{(title|rows|callees|note)}", template)
    for at, piece in enumerate(pieces):
        if at % 2:
            pieces[at] = holes[piece]
        else:
            pieces[at] = _STATIC.sub(
                lambda link: _script(link[1]), _STYLE.sub(lambda link: f"<style>{_css(link[1])}</style>", piece)
            )
    return utf8("".join(pieces))


def _options(loop: re.Match[str]) -> str:
    def option(number: str) -> str:
        text = _CHOSEN.sub(lambda chosen: chosen[2] if chosen[1] == number else "", loop[2])
        return text.replace("{{i}}", number)

    return "".join(option(number.strip()) for number in loop[1].split(","))


def _script(name: str) -> str:
    """One of SnakeViz's scripts, within the page; what stands for a tag in it is written so that it ends no script."""
    text = _read(name).replace("</script", "<\\/script").replace("<!--", "<\\!--")
    text = re.sub(r"//# sourceMappingURL=.*", "", text)
    stem = Path(name).name.split(".")[0]
    after = f"\n<script>{TEMPLATES}</script>" if stem == "lodash" else ""
    return f'<script id="sv-{stem}">{text}</script>{after}'


def _css(name: str) -> str:
    folder = (_home() / "static" / name).parent

    def image(link: re.Match[str]) -> str:
        file = folder / link[1]
        if file.suffix != ".png" or not file.is_file():
            return "none"
        return f'url("data:image/png;base64,{base64.b64encode(file.read_bytes()).decode()}")'

    return _IMAGE.sub(image, _read(name))


def _with_policy(shown: str) -> str:
    """The page with its policy first in its head: the scripts that it has and a worker made of them, and nothing else."""
    hashes = {f"'sha256-{_hash(script[2])}'" for script in _SCRIPT.finditer(shown)}
    policy = (
        f"default-src 'none'; script-src {' '.join(sorted(hashes))}; worker-src blob:; style-src 'unsafe-inline'; "
        "img-src data:; connect-src 'none'; base-uri 'none'; form-action 'none'"
    )
    head = (
        '<head>\n<meta charset="utf-8">\n<link rel="icon" href="data:,">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
    )
    return shown.replace("<head>", head, 1).replace("</head>", f"<style>{LOOKS}</style>\n</head>", 1)


def _hash(code: str) -> str:
    return base64.b64encode(hashlib.sha256(code.encode()).digest()).decode()


def _template() -> str:
    return (_home() / "templates" / "viz.html").read_text("utf-8")


def _read(name: str) -> str:
    return (_home() / "static" / name).read_text("utf-8")


def _home() -> Path:
    """Where SnakeViz is installed."""
    spec: Any = find_spec("snakeviz")
    if spec is None or not spec.submodule_search_locations:
        raise EngineUnavailableError("SnakeViz is not installed here. Install it with: pip install snakeviz")
    return Path(spec.submodule_search_locations[0])
