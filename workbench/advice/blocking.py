"""Calls of the standard library and of usual ones that wait: what the thread does meanwhile is nothing."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from workbench.analysis.regions import Counts

if TYPE_CHECKING:
    from workbench.advice.place import Place

NATIVE = frozenset({"time.sleep", "os.system", "os.waitpid", "select.select", "socket.gethostbyname"})
"""In C: their time is that of the line."""

PYTHON = frozenset(
    {
        "subprocess.run",
        "subprocess.call",
        "subprocess.check_call",
        "subprocess.check_output",
        "subprocess.getoutput",
        "urllib.request.urlopen",
        "urllib.request.urlretrieve",
        "socket.create_connection",
        "socket.getaddrinfo",
        *(
            f"{library}.{verb}"
            for library in ("requests", "httpx")
            for verb in ("get", "post", "put", "delete", "head")
        ),
        *(f"{library}.{verb}" for library in ("requests", "httpx") for verb in ("patch", "request")),
    }
)
"""In Python: their time is that of a function of their name."""


def waits(place: Place, node: ast.AST) -> Counts | None:
    """What counts the time of a call that waits; None for others, and for those that are awaited."""
    name = place.called(node)
    if name not in NATIVE | PYTHON or isinstance(place.module.parents[node], ast.Await):
        return None
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and place.stores(node.func.id):
        return None
    return Counts.LINES if name in NATIVE else Counts.CALLEES
