import { element, splitBar } from "./dom.js";
import { mainPart, plusMinus, share } from "./format.js";
import { KIND_WORDS } from "./model.js";

const NAMES = new Intl.Collator("en");
const COLUMNS = [
  { key: "name", label: "function", words: "by name", sort: (a, b) => NAMES.compare(a.name, b.name) },
  { key: "self", label: "self", words: "time in the function itself", sort: (a, b) => (b.self || 0) - (a.self || 0) },
  { key: "total", label: "total", words: "time with all it calls", sort: (a, b) => (b.total ?? 0) - (a.total ?? 0) },
];
const CALLS = { key: "calls", label: "calls", words: "how often it was called", sort: (a, b) => (b.calls ?? 0) - (a.calls ?? 0) };

/** The columns of the table for each kind of evidence, and how rows are sorted by each. */
export const COLUMNS_OF = {
  samples: COLUMNS,
  tasks: [COLUMNS[0], { ...COLUMNS[1], words: "time of tasks in the function itself" }, { ...COLUMNS[2], words: "time of tasks with all it awaits" }],
  calls: [...COLUMNS, CALLS],
  lines: [COLUMNS[0], { ...COLUMNS[2], words: "time of all its lines, with all they call" }],
  memory: [COLUMNS[0], { ...COLUMNS[2], label: "memory", words: "by how much process memory grew in its calls" }],
  heap: [COLUMNS[0], { ...COLUMNS[1], label: "own", words: "allocated in the function itself, or in others' code it called" }, { ...COLUMNS[2], words: "allocated with all it calls" }],
};

const KINDS = { calls: "exact", lines: "counted", memory: "counted grown", heap: "exact allocated" };

/** The class of the table for a kind of evidence, null for the plain one. */
export function tableClass({ meta }) {
  return KINDS[meta.evidence] ?? null;
}

/** One row: its name as `label`, then the cells of the columns. */
export function rowNode(model, row, label, attributes) {
  const cells = COLUMNS_OF[model.meta.evidence].map((column) => CELLS[column.key](model, row, label));
  return element("tr", { role: "row", tabindex: -1, ...attributes }, cells);
}

/** A row of words over the whole width, that can be pressed where it has a `data-more`. */
export function wideRow(model, words, attributes) {
  return element("tr", { role: "row", ...attributes }, element("td", { colspan: COLUMNS_OF[model.meta.evidence].length, role: "gridcell" }, words));
}

const CELLS = {
  name: (model, row, label) => element("td", { class: "name", role: "gridcell" }, label),
  self: (model, row) => element("td", { class: "self", role: "gridcell" }, element("span", { class: "number" }, model.amount(row.self)), kind(model, row)),
  total: (model, row) => totalCell(model, row, row.total === null ? NaN : model.shareOf(row.total)),
  calls: (model, row) => element("td", { class: "calls", role: "gridcell" }, row.calls === null ? "" : row.calls.toLocaleString("en")),
};

function kind(model, row) {
  if (!row.split || !(row.self > 0)) return null;
  const words = model.kind(row.split);
  return element("span", { class: "kind", title: words }, splitBar(row.split, model.shareOf(row.self) ** 0.5, words), element("span", { class: "words" }, mainPart(row.split, KIND_WORDS[model.meta.evidence])));
}

function totalCell(model, row, part) {
  const known = Number.isFinite(part);
  const bar = element("span", { class: "share", "aria-hidden": "true" }, element("i", { style: { width: known ? `${Math.min(100, 100 * part).toFixed(2)}%` : "0" } }));
  const said = known && !model.memory ? element("span", { class: "percent" }, share(part), " ", element("span", { class: "pm" }, plusMinus(row.plusMinus))) : null;
  return element("td", { class: "total", role: "gridcell" }, element("span", { class: "number" }, row.total === null ? "" : model.amount(row.total)), known ? element("span", { class: "part-of" }, bar, said) : null);
}
