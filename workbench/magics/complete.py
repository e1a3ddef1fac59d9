"""Tab after `%profile`: engines, options, and the functions of the notebook."""

from __future__ import annotations

from typing import Any

from workbench.engines.table import ALL, engine_names
from workbench.magics.words import OPTIONS


def completer(shell: Any, event: Any) -> list[str]:
    """IPython's `complete_command` hook: the words that may stand at the cursor."""
    symbol: str = event.symbol
    before = event.text_until_cursor.removesuffix(symbol).split()
    if symbol.startswith("-"):
        return [name for name in OPTIONS if name.startswith(symbol)]
    engines = [*engine_names(), ALL] if len(before) == 1 else []
    options = [] if symbol else list(OPTIONS)
    line_magic = not event.line.lstrip().startswith("%%")
    functions = [name for name, value in shell.user_ns.items() if callable(value) and not name.startswith("_")]
    return [name for name in (*engines, *options, *(functions if line_magic else ())) if name.startswith(symbol)]
