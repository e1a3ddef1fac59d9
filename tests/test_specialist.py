"""`%specialist` in a real kernel: the brief beside the prompt, and commands that get both only after a yes."""

from __future__ import annotations

import json
import os
import sys
import textwrap
import time
from contextlib import suppress
from pathlib import Path
from queue import Empty
from typing import TYPE_CHECKING, Any

import pytest
from kernel import MARK, PATIENCE, Kernel, Ran
from small_project import FASTER, MODULE

from workbench.agent.prompt import compose
from workbench.magics.sending import words_of
from workbench.render.html_handover import handover_card
from workbench.render.twins import TWIN

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = [pytest.mark.kernel, pytest.mark.xdist_group("specialist")]

STUDY = "%load_ext workbench\nimport workbench, words\nstudy = workbench.Study('study', target=words.index, workload=words.main)"
NEXT = "Next:\n  study.baseline()"


class Asking(Kernel):
    """A kernel whose questions are answered; `asked` has them."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: list[str] = []
        self._answers: list[str] = []

    def answered(self, code: str, *answers: str, interrupts: int = 0) -> Ran:
        """Run a cell and give these answers to what it asks."""
        self.asked.clear()
        self._answers = list(answers)
        return self.run(code, interrupts=interrupts)

    def _messages(self, request: str) -> Iterator[tuple[str, dict[str, Any]]]:
        """As of any kernel; while none comes, a question is answered."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                message = self._client.get_iopub_msg(timeout=0.2)
            except Empty:
                self._answer()
                continue
            if message["parent_header"].get("msg_id") != request:
                continue
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return
            yield message["msg_type"], message["content"]
        raise TimeoutError(f"no answer in {PATIENCE} s")

    def _answer(self) -> None:
        with suppress(Empty):
            message = self._client.get_stdin_msg(timeout=0.05)
            self.asked.append(message["content"]["prompt"])
            self._client.input(self._answers.pop(0))


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a module, and commands that read standard input."""
    root = tmp_path_factory.mktemp("specialist")
    (root / "words.py").write_text(MODULE)
    for name, body in AGENTS.items():
        (root / f"{name}.py").write_text(textwrap.dedent(body))
    return root


AGENTS = {
    "reads": """
        import pathlib, sys
        text = sys.stdin.buffer.read().decode()
        pathlib.Path("got.txt").write_text(text)
        print("read", len(text), "characters", flush=True)
        print("and said so in Greek: \\u03b1", file=sys.stderr)
        """,
    "fails": """
        import sys
        print("no key is set")
        sys.exit(3)
        """,
    "hangs": f"""
        import os, pathlib, signal, time
        child = os.fork()
        if child:
            pathlib.Path("pids.txt").write_text(f"{{os.getpid()}} {{child}}")
            print({MARK!r}, flush=True)
        while True:
            signal.pause()
        """,
    "stays": f"""
        import os, pathlib, signal
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        pathlib.Path("pids.txt").write_text(f"{{os.getpid()}} {{os.getpid()}}")
        print({MARK!r}, flush=True)
        while True:
            signal.pause()
        """,
}


@pytest.fixture(scope="module")
def started(place: Path) -> Iterator[Asking]:
    kernel = Asking()
    try:
        ran = kernel.run(
            f"import os, sys; os.chdir({str(place)!r}); sys.path.insert(0, '')\nos.environ.pop('WORKBENCH_AGENT', '')"
        )
        assert ran.error is None, ran.error
        yield kernel
    finally:
        kernel.stop()


@pytest.fixture
def kernel(started: Asking) -> Asking:
    """The kernel with a study as the current one, and no command set."""
    ran = started.run(f"{STUDY}\nos.environ.pop('WORKBENCH_AGENT', None)")
    assert ran.error is None, ran.error
    return started


def command(name: str) -> str:
    """A line of Python that sets the command."""
    return f"os.environ['WORKBENCH_AGENT'] = {f'{sys.executable} {name}.py'!r}\n"


def test_without_a_study_it_says_how_to_begin_one(started: Asking) -> None:
    """In a session that has none the message has the call that begins one; nothing is shown."""
    if "study" in started.value("sorted(globals())"):
        pytest.skip("another test of this kernel has begun a study")
    ran = started.run("%load_ext workbench\n%specialist")
    assert ran.shown == []
    assert "There is no study in this session yet" in ran.stderr + str(ran.error)
    assert "workbench.Study('studies/NAME', target=FUNCTION" in ran.stderr + str(ran.error)


def test_the_brief_stands_beside_the_prompt(kernel: Asking) -> None:
    """One output: as text the whole prompt and then the brief; as HTML both in boxes; as values the brief. Nobody is asked anything."""
    ran = kernel.answered("%specialist")
    assert ran.error is None, ran.error
    (shown,) = ran.shown
    text = shown["text/plain"]
    assert text.startswith(compose().rstrip()[:2000])
    assert "# The study at hand\n\nstudy study of words:index\n" in text
    assert NEXT in text
    assert shown["text/html"].count("<pre") == 2
    assert "http" not in shown["text/html"].replace("https://", "http://").partition("<pre")[0]
    assert shown[TWIN]["brief"]["target"] == "words:index"
    assert kernel.asked == []


def test_the_newest_study_is_shown_or_the_one_that_is_named(kernel: Asking) -> None:
    """Of two studies the one begun last; a folder names the other; a variable that is gone does not matter."""
    kernel.run("other = workbench.Study('other', target=words.main)\ndel other")
    assert "study other of words:main" in kernel.run("%specialist").shown[0]["text/plain"]
    named = kernel.run("%specialist study --tokens 900").shown[0]["text/plain"]
    assert "study study of words:index" in named


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("%specialist nowhere", "There is no study in nowhere"),
        ("%specialist one two", "takes one folder"),
        ("%specialist --token 5", "did you mean '--tokens'"),
        ("%specialist --tokens few", "does not take 'few'"),
        ("%specialist --tokens 5", "tokens are too few"),
        ("%specialist 'open", "cannot be read"),
    ],
)
def test_wrong_words_are_one_sentence(kernel: Asking, line: str, said: str) -> None:
    """A folder without a study, two folders, an option that there is not: one message, no traceback of ours, nothing shown."""
    ran = kernel.run(line)
    assert ran.shown == []
    assert said in ran.stderr
    assert "Traceback" not in ran.stderr


def test_a_command_gets_both_after_a_yes(kernel: Asking, place: Path) -> None:
    """The question says what is sent, how much and to which command; the command reads exactly what was shown, and its output comes."""
    ran = kernel.answered(f"{command('reads')}%specialist", "y")
    assert ran.error is None, ran.error
    shown = ran.shown[0]["text/plain"]
    (question,) = kernel.asked
    assert f"{len(shown.encode()):,} bytes, about " in question
    assert "reads.py" in question
    assert (place / "got.txt").read_text("utf-8") == shown
    assert f"read {len(shown)} characters\nand said so in Greek: α\n" in ran.stdout
    assert "reads.py' ended with exit status 0." in ran.stdout


@pytest.mark.parametrize("answer", ["n", "", "yes please", "Y not"])
def test_without_a_yes_nothing_is_sent(kernel: Asking, place: Path, answer: str) -> None:
    """Anything but y or yes leaves the command unrun."""
    (place / "got.txt").unlink(missing_ok=True)
    ran = kernel.answered(f"{command('reads')}%specialist", answer)
    assert ran.error is None
    assert ran.stdout == "Nothing was sent.\n"
    assert len(kernel.asked) == 1
    assert not (place / "got.txt").exists()


def test_where_nobody_can_be_asked_nothing_is_sent(kernel: Asking, place: Path) -> None:
    """A front end without questions, as when a notebook is run as a whole, is a no."""
    (place / "got.txt").unlink(missing_ok=True)
    kernel.run("get_ipython().kernel._allow_stdin = False")
    request = kernel._client.execute(f"{command('reads')}%specialist", allow_stdin=False)
    said = "".join(content["text"] for kind, content in kernel._messages(request) if kind == "stream")
    assert kernel._reply(request)["status"] == "ok"
    assert said == "Nothing was sent.\n"
    assert not (place / "got.txt").exists()


def test_a_command_that_is_not_there_is_said(kernel: Asking) -> None:
    """Its name is in the message, and that nothing was sent."""
    ran = kernel.answered("os.environ['WORKBENCH_AGENT'] = 'no-such-agent --fast'\n%specialist", "y")
    assert (
        "WORKBENCH_AGENT='no-such-agent --fast' cannot be run: No such file or directory. Nothing was sent."
        in ran.stderr
    )


@pytest.mark.parametrize(("setting", "said"), [("", "is empty"), ("'open", "cannot be read as a command")])
def test_a_command_that_is_none_is_said_before_anybody_is_asked(kernel: Asking, setting: str, said: str) -> None:
    """Empty, or with a quote left open."""
    ran = kernel.answered(f"os.environ['WORKBENCH_AGENT'] = {setting!r}\n%specialist")
    assert said in ran.stderr
    assert kernel.asked == []


def test_a_command_that_fails_is_said_with_its_status(kernel: Asking) -> None:
    """One that ends without reading at all: what it printed, and its exit status."""
    ran = kernel.answered(f"{command('fails')}%specialist", "yes")
    assert ran.error is None, ran.error
    assert "no key is set\n" in ran.stdout
    assert "fails.py' ended with exit status 3." in ran.stdout


@pytest.mark.parametrize("name", ["hangs", "stays"])
def test_an_interrupt_ends_the_command_and_all_it_started(kernel: Asking, place: Path, name: str) -> None:
    """Ctrl-C in the cell ends the command and its child, also one that does not listen to a signal; the cell ends as interrupted."""
    ran = kernel.answered(f"{command(name)}%specialist", "y", interrupts=1)
    assert ran.error is not None
    assert ran.error[0] == "KeyboardInterrupt"
    assert "was ended." in ran.stdout
    for pid in map(int, (place / "pids.txt").read_text().split()):
        assert not _runs(pid)
    assert kernel.run("1 + 1").result == "2"


def _runs(pid: int) -> bool:
    """Whether a process is there that is not only waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in ("Z", "X")
    except FileNotFoundError:
        return False
    except NotADirectoryError:
        os.kill(pid, 0)
        return True


def test_values_of_inputs_are_no_more_than_the_reports(kernel: Asking) -> None:
    """Recorded arguments are not in what is shown: of calls it has numbers; the home folder is `~`."""
    code = "home = os.path.expanduser('~')\nstudy.hypothesis(f'it reads {home}/data.txt')\nstudy.record()"
    assert kernel.run(code).error is None
    shown = json.dumps(kernel.run("%specialist study").shown[0])
    assert "it reads ~/data.txt" in shown
    assert "w0 w7 w14" not in shown


def test_an_unloaded_extension_takes_it_away(kernel: Asking) -> None:
    """After `%unload_ext` there is no %specialist, and one of another extension is left alone."""
    kernel.run("%unload_ext workbench")
    assert kernel.value("'specialist' in get_ipython().magics_manager.magics['line']") is False
    kernel.run(
        "get_ipython().register_magic_function(lambda line: 'theirs', 'line', 'specialist')\n%load_ext workbench"
    )
    assert kernel.run("%specialist").result == "'theirs'"
    kernel.run("%unload_ext workbench\ndel get_ipython().magics_manager.magics['line']['specialist']")


def test_its_help_says_what_it_does_and_does_not_do(kernel: Asking) -> None:
    """`%specialist?` says that nothing is sent, and which variable changes that."""
    said = kernel.inspect("%specialist")
    assert "Nothing is sent anywhere" in said
    assert "WORKBENCH_AGENT" in said


def test_texts_are_safe_in_the_card() -> None:
    """Prompt and brief are text in HTML, whatever is in them."""
    card = handover_card("<b>", "", (("<i>", "", "</pre><script>alert(1)</script>"),))
    assert card.count("<script") == 1
    assert "&lt;/pre&gt;&lt;script&gt;" in card
    assert "<b>&lt;b&gt;" not in card or "&lt;b&gt;" in card


def test_a_command_is_words_not_a_shell_line() -> None:
    """Quotes are understood; what a shell would do with signs is not done."""
    assert words_of("agent -p 'two words' '$HOME'; rm x") == ["agent", "-p", "two words", "$HOME;", "rm", "x"]


def test_a_study_with_a_candidate_is_told(kernel: Asking) -> None:
    """What was added in the notebook is in the next brief."""
    kernel.run(f"study.candidate({FASTER!r}, 'one pass')")
    assert "c1  not verified yet; one pass" in kernel.run("%specialist study").shown[0]["text/plain"]
