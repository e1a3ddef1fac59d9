import { element, empty, pane, splitBar } from "./dom.js";
import { count, mainPart, plusMinus, share } from "./format.js";
import { KIND_WORDS, OWNER_NAMES, timeOf } from "./model.js";

const BATCH = 100;
const COLUMNS = [
  { key: "name", label: "function", words: "by name", sort: (a, b) => a.name.localeCompare(b.name) },
  { key: "self", label: "self", words: "time in the function itself", sort: (a, b) => b.self - a.self },
  { key: "total", label: "total", words: "time with all it calls", sort: (a, b) => (b.total ?? 0) - (a.total ?? 0) },
];
const CALLS = { key: "calls", label: "calls", words: "how often it was called", sort: (a, b) => (b.calls ?? 0) - (a.calls ?? 0) };

const COLUMNS_OF = {
  samples: COLUMNS,
  tasks: [COLUMNS[0], { ...COLUMNS[1], words: "time of tasks in the function itself" }, { ...COLUMNS[2], words: "time of tasks with all it awaits" }],
  calls: [...COLUMNS, CALLS],
  lines: [COLUMNS[0], { ...COLUMNS[2], words: "time of all its lines, with all they call" }],
  memory: [COLUMNS[0], { ...COLUMNS[2], label: "memory", words: "by how much process memory grew in its calls" }],
  heap: [COLUMNS[0], { ...COLUMNS[1], label: "own", words: "allocated in the function itself, or in others' code it called" }, { ...COLUMNS[2], words: "allocated with all it calls" }],
};
const HINTS = {
  samples: "own code first; self and its kind, total and share",
  tasks: "own code first; the time of tasks, which add up",
  calls: "own code first; exact times and calls",
  lines: "own code first; the time of all lines",
  memory: "own code first; growth of process memory",
  heap: "own code first; its own, with others' code it calls, and in all",
};

/** The table of functions: own code as rows, everybody else's folded into one row each that opens. Returns the pane and `show(store)`. */
export function functionTable(model, store) {
  const [section, tools, body] = pane("functions", "Functions");
  if (!model.functions.length) {
    body.append(empty("No function was seen at work.", "The run was too short for its engine to see anything. Let it do more, or count every call with the engine cpu."));
    return { section, show: () => {} };
  }
  const columns = COLUMNS_OF[model.meta.evidence];
  const state = { model, store, columns, sort: columns[1], turned: false, open: new Set(), most: {}, rows: new Map() };
  const tbody = element("tbody");
  const grid = element("table", { class: { samples: null, tasks: null, calls: "exact", lines: "counted", memory: "counted grown", heap: "exact allocated" }[model.meta.evidence], role: "treegrid", "aria-labelledby": "wb-functions" }, head(state, () => fill(state, tbody)), tbody);
  body.append(element("div", { class: "scroll" }, grid));
  tools.append(element("span", { class: "hint" }, HINTS[model.meta.evidence]));
  if (!model.functions.some((row) => row.owner === "own")) state.open.add(busiestOwner(model));
  listen(state, tbody);
  fill(state, tbody);
  return { section, show: (_, from) => mark(state, tbody, from !== "table") };
}

function busiestOwner({ meta }) {
  return meta.owners.reduce((best, next) => (next.self > best.self ? next : best)).owner;
}

function head(state, refill) {
  const cells = state.columns.map((column) => {
    const button = element("button", { type: "button", title: `Sort: ${column.words}` }, column.label, element("span", { class: "arrow", "aria-hidden": "true" }));
    const cell = element("th", { scope: "col", class: column.key, "aria-sort": column === state.sort ? "descending" : "none" }, button);
    button.addEventListener("click", () => {
      state.turned = state.sort === column && !state.turned;
      state.sort = column;
      for (const other of cell.parentNode.children) other.setAttribute("aria-sort", "none");
      cell.setAttribute("aria-sort", (column.key === "name") === state.turned ? "descending" : "ascending");
      refill();
    });
    return cell;
  });
  return element("thead", {}, element("tr", {}, cells));
}

function fill(state, tbody) {
  const { model } = state;
  const order = state.turned ? (a, b) => state.sort.sort(b, a) : state.sort.sort;
  const groups = new Map(model.owners.map((owner) => [owner, []]));
  for (const row of model.functions) groups.get(row.owner).push(row);
  state.rows.clear();
  const nodes = batch(state, "own", groups.get("own").sort(order), 1);
  const others = model.meta.owners.filter((owner) => owner.owner !== "own" && owner.count > 0).map((owner) => groupRow(owner, model));
  for (const group of others.sort(order)) {
    const open = state.open.has(group.owner);
    nodes.push(groupNode(state, group, open));
    if (open) nodes.push(...batch(state, group.owner, groups.get(group.owner).sort(order), 2));
  }
  tbody.replaceChildren(...nodes);
  mark(state, tbody, false);
}

function batch(state, owner, rows, level) {
  const most = state.most[owner] ?? BATCH;
  const nodes = rows.slice(0, most).map((row) => functionNode(state, row, level));
  const complete = state.model.meta.owners.find((one) => one.owner === owner).count;
  if (rows.length > most) nodes.push(moreNode(state, `show ${count(Math.min(BATCH * 5, rows.length - most), "more function")} of ${(rows.length - most).toLocaleString("en")}`, owner, level));
  else if (complete > rows.length) nodes.push(noteNode(state, `and ${count(complete - rows.length, "function")} with little time, left out to keep this small`, level));
  return nodes;
}

function groupRow(owner, { meta }) {
  const scale = (ticks) => (ticks === null ? null : timeOf(ticks, meta.tick));
  const split = owner.python === null ? null : { python: scale(owner.python), native: scale(owner.native), waiting: scale(owner.waiting) };
  return { owner: owner.owner, name: OWNER_NAMES[owner.owner], count: owner.count, self: scale(owner.self), total: scale(owner.total), split, calls: null };
}

function groupNode(state, row, open) {
  const label = element("span", { class: "name" }, element("span", {}, element("span", { class: "twist", "aria-hidden": "true" }, open ? "▾" : "▸"), row.name), element("span", { class: "where" }, count(row.count, "function")));
  return rowNode(state, row, label, { class: "group", "data-group": row.owner, "aria-level": 1, "aria-expanded": open });
}

function functionNode(state, row, level) {
  const label = element("span", { class: "name" }, element("code", {}, row.name), element("span", { class: "where" }, state.model.place(row.frame)));
  const node = rowNode(state, row, label, { class: `one ${row.owner}`, "data-frame": row.frame, "aria-level": level, "aria-selected": false, title: `${row.name}\n${state.model.place(row.frame)}` });
  state.rows.set(row.frame, node);
  return node;
}

function rowNode(state, row, label, attributes) {
  const part = row.total === null ? NaN : state.model.shareOf(row.total);
  const { evidence } = state.model.meta;
  const cells = [element("td", { class: "name", role: "gridcell" }, label)];
  if (COLUMNS_OF[evidence].some((column) => column.key === "self")) cells.push(element("td", { class: "self", role: "gridcell" }, element("span", { class: "number" }, state.model.amount(row.self)), kind(state, row)));
  cells.push(totalCell(state.model, row, part));
  if (evidence === "calls") cells.push(element("td", { class: "calls", role: "gridcell" }, row.calls === null ? "" : row.calls.toLocaleString("en")));
  return element("tr", { role: "row", tabindex: -1, ...attributes }, cells);
}

function kind(state, row) {
  if (!row.split || !(row.self > 0)) return null;
  const words = state.model.kind(row.split);
  return element("span", { class: "kind", title: words }, splitBar(row.split, state.model.shareOf(row.self) ** 0.5, words), element("span", { class: "words" }, mainPart(row.split, KIND_WORDS[state.model.meta.evidence])));
}

function totalCell(model, row, part) {
  const known = Number.isFinite(part);
  const bar = element("span", { class: "share", "aria-hidden": "true" }, element("i", { style: { width: known ? `${Math.min(100, 100 * part).toFixed(2)}%` : "0" } }));
  const said = known && !model.memory ? element("span", { class: "percent" }, share(part), " ", element("span", { class: "pm" }, plusMinus(row.plusMinus))) : null;
  return element("td", { class: "total", role: "gridcell" }, element("span", { class: "number" }, row.total === null ? "" : model.amount(row.total)), known ? element("span", { class: "part-of" }, bar, said) : null);
}

function moreNode(state, words, owner, level) {
  return element("tr", { role: "row", class: "more", tabindex: -1, "data-more": owner, "aria-level": level }, element("td", { colspan: state.columns.length, role: "gridcell" }, words));
}

function noteNode(state, words, level) {
  return element("tr", { role: "row", class: "rest", "aria-level": level }, element("td", { colspan: state.columns.length, role: "gridcell" }, words));
}

function listen(state, tbody) {
  tbody.addEventListener("click", (event) => {
    const row = event.target.closest("tr[tabindex]");
    if (row) use(state, tbody, row);
  });
  tbody.addEventListener("keydown", (event) => {
    const row = event.target.closest("tr");
    const rows = [...tbody.querySelectorAll("tr[tabindex]")];
    const at = rows.indexOf(row);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to !== undefined) move(state, tbody, rows[Math.max(0, Math.min(rows.length - 1, to))]);
    else if (event.key === "Enter" || event.key === " ") use(state, tbody, row);
    else if (event.key === "ArrowRight" && row.getAttribute("aria-expanded") === "false") use(state, tbody, row);
    else if (event.key === "ArrowLeft" && row.getAttribute("aria-expanded") === "true") use(state, tbody, row);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

function move(state, tbody, row) {
  if (row.dataset.frame !== undefined) state.store.choose(Number(row.dataset.frame), 0, "table");
  focusOn(tbody, row);
  row.focus();
}

function use(state, tbody, row) {
  const { group, frame, more } = row.dataset;
  if (frame !== undefined) state.store.choose(Number(frame), 0, "table");
  else if (group !== undefined) state.open[state.open.has(group) ? "delete" : "add"](group);
  else if (more !== undefined) state.most[more] = (state.most[more] ?? BATCH) + BATCH * 5;
  if (frame === undefined) fill(state, tbody);
  const now = group !== undefined ? tbody.querySelector(`tr[data-group="${group}"]`) : row.isConnected ? row : tbody.lastElementChild;
  focusOn(tbody, now);
  now.focus({ preventScroll: true });
}

function focusOn(tbody, row) {
  for (const other of tbody.querySelectorAll('tr[tabindex="0"]')) other.tabIndex = -1;
  row.tabIndex = 0;
}

/** Marks the chosen row; opens its group where it is folded, and brings it into sight where `reveal`. */
function mark(state, tbody, reveal) {
  const { frame } = state.store;
  const owner = frame >= 0 ? state.model.owner(frame) : "own";
  if (reveal && frame >= 0 && owner !== "own" && !state.open.has(owner) && state.model.byFrame.has(frame)) {
    state.open.add(owner);
    fill(state, tbody);
  }
  for (const row of tbody.querySelectorAll('tr[aria-selected="true"]')) row.setAttribute("aria-selected", "false");
  const row = state.rows.get(frame);
  if (row) row.setAttribute("aria-selected", "true");
  focusOn(tbody, row ?? tbody.firstElementChild);
  if (row && reveal) into(row);
}

/** Scrolls only the table's own box, never the page. */
function into(row) {
  const box = row.closest(".scroll");
  const top = row.offsetTop - row.closest("table").tHead.offsetHeight;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (row.offsetTop + row.offsetHeight > box.scrollTop + box.clientHeight) box.scrollTop = row.offsetTop + row.offsetHeight - box.clientHeight;
}
