"""A payload as JSON for a page that is also searched as text: a text stands on a line of its own, numbers stay together."""

from __future__ import annotations

from typing import Any

from workbench.assets.embed import script_json


def lined_json(value: Any) -> str:
    """`value` as `script_json` writes it, with line ends between texts, lists and objects, so that what `grep` finds is short."""
    if isinstance(value, dict) and value:
        inner = ",\n".join(f"{script_json(key)}:{lined_json(one)}" for key, one in value.items())
        return f"{{{inner}}}"
    if isinstance(value, (list, tuple)) and any(isinstance(one, (str, dict, list, tuple)) for one in value):
        return f"[{(',' + chr(10)).join(map(lined_json, value))}]"
    return script_json(value)
