"""Where threads may be made to switch: the instructions that can touch what others see, and how a step is told."""

from __future__ import annotations

import dis
import linecache
import sys
import sysconfig
from pathlib import Path
from types import BuiltinFunctionType, CodeType, FrameType, FunctionType, ModuleType
from typing import Any

SHARING = (
    *("LOAD_ATTR", "LOAD_METHOD", "STORE_ATTR", "DELETE_ATTR", "LOAD_SUPER_ATTR"),
    *("BINARY_SUBSCR", "STORE_SUBSCR", "DELETE_SUBSCR", "BINARY_SLICE", "STORE_SLICE", "BINARY_OP"),
    *("LOAD_GLOBAL", "STORE_GLOBAL", "DELETE_GLOBAL", "LOAD_NAME", "STORE_NAME", "DELETE_NAME"),
    *("LOAD_DEREF", "STORE_DEREF", "DELETE_DEREF", "LOAD_CLASSDEREF", "LOAD_FROM_DICT_OR_DEREF"),
    *("CALL", "CALL_FUNCTION_EX", "CALL_KW", "CALL_INTRINSIC_1", "CONTAINS_OP", "COMPARE_OP"),
    *("FOR_ITER", "GET_ITER", "SEND", "BEFORE_WITH", "WITH_EXCEPT_START", "LOAD_SPECIAL"),
    *(
        "UNPACK_SEQUENCE",
        "UNPACK_EX",
        "LIST_EXTEND",
        "SET_UPDATE",
        "DICT_UPDATE",
        "DICT_MERGE",
        "FORMAT_VALUE",
        "FORMAT_SIMPLE",
    ),
    *("LIST_APPEND", "SET_ADD", "MAP_ADD"),
)
"""Instructions that can read or write what another thread sees. Before all others a switch would give nothing that one before the next
of these does not give as well: they work on the thread's own variables and stack."""

_FIXED = (ModuleType, FunctionType, BuiltinFunctionType, type)


class Places:
    """What is known of code objects: which are looked into, and what stands at each offset. Kept for one exploration."""

    def __init__(self, own: tuple[CodeType, ...] = ()) -> None:
        self._own = {code.co_filename for code in own}
        self._tables: dict[int, dict[int, tuple[str, Any, int]]] = {}
        self._followed: dict[str, bool] = {}
        self._kept: list[CodeType] = []
        paths = sysconfig.get_paths()
        self._library = tuple(f"{Path(paths[key])}/" for key in ("stdlib", "platstdlib"))
        self._packages = tuple(f"{Path(paths[key])}/" for key in ("purelib", "platlib"))
        self._room = f"{Path(__file__).parent}/"

    def followed(self, code: CodeType) -> bool:
        """Whether threads are made to switch within this code: all but the standard library, frozen modules and this package."""
        known = self._followed.get(code.co_filename)
        if known is None:
            known = self._followed[code.co_filename] = self._follow(code.co_filename)
        return known

    def _follow(self, file: str) -> bool:
        if file in self._own:
            return True
        if file.startswith(("<frozen", self._room)):
            return False
        return file.startswith(self._packages) or not file.startswith(self._library)

    def table(self, code: CodeType) -> dict[int, tuple[str, Any, int]]:
        """Offset -> (instruction, argument, line) for the instructions before which threads may switch."""
        known = self._tables.get(id(code))
        if known is None:
            lines = {start: line for start, _, line in code.co_lines() if line}
            line, known, prefixes = code.co_firstlineno, {}, []
            for one in dis.get_instructions(code):
                line = lines.get(one.offset, line)
                if one.opname == "EXTENDED_ARG":
                    prefixes.append(one.offset)
                    continue
                if one.opname in SHARING:
                    known.update(dict.fromkeys([one.offset, *prefixes], (one.opname, _argument(one), line)))
                prefixes = []
            self._tables[id(code)] = known
            self._kept.append(code)
        return known

    def point(self, frame: FrameType) -> tuple[str, Any, int] | None:
        """What stands where the frame is about to go on, or None where a switch would make no difference."""
        code = frame.f_code
        found = self.table(code).get(frame.f_lasti)
        if found is not None and found[0] == "LOAD_GLOBAL":
            name = found[1]
            held = frame.f_globals
            if name not in held or isinstance(held[name], _FIXED):
                return None
        return found


def _argument(one: dis.Instruction) -> Any:
    return one.argrepr if one.opname in ("BINARY_OP", "COMPARE_OP") else one.argval


def listen_again() -> None:
    """Undo that a tool asked not to be told of instructions any more: from Python 3.12 on, trace functions are not told then, either."""
    if sys.version_info >= (3, 12):
        sys.monitoring.restart_events()


def place(code: CodeType, line: int) -> str:
    """`cache.py:12 if key not in self.store`."""
    return f"{Path(code.co_filename).name}:{line} {linecache.getline(code.co_filename, line).strip()}".rstrip()


def instruction(name: str, argument: Any) -> str:
    """An instruction for a reader: `STORE_ATTR n`."""
    return f"{name} {argument}" if isinstance(argument, str) and argument else name
