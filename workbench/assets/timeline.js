import { drawing, element, empty, pane } from "./dom.js";
import { bytes, seconds } from "./format.js";

const HEIGHT = 96;
const EDGE = { top: 18, bottom: 20 };

/** Process memory over the run, its peak marked. Returns the pane and `draw()`. */
export function memoryTimeline(model) {
  const [section, tools, body] = pane("memory", "Memory");
  const line = model.timeline;
  if (!line) {
    body.append(empty(model.meta.sampled ? "The memory was not read during this run." : `The engine ${model.meta.engine} does not read the memory; the engine sample does.`));
    return { section, draw: () => {} };
  }
  const heap = line.heap ? `; at most ${bytes(line.heapPeak)} of it allocated by this run` : "";
  const said = line.readings === 1 ? `${bytes(line.start)}, read once` : `${bytes(line.start)} at the start, peak ${bytes(line.peak)} after ${seconds(line.peakAt)}, ${bytes(line.end)} at the end${heap}`;
  tools.append(element("span", { class: "hint" }, said));
  if (line.readings === 1) {
    body.append(empty("The memory was read once only: the run was too short for a curve."));
    return { section, draw: () => {} };
  }
  const picture = drawing("svg", { role: "img", "aria-label": `Resident memory of the process: ${said}`, height: HEIGHT });
  const status = element("p", { class: "status", "aria-hidden": "true" }, resting(line));
  body.append(picture, status);
  const points = line.time.map((time, at) => ({ time: time / 1e6, rss: line.rss[at], heap: line.heap?.[at] }));
  const span = Math.max(model.meta.duration, points.at(-1).time, line.peakAt) || 1;
  const state = { line, picture, status, points, span, width: 0, low: line.heap ? 0 : Math.min(...line.rss), high: line.peak };
  picture.addEventListener("pointermove", (event) => point(state, event));
  picture.addEventListener("pointerleave", () => point(state, null));
  return { section, draw: () => draw(state) };
}

function resting(line) {
  return line.heap ? "resident memory of the whole process; dashed: what this run allocated and had not freed" : "resident memory of the whole process";
}

function across(state, time) {
  return (time / state.span) * state.width;
}

function down(state, rss) {
  const room = HEIGHT - EDGE.top - EDGE.bottom;
  return EDGE.top + (state.high > state.low ? 1 - (rss - state.low) / (state.high - state.low) : 0.5) * room;
}

function draw(state) {
  const { picture, points, line } = state;
  const width = picture.parentNode.clientWidth;
  if (!width || width === state.width) return;
  state.width = width;
  picture.setAttribute("width", width);
  picture.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  const path = trace(state, "rss");
  const floor = HEIGHT - EDGE.bottom;
  const [first, last] = [across(state, points[0].time), across(state, points.at(-1).time)];
  const [x, y] = [across(state, line.peakAt), down(state, line.peak)];
  state.cross = drawing("line", { class: "cross", y1: EDGE.top, y2: floor, visibility: "hidden" });
  picture.replaceChildren(
    drawing("path", { class: "area", d: `M${first},${floor} L${path} L${last},${floor} Z` }),
    drawing("path", { class: "curve", d: `M${path}` }),
    ...(line.heap ? [drawing("path", { class: "curve heap", d: `M${trace(state, "heap")}` })] : []),
    drawing("line", { class: "floor", x1: 0, x2: width, y1: floor + 0.5, y2: floor + 0.5 }),
    drawing("circle", { class: "peak", cx: x, cy: y, r: 3.5 }),
    text("peak", `peak ${bytes(line.peak)}`, Math.min(Math.max(x, 60), width - 60), y - 7, "middle"),
    text("tick", "0 s", 0, HEIGHT - 5, "start"),
    text("tick", `bottom of the curve: ${bytes(state.low)}`, width / 2, HEIGHT - 5, "middle"),
    text("tick", seconds(state.span), width, HEIGHT - 5, "end"),
    state.cross,
  );
}

function trace(state, name) {
  return state.points.map((point) => `${across(state, point.time).toFixed(1)},${down(state, point[name]).toFixed(1)}`).join(" L");
}

function text(kind, said, x, y, anchor) {
  return drawing("text", { class: kind, x, y, "text-anchor": anchor }, said);
}

function point(state, event) {
  if (!state.cross) return;
  state.cross.setAttribute("visibility", event ? "visible" : "hidden");
  if (!event) return void (state.status.textContent = resting(state.line));
  const time = ((event.clientX - state.picture.getBoundingClientRect().left) / state.width) * state.span;
  const near = state.points.reduce((best, next) => (Math.abs(next.time - time) < Math.abs(best.time - time) ? next : best));
  const x = across(state, near.time);
  for (const name of ["x1", "x2"]) state.cross.setAttribute(name, x);
  const allocated = near.heap === undefined ? "" : `, ${bytes(near.heap)} of it allocated by this run`;
  state.status.textContent = `${bytes(near.rss)} after ${seconds(near.time)}${allocated}`;
}
