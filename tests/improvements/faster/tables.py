"""Columns instead of rows."""

from __future__ import annotations

import pandas as pd


def large(table: pd.DataFrame, least: int) -> list[str]:
    """The names of packages of at least so many bytes, in the order of the table."""
    if table.empty:
        return []
    return list(table.loc[table["size"] >= least, "name"])


def heavy(table: pd.DataFrame, least: int) -> list[str]:
    """The same by a method of pandas in place of `list`."""
    if table.empty:
        return []
    return table.loc[table["size"] >= least, "name"].tolist()
