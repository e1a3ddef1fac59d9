"""A function's source put in the place of another's: what is replaced, what stays, and what is refused."""

from __future__ import annotations

import ast
import functools
import importlib
import importlib.util
import io
import sys
import types
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import WorkbenchError
from workbench.study.splice import (
    SpliceError,
    changed_lines,
    missing_names,
    source_of,
    spliced,
    target_node,
    with_imports,
)
from workbench.study.statements import first_line, lines_of, statements

MODULE = '''"""A module."""
import functools  # kept


LIMIT = 3


@functools.lru_cache
def fib(n):
    # old way
    return n if n < 2 else fib(n - 1) + fib(n - 2)  # slow
# trailing


class Tree:
    SIZE = 4

    class Node:
        @staticmethod
        def depth(node): return 1

    async def walk(self, start=SIZE):
        """Walk."""
        return [start]


def last(x):
    return x'''


def loaded(text: str) -> dict[str, Any]:
    names: dict[str, Any] = {"__name__": "loaded"}
    exec(compile(text, "<loaded>", "exec"), names)
    return names


def module(path: Path, text: str, name: str = "made") -> types.ModuleType:
    path.write_text(text, "utf-8", newline="")
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec is not None
    assert spec.loader is not None
    found = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(found)
    return found


def test_a_function_is_replaced_and_all_else_stays() -> None:
    """Only the lines of the def change; the target's decorator and the comments around it are kept; recursion follows the name."""
    new = spliced(
        MODULE, "fib", "\ndef faster(n):\n    if n < 2:\n        return n\n    return faster(n - 2) + faster(n - 1)\n\n"
    )
    before, after = MODULE.partition("def fib(n):")[0], MODULE[MODULE.index("# trailing") :]
    body = "def fib(n):\n    if n < 2:\n        return n\n    return fib(n - 2) + fib(n - 1)\n"
    assert new == before + body + after
    assert loaded(new)["fib"](30) == 832040


def test_own_decorators_take_the_place_of_the_targets() -> None:
    """A candidate with decorators brings its own; one without keeps the target's."""
    new = spliced(MODULE, "fib", "@functools.cache\n@staticmethod\ndef f(n): return n\n")
    assert "@functools.cache\n@staticmethod\ndef fib(n): return n\n# trailing" in new
    assert "lru_cache" not in new


def test_methods_are_indented_to_fit() -> None:
    """A method of a nested class and an async one are found by their qualified names and indented as what they replace."""
    new = spliced(MODULE, "Tree.Node.depth", "def deep(node):\n    return 2\n")
    assert "        @staticmethod\n        def depth(node):\n            return 2\n\n    async def walk" in new
    assert loaded(new)["Tree"].Node.depth(None) == 2
    new = spliced(MODULE, "Tree.walk", "async def w(self, start=SIZE):\n    return await self.w(start)\n")
    assert "    async def walk(self, start=SIZE):\n        return await self.walk(start)\n\n\ndef last" in new


def test_a_method_that_calls_itself_bare_gets_its_full_name() -> None:
    """A candidate written as a function calls itself as `Class.method` once it is one."""
    new = spliced(
        "class A:\n    def f(self, n):\n        return 0\n",
        "A.f",
        "def g(self, n):\n    return n and g(self, n - 1) + 1\n",
    )
    assert loaded(new)["A"]().f(4) == 4


def test_the_end_of_a_file_stays_as_it_is() -> None:
    """A file whose last line has no newline has none afterwards; one with a newline keeps it."""
    assert spliced(MODULE, "last", "def f(x):\n    return -x\n").endswith("def last(x):\n    return -x")
    assert spliced(MODULE + "\n", "last", "def f(x):\n    return -x").endswith("def last(x):\n    return -x\n")


def test_windows_line_ends_and_a_byte_order_mark_are_kept() -> None:
    """A file with CRLF and a byte order mark has both afterwards, in the new lines too."""
    old = "\ufeffdef f(x):\r\n    return x\r\n\r\n\r\ny = 1\r\n"
    new = spliced(old, "f", "def g(x):\n    z = x\n    return z\n")
    assert new == "\ufeffdef f(x):\r\n    z = x\r\n    return z\r\n\r\n\r\ny = 1\r\n"
    decorated = spliced(old, "f", "@staticmethod\ndef g(x):\n    return 1\n")
    assert decorated == "\ufeff@staticmethod\r\ndef f(x):\r\n    return 1\r\n\r\n\r\ny = 1\r\n"


def test_text_within_strings_is_not_moved() -> None:
    """Lines inside a string of several lines, plain or f-string, are the same text wherever the candidate is put."""
    source = 'def g(self):\n    a = """one\n  two\n"""\n    return a + f"""x\n{1 +\n1} y\n"""\n'
    expected = loaded(source)["g"](None)
    new = spliced("class A:\n\tdef f(self):\n\t\treturn 1\n", "A.f", source)
    assert loaded(new)["A"]().f() == expected
    indented = "".join(
        "    " + line if number not in {2, 3, 5, 6, 7} else line for number, line in enumerate(lines_of(source))
    )
    assert loaded(spliced("def f(self): pass\n", "f", indented))["f"](None) == expected


def test_only_the_name_itself_is_renamed() -> None:
    """Locals, attributes, keywords and text that happen to be called as the candidate stay."""
    source = 'def g(x):\n    def inner(g):\n        return g\n    return inner(x.g), dict(g=1), "g", [g for g in x]\n'
    new = spliced("def f(x): pass\n", "f", source)
    assert new == source.replace("def g(x)", "def f(x)")
    assert (
        spliced("def f(x): pass\n", "f", "def é(x):\n    ü = 1; return é(ü)\n") == "def f(x):\n    ü = 1; return f(ü)\n"
    )
    assert (
        spliced("def def_(x): pass\n", "def_", "async  def  d (x): return d\n") == "async  def  def_ (x): return def_\n"
    )


@pytest.mark.parametrize(
    ("text", "name", "said"),
    [
        ("x = 1\n", "f", "there is no function f"),
        ("class A: pass\n", "A.f", "there is no function A.f"),
        ("def f(): pass\n", "A.f", "there is no class A"),
        ("f = lambda x: x\n", "f", "not made by a def"),
        ("def f(): pass\n\ndef f(): pass\n", "f", r"defined more than once \(lines 1, 3\)"),
        ("import sys\nif sys:\n    def f(): pass\nelse:\n    def f(): pass\n", "f", "more than once under conditions"),
        ("try:\n    from fast import f\nexcept ImportError:\n    def f(): pass\n", "f", "under conditions"),
        (
            "class A:\n    @property\n    def f(self): ...\n    @f.setter\n    def f(self, v): ...\n",
            "A.f",
            "more than once",
        ),
        ("def f(): pass\nf = 3\n", "f", "more than once"),
        ("def f(:\n", "f", "the module does not parse"),
        ("def g():\n    def f(): pass\n", "g.<locals>.f", "inside another function"),
    ],
)
def test_targets_that_cannot_be_replaced(text: str, name: str, said: str) -> None:
    """A target that is not there, is no def, or is there more than once is refused with the reason."""
    with pytest.raises(SpliceError, match=said) as caught:
        spliced(text, name, "def c(): pass\n")
    assert isinstance(caught.value, WorkbenchError)


def test_a_name_that_is_wrapped_or_overloaded_is_one_function() -> None:
    """`f = cached(f)` and typing overloads are no second definition."""
    assert "return 2" in spliced("def f(): return 1\nf = staticmethod(f)\n", "f", "def g(): return 2")
    text = "@overload\ndef f(x: int) -> int: ...\n@overload\ndef f(x: str) -> str: ...\ndef f(x): return x\n"
    assert spliced(text, "f", "def g(x): return 2").endswith("str: ...\ndef f(x): return 2\n")
    assert target_node(text, "f").lineno == 5


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("x = 1\n", "one def"),
        ("def g(): pass\ndef h(): pass\n", "one def"),
        ("g = lambda: 1\n", "one def"),
        ("", "one def"),
        ("def g(:\n", "candidate does not parse"),
        ('def g():\n    """open\n', "candidate does not parse"),
        ("def g(x):\n    return f(x)\n", "would call itself"),
        ("def g(x):\n    f = 1\n    return g(f)\n", "local name of its own"),
    ],
)
def test_candidates_that_cannot_be_spliced(source: str, said: str) -> None:
    """A candidate that is not one def, that calls the old code, or whose recursion would be caught by a local is refused."""
    with pytest.raises(SpliceError, match=said):
        spliced("def f(x):\n    return x\n", "f", source)


def test_a_method_may_not_call_the_old_method() -> None:
    """`self.f` in what is to become `f` would be itself."""
    with pytest.raises(SpliceError, match=r"self\.f, the old code"):
        spliced("class A:\n    def f(self): return 1\n", "A.f", "def g(self): return self.f() + 1\n")


def test_a_result_that_does_not_parse_is_refused() -> None:
    """What parses alone but not in its place (a `__future__` import inside a function) is said."""
    with pytest.raises(SpliceError, match="does not parse"):
        spliced(
            "from __future__ import annotations\ndef f(): pass\n",
            "f",
            "def g():\n    from __future__ import division\n",
        )


@given(st.text(alphabet="ab \t\n\r\f\x0b\x1c\u2028#", max_size=40))
def test_lines_are_pythons_lines(text: str) -> None:
    """No character is lost, and only `\\n`, `\\r\\n` and `\\r` end a line."""
    lines = lines_of(text)
    assert "".join(lines) == text
    assert [one.rstrip("\r\n") for one in lines] == [one.rstrip("\n") for one in io.StringIO(text, newline=None)]


@pytest.fixture
def made(tmp_path: Path) -> types.ModuleType:
    return module(
        tmp_path / "made.py",
        "import functools\n\n\nclass A:\n    def m(self):\n        # kept\n        return '''x\n  y'''\n\n\n"
        "def deco(f):\n    @functools.wraps(f)\n    def inner(*a):\n        return f(*a)\n    return inner\n\n\n"
        "@deco\ndef wrapped(x):\n    return x\n\n\nshort = lambda x: x\n\n\ndef plain(x):\n    assert x\n    return x + 1\n",
    )


def test_source_of_functions_and_methods(made: types.ModuleType) -> None:
    """The text of a def as it stands in its file, dedented but for text within strings; wrappers are looked through."""
    assert source_of(made.plain) == "def plain(x):\n    assert x\n    return x + 1\n"
    assert source_of(made.A.m) == "def m(self):\n    # kept\n    return '''x\n  y'''\n"
    assert source_of(made.A().m) == source_of(made.A.m)
    assert source_of(made.wrapped) == "@deco\ndef wrapped(x):\n    return x\n"


def test_source_of_a_cell() -> None:
    """A function that was typed into a notebook has the source that the cell had."""
    import linecache

    text = "def cell(x):\n    return x * 2\n"
    names: dict[str, Any] = {}
    exec(compile(text, "<ipython-input-1>", "exec"), names)
    linecache.cache["<ipython-input-1>"] = (len(text), None, text.splitlines(True), "<ipython-input-1>")
    try:
        assert source_of(names["cell"]) == text
    finally:
        del linecache.cache["<ipython-input-1>"]


def test_functions_without_source_say_why(made: types.ModuleType) -> None:
    """Built-ins, lambdas, partials and functions made from text are refused, each with its reason."""
    with pytest.raises(SpliceError, match="lambda"):
        source_of(made.short)
    with pytest.raises(SpliceError, match="no Python source"):
        source_of(len)
    with pytest.raises(SpliceError, match="no Python source"):
        source_of(functools.partial(made.plain, 1))
    with pytest.raises(SpliceError, match="not known here"):
        source_of(loaded("def f(): pass\n")["f"])


def test_a_file_that_changed_is_not_taken_for_what_runs(made: types.ModuleType, tmp_path: Path) -> None:
    """Where other code stands in the file now, that is said."""
    path = tmp_path / "made.py"
    path.write_text(path.read_text().replace("return x + 1", "return x + 22"))
    with pytest.raises(SpliceError, match="changed after plain was loaded"):
        source_of(made.plain)


INNER = """
from typing import Any


def outer(x: Any) -> int:
    def inner(y: float = 1.5, *, z: list[bytes] | None = None) -> memoryview | None:
        return None if z else memoryview(b"")

    async def waits(y: complex) -> None: ...

    return inner is waits
"""


@pytest.mark.parametrize("postponed", [True, False])
def test_annotations_of_inner_functions_are_read_as_their_module_reads_them(tmp_path: Path, postponed: bool) -> None:
    """With and without `from __future__ import annotations`, inner functions may be annotated, and a changed file is still told."""
    path = tmp_path / "made.py"
    made = module(path, "from __future__ import annotations\n" * postponed + INNER)
    text = source_of(made.outer)
    assert text.startswith("def outer(x: Any) -> int:\n    def inner(y: float = 1.5")
    path.write_text(path.read_text().replace("inner is waits", "inner == 7"))
    with pytest.raises(SpliceError, match="changed after outer was loaded"):
        source_of(made.outer)


def test_source_of_this_very_test() -> None:
    """Functions whose asserts pytest has rewritten, and closures, have their source."""
    outer = 3

    def closure(x: int) -> int:
        assert x
        return x + outer

    assert source_of(closure).startswith("def closure(x: int) -> int:\n    assert x\n")


@pytest.mark.parametrize(
    ("source", "names"),
    [
        ("def c(x):\n    return np.sum(x) + LIMIT + len(x)\n", ("np",)),
        ("def c(x):\n    import numpy as np\n    return np.sum(x)\n", ()),
        ("def c(x):\n    return [y for y in x if y > z]\n", ("z",)),
        ("def c(x):\n    return [y for y in y]\n", ("y",)),
        ("def c(x):\n    return any((z := y) for y in x) and z\n", ()),
        ("def c(x):\n    def d(y):\n        return x + y + w\n    return d\n", ("w",)),
        (
            "def c(x):\n    class D:\n        q = 1\n        r = q\n        def e(self):\n            return q\n    return D\n",
            ("q",),
        ),
        ("def c(x: Foo = BAR, *a: Baz) -> Qux:\n    y: Local = 1\n", ("BAR", "Baz", "Foo", "Qux")),
        ("@deco(arg)\ndef c(x): return c(x)\n", ("arg", "deco")),
        ("def c(x):\n    try:\n        pass\n    except Err as e:\n        return e\n", ("Err",)),
        (
            "def c(x):\n    match x:\n        case {'k': v, **rest}: return v, rest\n        case Kind(a=[b, *d]) as k: return b, d, k\n",
            ("Kind",),
        ),
        ("def c(x):\n    return lambda a, *b, k=kw: a + b + free\n", ("free", "kw")),
        ("def c(x):\n    global g\n    g = 1\n    return g, __name__, __file__\n", ("g",)),
        (
            "def c(x):\n    for i, (j, *k) in x: pass\n    with x as (m, n): pass\n    del i\n    return f'{j}{k}{m}{n}{o}'\n",
            ("o",),
        ),
        ("async def c(x):\n    return [y async for y in x if await u(y)]\n", ("u",)),
        ("def c(x):\n    v = 1\n    def d():\n        nonlocal v\n        v += t\n    return d\n", ("t",)),
    ],
)
def test_missing_names(source: str, names: tuple[str, ...]) -> None:
    """Globals that neither the module nor Python nor the candidate gives are named, by Python's own scoping."""
    assert missing_names("import functools\nLIMIT = 3\ndef f(x): pass\n", "f", source) == names


def test_missing_names_know_the_module() -> None:
    """Future annotations are not evaluated; star imports give their names; class names serve defaults, not bodies."""
    assert missing_names("from __future__ import annotations\n", "f", "def c(x: Foo) -> Bar: pass\n") == ()
    assert missing_names("from os.path import *\n", "f", "def c(x): return join(x, nope)\n") == ("nope",)
    assert missing_names("from not_loaded_here import *\n", "f", "def c(x): return nope\n") == ()
    text = "class A:\n    SIZE = 1\n    def f(self): pass\n"
    assert missing_names(text, "A.f", "def c(self, n=SIZE): return super().f(), __class__\n") == ()
    assert missing_names(text, "A.f", "def c(self): return SIZE\n") == ("SIZE",)


def test_missing_names_are_the_ones_that_raise() -> None:
    """Two ways, one answer: what is said to be missing is what Python raises NameError for."""
    source = "def c(x):\n    return [helper(y) for y in x]\n"
    (missing,) = missing_names("def f(x): pass\n", "f", source)
    with pytest.raises(NameError, match=missing):
        loaded(spliced("def f(x): pass\n", "f", source))["f"]([1])


@pytest.mark.parametrize("name", ["textwrap", "json.decoder", "queue", "codecs", "bisect", "contextlib"])
def test_real_modules_come_back_as_they_were(name: str) -> None:
    """Each function of a real module, put in its own place, gives the same bytes, and lacks no name."""
    text = Path(str(importlib.import_module(name).__file__)).read_bytes().decode()
    tree, lines, done = ast.parse(text), lines_of(text), 0
    for outer in [tree, *(one for one in tree.body if isinstance(one, ast.ClassDef))]:
        for node in outer.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                source = "".join(lines[first_line(node) - 1 : node.end_lineno])
                qualname = f"{outer.name}.{node.name}" if isinstance(outer, ast.ClassDef) else node.name
                try:
                    result = spliced(text, qualname, source)
                except SpliceError as error:
                    assert "defined more than once" in str(error)
                    continue
                assert (result, missing_names(text, qualname, source)) == (text, ())
                done += 1
    assert done


@pytest.mark.skipif(sys.version_info < (3, 12), reason="type parameters")
def test_missing_names_know_type_parameters() -> None:
    """A function's type parameters are names of its own."""
    assert missing_names("", "f", "def c[T: Bound](x: T) -> list[T]:\n    y: T = x\n    return [y]\n") == ("Bound",)


def test_imports_are_added_where_they_belong() -> None:
    """New imports stand behind the docstring, the future and the imports that are there; `__future__` stands first."""
    text = '"""Doc."""\nfrom __future__ import annotations\n\nimport os\n\nx = 1\nimport late\n'
    new = with_imports(text, ["import re", "import os", "from __future__ import division", "from os import path as p"])
    assert new == (
        '"""Doc."""\nfrom __future__ import annotations\nfrom __future__ import division\n\nimport os\nimport re\n'
        "from os import path as p\n\nx = 1\nimport late\n"
    )
    assert with_imports(new, ["import re", "from os import path as p", "import late"]) == new


def test_imports_into_files_without_any() -> None:
    """Without imports they stand behind the docstring, or behind the comments at the top; line ends are the file's."""
    assert with_imports('"""Doc."""\r\nx = 1\r\n', ["import re"]) == '"""Doc."""\r\n\r\nimport re\r\nx = 1\r\n'
    assert (
        with_imports("#!python\n# coding\ndef f(): pass\n", ["import re"])
        == "#!python\n# coding\nimport re\n\ndef f(): pass\n"
    )
    assert with_imports("", ["import re"]) == "import re\n"
    assert with_imports('"""Doc."""', ["import re"]) == '"""Doc."""\n\nimport re\n'
    assert with_imports("import os; x = (\n1)\ny = 2\n", ["import re"]) == "import os; x = (\n1)\nimport re\ny = 2\n"
    with pytest.raises(SpliceError, match="not an import"):
        with_imports("", ["x = 1"])


def test_only_the_missing_part_of_an_import_is_added() -> None:
    """Of `from m import a, b` only what is not there yet comes."""
    assert (
        with_imports("from typing import Any\n", ["from typing import Any, cast"])
        == "from typing import Any\nfrom typing import cast\n"
    )


@pytest.mark.parametrize(
    ("old", "new", "lines"),
    [
        ("def f(x):\n    return x\n", "def f(x):\n    y = x\n    return y\n", (2, 3)),
        ("def f(x):\n    return x\n", 'def f(x):\n    """Doc."""\n    # comment\n    return  (x)\n', ()),
        ("def f(x):\n    return x\n", "def f(x):\n    if x:\n        return x\n", (2, 3)),
        ("def f(x):\n    a = 1\n    b = 2\n", "def f(x):\n    a = 1\n", ()),
        ("def f(x):\n    return x\n", "def f(x, y):\n    return x\n", (1,)),
        ("x = [\n1,\n2]\n", "x = [\n1,\n3]\n", (1,)),
        ("try:\n    a\nexcept A:\n    b\n", "try:\n    a\nexcept B:\n    b\n", (3,)),
        ("def f(x):\n    pass\n", "def f(x):\n    pass\n    y: int\n    global z\n", ()),
        ("match x:\n    case 1:\n        a\n", "match x:\n    case 2:\n        a\n", (2,)),
        ("@a\ndef f(): pass\n", "@b\ndef f(): pass\n", (2,)),
    ],
)
def test_changed_lines(old: str, new: str, lines: tuple[int, ...]) -> None:
    """The first lines of statements that run and are new; layout, comments, docstrings and what is only gone do not count."""
    assert changed_lines(old, new) == lines


def test_nothing_changed_has_no_changed_lines() -> None:
    """A text against itself, and a first statement's lines, which never reach into its body."""
    assert changed_lines(MODULE, MODULE) == ()
    assert all(one.first <= one.line <= one.last for one in statements(MODULE))
    assert {one.line for one in statements(MODULE)} == {
        node.lineno
        for node in ast.walk(ast.parse(MODULE))
        if isinstance(node, ast.stmt) and not (isinstance(node, ast.Expr))
    }
