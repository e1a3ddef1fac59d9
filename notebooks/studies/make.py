"""Makes the study beside this file anew, with the commands that anybody would type: one function of package_index.py, three ideas.

    python notebooks/studies/make.py

It works in a copy of the notebooks' folder, takes about four minutes, and replaces part-key/ and part-key.html.
"""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).resolve().parent
NAME = "part-key"

TEST = '''\
"""Versions sort as dpkg sorts them."""

from package_index import part_key, satisfies, version_key


def test_versions_sort_as_dpkg_sorts_them() -> None:
    ordered = ["1.0~rc1", "1.0", "1.0a", "1.0+b1", "1.2", "1.10", "1:0.1"]
    assert sorted(reversed(ordered), key=version_key) == ordered


def test_a_part_is_text_and_numbers_in_turn() -> None:
    assert part_key("2a") == [[0], 2, [97, 0], 0, [0], 0]
    assert satisfies("2.36-9", ">=", "2.4")
'''

SPLIT = '''\
def part_key(part: str) -> list[int | list[int]]:
    """A part of a version as a list that sorts as dpkg sorts it: text and numbers in turn."""
    pieces = re.split(r"(\\d+)", part)
    key: list[int | list[int]] = []
    for text, number in zip(pieces[::2], [*pieces[1::2], "0"]):
        key.append([letter_order(letter) for letter in text] + [0])
        key.append(int(number))
    return key
'''

APPEND = '''\
def part_key(part: str) -> list[int | list[int]]:
    """A part of a version as a list that sorts as dpkg sorts it: text and numbers in turn."""
    key: list[int | list[int]] = []
    append = key.append
    for text, number in re.findall(r"(\\D*)(\\d*)", part):
        append([letter_order(letter) for letter in text] + [0])
        append(int(number or 0))
    return key
'''

DOT = '''\
def part_key(part: str) -> list[int | list[int]]:
    """A part of a version as a list that sorts as dpkg sorts it: text and numbers in turn."""
    dot = letter_order(".")
    key: list[int | list[int]] = []
    for text, number in re.findall(r"(\\D*)(\\d*)", part):
        if text == ".":
            key.append([dot, 0])
        else:
            key.append([letter_order(letter) for letter in text] + [0] if text else [0])
        key.append(int(number) if number else 0)
    return key
'''

IDEAS = (
    (SPLIT, "split at the numbers"),
    (APPEND, "append is looked up once"),
    (DOT, "most texts are one dot"),
)


def workbench(place, *words):
    """One command in the folder `place`, as typed; 1 and 3 are verdicts of `verify`, all else but 0 ends the script."""
    print("$ workbench", *words, flush=True)
    done = subprocess.run([sys.executable, "-m", "workbench", *words], cwd=place, check=False)
    if done.returncode not in ((0, 1, 3) if "verify" in words else (0,)):
        sys.exit(f"workbench {words[0]} {words[1]} ended with status {done.returncode}")


def made_in(place):
    """All steps of the study, in a copy of the notebooks' folder."""
    study = f"studies/{NAME}"
    (place / "test_package_index.py").write_text(TEST)
    program = ("package_index.py", "../data/packages.txt")
    workbench(place, "study", "init", study, "--target", "package_index:part_key", "--", *program)
    for step in ("baseline", "profile", "record"):
        workbench(place, "study", step, study)
    thought = "a version is mostly numbers and single dots, and each dot goes through a list comprehension of its own"
    workbench(place, "study", "hypothesis", study, thought, "--target", "f3", "--predicts", "1.2", "2")
    for text, note in IDEAS:
        (place / "idea.py").write_text(text)
        workbench(place, "study", "candidate", study, "idea.py", "--note", note)
        workbench(place, "study", "verify", study, "--budget", "30s")
    workbench(place, "study", "status", study)
    workbench(place, "study", "report", study, f"{study}.html")


def main():
    """Make it, and put it in the place of the one that is there."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder) / "notebooks"
        shutil.copytree(
            HERE.parent, place, ignore=shutil.ignore_patterns("*.ipynb", "images", "studies", "__pycache__")
        )
        shutil.copytree(HERE.parent.parent / "data", Path(folder) / "data")
        (place / "studies").mkdir()
        made_in(place)
        shutil.rmtree(HERE / NAME, ignore_errors=True)
        shutil.copytree(place / "studies" / NAME, HERE / NAME)
        shutil.copy(place / "studies" / f"{NAME}.html", HERE)
    return 0


if __name__ == "__main__":
    sys.exit(main())
