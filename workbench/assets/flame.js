import { element, empty, pane } from "./dom.js";
import { count, share } from "./format.js";
import { coloursOf, fillOf, legend, moduleOf } from "./flame_looks.js";
import { boxWords, elsewhere, stackText, tipOf } from "./flame_words.js";
import { calleesOf, callersOf, inTimeOrder, inverted, regrouped } from "./layouts.js";
import { shareOf } from "./moments.js";
import { stage } from "./stage.js";
import { contains, laidOut } from "./tree.js";

const ALL = -1;
const TITLES = { tasks: "Where the time of tasks went, by chain of awaits" };
const KEYS = "Dragging zooms into a part, and moves once zoomed. Arrow keys move between boxes, Enter zooms in, plus and minus zoom, Space chooses the function, Escape zooms out, slash searches, c copies the stack.";

/** The flame graph in its four forms, with search, colours, and functions hidden or looked at alone. */
export function flameGraph(model, store) {
  const [section, tools, body] = pane("flame", TITLES[model.meta.evidence] ?? (model.estimated ? "Calls, as a tree" : "Flame graph"));
  if (!(model.tree.total.length && model.whole > 0)) {
    body.append(empty("No stack was seen, so there is no flame graph.", model.heap ? "Nothing of this kind was allocated." : "The run was too short for a sample, or it did nothing that took time."));
    return { section, show: () => {}, draw: () => {} };
  }
  const state = { model, store, section, form: "heavy", colour: "owner", search: "", found: null, hidden: [], focus: null, recursion: false, stages: [], over: null };
  Object.assign(state, furniture(state));
  tools.append(state.forms, state.colours, state.searching);
  body.append(...(model.estimated ? [estimateNote()] : []), state.bar, state.board, element("div", { class: "under" }, state.status, state.legend), state.tip);
  rebuild(state);
  return {
    section,
    show: (_, from) => chosen(state, from),
    refresh: () => rebuild(state),
    draw: () => drawn(state),
    recolor: () => {
      state.painted = true;
      for (const one of state.stages) one.recolor();
    },
  };
}

/** Draws what is there, once the whole view has been painted for the first time. */
function drawn(state) {
  if (state.painted) for (const one of state.stages) one.draw();
}

function estimateNote() {
  return element("p", { class: "strip estimate", role: "note" }, element("strong", {}, "Estimated. "), "cProfile records no stacks: it knows exactly who called whom, but not by which path. This tree shares out each function's time among its callers by what they are known to have called for. Callers and callees of the chosen function are exact.");
}

const FORMS = {
  heavy: ["left heavy", "From callers to callees, the heaviest on the left"],
  time: ["time order", "From left to right as things happened, in one thread"],
  up: ["bottom up", "From each function by its own time to its callers"],
  sandwich: ["sandwich", "Callers above and callees below the chosen function"],
};

function furniture(state) {
  const { model } = state;
  const form = ([key, [word, title]]) => button(word, key === "time" && !timed(model) ? whyUntimed(model) : title, () => setForm(state, key), { "data-form": key, "aria-pressed": key === "heavy", disabled: key === "time" && !timed(model) });
  const forms = element("div", { class: "choices", role: "group", "aria-label": "Form of the graph" }, Object.entries(FORMS).map(form));
  const colours = element("select", { "aria-label": "Colour of the boxes" }, Object.entries(coloursOf(model)).map(([key, words]) => element("option", { value: key }, `colour: ${words}`)));
  colours.addEventListener("change", () => ((state.colour = colours.value), dress(state)));
  const input = element("input", { type: "search", placeholder: "search functions", "aria-label": "Search the graph for functions, by name or place", spellcheck: "false" });
  const matches = element("span", { class: "matches", role: "status" });
  input.addEventListener("input", () => search(state, input.value));
  input.addEventListener("keydown", (event) => event.key === "Escape" && input.value && (event.stopPropagation(), (input.value = ""), search(state, "")));
  return { forms, colours, input, matches, searching: element("span", { class: "searching" }, input, matches), bar: element("div", { class: "bar path" }), board: element("div", { class: "board" }), status: element("p", { id: "wb-box", class: "status", "aria-live": "polite" }), legend: element("div", {}), tip: element("div", { class: "tip", "aria-hidden": "true", hidden: true }) };
}

function button(word, title, act, more = {}) {
  const made = element("button", { type: "button", title, ...more }, word);
  made.addEventListener("click", act);
  return made;
}

function timed({ moments, estimated }) {
  return Boolean(moments?.exact) && !estimated;
}

function whyUntimed({ moments, whyWhole }) {
  return moments ? "The samples were summed up in stretches of time to keep this small, so their order is not known." : whyWhole;
}

function setForm(state, form) {
  if (form === state.form) return;
  state.form = form;
  for (const one of state.forms.children) one.setAttribute("aria-pressed", one.dataset.form === form);
  rebuild(state);
}

/** Makes the trees of the form that is wanted, and their stages anew. */
function rebuild(state) {
  const { form, board } = state;
  const made = (form === "sandwich" ? sandwich(state) : [[laidOutAs(state), {}]]).filter(([tree]) => tree.all > 0);
  state.tip.hidden = true;
  const held = state.stages.findIndex((one) => one.canvas === board.getRootNode().activeElement);
  state.stages = made.map(([tree, options]) => newStage(state, tree, options));
  const parts = state.stages.map((one) => one.node);
  if (form === "sandwich" && parts.length) parts.splice(1, 0, middle(state));
  board.replaceChildren(...(state.stages.length ? parts : [nothing(state)]));
  if (held >= 0) (state.stages[held] ?? state.stages[0])?.canvas.focus({ preventScroll: true });
  if (state.search) search(state, state.search);
  dress(state);
  chosen(state, "rebuilt");
}

/** Why there is no box. */
function nothing({ model, store, form, hidden, focus }) {
  const out = form !== "time" && (hidden.length > 0 || focus !== null);
  if (form === "sandwich" && store.frame < 0) return empty("No function is chosen.", "Choose one in the table, the source or another form of the graph; this one shows who calls it and what it calls.");
  if (out) return empty(form === "sandwich" ? `${model.name(store.frame)} is not in what is left of the graph.` : "Nothing is left of the graph.", "Put back what was taken out of it, or look at a longer part.");
  if (form === "sandwich") return empty(`${model.name(store.frame)} was not seen${model.filtered ? " in this part of the run" : " on any stack"}.`);
  return empty("Nothing was seen in this part of the run.", "Choose a longer part, or another thread.");
}

function laidOutAs(state) {
  const { model, form } = state;
  const { from, to, thread } = model.filter;
  if (form === "time") {
    const one = thread >= 0 ? thread : busiestThread(model);
    return { ...inTimeOrder(model.boxes, model.moments, one, { from: from ?? -Infinity, to: to ?? Infinity }), thread: one };
  }
  return form === "up" ? { ...laidOut(inverted(grouped(state))), way: "up" } : laidOut(grouped(state));
}

function busiestThread({ moments }) {
  const seen = new Map();
  for (const thread of moments.thread) seen.set(thread, (seen.get(thread) ?? 0) + 1);
  return [...seen].sort(([, a], [, b]) => b - a)[0][0];
}

/** The tree without what is hidden, or under what is looked at alone. */
function grouped(state) {
  const { model, hidden, focus, recursion } = state;
  if (!hidden.length && !focus && !recursion) return model.tree;
  return regrouped(model.tree, { hides: hidden.length ? (frame) => hidden.some((one) => one.fits(frame)) : null, focuses: focus?.fits ?? null, recursion });
}

function sandwich(state) {
  const { model, store } = state;
  if (store.frame < 0 || !model.byFrame.has(store.frame)) return [];
  const tree = grouped(state);
  return [[{ ...laidOut(callersOf(tree, store.frame)), way: "callers" }, { upward: true }], [laidOut(calleesOf(tree, store.frame)), {}]];
}

function middle({ model, store }) {
  const row = model.byFrame.get(store.frame);
  return element("p", { class: "middle" }, "callers of ", element("code", {}, row.name), " above, what it calls below: ", `${model.amount(row.total)}, ${share(row.share)}`);
}

function newStage(state, tree, { upward = false }) {
  let made = null;
  const tell = {
    chose: (at) => at >= 0 && choose(state, made, at),
    moved: (at) => say(state, made, at),
    over: (at, event) => over(state, made, at, event),
    zoomed: () => path(state),
    key: (pressed) => pressedKey(state, made, pressed),
    fill: (at, ink) => fillOf(state, made.tree, at, ink),
    faint: (at) => Boolean(state.found && !state.found(made.tree.frame[at])) || (made.zoom >= 0 && at !== made.zoom && contains(made.tree, at, made.zoom)),
    name: (at) => state.model.name(made.tree.frame[at]),
    chosen: (at) => made.tree.frame[at] >= 0 && made.tree.frame[at] === state.store.frame,
    whole: () => (state.form === "sandwich" ? null : `${state.form === "time" ? `${state.model.threads[tree.thread]}${tree.cut ? ", only the first" : ""}` : "all"} ${state.model.amount(tree.all)}`),
  };
  made = stage(tell, { upward, label: `${FORMS[state.form][0]} flame graph${upward ? ", callers" : ""}. ${KEYS}` });
  made.set(tree);
  return made;
}

function choose(state, made, at) {
  say(state, made, at);
  if (made.tree.frame[at] >= 0) state.store.choose(made.tree.frame[at], 0, "flame");
  path(state);
}

function pressedKey(state, made, pressed) {
  if (pressed === "/") state.input.focus();
  else if (pressed === "c") copy(state, made);
  else return false;
  return true;
}

/** Follows a choice made elsewhere: the box of it with the most time is spoken of and brought into sight. */
function chosen(state, from) {
  const { store, stages } = state;
  if (state.form === "sandwich" && from !== "rebuilt") return rebuild(state);
  if (from !== "flame") for (const one of stages) followed(state, one, largestOf(one.tree, store.frame));
  drawn(state);
  path(state);
}

function largestOf(tree, frame) {
  let best = ALL;
  if (frame < 0) return best;
  for (let at = 0; at < tree.size; at++) if (tree.frame[at] === frame && (best === ALL || tree.total[at] > tree.total[best])) best = at;
  return best;
}

function followed(state, made, at) {
  say(state, made, at);
  if (at !== ALL) state.store.later(() => made.reveal(at));
}

function say(state, made, at) {
  const origin = made.tree.origin !== undefined && at >= 0 ? `; from ${state.model.amount(made.tree.origin + made.tree.start[at])} on` : "";
  state.status.textContent = boxWords(state, made.tree, at) + elsewhere(state, made.tree, at) + origin;
}

function over(state, made, at, event) {
  const { tip, section } = state;
  say(state, made, at ?? made.cursor);
  tip.hidden = at === null || at < 0;
  if (tip.hidden) return;
  if (state.over?.[0] !== made.tree || state.over[1] !== at) tip.replaceChildren(...tipOf(state, made.tree, at).filter(Boolean));
  state.over = [made.tree, at];
  const box = section.getBoundingClientRect();
  const [x, y] = [event.clientX - box.left, event.clientY - box.top];
  tip.style.left = `${Math.max(0, Math.min(x + 14, box.width - tip.offsetWidth))}px`;
  tip.style.top = `${y + 18}px`;
}

/** Dims what does not match, says how much does, and marks the time when that was painted. */
function search(state, words) {
  const { model } = state;
  state.search = words.trim().toLowerCase();
  const fits = new Map();
  const match = (frame) => {
    if (frame < 0) return false;
    if (!fits.has(frame)) fits.set(frame, model.name(frame).toLowerCase().includes(state.search) || model.place(frame).toLowerCase().includes(state.search));
    return fits.get(frame);
  };
  state.found = state.search ? match : null;
  const part = state.found ? shareOf(model.tree, match) : 0;
  const functions = state.found ? model.functions.filter((row) => match(row.frame)).length : 0;
  state.matches.textContent = state.found ? `${count(functions, "function")}, ${share(part)}` : "";
  drawn(state);
  performance.mark("workbench:searched");
}

/** Colours and what they mean. */
function dress(state) {
  state.legend.replaceChildren(legend(state));
  drawn(state);
}

/** Where one is: the callers of what is zoomed to, what can be done with the chosen function, what was taken out. */
function path(state) {
  const { model, store, bar, stages } = state;
  const [one] = stages;
  const zoomed = one && one.zoom >= 0;
  const steps = [];
  for (let at = zoomed ? one.zoom : ALL; at >= 0; at = one.tree.parent[at]) steps.unshift(at);
  const reset = button("reset zoom", "Show everything again (Escape)", () => stages.forEach((each) => each.zoomTo(ALL)), { disabled: stages.every((each) => each.isWhole()) });
  const shown = steps.length > 6 ? [...steps.slice(0, 2), null, ...steps.slice(-3)] : steps;
  const crumbs = shown.map((at) => (at === null ? element("li", {}, "…") : element("li", {}, button(model.name(one.tree.frame[at]), "Zoom to it", () => one.zoomTo(at), at === one.zoom ? { "aria-current": "true" } : {}))));
  if (!crumbs.length && stages.length) crumbs.push(element("li", { class: "quiet" }, stages.every((each) => each.isWhole()) ? "drag over a part to zoom in, or use Ctrl and the wheel" : "drag to move, with Shift to zoom in further"));
  const way = element("ol", { class: "crumbs", "aria-label": "Where the graph is zoomed to" }, crumbs);
  const inside = bar.contains(bar.getRootNode().activeElement);
  bar.replaceChildren(way, element("div", { class: "tools" }, taken(state), store.frame >= 0 && model.byFrame.has(store.frame) ? acts(state) : null, reset));
  if (inside) (one?.canvas ?? state.forms.querySelector('[aria-pressed="true"]')).focus({ preventScroll: true });
}

function acts(state) {
  const { model, store } = state;
  const { frame } = store;
  const module = moduleOf(model, frame);
  const hide = (name, fits) => () => ((state.hidden = [...state.hidden, { name, fits }]), rebuild(state));
  const focus = (name, fits) => () => ((state.focus = { name, fits }), rebuild(state));
  const inModule = (one) => one >= 0 && moduleOf(model, one) === module;
  const list = [
    ["only this", "Show what runs under this function alone", focus(model.name(frame), (one) => one === frame)],
    [`only ${module}`, `Show what runs under any function of ${module} alone`, focus(module, inModule)],
    ["hide", "Take this function out; its own time goes to its callers", hide(model.name(frame), (one) => one === frame)],
    [`hide ${module}`, `Take all functions of ${module} out; their own time goes to their callers`, hide(module, inModule)],
    [state.recursion ? "spread recursion" : "collapse recursion", "Show a function within itself as one box, or each time", () => ((state.recursion = !state.recursion), rebuild(state))],
    ["copy stack", "Copy the stack of the box as text (c)", () => copy(state, state.stages.at(-1))],
  ];
  const closing = (event) => event.key === "Escape" && menu.open && (event.stopPropagation(), (menu.open = false), menu.firstChild.focus());
  const menu = element("details", { class: "acts" }, element("summary", {}, element("code", {}, short(model.name(frame))), " …"), element("div", { class: "menu" }, list.map(([word, title, act]) => button(word, title, act))));
  menu.addEventListener("keydown", closing);
  return state.form === "time" ? null : menu;
}

function short(name) {
  return name.length > 28 ? `${name.slice(0, 27)}…` : name;
}

/** What was taken out, each a button that puts it back. */
function taken(state) {
  if (state.form === "time") return [];
  const back = (word, undo) => button(`${word} ×`, "Put it back", () => (undo(), rebuild(state)), { class: "chip" });
  return [
    ...(state.focus ? [back(`only ${short(state.focus.name)}`, () => (state.focus = null))] : []),
    ...state.hidden.map((one) => back(`without ${short(one.name)}`, () => (state.hidden = state.hidden.filter((other) => other !== one)))),
    ...(state.recursion ? [back("recursion collapsed", () => (state.recursion = false))] : []),
  ];
}

function copy(state, made) {
  if (!(made?.cursor >= 0)) return void (state.status.textContent = "No box is chosen, so there is no stack to copy.");
  const text = stackText(state, made.tree, made.cursor);
  const said = () => (state.status.textContent = `Copied a stack of ${count(text.split("\n").length, "function")}.`);
  if (!navigator.clipboard) return void (state.status.textContent = text);
  navigator.clipboard.writeText(text).then(said, () => (state.status.textContent = text));
}
