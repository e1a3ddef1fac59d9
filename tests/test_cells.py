"""Promises 1, 2 and 8 in a real kernel: a cell under `%%profile` runs as if the magic were not there, and the kernel stays clean."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from kernel import MARK, Kernel, Ran

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.kernel, pytest.mark.xdist_group("cells")]

SETUP = f"""
import warnings; warnings.simplefilter("always")
import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})
import guest
def busy(n=300_000):
    s = 0
    for i in range(n):
        s += i * i
    return s
"""
SHADOWS = "[name for name in ('run_ast_nodes', 'showtraceback', 'run_code') if name in vars(get_ipython())]"


@pytest.fixture(scope="module")
def kernel() -> Iterator[Kernel]:
    kernel = Kernel()
    try:
        ran = kernel.run(SETUP)
        assert ran.error is None, ran.error
        ran = kernel.run("%load_ext workbench\nimport workbench")
        assert ran.error is None, ran.error
        assert ran.stdout == ran.stderr == ""
        kernel.run("%%profile --quiet\nbusy()")
        # The first large output of any kind makes pyzmq start a thread of its own.
        kernel.run("from IPython.display import display\ndisplay({'text/html': 'x' * 300_000}, raw=True)")
        yield kernel
    finally:
        kernel.stop()


@dataclass(frozen=True)
class Case:
    """One row of the table: a cell, and how often it is interrupted. `recorded`: whether a recording comes of it."""

    name: str
    code: str
    interrupts: int = 0
    recorded: bool = True
    engines: tuple[str, ...] = ("sample", "cpu", "lines", "memory", "heap", "tasks")
    variables: tuple[str, ...] = ()


CASES = [
    Case("plain", "value = busy()\nvalue", variables=("value",)),
    Case("await", "import asyncio\nvalue = await asyncio.sleep(0.05, 'woke')\nvalue", variables=("value",)),
    Case("multi-line string", 'value = """\n  a\n    b\n"""\nvalue', variables=("value",)),
    Case("raises", "value = busy()\ndef fails():\n    raise ValueError('no')\nfails()", variables=("value",)),
    Case("shell and magics", "!echo from the shell\nvalue = 7\n%pprint\n%pprint", variables=("value",)),
    Case("interrupted", f"print({MARK!r}, flush=True)\nwhile True:\n    busy()", interrupts=1),
    Case("interrupted in a sleep", f"import time\nprint({MARK!r}, flush=True)\ntime.sleep(60)", interrupts=1),
    Case(
        "interrupted twice",
        f"try:\n    print({MARK!r}, flush=True)\n    while True: busy()\nexcept KeyboardInterrupt:\n"
        f"    print({MARK!r}, flush=True)\n    while True: busy()",
        interrupts=2,
    ),
    Case("syntax error", "value = (", recorded=False),
    Case("leaves by sys.exit", "import sys\nsys.exit(3)"),
    Case(
        "threads outlive it",
        "import threading\nstop = threading.Event()\nthread = threading.Thread(target=stop.wait)\nthread.start()",
    ),
    Case("ends them", "stop.set()\nthread.join()"),
    Case("tasks outlive it", "import asyncio\ntask = asyncio.ensure_future(asyncio.sleep(0.01))"),
    Case(
        "redefines what it profiles",
        "def target():\n    def target(): return 2\n    return 1\ntarget()\ndef target(): return 3\nvalue = target()",
        variables=("value",),
    ),
    Case("semicolon hides the value", "busy();"),
    Case("prints and warns", "import warnings\nprint('out')\nwarnings.warn('careful')"),
    Case("displays", "from IPython.display import display, HTML\ndisplay(HTML('<b>x</b>'))\n1"),
    Case("%%time below", "%%capture captured\nprint('kept')"),
    Case("comment and blank lines only", "# nothing\n\n"),
    Case(
        "uses an alarm of its own",
        "import signal, time\nrang = []\nold = signal.signal(signal.SIGALRM, lambda *a: rang.append(1))\n"
        "signal.setitimer(signal.ITIMER_REAL, 0.05)\nwhile not rang: busy(1000)\n_ = signal.signal(signal.SIGALRM, old)\nlen(rang)",
    ),
    Case(
        "forks",
        "import os\npid = os.fork()\nif pid == 0: os._exit(7)\nos.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])",
    ),
    Case(
        "deep recursion",
        "def down(n): return 0 if n == 0 else 1 + down(n - 1)\nvalue = [down(800) for _ in range(200)][0]",
        variables=("value",),
    ),
]


def normal(text: str | None) -> str:
    """Without what differs from run to run: colours, cell numbers, file names, addresses."""
    text = re.sub(r"\x1b\[[0-9;]*m", "", text or "")
    text = re.sub(r"ipykernel_\d+/\d+\.py|<ipython-input-[^>]*>|\d+\.py", "FILE", text)
    text = re.sub(r"\n +1 .*", "", text)
    return re.sub(r"In ?\[\d+\]|0x[0-9a-f]+|/tmp/\S+", "X", text)


def outcome(ran: Ran, variables: dict[str, object]) -> dict[str, object]:
    """What a person could tell two runs apart by."""
    return {
        "stdout": ran.stdout,
        "stderr": normal(ran.stderr),
        "result": ran.result,
        "shown": [data.get("text/html") for data in ran.others],
        "error": None if ran.error is None else (ran.error[0], normal(ran.error[1]), normal(ran.error[2])),
        "status": ran.status,
        "variables": variables,
    }


@pytest.mark.parametrize("engine", ["sample", "cpu", "lines", "memory", "heap", "tasks"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_same_outcome_recording_kept_kernel_clean(kernel: Kernel, case: Case, engine: str) -> None:
    """Bare and under `%%profile`: same outputs, same variables, the recording is kept, and the process is as it was found."""

    def run(code: str) -> dict[str, object]:
        nonlocal ran
        kernel.run("value = None")
        ran = kernel.run(code, interrupts=case.interrupts)
        return outcome(ran, {name: kernel.value(name) for name in case.variables})

    ran = Ran()
    bare = run(case.code if case.code.startswith("%%") else "# bare\n" + case.code)
    kernel.run("import gc; gc.collect(); before = workbench.history(); state = guest.guest_state()")
    profiled = run(f"%%profile {engine}\n{case.code}")
    views = len(ran.views)
    if case.interrupts:
        # Where in the cell an interrupt lands differs from run to run.
        bare["error"], profiled["error"] = (found["error"] and found["error"][:1] for found in (bare, profiled))
    assert profiled == bare
    assert views == case.recorded
    assert kernel.value("sum(all(new is not old for old in before) for new in workbench.history())") == case.recorded
    if case.recorded:
        assert kernel.value("workbench.last().error and workbench.last().error.type") == (
            bare["error"] and bare["error"][0]
        )
    left = kernel.value("guest.changes(state, guest.guest_state())")
    assert [sentence for sentence in left if not expected(case, sentence)] == []
    assert kernel.value(SHADOWS) == []


def expected(case: Case, change: str) -> bool:
    """A cell's own doing, as it would be without us."""
    return case.name in {"threads outlive it", "ends them"} and change.startswith("threads")


def test_traceback_names_the_right_line(kernel: Kernel) -> None:
    """The line numbers of a traceback are those of the cell as the person sees it, `%%profile` line included."""
    ran = kernel.run("# why\n\n%%profile\n\nx = 1\nraise RuntimeError('here')")
    assert ran.error is not None
    assert re.search(r"line 6|----> 6 ", re.sub(r"\x1b\[[0-9;]*m", "", ran.error[2]))


def test_may_be_preceded_by_blank_lines_and_comments(kernel: Kernel) -> None:
    """Blank lines and comments above `%%profile` change nothing."""
    ran = kernel.run("\n# a comment\n\n  # another\n%%profile\nbusy(1000)")
    assert ran.error is None
    assert len(ran.views) == 1
    assert ran.result is not None


def test_wrong_words_are_refused_and_the_cell_does_not_run(kernel: Kernel) -> None:
    """A wrong engine, option or value gets a hint that names the right ones; the cell's code is not run."""
    for words, hint in [
        ("cpuu", "'cpu'"),
        ("--sav x", "'--save'"),
        ("--top no", "must be"),
        ("--as", "needs a value"),
        ("cpu f(1)", "below"),
    ]:
        for above in ("", "# comment\n"):
            ran = kernel.run(f"{above}%%profile {words}\nran_anyway = True")
            assert hint in ran.stderr, (words, ran.stderr)
            assert "Traceback" not in ran.stderr
            assert ran.views == []
    assert kernel.value("'ran_anyway' in globals()") is False


def test_lines_of_the_cell_carry_its_source(kernel: Kernel) -> None:
    """The recording knows the cell's own lines by number and text, and functions of earlier cells too."""
    kernel.run("%%profile --quiet\ntotal = 0\nfor _ in range(40):\n    total += busy(100_000)\ntotal")
    rows = kernel.value("workbench.last().lines().query('owner == \"own\"')[['line', 'source']].values.tolist()")
    assert [4, "    total += busy(100_000)"] in rows
    assert any("s += i * i" in source for _, source in rows)
    files = kernel.value("sorted(set(workbench.last().lines().query('owner == \"own\"')['file']))")
    assert all(re.fullmatch(r"In \[\d+\]", file) for file in files), files


def test_found_documented_and_completed(kernel: Kernel) -> None:
    """`%lsmagic` lists it, `%%profile?` explains it, Tab offers engines, options and functions."""
    assert "%%profile" in kernel.run("%lsmagic").result
    assert "sample" in kernel.inspect("%%profile") or "sample" in kernel.inspect("%profile")
    assert {"sample", "cpu"} <= set(kernel.complete("%%profile "))
    assert kernel.complete("%%profile --sa") == ["--save"]
    assert "busy" in kernel.complete("%profile bu")
    assert kernel.complete("%profile cp") == ["cpu"]


def test_line_magic_repeats_until_there_is_enough(kernel: Kernel) -> None:
    """`%profile` runs a short statement often enough to see it, says how often, and gives the statement's value."""
    ran = kernel.run("%profile --as quick busy(10_000)")
    assert ran.error is None
    assert ran.result == kernel.run("busy(10_000)").result
    repeats = kernel.value("quick.target.repeats")
    assert repeats > 10
    assert f"{repeats:,}" in ran.views[0]["text/plain"]
    assert kernel.value("quick.samples") > 20
    once = kernel.run("%profile --once --as quick busy(10_000)")
    assert once.error is None
    assert kernel.value("quick.target.repeats") == 1


def test_statement_that_raises_keeps_its_recording(kernel: Kernel) -> None:
    """The exception comes out, and the recording up to there is the newest."""
    ran = kernel.run("%profile busy() / 0")
    assert ran.error is not None
    assert ran.error[0] == "ZeroDivisionError"
    assert len(ran.views) == 1
    assert kernel.value("workbench.last().error.type") == "ZeroDivisionError"


def test_called_by_a_program(kernel: Kernel) -> None:
    """`ip.run_cell_magic('profile', ...)` runs the cell and gives its value."""
    ran = kernel.run("get_ipython().run_cell_magic('profile', '', 'inner = busy()\\ninner + 1')")
    assert ran.error is None
    assert ran.result == str(kernel.value("inner + 1"))
    assert len(ran.views) == 1


def test_nested_profile_runs_as_part_of_the_outer_one(kernel: Kernel) -> None:
    """A `%profile` in a profiled cell runs its statement, says why it has no view of its own, and the cell's recording is kept."""
    ran = kernel.run("%%profile\n%profile busy()")
    assert ran.error is None
    assert "running already" in ran.stderr
    assert len(ran.views) == 1
    ran = kernel.run("%%profile\n_ = get_ipython().run_cell('%%profile\\nnested = busy()')\nnested")
    assert len(ran.views) == 1
    assert ran.error is None
    assert kernel.value(SHADOWS) == []


def test_two_cells_in_a_row_are_two_recordings(kernel: Kernel) -> None:
    """Each has its own lines."""
    kernel.run("%%profile --quiet --as first\nfirst_value = busy()")
    kernel.run("%%profile --quiet --as second\nsecond_value = busy()")
    assert kernel.value("first.target.name") != kernel.value("second.target.name")
    for name in ("first", "second"):
        sources = kernel.value(f"[line for line in {name}.lines()['source'] if '_value' in line]")
        assert sources == [f"{name}_value = busy()"]


def test_save_show_and_load(kernel: Kernel, tmp_path: Path) -> None:
    """`--save` writes a file that `workbench.load` reads back as the same recording; `--report` writes a page."""
    ran = kernel.run(f"%%profile --as kept --save {tmp_path / 'a.wbp'} --report {tmp_path / 'a.html'}\nbusy()")
    assert ran.error is None
    assert kernel.value(f"workbench.load({str(tmp_path / 'a.wbp')!r}).recording == kept.recording") is True
    assert (tmp_path / "a.html").read_text(encoding="utf-8").lower().startswith("<!doctype html>")


def test_a_folder_that_cannot_be_written_keeps_the_recording(kernel: Kernel, tmp_path: Path) -> None:
    """A failed save is one sentence, and the recording stays in the session."""
    ran = kernel.run(f"%%profile --quiet --as kept --save {tmp_path / 'missing' / 'a.wbp'}\nbusy()")
    assert ran.error is None
    assert "workbench:" in ran.stderr
    assert "session" in ran.stderr
    assert "Traceback" not in ran.stderr
    assert kernel.value("workbench.last() is kept") is True


def test_a_tracing_debugger_keeps_tracing(kernel: Kernel) -> None:
    """A trace function set before the cell sees the cell's calls, and is still there afterwards."""
    kernel.run("seen = set()\ndef tracer(frame, event, arg):\n    seen.add(frame.f_code.co_name)\n    return None")
    kernel.run("import sys\nsys.settrace(tracer)")
    kernel.run("seen.clear(); sys.settrace(tracer)\ndef visited(): return 1")
    ran = kernel.run("%%profile\nsys.settrace(tracer)\nvisited()\nstill = sys.gettrace() is tracer")
    kernel.run("sys.settrace(None)")
    assert len(ran.views) == 1
    assert kernel.value("still and 'visited' in seen") is True


def test_cpu_engine_says_who_holds_the_profiling_hook(kernel: Kernel) -> None:
    """With another profiler running, the cell runs unprofiled with a sentence that says so; the other profiler goes on."""
    kernel.run("import cProfile\nother = cProfile.Profile()")
    ran = kernel.run("other.enable()\n_r = get_ipython().run_cell('%%profile cpu\\nvalue = busy()')\nother.disable()")
    assert "holds it" in ran.stderr
    assert ran.views == []
    assert kernel.value("value == busy()") is True


def test_name_clash_offers_another_name() -> None:
    """Where `%profile` is taken, the extension leaves it alone, says so, and answers to `%%wb`."""
    kernel = Kernel()
    try:
        kernel.run(
            "from IPython.core.magic import register_line_magic\n@register_line_magic\ndef profile(line): return 'theirs'"
        )
        ran = kernel.run("%load_ext workbench")
        assert "%%wb" in ran.stderr
        assert kernel.run("%profile").result == "'theirs'"
        ran = kernel.run("%%wb\nsum(range(1000))")
        assert len(ran.views) == 1
        assert ran.result == "499500"
    finally:
        kernel.stop()


def test_unload_takes_everything_away() -> None:
    """After `%unload_ext` the magics, the transformer and the callbacks are gone."""
    kernel = Kernel()
    try:
        kernel.run(
            "before = [len(c) for c in get_ipython().events.callbacks.values()], len(get_ipython().input_transformers_cleanup)"
        )
        kernel.run("%load_ext workbench")
        kernel.run("%unload_ext workbench")
        after = (
            "([len(c) for c in get_ipython().events.callbacks.values()], len(get_ipython().input_transformers_cleanup))"
        )
        assert kernel.value(f"before == {after}") is True
        assert "not found" in kernel.run("%%profile\n1").stderr
    finally:
        kernel.stop()


def test_awaiting_statement_is_told_where_to_go(kernel: Kernel) -> None:
    """`%profile await f()` cannot work inside the kernel's loop; the hint says what does."""
    ran = kernel.run("import asyncio\n%profile await asyncio.sleep(0)")
    assert "%%profile on a line above" in ran.stderr


def test_time_awaited_in_a_cell_is_on_its_line(kernel: Kernel) -> None:
    """A cell's `await` line gets the time the loop idles, though no thread's stack shows it."""
    kernel.run("%%profile --quiet --as waited\nimport asyncio\nawait asyncio.sleep(0.4)\nbusy()")
    rows = kernel.value("waited.lines().query('owner == \"own\"')[['source', 'waiting']].values.tolist()")
    assert dict(rows)["await asyncio.sleep(0.4)"] > 0.3
