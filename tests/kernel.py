"""A real kernel for tests: run a cell, get what a notebook would store."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jupyter_client.kernelspec import KernelSpec
from jupyter_client.manager import KernelManager

if TYPE_CHECKING:
    from collections.abc import Iterator

PATIENCE = 90
MARK = "about to be interrupted"


@dataclass
class Ran:
    """What one cell left: its messages by kind."""

    stdout: str = ""
    stderr: str = ""
    result: str | None = None
    shown: list[dict[str, Any]] = field(default_factory=list)
    error: tuple[str, str, str] | None = None
    status: str = ""

    @property
    def views(self) -> list[dict[str, Any]]:
        """The workbench's own displays among what was shown."""
        return [data for data in self.shown if "workbench" in data.get("text/html", "")]

    @property
    def others(self) -> list[dict[str, Any]]:
        """What was shown that is not the workbench's."""
        return [data for data in self.shown if data not in self.views]


class Kernel:
    """An ipykernel on this interpreter."""

    def __init__(self) -> None:
        self._manager = KernelManager()
        spec = KernelSpec(
            argv=[sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"], language="python"
        )
        self._manager._kernel_spec = spec
        self._manager.start_kernel()
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=PATIENCE)

    def run(self, code: str, *, interrupts: int = 0) -> Ran:
        """Run a cell; with `interrupts`, send as many, each once the cell has printed a line with MARK anew."""
        request = self._client.execute(code)
        ran, sent = Ran(), 0
        places: dict[str | None, int] = {}
        for kind, content in self._messages(request):
            if kind == "stream":
                setattr(ran, content["name"], getattr(ran, content["name"]) + content["text"])
                while sent < min(interrupts, ran.stdout.count(f"{MARK}\n")):
                    self._manager.interrupt_kernel()
                    sent += 1
            elif kind == "execute_result":
                ran.result = content["data"]["text/plain"]
            elif kind == "display_data":
                places[content["transient"].get("display_id")] = len(ran.shown)
                ran.shown.append(content["data"])
            elif kind == "update_display_data":
                ran.shown[places[content["transient"]["display_id"]]] = content["data"]
            elif kind == "error":
                ran.error = (content["ename"], content["evalue"], "\n".join(content["traceback"]))
        ran.status = self._reply(request)["status"]
        return ran

    def _reply(self, request: str) -> dict[str, Any]:
        """The reply to a request; those to others are passed over: a kernel that starts slowly is asked for its facts several times."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            message = self._client.get_shell_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") == request:
                return dict(message["content"])
        raise TimeoutError("the kernel did not reply")

    def value(self, expression: str) -> Any:
        """The value of an expression in the kernel, through its repr."""
        import ast

        ran = self.run(f"print(repr({expression}))")
        assert ran.error is None, ran.error
        return ast.literal_eval(ran.stdout)

    def complete(self, code: str) -> list[str]:
        """What Tab offers at the end of `code`."""
        reply = self._client.complete(code, reply=True, timeout=PATIENCE)
        return list(reply["content"]["matches"])

    def inspect(self, code: str) -> str:
        """What `?` shows."""
        reply = self._client.inspect(code, reply=True, timeout=PATIENCE)
        return str(reply["content"]["data"].get("text/plain", ""))

    def stop(self) -> None:
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)

    def _messages(self, request: str) -> Iterator[tuple[str, dict[str, Any]]]:
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            message = self._client.get_iopub_msg(timeout=PATIENCE)
            if message["parent_header"].get("msg_id") != request:
                continue
            if message["msg_type"] == "status" and message["content"]["execution_state"] == "idle":
                return
            yield message["msg_type"], message["content"]
        raise TimeoutError(f"no answer in {PATIENCE} s")
