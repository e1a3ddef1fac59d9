"""Where a recording is made."""

from __future__ import annotations

import os
import platform
import site
import sys
import sysconfig
from pathlib import Path

from workbench.model.facts import Environment


def environment() -> Environment:
    """This process's environment. `packages` are the imported ones that carry a version."""
    return Environment(
        python=platform.python_version(),
        implementation=platform.python_implementation(),
        platform=platform.platform(terse=True),
        machine=platform.machine(),
        cpus=os.cpu_count() or 1,
        directory=_directory(),
        stdlib=_folders(sysconfig.get_path("stdlib"), sysconfig.get_path("platstdlib")),
        site=_folders(
            sysconfig.get_path("purelib"),
            sysconfig.get_path("platlib"),
            *site.getsitepackages(),
            site.getusersitepackages(),
            str(Path(__file__).parent.parent),
        ),
        packages=_packages(),
    )


def _directory() -> str:
    try:
        return str(Path.cwd())
    except FileNotFoundError:
        return ""


def _folders(*names: str | None) -> tuple[str, ...]:
    found = [name for name in names if name]
    return tuple(dict.fromkeys([*found, *(os.path.realpath(name) for name in found)]))


def _packages() -> tuple[tuple[str, str], ...]:
    found = []
    for name, module in list(sys.modules.items()):
        if "." in name or name.startswith("_") or name in sys.stdlib_module_names or name == "workbench":
            continue
        version = vars(module).get("__version__") if module is not None else None
        if isinstance(version, str):
            found.append((name, version))
    return tuple(sorted(found))
