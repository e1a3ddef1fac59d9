"""Where else a recording is looked at: real servers of Notebook 7 and marimo on free ports, and what sanitising hosts leave of HTML."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from html import escape
from html.parser import HTMLParser
from pathlib import Path

from lab import TOKEN, Lab

PATIENCE = 90


@contextmanager
def served(command: Sequence[str], folder: Path, environment: dict[str, str], address: str) -> Iterator[str]:
    """A server for the time of the block; gives what the pattern `address` finds in its words. Ends with all it started."""
    with subprocess.Popen(
        command, env=os.environ | environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, cwd=folder
    ) as server:
        assert server.stdout is not None
        said: list[str] = []
        try:
            for line in server.stdout:
                said.append(line)
                if found := re.search(address, line):
                    threading.Thread(target=server.stdout.read, daemon=True).start()
                    yield found[0]
                    return
            raise AssertionError("the server ended before it told its address:\n" + "".join(said))
        finally:
            server.terminate()
            try:
                server.wait(timeout=30)
            except subprocess.TimeoutExpired:
                server.kill()


@contextmanager
def notebook7(folder: Path) -> Iterator[Lab]:
    """A Jupyter Notebook 7 server with folders of its own; `Lab.notebook` writes notebooks, `page` gives their address here."""
    books = folder / "notebooks"
    books.mkdir()
    names = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
    }
    command = [
        *(sys.executable, "-m", "notebook", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"),
        *(f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={books}", "--LabApp.news_url=None"),
        *("--ServerApp.shutdown_no_activity_timeout=300", "--MappingKernelManager.cull_idle_timeout=200"),
    ]
    environment = {name: str(folder / sub) for name, sub in names.items()}
    with served(command, books, environment, r"http://127\.0\.0\.1:\d+") as address:
        yield Lab(address, books)


def page_of(lab: Lab, name: str, *cells: str) -> str:
    """Write a notebook of code cells; returns its address in Notebook 7."""
    lab.notebook(name, *cells)
    return f"{lab.address}/notebooks/{name}?token={TOKEN}"


@contextmanager
def marimo_app(folder: Path, text: str) -> Iterator[str]:
    """marimo running the app in `text`, in a folder of its own; gives its address."""
    file = folder / "app.py"
    file.write_text(text, encoding="utf-8")
    command = [
        sys.executable,
        "-m",
        "marimo",
        "run",
        str(file),
        "--headless",
        "--no-token",
        "--port",
        str(_free_port()),
    ]
    home = {name: str(folder) for name in ("HOME", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME")}
    with served(command, folder, home, r"http://(?:localhost|127\.0\.0\.1):\d+") as address:
        yield address


def _free_port() -> int:
    import socket

    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


_TAGS = """
h1 h2 h3 h4 h5 h6 br b i strong em a pre code img tt div ins del sup sub p ol ul li table thead tbody tfoot tr td th caption blockquote
dl dt dd kbd q samp var hr ruby rt rp s strike summary details figure figcaption abbr bdo cite dfn mark small span time wbr
"""
_ATTRIBUTES = "align aria-hidden aria-label colspan dir headers id lang role rowspan scope title valign width"
GITHUB_TAGS = frozenset(_TAGS.split())
"""The elements that GitHub's published sanitising filter (html-pipeline, SanitizationFilter) lets through."""
GITHUB_ATTRIBUTES = frozenset(_ATTRIBUTES.split())
"""Those of its attributes that a table or a text may have; `style` and `class` are not among them."""


class _GitHub(HTMLParser):
    """Keeps what GitHub keeps: its elements with its attributes; of others the text, of scripts and style sheets nothing."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.kept: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep the tag without what is not allowed on it."""
        self._silent += tag in ("script", "style")
        if tag in GITHUB_TAGS:
            given = "".join(f' {name}="{escape(value or "")}"' for name, value in attrs if name in GITHUB_ATTRIBUTES)
            self.kept.append(f"<{tag}{given}>")

    def handle_endtag(self, tag: str) -> None:
        """Close what was kept."""
        self._silent -= tag in ("script", "style")
        if tag in GITHUB_TAGS:
            self.kept.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        """Text stays, outside of scripts."""
        if not self._silent:
            self.kept.append(escape(data))


def as_on_github(html: str) -> str:
    """What is left of an output on GitHub: no script, no style sheet, no style attribute."""
    parser = _GitHub()
    parser.feed(html)
    parser.close()
    return "".join(parser.kept)
