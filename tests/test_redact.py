"""Redaction: what was asked for is in no byte of a report, not in the recording within it, and the rest is as it was."""

from __future__ import annotations

import base64
import io
import json
import re
import zipfile
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import (
    CELL_FILE,
    CELL_TEXT,
    Sketch,
    cell_source,
    environment,
    exact_recording,
    finish,
    passes_recording,
    recordings,
    small_recording,
    tasks_recording,
)

import workbench
from workbench.analysis.functions import functions
from workbench.analysis.lines import lines
from workbench.analysis.ownership import owners
from workbench.analysis.redact import redact, redaction_of
from workbench.errors import UsageError
from workbench.face import report as reports
from workbench.face.report import report
from workbench.formats.native import dumps, loads
from workbench.model.facts import Cost, RunError, Source, SourceKind, Target, TargetKind
from workbench.model.tables import Outcome

USER, HOST = "zelda77", "vulcan-9"
HOME = f"/home/{USER}"
WINDOWS = rf"C:\Users\{USER}\cellar-x"
CARRIED = re.compile(r'<script type="application/octet-stream;base64"[^>]*>([^<]*)</script>')
PICTURE = re.compile(r"data:image/[\w+]+;base64,([A-Za-z0-9+/=]+)")


def every_text(html):
    """All texts of a page: its own, those of its pictures, and those of the files within it, unpacked to the last one."""
    found = [html, *(base64.b64decode(one).decode("utf-8", "replace") for one in PICTURE.findall(html))]
    pending = [base64.b64decode(one) for one in CARRIED.findall(html)]
    while pending:
        with zipfile.ZipFile(io.BytesIO(pending.pop())) as archive:
            for name in archive.namelist():
                data = archive.read(name)
                if name.endswith(".wbp"):
                    pending.append(data)
                elif name.endswith(".json"):
                    found.append(data.decode("utf-8", "replace"))
                    found.append(json.dumps(json.loads(data), ensure_ascii=False).replace("\\\\", "\\"))
                else:
                    found.append(data.decode("latin-1"))
    return "\n".join(found)


def planted():
    """A recording with folders, people, machines, arguments and values wherever a run leaves them, and a pass that has them too."""
    sketch = Sketch(step=0.01)
    project, elsewhere = f"{HOME}/acme-project", "/mnt/clients/megacorp"
    cell, own = ("<module>", CELL_FILE, 1, 23), ("main", f"{project}/pkg/app.py", 1, 2)
    site = f"{HOME}/venvs/blue/lib/python3.12/site-packages"
    for step in (
        (cell,),
        (cell, own),
        (cell, own, ("load", f"{elsewhere}/tools/load.py", 1, 3)),
        (cell, own, ("read", f"{site}/pandas/io.py", 1, 3)),
        (cell, own, ("dumps", "/usr/lib/python3.12/json/__init__.py", 1, 3)),
        (cell, ("win", WINDOWS + r"\w.py", 1, 2)),
        (cell, ("share", rf"\\{HOST}\vault\s.py", 1, 2)),
    ):
        sketch.sample(sketch.path(*step), thread=f"reader of {HOME}/inbox")
    text = (
        "def main():\n"
        f"    data = open_ledger('{HOME}/acme-project/in put/x.csv')\n"
        f'    other = open("{elsewhere}/ledger.csv")  # {USER} on {HOST}\n'
        f"    third = {WINDOWS + chr(92) + 'y.bin'!r}\n"
        "    API_KEY = 'hunter2'\n"
        "    return data\n"
    )
    sketch.builder.source(Source(f"{project}/pkg/app.py", "pkg/app.py", SourceKind.FILE, text))
    sketch.builder.source(
        Source(f"{elsewhere}/tools/load.py", f"{elsewhere}/tools/load.py", SourceKind.FILE, "x = 1\n")
    )
    sketch.builder.source(cell_source())
    sketch.builder.note(f"The file {elsewhere}/ledger.csv was not read: file://{HOME}/q.txt is not there")
    sketch.builder.note("Recorded with 1 other process (worker swordfish-5 (12)).")
    recording = finish(
        sketch.builder,
        mechanism="timer signal",
        target=Target(TargetKind.SCRIPT, f"pkg/app.py --token=swordfish-5 {elsewhere}/ledger.csv"),
        environment=environment(
            directory=project, site=(site,), stdlib=("/usr/lib/python3.12",), packages=(("blue", f"1.0+{USER}"),)
        ),
        error=RunError("FileNotFoundError", f"[Errno 2] No such file: '{elsewhere}/ledger.csv' for card 4111-1111"),
        cost=Cost(0.01, 7, 0.0, f"a clock of {HOST}"),
    )
    tasks = tasks_recording()
    return replace(recording, passes=(_with_task_secrets(tasks, recording.environment),))


def _with_task_secrets(tasks, here):
    """The tasks, one named by a value, one failed with one, in the same environment."""
    said = {"Task-5": "fetch ticket-0815", "ValueError: no such number": f"ValueError: card 4111-1111 in {HOME}/cards"}
    strings = tuple(said.get(one, "Task 'fetch ticket-0815'" if one == "Event.wait" else one) for one in tasks.strings)
    return replace(tasks, strings=strings, environment=here)


SECRETS = {
    "paths": [
        USER,
        HOST,
        "acme-project",
        "venvs",
        "/mnt/",
        "megacorp",
        "clients",
        "inbox",
        "vault",
        "cellar-x",
        "/home",
    ],
    "arguments": ["swordfish", "--token", "4111-1111", "ledger.csv' for", "ticket-0815"],
    "source": ["open_ledger(", "hunter2", "API_KEY", "findall(r"],
    "source=API_KEY": ["hunter2", "API_KEY"],
    "names": ["build_index", "open_ledger("],
}


@pytest.mark.parametrize("asked", SECRETS)
def test_what_was_taken_out_is_in_no_byte_of_a_report(asked, tmp_path, monkeypatch):
    """Grep finds no secret in the page, in its pictures, or in the recordings within it, unpacked; without redaction it finds each."""
    monkeypatch.setattr(reports, "_machines", lambda: [HOST])
    given = [planted(), replace(small_recording(), environment=planted().environment)]
    open_ = every_text(report(tmp_path / "open.html", *given, figures=False).read_text("utf-8"))
    shut = report(tmp_path / "shut.html", *given, redact=asked, figures=asked == "paths")
    closed = every_text(shut.read_text("utf-8"))
    for secret in SECRETS[asked]:
        assert secret.lower() in open_.lower(), f"{secret} was never there"
        assert secret.lower() not in closed.lower()


def test_title_and_notes_are_redacted_too(tmp_path):
    """What the writer says in title and notes loses folders and people as the recordings do, with the same placeholders."""
    html = report(
        tmp_path / "a.html",
        planted(),
        title=f"{HOME}/acme-project/x.py",
        notes=f"by {USER}",
        redact="paths",
        figures=False,
    ).read_text("utf-8")
    assert "&lt;path 1&gt;/x.py" in html
    assert USER not in html
    assert "Taken out before this was written: folders with the names of users and machines." in html


def test_a_redacted_report_opens_and_reads_as_before(tmp_path):
    """The recording within has the same functions, owners and times; files have placeholders, and the way from there on."""
    recording = planted()
    report(tmp_path / "a.html", recording, redact="paths", figures=False)
    found = workbench.load(tmp_path / "a.html").recording
    assert owners(found) == owners(recording)
    keep = ("function", "owner", "self_time", "total_time", "line")
    assert [[getattr(row, name) for name in keep] for row in functions(found)] == [
        [getattr(row, name) for name in keep] for row in functions(recording)
    ]
    files = [found.frame_file(frame) for frame in range(len(found.frames))]
    assert "<path 1>/pkg/app.py" in files
    assert "<path 2>/pandas/io.py" in files
    assert "<path 3>/json/__init__.py" in files
    assert found.environment.directory == "<path 1>"
    assert found.target.name.startswith("pkg/app.py --token=swordfish-5 <path ")
    assert [source.text.count("\n") for source in found.sources] == [one.text.count("\n") for one in recording.sources]
    assert "open_ledger('<path 1>/" in found.sources[0].text


def test_one_folder_has_one_placeholder_everywhere():
    """Over recordings and passes, and in any text; other folders have others; what is redacted once stays as it is."""
    recording = planted()
    first = redact([recording, exact_recording()], redaction_of("paths"))
    assert first.text(f"{HOME}/acme-project/z") == "<path 1>/z"
    assert first.text(f"{HOME}/acme-project-2/z.py").startswith("<path ")
    assert "<path 1>" not in first.text(f"{HOME}/acme-project-2/z.py")
    again = redact(first.recordings, redaction_of("paths"))
    assert again.recordings == first.recordings


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("in /a/b/c.py:12", "in <path 1>/c.py:12"),
        ("in /a/b/c", "in <path 1>"),
        ("(/a/b/) and /a/b/d.txt", "(<path 1>) and <path 1>/d.txt"),
        ("'/a b/c d/e.csv' not there", "'<path 1>/e.csv' not there"),
        (r"at C:\a\b.txt", r"at <path 1>/b.txt"),
        (r"at 'C:\\a\\b.txt'", "at '<path 1>/b.txt'"),
        (r"at \\srv\share\b.txt", r"at <path 1>/b.txt"),
        ("see file:///a/b/c.txt", "see file://<path 1>/c.txt"),
        ("https://example.org/a/b and and/or x / y a//b </p> 1/2/3", None),
        ("f(a)/b/c, x[1]/b/c, it.a/b/c", None),
        ("/one is short", None),
        ("", None),
    ],
)
def test_what_a_path_is(text, left):
    """Absolute paths go, of each system, also in quotes with spaces; addresses, fractions and relative paths stay."""
    done = redact(
        [finish(Sketch().builder, environment=environment(directory="", site=(), stdlib=()))], redaction_of("paths")
    )
    assert done.text(text) == (text if left is None else left)


def test_names_of_people_are_those_of_home_folders():
    """The owner of a home folder vanishes as a word, whatever the case, beside an underscore too; not within a word; `root` stays."""
    recording = small_recording(environment=environment(directory="/home/ann/x", site=("/Users/root/y",)))
    done = redact([recording], redaction_of("paths"), machines=["box"])
    assert (
        done.text("Ann, ann_report, annual, root, box, boxes") == "<user>, <user>_report, annual, root, <host>, boxes"
    )


def test_names_with_spaces_are_those_of_home_folders_too():
    """A home folder whose name has spaces goes as a whole, and each of its words, wherever they are said."""
    recording = small_recording(environment=environment(directory=r"C:\Users\Ada Love-Lace\work", site=(), stdlib=()))
    done = redact([recording], redaction_of("paths"))
    assert done.text(r"see C:\Users\Ada Love-Lace\other\x.py of Ada") == "see <path 7>/x.py of <user>"
    assert done.text(r"see C:\Users\Ada Love-Lace\work\sub\x.py") == r"see <path 1>\sub\x.py"


@pytest.mark.parametrize(
    ("kind", "name", "left"),
    [
        (TargetKind.SCRIPT, "app.py a b", "app.py"),
        (TargetKind.SCRIPT, "my app.py a b", "my app.py"),
        (TargetKind.SCRIPT, "tool --x y.py", "tool"),
        (TargetKind.MODULE, "pkg.mod --x", "pkg.mod"),
        (TargetKind.STATEMENT, "run('secret', 1).go(x)", "run(...).go(...)"),
        (TargetKind.STATEMENT, "f'{x} secret' + 'y'", "... + ..."),
        (TargetKind.STATEMENT, "not python at all", "[redacted]"),
        (TargetKind.CALL, "main()", "main()"),
        (TargetKind.CELL, "In [3]", "In [3]"),
    ],
)
def test_arguments_of_each_kind_of_target(kind, name, left):
    """A script keeps its own name, also one with a space that the recording knows; a statement its shape."""
    sketch = Sketch()
    sketch.sample(sketch.path(("<module>", "/project/my app.py", 1, 1)))
    recording = finish(sketch.builder, target=Target(kind, name))
    assert redact([recording], redaction_of("arguments")).recordings[0].target.name == left


def test_how_a_run_ended_is_still_said():
    """The type of an error stays, and how the recorder says that a process was ended."""
    raised = small_recording(error=RunError("ValueError", "card 4111"))
    ended = small_recording(error=RunError("TerminatedError", "by the signal SIGTERM"))
    first, second = redact([raised, ended], redaction_of("arguments")).recordings
    assert first.error == RunError("ValueError", "[redacted]")
    assert second.error == ended.error


def test_lines_of_source_by_pattern():
    """A line in which a pattern is found is replaced where it stands, its indentation kept, all others stay; so is a statement."""
    recording = small_recording()
    found = redact([recording], redaction_of(["source=json\\.loads", "source=^import re$"])).recordings[0]
    before, after = CELL_TEXT.splitlines(), found.sources[0].text.splitlines()
    assert after[7] == "        [redacted]"
    assert after[1] == "[redacted]"
    assert [line for at, line in enumerate(after) if at not in (1, 7)] == [
        line for at, line in enumerate(before) if at not in (1, 7)
    ]
    statement = small_recording(target=Target(TargetKind.STATEMENT, "run(json.loads(x))"))
    assert redact([statement], redaction_of("source=json")).recordings[0].target.name == "[redacted]"


def test_without_sources_a_cell_keeps_its_name_and_owner():
    """Where all sources go, a cell is still called `In [3]`, is own code, and no line has a text."""
    found = redact([small_recording()], redaction_of("source")).recordings[0]
    assert found.sources == ()
    assert "In [3]" in found.strings
    assert CELL_FILE not in found.strings
    assert owners(found) == owners(small_recording())
    assert {row.source for row in lines(found)} == {""}


def test_names_go_only_where_asked_for():
    """`all` keeps the names of functions; `names` numbers those of own code alone, and they tell nothing of each other's order."""
    everything = redact([passes_recording()], redaction_of("all")).recordings[0]
    assert "build_index" in everything.strings
    found = redact([small_recording()], redaction_of("names")).recordings[0]
    assert "build_index" not in found.strings
    assert "JSONDecoder.decode" in found.strings
    assert {row.function for row in functions(found) if row.owner == "own"} >= {"function 1", "<module>"}


def test_words_of_redaction():
    """One word, several in a list or with commas, True and False; a word that is none, and a pattern that is none, are refused."""
    assert redaction_of("paths,arguments").said == (
        "folders with the names of users and machines",
        "arguments with the messages of errors",
    )
    assert redaction_of(True) == redaction_of("all") == redaction_of(["paths", "arguments", "source"])
    assert not redaction_of(False)
    assert not redaction_of([])
    assert redaction_of("source=a,b c").lines[0].pattern == "a,b c"
    assert "b c" not in " ".join(redaction_of("source=a,b c").said)
    for wrong, said in (
        ("path", "did you mean 'paths'"),
        ("source=", "needs a regular"),
        ("source=(", "is not a regular"),
    ):
        with pytest.raises(UsageError, match=said):
            redaction_of(wrong)


def test_nothing_asked_for_changes_nothing():
    """Without redaction the very recordings come back, and texts as they are."""
    recording = planted()
    done = redact([recording], redaction_of(False))
    assert done.recordings[0] is recording
    assert done.text(HOME) == HOME


@settings(max_examples=60, deadline=None)
@given(recordings(), st.sampled_from(["paths", "arguments", "source", "names", "all", "source=."]))
def test_any_recording_stays_sound(recording, asked):
    """Whatever is taken out of whatever recording, the rest is a recording that is written and read, with its numbers as they were."""
    found = redact([recording], redaction_of(asked)).recordings[0]
    assert loads(dumps(found)) == found
    assert found.samples == recording.samples
    assert found.stacks == recording.stacks
    assert len(found.frames) == len(recording.frames)
    assert found.evidence == recording.evidence


SECRET = "qXz9Secret7"
PLACES = st.sampled_from(
    ["file", "source", "label", "note", "error", "thread", "target", "directory", "site", "method", "task"]
)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(PLACES, min_size=1, max_size=4, unique=True),
    st.sampled_from(
        [
            "/home/{}/a b/c.py",
            "/Users/{}/x.py",
            "/mnt/{}/d/e.py",
            "C:\\Users\\{}\\x.py",
            "D:/{}/q/x.txt",
            "\\\\{}\\share\\x.py",
        ]
    ),
    st.sampled_from(["{}", "'{}' was not there", 'open("{}")', "see {}"]),
)
def test_a_folder_planted_anywhere_is_gone(places, path, around):
    """A folder's name, in a path of any system, alone or within a text, wherever a recording has texts: no byte of the file has it."""
    path = path.format(SECRET)
    said = path if " " in path and around in ("see {}",) else around.format(path)
    recording = _with(set(places), path, said)
    found = redact([recording], redaction_of("paths")).recordings[0]
    assert SECRET in _everything(recording)
    assert SECRET not in _everything(found)


def _with(places, path, said):
    sketch = Sketch()
    file = path if "file" in places else "/project/app.py"
    thread = said if "thread" in places else "MainThread"
    sketch.sample(sketch.path(("main", file, 1, 1)), thread=thread)
    label, text = (
        path if "label" in places else "app.py",
        f"x = {said!r}\n# {said}\n" if "source" in places else "x = 1\n",
    )
    sketch.builder.source(Source(file, label, SourceKind.FILE, text))
    if "note" in places:
        sketch.builder.note(said)
    if "task" in places:
        sketch.builder.task(said, 0, 0, 0.0, 1.0, Outcome.FAILED, error=f"OSError: {said}")
    return finish(
        sketch.builder,
        target=Target(TargetKind.STATEMENT, said if "target" in places else "x"),
        environment=environment(
            directory=path if "directory" in places else "/project", site=(path,) if "site" in places else ()
        ),
        error=RunError("OSError", said) if "error" in places else None,
        cost=Cost(0.001, 1, 0.0, said if "method" in places else "clock"),
    )


def _everything(recording):
    """All bytes of the recording's file, unpacked, and its texts as they are."""
    with zipfile.ZipFile(io.BytesIO(dumps(recording))) as archive:
        return "\n".join(archive.read(name).decode("latin-1") for name in archive.namelist())


def test_a_diff_is_made_of_what_is_left(tmp_path):
    """What changed between two redacted recordings holds no folder; the two compare as they would have."""
    path = report(tmp_path / "a.html", planted(), planted(), redact="paths", diff=True, figures=False)
    html = path.read_text("utf-8")
    assert "change-1" in html
    assert not [secret for secret in (USER, "acme-project", "megacorp") if secret in every_text(html)]
