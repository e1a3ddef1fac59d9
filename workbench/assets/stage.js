import { element } from "./dom.js";
import { drawAll, drawBoxes, firstAfter, penOf, ROW } from "./paint.js";
import { callees } from "./tree.js";

const ROWS = 18;
const ALL = -1;
const DRAG = 4;

/**
 * One picture of boxes on a canvas, and how it is moved in. `tell` has `chose(at)`, `moved(at)` (the keyboard's box), `over(at, event)`
 * (the pointer's, null off any), `zoomed(at)`, `key(pressed)` for keys it does not know, and the looks: `fill`, `faint`, `name`, `chosen(at)`,
 * `whole()` (words of the box of everything; null for none). `upward` has callers above their callees' row, the roots at the bottom.
 */
export function stage(tell, { label, upward = false }) {
  const canvas = element("canvas", { tabindex: 0, role: "application", "aria-roledescription": "flame graph", "aria-label": label, "aria-describedby": "wb-box" });
  const spacer = element("div");
  const scroll = element("div", { class: "scroll stage" }, canvas, spacer);
  const state = { tell, canvas, scroll, spacer, upward, base: tell.whole() === null ? 0 : 1, tree: null, from: 0, length: 1, zoom: ALL, cursor: ALL, hover: null, drag: null, ink: null, width: 0 };
  listen(state);
  return {
    node: scroll,
    canvas,
    get tree() { return state.tree; },
    get cursor() { return state.cursor; },
    get zoom() { return state.zoom; },
    set: (tree) => set(state, tree),
    draw: () => draw(state),
    recolor: () => ((state.ink = null), draw(state)),
    zoomTo: (at) => zoomTo(state, at),
    reveal: (at) => reveal(state, at),
    isWhole: () => isWhole(state),
  };
}

function set(state, tree) {
  Object.assign(state, { tree, from: 0, length: tree.all || 1, least: leastOf(tree), zoom: ALL, cursor: ALL, hover: null });
  const rows = stageRows(state);
  state.scroll.style.height = `${rows * ROW + 2}px`;
  state.spacer.style.height = `${Math.max(0, tree.deepest + state.base - rows) * ROW}px`;
}

/** The width of the smallest box: no more can be zoomed in. */
function leastOf({ total, all }) {
  let least = all;
  for (const one of total) if (one > 0 && one < least) least = one;
  return least || 1;
}

/** As many rows as boxes wide enough to be read reach down to; deeper slivers are scrolled to. */
function stageRows({ tree, base, upward }) {
  let deepest = Math.min(tree.deepest, upward ? 2 : 5);
  for (let at = 0; at < tree.size; at++) if (tree.total[at] >= tree.all / 100 && tree.depth[at] > deepest) deepest = tree.depth[at];
  return Math.max(1, Math.min(upward ? ROWS / 2 : ROWS, deepest + base));
}

function topOf({ tree, base, upward }, depth, scrolled) {
  const row = upward ? tree.deepest - depth : depth - 1 + base;
  return row * ROW - scrolled;
}

function draw(state) {
  const { tree, scroll, canvas, tell } = state;
  if (!tree) return;
  const [width, height, scrolled] = [scroll.clientWidth, scroll.clientHeight, scroll.scrollTop];
  const pen = penOf(canvas, width, height);
  if (!pen) return;
  state.width = width;
  state.ink ??= inks(canvas);
  const focused = canvas.matches(":focus-visible");
  const look = { ...tell, tree, pen, ink: state.ink, from: state.from, length: state.length, width, height, top: (depth) => topOf(state, depth, scrolled), gone: (top) => (state.upward ? top < -ROW : top > height) };
  look.fill = (at) => tell.fill(at, state.ink);
  look.mark = (at) => (tell.chosen(at) ? 2 : 0) + (at === state.hover || (at === state.cursor && focused) ? 1 : 0);
  const deepest = drawBoxes(pen, look);
  if (state.base) drawAll(look, tell.whole(), -scrolled);
  if (state.drag?.box) band(state, pen, height);
  if (!state.upward && scrolled >= (deepest + state.base) * ROW) scroll.scrollTop = Math.max(0, (deepest + state.base) * ROW - height);
}

function band({ drag, ink }, pen, height) {
  const [left, right] = [Math.min(drag.x, drag.now), Math.max(drag.x, drag.now)];
  pen.fillStyle = ink.line;
  pen.globalAlpha = 0.14;
  pen.fillRect(left, 0, right - left, height);
  pen.globalAlpha = 1;
  pen.fillRect(left, 0, 1, height);
  pen.fillRect(right, 0, 1, height);
}

function inks(canvas) {
  const style = getComputedStyle(canvas);
  const value = (name) => style.getPropertyValue(name).trim();
  const found = { ink: value("--box-ink"), line: value("--chosen"), font: `12px ${value("--code-font")}`, modules: [], less: [], more: [] };
  for (const owner of ["own", "library", "stdlib", "native", "synthetic", "folded", "all"]) found[owner] = value(`--of-${owner}`);
  for (const kind of ["python", "native", "waiting"]) found[`kind-${kind}`] = value(`--box-${kind}`);
  for (let at = 0; at < 8; at++) found.modules.push(value(`--module-${at}`));
  for (let at = 0; at < 4; at++) [found.less[at], found.more[at]] = [value(`--less-${at}`), value(`--more-${at}`)];
  return found;
}

function listen(state) {
  const { canvas, scroll } = state;
  scroll.addEventListener("scroll", () => draw(state), { passive: true });
  canvas.addEventListener("pointerdown", (event) => event.button === 0 && press(state, event));
  canvas.addEventListener("pointermove", (event) => (state.drag ? pull(state, event) : hover(state, hit(state, event), event)));
  canvas.addEventListener("pointerup", (event) => release(state, event));
  canvas.addEventListener("pointercancel", () => ((state.drag = null), draw(state)));
  canvas.addEventListener("pointerleave", (event) => !state.drag && hover(state, null, event));
  canvas.addEventListener("wheel", (event) => wheel(state, event), { passive: false });
  canvas.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || !key(state, event)) return;
    event.preventDefault();
    event.stopPropagation();
  });
  canvas.addEventListener("focus", () => draw(state));
  canvas.addEventListener("blur", () => draw(state));
}

/** A drag takes a part to zoom into while everything is in sight, or with Shift; else it moves sideways. */
function press(state, event) {
  state.drag = { x: event.offsetX, now: event.offsetX, from: state.from, box: false, pans: isWhole(state) ? false : !event.shiftKey };
  state.canvas.setPointerCapture?.(event.pointerId);
}

function pull(state, event) {
  const { drag } = state;
  drag.now = event.offsetX;
  if (Math.abs(drag.now - drag.x) < DRAG && !drag.box && !drag.moved) return;
  if (drag.pans) {
    drag.moved = true;
    look(state, drag.from - ((drag.now - drag.x) / state.width) * state.length, state.length);
  } else drag.box = true;
  draw(state);
}

function release(state, event) {
  const { drag } = state;
  state.drag = null;
  if (!drag) return;
  if (drag.box) {
    const [left, right] = [Math.min(drag.x, drag.now), Math.max(drag.x, drag.now)].map((x) => state.from + (x / state.width) * state.length);
    state.zoom = ALL;
    look(state, left, right - left);
    state.tell.zoomed(ALL);
    draw(state);
  } else if (!drag.moved) click(state, hit(state, event));
}

function click(state, at) {
  if (at === null) return;
  state.cursor = at;
  zoomTo(state, at === state.zoom ? ALL : at);
  state.tell.chose(at);
}

/** Zooms about the pointer with Ctrl, Command or Alt (as pinching does), moves sideways with Shift or a sideways wheel; else the page scrolls. */
function wheel(state, event) {
  const { tree, width } = state;
  const sideways = event.shiftKey ? event.deltaY || event.deltaX : Math.abs(event.deltaX) > Math.abs(event.deltaY) ? event.deltaX : 0;
  if (!tree || !width) return;
  if (event.ctrlKey || event.metaKey || event.altKey) zoomAbout(state, event.offsetX / width, Math.exp(Math.max(-120, Math.min(120, event.deltaY)) * 0.0075));
  else if (sideways && !isWhole(state)) look(state, state.from + (sideways / width) * state.length, state.length);
  else return;
  event.preventDefault();
  state.tell.zoomed(state.zoom);
  draw(state);
}

function zoomAbout(state, part, factor) {
  const length = state.length * factor;
  state.zoom = ALL;
  look(state, state.from + (state.length - Math.min(length, state.tree.all)) * part, length);
}

/** Has `length` from `from` on span the width, within what there is. */
function look(state, from, length) {
  const { least, tree: { all } } = state;
  state.length = Math.min(all, Math.max(length, least));
  state.from = Math.max(0, Math.min(from, all - state.length));
}

function isWhole({ tree, length }) {
  return !tree || length >= tree.all * (1 - 1e-12);
}

function zoomTo(state, at) {
  const { tree } = state;
  state.zoom = at;
  if (at === ALL) look(state, 0, tree.all);
  else look(state, tree.start[at], tree.total[at]);
  state.tell.zoomed(at);
  draw(state);
}

function hover(state, at, event) {
  const changed = at !== state.hover;
  state.hover = at;
  state.canvas.style.cursor = at === null ? "default" : "pointer";
  state.tell.over(at, event);
  if (changed) draw(state);
}

/** The box under the pointer; -1 for the one of everything, null for none. */
function hit(state, event) {
  const { tree, base, upward, scroll } = state;
  if (!tree || !state.width) return null;
  const row = Math.floor((event.offsetY + scroll.scrollTop) / ROW);
  const depth = upward ? tree.deepest - row : row + 1 - base;
  const time = state.from + (event.offsetX / state.width) * state.length;
  if (base && row <= 0) return ALL;
  let found = ALL;
  for (let level = 1; level <= depth; level++) {
    const kids = callees(tree, found);
    const at = firstAfter(tree, kids, time);
    if (at >= kids.length || tree.start[kids[at]] > time) return null;
    found = kids[at];
  }
  return found === ALL ? null : found;
}

function key(state, event) {
  const { key: pressed } = event;
  if (event.shiftKey && (pressed === "ArrowLeft" || pressed === "ArrowRight")) {
    look(state, state.from + (pressed === "ArrowLeft" ? -0.2 : 0.2) * state.length, state.length);
    draw(state);
    return true;
  }
  const to = neighbour(state, pressed);
  if (to !== undefined) moveTo(state, to);
  else if (pressed === "Enter") [zoomTo(state, state.cursor), state.tell.chose(state.cursor)];
  else if (pressed === " ") state.tell.chose(state.cursor);
  else if (pressed === "Escape" && !isWhole(state)) zoomTo(state, ALL);
  else if (pressed === "+" || pressed === "=") stepIn(state, 1 / 1.5);
  else if (pressed === "-") stepIn(state, 1.5);
  else return state.tell.key(pressed);
  return true;
}

function stepIn(state, factor) {
  const { tree, cursor } = state;
  const middle = cursor === ALL ? state.from + state.length / 2 : tree.start[cursor] + tree.total[cursor] / 2;
  zoomAbout(state, Math.max(0, Math.min(1, (middle - state.from) / state.length)), factor);
  state.tell.zoomed(ALL);
  draw(state);
}

function neighbour({ tree, cursor, upward }, pressed) {
  const below = callees(tree, cursor);
  const beside = cursor === ALL ? [ALL] : callees(tree, tree.parent[cursor]);
  const at = beside.indexOf(cursor);
  const [deeper, back] = upward ? ["ArrowUp", "ArrowDown"] : ["ArrowDown", "ArrowUp"];
  switch (pressed) {
    case deeper: return below.length ? below[0] : cursor;
    case back: return cursor === ALL ? ALL : tree.parent[cursor];
    case "ArrowLeft": return beside[Math.max(0, at - 1)];
    case "ArrowRight": return beside[Math.min(beside.length - 1, at + 1)];
    case "Home": return ALL;
    default: return undefined;
  }
}

function moveTo(state, to) {
  state.cursor = to;
  if (!inSight(state, to)) zoomTo(state, to === ALL || state.tree.parent[to] < 0 ? ALL : state.tree.parent[to]);
  bring(state, to);
  state.tell.moved(to);
  draw(state);
}

/** Makes a box the keyboard's and brings it into sight. */
function reveal(state, at) {
  state.cursor = at;
  if (!inSight(state, at) && !isWhole(state)) zoomTo(state, ALL);
  bring(state, at);
}

function inSight({ tree, from, length, width }, at) {
  if (at === ALL) return true;
  const begin = tree.start[at] - from;
  return begin > -1e-9 * tree.all && begin + tree.total[at] <= length * (1 + 1e-9) && (tree.total[at] / length) * width >= 3;
}

function bring(state, at) {
  const { tree, scroll, base, upward } = state;
  const row = at === ALL ? (upward ? tree.deepest - 1 : 0) : upward ? tree.deepest - tree.depth[at] : tree.depth[at] - 1 + base;
  const top = row * ROW;
  if (top < scroll.scrollTop) scroll.scrollTop = top;
  else if (top + ROW > scroll.scrollTop + scroll.clientHeight) scroll.scrollTop = top + ROW - scroll.clientHeight;
}
