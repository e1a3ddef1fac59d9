"""Engine `lines`: every line of chosen functions, whatever kind of function it is, however it was chosen."""

from __future__ import annotations

import asyncio
import functools
import subprocess
import sys
import threading
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from guest import unchanged
from line_profiler import LineProfiler

import workbench
from workbench.engines import calibration
from workbench.engines.base import Options
from workbench.errors import EngineBusyError, UnknownOptionError, UsageError
from workbench.recorder import naming
from workbench.recorder.selection import Seen, choose


@pytest.fixture(autouse=True)
def _unpriced(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a slow machine runs here are long enough for a cost, and a note on it."""
    monkeypatch.setattr(calibration, "TRIALS", {})


def doubled(function: Callable[..., Any]) -> Callable[..., Any]:
    @functools.wraps(function)
    def wrapper(*args: Any) -> Any:
        return 2 * function(*args)

    return wrapper


def plain(n: int) -> int:
    return n + 1  # at: plain


def outer(n: int) -> int:
    def inner(m: int) -> int:
        return m * 2  # at: nested

    return inner(n)


def adder(by: int) -> Callable[[int], int]:
    return lambda n: (
        n + by  # at: closure
    )


def numbers(n: int) -> Iterator[int]:
    for number in range(n):
        doubled_number = 2 * number  # at: generator
        yield doubled_number


async def waits(n: int) -> int:
    await asyncio.sleep(0)
    return n  # at: coroutine


async def stream(n: int) -> AsyncIterator[int]:
    yield n  # at: async generator


@doubled
def decorated(n: int) -> int:
    return n  # at: decorated


@functools.lru_cache
def cached(n: int) -> int:
    return n  # at: cached


class Thing:
    def method(self) -> int:
        return 1  # at: method

    @classmethod
    def klass(cls) -> int:
        return 2  # at: classmethod

    @staticmethod
    def static() -> int:
        return 3  # at: staticmethod

    @property
    def value(self) -> int:
        return 4  # at: property

    @functools.cached_property
    def once(self) -> int:
        return 5  # at: cached property

    def __call__(self) -> int:
        return 6  # at: callable object


async def _collect() -> list[int]:
    return [n async for n in stream(1)]


def _in_a_thread() -> None:
    thread = threading.Thread(target=plain, args=(1,))
    thread.start()
    thread.join()


add_three = lambda n: n + 3  # noqa: E731  # at: lambda
KINDS: dict[str, tuple[object, Callable[[], object]]] = {
    "plain": (plain, lambda: plain(1)),
    "nested": (outer, lambda: outer(1)),
    "closure": (adder, lambda: adder(1)(2)),
    "lambda": (add_three, lambda: add_three(1)),
    "generator": (numbers, lambda: list(numbers(1))),
    "coroutine": (waits, lambda: asyncio.run(waits(1))),
    "async generator": (stream, lambda: asyncio.run(_collect())),
    "decorated": (decorated, lambda: decorated(1)),
    "cached": (cached, lambda: (cached.cache_clear(), cached(1))),
    "method": (Thing.method, lambda: Thing().method()),
    "classmethod": (Thing.klass, lambda: Thing.klass()),
    "staticmethod": (Thing.static, lambda: Thing.static()),
    "property": (Thing.__dict__["value"], lambda: Thing().value),
    "cached property": (Thing.__dict__["once"], lambda: Thing().once),
    "callable object": (Thing(), lambda: Thing()()),
}


def hits(profile: workbench.Profile, mark: str) -> int:
    """Hits of the line that ends in `# at: mark`."""
    table = profile.lines()
    return int(table.loc[table["source"].str.endswith(f"# at: {mark}"), "hits"].sum())


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_function_by_object(kind: str) -> None:
    """Given as an object, each kind of function has its line counted once, and the function itself is left as it is."""
    chosen, run = KINDS[kind]
    codes = list(naming.code_of(chosen))
    asyncio.get_event_loop_policy()
    with unchanged(), workbench.profile("lines", functions=[chosen]) as rec:
        run()
    assert hits(rec, kind) == 1
    assert [id(code) for code in naming.code_of(chosen)] == [id(code) for code in codes]
    assert rec.notes == ()


NAMES = {
    "plain": "plain",
    "nested": "outer.inner",
    "closure": "adder",
    "lambda": "add_three",
    "generator": "numbers",
    "decorated": "decorated",
    "cached": "cached",
    "method": "Thing.method",
    "classmethod": "Thing.klass",
    "staticmethod": "Thing.static",
    "property": "Thing.value",
    "cached property": "Thing.once",
}


@pytest.mark.parametrize("kind", NAMES)
def test_every_kind_of_function_by_name(kind: str) -> None:
    """Given as text, looked up where the block stands, each has its line counted too."""
    with workbench.profile("lines", functions=[NAMES[kind]]) as rec:
        KINDS[kind][1]()
    assert hits(rec, kind) == 1
    assert rec.notes == ()


def test_a_class_means_its_methods_and_a_module_its_functions() -> None:
    """One name is enough for all methods of a class, or all functions of a module."""
    for chosen in ({"functions": [Thing]}, {"modules": [sys.modules[__name__]]}, {"modules": [__name__]}):
        with workbench.profile("lines", **chosen) as rec:
            Thing().method()
            Thing.static()
            assert Thing().value == 4
        assert [hits(rec, mark) for mark in ("method", "staticmethod", "property")] == [1, 1, 1]


def test_threads_are_seen() -> None:
    """Code of a thread that begins during the run is counted, on every Python, and no thread keeps the hook."""
    with unchanged(), workbench.profile("lines", functions=[plain]) as rec:
        _in_a_thread()
    assert hits(rec, "plain") == 1


def test_threads_of_later_runs_are_seen() -> None:
    """A thread that has the identity of one that ended within an earlier run is counted as if it had been the first."""
    for threads in (3, 1, 5):
        with workbench.profile("lines", functions=[plain]) as rec:
            for _ in range(threads):
                _in_a_thread()
        assert hits(rec, "plain") == threads


def test_two_ways_same_counts() -> None:
    """Our hits equal line_profiler's own, line by line, on code with loops, branches and recursion."""

    def work(n: int) -> int:
        total = 0
        for i in range(n):
            if i % 3:
                total += i
            elif i > 5:
                total -= work(2)
        return total

    with workbench.profile("lines", functions=[work]) as rec:
        work(20)
    ours = dict(zip(rec.lines()["line"], rec.lines()["hits"], strict=True))
    profiler: Any = LineProfiler()
    profiler.add_function(work)
    profiler.enable()
    work(20)
    profiler.disable()
    ((_, rows),) = profiler.get_stats().timings.items()
    assert ours == {line: count for line, count, _ in rows}


def test_time_lands_on_the_line_that_takes_it() -> None:
    """Of a function with a dear and a cheap line the dear one has nearly all the time, and the times add up to the function's."""

    def work() -> None:
        sum(range(3_000_000))  # at: dear
        sum(range(3_000))  # at: cheap

    rec = workbench.profile_call(work, engine="lines", functions=[work])
    table = rec.lines().set_index("source")
    dear, cheap = (table["wall"].filter(like=f"# at: {mark}").sum() for mark in ("dear", "cheap"))
    assert dear / (dear + cheap) > 0.95
    total = rec.functions().set_index("function")["total"].filter(like="work").sum()
    assert total == pytest.approx(rec.lines()["wall"].sum())


def test_nothing_needs_naming() -> None:
    """With nothing named all own code that runs is looked at, and none of the libraries' or the standard library's."""
    with workbench.profile("lines") as rec:
        plain(1)
        functools.reduce(lambda a, b: a + b, [1, 2, 3])
    assert hits(rec, "plain") == 1
    assert set(rec.lines()["owner"]) == {"own"}


def busy(n: int) -> int:
    total = 0
    for i in range(n):
        total += i * i  # at: busy
    return total


def idle() -> int:
    return 1  # at: idle


def test_the_sampling_before_chooses() -> None:
    """After a sampling of the same call, only the functions that took most of its time are looked at."""

    def work() -> int:
        return busy(300_000) + idle()

    workbench.profile_call(work)
    rec = workbench.profile_call(work, engine="lines")
    assert hits(rec, "busy") == 300_000
    assert "idle" not in set(rec.functions()["function"])


def test_what_takes_most_is_taken_over() -> None:
    """Functions are taken from a sampling until they cover four fifths of the time."""
    from samples import drawn

    recording = drawn("main:3 > hot:10  x7\nmain:4 > warm:20  x2\nmain:5 > cold:30  x1")
    assert {name for _, name in Seen.of(recording).functions} == {"hot", "warm"}


@pytest.mark.parametrize(
    ("name", "said"),
    [("plian", "no function 'plian': did you mean 'plain'"), ("Thing.gone", "no function 'Thing.gone'")],
)
def test_names_that_lead_nowhere_are_refused(name: str, said: str) -> None:
    """A name that is not there lists near ones, before anything has run."""
    with pytest.raises(UnknownOptionError, match=said), workbench.profile("lines", functions=[name, plain]):
        plain(1)


def test_names_that_the_run_did_not_bring_about_are_spoken_of() -> None:
    """A name that the block speaks of and never defines as a function lists near ones after it; C code says where its time shows."""
    with workbench.profile("lines", functions=["plian", "len", plain]) as rec:
        plian = plain(1)
    assert plian is not None
    for said in ("No function 'plian' was there to look at: did you mean 'plain'", "len has no Python lines"):
        assert any(note.startswith(said) for note in rec.notes), rec.notes


def test_a_plain_name_means_own_code() -> None:
    """A name that own code and the standard library both have means own code's; with its module, the library's is meant."""
    import textwrap

    space: dict[str, Any] = {"__name__": "own"}
    exec(compile("def indent(n):\n    return n\n", "/somewhere/own.py", "exec"), space)
    for name, file in (("indent", "/somewhere/own.py"), ("textwrap.indent", textwrap.__file__)):
        with workbench.profile("lines", functions=[name]) as rec:
            space["indent"](1)
            textwrap.indent("a", " ")
        assert set(rec.lines().query("hits > 0")["file"]) == {file}


def test_a_module_that_is_never_imported_is_spoken_of() -> None:
    """A module that could be imported and none of whose code was met is named, with what would have been right."""
    with workbench.profile("lines", modules=["workbench.no.such.module"]) as rec:
        plain(1)
    assert any("No code of the module 'workbench.no.such.module'" in note for note in rec.notes)


def test_a_function_that_never_runs_is_listed() -> None:
    """A chosen function without a call is there, with no hits, in tables and text."""
    with workbench.profile("lines", functions=[idle]) as rec:
        pass
    assert list(rec.lines()["hits"]) == [0]
    assert "idle" in rec.text()
    assert "was never called" in rec.text()


def test_code_without_a_source_is_counted_by_line_number() -> None:
    """A function made by exec has hits and times, with no source beside them."""
    space: dict[str, Any] = {}
    exec("def made(n):\n    n += 1\n    return n\n", space)
    with workbench.profile("lines", functions=[space["made"]]) as rec:
        space["made"](1)
    assert dict(zip(rec.lines()["line"], rec.lines()["hits"], strict=True)) == {2: 1, 3: 1}
    assert set(rec.lines()["source"]) == {""}


def test_twins_are_spoken_of() -> None:
    """Two functions that line_profiler cannot tell apart, equal on equal lines, are not counted apart in silence."""
    spaces: list[dict[str, Any]] = [{}, {}]
    for space, file in zip(spaces, ("one.py", "two.py"), strict=True):
        exec(compile("def twin(n):\n    return n\n", file, "exec"), space)
    with workbench.profile("lines", functions=[space["twin"] for space in spaces]) as rec:
        spaces[0]["twin"](1)
    assert any("same bytecode" in note for note in rec.notes)


def test_who_holds_the_hook_is_named() -> None:
    """Under a debugger (or, from Python 3.12 on, another profiler) the engine says who has the hook, and takes nothing."""
    if sys.version_info >= (3, 12):
        sys.monitoring.use_tool_id(sys.monitoring.PROFILER_ID, "somebody else")
        try:
            with pytest.raises(EngineBusyError, match="somebody else holds it"), workbench.profile("lines"):
                pass
        finally:
            sys.monitoring.free_tool_id(sys.monitoring.PROFILER_ID)
        return
    before = sys.gettrace()
    sys.settrace(lambda *_: None)
    try:
        with pytest.raises(EngineBusyError, match="function holds it"), workbench.profile("lines"):
            pass
    finally:
        sys.settrace(before)


def test_one_function_is_a_list_too() -> None:
    """A bare name or function where a list is wanted is explained, not taken letter by letter."""
    for wrong in ("plain", plain):
        with pytest.raises(UsageError, match="takes a list"):
            workbench.profile("lines", functions=wrong)  # type: ignore[arg-type]


def test_names_are_looked_up_without_running_anything() -> None:
    """Resolving `Cls.prop` reads no property, and a dotted name of a loaded module is found without a namespace."""

    class Trap:
        @property
        def spring(self) -> int:
            raise AssertionError("the property was read")

    assert isinstance(naming.resolve("Trap.spring", {"Trap": Trap}), property)
    assert naming.resolve("json.decoder.scanner", {}) is sys.modules["json.scanner"]
    assert naming.resolve("nosuch.thing", {}) is None
    assert list(choose(Options(functions=("Trap.spring",)), names={"Trap": Trap}).known())


@pytest.mark.skipif(sys.version_info < (3, 12), reason="sys.monitoring begins with Python 3.12")
def test_no_code_stays_instrumented() -> None:
    """After a run no event is left set on the code that was looked at, so that it runs at full speed again."""
    with workbench.profile("lines", functions=[plain]):
        plain(1)
    monitoring = sys.monitoring
    monitoring.use_tool_id(monitoring.PROFILER_ID, "test")
    try:
        assert monitoring.get_local_events(monitoring.PROFILER_ID, plain.__code__) == 0
    finally:
        monitoring.free_tool_id(monitoring.PROFILER_ID)


SCRIPT = "import beside\n\ndef main():\n    return sum(beside.step(n) for n in range({steps}))\n\nmain()\n"
BESIDE = "def step(n):\n    return n + 1\n\ndef unused():\n    return 2\n"


def in_a_shell(folder: Path, *words: str, steps: int = 20_000) -> workbench.Profile:
    """`workbench profile ... script.py` in a folder with that script and the module it imports; the recording of it."""
    (folder / "script.py").write_text(SCRIPT.format(steps=steps))
    (folder / "beside.py").write_text(BESIDE)
    command = [
        Path(sys.executable).with_name("workbench"),
        "profile",
        *words,
        "--save",
        "run.wbp",
        "--quiet",
        "script.py",
    ]
    subprocess.run(command, cwd=folder, check=True)
    return workbench.load(folder / "run.wbp")


@pytest.mark.parametrize("engine", ["lines", "memory"])
def test_scripts_and_what_they_import_are_seen(engine: str, tmp_path: Path) -> None:
    """Of a script the own code that runs is counted, in modules that it imports while it runs too, each line as often as it ran."""
    table = in_a_shell(tmp_path, engine).lines().set_index("source")
    assert int(table.loc["    return n + 1", "hits"]) == 20_000
    assert "    return 2" not in table.index
    named = in_a_shell(tmp_path, engine, "-f", "beside.step", "-f", "beside.unused")
    assert set(named.functions()["function"]) == {"step", "unused"}


def test_a_script_after_a_sampling(tmp_path: Path) -> None:
    """`--like` takes over the functions that a sampled recording of the script found hot."""
    in_a_shell(tmp_path, "--interval", "0.001", steps=1_000_000).save(tmp_path / "first.wbp")
    rec = in_a_shell(tmp_path, "lines", "--like", "first.wbp")
    assert {"step", "main.<locals>.<genexpr>"} & set(rec.functions()["function"])
    assert "unused" not in set(rec.functions()["function"])
