"""Examples of regex-in-loop."""

from __future__ import annotations

import re
from datetime import datetime

from advising import Bench, Example

POSITIVE = (
    Example(
        """\
import re


def dates(lines):
    found = []
    for line in lines:
        if re.match(r"\\d+-\\d+", line, re.ASCII):  # hot in match
            found.append(line)
    return found
""",
        says="looks its pattern up in the table of `re` each time round the loop",
        call="dates(['1-2', 'no', '33-4 yes'])",
    ),
    Example(
        """\
from re import sub


def clean(lines, what):
    return [[sub(what, "", word, count=1) for word in line.split()] for line in lines]  # hot in sub
""",
        says='`sub(what, "", word, count=1)` looks its pattern up',
        call="clean(['a-b-c d', 'e-f'], '-')",
    ),
    Example(
        """\
import re

NUMBER = r"\\d+"


def number(text):
    found = re.search(NUMBER, text)  # hot in search
    return int(found[0]) if found else None
""",
        says="`re.search(NUMBER, text)` looks its pattern up in the table of `re` with each call",
    ),
    Example(
        """\
import re


def counts(texts, words):
    found = {}
    for text in texts:
        for word in words:
            if re.search(rf"\\b{re.escape(word)}\\b", text):  # hot in search
                found[word] = found.get(word, 0) + 1
    return found
""",
        says="comes to each of its patterns again in each round of the outer loop",
    ),
    Example(
        """\
from datetime import datetime


def days(texts):
    return [datetime.strptime(text, "%Y-%m-%d").date() for text in texts]  # hot in _strptime_datetime
""",
        says='`datetime.strptime(text, "%Y-%m-%d")` reads its format again with each text',
    ),
    Example(
        """\
from datetime import datetime


def when(line):
    return datetime.strptime(line[:20], "%d/%b/%Y:%H:%M:%S")  # hot in _strptime_datetime
""",
        says="reads its format again with each text",
    ),
)
NEGATIVE = (
    Example(
        """\
import re

DATE = re.compile(r"\\d+-\\d+")


def dates(lines):
    return [line for line in lines if DATE.match(line)]  # hot native
"""
    ),
    Example(
        """\
import re


def marked(words, text):
    found = []
    for word in words:
        found += re.findall(rf"{word}s?", text)  # hot in findall
    return found
"""
    ),
    Example(
        """\
import re

FORMS = [re.compile(one) for one in ("a+", "b+")]  # hot in compile
"""
    ),
    Example(
        """\
from datetime import datetime


def day(text, form):
    return datetime.strptime(text, form)  # hot in _strptime_datetime
"""
    ),
)
RIGHT = (
    Example(
        """\
import re


def _doubled(found):
    return str(2 * int(found[0]))


def doubled(lines):
    return [re.sub("[0-9]+", _doubled, line) for line in lines]  # hot in sub
"""
    ),
    Example(
        """\
import re


def words(pages):
    return [len(re.findall(r"\\w+", page)) for page in pages]  # hot native
"""
    ),
    Example(
        """\
import re


def searches(patterns):
    return {name: re.compile(pattern) for name, pattern in patterns.items()}  # hot in compile
"""
    ),
)


def _lines(n: int) -> list[str]:
    return [f"{number}-{number} and more" for number in range(n)]


def _looked_up(lines: list[str]) -> int:
    found = 0
    for line in lines:
        if re.match(r"\d+-\d+", line):
            found += 1
    return found


def _compiled(lines: list[str]) -> int:
    pattern, found = re.compile(r"\d+-\d+"), 0
    for line in lines:
        if pattern.match(line):
            found += 1
    return found


def _dates(n: int) -> list[str]:
    return [f"2024-05-{number % 28 + 1:02}" for number in range(n)]


def _by_format(texts: list[str]) -> list[datetime]:
    return [datetime.strptime(text, "%Y-%m-%d") for text in texts]


def _by_iso(texts: list[str]) -> list[datetime]:
    return [datetime.fromisoformat(text) for text in texts]


BENCHES = {
    "match of lines of 16 characters": Bench(_looked_up, _compiled, _lines, (1, 2, 4, 16, 256, 4096)),
    "dates in the ISO format": Bench(_by_format, _by_iso, _dates, (1, 2, 16, 256)),
}
