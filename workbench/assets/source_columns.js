import { element } from "./dom.js";
import { bytes, seconds } from "./format.js";
import { KIND_WORDS } from "./model.js";

const CHOICES = new WeakMap();
const MOST_BESIDES = 2;

const times = (total, here) => [
  { key: "wall", label: "total", words: total, of: (heat) => heat.wall },
  { key: "here", label: "here", words: here, of: (heat) => heat.here },
];
const kinds = (words) => ["python", "native", "waiting"].map((key, at) => ({ key, label: words[at], words: `the part of the total that was ${words[at]}`, of: (heat) => heat.split?.[key] ?? NaN }));
const HITS = { key: "hits", label: "hits", words: "how often the line ran", unit: "x", of: (heat) => heat.hits ?? NaN };

const COLUMNS_OF = {
  samples: [...times("time with all that the line calls", "time at the line itself and in others' code that it calls"), ...kinds(KIND_WORDS.samples)],
  tasks: [...times("time of tasks with all that the line awaits", "time of tasks at the line itself, not in other lines of yours"), ...kinds(KIND_WORDS.tasks)],
  lines: [HITS, times("time with all that the line calls", "")[0], { key: "each", label: "per hit", words: "time of each run of the line", unit: "s", of: (heat) => (heat.hits > 0 ? heat.wall / heat.hits : NaN) }],
  memory: [HITS, { key: "wall", label: "growth", words: "by how much process memory changed, with all that the line calls", of: (heat) => heat.wall || NaN }, { key: "peak", label: "highest", words: "the most process memory after the line", unit: "B", of: (heat) => heat.peak }],
  heap: [{ key: "wall", label: "total", words: "allocated with all that the line calls", of: (heat) => heat.wall || NaN }, { key: "here", label: "own", words: "allocated by the line itself, or in others' code that it calls", of: (heat) => heat.here || NaN }, { key: "blocks", label: "blocks", words: "how many allocations", unit: "x", of: (heat) => heat.blocks ?? NaN }],
  calls: [],
};
const WRITTEN = { s: seconds, B: bytes, x: (value) => `${Math.round(value).toLocaleString("en")}×` };

/** The measures at hand for the lines of a source, of this run and of the recording's others (`others`, see `model.besides`): `at(line)` is a number, NaN where unknown. */
export function measuresOf(model, source, others) {
  const own = COLUMNS_OF[model.meta.evidence].map((column) => ({ ...column, at: (line) => (source.heat.has(line) ? column.of(source.heat.get(line)) : NaN), write: WRITTEN[column.unit] ?? model.amount }));
  const besides = others.map((one) => ({ ...one, key: `besides-${one.key}`, besides: true, at: (line) => one.heat.get(line) ?? NaN, write: WRITTEN[one.unit] }));
  const known = own.filter(({ at }) => [...source.heat.keys()].some((line) => Number.isFinite(at(line))));
  return [...known.map((column) => ({ ...column, most: mostOf(column, source) })), ...besides];
}

function mostOf({ at }, source) {
  let most = 0;
  for (const line of source.heat.keys()) most = Math.max(most, Math.abs(at(line)) || 0);
  return most;
}

/** Which of the measures are shown: what was chosen in this view, or how often and how much, and two of other runs. */
export function shownOf(measures, section) {
  const chosen = CHOICES.get(section.getRootNode());
  let besides = 0;
  return measures.filter((one) => chosen?.get(one.key) ?? (one.besides ? besides++ < MOST_BESIDES : one.key === "hits" || one.key === "wall"));
}

/** The cells of a row in their order: one for each measure, and the bar right after the total that it stands for. */
export function gutterOf(shown, cell, bar) {
  const cells = shown.map(cell);
  if (bar) cells.splice(shown.findIndex(({ key }) => key === "wall") + 1, 0, bar);
  return cells;
}

/** A button that opens a list of measures to tick; `picked` is called after a change, which the view remembers. Returns {node, fill}. */
export function columnPicker(section, picked) {
  const list = element("div", { class: "ticks", role: "group", "aria-label": "Columns of the source" });
  const summary = element("summary", { title: "Which measures of each line are shown" }, "columns");
  const node = element("details", { class: "columns" }, summary, list);
  node.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !node.open) return;
    node.open = false;
    summary.focus();
    event.stopPropagation();
  });
  node.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !node.contains(event.relatedTarget)) node.open = false;
  });
  let ticked = null;
  const fill = (measures, shown) => {
    const keys = measures.map(({ key }) => key).join();
    if (keys === ticked) return;
    ticked = keys;
    node.hidden = measures.length < 2;
    list.replaceChildren(...measures.map((one) => tick(one, shown.includes(one), section, picked)));
  };
  return { node, fill };
}

function tick(measure, on, section, picked) {
  const box = element("input", { type: "checkbox", checked: on });
  box.addEventListener("change", () => {
    const root = section.getRootNode();
    if (!CHOICES.has(root)) CHOICES.set(root, new Map());
    CHOICES.get(root).set(measure.key, box.checked);
    picked();
  });
  return element("label", { title: measure.words }, box, element("b", {}, measure.label), element("span", { class: "quiet" }, measure.words));
}

/** The cell of a measure for one line: its number, with a bar of its share of the largest. */
export function measureCell(measure, line) {
  const value = measure.at(line);
  const known = Number.isFinite(value);
  const part = known && measure.most > 0 && measure.key !== "wall" ? Math.abs(value) / measure.most : 0;
  const kind = { wall: "time", hits: "hits" }[measure.key] ?? "other";
  return element("span", { class: `cell ${kind} of-${measure.unit === "B" ? "bytes" : measure.key}`, style: part > 0 ? { "--part": `${Math.max(4, 100 * part).toFixed(1)}%` } : {} }, known ? measure.write(value) : "");
}
