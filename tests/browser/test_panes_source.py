"""The pane Source in a real browser: measures of lines, the map of hot ones, the function around, ways back, and Python in colours."""

from __future__ import annotations

import ast
import io
import json.decoder
import keyword
import textwrap
import tokenize
from pathlib import Path

import pytest
from samples import (
    CELL_FILE,
    cell_source,
    drawn,
    empty_recording,
    finish,
    hostile_recording,
    passes_recording,
    small_recording,
)
from test_panes_functions import fragment_page, tell
from test_report import CONTRASTS, chosen, chosen_line, click_box, in_sight, row_of

from workbench import units
from workbench.analysis.lines import lines
from workbench.assets.bundle import script
from workbench.assets.embed import script_json
from workbench.render.html_words import view_payload

pytestmark = pytest.mark.browser

FILES = [Path(module.__file__) for module in (json.decoder, textwrap, ast)]
CODE = ".source .code"


def numbered(count, inside=()):
    """A file of `count` lines; `inside` are (first line, text of several lines) that stand in it."""
    texts = [f"line_{line}()" for line in range(1, count + 1)]
    for first, text in inside:
        found = text.splitlines()
        texts[first - 1 : first - 1 + len(found)] = found
    return "\n".join(texts) + "\n"


def long_recording(count=10_000):
    """Lines 700 and 9,000 of a long file are hot, line 5,000 is lukewarm and line 4,000 cold; the method `walk` begins at line 692."""
    inside = [
        (
            688,
            'class Tree:\n    """Says\ndef nothing():\n    """\n    def walk(self):\n        pass\n'
            + "        step()\n" * 40,
        )
    ]
    picture = "main:2 > walk:700  x60 native\nmain:2 > far:9000  x50\nmain:2 > mid:5000  x20\nmain:2 > low:4000  x1"
    return drawn(picture, text=numbered(count, inside))


def top_line(opened):
    """The first line in sight."""
    return opened.page.evaluate(
        """() => {
            const root = document.querySelector("[data-workbench]").shadowRoot;
            const under = root.querySelector(".source .top").getBoundingClientRect().bottom;
            const found = [...root.querySelectorAll(".source .line")].find((one) => one.getBoundingClientRect().top >= under - 1);
            return Number(found.querySelector(".no").textContent);
        }"""
    )


def scroll_to(opened, line):
    """Bring a line to the top of the box."""
    opened.page.locator(CODE).evaluate("(box, line) => (box.scrollTop = (line - 1) * 19)", line)
    opened.page.wait_for_function(
        """(line) => {
            const root = document.querySelector("[data-workbench]").shadowRoot;
            return [...root.querySelectorAll(".source .line .no")].some((one) => one.textContent === String(line));
        }""",
        arg=line,
    )


def labels(opened):
    """The names of the columns."""
    return opened.page.locator(".source .top .label").all_inner_texts()


def test_columns_are_picked_and_stay(show):
    """Measures are ticked in a list; their numbers are Python's; the choice holds for other files and passes; Escape closes the list."""
    opened = show(passes_recording())
    page = opened.page
    assert labels(opened) == ["total", "peak", "held"]
    picker = page.locator(".source summary")
    picker.focus()
    page.keyboard.press("Enter")
    for name in ("Python", "here"):
        page.locator(".ticks label", has=page.get_by_text(name, exact=True)).locator("input").check()
    page.keyboard.press("Tab")
    page.keyboard.press("Escape")
    assert not page.locator(".ticks").is_visible()
    assert labels(opened) == ["total", "here", "Python", "peak", "held"]
    for row in (row for row in lines(passes_recording()) if row.file == CELL_FILE):
        node = page.locator(f'.source .line[data-line="{row.line}"]')
        said = [node.locator(f".of-{key}").inner_text() for key in ("wall", "here", "python")]
        assert said == [units.seconds(value) for value in (row.wall, row.here, row.python)]
    assert page.locator(".source .line", has=page.get_by_text("17", exact=True)).locator(
        ".of-bytes"
    ).all_inner_texts() == ["60.0 MiB", "20.0 MiB"]
    page.get_by_label("Source file").select_option(label="store.py")
    assert labels(opened)[:3] == ["total", "here", "Python"]
    page.locator("[data-pass]").nth(2).click()
    opened.ready()
    assert labels(opened)[:2] == ["total", "own"]
    page.locator("[data-pass]").nth(0).click()
    opened.ready()
    assert labels(opened) == ["total", "here", "Python", "peak", "held"]


def test_the_map_shows_where_a_long_file_is_hot(show):
    """A strip beside a long file has its hot lines in their places and what is in sight; a press goes there; a short file needs none."""
    opened = show(long_recording())
    strip = opened.page.locator(".source .map")
    stripes = strip.locator(".warm").evaluate_all(
        "found => found.map((one) => [parseFloat(one.style.top), Number(one.style.getPropertyValue('--heat'))])"
    )
    assert [at for at, _ in stripes] == pytest.approx([0, 7, 40, 50, 90], abs=0.5)
    assert [heat for _, heat in stripes] == [0.02, 1, 0.02, 0.333, 0.833]
    box = strip.bounding_box()
    opened.page.mouse.click(box["x"] + 8, box["y"] + 0.9 * box["height"])
    opened.page.locator('.source .line[data-line="9000"]').wait_for()
    assert in_sight(opened, '.source .line[data-line="9000"]', CODE)
    sight = strip.locator(".sight").evaluate("one => parseFloat(one.style.top)")
    assert 89 < sight < 91
    opened.page.mouse.move(box["x"] + 8, box["y"] + 0.9 * box["height"])
    opened.page.mouse.down()
    opened.page.mouse.move(box["x"] + 8, box["y"] + 0.5 * box["height"], steps=3)
    opened.page.mouse.up()
    opened.page.locator('.source .line[data-line="5000"]').wait_for()
    assert abs(top_line(opened) - 5_000) < 60
    assert not show(drawn("main:1  x1", text="main()\n")).page.locator(".source .map").is_visible()


def test_the_function_around_stays_on_top(show):
    """Above the lines stands the def that the first of them is in, with its class; a click goes to where it begins, and back."""
    opened = show(long_recording())
    scroll_to(opened, 715)
    around = opened.page.locator(".source .around")
    assert around.inner_text() == "Tree › def walk(self):"
    around.click()
    assert (chosen_line(opened), top_line(opened)) == ("692", 692)
    assert opened.page.locator(".source .around").inner_text() == "class Tree:"
    opened.page.get_by_role("button", name="back", exact=True).click()
    assert top_line(opened) == 715
    scroll_to(opened, 800)
    assert opened.page.locator("button.around").count() == 0


def test_what_begins_in_lines_left_out_is_named(show):
    """Where only windows of a file travel with a small view, the function around is told by its frame."""
    recording = drawn("main:1 > deep:6000  x5", text=numbered(9_000, [(1, "def deep():"), (2, "    step()\n" * 8_000)]))
    sent = view_payload(recording)
    sent["sources"][0]["chunks"] = [[5_990, sent["sources"][0]["chunks"][0][1][5_989:6_010]]]
    opened = show(mounted(sent))
    assert opened.page.locator(".source .around").inner_text() == "in deep, which begins at line 1"
    assert "lines 1 to 5989 left out" in opened.page.locator(CODE).inner_text()


def mounted(sent):
    """A page that shows a payload."""
    page = "<!DOCTYPE html><meta charset=utf-8><link rel=icon href='data:,'><div id=cell></div>"
    return (
        f'{page}<script type="module">{script()}mount(document.getElementById("cell"), {script_json(sent)});</script>'
    )


def test_a_jump_can_be_taken_back(show):
    """What was chosen in the table or the flame graph leaves a way back to the file and the lines that were read before."""
    opened = show(small_recording())
    back = opened.page.get_by_role("button", name="back", exact=True)
    assert not back.is_visible()
    row_of(opened, "flush").click()
    assert opened.page.get_by_label("Source file").evaluate("one => one.selectedOptions[0].text") == "store.py"
    click_box(opened, 700 / 1200, 3)
    assert "is not in the recording" in opened.page.locator(".source").inner_text()
    back.click()
    assert (chosen(opened), chosen_line(opened)) == ("flush", "5")
    back.click()
    assert (chosen(opened), chosen_line(opened)) == ("build_index", "18")
    assert not back.is_visible()


def test_hot_lines_are_walked_by_buttons(show):
    """The buttons go to the next line worth a look, whose function is chosen everywhere; lines with little are passed over."""
    opened = show(long_recording())
    down, up = (opened.page.get_by_role("button", name=f"{word} hot line") for word in ("Next", "Previous"))
    walked = []
    for button in (down, down, down, up):
        button.click()
        walked.append((chosen_line(opened), chosen(opened)))
        assert in_sight(opened, ".source .line.chosen", CODE)
    assert walked == [("5000", "mid"), ("9000", "far"), ("9000", "far"), ("5000", "mid")]
    assert opened.page.evaluate("document.activeElement.shadowRoot.activeElement.ariaLabel") == "Previous hot line"


def test_lines_are_reached_by_keyboard_from_anywhere(show):
    """Scrolled to where nothing is hot, Tab reaches the list of lines, and the arrow keys the next hot line below or above."""
    opened = show(long_recording())
    lines_of = opened.page.locator(".source .long")
    assert lines_of.get_attribute("role") == "listbox"
    opened.page.locator('.source .line[data-line="700"]').focus()
    opened.page.keyboard.press("End")
    assert chosen_line(opened) == "9000"
    scroll_to(opened, 6_000)
    opened.page.wait_for_function(
        "() => document.querySelector('[data-workbench]').shadowRoot.activeElement?.className === 'long'"
    )
    assert (lines_of.get_attribute("role"), lines_of.get_attribute("tabindex")) == ("group", "0")
    opened.page.keyboard.press("ArrowUp")
    assert chosen_line(opened) == "5000"
    scroll_to(opened, 6_000)
    opened.page.get_by_label("Source file").focus()
    opened.page.keyboard.press("Tab")
    opened.page.keyboard.press("ArrowDown")
    assert chosen_line(opened) == "9000"


@pytest.mark.parametrize("count", [10_000, 60_000])
def test_a_long_file_has_few_rows_in_the_document(show, count):
    """However long a file is, only rows near those in sight exist, and each stands at its place with its own text."""
    recording = drawn(f"main:2 > far:{count - 5}  x9", text=numbered(count))
    opened = show(fragment_page(recording))
    assert chosen_line(opened) == str(count - 5)
    for line in (1, count // 2, count - 30):
        scroll_to(opened, line)
        assert top_line(opened) == line
        row = opened.page.locator(".source .line", has=opened.page.get_by_text(str(line), exact=True))
        assert row.locator("code").inner_text() == f"line_{line}()"
        assert opened.page.locator(".source .line").count() < 250


def read_in_browser(opened, text):
    """What the browser reads in a text of Python: for each line its pieces, and the index of the line of the def or class around it."""
    return opened.page.evaluate(
        """(text) => {
            const items = $source_outline.itemsOf({ chunks: [[1, text.split("\\n")]] });
            const outline = $source_outline.createOutline(items);
            return items.map(({ text }, at) => [$source_words.piecesOf(text, outline.quote(at)), outline.within(at)]);
        }""",
        text,
    )


def coloured(text):
    """What Python's own tokenizer finds: for each line one letter for each character, of words, texts, numbers and remarks."""
    rows = [[" "] * len(line) for line in text.split("\n")]

    def paint(letter, start, end):
        for line in range(start[0], end[0] + 1):
            row = rows[line - 1]
            first, last = start[1] if line == start[0] else 0, end[1] if line == end[0] else len(row)
            row[first:last] = letter * (last - first)

    begun = []
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        name = tokenize.tok_name[token.type]
        if name == "FSTRING_START":
            begun.append(token.start)
        elif name == "FSTRING_END":
            paint("t", begun.pop(), token.end)
        elif not begun and (name in ("STRING", "NUMBER", "COMMENT") or keyword.iskeyword(token.string)):
            paint({"STRING": "t", "NUMBER": "n", "COMMENT": "r"}.get(name, "w"), token.start, token.end)
    return ["".join(row) for row in rows]


def test_python_is_read_as_python_reads_it(show):
    """Colours are those of Python's own tokenizer and the functions around those of its parser, in files of the standard library."""
    opened = show(
        f"<!DOCTYPE html><meta charset=utf-8><link rel=icon href='data:,'><script>{script()}</script>", views=0
    )
    for file in FILES:
        text = file.read_text(encoding="utf-8")
        read, wanted = read_in_browser(opened, text), coloured(text)
        assert ["".join(piece for _, piece in pieces) for pieces, _ in read] == text.split("\n")
        found = ["".join((kind[:1] or " ") * len(piece) for kind, piece in pieces) for pieces, _ in read]
        assert [(at + 1, one) for at, one in enumerate(found) if one != wanted[at]] == []
        assert around_by_parser(text).items() <= {at + 1: within + 1 for at, (_, within) in enumerate(read)}.items()


def around_by_parser(text):
    """For each line at which a statement begins, the line of the innermost def or class that it is in; 0 for none."""
    found = {}

    def walk(node, around):
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.stmt):
                found.setdefault(child.lineno, around)
            scope = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
            walk(child, child.lineno if scope else around)

    walk(ast.parse(text), 0)
    return found


ODD = [
    "'never closed",
    '"""open',
    "'''",
    "\\",
    "0x",
    "1e",
    "((((",
    "))))",
    "f'{x!r:>{w}}'",
    "\ud83d",
    "名 = '値'",
    "a = 'b\\",
    "%%magic 'it's",
    "",
]


def test_nothing_that_is_no_python_stops_it(show):
    """Whatever stands in a file is shown as it is: the pieces of a line are the line, and nothing raises."""
    opened = show(
        f"<!DOCTYPE html><meta charset=utf-8><link rel=icon href='data:,'><script>{script()}</script>", views=0
    )
    for first in ODD:
        text = "\n".join([first, *reversed(ODD), first])
        read = read_in_browser(opened, text)
        assert ["".join(piece for _, piece in pieces) for pieces, _ in read] == text.split("\n")
    opened = show(hostile_recording())
    assert opened.page.locator(".source img, .source script").count() == 0


def test_a_part_of_the_run_has_its_own_lines(show):
    """Narrowed to a thread, lines have the times that Python adds up of its samples; a file that saw nothing says so."""
    recording = small_recording()
    opened = show(fragment_page(recording))
    tell(opened, "narrow", {"thread": list(recording.threads).index("writer")})
    assert "No line of this file was seen in the part of the run" in opened.page.locator(".source").inner_text()
    assert opened.page.locator(".source .line.hot").count() == 0
    opened.page.get_by_label("Source file").select_option(label="store.py")
    wall = {row.line: row.wall for row in lines(recording) if row.file.endswith("store.py")}
    for line, seconds in wall.items():
        node = opened.page.locator(f'.source .line[data-line="{line}"]')
        assert node.locator(".time").inner_text() == units.seconds(seconds)
    tell(opened, "narrow", {"thread": -1})
    opened.page.get_by_label("Source file").select_option(label="In [3]")
    assert opened.page.locator('.source .line[data-line="18"] .time').inner_text() == "480 ms"


def test_a_source_that_changed_since_says_so(show):
    """What is shown is what was captured; that the file is another one now stands above it, as text."""
    sent = view_payload(small_recording())
    sent["sources"][0]["changed"] = "<b>Changed</b> since the run: this is what ran."
    opened = show(mounted(sent))
    assert (
        opened.page.locator(".source .strip.changed").inner_text() == "<b>Changed</b> since the run: this is what ran."
    )


def test_sources_that_are_missing_say_so(show):
    """Without any source, and for code of others, the pane says what is not there."""
    assert "No source was captured" in show(empty_recording()).page.locator(".source").inner_text()
    opened = show(finish_without_lines())
    assert "No line of this file was seen at work" in opened.page.locator(".source").inner_text()


def finish_without_lines():
    """A recording with a cell in which nothing was seen."""
    from workbench.model.builder import RecordingBuilder

    builder = RecordingBuilder()
    builder.source(cell_source())
    return finish(builder)


@pytest.mark.parametrize(("width", "dark"), [(600, True), (1800, False)])
def test_lines_can_be_read_in_both_themes(show, width, dark):
    """Every colour of the text has contrast enough on the hottest line and on a cold one; nothing spills over."""
    opened = show(small_recording(), width=width, dark=dark)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= width
    assert opened.page.evaluate(CONTRASTS) == []
    assert opened.page.evaluate(ON_HEAT) == []
    opened.shot(f"source-{width}-{'dark' if dark else 'light'}")


ON_HEAT = """() => {
    const root = document.querySelector("[data-workbench]").shadowRoot;
    const probe = document.createElement("i");
    root.querySelector(".source .line").append(probe);
    const value = (color) => {
        probe.style.color = color;
        return getComputedStyle(probe).color.match(/[\\d.]+/g).slice(0, 3).map(Number);
    };
    const light = (color) => {
        const [r, g, b] = color.map((one) => one / 255).map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
        return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const style = getComputedStyle(probe);
    const paper = value("var(--paper)");
    const warm = style.getPropertyValue("--warm").split(",").map(Number);
    const most = Number(style.getPropertyValue("--warm-most"));
    const hot = paper.map((one, n) => one * (1 - most) + warm[n] * most);
    const bad = [];
    for (const name of ["--ink", "--py-word", "--py-text", "--py-remark", "--py-number"]) {
        for (const back of [paper, hot]) {
            const [a, b] = [light(value(`var(${name})`)), light(back)].sort((x, y) => y - x);
            if ((a + 0.05) / (b + 0.05) < 4.5) bad.push(`${name} ${((a + 0.05) / (b + 0.05)).toFixed(2)}`);
        }
    }
    probe.remove();
    return bad;
}"""
