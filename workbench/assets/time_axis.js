import { drawing } from "./dom.js";
import { seconds } from "./format.js";

const LETTER = 6.8;
const GAP = 12;
const INSET = 8;
const LONG = 120;
const MINUTES = [15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 43200, 86400];
const UNITS = [[1, 1, "s"], [1e-3, 1e3, "ms"], [1e-6, 1e6, "µs"], [0, 1e9, "ns"]];

/** The height of the axis' own row in pixels. */
export const AXIS = 30;

/** The one scale of all tracks: `from` to `to` (seconds) of a run of `span` seconds over `width` pixels. */
export function createAxis(span) {
  const axis = { span, from: 0, to: span, width: 0, version: 0 };
  axis.x = (time) => ((time - axis.from) / (axis.to - axis.from)) * axis.width;
  axis.time = (x) => axis.from + (x / (axis.width || 1)) * (axis.to - axis.from);
  axis.zoomed = () => axis.from > 0 || axis.to < axis.span;
  axis.least = () => Math.max(axis.span * 1e-9, 1e-9);
  axis.show = (from, to) => {
    const wide = Math.max(to - from, axis.least() * 10);
    axis.from = Math.max(0, Math.min(from, axis.span - wide));
    axis.to = Math.min(axis.span, axis.from + wide);
    axis.version += 1;
  };
  axis.size = (width) => {
    if (width === axis.width) return false;
    axis.width = width;
    axis.version += 1;
    return true;
  };
  return axis;
}

/** The marks of an axis, `{time, label}`, as near to each other as their labels allow: steps of 1, 2 and 5, of whole minutes from two minutes on. */
export function ticks({ from, to, width }) {
  const long = to >= LONG;
  for (const step of steps(to - from, long)) {
    const written = (time) => stamp(time, step, to);
    const widest = Math.max(written(from).length, written(to).length, written(to - step).length) * LETTER;
    if ((step / (to - from)) * width >= widest * 1.5 + GAP) return marks(from, to, step, written);
  }
  return [{ time: from, label: seconds(from) }];
}

function steps(span, long) {
  const found = [];
  for (let size = 10 ** Math.floor(Math.log10(span / 100)); size <= span; size *= 10) found.push(...[1, 2, 5].map((times) => times * size));
  return long ? [...found.filter((step) => step < 15), ...MINUTES.filter((step) => step <= span)] : found;
}

/** The finest step of 1, 2 and 5 that is at least as long as a pixel of the axis; times are chosen and written by it. */
export function grain({ from, to, width }) {
  const pixel = (to - from) / (width || 1);
  const size = 10 ** Math.floor(Math.log10(pixel) + 1e-9);
  return [1, 2, 5, 10].find((times) => times * size >= pixel * (1 - 1e-9)) * size;
}

/** A time moved to the nearest multiple of a step, rounded once: 400 steps of 0.001 are 0.4. Steps that are no part of a second give whole microseconds. */
export function snapped(time, step) {
  const times = Math.round(time / step);
  const parts = Math.round(1 / step);
  if (step >= 1) return times * step;
  return Math.abs(parts * step - 1) < 1e-9 ? times / parts : Math.round(times * step * 1e6) / 1e6;
}

/** A time of the axis in words, as finely as `step` is, in the unit that its end is read in. */
export function stamp(time, step, to) {
  return to >= LONG && step >= 1 ? clock(time, to) : measured(time, to, step);
}

function marks(from, to, step, written) {
  const found = [];
  const first = Math.ceil(from / step - 1e-9);
  for (let at = first; at * step <= to + step * 1e-9 && found.length < 200; at++) found.push({ time: at * step, label: written(at * step) });
  return found;
}

function measured(time, to, step) {
  const [, factor, unit] = UNITS.find(([limit]) => to >= limit);
  if (Math.abs(time) < step * 1e-6) return `0 ${unit}`;
  const digits = Math.max(0, Math.min(9, Math.ceil(-Math.log10(step * factor) - 1e-9)));
  return `${(time * factor).toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${unit}`;
}

function clock(time, to) {
  const whole = Math.round(time);
  const two = (value) => String(value).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60)];
  return to >= 3600 ? `${hours}:${two(minutes % 60)}:${two(whole % 60)}` : `${minutes}:${two(whole % 60)}`;
}

/** Draws the marks and their labels into the SVG element `picture`, `height` pixels tall: lines that stand behind all tracks. */
export function drawAxis(picture, axis, height) {
  picture.setAttribute("width", axis.width);
  picture.setAttribute("height", height);
  picture.setAttribute("viewBox", `0 0 ${axis.width} ${height}`);
  const nodes = [];
  for (const { time, label } of ticks(axis)) {
    const x = axis.x(time);
    const half = (label.length * LETTER) / 2;
    const [at, anchor] = x < half ? [INSET, "start"] : x > axis.width - half ? [axis.width - INSET, "end"] : [x, "middle"];
    nodes.push(drawing("line", { x1: x, x2: x, y1: AXIS - 8, y2: height }), drawing("text", { x: at, y: 14, "text-anchor": anchor }, label));
  }
  picture.replaceChildren(...nodes);
}
