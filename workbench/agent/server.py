"""The workbench's answers as tools of the Model Context Protocol, over standard input and output."""

from __future__ import annotations

import importlib.util

from workbench.errors import UsageError


def serve() -> None:
    """Serve until standard input is closed. Nothing but the protocol is written to standard output.

    Raises UsageError where the protocol's package, an extra, is not installed.
    """
    if importlib.util.find_spec("mcp") is None:
        raise UsageError(
            "Serving tools needs the package mcp, which is an extra: pip install 'profiling-workbench[mcp]'. "
            "The commands (workbench hotspots, show, brief, study) give the same answers without it."
        )
    from workbench.agent.tools import server

    server().run("stdio")
