"""`workbench brief`: what a study's folder keeps, in so many tokens, as text and as values of a published form."""

from __future__ import annotations

import json
import math
import shlex
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from small_project import FASTER, MODULE, WRONG, Project, small_project

import workbench
from workbench.analysis.hotspots import hotspots
from workbench.cli.main import COMMANDS, main
from workbench.errors import UsageError
from workbench.face.brief import schema_text, shell_word, without_home
from workbench.face.current import current_study
from workbench.face.run import load
from workbench.model.chapter import Chapter
from workbench.model.comparison import Counterexample
from workbench.model.standing import Standing, Step, Tried, next_step
from workbench.render.brief import brief_json, brief_text
from workbench.render.brief_told import Hot, Thought, Told
from workbench.render.budget import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

PLACE = Path(__file__).resolve().parent.parent / "notebooks"
BUDGETS = (600, 800, 1500, 4000)
ITEMS = ("performance", "memory", "race-free", "types strict", "edge cases", "tests")


def chapter(label: str, judgement: str = "", code: str = "", note: str = "", *, stale: bool = False) -> Chapter:
    """A candidate as the folder has it, with a checklist where it was judged, and what differs where it is refused."""
    good = judgement == "verified"
    checks = [
        {"item": item, "status": "pass" if good or at else "fail", "code": "" if good or at else code,
         "said": f"{item} of {label}", "evidence": [["calls", "200"], ["peak", "2 KiB"]]}
        for at, item in enumerate(ITEMS)
    ]  # fmt: skip
    example = Counterexample("f('a')", "[0]", "1", "2", "1 became 2", None, "") if code.startswith("B") else None
    verdict = {"checks": checks, "said": f"what is said of {label}"} if judgement else {}
    return Chapter(
        Tried(label, judgement, code, note, stale), verdict, "a meaning" if code else "", "", "", None, example
    )


def told(*chapters: Chapter, program: tuple[str, ...] = ("run.py",), **known: Any) -> Told:
    """What a folder keeps, as far as `known` says: fields of a Standing."""
    facts: dict[str, Any] = {"seconds": 2.0, "profiled": True, "share": 0.5, "seen": 900, "kept": 40, "applied": ""}
    standing = Standing(
        target="package.words:index",
        folder="study",
        hypotheses=("one pass will do",),
        candidates=tuple(one.tried for one in chapters),
        faults=known.pop("faults", ()),
        **facts | known,
    )
    found = tuple(Hot(f"f{at}", f"work_{at}", f"package/words.py:{at}", 0.5 / at, 0.02, at == 1) for at in range(1, 15))
    return Told(
        standing, chapters, program, 5, 0.021, (("it is a socket", 3),), "events/000002/files/profile.wbp", found,
        (Thought("one pass will do", "f1", (2.0, 4.0)),),
    )  # fmt: skip


STAGES = {
    Step.BASELINE: told(seconds=math.nan, profiled=False, share=math.nan, seen=0, kept=0),
    Step.PROFILE: told(profiled=False, share=math.nan, seen=0, kept=0),
    Step.RECORD: told(seen=0, kept=0),
    Step.CANDIDATE: told(chapter("c1", "refused", "B14", "split")),
    Step.VERIFY: told(chapter("c1", "inconclusive", "U01")),
    Step.APPLY: told(chapter("c1", "verified")),
    Step.REPORT: told(chapter("c1", "verified"), applied="c1"),
}
"""A study at each of its steps."""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Project]:
    with pytest.MonkeyPatch.context() as patch, small_project(tmp_path_factory.mktemp("brief"), patch) as found:
        patch.chdir(found.root)
        yield found


@pytest.fixture(scope="module")
def folder(project: Project) -> Path:
    """A study with a refused and a verified candidate."""
    path = project.root / "a study"
    study = workbench.Study(path, f"{project.name}.words:index", command=["run.py"], place=project.root)
    study.baseline()
    study.profile()
    study.record()
    study.hypothesis("each word looks at all the others", "f1", (2, 40))
    for source, note in ((WRONG, "split at spaces"), (FASTER, "one pass")):
        study.candidate(source, note)
        study.verify(budget="3s")
    return path


def run(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str, str]:
    """Exit code, standard output and error of a command."""
    capsys.readouterr()
    code = main(list(words))
    said = capsys.readouterr()
    return code, said.out, said.err


def parsed(command: str) -> None:
    """Have the command line's own parser read a command, without running it; raises what it says of wrong words."""
    program, name, *words = shlex.split(command.partition("  #")[0])
    assert program == "workbench"
    assert name in COMMANDS
    found: click.Command = import_module(f"workbench.cli.{name}").command
    while isinstance(found, click.Group):
        found = found.commands[words.pop(0)]
    found.make_context(name, words)


def test_the_whole_brief_of_a_real_study(folder: Path, project: Project) -> None:
    """Target, program, baseline, share with plus-minus, calls, hypothesis, both candidates with what was found, and the next command."""
    study = workbench.Study(folder)
    said = study.brief(4000)
    assert said.startswith(f"study 'a study' of {project.name}.words:index\nprogram   run.py\n")
    for told_of in (
        "a run, the median of 5",
        " % ±",
        "kept to compare on, of 20 seen; none lost",
        "each word looks at all the others (f1); predicts 2x to 40x",
        f"c2  {study.standing().candidates[1].judgement}",
        "c1  refused B",
        "differs for index(",
        "    now",
        "  pass  edge cases: the same on ",
        "\n* f",
        f"{project.name}/words.py:4",
    ):
        assert told_of in said, said
    assert f"\n\nNext:\n  workbench study {next_step(study.standing())} 'a study' c2" in said


@pytest.mark.parametrize("budget", BUDGETS)
def test_it_fits_its_budget(folder: Path, budget: int) -> None:
    """The text of a real study takes no more tokens than it may, and always ends in the next commands."""
    said = workbench.Study(folder).brief(budget)
    assert tokens(said) <= budget
    assert "\nNext:\n  workbench study " in said


def test_too_few_tokens_are_refused_with_the_least(folder: Path) -> None:
    """A budget in which not even the least has room is an error that names one which works."""
    study = workbench.Study(folder)
    with pytest.raises(UsageError, match=r"Give \d+ or more") as refused:
        study.brief(20)
    least = int(str(refused.value).rpartition("Give ")[2].split()[0])
    assert tokens(study.brief(least)) <= least
    with pytest.raises(UsageError):
        study.brief(0)


def test_the_newest_candidate_keeps_its_detail_longest() -> None:
    """As the budget shrinks the checks of the oldest candidate go first, and those of the newest last."""
    many = told(*(chapter(f"c{at}", "refused", "B14", f"try {at}") for at in range(1, 9)))
    kept = []
    for budget in range(2400, 500, -100):
        said = brief_text(many, "study", budget)
        assert tokens(said) <= budget
        kept.append([at for at in range(1, 9) if f"c{at}, item by item:" in said])
    assert kept[0] == list(range(1, 9))
    assert all(one == list(range(9 - len(one), 9)) for one in kept)
    assert [len(one) for one in kept] == sorted((len(one) for one in kept), reverse=True)
    assert [8] in kept


def test_text_and_json_tell_the_same(folder: Path) -> None:
    """What the values have stands in the text too, and they are of the published form."""
    study = workbench.Study(folder)
    said, values = study.brief(4000), study.brief_json()
    jsonschema.validate(values, json.loads(schema_text()), cls=jsonschema.Draft202012Validator)
    assert json.loads(json.dumps(values, allow_nan=False)) == values
    for one in values["candidates"]:
        assert f"{one['label']}  {one['verdict']}" in said
        assert (one["meaning"] or "") in said
        assert not one["differs"] or one["differs"]["call"] in said
        assert all(check["item"] in said for check in one["checks"])
    for one in values["hotspots"][:8]:
        assert f"{one['handle']}  {100 * one['share']:.1f} %" in said
    assert all(f"  {one['command']}  # {one['tells']}\n" in said for one in values["next"])
    assert values["target"] in said


@pytest.mark.parametrize("step", STAGES, ids=str)
def test_at_each_step_the_next_commands_can_be_typed(step: Step) -> None:
    """Every command that a brief names is one the command line understands, and leads to the step that comes next."""
    found = STAGES[step]
    assert next_step(found.standing) is step
    values = brief_json(found, "studies/index")
    jsonschema.validate(values, json.loads(schema_text()), cls=jsonschema.Draft202012Validator)
    commands = [one["command"] for one in values["next"]]
    assert any(f"workbench study {step} studies/index" in command for command in commands)
    said = brief_text(found, "studies/index", 4000)
    for command in commands:
        parsed(command)
        assert f"  {command}  # " in said


def test_a_refusal_leads_to_its_meaning_and_its_script() -> None:
    """After a refused candidate come what the code stands for, the script that shows it, the target's lines, and another candidate."""
    commands = [one["command"] for one in brief_json(STAGES[Step.CANDIDATE], "study")["next"]]
    assert commands == [
        "workbench study why B14",
        "workbench study repro study c1 -o FILE.py",
        "workbench show study/events/000002/files/profile.wbp f1 --lines",
        "workbench study candidate study FILE.py:FUNCTION --note TEXT",
        "workbench study verify study",
    ]


def test_a_program_that_is_a_call_is_run_in_python() -> None:
    """Where the folder does not keep the program, the steps that run it are calls, and the brief says why."""
    found = replace(STAGES[Step.BASELINE], program=())
    said = brief_text(found, "study", 1500)
    assert "program   a call in Python, which the folder does not keep" in said
    assert "  study.baseline()  # in Python, where the program is at hand" in said


def test_what_is_not_known_is_said() -> None:
    """A study that has just begun says what is missing in place of numbers, and its values are null."""
    found = replace(
        STAGES[Step.BASELINE], hotspots=(), hypotheses=(), recording="", lost=(), plus_minus=math.nan, runs=0
    )
    said, values = brief_text(found, "study", 300), brief_json(found, "study")
    assert "baseline  not measured yet" in said
    assert "not profiled yet" in said
    assert "none recorded yet" in said
    assert values["baseline"]["seconds"] is values["share"]["of_run"] is values["share"]["whole_at_most"] is None


def test_a_target_that_is_not_worth_it_is_said_so() -> None:
    """With a share of two per cent the brief says what the whole can gain at the most, and that it is not worth it."""
    said = brief_text(told(share=0.02), "study", 1500)
    assert "2.0 % ±2.1 of the run, which can become 1.02x as fast at the most: not worth it" in said


def test_lost_calls_and_faults_are_told() -> None:
    """Calls that could not be kept come with their reason, and what is wrong with the folder stands before all else that can be cut."""
    said = brief_text(told(faults=("notes.txt is no part of the study.",)), "study", 1500)
    assert "40 kept to compare on, of 900 seen; 3 lost: it is a socket" in said
    assert said.index("notes.txt is no part of the study") < said.index("hypotheses")


def test_a_stale_verdict_is_told_and_is_to_be_made_again(folder: Path, project: Project) -> None:
    """After the source was changed the brief says so of each candidate, and verifying comes next."""
    project.file.write_text(MODULE + "\n\nLIMIT = 3\n")
    try:
        said = workbench.Study(folder).brief(4000)
    finally:
        project.file.write_text(MODULE)
    assert said.count("stale: the source has changed since") == 2
    assert "  workbench study verify 'a study' c2  # " in said


def test_a_stranger_in_the_folder_is_told(folder: Path) -> None:
    """A file that is no part of the study is named."""
    stranger = folder / "notes.txt"
    stranger.write_text("mine")
    try:
        assert "notes.txt is no part of the study" in workbench.Study(folder).brief()
    finally:
        stranger.unlink()


def test_a_damaged_study_tells_nothing(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where a kept file was changed there is no brief but the sentence that names the file, and exit code 2."""
    kept = next(folder.glob("events/*/files/calls.json"))
    whole = kept.read_bytes()
    kept.write_bytes(whole[:-2] + b" \n")
    try:
        code, out, err = run(capsys, "brief", str(folder))
    finally:
        kept.write_bytes(whole)
    assert (code, out) == (2, "")
    assert "calls.json is not what event" in err


def test_the_handles_are_those_of_the_recording(folder: Path) -> None:
    """`workbench show RECORDING f1` is the function that the brief, and the study's hotspots, call f1."""
    study = workbench.Study(folder)
    values = study.brief_json()
    by_handle = hotspots(load(folder.parent / shlex.split(values["recording"])[0]).recording).by_handle()
    for one in values["hotspots"]:
        assert by_handle[one["handle"]].function == one["function"]
    for row in study.hotspots().to_dict("records"):
        assert by_handle[row["handle"]].function == row["function"]
    assert [one["function"] for one in values["hotspots"] if one["target"]] == ["index"]


def test_the_command_says_what_python_says(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`workbench brief` prints the very text and values of `Study.brief`, on standard output only."""
    study = workbench.Study(folder)
    assert run(capsys, "brief", str(folder), "--tokens", "900") == (0, study.brief(900), "")
    code, out, err = run(capsys, "brief", str(folder), "--json")
    assert (code, json.loads(out), err) == (0, study.brief_json(), "")
    assert run(capsys, "brief", "--schema") == (0, schema_text(), "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("brief",), "needs the folder of a study"),
        (("brief", "nowhere"), "There is no study in nowhere"),
        (("brief", "FOLDER", "--tokens", "0"), "The budget is 0 tokens"),
        (("brief", "FOLDER", "--tokens", "-5"), "The budget is -5 tokens"),
        (("brief", "FOLDER", "--tokens", "few"), "'few' is not a valid integer"),
    ],
)
def test_wrong_words_are_refused_in_a_sentence(
    folder: Path, capsys: pytest.CaptureFixture[str], words: tuple[str, ...], said: str
) -> None:
    """No folder, one without a study, and budgets that are none: exit code 2, nothing on standard output."""
    code, out, err = run(capsys, *(str(folder) if word == "FOLDER" else word for word in words))
    assert (code, out) == (2, "")
    assert said in err


def test_paths_do_not_name_whose_home_it_is(
    folder: Path, project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A study in the home folder is named from `~` on where it is not below the working folder; the text has the home folder nowhere."""
    monkeypatch.setenv("HOME", str(project.root))
    monkeypatch.chdir(tmp_path)
    study = workbench.Study(folder)
    study.hypothesis(f"it reads {project.root}/data.txt each time")
    said, values = study.brief(4000), json.dumps(study.brief_json())
    assert said.startswith("study ~/'a study' of ")
    assert "it reads ~/data.txt each time" in said
    assert str(project.root) not in said + values


def test_only_whole_paths_are_shortened(monkeypatch: pytest.MonkeyPatch) -> None:
    """A longer name that begins as the home folder does is left alone, and so is a folder below another one."""
    monkeypatch.setenv("HOME", "/home/ann")
    assert (
        without_home("/home/ann /home/ann/x /home/anna /srv/home/ann '/home/ann'")
        == "~ ~/x /home/anna /srv/home/ann '~'"
    )
    assert shell_word(Path("/home/ann/my studies/a")) == "~/'my studies/a'"
    assert shell_word(Path("/srv/a;b")) == "'/srv/a;b'"


@given(st.lists(st.text(max_size=400), max_size=12), st.integers(600, 4000))
def test_whatever_is_noted_fits_and_stays_on_its_line(notes: list[str], budget: int) -> None:
    """Any text as a note, a name or a hypothesis takes one line, acts on no terminal, and the brief still fits or names what would."""
    found = told(*(chapter(f"c{at}", "refused", "B14", note) for at, note in enumerate(notes, 1)))
    hostile = tuple(Thought(note, note, None) for note in notes)
    found = replace(found, hypotheses=hostile)
    try:
        said = brief_text(found, "study", budget)
    except UsageError as error:
        budget = int(str(error).rpartition("Give ")[2].split()[0])
        said = brief_text(found, "study", budget)
    assert tokens(said) <= budget
    assert all(
        line.isprintable() or any(mark in line for mark in "\u200d\ufe0e\ufe0f") or not line.isascii()
        for line in said.split("\n")
    )


def test_the_study_beside_the_notebooks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The kept study in 1,500 tokens: one candidate with another result, one that is slower, one verified, with their figures."""
    monkeypatch.syspath_prepend(PLACE)
    monkeypatch.chdir(PLACE)
    said = workbench.Study("studies/part-key").brief()
    assert tokens(said) <= 1500
    for told_of in (
        "c3  verified; 1.35x faster (95 %: 1.33 to 1.36)",
        "c2  refused P02: slower",
        "differs for part_key('a')",
        "28.6 % ±2.6 of the run, which can become 1.4x as fast at the most",
        "200 kept to compare on, of 545,048 seen",
    ):
        assert told_of in said


def test_the_newest_study_of_the_session_is_the_current_one(folder: Path) -> None:
    """It is found again from its folder when nobody holds it any more."""
    held = workbench.Study(folder)
    assert current_study() is held
    del held
    found = current_study()
    assert found is not None
    assert found.path == folder.resolve()


def test_the_brief_needs_no_more_than_the_folder(folder: Path) -> None:
    """Making one neither runs the program nor writes into the folder."""
    before = {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()}
    program = sys.modules[workbench.Study(folder)._loop.target.function.__module__]
    main_of, program.main = program.main, lambda: pytest.fail("the program was run")  # type: ignore[attr-defined]
    try:
        workbench.Study(folder).brief()
    finally:
        program.main = main_of  # type: ignore[attr-defined]
    assert {path: path.stat().st_mtime_ns for path in folder.rglob("*") if path.is_file()} == before
