import { callLists } from "./calls.js";
import { knowsCalls } from "./chosen.js";
import { element, empty, pane } from "./dom.js";
import { plain } from "./format.js";
import { columnPicker, gutterOf, measuresOf, shownOf } from "./source_columns.js";
import { codeOf, lineNode } from "./source_lines.js";
import { sourceMap } from "./source_map.js";
import { createOutline, itemsOf, nameAt } from "./source_outline.js";

const ROW = 19;
const HEAD = 24;
const AROUND = 60;
const WARM = 0.05;
const MOST_PLACES = 50;

/** The source pane: own code with the measures of each line, a map of the hot ones, and ways between them. Returns the pane, `show(store, from)`, `refresh()` and `draw()`. */
export function sourcePane(model, store) {
  const [section, tools, body] = pane("source", "Source");
  const state = { model, store, section, body, at: -1, foreign: -1, chosen: 0, stop: 0, nodes: new Map(), places: [], hot: [], besides: new Map() };
  if (!model.sources.length) {
    body.append(empty("No source was captured.", model.functions.length ? "The recording carries the sources of your own code, and saw none of it at work, or its files could not be read." : "Nothing of your own code was seen at work."));
    return { section, show: () => {} };
  }
  furnish(state, tools);
  listen(state);
  const refresh = () => {
    if (state.foreign >= 0) foreign(state, state.foreign);
    else if (state.at >= 0) heated(state);
  };
  return { section, show: (_, from) => show(state, from), refresh, draw: () => state.at >= 0 && fill(state) };
}

function furnish(state, tools) {
  const { model, section } = state;
  const button = (words, title, work) => {
    const made = element("button", { type: "button", title }, words);
    made.addEventListener("click", work);
    return made;
  };
  state.pick = element("select", { "aria-label": "Source file" }, model.sources.map((source, at) => element("option", { value: at }, source.label)));
  state.pick.addEventListener("change", () => away(state, () => open(state, Number(state.pick.value))));
  state.back = button("back", "", () => back(state));
  state.back.hidden = true;
  state.picker = columnPicker(section, () => heated(state));
  const [up, down] = [[-1, "↑", "Previous"], [1, "↓", "Next"]].map(([by, sign, word]) => {
    const made = button(sign, `${word} hot line: one with at least a twentieth of the hottest line's`, () => step(state, by));
    made.setAttribute("aria-label", `${word} hot line`);
    return made;
  });
  const jump = button("hottest line", "Go to the line of this file that the most goes to, itself or in others' code", () => away(state, () => hottest(state)));
  state.walk = element("div", { class: "walk", role: "group", "aria-label": "Hot lines" }, jump, up, down);
  tools.append(state.back, state.walk, state.picker.node, state.pick);
}

function show(state, from) {
  const { model, store: { frame, line } } = state;
  const at = frame < 0 ? Math.max(state.at, 0) : model.sourceOfFile.get(model.file(frame));
  const go = () => {
    if (at === undefined) return foreign(state, frame);
    if (state.at !== at) open(state, at);
    if (frame >= 0) goTo(state, line || model.hot(frame), false);
  };
  if (from === "source") go();
  else away(state, go);
}

/** Does what leads to another place, and keeps the present one for the way back where it is left behind. */
function away(state, go) {
  const before = state.at < 0 ? null : { at: state.at, top: state.box.scrollTop, line: state.chosen, frame: state.source.heat.get(state.chosen)?.frame ?? state.before ?? -1 };
  go();
  state.before = state.store.frame;
  if (!before?.line || (before.at === state.at && Math.abs(before.top - state.box.scrollTop) < ROW)) return;
  state.places.push(before);
  if (state.places.length > MOST_PLACES) state.places.shift();
  offerBack(state);
}

function offerBack({ model, back, places }) {
  const last = places.at(-1);
  back.hidden = !last;
  if (last) back.title = `Back to line ${last.line} of ${model.sources[last.at].label}`;
}

function back(state) {
  const { at, top, line, frame } = state.places.pop();
  offerBack(state);
  if (state.at !== at) open(state, at);
  if (frame >= 0) state.store.choose(frame, line, "source");
  state.box.scrollTop = top;
  markLine(state, line, true);
  state.before = frame;
}

/** What is shown for a function whose source does not travel with the recording: who of its callers the person can change. */
function foreign(state, frame) {
  const { model, body, store } = state;
  Object.assign(state, { at: -1, foreign: frame });
  const where = model.place(frame);
  const said = `The source of ${model.name(frame)}${where ? ` (${where})` : ""} is not in the recording: it carries your own code only.`;
  body.replaceChildren(empty(said), ...(knowsCalls(model) ? [callLists(model, store, frame, ["callers"])] : []));
}

/** Shows one file. Only the rows near those in sight are in the document, so that a long file opens as fast as a short one. */
function open(state, at) {
  const source = state.model.sources[at];
  const items = itemsOf(source);
  Object.assign(state, { at, foreign: -1, chosen: 0, stop: 0, items, outline: createOutline(items), place: new Map() });
  items.forEach((item, index) => item.line && state.place.set(item.line, index));
  state.pick.value = String(at);
  state.rows = element("div", { class: "rows", role: "presentation" });
  state.top = element("div", { class: "top" });
  state.list = element("div", { class: "long", role: "listbox", "aria-label": `Lines of ${source.label}`, style: { height: `${items.length * ROW}px` } }, state.rows);
  state.box = element("div", { class: "scroll code", style: { "--digits": String(source.count).length } }, state.top, state.list);
  state.box.addEventListener("scroll", () => fill(state), { passive: true });
  state.map = sourceMap((share) => (state.box.scrollTop = share * items.length * ROW - (state.box.clientHeight - HEAD) / 2));
  state.strips = element("div", { class: "strips" });
  state.body.replaceChildren(state.strips, element("div", { class: "sheet", style: { "--tall": `${items.length * ROW + HEAD + 16}px` } }, state.box, state.map.node));
  heated(state);
}

/** Takes the heat of the file from the model: after it was opened, and whenever the heat or the columns changed. */
function heated(state) {
  const { model, section, place, items } = state;
  const source = (state.source = model.sources[state.at]);
  if (!state.besides.has(source.file)) state.besides.set(source.file, model.besides?.(source) ?? []);
  const measures = measuresOf(model, source, state.besides.get(source.file));
  state.shown = shownOf(measures, section);
  state.picker.fill(measures, state.shown);
  state.hot = [...source.heat.keys()].filter((line) => place.has(line)).sort((a, b) => a - b);
  if (!state.hot.includes(state.stop)) state.stop = source.first || 0;
  state.barred = state.hot.length > 0;
  state.box.style.setProperty("--columns", ["calc(var(--digits) * 1ch + 22px)", ...gutterOf(state.shown, ({ key, unit }) => (key === "hits" || unit === "B" || model.memory || model.heap ? "76px" : "66px"), state.barred ? "var(--bar)" : null)].join(" "));
  state.walk.hidden = !state.hot.length;
  const said = [source.changed ? plain(source.changed) : "", state.hot.length ? "" : coldWords(model)].filter(Boolean);
  state.strips.replaceChildren(...said.map((words, at) => element("p", { class: source.changed && !at ? "strip changed" : "strip", role: "note" }, words)));
  state.warm = state.hot.map((line) => [place.get(line) / items.length, source.hottest > 0 ? Math.max(0, source.heat.get(line).here) / source.hottest : 0]);
  fill(state, true);
  marked(state);
}

function coldWords(model) {
  if (model.filtered) return "No line of this file was seen in the part of the run that is looked at.";
  return model.meta.evidence === "calls" ? "cProfile counts calls of functions; it knows no lines." : "No line of this file was seen at work.";
}

function marked({ map, warm, place, items, chosen }) {
  map.marks(warm, place.has(chosen) ? [place.get(chosen) / items.length] : []);
}

function fill(state, anew = false) {
  const { box, items, rows, nodes, outline } = state;
  const height = Math.max(0, (box.clientHeight || 400) - HEAD);
  const [top, seen] = [Math.floor(box.scrollTop / ROW), Math.ceil(height / ROW)];
  const long = items.length * ROW;
  state.map.node.hidden = long <= height + 1;
  state.map.sight(box.scrollTop / long, Math.min(1, (box.scrollTop + height) / long));
  heading(state, Math.min(items.length - 1, Math.ceil(box.scrollTop / ROW)));
  const [low, high] = [Math.max(0, top - 20), Math.min(items.length, top + seen + 20)];
  if (!anew && low >= state.from && high <= state.to) return;
  [state.from, state.to] = [Math.max(0, top - AROUND), Math.min(items.length, top + seen + AROUND)];
  const focused = rows.contains(rows.getRootNode().activeElement);
  nodes.clear();
  const made = items.slice(state.from, state.to).map((item, at) => {
    if (item.gap) return element("div", { class: "gap", role: "presentation" }, item.gap);
    const node = lineNode(state, item, outline.quote(state.from + at));
    nodes.set(item.line, node);
    return node;
  });
  rows.style.transform = `translateY(${state.from * ROW}px)`;
  rows.replaceChildren(...made);
  reachable(state);
  if (focused) (nodes.get(state.stop) ?? state.list).focus({ preventScroll: true });
}

/** Lets Tab reach a hot line that is in the document; or, where none is, the list of lines itself. */
function reachable(state) {
  const { nodes, source, list } = state;
  if (!nodes.has(state.stop) || !source.heat.has(state.stop)) {
    const near = [...nodes.keys()].find((line) => source.heat.has(line));
    if (near !== undefined) stopAt(state, near, false);
  }
  const hot = nodes.get(state.stop)?.tabIndex === 0;
  list.setAttribute("role", hot ? "listbox" : "group");
  list.tabIndex = hot ? -1 : 0;
}

/** The row that stays on top: the names of the columns, and the function around the first line in sight, which can be gone to. */
function heading(state, seen) {
  const { items, outline, shown, top, model } = state;
  const first = items[seen]?.gap && seen + 1 < items.length ? seen + 1 : seen;
  const around = outline.within(first);
  const frame = around < 0 ? leftOut(state, first) : -1;
  const key = `${around} ${frame} ${shown.map((one) => one.key)} ${state.barred}`;
  if (top.dataset.of === key) return;
  top.dataset.of = key;
  const labels = gutterOf(shown, ({ label, words }) => element("span", { class: "label", title: words }, label), state.barred ? element("span", { class: "heat" }) : null);
  const said = frame < 0 ? model.sources[state.at].label : `in ${model.name(frame)}, which begins at line ${model.first(frame)}`;
  top.replaceChildren(element("span", { class: "gutter" }, element("span", { class: "no" }), labels), around < 0 ? element("span", { class: "around quiet" }, said) : enclosing(state, around));
}

function enclosing(state, index) {
  const { items, outline } = state;
  const outer = outline.within(index);
  const { line, text } = items[index];
  const go = element("button", { type: "button", class: "around", title: `Go to line ${line}, where this begins` }, outer < 0 ? null : element("span", { class: "outer" }, `${nameAt(items[outer].text)} › `), codeOf(text.trim(), ""));
  go.addEventListener("click", () => away(state, () => goTo(state, line, true, true)));
  return go;
}

/** The function of the next hot line of the same stretch, where that begins in what was left out before it; otherwise -1. */
function leftOut({ items, source, hot, model }, first) {
  let start = first;
  while (start > 0 && !items[start - 1].gap) start--;
  const [from, begin] = [items[first].line, items[start].line];
  const next = start > 0 && from ? hot.find((line) => line >= from) : undefined;
  if (next === undefined) return -1;
  const { frame } = source.heat.get(next);
  return model.first(frame) < begin && items[first + next - from]?.line === next ? frame : -1;
}

/** Marks a line and brings it into sight, a third below the top of the box where it was out of it, or at its top. */
function goTo(state, line, focus, toTop = false) {
  const index = state.place.get(line);
  if (index === undefined) return;
  const height = (state.box.clientHeight || 400) - HEAD;
  const top = index * ROW;
  if (toTop || top < state.box.scrollTop || top + ROW > state.box.scrollTop + height) state.box.scrollTop = top - (toTop ? 0 : height / 3);
  markLine(state, line, focus);
}

function markLine(state, line, focus) {
  const before = state.nodes.get(state.chosen);
  before?.classList.remove("chosen");
  if (before?.hasAttribute("aria-selected")) before.setAttribute("aria-selected", "false");
  state.chosen = line;
  fill(state);
  marked(state);
  const node = state.nodes.get(line);
  node?.classList.add("chosen");
  if (node?.hasAttribute("aria-selected")) node.setAttribute("aria-selected", "true");
  if (state.source.heat.has(line)) stopAt(state, line, focus);
}

/** The one line of the file that Tab reaches. */
function stopAt(state, line, focus) {
  const before = state.nodes.get(state.stop);
  if (before?.hasAttribute("tabindex")) before.tabIndex = -1;
  state.stop = line;
  const node = state.nodes.get(line);
  if (!node) return;
  node.tabIndex = 0;
  if (focus) node.focus({ preventScroll: true });
}

function hottest(state) {
  if (state.at < 0) open(state, Number(state.pick.value));
  if (state.source.first) choose(state, state.source.first, true);
}

/** To the next line above or below that is worth a look; from the chosen line, or from what is in sight. */
function step(state, by) {
  if (state.at < 0) open(state, Number(state.pick.value));
  const { source, hot } = state;
  const worth = hot.filter((line) => source.heat.get(line).here >= WARM * source.hottest);
  const from = state.chosen;
  const next = by > 0 ? worth.find((line) => line > from) : worth.findLast((line) => line < from);
  if (next !== undefined) choose(state, next, false);
}

function listen(state) {
  state.body.addEventListener("click", (event) => {
    const node = event.target.closest(".line.hot");
    if (node && String(getSelection() ?? "") === "") choose(state, Number(node.dataset.line), true);
  });
  state.body.addEventListener("keydown", (event) => {
    const node = event.target.closest(".line.hot");
    if (!state.hot.length || (!node && event.target !== state.list)) return;
    const line = node ? Number(node.dataset.line) : (state.items[Math.floor(state.box.scrollTop / ROW)]?.line ?? 0);
    const [below, above] = [state.hot.findIndex((one) => one > line), state.hot.findLastIndex((one) => one < line)];
    const to = { ArrowDown: below < 0 ? state.hot.length - 1 : below, ArrowUp: Math.max(0, above), Home: 0, End: state.hot.length - 1 }[event.key];
    if (to !== undefined) goTo(state, state.hot[to], true);
    else if (node && (event.key === "Enter" || event.key === " ")) choose(state, line, true);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

function choose(state, line, focus) {
  const { frame } = state.source.heat.get(line);
  state.store.choose(frame, line, "source");
  goTo(state, line, focus);
}
