"""A real kernel asked as a notebook's front end asks, which says of each request from which cell it comes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from kernel import Kernel

MARK = "data-workbench-live"

Message = tuple[str, dict[str, Any]]


@dataclass
class Shown:
    """All that a cell sent, and what a front end would keep of it: its outputs, displays updated in place."""

    messages: list[Message] = field(default_factory=list)

    @property
    def lines(self) -> list[Message]:
        """The messages that carry the live line."""
        return [(kind, content) for kind, content in self.messages if MARK in html(content)]

    @property
    def outputs(self) -> list[dict[str, Any]]:
        """The outputs that are left, with `clear_output` done as front ends do it."""
        kept: list[dict[str, Any]] = []
        clear = False
        for kind, content in self.messages:
            if kind == "clear_output":
                clear = content["wait"]
                kept = kept if clear else []
            elif kind == "update_display_data":
                place = content["transient"]["display_id"]
                for output in kept:
                    if output.get("transient", {}).get("display_id") == place:
                        output["data"] = content["data"]
            elif kind in {"display_data", "stream", "execute_result", "error"}:
                kept = [] if clear else kept
                clear = False
                kept.append({"kind": kind, **content})
        return kept

    @property
    def text(self) -> str:
        """What was printed to stdout."""
        return "".join(
            content["text"] for kind, content in self.messages if kind == "stream" and content["name"] == "stdout"
        )

    @property
    def stderr(self) -> str:
        """What was printed to stderr."""
        return "".join(
            content["text"] for kind, content in self.messages if kind == "stream" and content["name"] == "stderr"
        )


class LiveKernel(Kernel):
    """See the module."""

    def show(
        self,
        code: str,
        *,
        cell: str | None = "cell-1",
        stdin: bool = True,
        each: Callable[[Shown], None] = lambda _: None,
    ) -> Shown:
        """Run a cell as from the notebook's cell `cell`; `each` is called at each message with all there are."""
        content = {
            "code": code,
            "silent": False,
            "store_history": True,
            "user_expressions": {},
            "allow_stdin": stdin,
            "stop_on_error": True,
        }
        message = self._client.session.msg("execute_request", content, metadata={"cellId": cell} if cell else {})
        self._client.shell_channel.send(message)
        request = message["header"]["msg_id"]
        shown = Shown()
        for found in self._messages(request):
            shown.messages.append(found)
            each(shown)
        self._reply(request)
        return shown

    def interrupt(self) -> None:
        """Ctrl-C."""
        self._manager.interrupt_kernel()


def html(content: dict[str, Any]) -> str:
    """The HTML of a display."""
    return str(content.get("data", {}).get("text/html", ""))


def is_view(output: dict[str, Any]) -> bool:
    """Whether an output is a recording's view."""
    return "application/vnd.workbench+json" in output.get("data", {})
