"""A reader's notes in Markdown as HTML: markup in them is text, links lead to the web or to mail, pictures are within the page or words."""

from __future__ import annotations

import re
from html import escape, unescape
from typing import TYPE_CHECKING, Any

from workbench.assets.embed import utf8

if TYPE_CHECKING:
    from mistune import HTMLRenderer, Markdown

_LINK = re.compile(r"(?:https?://|mailto:)[^\s<>\"'`]+", re.IGNORECASE)
_PICTURE = re.compile(r"data:image/(?:png|jpeg|gif|webp);base64,[A-Za-z0-9+/=]+")
_TAG = re.compile(r"<[^>]*>")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
LOWEST_HEADING = 6


def notes_html(notes: str) -> str:
    """Markdown as HTML whose only tags are those of Markdown; headings begin below the page's title, at h2. Empty where there are none."""
    text = _CONTROL.sub(" ", utf8(notes))
    return str(_markdown()(text)).strip() if text.strip() else ""


def _markdown() -> Markdown:
    import mistune

    return mistune.create_markdown(renderer=_renderer(), plugins=["table", "strikethrough", "task_lists"])


def _renderer() -> HTMLRenderer:
    """A renderer that escapes markup, and lets through no address that a browser would do more with than go there."""
    import mistune

    class Guarded(mistune.HTMLRenderer):
        """Markdown's own tags, and no others."""

        def __init__(self) -> None:
            super().__init__(escape=True)

        def heading(self, text: str, level: int, **attrs: Any) -> str:
            """A heading one step lower, since the page's title is the first."""
            del attrs
            tag = f"h{min(level + 1, LOWEST_HEADING)}"
            return f"<{tag}>{text}</{tag}>\n"

        def link(self, text: str, url: str, title: str | None = None) -> str:
            """A link to the web or to mail; any other is its text."""
            address = unescape(url).strip()
            if not _LINK.fullmatch(address):
                return text
            named = f' title="{escape(title)}"' if title else ""
            return f'<a href="{escape(address)}" rel="noopener noreferrer"{named}>{text}</a>'

        def image(self, text: str, url: str, title: str | None = None) -> str:
            """A picture that is in the page; one from elsewhere is its words, since the page asks for nothing."""
            words = unescape(_TAG.sub("", text))
            if not _PICTURE.fullmatch(url):
                return escape(words or title or "")
            return f'<img src="{url}" alt="{escape(words)}">'

    return Guarded()
