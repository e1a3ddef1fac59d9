"""Real profiles, made when they are asked for: cProfile over real tools on real sources, over recursion and threads, and with any names.

Each function writes one pstats file into a folder and returns its path. Tools run in processes of their own, so that nothing of the
tests' process is profiled; the sources they work on are those of the packages that are installed beside the tests.
"""

from __future__ import annotations

import importlib.util
import json
import subprocess
import sys
import sysconfig
from collections.abc import Callable
from pathlib import Path

LONG_NAME = "n" * 10_000
NAMES = (
    'say_"hello"',
    "it's",
    "<b onmouseover=alert(1)>bold</b>",
    "</script><script>alert(2)</script>",
    "&amp;&lt;",
    "🐍🔥 emoji 👩‍💻",
    "שלום_עולם",
    "\u202eabc\u202c",
    "naïve_função",
    "名前",
    "back\\slash",
    "tab\there",
    LONG_NAME,
)
"""Names that try to be something else; the last has 10,000 characters."""

_TIMEOUT = 240


def mypy_checking(folder: Path) -> Path:
    """mypy's type check of copies of three modules of the standard library's email package, without a cache. mypy is compiled, so
    that cProfile is told little of its own functions and all of what it calls."""
    checked = folder / "checked"
    checked.mkdir(exist_ok=True)
    for name in ("charset", "quoprimime", "encoders"):
        text = (Path(sysconfig.get_path("stdlib")) / "email" / f"{name}.py").read_text(encoding="utf-8")
        (checked / f"copied_{name}.py").write_text(text, encoding="utf-8")
    told = ["--cache-dir=/dev/null", "--no-site-packages", "--config-file=", *map(str, sorted(checked.glob("*.py")))]
    return _profiled(folder / "mypy.pstats", f"from mypy import api\nprint(api.run({told!r}))")


def nbconvert_page(folder: Path) -> Path:
    """nbconvert's HTML page of a notebook with text, code and tables, through jinja2, mistune and pygments, imports included."""
    code = """
import nbformat
from nbconvert import HTMLExporter
new = nbformat.v4
cells = [new.new_markdown_cell("# A title\\n\\n* one\\n* two\\n\\n| a | b |\\n|---|---|\\n| 1 | 2 |") for _ in range(4)]
cells += [new.new_code_cell("def work(n):\\n    return [str(i) for i in range(n)]") for _ in range(4)]
HTMLExporter().from_notebook_node(new.new_notebook(cells=cells))
"""
    return _profiled(folder / "nbconvert.pstats", code)


def jinja_templates(folder: Path) -> Path:
    """jinja2 compiling and rendering a template with loops, macros and filters."""
    text = (
        "{% macro row(r) %}<tr>{% for c in r %}<td>{{ c|upper|e }}</td>{% endfor %}</tr>{% endmacro %}"
        "{% for r in rows %}{{ row(r) }}{% endfor %}"
    )
    code = f"""
import jinja2
for turn in range(4):
    template = jinja2.Environment(autoescape=True).from_string({text!r} * 5)
    template.render(rows=[["a", "b", str(n)] for n in range(100)])
"""
    return _profiled(folder / "jinja.pstats", code)


def pytest_collecting(folder: Path) -> Path:
    """pytest importing, rewriting and collecting a folder of ten test files with parameters and fixtures."""
    tests = folder / "collected"
    tests.mkdir(exist_ok=True)
    for number in range(10):
        (tests / f"test_{number}.py").write_text(
            "import pytest\n\n@pytest.fixture\ndef thing():\n    return 1\n\n"
            "@pytest.mark.parametrize('a', range(20))\ndef test_a(a, thing):\n    assert a >= 0\n"
        )
    code = f"""
import pytest
pytest.main(["--collect-only", "-q", "-p", "no:cacheprovider", "-c", "/dev/null", "--rootdir", {str(tests)!r}, {str(tests)!r}])
"""
    return _profiled(folder / "pytest.pstats", code)


def hypothesis_searching(folder: Path) -> Path:
    """Hypothesis drawing five examples of nested data, with a filter that throws many away."""
    code = """
from hypothesis import given, settings, HealthCheck, strategies as st
short = st.text(max_size=3)
nested = st.recursive(st.integers() | short, lambda of: st.lists(of, max_size=3) | st.dictionaries(short, of, max_size=3))
@settings(database=None, deadline=None, derandomize=True, max_examples=5, suppress_health_check=list(HealthCheck))
@given(nested.filter(lambda value: not isinstance(value, int)))
def look(value):
    assert repr(value)
look()
"""
    return _profiled(folder / "hypothesis.pstats", code)


def recursion(folder: Path) -> Path:
    """Functions that call themselves, each other, and a visitor over a deep tree; the total of each counts once."""
    code = """
import ast, copy
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)
def even(n):
    return True if n == 0 else odd(n - 1)
def odd(n):
    return False if n == 0 else even(n - 1)
def walk(tree):
    return 1 + sum(walk(child) for child in ast.iter_child_nodes(tree))
fib(17)
for _ in range(50):
    even(300)
tree = ast.parse("\\n".join(f"x{n} = (a + b * (c - {n})) if d else [e for e in f]" for n in range(200)))
walk(tree)
copy.deepcopy([[[n] * 3] for n in range(200)])
"""
    return _profiled(folder / "recursion.pstats", code)


def threads(folder: Path) -> Path:
    """Two threads at once under one cProfile. From Python 3.12 on it hears of all threads and keeps one stack for them, so that its
    totals and callers are wrong; before, it hears of the main thread alone."""
    code = """
import threading, time
def spin(until):
    while time.perf_counter() < until:
        sum(range(200))
def worker(until):
    spin(until)
    time.sleep(0.01)
end = time.perf_counter() + 0.15
running = [threading.Thread(target=worker, args=(end,)) for _ in range(2)]
for thread in running:
    thread.start()
spin(end)
for thread in running:
    thread.join()
"""
    return _profiled(folder / "threads.pstats", code)


def odd_names(folder: Path) -> Path:
    """Functions called by each of NAMES, in files of such names, one calling the next; in Python a code object may have any name."""
    code = f"""
import json
names = json.loads({json.dumps(json.dumps(NAMES))})
def body(inner):
    return sum(range(2000)) + (inner() if inner else 0)
called = None
for name in names:
    renamed = body.__code__.replace(co_name=name, co_qualname=name, co_filename="/project/" + name[:200])
    made = type(body)(renamed, globals(), name)
    called = (lambda made, inner: lambda: made(inner))(made, called)
for _ in range(5):
    called()
"""
    return _profiled(folder / "names.pstats", code)


MAKERS: dict[str, Callable[[Path], Path]] = {
    "mypy": mypy_checking,
    "nbconvert": nbconvert_page,
    "jinja2": jinja_templates,
    "pytest": pytest_collecting,
    "hypothesis": hypothesis_searching,
    "recursion": recursion,
    "threads": threads,
    "names": odd_names,
}
"""Every kind by name."""


def available(name: str) -> bool:
    """Whether the tool that this profile is of is installed."""
    tool = {"recursion": "ast", "threads": "threading", "names": "json"}.get(name, name)
    return importlib.util.find_spec(tool) is not None


def _profiled(file: Path, code: str) -> Path:
    """Run the code in a fresh Python under cProfile, from its first import to its last line, and keep what cProfile counted."""
    program = f"""
import cProfile
profiler = cProfile.Profile()
code = compile({code!r}, "/project/app.py", "exec")
space = {{"__name__": "__main__"}}
try:
    profiler.runctx(code, space, space)
except SystemExit:
    pass
profiler.dump_stats({str(file)!r})
"""
    ran = subprocess.run(
        [sys.executable, "-c", program], cwd=file.parent, capture_output=True, text=True, timeout=_TIMEOUT, check=False
    )
    if ran.returncode or not file.exists():
        raise AssertionError(f"making {file.name} failed:\n{ran.stderr[-2_000:]}")
    return file
