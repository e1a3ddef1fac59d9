"""Runs every notebook of this folder in a real kernel and stores what it shows, and in its first cell how long that took.

    python notebooks/run_all.py            all of them
    python notebooks/run_all.py 01         those whose names begin with 01
    python notebooks/run_all.py --time 01  take the time only; what the notebook shows stays as it was stored

A notebook runs in a fresh copy of this folder, of data/ and of tests/, so that files it writes stay out of the way. It is stored only
if every cell ran; a cell that raises ends the script with its traceback. The map in 00_start_here.ipynb is made of all first cells.
"""

import re
import shutil
import sys
import tempfile
from pathlib import Path
from time import perf_counter

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent
MAP = "00_start_here.ipynb"
QUESTION = re.compile(r"\*\*The question\.\*\* (.+?)(?:\n\n|$)", re.DOTALL)
TIME = re.compile(r"\*\*Time\.\*\* (.+?) to run, (.+)")


def notebooks(prefix=""):
    """The notebooks of this folder, by name."""
    return sorted(path for path in HERE.glob("*.ipynb") if path.name.startswith(prefix))


def executed(path, folder):
    """The notebook at `path`, run from its first cell to its last in a copy of this folder below `folder`."""
    place = Path(folder) / "notebooks"
    shutil.copytree(HERE, place, ignore=shutil.ignore_patterns("*.ipynb", "images", "__pycache__", ".ipynb_checkpoints"))
    shutil.copytree(HERE.parent / "data", Path(folder) / "data")
    copy_ways_to_measure(Path(folder) / "tests")
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=600,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(place)}},
    )
    client.execute()
    drop_twins_for_programs(notebook)
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
        }
    )
    return notebook


def copy_ways_to_measure(place):
    """What of tests/ the notebook of the patterns measures with."""
    tests = HERE.parent / "tests"
    for name in ("advice_examples", "benchmarks"):
        shutil.copytree(tests / name, place / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("advising.py", "samples.py"):
        shutil.copy(tests / name, place / name)


def drop_twins_for_programs(notebook):
    """Leave out the JSON twins of what is shown: they name files in full, and so the folder that the notebook ran in."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            output.get("data", {}).pop("application/vnd.workbench+json", None)


def in_words(seconds):
    """A time to run as one would say it, upwards: 10, 20, ... seconds to 90, then half and whole minutes."""
    if seconds <= 90:
        return f"about {max(1, -(-int(seconds) // 10)) * 10} seconds"
    halves = -(-int(seconds) // 30)
    return f"about {halves // 2}{' and a half' if halves % 2 else ''} minutes"


def first_words(notebook):
    """The question of a notebook, its time to run and its time to read, as its first cell says them."""
    head = notebook.cells[0].source
    return (" ".join(QUESTION.search(head).group(1).split()), *TIME.search(head).groups())


def say_time(notebook, seconds):
    """Write into the first cell how long the run took."""
    head = notebook.cells[0]
    head.source = TIME.sub(lambda found: f"**Time.** {in_words(seconds).capitalize()} to run, {found.group(2)}", head.source)


def draw_map():
    """Make the table of the first notebook anew: each notebook, its question, its time."""
    lines = ["| notebook | question | time to run; to read |", "|---|---|---|"]
    for path in notebooks():
        notebook = nbformat.read(path, as_version=4)
        question, run, read = first_words(notebook)
        title = notebook.cells[0].source.partition("\n")[0].removeprefix("# ")
        lines.append(f"| {path.name[:2]} [{title}]({path.name}) | {question} | {run}; {read.removesuffix(' to read.')} |")
    first = nbformat.read(HERE / MAP, as_version=4)
    (place,) = [cell for cell in first.cells if cell.id == "map"]
    place.source = "\n".join(lines)
    nbformat.write(first, HERE / MAP)


def main(arguments):
    """Run and store; says each name, the time it took and the size it has now."""
    words = [word for word in arguments if word != "--time"]
    for path in notebooks(*words[:1]):
        with tempfile.TemporaryDirectory() as folder:
            begun = perf_counter()
            notebook = executed(path, folder)
            took = perf_counter() - begun
        if "--time" in arguments:
            notebook = nbformat.read(path, as_version=4)
        say_time(notebook, took)
        nbformat.write(notebook, path)
        print(f"{path.name}: {took:.0f} s, {path.stat().st_size / 1000:.0f} kB")
    draw_map()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
