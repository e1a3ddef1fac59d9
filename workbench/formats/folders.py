"""Where the standard library and the installed packages lay, told by the paths in a profile that says nothing of its machine."""

from __future__ import annotations

import re
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_SITE = re.compile(r"(?:.*[/\\])?(?:site|dist)-packages(?=[/\\])")
_STDLIB = re.compile(r"((?:.*?[/\\])?(?:lib(?:32|64)?[/\\](?:python|pypy)\d+\.\d+t?|[Ll]ib))[/\\](\w+)(?:\.py$|[/\\])")


def site(files: Iterable[str]) -> tuple[str, ...]:
    """The folders of installed packages, such as `/usr/lib/python3/dist-packages`."""
    return _once(found[0] for file in files if (found := _SITE.match(file)))


def stdlib(files: Iterable[str]) -> tuple[str, ...]:
    """The folders of standard libraries, such as `/usr/lib/python3.12`: a folder named so that holds a module of such a name."""
    found = (_STDLIB.match(file) for file in files)
    return _once(one[1] for one in found if one and one[2] in sys.stdlib_module_names)


def _once(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
