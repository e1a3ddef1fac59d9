"""The pages that `explorer.py` measures: ours, SnakeViz's and speedscope's own, of the same profile; and how they are timed."""

from __future__ import annotations

import base64
import json
import marshal
import math
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from explorer_profiles import Profile, pstats_dict

from workbench.assets.bundle import script, styles
from workbench.assets.embed import script_json

PATIENCE = 120
"""Seconds after which a page counts as not drawn."""
DRAWN = """
(seen) => new Promise((done) => {
    const look = () => (seen() ? done(performance.now()) : requestAnimationFrame(look));
    look();
})
"""
SEEN = {
    "workbench": "() => document.querySelector('[data-workbench=ready]')",
    "SnakeViz": "() => document.querySelector('#chart svg rect, #chart svg path')",
    "speedscope": """() => {
        const layers = [...document.querySelectorAll('canvas')].filter((one) => one.width > 500 && one.height > 300);
        const scratch = (globalThis.scratch ??= Object.assign(document.createElement('canvas'), { width: 64, height: 64 }));
        const pen = scratch.getContext('2d', { willReadFrequently: true });
        return layers.slice(1).some((layer) => {
            pen.clearRect(0, 0, 64, 64);
            pen.drawImage(layer, 0, 0, layer.width, Math.min(layer.height, 64), 0, 0, 64, 64);
            return pen.getImageData(0, 0, 64, 64).data.some((value) => value > 0);
        });
    }""",
}
_PAGE = """\
<!DOCTYPE html><html lang="en"><meta charset="utf-8"><link rel="icon" href="data:,"><title>measured</title>
<main id="root"></main>
<script type="application/json" id="recording">{data}</script>
<script type="module">
const styles = {styles};
{script}
performance.mark("arrived");
const payload = JSON.parse(document.getElementById("recording").textContent);
performance.mark("parsed");
mount(document.getElementById("root"), payload, {{ styles }});
</script>
"""


@dataclass(frozen=True)
class Opening:
    """One opening of a page, in milliseconds: from its address to the picture; for ours also from the payload's arrival, and of that the
    part after it was read; for speedscope what it says that reading the file took."""

    drawn: float
    arrived: float = math.nan
    mounted: float = math.nan
    imported: float = math.nan


def write_ours(folder: Path, payload: Any) -> str:
    """A page with nothing but our view of the payload; returns its address."""
    file = folder / "workbench.html"
    file.write_text(
        _PAGE.format(data=script_json(payload), styles=script_json(styles()), script=script()), encoding="utf-8"
    )
    return file.as_uri()


def write_speedscope(folder: Path, release: Path, text: str) -> str:
    """What speedscope's command does: the profile as a script beside the page, named in the address after the #."""
    file = folder / "speedscope.js"
    data = base64.b64encode(text.encode()).decode()
    file.write_text(f'speedscope.loadFileFromBase64("profile.json", {json.dumps(data)})', encoding="utf-8")
    return f"{(release / 'index.html').as_uri()}#localProfilePath={file}"


@contextmanager
def snakeviz(folder: Path, profile: Profile) -> Iterator[str]:
    """SnakeViz's own server for the time of the block, on a free port, over the profile as pstats; gives the page's address."""
    file = folder / "profile.pstats"
    file.write_bytes(marshal.dumps(pstats_dict(profile)))
    serve = (
        "import asyncio, snakeviz.main as served, tornado.web, tornado.httpserver, tornado.netutil\n"
        "async def main():\n"
        "    sockets = tornado.netutil.bind_sockets(0, '127.0.0.1')\n"
        "    server = tornado.httpserver.HTTPServer(served.app)\n"
        "    server.add_sockets(sockets)\n"
        "    print(sockets[0].getsockname()[1], flush=True)\n"
        "    await asyncio.sleep(3600)\n"
        "asyncio.run(main())\n"
    )
    server = subprocess.Popen([sys.executable, "-c", serve], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        assert server.stderr is not None
        port = int(server.stdout.readline())
        threading.Thread(target=server.stderr.read, daemon=True).start()
        yield f"http://127.0.0.1:{port}/snakeviz/{quote(str(file), safe='')}"
    finally:
        server.terminate()
        server.wait(timeout=20)


def get_speedscope(folder: Path) -> Path | None:
    """speedscope's page from its npm package, unpacked into `folder`; None where there is no npm or no registry."""
    import shutil
    import tarfile

    if shutil.which("npm") is None:
        return None
    made = subprocess.run(
        ["npm", "pack", "speedscope"], cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )
    found = re.search(r"speedscope-\S+\.tgz", made.stdout)
    if made.returncode or found is None:
        return None
    with tarfile.open(folder / found[0]) as packed:
        packed.extractall(folder, filter="data")
    return folder / "package" / "dist" / "release"


def opened(browser: Any, tool: str, address: str) -> tuple[Any, Opening | None]:
    """A fresh page on that address, once its picture stands; None in place of times where it did not in time."""
    from playwright.sync_api import Error

    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.set_default_timeout(1000 * PATIENCE)
    wrong: list[str] = []
    took: list[float] = []
    page.on(
        "console",
        lambda said: took.extend(float(found[1]) for found in re.finditer(r"^import: ([\d.]+) ?ms", said.text)),
    )
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.add_init_script(f"globalThis.drawn = ({DRAWN})({SEEN[tool]});")
    try:
        page.goto(address, wait_until="commit")
        drawn = page.evaluate(
            f"Promise.race([drawn, new Promise((done) => setTimeout(() => done(-1), {1000 * PATIENCE}))])"
        )
    except Error as error:
        wrong.append(str(error).splitlines()[0])
        drawn = -1
    if drawn < 0:
        print(f"   {tool}: no picture in {PATIENCE} s: {'; '.join(wrong) or 'no error was told'}")
        return page, None
    if tool != "workbench":
        return page, Opening(drawn, imported=sum(took) or math.nan)
    at = page.evaluate(
        "['arrived', 'parsed', 'workbench:ready'].map((name) => performance.getEntriesByName(name)[0]?.startTime ?? NaN)"
    )
    return page, Opening(drawn, at[2] - at[0], at[2] - at[1])
