"""The tables of notebook 05: what each pattern costs and gains, and from which size on, measured where it runs.

How the pairs of `workbench.patterns.structures` and the rules of `workbench.advise` are measured is the project's own way, in
tests/benchmarks; the programs for the rules are in tests/advice_examples.
"""

import sys
from concurrent.futures import ThreadPoolExecutor
from math import isfinite
from pathlib import Path
from time import perf_counter
from typing import Any

import pandas as pd
from pattern_pairs import PRICES

import workbench
from workbench import units
from workbench.advice.table import RULES
from workbench.patterns.structures import PAIRS

TESTS = Path(__file__).resolve().parent.parent / "tests"


def interval(low: float, high: float) -> str:
    """How many times as long it takes, from an interval on how many times as fast it is."""
    return f"{1 / high:.2f} to {1 / low:.2f}" if low > 0 and isfinite(high) else "too few pairs"


def price_table(real: dict[str, list[Any]], budget: str) -> pd.DataFrame:
    """What one use of each pattern costs beside the same work without it, by `workbench.compare`."""
    rows = []
    for one in PRICES:
        given, uses = one.given(real)
        said = workbench.compare(one.plain, one.priced, inputs=[given], budget=budget, generated=0, progress=False)
        rows.append(
            {
                "pattern": one.pattern,
                "instead of": one.instead_of,
                "price of one use": units.seconds(max(-said.saved / uses, 0.0)),
                "seconds": max(-said.saved / uses, 0.0),
                "takes": f"{1 / said.ratio:.2f}x as long",
                "95 %": interval(*said.interval),
                "same result": said.same,
                "verdict": f"{said.verdict} {said.code}".strip(),
            }
        )
    return pd.DataFrame(rows).set_index("pattern")


def ways_to_measure() -> tuple[Any, Any, Any]:
    """tests/benchmarks/structures.py, tests/benchmarks/advice_rules.py and tests/advising.py as modules."""
    for folder in (TESTS, TESTS / "benchmarks"):
        if str(folder) not in sys.path:
            sys.path.append(str(folder))
    import advice_rules
    import advising
    import structures

    return structures, advice_rules, advising


def structure_table(sizes: tuple[int, ...], rounds: int) -> pd.DataFrame:
    """Naive over better for each pair of `workbench.patterns.structures`, at some sizes, in what the pair is for."""
    structures, _, _ = ways_to_measure()
    rows = []
    for pair in PAIRS:
        found = {size: getattr(structures.measured(pair, size, rounds), pair.gains) for size in sizes}
        least = structures.crossover(list(found.items()))
        rows.append(
            {
                "pair": pair.name,
                "gains": pair.gains,
                "pays from": "none of these" if least is None else f"{least:,}",
                **{f"{size:,}": f"{1 / ratio:.2f}x" for size, ratio in found.items()},
                "when": pair.says.partition(". ")[0],
            }
        )
    return pd.DataFrame(rows).set_index("pair")


def rule_table(seconds: float) -> pd.DataFrame:
    """Naive over better for the first case of each rule of `workbench.advise`, in about so many seconds for each, at the smallest size and
    at the greatest that can be tried in that time, and the size from which on the better way pays. All cases and sizes are printed by
    tests/benchmarks/advice_rules.py. It measures in a thread of its own, since some cases run an event loop, and the notebook's runs here.
    """
    with ThreadPoolExecutor(1) as beside:
        return pd.DataFrame(beside.submit(rule_rows, seconds).result()).set_index("rule")


def rule_rows(seconds: float) -> list[dict[str, Any]]:
    """The rows of `rule_table`."""
    _, advice_rules, advising = ways_to_measure()
    rows = []
    for name in RULES:
        case, bench = next(iter(advising.examples(name).benches.items()))
        found = ratios(advice_rules, bench, seconds)
        least, most = advice_rules.pays_from(found), max(found)
        rows.append(
            {
                "rule": name.replace("_", "-"),
                "case": case,
                "of": bench.of,
                "pays from": "none of these" if least is None else f"{least:,}",
                "least": found[min(found)],
                "at the smallest": f"{min(found):,}: {found[min(found)]:.2f}x",
                "at the greatest tried": f"{most:,}: {found[most]:.2f}x",
            }
        )
    return rows


def ratios(advice_rules: Any, bench: Any, seconds: float) -> dict[int, float]:
    """Naive over better from the smallest size on, up to the last that can be expected to be done in time."""
    found: dict[int, float] = {}
    begun = perf_counter()
    for size, following in zip(bench.sizes, [*bench.sizes[1:], 0]):
        at = perf_counter()
        found[size] = advice_rules.ratio(bench, size)
        now = perf_counter()
        if now - begun + (now - at) * following / max(size, 1) > seconds and len(found) > 1:
            break
    return found
