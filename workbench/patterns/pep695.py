"""Twins of generic patterns in the syntax of PEP 695, for Python 3.12 and later; importing this on 3.11 is a NewerPythonError.

`from workbench.patterns.pep695 import SortedList` has what `protocols` has, written as `class SortedList[T: Comparable]`.
"""

from __future__ import annotations

import sys

from workbench.errors import UsageError


class NewerPythonError(UsageError, ImportError):
    """What was imported is written in syntax that this Python cannot read."""


if sys.version_info >= (3, 12):
    from workbench.patterns.pep695_twins import (
        Check,
        SortedList,
        gather_with_concurrency,
        managed_connection,
        validate_args,
    )

    __all__ = [
        "Check",
        "NewerPythonError",
        "SortedList",
        "gather_with_concurrency",
        "managed_connection",
        "validate_args",
    ]
else:
    raise NewerPythonError(
        f"workbench.patterns.pep695 is written in the syntax of Python 3.12, and this is {sys.version.split()[0]}. "
        "The same is in workbench.patterns.protocols, .concurrency, .contexts and .arguments; import it from there."
    )
