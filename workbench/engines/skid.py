"""Which source line a signal sample belongs to.

CPython runs a signal's Python handler only where bytecode checks for it: after calls into C, at the start of a function, at
a jump back. What a sample interrupts is therefore the *next* such check, and `if x in big_list:` would be charged to the last line of
its loop. `spread` goes back from the check through the control flow to the checks before it, and shares the sample among the instructions
between them, by what their kind can cost: an instruction that the interpreter has specialised for ints is cheap for sure, a
generic operator or a call into C may be anything. The adaptive interpreter's own notes (`dis`, adaptive=True) tell which is which.
"""

from __future__ import annotations

import dis
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from types import CodeType

_TRIVIAL, _TYPED, _OPEN = 1.0, 3.0, 60.0

_LETS_GO, _SURELY_FAST = 0.2, 0.002
_DROPS = ("STORE_", "DELETE_", "POP_TOP")
"""Instructions that may free what a name held before, which for a large object takes long: the likeliest cause where no other can be
slow, an unlikely one beside an instruction that may take any time."""

_QUIET_CALLS = frozenset(
    prefix + name
    for prefix in ("CALL_", "CALL_NO_KW_", "PRECALL_NO_KW_")
    for name in ("LEN", "ISINSTANCE", "LIST_APPEND", "TYPE_1")
)
CHEAP_CALLS = frozenset(
    [
        "len",
        "isinstance",
        "issubclass",
        "callable",
        "hasattr",
        "id",
        "ord",
        "chr",
        "type",
        "range",
        "append",
        "add",
        "discard",
        "get",
        "setdefault",
        "items",
        "keys",
        "values",
        "perf_counter",
        "perf_counter_ns",
        "monotonic",
        "monotonic_ns",
        "time",
        "time_ns",
        "thread_time",
        "thread_time_ns",
        "process_time",
        "random",
    ]
)
"""C functions that take about as long as a handful of bytecodes, whatever they are given: told by name, as the bytecode has no more."""

_OPEN_OPS = (
    "BINARY_OP",
    "BINARY_SLICE",
    "BINARY_SUBSCR",
    "BUILD_STRING",
    "COMPARE_OP",
    "CONTAINS_OP",
    "CONVERT_VALUE",
    "DELETE_SUBSCR",
    "DICT_MERGE",
    "DICT_UPDATE",
    "FORMAT_",
    "GET_ITER",
    "IMPORT_",
    "LIST_EXTEND",
    "SET_UPDATE",
    "STORE_SLICE",
    "STORE_SUBSCR",
    "UNARY_",
    "UNPACK_EX",
)
_CALLS_NOTHING = ("CALL_INTRINSIC", "PRECALL_ADAPTIVE", "PRECALL_PYFUNC", "PRECALL_BOUND_METHOD")
"""On Python 3.11 the specialised forms of PRECALL do the call; these do not."""

_SPECIALISED = ("_INT", "_FLOAT", "_DICT", "_LIST", "_TUPLE", "_STR", "_SET", "_RANGE")
_ENDS_FLOW = ("JUMP_FORWARD", "JUMP_BACKWARD", "RETURN_", "RAISE_VARARGS", "RERAISE", "JUMP_ABSOLUTE")


@dataclass(frozen=True, slots=True)
class Share:
    """A part of a sample: the line it goes to, the part (all parts of a sample sum to 1), whether it is a call into C, and
    whether it is an instruction that may take any time in C (`open`; a call is one)."""

    line: int
    part: float
    native: bool
    open: bool = False


@dataclass(frozen=True, slots=True)
class _Step:
    line: int
    weight: float
    check: bool
    call: bool
    open: bool
    when_slow: float
    loop_head: bool
    before: tuple[int, ...]


class CodeMap:
    """The instructions of one code object, with what each may cost and where control comes from."""

    def __init__(self, code: CodeType) -> None:
        self._first_line = code.co_firstlineno
        instructions = list(dis.get_instructions(code, adaptive=True))
        self._at = {instruction.offset: index for index, instruction in enumerate(instructions)}
        self._steps = _steps(instructions, self._at, code.co_firstlineno)
        self._names = [instruction.opname for instruction in instructions]

    def just_entered(self, offset: int) -> bool:
        """Whether the instruction at a byte offset is the start of the function: none of it has run yet."""
        index = self._at.get(offset)
        return index is not None and self._names[index].startswith(("RESUME", "INSTRUMENTED_RESUME"))

    def in_c(self, offset: int) -> bool:
        """Whether a thread that stands still at a byte offset is in C code there: at a call, or where bytecode cannot be interrupted."""
        index = self._at.get(offset)
        return index is not None and (self._steps[index].call or not self._steps[index].check)

    def may_be_long(self, offset: int) -> bool:
        """Whether any instruction between the check before a byte offset and the offset may take any time."""
        index = self._at.get(offset)
        return index is not None and any(self._steps[step].open for step in self._stretch(index))

    def before_call(self, offset: int) -> bool:
        """Whether an instruction that may take any time lies between the check before a call and the call, at a byte offset, itself."""
        index = self._at.get(offset)
        return index is not None and any(self._steps[step].open for step in self._stretch(index) - {index})

    def line(self, offset: int) -> int:
        """The source line at a byte offset; where the compiler gave none, the nearest one before it."""
        index = self._at.get(offset)
        return self._first_line if index is None else self._steps[index].line

    def spread(self, offset: int, *, leaf_ran: bool = True, slow: bool = False) -> list[Share]:
        """How a sample seen at a byte offset is shared among lines.

        `leaf_ran` is False where the instruction at the offset is a call that has only just begun; `slow` where it is known
        that something between the checks took long, which a cheap instruction cannot have been.
        """
        index = self._at.get(offset)
        if index is None:
            return [Share(self._first_line, 1.0, native=False)]
        weights: dict[tuple[int, bool, bool], float] = {}
        for found in self._stretch(index):
            step = self._steps[found]
            begun = found == index and not leaf_ran
            weight = (_TRIVIAL if begun else step.weight) if not slow else _SURELY_FAST if begun else step.when_slow
            key = (step.line, step.call and found == index and leaf_ran, step.open and not begun)
            weights[key] = weights.get(key, 0.0) + weight
        whole = sum(weights.values())
        return [Share(line, weight / whole, native, is_open) for (line, native, is_open), weight in weights.items()]

    def _stretch(self, index: int) -> set[int]:
        """The instructions that may have run since the check before `index`, itself included."""
        found, pending = {index}, [index]
        while pending:
            step = self._steps[pending.pop()]
            if step.loop_head:
                continue
            for before in step.before:
                if before not in found and not self._steps[before].check:
                    found.add(before)
                    pending.append(before)
        return found


def _steps(instructions: list[dis.Instruction], at: dict[int, int], first_line: int) -> list[_Step]:
    before: list[list[int]] = [[] for _ in instructions]
    heads: set[int] = set()
    for index, instruction in enumerate(instructions):
        if index and not _base(instructions[index - 1].opname).startswith(_ENDS_FLOW):
            before[index].append(index - 1)
        if instruction.opcode in dis.hasjrel or instruction.opcode in dis.hasjabs or "JUMP" in instruction.opname:
            target = at.get(instruction.argval) if isinstance(instruction.argval, int) else None
            if target is not None:
                before[target].append(index)
                if target <= index:
                    heads.add(target)
    steps, line = [], first_line
    for index, instruction in enumerate(instructions):
        line = (instruction.positions.lineno if instruction.positions else None) or line
        name = _base(instruction.opname)
        call = name.startswith(("CALL", "PRECALL_")) and not name.startswith(_CALLS_NOTHING)
        quiet = name in _QUIET_CALLS
        cheap = quiet or (call and _callee(instructions, index) in CHEAP_CALLS)
        weight = _TYPED if cheap else _weight(name, call)
        steps.append(
            _Step(
                line=line,
                weight=weight,
                check=(call and not quiet) or name.startswith(("RESUME", "JUMP_BACKWARD", "POP_JUMP_BACKWARD")),
                call=call and not cheap,
                open=weight == _OPEN,
                when_slow=_OPEN if weight == _OPEN else _LETS_GO if name.startswith(_DROPS) else _SURELY_FAST,
                loop_head=index in heads,
                before=tuple(before[index]),
            )
        )
    return steps


def _callee(instructions: list[dis.Instruction], call: int) -> str:
    """The name under which the function of a call was loaded; empty where that is not plain to see."""
    depth = -(instructions[call].arg or 0)
    for instruction in reversed(instructions[max(call - 40, 0) : call]):
        name = instruction.opname
        if name.startswith(("PRECALL", "KW_NAMES", "CACHE", "RESUME", "NOP")):
            continue
        if depth == 0 and name.startswith(
            ("LOAD_ATTR", "LOAD_METHOD", "LOAD_GLOBAL", "LOAD_NAME", "LOAD_FAST", "LOAD_DEREF")
        ):
            return str(instruction.argval)
        if not name.startswith("LOAD_") or name.startswith(("LOAD_ATTR", "LOAD_METHOD")):
            return ""
        depth += 2 if name.startswith("LOAD_FAST_LOAD_FAST") else 1
        if depth > 0:
            return ""
    return ""


def _base(name: str) -> str:
    return name.removeprefix("INSTRUMENTED_")


def _weight(name: str, call: bool) -> float:
    if call:
        return _OPEN
    if name.startswith(_OPEN_OPS):
        return _TYPED if any(mark in name.removeprefix("UNARY_") for mark in _SPECIALISED) else _OPEN
    if name.startswith(
        ("LOAD_ATTR", "LOAD_METHOD", "STORE_ATTR", "FOR_ITER", "UNPACK", "BUILD", "LIST_APPEND", "MAP_ADD")
    ):
        return _TYPED
    return _TRIVIAL
