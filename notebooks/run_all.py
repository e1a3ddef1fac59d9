"""Runs every notebook of this folder in a real kernel and stores what it shows.

    python notebooks/run_all.py            all of them
    python notebooks/run_all.py 01         those whose names begin with 01

A notebook runs in a fresh copy of this folder and of data/, so that files it writes stay out of the way. It is stored only if
every cell ran; a cell that raises ends the script with its traceback.
"""

import shutil
import sys
import tempfile
from pathlib import Path

import nbformat
from nbclient import NotebookClient

HERE = Path(__file__).resolve().parent


def notebooks(prefix=""):
    """The notebooks of this folder, by name."""
    return sorted(path for path in HERE.glob("*.ipynb") if path.name.startswith(prefix))


def executed(path, folder):
    """The notebook at `path`, run from its first cell to its last in a copy of this folder below `folder`."""
    place = Path(folder) / "notebooks"
    shutil.copytree(HERE, place, ignore=shutil.ignore_patterns("*.ipynb", "images", "__pycache__", ".ipynb_checkpoints"))
    shutil.copytree(HERE.parent / "data", Path(folder) / "data")
    notebook = nbformat.read(path, as_version=4)
    client = NotebookClient(
        notebook,
        timeout=180,
        kernel_name="python3",
        record_timing=False,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(place)}},
    )
    client.execute()
    notebook.metadata = nbformat.from_dict(
        {
            "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
            "language_info": {"name": "python", "file_extension": ".py", "mimetype": "text/x-python"},
        }
    )
    return notebook


def main(arguments):
    """Run and store; says each name and the size it has now."""
    for path in notebooks(*arguments[:1]):
        with tempfile.TemporaryDirectory() as folder:
            nbformat.write(executed(path, folder), path)
        print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
