"""Two versions of one package stand side by side in one process, each with its own modules, classes and arguments."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import workbench
from workbench.errors import TargetNotFoundError, UsageError
from workbench.study.revisions import RevisionError, version_of
from workbench.study.versions import changed_files
from workbench.timing import pickling
from workbench.timing.carrier import carry
from workbench.timing.sources import load_function
from workbench.timing.trees import tree_at, tree_of

WORDS = '''from __future__ import annotations

from dataclasses import dataclass

from pkgtree import scale


@dataclass
class Word:
    """A word and how often it is there."""

    text: str
    count: int = 1


def weigh(word: Word) -> int:
    """Its weight."""
    from pkgtree.late import bonus

    if not isinstance(word, Word):
        raise TypeError(f"{type(word)} is no Word")
    return sum(word.count for _ in range({rounds})) // {rounds} * scale.FACTOR + bonus()


def double(word: Word) -> Word:
    """A word twice as often."""
    return Word(word.text, word.count * 2)
'''
FILES = {"pkgtree/__init__.py": "", "pkgtree/scale.py": "FACTOR = 3\n"}
TEST = "from pkgtree.words import Word, weigh\n\n\ndef test_weigh() -> None:\n    assert weigh(Word('a', 2)) == 2 * 3 + 1\n"
SCRIPT = "from pkgtree.words import Word, weigh\n\nfor count in range(200):\n    weigh(Word('a', count % 7))\n"


def written(root: Path, rounds: int = 2_000, bonus: int = 1) -> Path:
    """A small project in a folder."""
    late = f"def bonus() -> int:\n    return {bonus}\n"
    words = WORDS.replace("{rounds}", str(rounds))
    more = {"pkgtree/late.py": late, "pkgtree/words.py": words, "tests/test_words.py": TEST, "script.py": SCRIPT}
    for name, text in (FILES | more | {"pyproject.toml": '[project]\nname = "pkgtree"\nversion = "1"\n'}).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, "utf-8")
    return root


@pytest.fixture
def two(tmp_path: Path) -> tuple[Path, Path]:
    """The project before and after a change that makes it fifty times as fast."""
    return written(tmp_path / "before"), written(tmp_path / "after", rounds=40)


def test_each_version_has_modules_and_classes_of_its_own(two: tuple[Path, Path]) -> None:
    """Imports at the top and within functions find the version that they stand in, and `sys.modules` has neither."""
    before, after = (load_function(f"{root}::pkgtree.words:weigh") for root in two)
    assert before.__code__.co_consts != after.__code__.co_consts
    words = [tree_at(root).module("pkgtree.words") for root in two]
    assert words[0].Word is not words[1].Word
    assert [one.weigh(one.Word("a", 2)) for one in words] == [7, 7]
    with pytest.raises(TypeError, match="no Word"):
        before(words[1].Word("a", 2))
    assert not [name for name in sys.modules if name.startswith("pkgtree")]
    assert [getattr(tree_of(one), "root", None) for one in (before, after)] == [root.resolve() for root in two]


def test_arguments_of_the_packages_own_classes_are_each_versions_own(two: tuple[Path, Path]) -> None:
    """A copy made in one version is, loaded for the other one, of that one's class; a function travels by where it is."""
    words = [tree_at(root).module("pkgtree.words") for root in two]
    payload = pickling.dumps(((words[0].Word("a", 5),), {}))
    for one in words:
        (args, _) = pickling.loads(payload, one.weigh)
        assert type(args[0]) is one.Word
        assert one.weigh(*args) == 16
        assert carry(one.weigh).load() is one.weigh


def test_a_tree_without_the_module_says_so(two: tuple[Path, Path]) -> None:
    """A folder that is not there, a module that it has not, and a name that the module has not are told apart."""
    for reference, said in (
        ("nowhere::pkgtree.words:weigh", "no folder"),
        (f"{two[0]}::other:f", "no module other"),
        (f"{two[0]}::pkgtree.none:f", "no module pkgtree.none"),
        (f"{two[0]}::pkgtree.words:wiegh", "weigh"),
    ):
        with pytest.raises(TargetNotFoundError, match=said):
            load_function(reference)


def test_versions_in_two_folders_are_compared(two: tuple[Path, Path]) -> None:
    """`folder::module:name` compares two versions of a package, on arguments of its own classes, those that return them too."""
    word = tree_at(two[0]).module("pkgtree.words").Word
    inputs = [(word(text, count),) for text in "ab" for count in range(5)]
    answer = workbench.compare(
        *(f"{root}::pkgtree.words:weigh" for root in two), inputs=inputs, budget="12s", generated=20
    )
    assert answer.verdict == "faster", answer.text()
    assert answer.ratio > 10
    doubled = workbench.compare(
        *(f"{root}::pkgtree.words:double" for root in two), inputs=inputs, budget="4s", generated=20
    )
    assert doubled.same is True, doubled.text()
    other = written(two[1].parent / "other", rounds=40, bonus=2)
    wrong = workbench.compare(
        *(f"{root}::pkgtree.words:weigh" for root in (two[0], other)), inputs=inputs, budget="12s", generated=20
    )
    assert (wrong.verdict, wrong.code) == ("refused", "B01"), wrong.text()


def git(root: Path, *words: str) -> None:
    """Run git in a folder, as somebody."""
    subprocess.run(
        ["git", "-c", "user.name=n", "-c", "user.email=n@example.org", *words],
        cwd=root,
        check=True,
        capture_output=True,
    )


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """The project under git, with the faster version in its files and the slower one committed."""
    root = written(tmp_path / "work")
    git(root, "init", "-q")
    git(root, "add", "-A")
    git(root, "commit", "-q", "-m", "one")
    return written(root, rounds=40)


def test_versions_come_from_git_from_patches_and_from_folders(repository: Path, tmp_path: Path) -> None:
    """The last commit, a patch on it, the files as they are and another folder are each what they say, and nothing is left behind."""
    patch = tmp_path / "faster.diff"
    text = (repository / "pkgtree/words.py").read_text("utf-8")
    done = subprocess.run(["git", "diff"], cwd=repository, check=True, capture_output=True)
    patch.write_bytes(done.stdout)
    with version_of("git:HEAD", repository) as committed:
        assert changed_files(committed, repository) == ("pkgtree/words.py",)
    assert not committed.exists()
    for word in (f"patch:{patch}", "worktree", str(repository)):
        with version_of(word, repository) as found:
            assert (found / "pkgtree/words.py").read_text("utf-8") == text
    with version_of("git:HEAD", repository / "pkgtree") as inner:
        assert (inner / "scale.py").is_file()


@pytest.mark.parametrize(
    ("word", "error", "said"),
    [
        ("git:nosuch", RevisionError, "no revision 'nosuch'"),
        ("patch:nosuch.diff", UsageError, "no patch"),
        ("HEAD", UsageError, "git:REVISION"),
        ("git:--help", RevisionError, "no revision"),
    ],
)
def test_a_version_that_is_not_there_is_refused(repository: Path, word: str, error: type[Exception], said: str) -> None:
    """A revision, a patch or a word that names nothing is told in words that say what can be named."""
    with pytest.raises(error, match=said), version_of(word, repository):
        pass


def test_a_patch_that_does_not_fit_is_refused(repository: Path, tmp_path: Path) -> None:
    """A patch for other text is refused with what git says of it."""
    patch = tmp_path / "other.diff"
    patch.write_text("--- a/script.py\n+++ b/script.py\n@@ -1 +1 @@\n-nothing like this\n+x\n", "utf-8")
    with pytest.raises(RevisionError, match="does not fit"), version_of(f"patch:{patch}", repository):
        pass


def verify(folder: Path, *words: str) -> Any:
    """`workbench verify` in a fresh process."""
    command = [sys.executable, "-m", "workbench", "verify", *words]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_a_change_in_the_worktree_is_verified_against_the_last_commit(repository: Path) -> None:
    """`workbench verify` runs all six items on what git calls a change, and its exit code is the verdict."""
    done = verify(repository, "--target", "pkgtree.words:weigh", "--budget", "15s", "--", "script.py")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "the change verified" in done.stdout
    assert "1 test that touch" in done.stdout


def test_a_change_that_does_otherwise_is_refused_with_its_status(repository: Path) -> None:
    """A faster version with other results, named by a file's path, ends with status 1 and the code."""
    written(repository, rounds=40, bonus=2)
    done = verify(repository, "--target", "pkgtree/words.py:weigh", "--budget", "8s", "--", "script.py")
    assert done.returncode == 1, done.stdout + done.stderr
    assert "refused: B01" in done.stdout


def test_wrong_words_end_with_status_2(repository: Path) -> None:
    """No calls to compare on, no change, and a target that is no function are told in a line, with status 2."""
    for words, said in (
        (["--target", "pkgtree.words:weigh"], "in one way"),
        (["--target", "pkgtree.words", "--", "script.py"], "package.module:function"),
        (["--target", "pkgtree.words:weigh", "--after", "git:HEAD", "--", "script.py"], "no change"),
        (["--target", "pkgtree.scale:nothing", "--", "script.py"], "no nothing"),
    ):
        done = verify(repository, *words)
        assert done.returncode == 2, done.stdout + done.stderr
        assert said in done.stderr, done.stderr
