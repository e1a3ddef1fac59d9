import { element, empty, pane } from "./dom.js";
import { plusMinus, share } from "./format.js";
import { OWNER_NAMES } from "./model.js";

const ROW = 20;
const ROWS = 18;
const ALL = -1;

/** The flame graph on a canvas: callers above, callees below, the heaviest on the left. Returns the pane, `show(store)` and `draw()`. */
export function flameGraph(model, store) {
  const [section, tools, body] = pane("flame", model.tasks ? "Where the time of tasks went, by chain of awaits" : "Flame graph");
  const { tree } = model;
  if (!(tree.all > 0)) {
    body.append(empty("No stack was seen, so there is no flame graph.", model.heap ? "Nothing of this kind was allocated." : "The run was too short for a sample, or it did nothing that took time."));
    return { section, show: () => {}, draw: () => {} };
  }
  const canvas = element("canvas", { tabindex: 0, role: "application", "aria-roledescription": "flame graph", "aria-label": "Flame graph. Arrow keys move between boxes, Enter zooms in, Space chooses the function, Escape zooms out.", "aria-describedby": "wb-box" });
  const rows = stageRows(tree);
  const spacer = element("div", { style: { height: `${(tree.deepest + 1 - rows) * ROW}px` } });
  const scroll = element("div", { class: "scroll stage", style: { height: `${rows * ROW + 2}px` } }, canvas, spacer);
  const status = element("p", { id: "wb-box", class: "status", "aria-live": "polite" });
  const reset = element("button", { type: "button", title: "Show everything again (Escape)", disabled: true }, "reset zoom");
  const state = { model, tree, store, canvas, scroll, status, reset, zoom: ALL, cursor: ALL, hover: null, width: 0, colors: null };
  tools.append(legend(model), reset);
  body.append(scroll, status);
  reset.addEventListener("click", () => zoomTo(state, ALL));
  listen(state);
  say(state, ALL);
  return { section, show: (_, from) => chosen(state, from), draw: () => draw(state), recolor: () => ((state.colors = null), draw(state)) };
}

/** As many rows as boxes wide enough to be read reach down to; deeper slivers are scrolled to. */
function stageRows(tree) {
  let deepest = Math.min(tree.deepest, 5);
  for (let at = 0; at < tree.size; at++) if (tree.total[at] >= tree.all / 100 && tree.depth[at] > deepest) deepest = tree.depth[at];
  return Math.min(ROWS, deepest + 1);
}

function legend(model) {
  const seen = model.meta.owners.filter((owner) => owner.count > 0).map((owner) => owner.owner);
  return element("ul", { class: "key owners", "aria-label": "Colours of the boxes" }, seen.map((owner) => element("li", {}, element("i", { class: `dot of-${owner}` }), OWNER_NAMES[owner])));
}

function listen(state) {
  const { canvas, scroll } = state;
  scroll.addEventListener("scroll", () => draw(state), { passive: true });
  canvas.addEventListener("pointermove", (event) => hover(state, hit(state, event)));
  canvas.addEventListener("pointerleave", () => hover(state, null));
  canvas.addEventListener("click", (event) => {
    const at = hit(state, event);
    if (at === null) return;
    state.cursor = at;
    zoomTo(state, at === state.zoom ? ALL : at);
    choose(state, at);
  });
  canvas.addEventListener("keydown", (event) => {
    if (!key(state, event.key)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  canvas.addEventListener("focus", () => draw(state));
  canvas.addEventListener("blur", () => draw(state));
}

function key(state, pressed) {
  const to = neighbour(state, pressed);
  if (to !== undefined) moveTo(state, to);
  else if (pressed === "Enter") [zoomTo(state, state.cursor), choose(state, state.cursor)];
  else if (pressed === " ") choose(state, state.cursor);
  else if (pressed === "Escape" && state.zoom !== ALL) zoomTo(state, ALL);
  else return false;
  return true;
}

function neighbour({ tree, cursor }, pressed) {
  const below = cursor === ALL ? tree.roots : (tree.children[cursor] ?? []);
  const beside = cursor === ALL ? [ALL] : tree.parent[cursor] < 0 ? tree.roots : tree.children[tree.parent[cursor]];
  const at = beside.indexOf(cursor);
  switch (pressed) {
    case "ArrowDown": return below.length ? below[0] : cursor;
    case "ArrowUp": return cursor === ALL ? ALL : tree.parent[cursor];
    case "ArrowLeft": return beside[Math.max(0, at - 1)];
    case "ArrowRight": return beside[Math.min(beside.length - 1, at + 1)];
    case "Home": return ALL;
    default: return undefined;
  }
}

function moveTo(state, to) {
  state.cursor = to;
  if (!visible(state, to)) zoomTo(state, to === ALL || state.tree.parent[to] < 0 ? ALL : state.tree.parent[to]);
  bring(state, to);
  say(state, to);
  draw(state);
}

function visible(state, at) {
  const { start, length } = view(state);
  const { tree } = state;
  if (at === ALL) return true;
  const from = tree.start[at] - start;
  return from > -1e-9 && from + tree.total[at] <= length * (1 + 1e-9) && (tree.total[at] / length) * state.width >= 3;
}

function bring({ tree, scroll }, at) {
  const top = (at === ALL ? 0 : tree.depth[at]) * ROW;
  if (top < scroll.scrollTop) scroll.scrollTop = top;
  else if (top + ROW > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = top + ROW - scroll.clientHeight;
}

function choose(state, at) {
  if (at !== ALL && state.tree.frame[at] >= 0) state.store.choose(state.tree.frame[at], 0, "flame");
}

function zoomTo(state, at) {
  state.zoom = at;
  state.reset.disabled = at === ALL;
  say(state, at);
  draw(state);
}

/** Follows a choice made elsewhere: the box of it with the most time is spoken of and brought into sight. */
function chosen(state, from) {
  const { tree, store } = state;
  if (from !== "flame") {
    let best = ALL;
    for (let at = 0; at < tree.size; at++) if (tree.frame[at] === store.frame && (best === ALL || tree.total[at] > tree.total[best])) best = at;
    if (best !== ALL) {
      state.cursor = best;
      if (!visible(state, best) && state.zoom !== ALL) zoomTo(state, ALL);
      bring(state, best);
      say(state, best);
    }
  }
  if (state.colors) draw(state);
}

function hover(state, at) {
  if (at === state.hover) return;
  state.hover = at;
  state.canvas.style.cursor = at === null ? "default" : "pointer";
  state.canvas.title = at === null ? "" : words(state, at);
  say(state, at ?? state.cursor);
  draw(state);
}

function words({ tree, model }, at) {
  if (at === ALL) return `all of it: ${model.amount(tree.all)}`;
  const frame = tree.frame[at];
  const split = { python: tree.split.python[at], native: tree.split.native[at], waiting: tree.split.waiting[at] };
  const kind = model.kind(split);
  const where = frame < 0 ? "" : model.place(frame);
  return `${model.name(frame)}${where ? `, ${where}` : ""}: total ${model.amount(tree.total[at])} (${share(model.shareOf(tree.total[at]))} here), self ${model.amount(tree.self[at])}${kind ? ` (${kind})` : ""}`;
}

function say(state, at) {
  const row = at === ALL ? null : state.model.byFrame.get(state.tree.frame[at]);
  const elsewhere = row && row.total > state.tree.total[at] * 1.001 ? `; everywhere ${state.model.amount(row.total)} ${plusMinus(row.plusMinus)}` : "";
  state.status.textContent = words(state, at) + elsewhere;
}

function view({ tree, zoom }) {
  return zoom === ALL ? { start: 0, length: tree.all } : { start: tree.start[zoom], length: tree.total[zoom] };
}

function hit(state, event) {
  const { tree, scroll, canvas, zoom } = state;
  const box = canvas.getBoundingClientRect();
  const row = Math.floor((event.clientY - box.top + scroll.scrollTop) / ROW);
  const { start, length } = view(state);
  const time = start + ((event.clientX - box.left) / box.width) * length;
  if (row <= 0) return ALL;
  let list = tree.roots;
  for (let depth = 1; ; depth++) {
    const found = list.find((at) => (zoom !== ALL && contains(tree, at, zoom)) || (tree.start[at] <= time && time < tree.start[at] + tree.total[at]));
    if (found === undefined) return null;
    if (depth === row) return found;
    list = tree.children[found] ?? [];
  }
}

function contains(tree, outer, inner) {
  for (; inner >= 0; inner = tree.parent[inner]) if (inner === outer) return true;
  return false;
}

function draw(state) {
  const { canvas, scroll } = state;
  const width = scroll.clientWidth;
  const height = scroll.clientHeight;
  if (!width || !height) return;
  const ratio = globalThis.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  state.width = width;
  state.colors ??= colors(canvas);
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = state.colors.font;
  pen.textBaseline = "middle";
  pen.direction = "ltr";
  boxes(state, pen, scroll.scrollTop, width, height);
}

function colors(canvas) {
  const style = getComputedStyle(canvas);
  const value = (name) => style.getPropertyValue(name).trim();
  const found = { ink: value("--box-ink"), line: value("--chosen"), paper: value("--paper"), font: `12px ${value("--code-font")}` };
  for (const owner of ["own", "library", "stdlib", "native", "synthetic", "folded", "all"]) found[owner] = value(`--of-${owner}`);
  return found;
}

/** Draws what is on the stage: from each box only those below it that are half a pixel wide. */
function boxes(state, pen, scrolled, width, height) {
  const { tree, zoom } = state;
  const { start, length } = view(state);
  const path = new Set();
  for (let at = zoom; at >= 0; at = tree.parent[at]) path.add(at);
  const scale = width / length;
  const marked = [];
  box(state, pen, ALL, 0, width, -scrolled, marked);
  const pending = [tree.roots];
  while (pending.length) {
    for (const at of pending.pop()) {
      const top = tree.depth[at] * ROW - scrolled;
      if (top > height) break;
      const above = path.has(at);
      const left = above ? 0 : (tree.start[at] - start) * scale;
      const wide = above ? width : tree.total[at] * scale;
      if (wide < 0.5 || left > width || left + wide < 0 || (!above && zoom !== ALL && tree.depth[at] <= tree.depth[zoom])) continue;
      if (top > -ROW) box(state, pen, at, left, wide, top, marked);
      if (tree.children[at]) pending.push(tree.children[at]);
    }
  }
  for (const draw of marked) draw();
}

function box(state, pen, at, left, wide, top, marked) {
  const { tree, model, colors: ink, store, cursor, hover: over, canvas } = state;
  const frame = at === ALL ? ALL : tree.frame[at];
  const chosen = at !== ALL && frame >= 0 && frame === store.frame;
  const gap = wide > 4 ? 1 : 0;
  const inner = Math.max(wide - gap, 0.5);
  pen.globalAlpha = at !== ALL && contains(tree, at, state.zoom) && at !== state.zoom ? 0.6 : 1;
  pen.fillStyle = at === ALL ? ink.all : ink[model.owner(frame)];
  pen.fillRect(left, top, inner, ROW - 1);
  pen.globalAlpha = 1;
  if (wide > 26) label(pen, ink, at === ALL ? `all ${model.amount(tree.all)}` : model.name(frame), left + 5, top + ROW / 2, inner - 9, chosen);
  const here = at === over || (at === cursor && canvas.matches(":focus-visible"));
  if (chosen || here) marked.push(() => outline(pen, ink, left, top, inner, chosen, here));
}

function outline(pen, ink, left, top, wide, chosen, here) {
  pen.strokeStyle = chosen ? ink.line : ink.ink;
  pen.fillStyle = ink.line;
  if (wide < 3) return pen.fillRect(left, top, Math.max(wide, 1), ROW - 1);
  pen.lineWidth = chosen ? 2 : 1;
  pen.setLineDash(here && chosen ? [4, 2] : []);
  pen.strokeRect(left + 1, top + 1, wide - 2, ROW - 3);
  pen.setLineDash([]);
}

/** Writes as much of a name as fits, with an ellipsis; it never spills over its box. */
function label(pen, ink, name, left, middle, room, bold) {
  pen.font = bold ? `bold ${ink.font}` : ink.font;
  pen.fillStyle = ink.ink;
  const each = pen.measureText("m").width;
  let text = name.length * each > room ? name.slice(0, Math.max(1, Math.floor(room / each))) : name;
  let cut = text.length < name.length;
  while (text && pen.measureText(cut ? `${text}…` : text).width > room) [text, cut] = [text.slice(0, -1), true];
  if (text && !(cut && text.length < 2)) pen.fillText(cut ? `${text}…` : text, left, middle);
}
