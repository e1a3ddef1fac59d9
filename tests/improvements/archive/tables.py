"""Tables of packages."""

from __future__ import annotations

import pandas as pd


def large(table: pd.DataFrame, least: int) -> list[str]:
    """The names of packages of at least so many bytes, in the order of the table."""
    return [row["name"] for _, row in table.iterrows() if row["size"] >= least]


def heavy(table: pd.DataFrame, least: int) -> list[str]:
    """The same, as a second target for a change that says it otherwise."""
    return [row["name"] for _, row in table.iterrows() if row["size"] >= least]
