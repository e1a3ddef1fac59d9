import { element, plainBar, splitBar } from "./dom.js";
import { bytes, count, plain, plusMinus, seconds, share } from "./format.js";
import { gutterOf, measureCell } from "./source_columns.js";
import { piecesOf } from "./source_words.js";

/** One line of a source: its number, the measures that are shown, a bar, and its text. `stop` is the line that Tab reaches, `chosen` the marked one. */
export function lineNode({ model, source, shown, barred, stop, chosen }, { line, text }, quote) {
  const heat = source.heat.get(line);
  const words = heat ? (WORDS_OF[model.meta.evidence] ?? sampledWords)(model, heat) : null;
  const gutter = element("span", { class: "gutter" }, element("span", { class: "no" }, String(line)), gutterOf(shown, (measure) => measureCell(measure, line), barred ? bar(model, source, heat, words) : null));
  const code = codeOf(text, quote);
  if (!heat) return element("div", { class: line === chosen ? "line chosen" : "line", role: "presentation" }, gutter, code);
  const warm = source.hottest > 0 ? Math.max(0, heat.here) / source.hottest : 0;
  const attributes = { class: line === chosen ? "line hot chosen" : "line hot", role: "option", tabindex: line === stop ? 0 : -1, "aria-selected": line === chosen, "aria-label": `${words}${besides(shown, line)}: ${text.trim()}`, title: words, "data-line": line, style: { "--heat": warm.toFixed(3) } };
  return element("div", attributes, gutter, code);
}

function bar(model, source, heat, words) {
  const length = heat && source.widest > 0 ? heat.wall / source.widest : 0;
  if (!heat || ((model.heap || model.memory) && !heat.wall)) return element("span", { class: "heat" });
  return element("span", { class: "heat" }, heat.split ? splitBar(heat.split, length, words) : plainBar(length, words));
}

function besides(shown, line) {
  const found = shown.filter((one) => one.besides && Number.isFinite(one.at(line))).map((one) => `${one.label} ${one.write(one.at(line))}`);
  return found.length ? `; ${found.join(", ")}` : "";
}

/** The text of a line of Python with its words coloured; whatever it holds stays text. */
export function codeOf(text, quote) {
  const pieces = piecesOf(plain(text, "\t"), quote).map(([kind, piece]) => (kind ? element("span", { class: `py-${kind}` }, piece) : piece));
  return element("code", {}, pieces.length ? pieces : " ");
}

function sampledWords(model, { line, wall, here, split, plusMinus: sure }) {
  return `line ${line}: ${seconds(wall)} with all it calls, ${share(model.shareOf(wall))} ${plusMinus(sure)} of the time (${model.kind(split)}); ${seconds(here)} here, not in other lines of yours`;
}

function grownWords(model, { line, wall, hits, peak }) {
  return `line ${line}: ran ${count(hits, "time")}, process memory changed by ${model.amount(wall)} with all it calls; highest after it ${bytes(peak)}`;
}

function countedWords(model, { line, wall, hits }) {
  const each = hits > 0 ? `, ${seconds(wall / hits)} each time` : "";
  return `line ${line}: ran ${count(hits, "time")}, ${seconds(wall)} with all it calls, ${share(model.shareOf(wall))} of the run${each}`;
}

function allocatedWords(model, { line, wall, here, blocks }) {
  return `line ${line}: ${model.amount(here)} (${share(model.shareOf(here))})${blocks === null ? "" : ` in ${count(blocks, "allocation")}`}; ${model.amount(wall)} with all it calls`;
}

function awaitedWords(model, { line, wall, here, split }) {
  return `line ${line}: ${seconds(wall)} of tasks with all it awaits (${model.kind(split)}); ${seconds(here)} here, not in other lines of yours`;
}

const WORDS_OF = { tasks: awaitedWords, memory: grownWords, lines: countedWords, heap: allocatedWords };
