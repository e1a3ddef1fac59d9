"""A counter-example as a script of its own: plain Python, which shows without the workbench how two versions differ on one input."""

from __future__ import annotations

from dataclasses import dataclass
from string import Template
from typing import TYPE_CHECKING

from workbench.errors import UsageError

if TYPE_CHECKING:
    from workbench.model.comparison import Counterexample

_SCRIPT = Template('''\
"""$said

Run it$where. It ends with status 1 while the two versions differ, and with 0 when they no longer do.
"""

import asyncio
import contextlib
import inspect
import io
import pprint
import re
import sys
import warnings
$imports

OLD = $old

NEW = $new


def version(text, name):
    """The function that a text defines, among the names of the target's module."""
    names = dict($names)
    exec(text, names)
    return names[name]


def arguments():
    """The input, made anew for each call: $call"""
$arguments
    return args, kwargs


def shown(value):
    """A value in words that are the same where the value is, whatever the order of sets and the addresses of objects."""
    if hasattr(value, "dtypes") and hasattr(value, "to_dict"):
        return f"{value.to_dict('split')} {value.dtypes.to_dict()}"
    if hasattr(value, "dtype") and hasattr(value, "tolist"):
        return f"{value.dtype} {getattr(value, 'shape', '')} {value.tolist()!r} {getattr(value, 'index', '')!r}"
    return re.sub(r" at 0x[0-9a-f]+", "", pprint.pformat(value, width=10**6, sort_dicts=False))


def carried_through(value):
    """What a call gives, awaited, or with its items in a list where they come one by one."""
    if inspect.isawaitable(value):
        return carried_through(asyncio.run(awaited(value)))
    if inspect.isasyncgen(value):
        return asyncio.run(drained(value))
    return list(value) if hasattr(value, "__next__") else value


async def awaited(value):
    return await value


async def drained(value):
    return [item async for item in value]


def seen(function):
    """What two calls in a row do, by name."""
    found, results = {}, []
    for number in ("first", "second"):
        args, kwargs = arguments()
        out = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out), warnings.catch_warnings(record=True) as given:
            warnings.simplefilter("always")
            try:
                raw = function(*args, **kwargs)
                kind, result = type(raw).__name__, carried_through(raw)
                end = f"{type(result).__name__} {shown(result)}"
            except (Exception, SystemExit) as error:
                kind, result, end = "", error, f"raises {type(error).__name__}: {error}"
        results.append(result)
        values = [*args, *kwargs.values()]
        found[f"{number} call"] = end
        found[f"{number} call, kind"] = kind
        found[f"{number} call, arguments afterwards"] = f"{[shown(one) for one in args]} {shown(kwargs)}"
        found[f"{number} call, result is one of its arguments"] = any(result is value and not plain(value) for value in values)
        found[f"{number} call, output"] = out.getvalue()
        found[f"{number} call, warnings"] = [f"{one.category.__name__}: {one.message}" for one in given]
    found["both calls give the same object"] = results[0] is results[1] and not plain(results[0])
    return found


def plain(value):
    """Whether it does not matter if a value is one object or two."""
    return value is None or isinstance(value, bool | int | float | complex | str | bytes | tuple | frozenset | type)


def main():
    old, new = seen(version(OLD, $old_name)), seen(version(NEW, $new_name))
    differ = [name for name in old if old[name] != new[name]]
    for name in differ or ["first call"]:
        print(f"{name}\\n  before  {str(old[name])[:2000]}\\n  now     {str(new[name])[:2000]}")
    print(f"{len(differ)} of {len(old)} things seen differ")
    return 1 if differ else 0


if __name__ == "__main__":
    sys.exit(main())
''')


@dataclass(frozen=True, slots=True)
class Pair:
    """Two versions as texts with the name each defines; `module` what to import for the names they use, "" where the texts need none."""

    old: str
    old_name: str
    new: str
    new_name: str
    module: str


def repro_script(pair: Pair, example: Counterexample | None, said: str) -> str:
    """The text of the script. `said` is why it was refused. Raises UsageError where there is no input that could be written down."""
    if example is None:
        raise UsageError(
            f"There is no counter-example to write down: {said}. What was measured or explored stands in the checklist."
        )
    if example.source is None and not example.payload:
        raise UsageError(
            f"The input of the counter-example is too large, or cannot be written down: {example.call}. "
            "Record a smaller workload, and verify again."
        )
    imports, arguments = _input(example)
    text = _SCRIPT.substitute(
        said=_in_docstring(said),
        where=f" where {pair.module} can be imported" if pair.module else "",
        imports="\n".join(imports + ([f"\nimport {pair.module} as module"] if pair.module else [])),
        names="vars(module)" if pair.module else '{"__name__": "repro"}',
        old=_quoted(pair.old),
        new=_quoted(pair.new),
        old_name=repr(pair.old_name),
        new_name=repr(pair.new_name),
        call=_in_docstring(example.call),
        arguments=arguments,
    )
    compile(text, "repro.py", "exec", dont_inherit=True)
    return text


def _input(example: Counterexample) -> tuple[list[str], str]:
    """Imports, and the indented lines that set args and kwargs."""
    if example.source is None:
        lines = [f"args, kwargs = pickle.loads(base64.b64decode({example.payload!r}))"]
        return ["import base64", "import pickle"], f"    {lines[0]}"
    lines = example.source.splitlines()
    head = [line for line in lines if line.startswith(("import ", "from "))]
    return head, "\n".join(f"    {line}" for line in lines if line not in head)


def _quoted(text: str) -> str:
    """A function's text as a literal that can be read."""
    for quotes in ("'''", '"""'):
        if quotes not in text and not text.endswith(quotes[0]):
            return f"{quotes}\\\n{text}{quotes}" if "\\" not in text else f"r{quotes}\n{text}{quotes}"
    return "(\n" + "".join(f"    {line!r}\n" for line in text.splitlines(keepends=True)) + ")"


def _in_docstring(text: str) -> str:
    return " ".join(text.replace("\\", "\\\\").replace('"', "'").split())
