import { drawing, element } from "./dom.js";
import { bytes, seconds } from "./format.js";
import { track } from "./time_paper.js";

const HEIGHT = 92;
const EDGE = { top: 20, bottom: 6 };

/** Why there is no curve of memory, as a sentence; empty where there is one. */
export function noCurve({ meta, timeline }) {
  if (timeline) return timeline.readings > 1 ? "" : `The memory was read once only (${bytes(timeline.start)}): the run was too short for a curve.`;
  return meta.sampled ? "The memory was not read during this run." : `The engine ${meta.engine} does not read the memory; the engine sample does.`;
}

/** Resident memory of the process and what the run allocated, over the run, the peak marked; or a sentence that says why there is no curve. */
export function memoryTrack(model) {
  const line = model.timeline;
  const [root, label, plot] = track("memory", "Memory");
  if (noCurve(model)) {
    plot.append(element("p", { class: "quiet" }, noCurve(model)));
    return { root };
  }
  const low = line.heap ? 0 : line.rss.reduce((least, next) => Math.min(least, next));
  label.append(element("ul", { class: "facts" }, facts(line, low).map((said) => element("li", {}, said))));
  const picture = drawing("svg", { role: "img", "aria-label": spoken(line), height: HEIGHT });
  plot.append(picture);
  const points = line.time.map((time, at) => ({ time: time / 1e6, rss: line.rss[at], heap: line.heap?.[at] }));
  const state = { line, picture, points, low, high: line.peak };
  return { root, draw: (axis) => draw(state, axis), say: (axis, time) => said(state, time) };
}

function facts(line, low) {
  const found = [`start ${bytes(line.start)}`, `end ${bytes(line.end)}`];
  return [...found, ...(line.heap ? ["dashed: allocated,", `at most ${bytes(line.heapPeak)}`] : [`bottom ${bytes(low)}`])];
}

function spoken(line) {
  const heap = line.heap ? `; at most ${bytes(line.heapPeak)} of it allocated by this run` : "";
  return `Resident memory of the process: ${bytes(line.start)} at the start, peak ${bytes(line.peak)} after ${seconds(line.peakAt)}, ${bytes(line.end)} at the end${heap}`;
}

function down({ high, low }, amount) {
  const room = HEIGHT - EDGE.top - EDGE.bottom;
  return EDGE.top + (high > low ? 1 - (amount - low) / (high - low) : 0.5) * room;
}

function draw(state, axis) {
  const { picture, points, line } = state;
  const { width } = axis;
  picture.setAttribute("width", width);
  picture.setAttribute("viewBox", `0 0 ${width} ${HEIGHT}`);
  const path = trace(state, axis, "rss");
  const floor = HEIGHT - EDGE.bottom;
  const [first, last] = [axis.x(points[0].time), axis.x(points.at(-1).time)];
  picture.replaceChildren(
    drawing("path", { class: "area", d: `M${first},${floor} L${path} L${last},${floor} Z` }),
    drawing("path", { class: "curve", d: `M${path}` }),
    ...(line.heap ? [drawing("path", { class: "curve heap", d: `M${trace(state, axis, "heap")}` })] : []),
    ...peak(state, axis.x(line.peakAt), width),
  );
}

function peak(state, x, width) {
  if (x < 0 || x > width) return [];
  const y = down(state, state.line.peak);
  const [side, anchor] = x < 60 ? [Math.max(2, x - 3), "start"] : x > width - 60 ? [width, "end"] : [x, "middle"];
  return [drawing("circle", { class: "peak", cx: x, cy: y, r: 3.5 }), drawing("text", { class: "peak", x: side, y: y - 8, "text-anchor": anchor }, `peak ${bytes(state.line.peak)}`)];
}

function trace(state, axis, name) {
  return state.points.map((point) => `${axis.x(point.time).toFixed(1)},${down(state, point[name]).toFixed(1)}`).join(" L");
}

function said({ points }, time) {
  const near = points.reduce((best, next) => (Math.abs(next.time - time) < Math.abs(best.time - time) ? next : best));
  const allocated = near.heap === undefined ? "" : ` (${bytes(near.heap)} allocated by this run)`;
  return `${bytes(near.rss)} of memory${allocated}`;
}
