"""How large are the packages that some programs need? Asked of a mirror, which answers as late as one that is far away.

    python slow_mirror.py packages.txt git gimp vlc

The mirror is a server on this machine, so that this runs without a network; it answers by stream, from a package index.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

AWAY = 0.003


@asynccontextmanager
async def mirror(shelf: dict[str, int]) -> AsyncIterator[int]:
    """A server that knows the sizes of packages, and its port."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        name = (await reader.readline()).decode().strip()
        await asyncio.sleep(AWAY)
        writer.write(f"{shelf.get(name, 0)}\n".encode())
        await writer.drain()
        writer.close()
        await writer.wait_closed()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


async def ask(port: int, name: str) -> int:
    """The size of one package, as the mirror says it."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"{name}\n".encode())
    size = int(await reader.readline())
    writer.close()
    await writer.wait_closed()
    return size


async def sizes(shelf: dict[str, int], names: list[str]) -> list[int]:
    """The sizes of packages, in the order of their names."""
    found: list[int] = []
    async with mirror(shelf) as port:
        for name in names:
            found.append(await ask(port, name))
    return found


def read(text: str) -> tuple[dict[str, int], dict[str, list[str]]]:
    """The size of each package, and what it depends on."""
    shelf: dict[str, int] = {}
    needs: dict[str, list[str]] = {}
    for name, rest in re.findall(r"^Package: (.+)\n((?:.+\n)*)", text, re.MULTILINE):
        size = re.search(r"^Size: (\d+)", rest, re.MULTILINE)
        depends = re.search(r"^Depends: (.+)", rest, re.MULTILINE)
        shelf[name] = int(size[1]) if size else 0
        needs[name] = re.findall(r"(?:^|, )([^\s,|:(]+)", depends[1]) if depends else []
    return shelf, needs


async def main() -> None:
    """Print what each program needs, in kB."""
    shelf, needs = read(Path(sys.argv[1]).read_text("utf-8"))
    for name in sys.argv[2:]:
        wanted = [name, *needs[name]]
        some = {one: shelf.get(one, 0) for one in wanted}
        every = await sizes(some, wanted)
        print(f"{name:20} {len(every):3} {sum(every) // 1000:8}")


if __name__ == "__main__":
    asyncio.run(main())
