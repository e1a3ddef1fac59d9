const KEYWORDS = new Set("False None True and as assert async await break class continue def del elif else except finally for from global if import in is lambda nonlocal not or pass raise return try while with yield".split(" "));
const TOKEN = /(#.*)|[rbfut]{0,2}("""|'''|"|')|(?<![\p{L}\p{N}_.])(0[xob][\da-f_]+|\d[\d_]*(?:\.[\d_]*)?(?:e[+-]?\d+)?j?)|([\p{L}_][\p{L}\p{N}_]*)/giu;
const MARK = /#|"""|'''|"|'|[([{]|[)\]}]/g;

/** Where a string that is open at `from` ends in a line, -1 where it goes on in the next one. */
function closing(text, from, quote) {
  for (let at = from; at < text.length; at++) {
    if (text[at] === "\\") at++;
    else if (text.startsWith(quote, at)) return at + quote.length;
  }
  return -1;
}

/** What is open at the end of a line of Python, `{quote, depth}`: the quotes of a string of several lines, and brackets. */
export function openAfter(text, { quote, depth }) {
  let at = quote ? closing(text, 0, quote) : 0;
  if (at < 0) return { quote, depth };
  for (MARK.lastIndex = at; ; MARK.lastIndex = at) {
    const found = MARK.exec(text);
    if (!found || found[0] === "#") return { quote: "", depth };
    at = MARK.lastIndex;
    if ("([{".includes(found[0])) depth++;
    else if (")]}".includes(found[0])) depth = Math.max(0, depth - 1);
    else {
      const end = closing(text, at, found[0]);
      if (end < 0) return { quote: found[0].length === 3 || text.endsWith("\\") ? found[0] : "", depth };
      at = end;
    }
  }
}

/** A line of Python as pieces [kind, text] that are the line when joined; kinds are `word`, `text`, `number`, `remark`, and "" for the rest. */
export function piecesOf(text, quote) {
  const pieces = [];
  let last = 0;
  const upTo = (end, kind) => {
    if (end > last) pieces.push([kind, text.slice(last, end)]);
    last = Math.max(last, end);
  };
  if (quote) upTo(ended(closing(text, 0, quote), text), "text");
  for (TOKEN.lastIndex = last; last < text.length; TOKEN.lastIndex = last) {
    const found = TOKEN.exec(text);
    if (!found) break;
    const [all, remark, opening, number, word] = found;
    upTo(found.index, "");
    const kind = remark ? "remark" : opening ? "text" : number ? "number" : KEYWORDS.has(word) ? "word" : "";
    upTo(opening ? ended(closing(text, found.index + all.length, opening), text) : found.index + all.length, kind);
  }
  upTo(text.length, "");
  return pieces;
}

function ended(at, text) {
  return at < 0 ? text.length : at;
}
