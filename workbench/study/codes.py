"""Why a candidate is refused, or nothing can be said of it: one code for each reason, in every form of an answer."""

from __future__ import annotations

from workbench.study.races import records
from workbench.timing import decide

CODES: dict[str, str] = {
    "B01": "another value",
    "B02": "another type",
    "B03": "another order",
    "B04": "the candidate changes its argument differently",
    "B05": "the result is, or shares, an object that the old code's does not",
    "B06": "another exception",
    "B07": "a list where items came one by one, or the other way round",
    "B08": "other output or warnings",
    "B09": "the state of random numbers, or a global of the module, is left differently",
    "B10": "the result depends on the calls before, or on calls beside it",
    "B11": "another signature",
    "B12": "the result hashes, compares or pickles differently",
    "B13": "floating-point numbers differ in their last digits",
    "B14": "another shape, length or set of names",
    "B15": "results that cannot be compared",
    "B16": "an array's memory is laid out otherwise, or can no longer be written to",
    "B17": "the candidate cannot be loaded",
    "B18": "the candidate is not done in many times the old code's time, or ends its process",
    "B19": "the program as a whole gives another result",
    "M01": "needs more memory at once than is allowed",
    "M02": "keeps memory with every call",
    "P03": "less than is required",
    "P05": "slower than when it was verified",
    "P06": "the function is faster, and the run as a whole is not",
    "T01": "mypy --strict finds something new",
    "T02": "the target is not fully annotated",
    "T03": "the change adds `type: ignore`, `cast` or `Any`, or hides the file's errors",
    "T04": "types could not be checked",
    "S01": "a test that passes on the old version fails on the new one",
    "S02": "too few of the changed lines are run",
    "S03": "no passing test touches the target",
    "S04": "the tests could not be run",
    "S05": "a test passes and fails by turns on the new version",
    "R00": "not all could be explored",
    "U03": "the old code differs from itself",
    "U04": "too few inputs",
    "U06": "the old code cannot be run on these inputs",
    "U08": "it is not shown to be as fast as when it was verified, nor slower",
    "U07": "a check failed by itself",
    **decide.CODES,
    **records.CODES,
}


def meaning(code: str) -> str:
    """What a code stands for. Raises KeyError for one that there is not."""
    return CODES[code]
