"""Which line a signal sample belongs to: known-answer functions, on every Python."""

from __future__ import annotations

import dis
from typing import TYPE_CHECKING

from workbench.engines.skid import CodeMap

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import CodeType


def membership(items: list[int], big: list[int]) -> int:
    found = 0
    for item in items:
        if item in big:
            found += 1
    return found


def quiet_call(items: list[int], big: list[int], text: str) -> int:
    size = 0
    for item in items:
        hit = item in big
        size += len(text) + hit
    return size


def loud_call(items: list[int], text: list[int]) -> list[int]:
    kept: list[int] = []
    for _ in items:
        kept = sorted(text)
    return kept


def cheap(n: int) -> int:
    total = 0
    for i in range(n):
        total += i
        total -= 1
    return total


def warm() -> None:
    """Give the adaptive interpreter what it needs to specialise."""
    for _ in range(40):
        membership(list(range(60)), list(range(70)))
        quiet_call(list(range(60)), list(range(70)), "text")
        loud_call(list(range(60)), [3, 1, 2])
        cheap(60)


def shares(function: Callable[..., object], name: str) -> list[dict[int, float]]:
    """For every check of that opcode name: line, counted from `def`, -> its part."""
    code: CodeType = function.__code__
    found = []
    mapped = CodeMap(code)
    for instruction in dis.get_instructions(code, adaptive=True):
        if instruction.opname.startswith(name):
            parts: dict[int, float] = {}
            for share in mapped.spread(instruction.offset):
                line = share.line - code.co_firstlineno
                parts[line] = parts.get(line, 0.0) + share.part
            found.append(parts)
    return found


def test_a_membership_test_gets_the_time_of_the_loop_it_dominates() -> None:
    """The jump back after `found += 1` was kept waiting by `item in big`, not by the cheap addition."""
    warm()
    last = shares(membership, "JUMP_BACKWARD")[-1]
    assert last[3] > 0.7
    assert sum(last.values()) == 1.0 or abs(sum(last.values()) - 1.0) < 1e-9


def test_a_call_into_c_is_charged_itself() -> None:
    """At the check after `sorted(...)` the call's line gets the time, and is marked native."""
    warm()
    code = loud_call.__code__
    mapped = CodeMap(code)
    calls = [
        instruction.offset
        for instruction in dis.get_instructions(code, adaptive=True)
        if instruction.opname.startswith("CALL")
        and instruction.positions
        and instruction.positions.lineno == code.co_firstlineno + 3
    ]
    best = max(mapped.spread(calls[-1]), key=lambda share: share.part)
    assert best.line == code.co_firstlineno + 3
    assert best.native
    assert best.part > 0.8


def test_cheap_lines_share_a_loop_among_them() -> None:
    """Where nothing in the loop can be long, no single line takes it all."""
    warm()
    last = shares(cheap, "JUMP_BACKWARD")[-1]
    assert max(last.values()) < 0.7
    assert {3, 4} <= set(last)


def test_parts_sum_to_one_at_every_instruction() -> None:
    """Whatever instruction a sample lands on, all of it is given away, to lines of the function."""
    warm()
    for function in (membership, quiet_call, loud_call, cheap, shares, CodeMap.spread):
        code = function.__code__
        mapped = CodeMap(code)
        lines = {line for *_, line in code.co_lines() if line}
        for instruction in dis.get_instructions(code):
            spread = mapped.spread(instruction.offset)
            assert abs(sum(share.part for share in spread) - 1.0) < 1e-9
            assert {share.line for share in spread} <= lines


def test_an_offset_that_is_no_instruction_falls_back_to_the_function() -> None:
    """An offset between instructions, as a foreign tool may leave, is charged to the function's first line."""
    share = CodeMap(cheap.__code__).spread(10**6)[0]
    assert (share.line, share.part, share.native) == (cheap.__code__.co_firstlineno, 1.0, False)
