"""Well-kept packages at work on real data, each for about a second: the programs of `advice_precision.py`.

python tests/benchmarks/package_programs.py NAME
"""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

DATA = Path(__file__).resolve().parents[2] / "data" / "packages.txt"
PAGE = """\
{% for r in rs %}{% if r.Package %}{{ loop.index }} {{ r.Package|e }}:
{% for k, v in r.items() %}{{ k|upper }}={{ v|truncate(20) }} {% endfor %}{% endif %}{% endfor %}"""
PROGRAMS: dict[str, Callable[[], object]] = {}


def program(function: Callable[[], object]) -> Callable[[], object]:
    """Puts a program into the table under its name."""
    PROGRAMS[function.__name__.strip("_")] = function
    return function


def texts(many: int) -> list[str]:
    """Some of the standard library's own sources."""
    paths = sorted(Path(sysconfig.get_paths()["stdlib"]).glob("*.py"))
    return [path.read_text("utf-8") for path in paths if path.stem not in ("this", "antigravity")][:many]


def records() -> list[dict[str, str]]:
    """The package index as dicts."""
    blocks = DATA.read_text("utf-8").split("\n\n")
    pairs = [[line.split(": ", 1) for line in one.splitlines() if ": " in line and line[0] != " "] for one in blocks]
    return [dict(one) for one in pairs if one]


@program
def unparse() -> None:
    import ast

    for text in texts(40):
        ast.unparse(ast.parse(text))


@program
def tokenize_() -> None:
    import io
    import tokenize

    for text in texts(14):
        list(tokenize.generate_tokens(io.StringIO(text).readline))


@program
def difflib_() -> None:
    import difflib

    for old, new in pairwise(texts(11)):
        list(difflib.unified_diff(old.splitlines(), new.splitlines()))


@program
def json_indented() -> None:
    import json

    for _ in range(4):
        json.dumps(records(), indent=2)


@program
def textwrap_() -> None:
    import textwrap

    for text in texts(60):
        textwrap.fill(text, 72)


@program
def html_parser() -> None:
    import html
    import html.parser

    class Reader(html.parser.HTMLParser):
        def handle_data(self, data: str) -> None:
            del data

    for one in records():
        items = "".join(f'<li class="{key}">{html.escape(value)}</li>' for key, value in one.items())
        Reader().feed(f"<ul>{items}</ul>")


@program
def email_() -> None:
    import email

    for block in DATA.read_text("utf-8").split("\n\n") * 2:
        email.message_from_string(block).items()


@program
def pprint_() -> None:
    import pprint

    pprint.pformat(records()[:400])


@program
def statistics_() -> None:
    import statistics

    sizes = [int(one.get("Size", 0)) for one in records()]
    statistics.quantiles(sizes)
    for many in range(200, 1600, 20):
        statistics.stdev(sizes[:many])


@program
def csv_() -> None:
    import csv
    import io

    rows, out = records(), io.StringIO()
    writer = csv.DictWriter(out, sorted({key for one in rows for key in one}))
    writer.writeheader()
    for _ in range(8):
        writer.writerows(rows)
    list(csv.DictReader(io.StringIO(out.getvalue())))


@program
def pygments_() -> None:
    import pygments
    from pygments.formatters import HtmlFormatter
    from pygments.lexers import PythonLexer

    for text in texts(6):
        pygments.highlight(text, PythonLexer(), HtmlFormatter())


@program
def jinja2_() -> None:
    import jinja2

    rows = records()
    for at in range(120):
        jinja2.Environment().from_string(PAGE).render(rs=rows[at : at + 30])


@program
def yaml_() -> None:
    import yaml

    yaml.load(yaml.dump(records()[:60], Dumper=yaml.Dumper), Loader=yaml.SafeLoader)


@program
def jsonschema_() -> None:
    import jsonschema

    item: dict[str, Any] = {"type": "object", "required": ["Package"]}
    item["additionalProperties"] = {"type": "string", "minLength": 1}
    list(jsonschema.Draft202012Validator({"type": "array", "items": item}).iter_errors(records()[:700]))


@program
def mistune_() -> None:
    import mistune

    for text in texts(25):
        mistune.html(text)


@program
def pandas_() -> None:
    import pandas as pd

    rows = records()
    for _ in range(6):
        table = pd.DataFrame(rows)
        table["Size"] = pd.to_numeric(table["Size"])
        table.groupby("Section")["Size"].agg(["sum", "max"])
        table["Depends"].fillna("").str.split(", ").explode().value_counts()


@program
def pandas_reader() -> None:
    import io

    import pandas as pd

    text = pd.DataFrame(records()[:800]).to_csv(index=False)
    pd.read_csv(io.StringIO(text), engine="python", on_bad_lines="skip")


@program
def numpy_() -> None:
    import numpy as np

    x = np.linspace(0, 9, 400)
    for _ in range(400):
        np.polyval(np.polyfit(x, np.sin(x), 9), x)
        np.median(x[:, None] * x, axis=0)


if __name__ == "__main__":
    PROGRAMS[sys.argv[1]]()
