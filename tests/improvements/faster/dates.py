"""The way for ISO dates where a row has just that form; all others go the old way, and fail there as before."""

from __future__ import annotations

from datetime import datetime


def stamps(rows: list[str]) -> list[datetime]:
    """The moments of rows such as `2026-07-11T10:16:37`. Raises ValueError for others."""
    import re

    plain = re.compile(
        r"(?!0000)[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    ).fullmatch
    return [datetime.fromisoformat(row) if plain(row) else datetime.strptime(row, "%Y-%m-%dT%H:%M:%S") for row in rows]


def short_stamps(rows: list[str]) -> list[datetime]:
    """The same without the old way: what is no date is refused in other words, and other forms of dates are taken."""
    return [datetime.fromisoformat(row) for row in rows]
