"""The rules there are."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.advice.base import Rule

RULES: tuple[str, ...] = (
    "list_membership",
    "pop_front",
    "string_append",
    "sort_in_loop",
    "regex_in_loop",
    "repeated_call",
    "missing_slots",
    "list_to_iterate",
    "array_copies",
    "loop_over_ndarray",
    "growing_frame",
    "iterrows",
    "exceptions_as_flow",
    "deepcopy_in_loop",
    "pair_loops",
    "dict_counting",
    "blocking_in_async",
    "await_one_by_one",
    "serial_round_trip",
    "small_io",
    "unbounded_gather",
    "cpu_in_threads",
    "lock_while_waiting",
    "unbounded_cache",
    "kept_alive",
)
"""Modules in `rules/`, each with a `RULE`; the order is that of the answer where two findings are equally hot."""


def rules() -> tuple[Rule, ...]:
    """Every rule, loaded."""
    return tuple(import_module(f"workbench.advice.rules.{name}").RULE for name in RULES)
