import { drawing, element, empty, pane } from "./dom.js";
import { count, seconds, share } from "./format.js";
import { AXIS, createAxis, drawAxis } from "./time_axis.js";
import { createBrush } from "./time_brush.js";
import { kindsTrack } from "./time_kinds.js";
import { memoryTrack, noCurve } from "./time_memory.js";
import { momentsOf } from "./time_moments.js";
import { steadily } from "./time_steady.js";
import { blockedLoop, tasksTrack } from "./time_tasks.js";
import { threadsTrack } from "./time_threads.js";

const EDGE = 16;
const SLOW = 24;
const REST = 150;
const GUESS = 0.005;
const WHOLE = { from: null, to: null, thread: -1 };

/**
 * What happened when: processor, threads, memory and tasks over one axis of time, and a range drawn over them that all panes follow.
 * Returns the pane, `show(store)` after a choice, `refresh()` after a filter, `draw()` for a new width and `recolor()` for a new theme.
 */
export function timePane(model, store) {
  const [section, tools, body] = pane("time", "Over time");
  const moments = model.moments?.count ? momentsOf(model) : null;
  const lanes = Boolean(model.tasks?.lanes.name.length);
  if (!moments && noCurve(model) && !lanes) {
    body.append(...nothing(model));
    return { section, show: () => {}, refresh: () => {}, draw: () => {} };
  }
  const axis = createAxis(spanOf(model, moments));
  const status = element("p", { id: "wb-moment", class: "status", "aria-live": "polite" });
  const surface = element("div", { class: "tracks" });
  const tracks = tracksOf(model, store, moments, surface, (said) => (status.textContent = said));
  const grid = drawing("svg", { class: "grid", "aria-hidden": "true" });
  const row = element("div", { class: "track axis", style: { height: `${AXIS}px` } }, element("div", { class: "beside" }), element("div", { class: "plot" }));
  surface.append(grid, row, ...tracks.map((track) => track.root));
  const state = { model, store, moments, axis, tracks, grid, row, surface, status, thread: -1, cost: GUESS * (moments?.count ?? 0), moved: 0, waiting: false, ...controls() };
  state.brush = createBrush(axis, surface, { step: moments && !moments.exact ? moments.bin : 0, changed: (range, by) => changed(state, range, by), zoom: () => zoom(state), clear: () => clear(state) });
  row.after(state.brush.layer);
  tools.append(state.said, ...state.buttons);
  body.append(surface, status, ...(model.tasks ? [blockedLoop(model, store)] : []));
  listen(state, section);
  sync(state);
  rest(state);
  return { section, show: () => tracks.forEach((track) => track.show?.()), refresh: () => sync(state), draw: () => sized(state) && drawAll(state), recolor: () => recolor(state) };
}

/** The tracks that this recording has something for, tasks first where the recording is of tasks. */
function tracksOf(model, store, moments, surface, told) {
  const narrowTo = (thread) => steadily(surface, () => store.narrow({ thread }));
  const tasks = model.tasks ? (tasksTrack(model, store, told) ?? idle()) : null;
  const sampled = moments ? [kindsTrack(model, store, moments), threadsTrack(model, store, moments, narrowTo)] : [];
  return [tasks, ...sampled, memoryTrack(model)].filter(Boolean);
}

function nothing(model) {
  const memory = element("div", { class: "memory" }, empty(...[noCurve(model), model.tasks ? null : model.whyWhole].filter(Boolean)));
  return model.tasks ? [idle().root, memory] : [memory];
}

function idle() {
  return { root: element("div", { class: "lanes" }, empty("No task of yours ran.", "Nothing was awaited under asyncio, or its loop was not seen.")) };
}

function spanOf({ meta, timeline }, moments) {
  const last = timeline ? timeline.time.at(-1) / 1e6 : 0;
  return Math.max(meta.duration || 0, moments?.end ?? 0, last, timeline?.peakAt ?? 0) || 1e-6;
}

function controls() {
  const button = (words, title) => element("button", { type: "button", title, disabled: true }, words);
  const buttons = [button("zoom in", "Give the range the whole width (Enter on an end of the range)"), button("zoom out", "Show the whole axis, and keep the range"), button("whole run", "Look at the whole run again (Escape, or a double click)")];
  return { said: element("span", { class: "range hint", role: "status" }), buttons };
}

function listen(state, section) {
  const { surface, buttons, brush } = state;
  [zoom, zoomOut, clear].forEach((act, at) => buttons[at].addEventListener("click", () => act(state)));
  surface.addEventListener("pointermove", (event) => hover(state, event));
  surface.addEventListener("pointerleave", () => rest(state));
  section.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !(brush.range || state.axis.zoomed())) return;
    clear(state);
    event.preventDefault();
  });
}

/** The range changed on the screen: the words follow at once, the other panes once per frame, or where that takes them long when the pointer rests. */
function changed(state, range, by) {
  const { moments, axis, brush } = state;
  words(state);
  if (moments) return void (by === "drag" ? soon(state) : narrow(state, range));
  if (by !== "drop" || !range) return;
  brush.set(null);
  axis.show(range.from, range.to);
  drawAll(state);
}

function soon(state) {
  state.moved = performance.now();
  if (state.waiting) return;
  state.waiting = true;
  const due = () => {
    if (!state.waiting) return;
    if (state.cost > SLOW && performance.now() - state.moved < REST) return void requestAnimationFrame(due);
    narrow(state, state.brush.range);
  };
  requestAnimationFrame(due);
}

function narrow(state, range) {
  const { store, axis, surface } = state;
  state.waiting = false;
  const from = range?.from > 0 ? range.from : null;
  const to = range?.to < axis.span ? range.to : null;
  const { from: was, to: until } = store.filter;
  if (from === was && to === until) return;
  const begun = performance.now();
  steadily(surface, () => store.narrow({ from, to }));
  state.cost = performance.now() - begun;
}

/** Takes over what the store is filtered by, whoever asked for it. */
function sync(state) {
  const { store, brush, axis, tracks } = state;
  const { from, to, thread } = store.filter ?? WHOLE;
  if (state.moments && !brush.drag) brush.set(from === null && to === null ? null : { from: from ?? 0, to: to ?? axis.span });
  const redraw = thread !== state.thread;
  state.thread = thread;
  if (axis.width) for (const track of tracks) (redraw ? (track.draw ?? track.refresh) : track.refresh)?.(axis);
  words(state);
}

function zoom(state) {
  const { brush, axis } = state;
  if (!brush.range) return;
  axis.show(brush.range.from, brush.range.to);
  if (!state.moments) brush.range = null;
  drawAll(state);
}

function zoomOut(state) {
  state.axis.show(0, state.axis.span);
  drawAll(state);
}

function clear(state) {
  const { brush, axis } = state;
  const zoomed = axis.zoomed();
  if (zoomed) axis.show(0, axis.span);
  brush.set(null);
  if (state.moments) narrow(state, null);
  if (zoomed) drawAll(state);
  words(state);
}

function sized({ surface, row, axis }) {
  const width = surface.clientWidth - row.firstChild.offsetWidth - EDGE;
  return width > 0 && axis.size(width);
}

function drawAll(state) {
  const { tracks, axis, grid, surface, brush } = state;
  if (!axis.width) return;
  for (const track of tracks) track.draw?.(axis);
  drawAxis(grid, axis, surface.clientHeight);
  brush.place();
  words(state);
}

function recolor(state) {
  for (const track of state.tracks) track.recolor?.();
  sized(state);
  drawAll(state);
}

/** The range in words, and which buttons have something to do. */
function words(state) {
  const { brush, axis, said, buttons, model } = state;
  const { range } = brush;
  const inner = range && (axis.x(range.from) > 0.5 || axis.x(range.to) < axis.width - 0.5);
  [inner, axis.zoomed(), range || axis.zoomed()].forEach((use, at) => (buttons[at].disabled = !use));
  const why = model.whyWhole || "This recording cannot be narrowed to a part of its time.";
  const text = state.moments ? chosen(state) : `${range ? `${between(state, range)}. ` : axis.zoomed() ? `Shown: ${between(state, axis)}. ` : "Drag over a track to look closer. "}${why}`;
  if (said.textContent !== text) said.textContent = text;
}

function between({ brush }, { from, to }) {
  return `${brush.written(from)} to ${brush.written(to)}`;
}

function chosen(state) {
  const { brush, moments, model, thread } = state;
  const { range } = brush;
  const named = thread >= 0 ? `thread ${model.threads[thread] || "(no name)"}` : "";
  if (!range && !named) return "Drag over a track to look at a part of the run";
  const found = moments.within(range?.from > 0 ? range.from : -Infinity, range?.to < state.axis.span ? range.to : Infinity, thread);
  const size = moments.exact ? count(found.count, "sample") : `in stretches of ${seconds(moments.bin)}`;
  const part = `${share(moments.whole > 0 ? found.time / moments.whole : 0)} of the time`;
  return [range ? between(state, range) : "", named, size, part].filter(Boolean).join(", ");
}

function hover(state, event) {
  const { brush, axis, tracks, status } = state;
  const x = brush.at(event);
  if (x < 0 || x > axis.width) return rest(state);
  brush.point(brush.drag?.moved ? null : x);
  const time = axis.time(x);
  const over = tracks.find((track) => track.root.contains(event.target));
  const here = over?.under?.(event, time);
  const parts = tracks.map((track) => track.say?.(axis, time)).filter(Boolean);
  status.textContent = `${here ? `${here}; ` : ""}at ${brush.written(time)}: ${parts.join("; ")}`;
}

function rest({ brush, tracks, status }) {
  brush.point(null);
  status.textContent = tracks.map((track) => track.rest).find(Boolean) ?? "Point at a track to see what was there";
}
