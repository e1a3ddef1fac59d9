"""Examples of serial-round-trip."""

from __future__ import annotations

import json
import pickle
from typing import Any

from advising import Bench, Example

POSITIVE = (
    Example(
        """\
import json


def copied(rows):
    return [json.loads(json.dumps(row)) for row in rows]  # hot in loads
""",
        says="turns `row` into text or bytes",
    ),
    Example(
        """\
import pickle


def copied(rows):
    found = []
    for row in rows:
        data = pickle.dumps(row, protocol=5)
        found.append(pickle.loads(data))  # hot native
    return found
""",
        says="`pickle.dumps(row, protocol=5)` and `pickle.loads(data)` turns `row`",
    ),
    Example(
        """\
import json


def named(numbers, text):
    return [json.loads(text)[number] for number in numbers]  # hot in loads
""",
        says="parses the same `text` in each round",
        call="named(['a', 'b', 'a'], '{\"a\": 1, \"b\": 2}')",
    ),
    Example(
        """\
from json import loads


def allowed(words, path):
    text = path.strip()
    found = []
    for word in words:
        limits = loads(text)  # hot in loads
        if word in limits:
            found.append((word, limits[word]))
    return found
""",
        says="`loads(text)` parses the same `text`",
        call="allowed(['a', 'c'], '{\"a\": 1, \"b\": 2}')",
    ),
)
NEGATIVE = (
    Example(
        """\
import json


def parsed(lines):
    return [json.loads(line)["name"] for line in lines]  # hot in loads
"""
    ),
    Example(
        """\
import json


def merged(rows, path):
    text = json.dumps(rows)
    path.write_text(text)
    return json.loads(text)  # hot in loads
"""
    ),
    Example(
        """\
import json


def upgraded(text):
    return json.dumps(json.loads(text), indent=2)  # hot in loads
"""
    ),
)
RIGHT = (
    Example(
        """\
import json


def fresh(count, text):
    found = []
    for number in range(count):
        row = json.loads(text)  # hot in loads
        row["number"] = number
        found.append(row)
    return found
"""
    ),
    Example(
        """\
import json


def read(handle, text):
    while True:
        found = json.loads(text)["rest"]  # hot in loads
        if not found:
            return found
        text = handle.read(found)
"""
    ),
    Example(
        """\
import json


def tried(text):
    for _ in range(3):
        return json.loads(text)["rest"]  # hot in loads
"""
    ),
)


def _rows(n: int) -> list[dict[str, Any]]:
    return [{"id": number, "name": f"name {number}", "score": number / 2} for number in range(n)]


def _by_json(rows: list[dict[str, Any]]) -> Any:
    return json.loads(json.dumps(rows))


def _by_pickle(rows: list[dict[str, Any]]) -> Any:
    return pickle.loads(pickle.dumps(rows))


def _copied(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [dict(row) for row in rows]


def _each(given: tuple[str, int]) -> list[int]:
    text, n = given
    return [json.loads(text)["id"] for _ in range(n)]


def _once(given: tuple[str, int]) -> list[int]:
    text, n = given
    parsed = json.loads(text)
    return [parsed["id"] for _ in range(n)]


BENCHES = {
    "json of n small dicts": Bench(_by_json, _copied, _rows, (1, 4, 16, 64, 256, 1024)),
    "pickle of n small dicts": Bench(_by_pickle, _copied, _rows, (1, 4, 16, 64, 256, 1024)),
    "one small text parsed n times": Bench(_each, _once, lambda n: (json.dumps(_rows(1)[0]), n), (1, 2, 4, 16, 256)),
}
