import { chosenPanel } from "./chosen.js";
import { element, empty, pane } from "./dom.js";
import { count, share } from "./format.js";
import { createGroups, ownerRows, tallyOf, wordsOf } from "./table_groups.js";
import { COLUMNS_OF, rowNode, tableClass, wideRow } from "./table_rows.js";

const BATCH = 100;
const BATCH_FOUND = 40;
const HINTS = {
  samples: "self and its kind, total and share",
  tasks: "the time of tasks, which add up",
  calls: "exact times and calls",
  lines: "the time of all lines",
  memory: "growth of process memory",
  heap: "its own, with others' code it calls, and in all",
};

/** The table of functions: own code as rows, everybody else's folded into one row each that opens; a search; the chosen function beside it. Returns the pane, `show(store, from)` and `refresh()`. */
export function functionTable(model, store) {
  const [section, tools, body] = pane("functions", "Functions");
  if (!model.functions.length) {
    body.append(empty("No function was seen at work.", "The run was too short for its engine to see anything. Let it do more, or count every call with the engine cpu."));
    return { section, show: () => {} };
  }
  const columns = COLUMNS_OF[model.meta.evidence];
  const state = { model, store, columns, sort: columns[1], turned: false, open: new Set(), shut: new Set(), most: {}, rows: new Map(), words: [], extra: -1, groups: createGroups(model) };
  state.tbody = element("tbody");
  const grid = element("table", { class: tableClass(model), role: "treegrid", "aria-labelledby": "wb-functions" }, head(state), state.tbody);
  const panel = chosenPanel(model, store);
  body.append(element("div", { class: "beside" }, element("div", { class: "scroll" }, grid), panel.node));
  state.hint = element("span", { class: "hint", role: "status" });
  tools.append(state.hint, searchField(state));
  if (!model.functions.some((row) => row.owner === "own")) state.open.add(busiestOwner(model));
  listen(state);
  fill(state);
  const show = (_, from) => {
    panel.show();
    mark(state, from !== "table");
  };
  const refresh = () => {
    fill(state);
    panel.refresh();
  };
  return { section, show, refresh };
}

function busiestOwner({ meta }) {
  return meta.owners.reduce((best, next) => (next.self > best.self ? next : best)).owner;
}

function searchField(state) {
  const field = element("input", { type: "search", class: "find", placeholder: "find a function", "aria-label": "Find functions by name, file or owner", autocomplete: "off", spellcheck: "false" });
  field.addEventListener("focus", () => state.groups(state.sort, state.turned, [" "]), { once: true });
  field.addEventListener("input", () => {
    Object.assign(state, { words: wordsOf(field.value), most: {}, extra: -1 });
    state.shut.clear();
    fill(state);
    state.tbody.closest(".scroll").scrollTop = 0;
  });
  field.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && field.value) {
      field.value = "";
      field.dispatchEvent(new Event("input"));
    } else if (event.key === "ArrowDown" && state.tbody.querySelector("tr[tabindex]")) move(state, state.tbody.querySelector("tr[tabindex]"));
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  return field;
}

function head(state) {
  const cells = state.columns.map((column) => {
    const button = element("button", { type: "button", title: `Sort: ${column.words}` }, column.label, element("span", { class: "arrow", "aria-hidden": "true" }));
    const cell = element("th", { scope: "col", class: column.key, "aria-sort": column === state.sort ? "descending" : "none" }, button);
    button.addEventListener("click", () => {
      state.turned = state.sort === column && !state.turned;
      state.sort = column;
      for (const other of cell.parentNode.children) other.setAttribute("aria-sort", "none");
      cell.setAttribute("aria-sort", (column.key === "name") === state.turned ? "descending" : "ascending");
      fill(state);
    });
    return cell;
  });
  return element("thead", {}, element("tr", {}, cells));
}

function fill(state) {
  const { model, words, tbody } = state;
  const sought = words.length > 0;
  const groups = state.groups(state.sort, state.turned, words);
  state.rows.clear();
  const nodes = batch(state, "own", groups.get("own"), 1);
  const order = state.turned ? (a, b) => state.sort.sort(b, a) : state.sort.sort;
  for (const group of ownerRows(model, groups, sought).sort(order)) {
    const open = sought ? !state.shut.has(group.owner) : state.open.has(group.owner);
    nodes.push(groupNode(state, group, open));
    if (open) nodes.push(...batch(state, group.owner, groups.get(group.owner), 2));
  }
  nodes.push(...nothing(state, nodes.length));
  tbody.replaceChildren(...nodes);
  tell(state, groups);
  mark(state, false);
}

/** What the table says about itself: what is sought, or what stands in it. */
function tell(state, groups) {
  const { model, words, hint } = state;
  if (!words.length) return hint.replaceChildren(HINTS[model.meta.evidence]);
  const { found, all, part } = tallyOf(model, groups);
  const shares = Number.isFinite(part) ? `, ${share(part)} self` : "";
  hint.replaceChildren(element("b", {}, `${found.toLocaleString("en")} of ${all.toLocaleString("en")}`), ` functions${shares}`);
}

function nothing({ model, words }, shown) {
  const left = model.meta.owners.reduce((sum, owner) => sum + owner.count, 0) - model.functions.length;
  const rows = [];
  if (!shown && words.length) rows.push(wideRow(model, `No function fits “${words.join(" ")}”. Escape shows all of them again.`, { class: "rest", "aria-level": 1 }));
  else if (!shown) rows.push(wideRow(model, "No function was seen at work here.", { class: "rest", "aria-level": 1 }));
  if (words.length && left > 0 && !model.filtered) rows.push(wideRow(model, `${count(left, "function")} with little time, left out to keep this small, could not be searched`, { class: "rest", "aria-level": 1 }));
  return rows;
}

function batch(state, owner, rows, level) {
  const most = mostOf(state, owner);
  const { model } = state;
  const nodes = rows.slice(0, most).map((row) => functionNode(state, row, level));
  const complete = model.meta.owners.find((one) => one.owner === owner).count;
  const more = { class: "more", tabindex: -1, "data-more": owner, "aria-level": level };
  if (rows.length > most) nodes.push(wideRow(model, `show ${count(Math.min(BATCH * 5, rows.length - most), "more function")} of ${(rows.length - most).toLocaleString("en")}`, more));
  else if (complete > rows.length && !state.words.length && !model.filtered) nodes.push(wideRow(model, `and ${count(complete - rows.length, "function")} with little time, left out to keep this small`, { class: "rest", "aria-level": level }));
  const extra = rows.length > most && !state.rows.has(state.extra) ? rows.find((row) => row.frame === state.extra) : undefined;
  return extra ? [...nodes, functionNode(state, extra, level)] : nodes;
}

/** How many rows of an owner stand in the document: fewer while something is sought, so that typing is answered at once. */
function mostOf({ most, words }, owner) {
  return most[owner] ?? (words.length ? BATCH_FOUND : BATCH);
}

function groupNode(state, row, open) {
  const label = element("span", { class: "name" }, element("span", {}, element("span", { class: "twist", "aria-hidden": "true" }, open ? "▾" : "▸"), row.name), element("span", { class: "where" }, count(row.count, "function")));
  return rowNode(state.model, row, label, { class: "group", "data-group": row.owner, "aria-level": 1, "aria-expanded": open });
}

function functionNode(state, row, level) {
  const { model } = state;
  const label = element("span", { class: "name" }, element("code", {}, row.name), element("span", { class: "where" }, model.place(row.frame)));
  const node = rowNode(model, row, label, { class: `one ${row.owner}`, "data-frame": row.frame, "aria-level": level, "aria-selected": false, title: `${row.name}\n${model.place(row.frame)}` });
  state.rows.set(row.frame, node);
  return node;
}

function listen(state) {
  const { tbody } = state;
  tbody.addEventListener("click", (event) => {
    const row = event.target.closest("tr[tabindex]");
    if (row) use(state, row);
  });
  tbody.addEventListener("keydown", (event) => {
    const row = event.target.closest("tr");
    const rows = [...tbody.querySelectorAll("tr[tabindex]")];
    const at = rows.indexOf(row);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
    if (to !== undefined) move(state, rows[Math.max(0, Math.min(rows.length - 1, to))]);
    else if (event.key === "Enter" || event.key === " ") use(state, row);
    else if (event.key === "ArrowRight" && row.getAttribute("aria-expanded") === "false") use(state, row);
    else if (event.key === "ArrowLeft" && row.getAttribute("aria-expanded") === "true") use(state, row);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

function move(state, row) {
  if (row.dataset.frame !== undefined) state.store.choose(Number(row.dataset.frame), 0, "table");
  focusOn(state.tbody, row);
  row.focus({ preventScroll: true });
  into(row);
}

function use(state, row) {
  const { tbody, words } = state;
  const { group, frame, more } = row.dataset;
  const folded = words.length ? state.shut : state.open;
  if (frame !== undefined) state.store.choose(Number(frame), 0, "table");
  else if (group !== undefined) folded[folded.has(group) ? "delete" : "add"](group);
  else if (more !== undefined) state.most[more] = mostOf(state, more) + BATCH * 5;
  if (frame === undefined) fill(state);
  const now = group !== undefined ? tbody.querySelector(`tr[data-group="${group}"]`) : row.isConnected ? row : tbody.querySelector(`tr[data-more="${more}"]`) ?? tbody.lastElementChild;
  focusOn(tbody, now);
  now.focus({ preventScroll: true });
}

function focusOn(tbody, row) {
  for (const other of tbody.querySelectorAll('tr[tabindex="0"]')) other.tabIndex = -1;
  row.tabIndex = 0;
}

/** Marks the chosen row; unfolds its group, shows it where it is far down, and brings it into sight where `reveal`. */
function mark(state, reveal) {
  const { tbody, model, rows } = state;
  const { frame } = state.store;
  if (reveal && frame >= 0 && !rows.has(frame) && model.byFrame.has(frame)) {
    const owner = model.owner(frame);
    if (state.words.length) state.shut.delete(owner);
    else if (owner !== "own") state.open.add(owner);
    state.extra = frame;
    fill(state);
  }
  for (const row of tbody.querySelectorAll('tr[aria-selected="true"]')) row.setAttribute("aria-selected", "false");
  const row = rows.get(frame);
  if (row) row.setAttribute("aria-selected", "true");
  const stop = row ?? tbody.querySelector("tr[tabindex]");
  if (stop) focusOn(tbody, stop);
  if (row && reveal) state.store.later(() => into(row));
}

/** Scrolls only the table's own box, never the page. */
function into(row) {
  const box = row.closest(".scroll");
  const top = row.offsetTop - row.closest("table").tHead.offsetHeight;
  if (top < box.scrollTop) box.scrollTop = top;
  else if (row.offsetTop + row.offsetHeight > box.scrollTop + box.clientHeight) box.scrollTop = row.offsetTop + row.offsetHeight - box.clientHeight;
}
