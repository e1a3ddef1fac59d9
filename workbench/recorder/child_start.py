"""How a Python that a recorded program starts begins to record itself: it finds a `sitecustomize` of ours before all others.

That takes itself out of the import path, `sys.modules` and `os.environ`, has the real one imported, if there is any, and where it runs in
the same Python as the program's first process, calls `begin_interpreter`. Another Python runs on undisturbed.
"""

from __future__ import annotations

import atexit
import os
import re
import sys
from importlib import import_module
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

from workbench.engines import table
from workbench.engines.watch import Watch
from workbench.recorder import child_run
from workbench.recorder.child_folder import Folder
from workbench.recorder.child_ways import PATH, VARIABLE
from workbench.recorder.patience import last_words
from workbench.recorder.world import World, working_folder

if TYPE_CHECKING:
    from types import CodeType

START = f'''\
"""Put here by `workbench profile --subprocesses`, for as long as it runs. It takes itself out of sight at once."""
import json, os, sys

here = os.path.dirname(os.path.abspath(__file__))
folder = os.path.dirname(here)
sys.path[:] = [entry for entry in sys.path if entry != here]
sys.path_importer_cache.pop(here, None)
sys.modules.pop("sitecustomize", None)
kept = dict((name, os.environ.get(name)) for name in ("{PATH}", "{VARIABLE}"))
rest = [entry for entry in (kept["{PATH}"] or "").split(os.pathsep) if entry != here]
if "".join(rest):
    os.environ["{PATH}"] = os.pathsep.join(rest)
else:
    os.environ.pop("{PATH}", None)
os.environ.pop("{VARIABLE}", None)
for name in kept:
    if kept[name] is not None:
        os.putenv(name, kept[name])
try:
    import sitecustomize
finally:
    try:
        with open(os.path.join(folder, "settings.json")) as stream:
            settings = json.load(stream)
    except (IOError, OSError):
        settings = None
    why = ""
    if any("_tracker import main" in word for word in getattr(sys, "orig_argv", ())):
        settings = None
    if settings and settings["python"] != [getattr(getattr(sys, "implementation", None), "cache_tag", None), sys.prefix]:
        why = "it ran another Python, %s" % sys.executable
    elif settings:
        sys.path.insert(0, settings["root"])
        try:
            from workbench.recorder.child_start import begin_interpreter
        except ImportError as error:
            why = "the workbench could not be loaded there: %s" % error
        sys.path.remove(settings["root"])
        if not why:
            begin_interpreter(folder)
    if why:
        words = getattr(sys, "argv", None) or [""]
        life = dict(token="%d-0" % os.getpid(), pid=os.getpid(), name=os.path.basename(words[0]), began=0.0, why=why)
        with open(os.path.join(folder, life["token"] + ".lost"), "w") as stream:
            json.dump(life, stream)
'''
"""Written so that any Python can read it. The processes that track resources for `multiprocessing` are left alone. Where there is no real
`sitecustomize` it ends in the ImportError that `site` expects."""

_FORKSERVER = re.compile(r"from [\w.]*\bforkserver import main")
_POOLS = re.compile(r"--multiprocessing-fork\b|\bloky\b")


def begin_interpreter(path: str) -> None:
    """Record this process, which has just begun and run nothing yet.

    Not recorded: the process that forks others for `multiprocessing`, and a workbench, which records by itself what it is told to.
    """
    words = sys.orig_argv[1:]
    if _is_workbench(words):
        _forget()
        return
    folder = Folder(Path(path))
    scene = child_run.Scene(folder, folder.settings(), frozenset())
    scene.path = list(sys.path)
    scene.main = 0
    _follow_forks_first()
    scene.ways.take()
    child_run.enter(scene)
    if any(_FORKSERVER.search(word) for word in words):
        return
    scene.codes = _beginnings(words) | {begin_interpreter.__code__, sys._getframe(1).f_code}
    atexit.register(child_run.at_exit)
    import_module(table.row(scene.settings.engine).module)
    _show_their_world(scene)
    child_run.begin(scene, _name(words), forked=False)


def _follow_forks_first() -> None:
    """Let the handlers of forks that others of us have be set before that of `child_run`, for they run in this order."""
    Watch(lambda: False, None, set())
    with last_words(lambda _signal: None):
        pass


def _beginnings(words: list[str]) -> frozenset[CodeType]:
    """What runs below the program's own code, as far as that can be told from how the process was begun."""
    if any(_POOLS.search(word) for word in words):
        for name in ("process", "spawn", "util"):
            import_module(f"multiprocessing.{name}")
    if sys.argv[:1] != ["-m"]:
        return frozenset()
    start: Any = import_module("runpy")
    return frozenset({start._run_module_as_main.__code__})


def _show_their_world(scene: child_run.Scene) -> None:
    """Hide the modules that the program has others of in its own folder, and let its unbuffered output be whole in spite of signals."""
    first = sys.argv[0] if sys.argv else ""
    folder = os.path.dirname(os.path.realpath(first)) if first not in ("", "-c", "-m") else working_folder()  # noqa: PTH120
    for place in (folder, *scene.settings.folders):
        world = World.of([], place)
        scene.modules |= {name: sys.modules[name] for name in world.modules}
    sys.stdout, sys.stderr = world.streams
    for name in scene.modules:
        del sys.modules[name]


def _name(words: list[str]) -> str:
    """What stands for the process until `multiprocessing` gives it a name, or for good."""
    if "--multiprocessing-fork" in words:
        return "SpawnProcess"
    first = sys.argv[0] if sys.argv else ""
    if first == "-m":
        at = next((at for at, word in enumerate(words) if word.startswith("-m")), 0)
        return " ".join(words[at : at + 2]) if words[at] == "-m" else words[at]
    return Path(first).name if first not in ("", "-c") else "python -c" if first else "python"


def _is_workbench(words: list[str]) -> bool:
    module = any(one == "-m" and two.partition(".")[0] == "workbench" for one, two in pairwise(words))
    return module or Path(sys.argv[0] if sys.argv else "").stem == "workbench"


def _forget() -> None:
    """What this process starts is not of the recorded program."""
    os.unsetenv(VARIABLE)
    if PATH in os.environ:
        os.putenv(PATH, os.environ[PATH])
    else:
        os.unsetenv(PATH)
