"""Counts over bytes."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def histogram(data: npt.NDArray[np.uint8]) -> npt.NDArray[np.int64]:
    """How often each of the 256 bytes is there."""
    found = np.zeros(256, dtype=np.int64)
    for byte in data:
        found[byte] += 1
    return found
