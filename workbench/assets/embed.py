"""How data gets into a page: the one place where it is escaped."""

from __future__ import annotations

import json
import re
from typing import Any

_ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026", "\u2028": "\\u2028", "\u2029": "\\u2029"}
_DANGEROUS = re.compile("[<>&\u2028\u2029]")


def script_json(value: Any) -> str:
    """`value` as JSON that may stand inside any script element, as data or as a JavaScript literal.

    It holds no `<`, `>` or `&`, so no text in it can end the script, open a tag or a comment. Encodes to UTF-8 whatever is in it.
    Raises ValueError for NaN and infinities, which JSON does not have.
    """
    text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return _DANGEROUS.sub(lambda found: _ESCAPES[found[0]], utf8(text))


def utf8(text: str) -> str:
    """`text` with lone surrogates written out (`\\udce9`), so that it can be stored as UTF-8."""
    return text.encode("utf-8", "backslashreplace").decode("utf-8")


def stored_size(text: str) -> int:
    """The bytes that `text` takes inside a notebook file, where it is a list of JSON strings, one for each line."""
    return len(json.dumps(text, ensure_ascii=False).encode("utf-8")) + 12 * text.count("\n")
