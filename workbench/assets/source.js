import { callLists } from "./calls.js";
import { element, empty, pane, plainBar, splitBar } from "./dom.js";
import { bytes, count, plain, plusMinus, seconds, share } from "./format.js";

const ROW = 19;
const AROUND = 150;

/** The source pane: own code with the heat of each line. Returns the pane and `show(store)`. */
export function sourcePane(model, store) {
  const [section, tools, body] = pane("source", "Source");
  const state = { model, store, body, at: -1, chosen: 0, nodes: new Map() };
  if (!model.sources.length) {
    body.append(empty("No source was captured.", model.functions.length ? "The recording carries the sources of your own code, and saw none of it at work, or its files could not be read." : "Nothing of your own code was seen at work."));
    return { section, show: () => {} };
  }
  const pick = element("select", { "aria-label": "Source file" }, model.sources.map((source, at) => element("option", { value: at }, source.label)));
  const jump = element("button", { type: "button", title: "Go to the line of this file that the most time goes to, itself or in others' code" }, "hottest line");
  pick.addEventListener("change", () => open(state, Number(pick.value)));
  jump.addEventListener("click", () => hottest(state, pick));
  if (model.meta.evidence !== "calls") tools.append(jump);
  tools.append(pick);
  const deeper = closerLook(state, section);
  if (deeper) tools.prepend(deeper);
  listen(state);
  return { section, show: (chosen) => show(state, pick, chosen) };
}

/** A button that gives the command which times every line of the chosen function, and asks the widget's Python for it where there is one. */
function closerLook(state, section) {
  const { model, store } = state;
  if (!model.meta.closer) return null;
  const said = element("p", { class: "closer", role: "status" });
  state.closer = element("button", { type: "button", disabled: true, title: "The command that times every line of the chosen function" }, "time its lines");
  state.closer.addEventListener("click", () => {
    const command = model.meta.closer.replace("{name}", () => bare(model.name(store.frame)));
    said.replaceChildren("Next run: ", element("code", {}, command));
    navigator.clipboard?.writeText(command).then(() => said.append(" (copied)"), () => {});
    state.body.dispatchEvent(new CustomEvent("workbench:closer", { detail: model.id(store.frame), bubbles: true, composed: true }));
  });
  section.append(said);
  return state.closer;
}

function bare(name) {
  return name.replaceAll(".<locals>", "");
}

function offerCloser({ model, closer }, frame) {
  if (closer) closer.disabled = frame < 0 || model.owner(frame) !== "own" || bare(model.name(frame)).includes("<");
}

function show(state, pick, { frame, line }) {
  const { model } = state;
  offerCloser(state, frame);
  const at = frame < 0 ? Math.max(state.at, 0) : model.sourceOfFile.get(model.file(frame));
  if (at === undefined) return foreign(state, frame);
  if (state.at !== at) open(state, at);
  pick.value = String(at);
  if (frame >= 0) goTo(state, line || model.hot(frame), false);
}

function hottest(state, pick) {
  if (state.at < 0) open(state, Number(pick.value));
  goTo(state, state.model.sources[state.at].first, true);
}

/** What is shown for a function whose source does not travel with the recording: who of its callers the person can change. */
function foreign(state, frame) {
  const { model, body, store } = state;
  state.at = -1;
  const where = model.place(frame);
  const said = `The source of ${model.name(frame)}${where ? ` (${where})` : ""} is not in the recording: it carries your own code only.`;
  body.replaceChildren(empty(said), callLists(model, store, frame, ["callers"]));
}

/** Shows one file. Only the rows near those in sight are in the document, so that a long file opens as fast as a short one. */
function open(state, at) {
  const { model, body } = state;
  const source = model.sources[at];
  Object.assign(state, { at, chosen: 0, source, items: items(source), place: new Map(), from: 0, to: 0 });
  state.items.forEach((item, index) => item.line && state.place.set(item.line, index));
  state.hot = [...source.heat.keys()].filter((line) => state.place.has(line)).sort((a, b) => a - b);
  state.stop = source.first || 0;
  state.rows = element("div", { class: "rows", role: "presentation" });
  const inner = element("div", { class: "long", role: "presentation", style: { height: `${state.items.length * ROW}px` } }, state.rows);
  const kind = `scroll code${state.hot.length ? "" : " cold"}${"lines memory heap".includes(model.meta.evidence) ? " counted" : ""}`;
  state.box = element("div", { class: kind, role: "listbox", tabindex: state.hot.length ? null : 0, "aria-label": `Lines of ${source.label}`, style: { "--digits": String(source.count).length } }, inner);
  state.box.addEventListener("scroll", () => fill(state), { passive: true });
  const cold = model.meta.evidence !== "calls" ? "No line of this file was seen at work." : "cProfile counts calls of functions; it knows no lines.";
  body.replaceChildren(...(state.hot.length ? [] : [element("p", { class: "strip", role: "note" }, cold)]), state.box);
  fill(state);
}

/** The rows of a file: its lines, and one row for each stretch that was left out. */
function items(source) {
  let next = 1;
  return source.chunks.flatMap(([first, texts]) => {
    const gap = first > next ? [{ gap: `lines ${next} to ${first - 1} left out` }] : [];
    next = first + texts.length;
    return [...gap, ...texts.map((text, offset) => ({ line: first + offset, text }))];
  });
}

function fill(state) {
  const top = Math.floor(state.box.scrollTop / ROW);
  const seen = Math.ceil((state.box.clientHeight || 400) / ROW);
  const [low, high] = [Math.max(0, top - 20), Math.min(state.items.length, top + seen + 20)];
  if (low >= state.from && high <= state.to) return;
  [state.from, state.to] = [Math.max(0, top - AROUND), Math.min(state.items.length, top + seen + AROUND)];
  state.nodes.clear();
  const nodes = state.items.slice(state.from, state.to).map((item) => (item.gap ? element("div", { class: "gap", role: "presentation" }, item.gap) : lineNode(state, item)));
  state.rows.style.transform = `translateY(${state.from * ROW}px)`;
  state.rows.replaceChildren(...nodes);
}

function lineNode(state, { line, text }) {
  const heat = state.source.heat.get(line);
  const number = element("span", { class: "no" }, String(line));
  const code = element("code", {}, plain(text, "\t") || " ");
  const node = heat ? hotNode(state, heat, text, number, code) : element("div", { class: "line", role: "presentation" }, number, code);
  if (line === state.chosen) node.classList.add("chosen");
  state.nodes.set(line, node);
  return node;
}

function hotNode({ model, source, stop, chosen }, heat, text, number, code) {
  const warm = source.hottest > 0 ? Math.max(0, heat.here) / source.hottest : 0;
  const words = (WORDS_OF[model.meta.evidence] ?? sampledWords)(model, heat);
  const attributes = { class: "line hot", role: "option", tabindex: heat.line === stop ? 0 : -1, "aria-selected": heat.line === chosen, "aria-label": `${words}: ${text.trim()}`, title: words, "data-line": heat.line, style: { "--heat": warm.toFixed(3) } };
  const length = source.widest > 0 ? heat.wall / source.widest : 0;
  const bar = heat.split ? splitBar(heat.split, length, words) : plainBar(length, words);
  const hits = heat.hits === null ? null : element("span", { class: "hits" }, `${heat.hits.toLocaleString("en")}×`);
  return element("div", attributes, number, hits, element("span", { class: "time" }, (model.memory || model.heap) && !heat.wall ? "" : model.amount(heat.wall)), element("span", { class: "heat" }, model.heap && !heat.wall ? null : bar), code);
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

/** Marks a line and brings it into sight, a third below the top of the box where it was out of it. */
function goTo(state, line, focus) {
  const index = state.place.get(line);
  if (index === undefined) return;
  const before = state.nodes.get(state.chosen);
  before?.classList.remove("chosen");
  if (before?.hasAttribute("aria-selected")) before.setAttribute("aria-selected", "false");
  state.chosen = line;
  const height = state.box.clientHeight || 380;
  const top = index * ROW;
  if (top < state.box.scrollTop || top + ROW > state.box.scrollTop + height) state.box.scrollTop = top - height / 3;
  fill(state);
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

function listen(state) {
  state.body.addEventListener("click", (event) => {
    const node = event.target.closest(".line.hot");
    if (node && String(getSelection() ?? "") === "") choose(state, Number(node.dataset.line));
  });
  state.body.addEventListener("keydown", (event) => {
    const node = event.target.closest(".line.hot");
    if (!node) return;
    const line = Number(node.dataset.line);
    const at = state.hot.indexOf(line);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: state.hot.length - 1 }[event.key];
    if (to !== undefined) goTo(state, state.hot[Math.max(0, Math.min(state.hot.length - 1, to))], true);
    else if (event.key === "Enter" || event.key === " ") choose(state, line);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

function choose(state, line) {
  const { frame } = state.source.heat.get(line);
  state.store.choose(frame, line, "source");
  goTo(state, line, true);
}
