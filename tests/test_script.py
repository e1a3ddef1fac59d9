"""A script or module run by `workbench profile` is run as by Python itself: same output, same exit code, same view of the process."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import zipfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import workbench
from workbench.formats.native import read
from workbench.model.facts import Target, TargetKind
from workbench.recorder.world import World

if TYPE_CHECKING:
    from collections.abc import Callable

WORKBENCH = Path(sys.executable).with_name("workbench")

LOOK_AROUND = """
import os, sys
names = {n: v for n, v in globals().items() if n not in ("__loader__", "__builtins__", "__spec__")}
print(names.pop("os").getcwd(), names.pop("sys").argv, sys.path, sorted(names.items()))
print(type(__builtins__), type(__loader__), getattr(__spec__, "name", None), sys.modules["__main__"].__dict__ is globals())
"""

PICKLE = """
import pickle
class Point:
    pass
print(type(pickle.loads(pickle.dumps(Point()))) is Point)
"""

SPAWN = """
import multiprocessing
def double(n):
    return 2 * n
if __name__ == "__main__":
    with multiprocessing.get_context({method!r}).Pool(2) as pool:
        print(pool.map(double, range(5)))
"""

THREADS = """
import threading, time
def late():
    gate.wait()
    time.sleep(0.05)
    print("from the thread")
gate = threading.Event()
threading.Thread(target=late).start()
print("main ends")
gate.set()
"""

OPEN_POOL = """
from concurrent.futures import ThreadPoolExecutor
pool = ThreadPoolExecutor(2)
future = pool.submit(print, "from the pool")
future.add_done_callback(lambda _: print("done"))
"""

AT_EXIT = """
import atexit, pickle, sys
class Point:
    pass
@atexit.register
def last():
    print(pickle.loads(pickle.dumps(Point())).__class__, sys.argv, sys.path[0], sys.modules["__main__"].__name__)
    import beside
"""

FORK = """
import os, sys
print("before", flush=True)
child = os.fork()
if child == 0:
    print("in the child", flush=True)
    raise ValueError("in the child")
print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
sys.exit(4)
"""

HOOK = """
import sys
def hook(kind, error, trace):
    print("hook:", kind.__name__, error, trace.tb_frame.f_code.co_name, trace.tb_next)
sys.excepthook = hook
raise ValueError("told my way")
"""

ALARM = """
import signal
rung = []
signal.signal(signal.SIGALRM, lambda *_: rung.append(1))
signal.setitimer(signal.ITIMER_REAL, 0.05)
signal.pause()
print("alarm" if rung else "woken by something else")
"""

PAUSE_INTERRUPTED = """
import os, signal, threading
threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
signal.pause()
"""

TOLD = """
import os, signal
signal.signal(signal.SIGTERM, lambda *_: print("told"))
os.kill(os.getpid(), signal.SIGTERM)
"""

THREAD_RAISES = """
import threading
thread = threading.Thread(target=lambda: 1 / 0, name="t")
thread.start()
thread.join()
"""

SHADOWS = {
    "main.py": "import statistics, numpy.linalg\nprint(statistics.MINE, numpy.linalg.MINE)",
    "statistics.py": "MINE = 1",
    "numpy/__init__.py": "",
    "numpy/linalg.py": "MINE = 2",
}


@dataclass(frozen=True, slots=True)
class Case:
    """A program: its files (the first is the script unless `words` say otherwise), its command line, what it reads."""

    name: str
    files: dict[str, str]
    words: list[str] = field(default_factory=lambda: ["main.py"])
    reads: str = ""
    folder: str = "."


CASES = [
    Case("names and paths", {"main.py": LOOK_AROUND}, ["main.py", "-x", "--top", "a b", "--", "-m"]),
    Case("a dotted path", {"main.py": LOOK_AROUND}, ["./main.py"]),
    Case("another folder", {"sub/main.py": LOOK_AROUND, "other/x": ""}, ["../sub/main.py"], folder="other"),
    Case("a folder", {"app/__main__.py": LOOK_AROUND}, ["app", "1"]),
    Case("a folder with a slash", {"app/__main__.py": LOOK_AROUND}, ["app/", "1"]),
    Case("a zip", {"app.zip/__main__.py": LOOK_AROUND, "app.zip/other.py": ""}, ["app.zip", "1"]),
    Case("a module", {"pkg/__init__.py": "print('pkg')", "pkg/mod.py": LOOK_AROUND}, ["-m", "pkg.mod", "--json", "x"]),
    Case("a package", {"pkg/__init__.py": "", "pkg/__main__.py": LOOK_AROUND}, ["-m", "pkg"]),
    Case("a module of the standard library", {}, ["-m", "json.tool"], reads='{"b": [1, "ü"]}'),
    Case("relative imports", {"pkg/__init__.py": "", "pkg/a.py": "from . import b", "pkg/b.py": "print(__name__)"}, ["-m", "pkg.a"]),
    Case("its own modules before ours", SHADOWS),
    Case("exit code", {"main.py": "import sys; print('x'); sys.exit(42)"}),
    Case("exit True", {"main.py": "import sys; sys.exit(True)"}),
    Case("exit -1", {"main.py": "import sys; sys.exit(-1)"}),
    Case("exit 263", {"main.py": "import sys; sys.exit(263)"}),
    Case("exit None", {"main.py": "raise SystemExit"}),
    Case("exit with a message", {"main.py": "import sys; sys.exit('no good: ü')"}),
    Case("uncaught", {"main.py": "def f():\n    1 / 0\nprint('before')\nf()"}),
    Case("uncaught, chained", {"main.py": "try:\n    {}['k']\nexcept KeyError as e:\n    raise ValueError('v') from e"}),
    Case("uncaught group", {"main.py": "raise ExceptionGroup('g', [ValueError(1), KeyError(2)])"}),
    Case("own excepthook", {"main.py": HOOK}),
    Case("a thread that raises", {"main.py": THREAD_RAISES}),
    Case("pickles of its classes", {"main.py": PICKLE}),
    Case("spawned processes", {"main.py": SPAWN.format(method="spawn")}),
    Case("forkserver", {"main.py": SPAWN.format(method="forkserver")}),
    Case("forked processes", {"main.py": SPAWN.format(method="fork")}),
    Case("spawned processes of a module", {"pkg/__init__.py": "", "pkg/mod.py": SPAWN.format(method="spawn")}, ["-m", "pkg.mod"]),
    Case("a bare fork", {"main.py": FORK}),
    Case("threads that outlive main", {"main.py": THREADS}),
    Case("an open pool", {"main.py": OPEN_POOL}),
    Case("exit hooks", {"main.py": AT_EXIT, "beside.py": "print('beside')"}),
    Case("stdin", {"main.py": "import sys; print(sys.stdin.read()[::-1])"}, reads="ünder"),
    Case("much text at once", {"main.py": "print('ünder' * 100_000)"}),
    Case("bytes on stdout", {"main.py": "import sys; sys.stdout.buffer.write(bytes(range(256)) * 1000)"}),
    Case("no newline at the end", {"main.py": "print('x', end='')"}),
    Case("another folder in between", {"main.py": "import os; os.mkdir('d'); os.chdir('d'); print(os.getcwd())"}),
    Case("a folder that goes", {"main.py": "import os; os.mkdir('d'); os.chdir('d'); os.rmdir('../d'); print(1)"}),
    Case("streams replaced", {"main.py": "import io, sys; sys.stdout = io.StringIO(); sys.stderr = io.StringIO(); print('x')"}),
    Case("stderr closed", {"main.py": "import sys; print('x'); sys.stderr.close()"}),
    Case("stdout closed", {"main.py": "import sys; print('x'); sys.stdout.close()"}),
    Case("Latin-1 source", {"main.py": "# coding: latin-1\nprint(ascii('\u00fc'))"}),
    Case("future", {"main.py": "from __future__ import annotations\nx: nosuch = 1\nprint(__annotations__)"}),
    Case("warnings of main", {"main.py": "import warnings; warnings.warn('old', DeprecationWarning)"}),
    Case("asyncio", {"main.py": "import asyncio\nasync def f():\n    await asyncio.sleep(0.01); print('x')\nasyncio.run(f())"}),
    Case("its own alarm", {"main.py": ALARM}),
    Case("a pause that is interrupted", {"main.py": PAUSE_INTERRUPTED}),
    Case("its own SIGTERM", {"main.py": TOLD}),
    Case("ends by os._exit", {"main.py": "import os; print('x', flush=True); os._exit(7)"}),
    Case("main module in sys.modules of an import", {"main.py": "import beside", "beside.py": "import __main__; print(__main__.__file__)"}),
]  # fmt: skip


def build(case: Case, place: Path) -> Path:
    """Write a case's files below a folder; the folder to run it in."""
    for name, text in case.files.items():
        archive, inside, member = name.partition(".zip/")
        if inside:
            with zipfile.ZipFile(place / f"{archive}.zip", "a") as target:
                target.writestr(member, text)
        else:
            (place / name).parent.mkdir(parents=True, exist_ok=True)
            (place / name).write_text(text, encoding="latin-1" if "latin-1" in text else "utf-8")
    return place / case.folder


def run(command: list[str], folder: Path, reads: str = "", buffered: bool = True) -> subprocess.CompletedProcess[bytes]:
    """Run to its end, with all streams piped."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    variables |= {} if buffered else {"PYTHONUNBUFFERED": "1"}
    return subprocess.run(command, cwd=folder, input=reads.encode(), capture_output=True, check=False, env=variables)


Ended = tuple[bytes, bytes, int]
"""What a run wrote on stdout and stderr, and its exit code."""


def ended(case: Case, place: Path, *command: str) -> Ended:
    """How a case ends when it is run by a command in a folder of its own, which is called HERE in what it wrote."""
    done = run([*command, *case.words], build(case, place), case.reads)
    out, err = (text.replace(str(place).encode(), b"HERE") for text in (done.stdout, done.stderr))
    return out, err, done.returncode


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Case], Ended]:
    """How a case ends under plain Python, run once for all engines."""
    known: dict[str, Ended] = {}

    def found(case: Case) -> Ended:
        if case.name not in known:
            known[case.name] = ended(case, tmp_path_factory.mktemp("plain"), sys.executable)
        return known[case.name]

    return found


@pytest.mark.parametrize("engine", ["sample", "cpu", "lines", "memory"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_as_under_python(case: Case, engine: str, bare: Callable[[Case], Ended], tmp_path: Path) -> None:
    """stdout byte for byte and exit code are as under plain Python, and all that Python writes on stderr is there, first."""
    (tmp_path / "under").mkdir()
    out, err, code = ended(case, tmp_path / "under", str(WORKBENCH), "profile", engine)
    bare_out, bare_err, bare_code = bare(case)
    assert out == bare_out
    assert code == bare_code
    assert err.startswith(bare_err)


@pytest.mark.parametrize("text", ["print('x' * 400_000)", "import sys; sys.stdout.buffer.write(b'x' * 400_000)"])
def test_unbuffered_output_is_whole(text: str, tmp_path: Path) -> None:
    """Under PYTHONUNBUFFERED, where Python itself loses output that a signal interrupts, all of it comes out."""
    (tmp_path / "main.py").write_text(text)
    command = [str(WORKBENCH), "profile", "--quiet", "--interval", "0.0002", "--budget", "0.9", "main.py"]
    for _ in range(5):
        assert run(command, tmp_path, buffered=False).stdout.strip() == b"x" * 400_000


@pytest.mark.parametrize(
    "words", [["gone.py"], ["syntax.py"], ["null.py"], ["-m", "gone"], ["empty"], ["coding.py"]], ids=" ".join
)
def test_what_cannot_be_run(words: list[str], tmp_path: Path) -> None:
    """A script that is not there or not Python gets Python's own exit code and one line of ours, and no traceback of ours."""
    (tmp_path / "syntax.py").write_text("def f(:\n")
    (tmp_path / "null.py").write_bytes(b"x = 1\0")
    (tmp_path / "coding.py").write_bytes(b"x = '\xff'")
    (tmp_path / "empty").mkdir()
    bare = run([sys.executable, *words], tmp_path)
    ours = run([str(WORKBENCH), "profile", *words], tmp_path)
    assert ours.returncode == bare.returncode != 0
    assert ours.stdout == b""
    assert ours.stderr.count(b"\nworkbench: ") + ours.stderr.startswith(b"workbench: ") == 1
    assert b"Traceback" not in ours.stderr
    assert (b"SyntaxError" in ours.stderr) == (b"SyntaxError" in bare.stderr)


def test_the_recording_tells_of_the_run(tmp_path: Path) -> None:
    """A saved recording knows the script, its arguments, its source, its stacks from `<module>` on, and nothing of the command."""
    (tmp_path / "main.py").write_text("def busy():\n    n = 0\n    while n < 3_000_000:\n        n += 1\nbusy()\n")
    run([str(WORKBENCH), "profile", "--save", "run.wbp", "main.py", "a", "b"], tmp_path)
    found = read(tmp_path / "run.wbp")
    assert (found.target.kind, found.target.name) == (TargetKind.SCRIPT, "main.py a b")
    assert found.error is None
    assert [source.label for source in found.sources] == ["main.py"]
    frames = range(len(found.frames))
    own = {found.frame_name(frame) for frame in frames if found.frame_file(frame) == str(tmp_path / "main.py")}
    assert own == {"<module>", "busy"}
    assert not any("workbench/cli" in found.frame_file(frame) for frame in frames)


def test_threads_are_part_of_the_run(tmp_path: Path) -> None:
    """A thread that goes on after the end of main is waited for, and seen."""
    text = "import threading, time\ndef late():\n    time.sleep(0.3)\nthreading.Thread(target=late).start()\n"
    (tmp_path / "main.py").write_text(text)
    run([str(WORKBENCH), "profile", "--save", "run.wbp", "main.py"], tmp_path)
    found = read(tmp_path / "run.wbp")
    assert found.duration >= 0.3
    assert "late" in {found.frame_name(frame) for frame in range(len(found.frames))}


def test_an_exception_is_in_the_recording(tmp_path: Path) -> None:
    """A script that raises leaves its profile and how it ended; its traceback shows the script's frames only."""
    (tmp_path / "main.py").write_text("def f():\n    raise ValueError('boom')\nf()\n")
    done = run([str(WORKBENCH), "profile", "--save", "run.wbp", "main.py"], tmp_path)
    found = read(tmp_path / "run.wbp").error
    assert found is not None
    assert (found.type, found.message, found.interrupted) == ("ValueError", "boom", False)
    assert b"workbench/" not in done.stderr.partition(b"ValueError: boom")[0]


READY = "import time\nprint('ready', flush=True)\n"


def started(tmp_path: Path, text: str, *words: str) -> subprocess.Popen[bytes]:
    """A program under the workbench that has said `ready`."""
    (tmp_path / "main.py").write_text(text.replace("READY\n", READY))
    process = subprocess.Popen(
        [str(WORKBENCH), "profile", "--save", "run.wbp", *words, "main.py"],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"ready\n"
    return process


@pytest.mark.parametrize("engine", ["sample", "cpu", "lines", "memory"])
def test_an_interrupt_keeps_the_profile(engine: str, tmp_path: Path) -> None:
    """Ctrl-C ends the process by SIGINT, as Python does, with the script's traceback, and the profile is there."""
    process = started(tmp_path, "READY\ntime.sleep(60)\n", engine)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate()
    assert process.returncode == -signal.SIGINT
    assert b"KeyboardInterrupt" in stderr
    assert stderr.count(b"Traceback") == 1
    error = read(tmp_path / "run.wbp").error
    assert error is not None
    assert error.interrupted


def test_a_second_interrupt_does_not_lose_it(tmp_path: Path) -> None:
    """Ctrl-C while the profile is being written is answered in a sentence, and the profile is whole."""
    text = "import signal\nimport workbench.formats.native as native\nwhole = native.dumps\n"
    text += "def hit(recording):\n    signal.raise_signal(signal.SIGINT)\n    return whole(recording)\n"
    text += "native.dumps = hit\nREADY\ntime.sleep(60)\n"
    process = started(tmp_path, text)
    process.send_signal(signal.SIGINT)
    _, stderr = process.communicate()
    assert process.returncode == -signal.SIGINT
    assert b"workbench: writing the profile" in stderr
    error = read(tmp_path / "run.wbp").error
    assert error is not None
    assert error.interrupted


@pytest.mark.parametrize("engine", ["sample", "cpu", "lines", "memory"])
def test_being_told_to_end_keeps_the_profile(engine: str, tmp_path: Path) -> None:
    """SIGTERM (`timeout`, a batch system) ends the process by that signal, without exit hooks, after the profile is written."""
    text = "import atexit\natexit.register(print, 'hook')\nREADY\n"
    text += "try:\n    while True:\n        pass\nfinally:\n    print('finally')\n"
    process = started(tmp_path, text, engine)
    process.send_signal(signal.SIGTERM)
    stdout, _ = process.communicate()
    assert process.returncode == -signal.SIGTERM
    assert stdout == b""
    error = read(tmp_path / "run.wbp").error
    assert error is not None
    assert "SIGTERM" in error.message


def test_a_forked_child_writes_no_profile(tmp_path: Path) -> None:
    """Of a program that forks only the first process answers, also where the child runs to the end of the script."""
    (tmp_path / "main.py").write_text("import os\nif os.fork():\n    os.wait()\n")
    done = run([str(WORKBENCH), "profile", "main.py"], tmp_path)
    assert done.stderr.count(b"script main.py") == 1


def test_worlds_change_and_change_back() -> None:
    """Entering a world gives a program its own `__main__`, arguments and path; entering the former one puts all back as it was."""
    before = World.now()
    path, argv = list(sys.path), list(sys.argv)
    program = World.of(["prog.py", "x"], "/somewhere")
    program.enter()
    try:
        assert sys.argv == ["prog.py", "x"]
        assert sys.path == ["/somewhere", *path[1:]]
        assert sys.modules["__main__"] is program.main is not before.main
        sys.path.insert(0, "/more")
    finally:
        before.enter()
    assert (sys.path, sys.argv, sys.modules["__main__"]) == (path, argv, before.main)
    assert sys.path is before.path


def test_a_world_hides_only_what_the_program_would_find_elsewhere(tmp_path: Path) -> None:
    """Of loaded modules those are hidden that the program's folder has under the same name, unless Python itself needs them."""
    for name in ("statistics.py", "os.py", "time.py", "nosuch.py"):
        (tmp_path / name).write_text("")
    import statistics  # noqa: F401

    assert set(World.of([], os.fspath(tmp_path)).modules) == {"statistics"}


def test_a_command_is_named_as_a_shell_reads_it(tmp_path: Path) -> None:
    """Names and arguments with spaces are quoted in a recording's name, come back as words, and in the command for a closer look."""
    folder = tmp_path / "my programs"
    folder.mkdir()
    (folder / "a b.py").write_text("import sys\nprint(sum(n * n for n in range(200_000)), sys.argv[1:])\n")
    command = [WORKBENCH, "profile", "--save", "run.wbp", "my programs/a b.py", "one two", "three"]
    ended = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
    target = workbench.load(tmp_path / "run.wbp").target
    assert target.words() == ("my programs/a b.py", "one two", "three")
    assert target.name == "'my programs/a b.py' 'one two' three"
    said = " ".join(ended.stderr.split())
    assert re.search(r"workbench profile \w+ 'my programs/a b.py' 'one two' three", said)
    assert Target(TargetKind.SCRIPT, "it's cut…").words() == ("it's", "cut…")
