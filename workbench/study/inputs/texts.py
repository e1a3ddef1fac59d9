"""Changes of strings and bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from workbench.study.inputs.variants import NOT_MADE, STRUCTURE, Variant, given

if TYPE_CHECKING:
    from collections.abc import Callable
    from random import Random

CHARACTERS = {
    "a combining accent": "e\u0301",
    "the same accent composed": "\u00e9",
    "a capital dotted i": "\u0130",
    "a dotless i": "\u0131",
    "a sharp s": "\u00df",
    "a ligature": "\ufb01",
    "a long s": "\u017f",
    "a final sigma": "\u03a3\u03c2",
    "a Kelvin sign": "\u212a",
    "an Arabic digit": "\u0663",
    "a superscript digit": "\u00b2",
    "a fullwidth digit": "\uff11",
    "a Roman numeral": "\u2167",
    "right-to-left letters": "\u05e9\u05dc",
    "a right-to-left mark": "\u200f",
    "a character beyond 16 bits": "\U0001f600",
    "a joined emoji": "\U0001f469\u200d\U0001f4bb",
    "a letter beyond 16 bits": "\U00010400",
    "a no-break space": "\u00a0",
    "an ideographic space": "\u3000",
    "a zero-width space": "\u200b",
    "a byte order mark": "\ufeff",
    "NUL": "\x00",
    "a file separator": "\x1c",
    "a backslash and quotes": "\\\"'",
    "a tab": "\t",
    "a percent sign and braces": "%s{}",
}
BLANKS = (" ", "\n", "\t", " \t\r\n", "\x1f", "\u2003")
ENDS = {
    "\\r\\n": "\r\n",
    "\\r": "\r",
    "a vertical tab": "\x0b",
    "a next-line character": "\x85",
    "a line separator": "\u2028",
}


def text_variants(own: type) -> list[Variant]:
    """Changes of str, bytes and bytearray: as of any sequence; blanks, line ends, cases and characters that programs trip over."""
    structure = [_on_text(one, own) for one in STRUCTURE]
    if own is not str:
        return [*structure, *(_through_latin(one, own) for one in [*_blanks(), *_line_ends()]), *_bytes(own)]
    return [*structure, *_blanks(), *_line_ends(), *_cases(), *_unicode()]


def _on_text(variant: Variant, own: type) -> Variant:
    def make(value: Any, random: Random) -> Any:
        if own is str:
            return "".join(variant.make(list(value), random))
        return own(variant.make(list(value), random))

    words = variant.words.replace("items", "characters").replace("item", "character")
    return Variant(variant.family, words, make, variant.least, min(variant.most or 200_000, 200_000))


def _blanks() -> list[Variant]:
    return [
        *(Variant("blank text", f"only {one!a}", given(one, lambda _, __, one: one)) for one in BLANKS),
        Variant("blank text", "a space before and after", lambda value, _: f" {value} "),
        Variant("blank text", "spaces doubled", lambda value, _: value.replace(" ", "  ")),
        Variant("blank text", "stripped", lambda value, _: value.strip()),
        Variant("blank text", "spaces as tabs", lambda value, _: value.replace(" ", "\t")),
    ]


def _line_ends() -> list[Variant]:
    def ended(value: str, end: str) -> Any:
        return value.replace("\r\n", "\n").replace("\n", end) if "\n" in value else value + end

    return [
        *(
            Variant("line ends", f"line ends as {name}", given(end, lambda value, _, end: ended(value, end)))
            for name, end in ENDS.items()
        ),
        Variant("line ends", "without its last newline", lambda value, _: value.removesuffix("\n")),
        Variant("line ends", "a newline at the end", lambda value, _: value + "\n"),
        Variant("line ends", "a newline at the start", lambda value, _: "\n" + value),
        Variant("line ends", "an empty line in the middle", lambda value, _: _inserted(value, "\n\n")),
    ]


def _cases() -> list[Variant]:
    changes: dict[str, Callable[[str], str]] = {
        "upper": str.upper,
        "lower": str.lower,
        "swapped": str.swapcase,
        "title": str.title,
    }
    return [
        Variant("case", f"in {name} case", given(change, lambda value, _, change: change(value)), 1)
        for name, change in changes.items()
    ]


def _unicode() -> list[Variant]:
    found = []
    for name, character in CHARACTERS.items():
        found += [
            Variant("unicode", f"only {name}", given(character, lambda _, __, one: one)),
            Variant(
                "unicode", f"{name} in the middle", given(character, lambda value, _, one: _inserted(value, one)), 1
            ),
            Variant(
                "unicode",
                f"{name} for a character",
                given(character, lambda value, random, one: _replaced(value, one, random)),
                2,
            ),
        ]
    return found


def _inserted(value: str, one: str) -> str:
    middle = len(value) // 2
    return value[:middle] + one + value[middle:]


def _replaced(value: str, one: str, random: Random) -> str:
    place = random.randrange(len(value))
    return value[:place] + one + value[place + 1 :]


def _through_latin(variant: Variant, own: type) -> Variant:
    def make(value: Any, random: Random) -> Any:
        text = variant.make(value.decode("latin-1"), random)
        try:
            return own(text.encode("latin-1"))
        except UnicodeEncodeError:
            return NOT_MADE

    return Variant(variant.family, variant.words, make, variant.least, variant.most)


def _bytes(own: type) -> list[Variant]:
    ones = {
        "a zero byte": b"\x00",
        "byte 255": b"\xff",
        "half a UTF-8 character": b"\xc3",
        "UTF-8": "\u00e9\U0001f600".encode(),
    }
    found = []
    for name, one in ones.items():
        found += [
            Variant("bytes", f"only {name}", given(one, lambda _, __, one: own(one))),
            Variant("bytes", f"{name} at the end", given(one, lambda value, _, one: own(value + one)), 1),
            Variant(
                "bytes",
                f"{name} in the middle",
                given(one, lambda value, _, one: own(value[: len(value) // 2] + one + value[len(value) // 2 :])),
                1,
            ),
        ]
    return found
