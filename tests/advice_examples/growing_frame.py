"""Examples of growing-frame."""

from __future__ import annotations

import numpy as np
import pandas as pd
from advising import Bench, Example

POSITIVE = (
    Example(
        """\
import pandas as pd


def gathered(rows):
    frame = pd.DataFrame({"a": [0], "b": [""]})
    for row in rows:
        frame = pd.concat([frame, pd.DataFrame([row])], ignore_index=True)  # hot in concat
    return frame
""",
        says="copies all of `frame` to put more behind it",
        call="gathered([{'a': 1, 'b': 'x'}, {'a': 2, 'b': 'y'}]).to_dict()",
    ),
    Example(
        """\
import numpy as np


def squares(n: int):
    found = np.array([])
    for at in range(n):
        found = np.append(found, at * at)  # hot in append
    return found
""",
        says="copies all of `found`",
        call="squares(5).tolist(), squares(0).tolist(), squares(3).dtype",
    ),
    Example(
        """\
import numpy as np


def doubled(parts):
    whole = np.zeros(1)
    while parts:
        part = parts.pop()
        whole = np.concatenate((whole, part, part))  # hot native
    print(len(whole))
    return whole
""",
        says="copies all of `whole`",
        call="doubled([np.array([1.0, 2.0]), np.array([3.0])]).tolist()",
    ),
    Example(
        """\
import numpy as np


def until(parts, size):
    whole = np.zeros(0)
    for part in parts:
        whole = np.hstack([whole, part])  # hot in hstack
        if len(whole) > size:
            break
    return whole
""",
        says="copies all of `whole`",
    ),
    Example(
        """\
def filled(frame, rows):
    for row in rows:
        frame.loc[len(frame)] = row  # hot in __setitem__
    return frame
""",
        says="makes room in the whole frame for one row",
    ),
)
NEGATIVE = (
    Example(
        """\
import pandas as pd


def pairs(left, right):
    return [pd.concat([one, other]) for one, other in zip(left, right)]  # hot in concat
"""
    ),
    Example(
        """\
def grown(found, rows):
    for row in rows:
        found.append(row)  # hot native
    return found
"""
    ),
    Example(
        """\
import numpy as np


def padded(rows, tail):
    found = []
    for row in rows:
        row = np.concatenate((row, tail))  # hot native
        found.append(row)
    return found
"""
    ),
    Example(
        """\
import pandas as pd


def pairs(left, right, write):
    for one, other in zip(left, right):
        both = pd.concat([one, other])  # hot in concat
        write(both)
"""
    ),
)
RIGHT = (
    Example(
        """\
import pandas as pd


def gathered(parts):
    found = []
    for part in parts:
        found.append(part[part["a"] > 0])  # hot in __getitem__
    return pd.concat(found, ignore_index=True)  # hot in concat
"""
    ),
    Example(
        """\
import pandas as pd


def both(frame, other):
    frame = pd.concat([frame, other])  # hot in concat
    return frame
"""
    ),
)


def _grown(n: int) -> list[int]:
    frame = pd.DataFrame({"a": [0]})
    for at in range(n):
        frame = pd.concat([frame, pd.DataFrame({"a": [at]})], ignore_index=True)
    return list(frame["a"])


def _once(n: int) -> list[int]:
    return list(pd.concat([pd.DataFrame({"a": [at]}) for at in (0, *range(n))], ignore_index=True)["a"])


def _located(n: int) -> list[int]:
    frame = pd.DataFrame({"a": [0]})
    for at in range(n):
        frame.loc[len(frame)] = [at]
    return list(frame["a"])


def _rows(n: int) -> list[int]:
    rows = [{"a": 0}]
    for at in range(n):
        rows.append({"a": at})
    return list(pd.DataFrame(rows)["a"])


def _appended(n: int) -> list[float]:
    found = np.array([])
    for at in range(n):
        found = np.append(found, at)
    return list(found)


def _listed(n: int) -> list[float]:
    parts = [np.array([])]
    for at in range(n):
        parts.append(np.ravel(at))
    return list(np.concatenate(parts))


def _numbers(n: int) -> list[float]:
    found = []
    for at in range(n):
        found.append(at)
    return list(np.array(found, dtype=float))


BENCHES = {
    "concat, parts in a list": Bench(_grown, _once, lambda n: n, (1, 4, 16, 64, 256)),
    "loc[len(x)], rows in a list": Bench(_located, _rows, lambda n: n, (1, 4, 16, 64, 256)),
    "np.append, parts in a list": Bench(_appended, _listed, lambda n: n, (1, 4, 16, 64, 256, 1024, 8192)),
    "np.append, numbers in a list": Bench(_appended, _numbers, lambda n: n, (1, 4, 16, 64, 256, 1024, 8192)),
}
