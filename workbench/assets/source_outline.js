import { openAfter } from "./source_words.js";

const CLOSED = { quote: "", depth: 0 };
const HEAD = /^\s*(?:async\s+def|def|class)\s+([^\s(:[]+)/;

/** The rows of a file: its lines, and one row for each stretch that was left out. */
export function itemsOf(source) {
  let next = 1;
  return source.chunks.flatMap(([first, texts]) => {
    const gap = first > next ? [{ gap: `lines ${next} to ${first - 1} left out` }] : [];
    next = first + texts.length;
    return [...gap, ...texts.map((text, offset) => ({ line: first + offset, text }))];
  });
}

/**
 * What stands around each row of a file, read as far down as it is asked for: `quote(index)`, the quotes of a string that the row begins in;
 * `within(index)`, the row of the `def` or `class` around it, -1 for none that is in sight.
 */
export function createOutline(items) {
  const quotes = [];
  const around = [];
  let [open, heads] = [CLOSED, []];
  const read = ({ gap, text }, index) => {
    if (gap) [open, heads] = [CLOSED, []];
    const indent = gap || open.quote || open.depth ? -1 : text.search(/\S/);
    const code = indent >= 0 && text[indent] !== "#";
    if (code) while (heads.length && heads.at(-1).indent >= indent) heads.pop();
    quotes.push(open.quote);
    around.push(heads.length ? heads.at(-1).index : -1);
    if (gap) return;
    if (code && HEAD.test(text)) heads.push({ index, indent });
    open = openAfter(text, open);
  };
  const reach = (index) => {
    for (let at = around.length; at <= index && at < items.length; at++) read(items[at], at);
  };
  return { quote: (index) => (reach(index), quotes[index] ?? ""), within: (index) => (reach(index), around[index] ?? -1) };
}

/** The name that a `def` or `class` gives. */
export function nameAt(text) {
  return HEAD.exec(text)?.[1] ?? "";
}
