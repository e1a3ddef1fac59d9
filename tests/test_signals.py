"""Signals of the program's own, beside the ticks of engine `sample`: none is lost, none is seen twice, and nothing of ours is seen."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from guest import unchanged

import workbench
from workbench.engines.timers import PosixTimer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="stops a process by what /proc says of it")

FORK = """
def wait_for_a_fork():
    child = os.fork()
    if not child:
        os.read(r, 1)
        os._exit(0)
    os.waitpid(child, 0)
"""

WAITS = {
    "read": ("r, w = os.pipe()", "os.write(w, b'x')", "os.read(r, 1)"),
    "lock": ("lock = threading.Lock(); lock.acquire()", "lock.release()", "lock.acquire()"),
    "child": (
        "child = subprocess.Popen([sys.executable, '-c', 'input()'], stdin=subprocess.PIPE)",
        "child.kill()",
        "child.wait()",
    ),
    "fork": (
        "r, w = os.pipe()\n" + FORK,
        "os.write(w, b'x')",
        "wait_for_a_fork()",
    ),
    "condition": ("event = threading.Event()", "event.set()", "event.wait()"),
}

PROGRAM = """
import os, signal, subprocess, sys, threading
import workbench
got = []
{prepare}
def handler(number, frame):
    got.append(number)
    {end}
signal.signal(signal.SIGUSR1, handler)
with workbench.profile():
    print("ready", flush=True)
    {wait}
print(got, flush=True)
"""


def status(pid: int, name: str) -> str:
    """A field of /proc/PID/status."""
    text = Path(f"/proc/{pid}/status").read_text("ascii")
    return next(line.split(":\t")[1].split()[0] for line in text.splitlines() if line.startswith(name + ":"))


def wait_until(pid: int, name: str, *values: str) -> None:
    """Until a field has one of some values, or any but them where they begin with `!`."""
    while not any(
        (status(pid, name) != value[1:]) if value[0] == "!" else (status(pid, name) == value) for value in values
    ):
        os.sched_yield()


@pytest.mark.parametrize("wait", WAITS)
def test_a_signal_that_comes_with_a_tick_is_handled(wait: str) -> None:
    """Where the program's signal and a tick are both pending when it waits in a system call, its handler runs, once."""
    prepare, end, call = WAITS[wait]
    code = PROGRAM.format(prepare=prepare, end=end, wait=call)
    with subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "ready\n"
        wait_until(program.pid, "State", "S")
        os.kill(program.pid, signal.SIGSTOP)
        wait_until(program.pid, "State", "T")
        os.kill(program.pid, signal.SIGUSR1)
        wait_until(program.pid, "SigPnd", "!" + "0" * 16)
        os.kill(program.pid, signal.SIGCONT)
        try:
            said, _ = program.communicate(timeout=60)
        finally:
            program.kill()
    assert said == f"[{int(signal.SIGUSR1)}]\n"


def test_the_wakeup_file_is_the_programs() -> None:
    """A program that sets a wakeup file within a run is told of none before it, and finds its own signals in it."""
    ours, theirs = socket.socketpair()
    with ours, theirs, unchanged():
        theirs.setblocking(False)
        before = signal.signal(signal.SIGUSR2, lambda number, frame: None)
        with workbench.profile() as profile:
            first = signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
            signal.raise_signal(signal.SIGUSR2)
            second = signal.set_wakeup_fd(-1)
            third = signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGUSR2, before)
        assert (first, second, third) == (-1, theirs.fileno(), -1)
        assert signal.SIGUSR2 in ours.recv(1 << 16)
    assert profile.recording.mechanism == "timer signal"


def test_a_wakeup_file_from_before_has_no_ticks_in_it() -> None:
    """Where the program has a wakeup file already, it gets the program's signals within the run, nothing of ours, and stays set."""
    ours, theirs = socket.socketpair()
    before = signal.signal(signal.SIGUSR2, lambda number, frame: None)
    with ours, theirs:
        theirs.setblocking(False)
        number = theirs.fileno()
        signal.set_wakeup_fd(number, warn_on_full_buffer=False)
        try:
            with unchanged(), workbench.profile() as profile:
                for _ in range(300):
                    sum(range(10_000))
                signal.raise_signal(signal.SIGUSR2)
                got = ours.recv(1 << 16)
        finally:
            last = signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGUSR2, before)
        ours.setblocking(False)
        with pytest.raises(BlockingIOError):
            ours.recv(1 << 16)
    assert (got, last) == (bytes([signal.SIGUSR2]), number)
    assert profile.recording.cost.samples > 3


def test_a_loop_hears_its_signals_after_long_work() -> None:
    """A handler of asyncio's, which listens to the wakeup file, runs after a stretch of work with more ticks than the file has room for."""
    heard = []

    async def main() -> None:
        loop, came = asyncio.get_running_loop(), asyncio.Event()
        loop.add_signal_handler(signal.SIGUSR1, lambda: (heard.append("SIGUSR1"), came.set()))
        end = time.process_time() + 2.0
        while time.process_time() < end:
            sum(range(1000))
        os.kill(os.getpid(), signal.SIGUSR1)
        await came.wait()
        loop.remove_signal_handler(signal.SIGUSR1)

    with unchanged(ignore=("asyncio policy",)), workbench.profile(interval=0.002) as profile:
        asyncio.run(main())
    assert heard == ["SIGUSR1"]
    assert profile.recording.mechanism == "timer signal"


def test_a_forked_child_has_nothing_of_ours() -> None:
    """A child forked within a run has the wakeup file that a child forked without one has, and Python's own function that sets it."""
    original = signal.set_wakeup_fd
    ours, theirs = socket.socketpair()

    def of_a_child() -> int:
        """2 where the function is not Python's own, 1 where the file is set, 0 where there is none (asyncio's own hook sees to that)."""
        child = os.fork()
        if not child:
            os._exit(2 if signal.set_wakeup_fd is not original else original(-1) == theirs.fileno())
        return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

    with ours, theirs:
        theirs.setblocking(False)
        signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
        try:
            without = of_a_child()
            with workbench.profile():
                within = of_a_child()
        finally:
            signal.set_wakeup_fd(-1)
    assert within == without != 2


def test_a_run_that_ends_within_a_handler_leaves_no_tick_behind(capfd: pytest.CaptureFixture[str]) -> None:
    """A tick that Python has noted when a handler of the program's ends the run is answered before the signal is given back."""
    timer, ticks = PosixTimer(), []
    before = signal.signal(signal.SIGUSR1, lambda number, frame: timer.stop())
    try:
        timer.start(lambda number, frame: ticks.append(number))
        ours = timer._signal
        assert ours is not None
        signal.pthread_sigmask(signal.SIG_BLOCK, {ours, signal.SIGUSR1})
        timer.arm(0.001)
        signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)
        while not {ours, signal.SIGUSR1} <= signal.sigpending():
            os.sched_yield()
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {ours, signal.SIGUSR1})
    finally:
        timer.stop()
        signal.signal(signal.SIGUSR1, before)
    assert ticks
    assert capfd.readouterr().err == ""
