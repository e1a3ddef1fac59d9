"""The live line in a real kernel: it is there while a long cell runs, gives way to the view, and is in nobody's way."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from live_kernel import MARK, LiveKernel, Shown, html, is_view

from workbench.magics.live import elapsed, line
from workbench.recorder.pulse import Reading

pytestmark = [pytest.mark.kernel, pytest.mark.xdist_group("live")]

SETUP = f"""
import sys; sys.path.insert(0, {str(Path(__file__).parent)!r})
import asyncio, os, threading, time, guest, workbench
import workbench.magics.live as live
from IPython.display import clear_output, display
def slow(n=2000):
    total = 0
    for number in range(n):
        total += number * number % 7  # hot
    return total
def until(go):
    while not os.path.exists(go):
        slow()
def beats():
    "Returns once a line would have been shown, were there one: timers of one loop come in order."
    late = threading.Event()
    loop = get_ipython().display_pub.pub_socket.io_thread.io_loop
    loop.add_callback(lambda: loop.call_later(live.DELAY + 2 * live.PERIOD + 0.1, late.set))
    while not late.is_set():
        slow()
live.DELAY, live.PERIOD = 0.05, 0.05
"""


@pytest.fixture(scope="module")
def kernel() -> Iterator[LiveKernel]:
    kernel = LiveKernel()
    try:
        for code in ("%load_ext workbench", SETUP, "%%profile --quiet\nslow()"):
            ran = kernel.run(code)
            assert ran.error is None, ran.error
        yield kernel
    finally:
        kernel.stop()


@dataclass
class Gate:
    """A file for which a cell waits."""

    path: Path

    def after(self, lines: int) -> Callable[[Shown], None]:
        """Let the cell go on once it has sent so many live lines."""

        def each(shown: Shown) -> None:
            if len(shown.lines) >= lines:
                self.path.touch()

        return each


@pytest.fixture
def gate(tmp_path: Path) -> Gate:
    return Gate(tmp_path / "go")


def test_line_is_updated_in_place_and_gives_way_to_the_view(kernel: LiveKernel, gate: Gate) -> None:
    """One display under the cell, updated while it runs; the view is the last update, and what is left is what an unwatched cell leaves."""
    shown = kernel.show(
        f"%%profile\nprint('before', flush=True)\nuntil({str(gate.path)!r})\nprint('after')\n7", each=gate.after(3)
    )
    kinds = [kind for kind, _ in shown.lines]
    assert kinds[0] == "display_data"
    assert set(kinds[1:]) == {"update_display_data"}
    places = {content["transient"]["display_id"] for _, content in shown.lines}
    assert len(places) == 1
    kind, content = next(found for found in shown.messages if is_view(found[1]))
    assert kind == "update_display_data"
    assert content["transient"]["display_id"] in places
    outputs = shown.outputs
    assert [output["kind"] for output in outputs] == ["stream", "display_data", "stream", "execute_result"]
    assert is_view(outputs[1])
    assert MARK not in str(outputs)
    assert shown.text == "before\nafter\n"


def test_line_tells_time_place_function_and_memory(kernel: LiveKernel, gate: Gate) -> None:
    """As HTML and as text: the running time, the hot line with its cell and text, the hot function, the memory."""
    shown = kernel.show(f"%%profile\nuntil({str(gate.path)!r})", each=gate.after(6))
    content = shown.lines[-1][1]
    for said in ("running", "now", "# hot", "most so far in", "slow", "MiB"):
        assert said in content["data"]["text/plain"], said
        assert said in html(content), said
    assert "In [" in content["data"]["text/plain"]


def test_hostile_names_stay_text() -> None:
    """A line of code and a name that look like markup are shown as they are written."""
    bundle = line(
        Reading(1.0, 5, "<b>f</b>", "In [1]", 3, "x = '</code><script>alert(1)</script>\x1b[31m'", rss=1 << 20)
    )
    assert "<script>" not in bundle["text/html"]
    assert "&lt;script&gt;" in bundle["text/html"]
    assert "\x1b" not in bundle["text/html"] + bundle["text/plain"]


def test_what_is_unknown_is_left_out() -> None:
    """An engine that cannot tell where it is leaves time and memory; times are whole seconds, then minutes, then hours."""
    assert line(Reading(12.7, rss=3 << 20))["text/plain"] == "workbench: running 13 s, memory 3.00 MiB"
    assert line(Reading(3.0))["text/plain"] == "workbench: running 3 s"
    assert [elapsed(seconds) for seconds in (0.4, 119.4, 125, 7500)] == ["0 s", "119 s", "2 min 05 s", "2 h 05 min"]


@pytest.mark.parametrize(
    ("cell", "stdin", "words"),
    [("cell-1", False, ""), (None, True, ""), (None, False, ""), ("cell-1", True, "--quiet")],
    ids=["nobody can answer", "no cell", "neither", "quiet"],
)
def test_only_where_somebody_looks_on(kernel: LiveKernel, cell: str | None, stdin: bool, words: str) -> None:
    """Programs that run notebooks and consoles get the view as one plain display, as ever; a quiet cell gets nothing."""
    shown = kernel.show(f"%%profile {words}\nbeats()", cell=cell, stdin=stdin)
    assert shown.lines == []
    kinds = [kind for kind, content in shown.messages if "data" in content]
    assert kinds == ([] if words else ["display_data"])
    assert all(is_view(output) for output in shown.outputs)


def test_nbclient_stores_the_view_alone(tmp_path: Path) -> None:
    """A notebook run by nbclient, on which nbconvert and papermill stand, is sent nothing but the final view."""
    import nbformat
    from nbclient import NotebookClient

    kinds: list[str] = []

    class Client(NotebookClient):
        def process_message(self, msg, cell, cell_index):
            kinds.append(msg["msg_type"])
            return super().process_message(msg, cell, cell_index)

    cells = [nbformat.v4.new_code_cell(code) for code in ("%load_ext workbench", SETUP, "%%profile\nbeats()")]
    book = nbformat.v4.new_notebook(cells=cells)
    Client(book, timeout=90, kernel_name="python3", resources={"metadata": {"path": str(tmp_path)}}).execute()
    assert "update_display_data" not in kinds
    assert [is_view(output) for output in book.cells[-1].outputs] == [True]


def test_a_quick_cell_never_has_a_line(kernel: LiveKernel) -> None:
    """A cell that ends before the line is due shows the view as one plain display, and no timer is left waiting."""
    kernel.run("live.DELAY = 60.0")
    try:
        shown = kernel.show("%%profile\nslow()")
        assert shown.lines == []
        assert [kind for kind, content in shown.messages if is_view(content)] == ["display_data"]
        kernel.run("import gc; gc.collect()")
        waiting = "[one for one in gc.get_objects() if type(one).__name__ == 'Live']"
        assert kernel.value(f"len({waiting})") == 0
    finally:
        kernel.run("live.DELAY = 0.05")


@pytest.mark.parametrize("wait", [False, True])
def test_a_cell_that_clears_its_output_keeps_it_to_itself(kernel: LiveKernel, gate: Gate, wait: bool) -> None:
    """Where the cell clears, the line goes with the rest and does not come back; what the cell shows then stays, with the view below."""
    code = f"%%profile\nuntil({str(gate.path)!r})\nclear_output(wait={wait})\nprint('mine')\nbeats()"
    shown = kernel.show(code, each=gate.after(2))
    cleared = next(at for at, (kind, _) in enumerate(shown.messages) if kind == "clear_output")
    assert all(MARK not in html(content) for _, content in shown.messages[cleared:])
    assert [output["kind"] for output in shown.outputs] == ["stream", "display_data"]
    assert is_view(shown.outputs[1])


def test_output_widgets_keep_to_themselves(kernel: LiveKernel, gate: Gate) -> None:
    """The line shows nothing in an Output widget that takes what the cell shows, and stays where one is cleared."""
    kernel.run("import ipywidgets; out = ipywidgets.Output(); live.DELAY = 0.5")
    try:
        code = (
            "%%profile\nwith out:\n    beats()\n    print('inside')\n"
            f"until({str(gate.path)!r})\nout.clear_output()\nbeats()"
        )
        shown = kernel.show(code, each=gate.after(2))
    finally:
        kernel.run("live.DELAY = 0.05")
    texts = [content.get("text", "") for _, content in shown.messages]
    inside = next(at for at, text in enumerate(texts) if text.startswith("inside"))
    cleared = next(at for at, (kind, _) in enumerate(shown.messages) if kind == "clear_output")
    assert all(MARK not in html(content) for _, content in shown.messages[:inside])
    assert any(MARK in html(content) for _, content in shown.messages[cleared:])
    assert [kind for kind, content in shown.messages if is_view(content)] == ["update_display_data"]


def test_a_users_own_displays_are_left_alone(kernel: LiveKernel, gate: Gate) -> None:
    """Displays that the cell updates itself are shown and updated as without the line."""
    code = (
        "%%profile\nhandle = display({'text/plain': 'first'}, raw=True, display_id='mine')\n"
        f"until({str(gate.path)!r})\nhandle.update({{'text/plain': 'second'}}, raw=True)"
    )
    shown = kernel.show(code, each=gate.after(2))
    assert shown.outputs[0]["data"] == {"text/plain": "second"}
    assert [is_view(output) for output in shown.outputs] == [False, True]


def test_a_cell_that_raises_has_its_view_and_its_traceback(kernel: LiveKernel, gate: Gate) -> None:
    """The view takes the line's place, the error stays as it is."""
    shown = kernel.show(f"%%profile\nuntil({str(gate.path)!r})\n1 / 0", each=gate.after(2))
    assert [output["kind"] for output in shown.outputs] == ["display_data", "error"]
    assert is_view(shown.outputs[0])
    assert shown.outputs[1]["ename"] == "ZeroDivisionError"


def test_ctrl_c_while_the_line_is_up(kernel: LiveKernel) -> None:
    """An interrupt reaches the cell and not the line; the view of what ran so far takes its place."""
    sent = []

    def each(shown: Shown) -> None:
        if len(shown.lines) >= 2 and not sent:
            sent.append(True)
            kernel.interrupt()

    shown = kernel.show("%%profile\nwhile True:\n    slow()", each=each)
    assert [output["kind"] for output in shown.outputs] == ["display_data", "error"]
    assert is_view(shown.outputs[0])
    assert shown.outputs[1]["ename"] == "KeyboardInterrupt"
    assert kernel.value("workbench.last().error.interrupted") is True


def test_top_level_await(kernel: LiveKernel, gate: Gate) -> None:
    """A cell that waits in the kernel's own loop has its line, which names the await."""
    code = f"%%profile\nwhile not os.path.exists({str(gate.path)!r}):\n    await asyncio.sleep(0.01)  # here"
    shown = kernel.show(code, each=gate.after(5))
    assert "# here" in shown.lines[-1][1]["data"]["text/plain"]
    assert [is_view(output) for output in shown.outputs] == [True]


def test_a_fork_in_the_middle(kernel: LiveKernel, gate: Gate) -> None:
    """A child has no part in the line, whatever it calls of it, and the parent's goes on."""
    code = (
        f"%%profile\nuntil({str(gate.path)!r})\npid = os.fork()\n"
        "if pid == 0:\n    clear_output()\n    os._exit(7)\n"
        "code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])\nbeats()\ncode"
    )
    shown = kernel.show(code, each=gate.after(2))
    assert next(output for output in shown.outputs if output["kind"] == "execute_result")["data"]["text/plain"] == "7"
    assert kernel.value("workbench.last().error is None")


def test_nothing_of_it_is_to_be_seen_in_the_process(kernel: LiveKernel, gate: Gate) -> None:
    """While the line is up the cell finds no thread, hook or handler of it; afterwards process, files and shell are as they were."""
    kernel.run("import gc; gc.collect(); state = guest.guest_state(); names = set(vars(get_ipython().display_pub))")
    code = f"%%profile cpu\nuntil({str(gate.path)!r})\nseen = sorted(thread.name for thread in threading.enumerate())"
    kernel.show(code, each=gate.after(3))
    kernel.run("gc.collect(); found = guest.changes(state, guest.guest_state())")
    assert kernel.value("found") == []
    assert kernel.value("seen == state['threads']") is True
    assert kernel.value("set(vars(get_ipython().display_pub)) - names") == set()
    if Path("/proc/self/fd").exists():
        kernel.run("paths = [f'/proc/self/fd/{name}' for name in os.listdir('/proc/self/fd')]")
        files = kernel.value("[os.readlink(path) for path in paths if os.path.exists(path)]")
        assert [file for file in files if "statm" in file] == []


@pytest.mark.parametrize("engine", ["sample", "cpu", "lines", "memory", "tasks"])
def test_no_recording_counts_it(kernel: LiveKernel, gate: Gate, engine: str) -> None:
    """The line's own work is in no recording, and no thread of it."""
    code = f"%%profile {engine}\nuntil({str(gate.path)!r})"
    shown = kernel.show(code, each=gate.after(4))
    assert [is_view(output) for output in shown.outputs] == [True]
    kernel.run("found = workbench.last().recording")
    files = set(kernel.value("[found.frame_file(frame) for frame in range(len(found.frames))]"))
    assert not [file for file in files if "magics/live" in file or "recorder/pulse" in file or "peeking" in file]
    assert len(kernel.value("found.threads")) <= 1


def test_a_fault_of_the_line_ends_the_line_alone(kernel: LiveKernel) -> None:
    """Where the line cannot be made, the cell runs on, its view is a plain display, and one sentence says what went wrong."""
    kernel.run("kept, live.line = live.line, lambda *_: 1 / 0")
    try:
        shown = kernel.show("%%profile\nbeats()\n5")
    finally:
        kernel.run("live.line = kept")
    assert "ZeroDivisionError" in shown.stderr
    assert "Traceback" not in shown.stderr
    assert [output["kind"] for output in shown.outputs if output["kind"] != "stream"] == [
        "execute_result",
        "display_data",
    ]
    assert [kind for kind, content in shown.messages if is_view(content)] == ["display_data"]


def test_cells_run_by_the_cell_are_part_of_it(kernel: LiveKernel, gate: Gate) -> None:
    """A cell that runs another one, even one that fails, goes on being recorded and watched afterwards."""
    code = (
        "%%profile\n_ = get_ipython().run_cell('inner = slow()')\n_ = get_ipython().run_cell('1 / 0')\n"
        f"until({str(gate.path)!r})  # outer\nbeats()"
    )
    shown = kernel.show(code, each=gate.after(3))
    assert "running already" not in shown.stderr
    assert sum(is_view(output) for output in shown.outputs) == 1
    assert "until" in kernel.value("list(workbench.last().functions()['function'])")


def test_statement_has_a_line_too(kernel: LiveKernel, gate: Gate) -> None:
    """`%profile STATEMENT` that takes long has a line, and its view takes the line's place."""
    shown = kernel.show(f"%profile --once until({str(gate.path)!r})", each=gate.after(3))
    assert len(shown.lines) >= 3
    assert [is_view(output) for output in shown.outputs] == [True]


def test_several_runs_of_one_statement_have_one_line(kernel: LiveKernel) -> None:
    """`%profile all` runs its statement under one engine after another: one line follows them, and says which engine runs."""
    shown = kernel.show("%profile all --once beats()")
    said = " ".join(content["data"]["text/plain"] for _, content in shown.lines)
    assert "engine sample running" in said
    assert "engine lines running" in said
    assert [kind for kind, _ in shown.lines].count("display_data") == 1
    assert [is_view(output) for output in shown.outputs] == [True]


def test_a_recording_that_fails_takes_the_line_with_it(kernel: LiveKernel, gate: Gate) -> None:
    """Where no recording comes of a watched run, what went wrong stands where the line stood."""
    kernel.run(
        "from workbench.recorder.run import Recorder; from workbench.errors import UsageError; whole = Recorder.recording"
    )
    kernel.run("def fails(*args): raise UsageError('nothing came of it')")
    kernel.run("Recorder.recording = fails")
    try:
        for magic in ("%%profile\n", "%profile --once "):
            gate.path.unlink(missing_ok=True)
            shown = kernel.show(f"{magic}until({str(gate.path)!r})", each=gate.after(2))
            assert MARK not in str(shown.outputs)
            assert shown.outputs[0]["data"] == {"text/plain": "workbench: nothing came of it"}
    finally:
        kernel.run("Recorder.recording = whole")
