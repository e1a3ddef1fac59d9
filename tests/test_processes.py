"""`workbench profile --subprocesses`: every process that a program starts records itself, and all of them are one recording."""

from __future__ import annotations

import itertools
import json
import os
import signal
import subprocess
import sys
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
import samples

from workbench.analysis.functions import functions, whole
from workbench.engines.base import Options
from workbench.formats.native import dumps, read
from workbench.formats.pstats_file import to_dict
from workbench.model.merge import MAIN, Place, Union, noted
from workbench.model.tables import FrameKind
from workbench.recorder import child_folder, child_sum
from workbench.recorder.child_folder import Folder, Life, Settings
from workbench.recorder.selection import Seen

if TYPE_CHECKING:
    from collections.abc import Callable

    from workbench.model.recording import Recording

ENGINES = ["sample", "cpu", "lines", "memory"]
METHODS = ("fork", "spawn", "forkserver")
WAYS = ("process", "pool", "executor")
KINDS = [*(f"{method}_{way}" for method in METHODS for way in WAYS), "subprocess", "bare_fork"]
METHODS_OF = {"sample": METHODS, "cpu": METHODS, "lines": ("spawn",), "memory": ("fork",)}
"""What the zoo makes under each engine: all of it under the first ones, to save the time of others."""

TICKS, MAIN_TICKS = 7, 5

ZOO = f"""
import multiprocessing, os, subprocess, sys, time
from concurrent.futures import ProcessPoolExecutor

def tick():
    pass

def burn():
    for _ in range({TICKS}):
        tick()
    end = time.process_time() + 0.06
    while time.process_time() < end:
        pass

def only_here():
    for _ in range({MAIN_TICKS}):
        tick()

WORKS

def started(method):
    context = multiprocessing.get_context(method)
    process = context.Process(target=globals()[method + "_process"])
    process.start()
    process.join()
    print(method, process.exitcode)
    with context.Pool(1) as pool:
        print(pool.apply(globals()[method + "_pool"]))
    with ProcessPoolExecutor(1, mp_context=context) as executor:
        print(executor.submit(globals()[method + "_executor"]).result())

if __name__ == "__main__":
    if sys.argv[1:] == ["again"]:
        print(subprocess_())
        sys.exit(4)
    only_here()
    for method in sys.argv[1:]:
        started(method)
    sys.stdout.flush()
    print(subprocess.run([sys.executable, __file__, "again"]).returncode)
    sys.stdout.flush()
    child = os.fork()
    if not child:
        print(bare_fork())
        sys.exit(5)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
""".replace(
    "WORKS",
    "\n\n".join(f"def {kind}{'_' * (kind == 'subprocess')}():\n    burn()\n    return {kind!r}" for kind in KINDS),
)


@dataclass(frozen=True, slots=True)
class Done:
    """A program's run under the workbench: what it wrote, how it ended, its recording, and what lay in the temporary folder after it."""

    out: str
    err: str
    code: int
    recording: Recording
    remains: list[str]

    def notes(self) -> str:
        return " ".join(self.recording.notes)


def variables(folder: Path) -> dict[str, str]:
    """The environment of a run with a temporary folder of its own."""
    (folder / "tmp").mkdir(exist_ok=True)
    inherited = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    return inherited | {"TMPDIR": str(folder / "tmp")}


def plain(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """A run under Python alone."""
    return subprocess.run(
        [sys.executable, *words], cwd=folder, env=variables(folder), capture_output=True, text=True, check=False
    )


def command(*words: str) -> list[str]:
    """The command line that records a program with its processes."""
    return [str(Path(sys.executable).with_name("workbench")), "profile", "--subprocesses", "--save", "run.wbp", *words]


def begun(folder: Path, *words: str) -> subprocess.Popen[str]:
    """A run under the workbench, of a script that lies in a folder."""
    pipe = subprocess.PIPE
    return subprocess.Popen(command(*words), cwd=folder, env=variables(folder), stdout=pipe, stderr=pipe, text=True)


def ended(folder: Path, process: subprocess.Popen[str]) -> Done:
    """The same at its end."""
    out, err = process.communicate()
    assert (folder / "run.wbp").exists(), err
    remains = [path.name for path in (folder / "tmp").iterdir()]
    return Done(out, err, process.returncode, read(folder / "run.wbp"), remains)


def profiled(folder: Path, *words: str) -> Done:
    """A run under the workbench from its beginning to its end."""
    return ended(folder, begun(folder, *words))


def script(folder: Path, text: str, name: str = "main.py") -> Path:
    (folder / name).write_text(text)
    return folder / name


def line_of(text: str, function: str, what: str) -> int:
    """The line of a program on which `what` stands first within a function."""
    lines = text.splitlines()
    start = next(at for at, line in enumerate(lines) if line.startswith(f"def {function}("))
    return next(at + 1 for at in range(start, len(lines)) if what in lines[at])


def paths(recording: Recording) -> list[list[tuple[str, int]]]:
    """Of every sample its stack, root first, as (function, line).

    Also of those without time on a processor: where dozens of processes share one, each has so little of it between two samples that
    they count as waiting (`engines/running.py`), whatever they do.
    """
    found: dict[int, list[tuple[str, int]]] = {}
    for node, (parent, frame, line) in enumerate(
        zip(*(column.tolist() for column in recording.stacks.columns().values()))
    ):
        found[node] = [*found.get(parent, []), (recording.frame_name(frame), line)]
    return [found[node] for node in recording.samples.stack.tolist()]


def processes(recording: Recording) -> set[str]:
    """The rows of processes, by name without number."""
    rows = [recording.frame_name(frame) for frame in np.flatnonzero(recording.frames.kind == FrameKind.SYNTHETIC)]
    return {name[len("[process ") :].rpartition(" ")[0] for name in rows if name.startswith("[process ")}


@pytest.fixture(scope="module")
def zoo(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Done]:
    """The zoo of processes as each engine records it; all of them run side by side, once."""
    running: dict[str, tuple[Path, subprocess.Popen[str]]] = {}
    for engine in ENGINES:
        folder = tmp_path_factory.mktemp(engine)
        script(folder, ZOO)
        running[engine] = (folder, begun(folder, engine, "main.py", *METHODS_OF[engine]))
    known = {engine: ended(folder, process) for engine, (folder, process) in running.items()}
    return known.__getitem__


@pytest.fixture(scope="module")
def zoo_plain(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[tuple[str, ...]], subprocess.CompletedProcess[str]]:
    """The same under Python alone."""
    folder = tmp_path_factory.mktemp("plain")
    script(folder, ZOO)
    return cache(lambda methods: plain(folder, "main.py", *methods))


pytestmark = [pytest.mark.skipif(os.name != "posix", reason="forks"), pytest.mark.xdist_group("processes")]


@pytest.mark.parametrize("engine", ENGINES)
def test_the_program_runs_as_ever(
    engine: str, zoo: Callable[[str], Done], zoo_plain: Callable[[tuple[str, ...]], subprocess.CompletedProcess[str]]
) -> None:
    """Output and exit codes of all processes are as without the workbench, and no file of ours is left."""
    done, bare = zoo(engine), zoo_plain(METHODS_OF[engine])
    assert (done.out, done.code) == (bare.stdout, bare.returncode)
    assert "Traceback" not in done.err
    assert "xception ignored" not in done.err
    assert done.remains == []


@pytest.mark.parametrize("kind", KINDS)
def test_work_in_a_process_is_under_its_row(kind: str, zoo: Callable[[str], Done]) -> None:
    """What only a child does is on its own line, below the row of that child; a forked interpreter's machinery is not."""
    function = kind + "_" * (kind == "subprocess")
    line = line_of(ZOO, function, "burn()")
    found = [path for path in paths(zoo("sample").recording) if (function, line) in path]
    assert found
    assert all(path[0][0].startswith("[process ") for path in found)
    assert not any(
        name in {"BaseProcess._bootstrap", "spawn_main", "main", "_execute"} for path in found for name, _ in path
    )


def test_rows_are_named_as_the_program_names_them(zoo: Callable[[str], Done]) -> None:
    """A row has the name that `multiprocessing` gave the process, that of the script, or `fork`."""
    names = {name.rstrip("0123456789") for name in processes(zoo("sample").recording)}
    expected = {
        "ForkProcess-",
        "SpawnProcess-",
        "ForkServerProcess-",
        "ForkPoolWorker-",
        "SpawnPoolWorker-",
        "ForkServerPoolWorker-",
    }
    assert expected | {"main.py", "fork"} == names
    threads = zoo("sample").recording.threads
    assert any(name.startswith("SpawnPoolWorker-") and name.endswith(" · main") for name in threads)


def test_processes_stand_where_they_were_in_time(zoo: Callable[[str], Done]) -> None:
    """Samples of a child lie within the run, and those of one that came later lie later."""
    recording = zoo("sample").recording
    first = {}
    for path, start in zip(*_with_starts(recording)):
        for kind in KINDS:
            if path[0][0].startswith("[") and kind + "_" * (kind == "subprocess") in {name for name, _ in path}:
                first.setdefault(kind, start)
    assert list(first) == sorted(first, key=lambda kind: first[kind])
    assert [first[kind] for kind in KINDS] == sorted(first.values())
    assert recording.samples.start.min() >= 0
    assert (recording.samples.start <= recording.duration).all()


def _with_starts(recording: Recording) -> tuple[list[list[tuple[str, int]]], list[float]]:
    pairs = sorted(zip(recording.samples.start.tolist(), paths(recording)), key=lambda pair: pair[0])
    return [path for _, path in pairs], [start for start, _ in pairs]


def test_calls_add_up(zoo: Callable[[str], Done]) -> None:
    """Engine cpu counts every call of every process, the main one's as often as without the others, and a process's row calls its work."""
    recording = zoo("cpu").recording
    calls = {row.function: row.calls for row in functions(recording) if row.file.endswith("main.py")}
    assert calls["tick"] == TICKS * len(KINDS) + MAIN_TICKS
    assert calls["burn"] == len(KINDS)
    assert calls["only_here"] == 1
    assert all(calls[kind + "_" * (kind == "subprocess")] == 1 for kind in KINDS)
    assert {"ForkProcess-1", "main.py", "fork"} <= processes(recording)
    assert len(to_dict(recording)) == len(recording.functions)
    edges = zip(recording.calls.caller.tolist(), recording.calls.callee.tolist())
    assert any(
        (recording.frame_name(one)[:9], recording.frame_name(two)) == ("[process ", "bare_fork") for one, two in edges
    )


@pytest.mark.parametrize("engine", ["lines", "memory"])
def test_hits_add_up(engine: str, zoo: Callable[[str], Done]) -> None:
    """Engines lines and memory count every line of every process."""
    recording = zoo(engine).recording
    table = recording.lines if engine == "lines" else recording.growth
    hits = {
        (recording.frame_name(frame), line): count
        for frame, line, count in zip(table.frame.tolist(), table.line.tolist(), table.hits.tolist())
    }
    kinds = [kind for kind in KINDS if kind.partition("_")[0] in (*METHODS_OF[engine], "subprocess", "bare")]
    assert len(kinds) == 5
    assert hits["tick", line_of(ZOO, "tick", "pass")] == TICKS * len(kinds) + MAIN_TICKS
    assert hits["burn", line_of(ZOO, "burn", "tick()")] == TICKS * len(kinds)
    for kind in kinds:
        function = kind + "_" * (kind == "subprocess")
        assert hits[function, line_of(ZOO, function, "burn()")] == 1


def test_the_rest_stays_the_main_process_s(zoo: Callable[[str], Done]) -> None:
    """Engine, target, evidence and timeline are the main process's; sources, processor time and number of samples those of all."""
    recording = zoo("sample").recording
    assert (recording.engine, recording.target.name) == ("sample", "main.py fork spawn forkserver")
    assert recording.error is None
    assert recording.cpu >= 0.06 * len(KINDS)
    assert [source.label for source in recording.sources].count("main.py") == 1
    assert (recording.timeline.time <= recording.duration).all()
    assert f"Recorded with {len(processes(recording))} other processes" in zoo("sample").notes()


ENDS = """
import multiprocessing, os, signal, subprocess, sys, threading, time

def burn():
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass

def ready():
    burn()
    writer.send(1)

def by_exit():
    burn()
    os._exit(5)

def by_exit_in_a_thread():
    burn()
    threading.Thread(target=os._exit, args=(6,)).start()
    threading.Event().wait()

def by_kill_of_itself():
    burn()
    os.kill(os.getpid(), signal.SIGKILL)

def by_error():
    burn()
    raise ValueError("in a child")

def by_sys_exit():
    burn()
    sys.exit(3)

def by_exec():
    burn()
    os.execv(sys.executable, [sys.executable, "-c", "print('another', flush=True)"])

def by_terminate():
    ready()
    threading.Event().wait()

def by_kill():
    ready()
    writer.poll(None)

def by_own_handler():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(8))
    ready()
    threading.Event().wait()
    after()

def by_killpg():
    os.setpgid(0, 0)
    ready()
    threading.Event().wait()

def from_outside():
    burn()
    subprocess.run(["sh", "-c", "kill -9 " + str(os.getpid())])
    threading.Event().wait()

reader, writer = multiprocessing.Pipe()
context = multiprocessing.get_context("fork")

def ended(function, how=lambda process: None):
    process = context.Process(target=function, name=function.__name__)
    process.start()
    if how.__name__ != "<lambda>" or how.__code__.co_names:
        reader.recv()
    how(process)
    process.join()
    print(function.__name__, process.exitcode, flush=True)

for function in (by_exit, by_exit_in_a_thread, by_kill_of_itself, by_error, by_sys_exit, by_exec, from_outside):
    ended(function)
ended(by_terminate, lambda process: process.terminate())
ended(by_own_handler, lambda process: process.terminate())
ended(by_kill, lambda process: process.kill())
ended(by_killpg, lambda process: os.killpg(process.pid, signal.SIGTERM))
with context.Pool(2) as pool:
    print(pool.map(len, ["abc"] * 4))
endless = "print(sum(range(5_000_000)), flush=True)\\nwhile True: pass"
interpreter = subprocess.Popen([sys.executable, "-c", endless], stdout=subprocess.PIPE)
print(interpreter.stdout.readline())
interpreter.kill()
print(interpreter.wait())
sys.exit(2)
"""


def test_however_a_process_ends(tmp_path: Path) -> None:
    """A process that is killed by another one of the program, or leaves by `os._exit` or `exec`, has left what it did, and ends as ever;
    one that is killed from outside is named."""
    script(tmp_path, ENDS)
    bare = plain(tmp_path, "main.py")
    done = profiled(tmp_path, "main.py")
    assert (done.out, done.code) == (bare.stdout, bare.returncode)
    assert "ValueError: in a child" in done.err
    assert "xception ignored" not in done.err
    working = [names for path in paths(done.recording) if "burn" in (names := {name for name, _ in path})]
    worked = {name for names in working for name in names if name.startswith("by_")}
    assert worked == {
        line.partition("(")[0].removeprefix("def ") for line in ENDS.splitlines() if line.startswith("def by_")
    }
    assert "1 process left nothing: from_outside (" in done.notes()
    rows = processes(done.recording)
    assert {"by_exec", "python -c"} <= rows
    assert sum(name.startswith("ForkPoolWorker-") for name in rows) == 2
    assert done.remains == []


LONG = """
import glob, multiprocessing, os, signal, subprocess
def burn(writer):
    while not glob.glob(os.environ["TMPDIR"] + "/*/*.kept") and os.times().user < 30:
        sum(range(10_000))
    writer.send(os.getpid())
    signal.pause()
if __name__ == "__main__":
    reader, writer = multiprocessing.Pipe()
    process = multiprocessing.get_context("fork").Process(target=burn, args=(writer,), name="long")
    process.start()
    subprocess.run(["sh", "-c", "kill -9 " + str(reader.recv())])
    process.join()
    print(process.exitcode)
"""


def test_a_sampled_process_that_is_killed_from_outside_left_something(tmp_path: Path) -> None:
    """A sampler writes now and then what it has seen, so that of a long process not all is lost."""
    script(tmp_path, LONG)
    done = profiled(tmp_path, "main.py")
    assert done.out == f"{-signal.SIGKILL}\n"
    assert any("burn" in {name for name, _ in path} for path in paths(done.recording))
    assert "Of long (" in done.notes()
    assert "left nothing" not in done.notes()


NESTED = """
import multiprocessing, os, subprocess, sys
def tick():
    pass
def inner():
    tick()
def middle():
    process = multiprocessing.get_context("fork").Process(target=inner)
    process.start()
    process.join()
    subprocess.run([sys.executable, __file__, "leaf"], env={})
    child = os.fork()
    if not child:
        tick()
        os._exit(0)
    os.waitpid(child, 0)
    tick()
if __name__ == "__main__":
    if sys.argv[1:] == ["leaf"]:
        tick()
        os.system(sys.executable + " " + __file__ + " end")
    elif sys.argv[1:] == ["end"]:
        tick()
    else:
        process = multiprocessing.get_context("spawn").Process(target=middle)
        process.start()
        process.join()
"""


def test_children_of_children(tmp_path: Path) -> None:
    """Processes that processes start are recorded, too: also with an environment that is given, through a shell, and by a bare fork."""
    script(tmp_path, NESTED)
    done = profiled(tmp_path, "cpu", "main.py")
    calls = {row.function: row.calls for row in functions(done.recording)}
    assert calls["tick"] == 5
    assert "Recorded with 5 other processes" in done.notes()


LOOK = """
import os, signal, subprocess, sys, threading
def look():
    hidden = {"TMPDIR", "_", "SHLVL", "PWD", "LC_CTYPE"}
    print(sorted((name, value) for name, value in os.environ.items() if name not in hidden))
    print(sys.path, sys.argv, "sitecustomize" in sys.modules, sys.modules["__main__"].__file__)
    print([signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD, signal.SIGALRM)])
    print(threading.enumerate()[0].name, threading.active_count(), signal.pthread_sigmask(signal.SIG_BLOCK, []))
    print(sys.flags.safe_path, os.path.basename(os.getcwd()), sys.gettrace(), sys.getprofile(), sys.stdout.write_through, flush=True)
if sys.argv[1:] == ["child"]:
    look()
    sys.exit(0)
print({name: value for name, value in os.environ.items() if name in ("PYTHONPATH", "WORKBENCH_PROCESSES")}, flush=True)
own = dict(os.environ, ADDED="1")
for env in (None, {}, {"PYTHONPATH": os.sep + "some"}):
    subprocess.run([sys.executable, __file__, "child"], env=env)
subprocess.run([sys.executable, __file__, "child"], env=own, close_fds=False, preexec_fn=lambda: None)
print(own == dict(os.environ, ADDED="1"), flush=True)
os.environ["PYTHONPATH"] = os.sep + "other"
subprocess.run([sys.executable, "-P", __file__, "child"])
subprocess.run([sys.executable, "-I", "-c", "import sys; print(sys.path, 'sitecustomize' in sys.modules)"])
pid = os.posix_spawn(sys.executable, [sys.executable, __file__, "child"], os.environ)
os.waitpid(pid, 0)
child = os.fork()
if not child:
    look()
    os._exit(0)
os.waitpid(child, 0)
"""


def test_a_process_sees_the_world_as_ever(tmp_path: Path) -> None:
    """Environment, import path, modules, signal handlers, threads and hooks of a child are as without the workbench, and so is the
    environment of the main process."""
    script(tmp_path, LOOK)
    bare = plain(tmp_path, "main.py")
    done = profiled(tmp_path, "main.py")
    assert done.out.splitlines() == bare.stdout.splitlines()
    assert done.code == bare.returncode == 0
    assert len(bare.stdout.splitlines()) > 30
    assert "Recorded with 7 other processes" in done.notes()


SHADOWS = {
    "main.py": "import multiprocessing, subprocess, sys\n"
    "def show():\n    import statistics, numpy.linalg\n    print(statistics.MINE, numpy.linalg.MINE, flush=True)\n"
    "if __name__ == '__main__':\n"
    "    for method in ('fork', 'spawn'):\n"
    "        process = multiprocessing.get_context(method).Process(target=show)\n"
    "        process.start()\n        process.join()\n"
    "    subprocess.run([sys.executable, 'other/show.py'])\n    subprocess.run([sys.executable, '-m', 'main2'])\n",
    "main2.py": "import main\nmain.show()\n",
    "statistics.py": "MINE = 1",
    "numpy/__init__.py": "",
    "numpy/linalg.py": "MINE = 2",
    "other/show.py": "import numpy.linalg\nprint(numpy.linalg.MINE)",
    "other/numpy/__init__.py": "",
    "other/numpy/linalg.py": "MINE = 3",
}


def test_a_process_finds_its_own_modules(tmp_path: Path) -> None:
    """Modules that a child has in its folder go before those that the workbench has loaded there."""
    for name, text in SHADOWS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        script(tmp_path, text, name)
    done = profiled(tmp_path, "main.py")
    assert done.out == plain(tmp_path, "main.py").stdout == "1 2\n1 2\n3\n1 2\n"
    assert "Recorded with 4 other processes" in done.notes()


CUSTOM = "import sys\nsys.customized = getattr(sys, 'customized', 0) + 1\n"


def test_a_sitecustomize_of_the_user_s_goes_on(tmp_path: Path) -> None:
    """A `sitecustomize` that is there without us is imported as ever, once, and is what `sys.modules` has."""
    (tmp_path / "site").mkdir()
    script(tmp_path / "site", CUSTOM, "sitecustomize.py")
    text = "import os, subprocess, sys\nos.environ['PYTHONPATH'] = 'site'\n"
    text += "subprocess.run([sys.executable, '-c', 'import sys; print(sys.customized, sys.modules[\"sitecustomize\"].__file__)'])"
    script(tmp_path, text)
    done = profiled(tmp_path, "main.py")
    assert done.out == plain(tmp_path, "main.py").stdout
    assert done.out.startswith("1 ")


def test_another_python_runs_undisturbed(tmp_path: Path) -> None:
    """A process of another environment, without the workbench, is left alone, and named."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", "--symlinks", "other"], cwd=tmp_path, check=True)
    text = "import os, subprocess\nsubprocess.run(['other/bin/python', '-c', "
    text += "'import os, sys; print(1, sys.path[1:], os.environ.get(\"PYTHONPATH\"), len(sys.modules) < 100)'])"
    script(tmp_path, text)
    done = profiled(tmp_path, "main.py")
    assert (done.out, done.err.count("rror")) == (plain(tmp_path, "main.py").stdout, 0)
    assert "Not recorded: -c (" in done.notes()
    assert "another Python" in done.notes()


HOOKS = """
import atexit, multiprocessing, os, subprocess, sys
def work():
    end = os.times().user + 0.05
    while os.times().user < end:
        pass
def unjoined():
    work()
    print("child", flush=True)
if __name__ == "__main__":
    atexit.register(print, "hook", flush=True)
    pool = multiprocessing.get_context("fork").Pool(1)
    pool.apply(work)
    multiprocessing.get_context("spawn").Process(target=unjoined).start()
    print("end", flush=True)
    raise ValueError("at the end")
"""


def test_what_is_awaited_at_exit_is_recorded(tmp_path: Path) -> None:
    """Processes that Python waits for, or ends, in its exit hooks are in the recording, which lasts as long as they do."""
    script(tmp_path, HOOKS)
    bare = plain(tmp_path, "main.py")
    done = profiled(tmp_path, "main.py")
    assert (done.out, done.code) == (bare.stdout, bare.returncode)
    assert done.err.startswith(bare.stderr)
    assert {"unjoined", "work"} <= {name for path in paths(done.recording) for name, _ in path}
    assert done.recording.duration >= (done.recording.samples.start).max()
    assert done.recording.error is not None
    assert done.recording.error.type == "ValueError"


WAITING = """
import multiprocessing, os, sys, threading, time
def work(writer):
    end = time.process_time() + 0.05
    while time.process_time() < end:
        pass
    writer.send(1)
    threading.Event().wait()
if __name__ == "__main__":
    reader, writer = multiprocessing.Pipe()
    process = multiprocessing.get_context(sys.argv[1]).Process(target=work, args=(writer,))
    process.start()
    reader.recv()
    print("ready", process.pid, flush=True)
    LAST
"""


@pytest.mark.parametrize("engine", ["sample", "cpu"])
def test_a_signal_to_the_main_process_keeps_the_profiles_of_all(engine: str, tmp_path: Path) -> None:
    """Where the main process is told to end, the others are asked for what they have, and run on as without us."""
    script(tmp_path, WAITING.replace("LAST", "while True: time.sleep(0.01)"))
    with (tmp_path / "err").open("wb") as err:
        process = subprocess.Popen(
            command(engine, "main.py", "fork"),
            cwd=tmp_path,
            env=variables(tmp_path),
            stdout=subprocess.PIPE,
            stderr=err,
        )
    assert process.stdout is not None
    child = int(process.stdout.readline().split()[1])
    process.send_signal(signal.SIGTERM)
    assert process.wait() == -signal.SIGTERM
    os.kill(child, 0)
    os.kill(child, signal.SIGKILL)
    process.stdout.close()
    assert (tmp_path / "run.wbp").exists(), (tmp_path / "err").read_text()
    recording = read(tmp_path / "run.wbp")
    assert recording.error is not None
    assert "work" in {recording.frame_name(frame) for frame in range(len(recording.frames))}
    assert processes(recording) == {"ForkProcess-1"}
    assert list((tmp_path / "tmp").iterdir()) == []


@pytest.mark.parametrize(
    "last", ["os._exit(7)", "os.execv(sys.executable, [sys.executable, '-c', 'raise SystemExit(7)'])"]
)
def test_a_main_process_that_leaves_without_a_word(last: str, tmp_path: Path) -> None:
    """By `os._exit` or `exec` of the main process nothing is lost, and nothing stays behind."""
    script(tmp_path, WAITING.replace("LAST", f"process.kill(); process.join(); {last}"))
    done = profiled(tmp_path, "main.py", "spawn")
    assert done.code == 7
    assert done.recording.error is not None
    assert "work" in {path[-1][0] for path in paths(done.recording)}
    assert done.remains == []


def test_nothing_is_said_of_processes_where_there_are_none(tmp_path: Path) -> None:
    """A program without children has its own recording, with one note; with children that are not recorded, a note says what they used."""
    script(tmp_path, "print('x')")
    assert "No other process was recorded" in profiled(tmp_path, "main.py").notes()
    text = "import subprocess, sys\nsubprocess.run([sys.executable, '-c', 'for n in range(3_000_000): pass'])"
    script(tmp_path, text)
    subprocess.run(
        [word for word in command("main.py") if word != "--subprocesses"], cwd=tmp_path, capture_output=True, check=True
    )
    assert "of processor time, which is not in here: with --subprocesses" in " ".join(read(tmp_path / "run.wbp").notes)
    assert len(read(tmp_path / "run.wbp").threads) == 1


def test_named_functions_are_looked_at_everywhere(tmp_path: Path) -> None:
    """`-f` says what engine lines looks at in a new interpreter, too."""
    text = "import multiprocessing\ndef inner():\n    pass\ndef other():\n    inner()\n"
    text += "if __name__ == '__main__':\n    process = multiprocessing.get_context('spawn').Process(target=other)\n"
    script(tmp_path, text + "    process.start()\n    process.join()\n")
    table = (found := profiled(tmp_path, "lines", "-f", "inner", "main.py").recording).lines
    hits = [
        (found.frame_name(frame), count) for frame, count in zip(table.frame.tolist(), table.hits.tolist(), strict=True)
    ]
    assert hits == [("inner", 1)]


LIKE = """
import multiprocessing, time
def cold():
    pass
def hot():
    end = time.process_time() + 0.3
    while time.process_time() < end:
        pass
def work():
    cold()
    hot()
if __name__ == "__main__":
    process = multiprocessing.get_context("spawn").Process(target=work)
    process.start()
    process.join()
"""


def test_what_a_sampling_of_all_found_is_looked_at_in_all(tmp_path: Path) -> None:
    """`--like` takes the functions that were hot in any process, and engine lines looks at them in each."""
    script(tmp_path, LIKE)
    profiled(tmp_path, "main.py")
    (tmp_path / "run.wbp").rename(tmp_path / "like.wbp")
    found = profiled(tmp_path, "lines", "--like", "like.wbp", "main.py").recording
    ran = {found.frame_name(frame) for frame in found.lines.frame[found.lines.hits > 0].tolist()}
    assert "hot" in ran
    assert "cold" not in ran


REST = """
import asyncio, multiprocessing
def take():
    return bytearray(20 << 20)
async def nap():
    await asyncio.sleep(0)
async def naps():
    await asyncio.gather(*(asyncio.create_task(nap()) for _ in range(3)))
def work():
    kept = take()
    asyncio.run(naps())
if __name__ == "__main__":
    for method in ("fork", "spawn"):
        process = multiprocessing.get_context(method).Process(target=work)
        process.start()
        process.join()
        print(process.exitcode)
    work()
"""


def test_allocations_add_up(tmp_path: Path) -> None:
    """Engine heap has what each process held at its peak, below its row."""
    script(tmp_path, REST)
    done = profiled(tmp_path, "heap", "main.py")
    assert done.out == "0\n0\n"
    heap, stacks = done.recording.heap, done.recording.stacks
    leaves = [done.recording.frame_name(stacks.frame[node]) for node in heap.stack.tolist()]
    peaks = [peak for name, peak in zip(leaves, heap.peak.tolist(), strict=True) if name == "take"]
    assert sorted(round(peak / (1 << 20)) for peak in peaks) == [20, 20, 20]
    assert processes(done.recording) == {"ForkProcess-1", "SpawnProcess-2"}


def test_tasks_add_up(tmp_path: Path) -> None:
    """Engine tasks has the tasks of all processes, each with its parent and on its process's thread."""
    script(tmp_path, REST)
    done = profiled(tmp_path, "tasks", "main.py")
    assert done.out == "0\n0\n"
    tasks, found = done.recording.tasks, done.recording
    naps = [row for row, frame in enumerate(tasks.frame.tolist()) if found.frame_name(frame) == "nap"]
    assert len(naps) == 9
    assert len({found.threads[thread] for thread in tasks.thread[naps].tolist()}) == 3
    assert {found.frame_name(tasks.frame[parent]) for parent in tasks.parent[naps].tolist()} == {"naps"}
    assert len(set(tasks.parent[naps].tolist())) == 3


def test_settings_survive_their_journey() -> None:
    """Engine, options and the functions that a sampling found reach other processes as text; objects by their names."""
    options = Options(interval=0.01, functions=("f", json.dumps), modules=("m", json))
    settings = Settings("lines", options, Seen(frozenset({("a.py", "f")})), ("/x",))
    found = Settings.from_json(settings.to_json())
    assert (found.engine, found.seen, found.folders, found.root) == ("lines", settings.seen, ("/x",), settings.root)
    assert found.options.interval == 0.01
    assert found.options.modules == ("m", "json")
    assert found.options.functions == ("f", "json.dumps")
    assert json.loads(settings.to_json())["python"] == [sys.implementation.cache_tag, sys.prefix]


ALL_SAMPLES = [samples.small_recording, samples.exact_recording, samples.failed_recording, samples.empty_recording]


@pytest.mark.parametrize("make", ALL_SAMPLES, ids=lambda make: make.__name__)
def test_one_recording_adds_up_to_itself(make: Callable[[], Recording]) -> None:
    """Of the main process alone the sum is its recording, to the last byte."""
    found = make()
    packages = tuple(sorted(found.environment.packages))
    one = replace(found, environment=replace(found.environment, packages=packages))
    union = Union()
    union.add(one, MAIN)
    assert dumps(union.build(one)) == dumps(one)


@pytest.mark.parametrize("folded", [False, True])
def test_two_recordings_add_up(folded: bool) -> None:
    """Times are summed up below the second one's row; its threads have its name, its samples come later, folded ones one per stack."""
    one, union = samples.small_recording(), Union()
    union.add(one, MAIN)
    union.add(one, Place("[process p 7]", "p (7) · ", 2.0, folded))
    both = union.build(one)
    assert whole(both) == pytest.approx(2 * whole(one))
    assert both.duration == one.duration + 2.0
    assert both.threads == (*one.threads, *(f"p (7) · {name}" for name in one.threads))
    assert both.cost.samples == 2 * one.cost.samples
    assert len(both.timeline) == len(one.timeline)
    assert both.samples.start[len(one.samples) :].min() == 2.0
    stacks = set(zip(one.samples.stack.tolist(), one.samples.thread.tolist(), strict=True))
    assert len(both.samples) == len(one.samples) + (len(stacks) if folded else len(one.samples))
    rows, before = ({row.function: row for row in functions(found)} for found in (both, one))
    assert rows["parse"].self_time == pytest.approx(2 * before["parse"].self_time)
    assert rows["[process p 7]"].total_time == pytest.approx(whole(one))


def test_counts_add_up() -> None:
    """Calls, recursive ones too, and edges are summed up; a process's row calls what nothing else of it called."""
    one = samples.exact_recording()
    union = Union()
    union.add(one, MAIN)
    union.add(one, Place("[process p 7]"))
    both = union.build(one)
    calls = {row.function: row.calls for row in functions(both)}
    assert {row.function: row.calls for row in functions(one)} == {
        name: count // 2 for name, count in calls.items() if name != "[process p 7]" and count is not None
    }
    assert whole(both) == pytest.approx(2 * whole(one))
    row = next(row for row in functions(both) if row.function == "[process p 7]")
    assert (row.calls, row.self_time) == (1, 0.0)
    assert row.total_time == pytest.approx(whole(one))
    frames = [both.frame_name(frame) for frame in both.calls.callee[both.calls.caller == row.frame]]
    assert "fib" not in frames
    assert len(frames) >= 1


def test_thousands_of_processes_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond a number processes share a row, whose samples are folded, and sentences name a few; no time is lost."""
    monkeypatch.setattr(child_sum, "MOST_ROWS", 3)
    one = samples.small_recording()
    folder = Folder(tmp_path)
    for number in range(20):
        folder.leave(Life(f"{number}-0", number, "worker", 100.0 + number), noted(replace(one, cpu=number), "a note"))
    found = child_sum.added_up(one, folder, 100.0, {})
    assert processes(found) == {"worker"}
    assert len([name for name in range(len(found.frames)) if found.frame_name(name).startswith("[process worker")]) == 3
    assert any(found.frame_name(frame) == "[17 other processes]" for frame in range(len(found.frames)))
    assert whole(found) == pytest.approx(21 * whole(one))
    assert len(found.samples) < 6 * len(one.samples)
    assert found.cpu == pytest.approx(one.cpu + sum(range(20)))
    assert max(map(len, found.notes)) < 400
    assert sum("a note" in sentence for sentence in found.notes) == 1


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    """A file that a process left half, or a process that never wrote, costs its own numbers only."""
    one = samples.small_recording()
    folder = Folder(tmp_path)
    folder.leave(Life("1-0", 1, "broken", 0.0), one)
    (tmp_path / "1-0.wbp").write_bytes(b"PK half")
    folder.born(Life("2-0", 2, "silent", 0.0))
    folder.lose(Life("3-0", 3, "refused", 0.0), "it could not")
    found = child_sum.added_up(one, folder, 0.0, {})
    assert whole(found) == whole(one)
    notes = " ".join(found.notes)
    assert "2 processes left nothing: silent (2), broken (1)" in notes
    assert "No other process" not in notes
    assert "Not recorded: refused (3): it could not" in notes


def test_a_function_sent_by_value_is_found_again() -> None:
    """What joblib sends to its workers without a file counts as the main module's function of that name and line."""
    one = samples.small_recording()
    union = Union()
    union.add(one, Place(files={(samples.STORE_FILE, "flush", 4): "/elsewhere.py"}))
    files = {row.function: row.file for row in functions(union.build(one))}
    assert files["flush"] == "/elsewhere.py"


def test_a_removed_folder_takes_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that writes too late makes no file, and one that asks where nobody answers comes back."""
    monkeypatch.setattr(child_folder, "PATIENCE", 0.2)
    settings = Settings("sample", Options(), None, ())
    folder = Folder.make(settings, "")
    assert folder.settings() == settings
    assert folder.path.stat().st_mode & 0o777 == 0o700
    sleeper = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    life = Life(f"{sleeper.pid}-0", sleeper.pid, "deaf", 0.0)
    folder.born(life)
    assert [folder.ask([life], number) for number in (0, 15)] == [[life], [life]]
    assert folder.asked(life) is None
    sleeper.communicate(b"\n")
    assert folder.ask([life]) == []
    folder.remove()
    folder.remove()
    assert not folder.path.exists()
    with pytest.raises(OSError, match="No such file"):
        folder.born(life)
    assert list(itertools.chain(folder.lives(), folder.left(), folder.lost())) == []
