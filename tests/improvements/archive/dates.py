"""Moments in the log of an archive."""

from __future__ import annotations

from datetime import datetime


def stamps(rows: list[str]) -> list[datetime]:
    """The moments of rows such as `2026-07-11T10:16:37`. Raises ValueError for others."""
    return [datetime.strptime(row, "%Y-%m-%dT%H:%M:%S") for row in rows]


def short_stamps(rows: list[str]) -> list[datetime]:
    """The same, as a second target for a change that is honest on the recorded rows only."""
    return [datetime.strptime(row, "%Y-%m-%dT%H:%M:%S") for row in rows]
