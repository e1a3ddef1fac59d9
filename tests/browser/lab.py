"""A real JupyterLab for tests, on a free port of this machine, in folders of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

TOKEN = "for-this-test-only"


@dataclass(frozen=True)
class Lab:
    """A running server: its address and the folder that it serves."""

    address: str
    folder: Path

    def notebook(self, name: str, *cells: str) -> str:
        """Write a notebook of code cells; returns its address in the lab."""
        import nbformat

        book = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        book.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        nbformat.write(book, self.folder / name)
        return f"{self.address}/lab/tree/{name}?token={TOKEN}&reset"


@contextmanager
def jupyterlab(folder: Path, theme: str = "JupyterLab Light") -> Iterator[Lab]:
    """A server for the time of the block; ends with its kernels, and by itself when whoever started it is gone."""
    served = folder / "notebooks"
    settings = folder / "config" / "lab" / "user-settings" / "@jupyterlab"
    for path, values in (
        (settings / "apputils-extension" / "themes.jupyterlab-settings", {"theme": theme}),
        (
            settings / "apputils-extension" / "notification.jupyterlab-settings",
            {"fetchNews": "false", "checkForUpdates": False},
        ),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))
    served.mkdir()
    names = {
        "JUPYTER_CONFIG_DIR": "config",
        "JUPYTER_DATA_DIR": "data",
        "JUPYTER_RUNTIME_DIR": "runtime",
        "IPYTHONDIR": "ipython",
    }
    command = [
        *(sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1", "--port=0"),
        *(f"--IdentityProvider.token={TOKEN}", f"--ServerApp.root_dir={served}", "--LabApp.news_url=None"),
        *("--ServerApp.shutdown_no_activity_timeout=300", "--MappingKernelManager.cull_idle_timeout=200"),
        f"--LabApp.user_settings_dir={folder / 'config' / 'lab' / 'user-settings'}",
    ]
    environment = os.environ | {name: str(folder / sub) for name, sub in names.items()}
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True, cwd=served) as server:
        assert server.stderr is not None
        try:
            address = next(found[0] for line in server.stderr if (found := re.search(r"http://127\.0\.0\.1:\d+", line)))
            reader = threading.Thread(target=server.stderr.read, daemon=True)
            reader.start()
            yield Lab(address, served)
        finally:
            server.terminate()
            try:
                server.wait(timeout=30)
            except subprocess.TimeoutExpired:
                server.kill()
