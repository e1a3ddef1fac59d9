"""The machine's twin of what a notebook shows: the same answer as plain values, in the same message."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

JSON = "application/json"
TWIN = "application/vnd.workbench+json"
"""The type that an answer's values have where they stand beside something to look at. JupyterLab prefers a tree of `application/json` to
HTML, whatever the order in the message, and leaves types alone that it does not know."""


class Twinned:
    """What has `json()`, its answer as plain values, which then go beside its text and its HTML in a notebook.

    Asked for `application/json` by name, as in `display(answer, include=["application/json"])`, it gives that alone.
    """

    __slots__ = ()

    def json(self) -> dict[str, Any]:
        """The answer as plain values."""
        raise NotImplementedError

    def _repr_mimebundle_(
        self, include: Collection[str] | None = None, exclude: Collection[str] | None = None
    ) -> dict[str, Any]:
        return twins(self.json(), include, exclude)


def twins(values: dict[str, Any], include: Collection[str] | None, exclude: Collection[str] | None) -> dict[str, Any]:
    """The values under the type that is asked for: `application/json` only by name."""
    wanted = JSON if include and JSON in include else TWIN
    return {} if exclude and wanted in exclude else {wanted: values}
