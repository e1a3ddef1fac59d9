"""The command `workbench`, run as a person or an agent runs it: in a process of its own."""

from __future__ import annotations

import json
import os
import pstats
import pty
import shutil
import statistics
import subprocess
import sys
from pathlib import Path
from time import perf_counter

import pytest
from samples import exact_recording, small_recording

from workbench.formats.native import read, write
from workbench.formats.pstats_file import to_stats
from workbench.render.text import text

WORKBENCH = Path(sys.executable).with_name("workbench")

PROGRAM = """
import sys
def busy(n):
    total = 0
    for i in range(n):
        total += i * i
    return total
print(busy(1_500_000))
"""


def run(*words: object, folder: Path, stdin: str = "", **variables: str) -> subprocess.CompletedProcess[str]:
    """Run `workbench words...` in a folder, with all streams piped."""
    return subprocess.run(
        [str(WORKBENCH), *map(str, words)],
        cwd=folder,
        input=stdin,
        capture_output=True,
        check=False,
        encoding="utf-8",
        env={**os.environ, **variables},
    )


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A folder with a program, two saved recordings and a file of cProfile's."""
    (tmp_path / "prog.py").write_text(PROGRAM)
    write(small_recording(), tmp_path / "run.wbp")
    write(exact_recording(), tmp_path / "exact.wbp")
    to_stats(exact_recording()).dump_stats(tmp_path / "old.prof")
    return tmp_path


def test_profile_answers_on_stderr(place: Path) -> None:
    """The text goes to stderr, names the script, its function and its hot line, and stdout is the script's alone."""
    done = run("profile", "prog.py", folder=place)
    assert done.returncode == 0
    assert done.stdout == f"{sum(i * i for i in range(1_500_000))}\n"
    assert done.stderr.startswith("script prog.py")
    assert "busy" in done.stderr
    assert "total += i * i" in done.stderr
    assert "\x1b" not in done.stderr


def test_profile_takes_its_options_before_the_script_only(place: Path) -> None:
    """Options stand before or after the engine; the same words after the script are the script's."""
    (place / "args.py").write_text("import sys; print(sys.argv[1:])")
    for words in (
        ["--top", "2", "cpu"],
        ["cpu", "--top=2"],
        ["cpu", "-o", "a.wbp", "--quiet"],
        ["-oa.wbp", "cpu"],
        ["cpu", "--"],
    ):
        done = run("profile", *words, "args.py", "--top", "x", "cpu", "-o", folder=place)
        assert done.stdout == "['--top', 'x', 'cpu', '-o']\n", done.stderr
        assert done.returncode == 0
    assert read(place / "a.wbp").engine == "cpu"


def test_a_file_with_the_name_of_an_engine(place: Path) -> None:
    """`cpu` is the engine and `./cpu` the script."""
    (place / "cpu").write_text("print('script')")
    assert run("profile", "cpu", "./cpu", folder=place).stdout == "script\n"
    assert run("profile", "cpu", "cpu", folder=place).stdout == "script\n"


def test_profile_writes_all_that_was_wished_for(place: Path) -> None:
    """--save, --report and --json=FILE write whole files, named in one line, in the folder the command was given in."""
    (place / "moves.py").write_text("import os; os.mkdir('deep'); os.chdir('deep')\n" + PROGRAM)
    done = run("profile", "--save", "a.wbp", "--report", "a.html", "--json=a.json", "moves.py", folder=place)
    assert done.returncode == 0, done.stderr
    assert done.stderr.endswith("workbench: wrote a.wbp, a.html, a.json\n")
    assert read(place / "a.wbp").target.name == "moves.py"
    assert [source.label for source in read(place / "a.wbp").sources] == ["moves.py"]
    assert json.loads((place / "a.json").read_text())["target"]["name"] == "moves.py"
    assert "<html" in (place / "a.html").read_text("utf-8")


def test_profile_as_json(place: Path) -> None:
    """--json gives one JSON document on stderr in place of the text, of a failing program too; --top limits its rows."""
    (place / "fails.py").write_text(PROGRAM + "sys.exit(5)\n")
    done = run("profile", "--json", "--top", "1", "fails.py", folder=place)
    found = json.loads(done.stderr)
    assert done.returncode == 5
    assert (found["error"]["type"], len(found["functions"])) == ("SystemExit", 1)


def test_quiet(place: Path) -> None:
    """--quiet says nothing at all."""
    done = run("profile", "--quiet", "--save", "a.wbp", "prog.py", folder=place)
    assert done.stderr == ""
    assert (place / "a.wbp").exists()


def test_interval_and_budget_reach_the_engine(place: Path) -> None:
    """A longer interval gives fewer samples."""
    run("profile", "--interval", "0.05", "--save", "slow.wbp", "prog.py", folder=place)
    run("profile", "--budget", "0.3", "--interval", "0.001", "--save", "fast.wbp", "prog.py", folder=place)
    assert read(place / "slow.wbp").cost.samples * 5 < read(place / "fast.wbp").cost.samples


def test_show_prints_what_the_recording_says(place: Path) -> None:
    """`show` prints the text form of the file's recording on stdout; so it does for exact ones and for cProfile's files."""
    assert run("show", "run.wbp", folder=place).stdout == text(small_recording())
    assert run("show", "exact.wbp", "--top", "1", folder=place).stdout == text(read(place / "exact.wbp"), top=1)
    shown = run("show", "old.prof", folder=place)
    assert shown.returncode == 0
    name = next(iter(pstats.Stats(str(place / "old.prof")).stats))[2]  # type: ignore[attr-defined]
    assert name in shown.stdout


def test_show_as_json(place: Path) -> None:
    """`show --json` prints one JSON document; --top limits its rows."""
    assert json.loads(run("show", "--json", "run.wbp", folder=place).stdout)["engine"] == small_recording().engine
    assert len(json.loads(run("show", "run.wbp", "--json", "--top", "1", folder=place).stdout)["functions"]) == 1


def test_show_of_what_was_profiled(place: Path) -> None:
    """`show` on a saved run gives the text that the run itself gave."""
    first = run("profile", "--save", "a.wbp", "prog.py", folder=place).stderr
    again = run("show", "a.wbp", folder=place).stdout
    assert first == again + "workbench: wrote a.wbp\n"


def test_report(place: Path) -> None:
    """`report` writes one HTML page, beside the file or where it is told to, and says so."""
    assert run("report", "run.wbp", folder=place).stderr == "workbench: wrote run.html\n"
    assert run("report", "old.prof", "-o", "x.html", folder=place).returncode == 0
    for name in ("run.html", "x.html"):
        assert "<html" in (place / name).read_text("utf-8")


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["profle", "prog.py"], 2, "did you mean 'profile'"),
        (["prog.py"], 2, "workbench profile prog.py"),
        (["profile"], 2, "Name a script or a module"),
        (["profile", "cpu"], 2, "Name a script or a module"),
        (["profile", "-m"], 2, "-m needs the name of a module"),
        (["profile", "smaple", "prog.py"], 2, "did you mean 'sample'"),
        (["profile", "wibble", "prog.py"], 2, "known: sample, cpu"),
        (["profile", "lines", "-f", "busy(3)", "prog.py"], 2, "leave the call away: -f busy"),
        (["profile", "memory", "--backend", "nope", "prog.py"], 2, "known: workbench, memory_profiler"),
        (["profile", "pro.py"], 2, "did you mean 'prog.py'"),
        (["profile", "--tob", "3", "prog.py"], 2, "'--top'"),
        (["profile", "--top", "0", "prog.py"], 2, "from 1 on"),
        (["profile", "--top", "x", "prog.py"], 2, "'x' is not a valid integer"),
        (["profile", "--budget", "3", "prog.py"], 2, "between 0 and 1"),
        (["profile", "--interval", "nan", "prog.py"], 2, "above 0"),
        (["profile", "--save", "gone/a.wbp", "prog.py"], 2, "There is no folder"),
        (["profile", "--save", ".", "prog.py"], 2, "is a folder"),
        (["show"], 2, "FILE"),
        (["show", "gone.wbp"], 2, "There is no file"),
        (["show", "prog.py"], 2, "neither"),
        (["show", "."], 2, "cannot be read"),
        (["show", "damaged.wbp"], 2, "truncated or altered"),
        (["report", "run.wbp", "-o", "gone/a.html"], 1, "was not written"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)  # fmt: skip
def test_what_is_wrong_is_said_in_a_line(words: list[str], code: int, says: str, place: Path) -> None:
    """Wrong words and files: exit code, what is wrong and what would be right, each line ours; nothing is run, no traceback."""
    (place / "damaged.wbp").write_bytes((place / "run.wbp").read_bytes()[:-50])
    done = run(*words, folder=place)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert done.stdout == ""
    lines = done.stderr.splitlines()
    assert len(lines) <= 2
    assert all(line.startswith("workbench: ") for line in lines)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_fails_the_command_and_still_answers(place: Path) -> None:
    """Where a file cannot be written the text is shown all the same, and the exit code tells, unless the program failed itself."""
    done = run("profile", "--json=/dev/full", "prog.py", folder=place)
    assert done.returncode == 1
    assert "busy" in done.stderr
    assert "was not written to /dev/full: No space left on device" in done.stderr


@pytest.mark.parametrize("words", ["show run.wbp", "show --json run.wbp", "--help", "profile --help"])
def test_a_reader_that_goes_away_is_no_trouble(words: str, place: Path) -> None:
    """`| head -1`: nothing on stderr."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = ["bash", "-c", f"{WORKBENCH} {words} | (exec true)"]
    done = subprocess.run(command, cwd=place, capture_output=True, check=False, env=variables)
    assert done.stderr == b""


def test_closed_streams(place: Path) -> None:
    """Without stderr or stdout the program still runs, and the profile is still written."""
    for number, closed in enumerate(("2>&-", ">&-", ">&- 2>&-", "2>/dev/full")):
        command = f"{WORKBENCH} profile --save {number}.wbp prog.py {closed}"
        assert subprocess.run(["bash", "-c", command], cwd=place, capture_output=True, check=False).returncode == 0
        assert read(place / f"{number}.wbp").error is None


def test_poor_letters(place: Path) -> None:
    """A stream that knows ASCII only gets escapes, not an exception."""
    done = run("show", "run.wbp", folder=place, PYTHONIOENCODING="ascii")
    assert done.returncode == 0
    assert done.stdout.isascii()
    assert len(done.stdout.splitlines()) == len(text(small_recording()).splitlines())


def on_a_terminal(words: list[str], folder: Path, **variables: str) -> str:
    """What a command prints with stdout and stderr on a terminal."""
    mine, its = pty.openpty()
    process = subprocess.Popen(
        [str(WORKBENCH), *words],
        cwd=folder,
        stdin=its,
        stdout=its,
        stderr=its,
        env={**{name: value for name, value in os.environ.items() if name != "NO_COLOR"}, "TERM": "xterm", **variables},
    )
    os.close(its)
    found = b""
    while True:
        try:
            part = os.read(mine, 65536)
        except OSError:
            break
        if not part:
            break
        found += part
    process.wait()
    os.close(mine)
    return found.decode()


def test_colour_is_for_terminals(place: Path) -> None:
    """On a terminal there is colour; not with NO_COLOR or a dumb terminal; and the words are the same."""
    coloured = on_a_terminal(["show", "run.wbp"], place)
    plain = on_a_terminal(["show", "run.wbp"], place, NO_COLOR="1")
    assert "\x1b[" in coloured
    assert "\x1b" not in plain
    assert "\x1b" not in on_a_terminal(["show", "run.wbp"], place, TERM="dumb")
    assert "\x1b[" in on_a_terminal(["profile", "prog.py"], place)


def test_help_names_all_there_is(place: Path) -> None:
    """--help of the command names each command; that of `profile` each engine and option, with an example; all fit 80 columns."""
    assert all(
        word in run("--help", folder=place).stdout
        for word in ("profile", "show", "report", "workbench profile script.py")
    )
    shown = run("profile", "--help", folder=place).stdout
    for word in (
        "sample",
        "cpu",
        "--save",
        "--report",
        "--json",
        "--top",
        "--interval",
        "--budget",
        "--quiet",
        "-m MODULE",
        "Examples:",
    ):
        assert word in shown
    assert run(folder=place).stdout == run("--help", folder=place).stdout
    for command in ("show", "report"):
        assert "Examples:" in run(command, "--help", folder=place).stdout


def test_version(place: Path) -> None:
    """--version prints one line."""
    import workbench

    assert run("--version", folder=place).stdout == f"workbench {workbench.__version__}\n"


LOADED = """
import sys
from workbench.cli.main import main
main({words!r})
print([name for name in ("numpy", "pandas", "IPython", "matplotlib", "jinja2", "workbench.recorder.run") if name in sys.modules])
"""


@pytest.mark.parametrize(
    "words", [["--help"], ["profile", "--help"], ["--version"], ["profile", "gone.py"]], ids=" ".join
)
def test_help_loads_nothing_heavy(words: list[str], place: Path) -> None:
    """Help, version and refusals come without numpy, pandas and the engines."""
    code = LOADED.format(words=words)
    done = subprocess.run([sys.executable, "-c", code], cwd=place, capture_output=True, check=True, text=True)
    assert done.stdout.splitlines()[-1] == "[]"


@pytest.mark.timing
def test_help_comes_soon(tmp_path: Path) -> None:
    """Over interleaved pairs with compiled modules, `workbench --help` takes at most eight times as long as starting Python."""
    variables = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    variables["PYTHONPYCACHEPREFIX"] = str(tmp_path)

    def seconds(*command: str) -> float:
        begin = perf_counter()
        subprocess.run(command, check=True, capture_output=True, env=variables)
        return perf_counter() - begin

    seconds(str(WORKBENCH), "--help")
    ratios = [seconds(str(WORKBENCH), "--help") / seconds(sys.executable, "-c", "") for _ in range(11)]
    assert statistics.median(ratios) < 8


@pytest.mark.skipif(shutil.which("timeout") is None, reason="needs the command timeout")
def test_timeout_leaves_the_profile(place: Path) -> None:
    """`timeout 1 workbench profile ...` prints the profile up to there and ends as told."""
    (place / "long.py").write_text("while True:\n    pass\n")
    command = ["timeout", "2", str(WORKBENCH), "profile", "long.py"]
    done = subprocess.run(command, cwd=place, capture_output=True, check=False, text=True)
    assert done.returncode == 124
    assert "long.py:2" in done.stderr
    assert "SIGTERM" in done.stderr
