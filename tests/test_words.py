"""The words after `%profile`: what is understood, what is refused and with which hint."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import UnknownEngineError, UnknownOptionError, UsageError, WorkbenchError
from workbench.magics.words import OPTIONS, Words, parse


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("f(x)", Words("sample", "f(x)")),
        ("cpu f(x)", Words("cpu", "f(x)")),
        ("cpu --as p f(x) + 1", Words("cpu", "f(x) + 1", {"--as": "p"})),
        ("--top=3 f('--as')", Words("sample", "f('--as')", {"--top": 3})),
        ("--save 'my file.wbp' f()", Words("sample", "f()", {"--save": "my file.wbp"})),
        ('--save="my file.wbp" f()', Words("sample", "f()", {"--save": "my file.wbp"})),
        (
            "--once --quiet f( ' two  spaces' )",
            Words("sample", "f( ' two  spaces' )", {"--once": True, "--quiet": True}),
        ),
        ("lines -f f -f A.b --top 3 f()", Words("lines", "f()", {"-f": ["f", "A.b"], "--top": 3})),
        ("lines -m pkg.mod f()", Words("lines", "f()", {"-m": ["pkg.mod"]})),
        ("memory --backend memory_profiler f()", Words("memory", "f()", {"--backend": "memory_profiler"})),
        ("lines -f f(x) f(x)", UnknownOptionError),
        ("memory --backend nope f()", UnknownOptionError),
        ("cpu --backend memory_profiler f()", UnknownOptionError),
        ("sample", UsageError),
        ("", UsageError),
        ("--as 1x f()", UnknownOptionError),
        ("--top 0 f()", UnknownOptionError),
        ("--budget 2 f()", UnknownOptionError),
        ("--interval nan f()", UnknownOptionError),
        ("--nope f()", UnknownOptionError),
        ("smaple f()", UnknownEngineError),
        ("f(", SyntaxError),
    ],
)
def test_line(line: str, expected: Words | type[Exception]) -> None:
    """Engine, then options, then the statement exactly as it was written."""
    if isinstance(expected, Words):
        assert parse(line, cell=False) == expected
    else:
        with pytest.raises(expected):
            parse(line, cell=False)


def test_options_reach_the_engine() -> None:
    """`--interval` and `--budget` are the engine's options."""
    options = parse("--interval 0.01 --budget 0.05", cell=True).options
    assert (options.interval, options.budget) == (0.01, 0.05)


def test_hints_name_the_near_ones() -> None:
    """A slip of a letter is answered with the word that was meant."""
    with pytest.raises(UnknownEngineError, match="'sample'"):
        parse("sampel", cell=True)
    with pytest.raises(UnknownOptionError, match="'--report'"):
        parse("--rapport x", cell=True)


@given(st.text(max_size=60))
def test_anything_is_understood_or_refused_in_words(line: str) -> None:
    """No line of any characters ends in an error of ours that is not meant for people."""
    try:
        parsed = parse(line, cell=True)
    except WorkbenchError as error:
        assert str(error)
    else:
        assert set(parsed.values) <= set(OPTIONS)
