"""How far a share from samples may be off."""

from __future__ import annotations

import math

Z95 = 1.959963984540054


def half_width(share: float, samples: int) -> float:
    """Half the width of the 95 % interval of a share seen in `samples` samples; NaN where there were none.

    The distance from the share to the farther end of Wilson's score interval (E. B. Wilson, 1927), which stays honest at shares near 0
    and 1 and for few samples.
    """
    if samples <= 0:
        return math.nan
    p, n, z2 = min(max(share, 0.0), 1.0), samples, Z95 * Z95
    centre = (p + z2 / (2 * n)) / (1 + z2 / n)
    half = Z95 / (1 + z2 / n) * math.sqrt(p * (1 - p) / n + z2 / (4 * n * n))
    return half + abs(centre - p)
