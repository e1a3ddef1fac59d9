"""Examples of iterrows."""

from __future__ import annotations

import numpy as np
import pandas as pd
from advising import Bench, Example

POSITIVE = (
    Example(
        """\
import pandas as pd


def worth(frame: pd.DataFrame) -> float:
    total = 0.0
    for _, row in frame.iterrows():  # hot in iterrows
        total += row["price"] * row["amount"]  # hot in __getitem__
    return total
""",
        says="`frame.iterrows()` makes a Series of each row",
        call="worth(pd.DataFrame({'price': [1.5, 2.0], 'amount': [2.0, 3.0], 'more': ['a', 'b']}))",
    ),
    Example(
        """\
import pandas as pd


def named(frame: pd.DataFrame) -> dict:
    found = {}
    for at, row in frame.iterrows():  # hot in iterrows
        found[at] = row["name"].upper()
    return found
""",
        says="`frame.iterrows()` makes a Series of each row",
        call="named(pd.DataFrame({'name': ['a', 'b'], 'n': [1, 2]}, index=[7, 9]))",
    ),
    Example(
        """\
def lines(frame):
    return [f"{at}: {row.name}" for at, row in frame.iterrows()]  # hot in iterrows
""",
        says="makes a Series of each row",
    ),
    Example(
        """\
def worth(frame):
    return frame.apply(lambda row: row["price"] * row["amount"], axis=1)  # hot in apply
""",
        says="calls a Python function for each row",
    ),
)
NEGATIVE = (
    Example(
        """\
def worth(frame):
    return frame.apply(lambda column: column.sum())  # hot in apply
"""
    ),
    Example(
        """\
def worth(frame):
    return frame.groupby("kind").apply(lambda rows: rows.sum(), axis=1)  # hot in apply
"""
    ),
    Example(
        """\
def worth(frame):
    return (frame["price"] * frame["amount"]).sum()  # hot in sum
"""
    ),
)
RIGHT = (
    Example(
        """\
def sent(frame, render, send):
    for _, row in frame.iterrows():
        send(render(row["name"]))  # hot in render
"""
    ),
    Example(
        """\
def chain(frame):
    level, found = 0.0, []
    for row in frame.itertuples():  # hot
        level = max(0.0, level + row.flow)  # hot
        found.append(level)
    return found
"""
    ),
)


def _frame(n: int) -> pd.DataFrame:
    at = np.arange(n)
    return pd.DataFrame({"price": at / 7, "amount": at % 5 * 1.0, "name": [f"n{one}" for one in at]})


def _rows(frame: pd.DataFrame) -> list[float]:
    return [row["price"] * row["amount"] for _, row in frame.iterrows()]


def _zipped(frame: pd.DataFrame) -> list[float]:
    return [price * amount for price, amount in zip(frame["price"], frame["amount"], strict=True)]


def _whole(frame: pd.DataFrame) -> list[float]:
    found: list[float] = (frame["price"] * frame["amount"]).tolist()
    return found


def _applied(frame: pd.DataFrame) -> list[float]:
    found: list[float] = frame.apply(lambda row: row["price"] * row["amount"], axis=1).tolist() if len(frame) else []
    return found


SIZES = (1, 4, 16, 64, 256, 1024)
BENCHES = {
    "iterrows, zip of columns": Bench(_rows, _zipped, _frame, SIZES),
    "iterrows, whole columns": Bench(_rows, _whole, _frame, SIZES),
    "apply(axis=1), whole columns": Bench(_applied, _whole, _frame, SIZES),
}
