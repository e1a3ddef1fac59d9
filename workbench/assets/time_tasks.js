import { element } from "./dom.js";
import { count, seconds } from "./format.js";
import { inks, key, pen, track } from "./time_paper.js";

const ROW = 15;
const CHART = 54;
const MOST_ROWS = 24;
const STATES = ["running", "ready", "waiting"];
const MEANING = { running: "at work", ready: "ready, but kept from going on", waiting: "waiting" };
const WORDS = [["python", "running", MEANING.running], ["native", "ready", MEANING.ready], ["waiting", "waiting", MEANING.waiting], ["blocked", "blocking", "the loop did nothing else meanwhile"]];
const INK = { running: "python", ready: "native", waiting: "waiting" };
const ENDS = ["never ended", "done", "failed", "cancelled"];

/** The tasks of the run as lanes, how many there were at once above them, and what blocked the loop marked in both. `told` is called with a sentence. */
export function tasksTrack(model, store, told) {
  const { lanes } = model.tasks;
  if (!lanes.name.length) return null;
  const [root, label, plot] = track("lanes", "Tasks");
  const canvas = element("canvas", { tabindex: 0, role: "application", "aria-roledescription": "task lanes", "aria-label": "Tasks over time. Arrow keys move between tasks, Enter chooses the coroutine.", "aria-describedby": "wb-moment" });
  const rows = Math.min(lanes.name.length, MOST_ROWS);
  const spacer = element("div", {});
  const scroll = element("div", { class: "bands", style: { height: `${CHART + rows * ROW + 4}px` } }, canvas, spacer);
  const names = Array.from({ length: rows + 1 }, () => element("div", {}));
  const list = element("div", { class: "names", "aria-hidden": "true", style: { height: `${rows * ROW}px` } }, names);
  label.append(key(model.tasks.slices.name.length ? WORDS : WORDS.slice(0, 3), "Colours of the lanes"), list);
  plot.append(scroll);
  const state = { model, store, told, canvas, scroll, spacer, names, rows, shown: [], cursor: -1, spans: byLane(model.tasks), colors: null, axis: null };
  listen(state);
  return {
    root,
    show: () => state.axis && draw(state),
    draw: (axis) => ((state.axis = axis), alive(state), draw(state)),
    recolor: () => void (state.colors = null),
    rest: resting(model),
    under: (event, time) => under(state, event, time),
    say: (axis, time) => atOnce(model, time),
  };
}

/** What blocked the loop, each a button that chooses its line. */
export function blockedLoop(model, store) {
  const { slices } = model.tasks;
  if (!slices.name.length) return element("p", { class: "quiet" }, "Nothing blocked the loop for longer than 50 ms.");
  const items = slices.name.map((name, at) => {
    const frame = slices.frame[at];
    const where = frame < 0 ? "not met" : `${model.where(frame)}:${slices.line[at]}`;
    const number = element("span", { class: "number" }, seconds(slices.length[at] / 1e6), element("small", {}, `at ${seconds(slices.start[at] / 1e6)}`));
    const text = element("span", { class: "name" }, element("code", {}, model.text(slices.source[at]) || model.text(name)), element("span", { class: "where" }, `${model.text(name)}, ${where}`));
    const button = element("button", { type: "button", class: "edge", disabled: frame < 0 }, text, element("span"), number);
    button.addEventListener("click", () => store.choose(frame, slices.line[at], "lanes"));
    return element("li", {}, button);
  });
  return element("div", { class: "lists" }, element("div", {}, element("h4", {}, "what blocked the loop"), element("ul", {}, items)));
}

function byLane({ lanes, spans }) {
  const found = lanes.name.map(() => []);
  spans.lane.forEach((lane, at) => found[lane].push({ state: spans.state[at], start: spans.start[at] / 1e6, length: spans.length[at] / 1e6 }));
  return found;
}

/** Which lanes have a row: those of tasks that lived in the stretch of the axis that is shown. */
function alive(state) {
  const { lanes } = state.model.tasks;
  const { from, to } = state.axis;
  state.shown = [...lanes.name.keys()].filter((lane) => lanes.start[lane] / 1e6 <= to && (lanes.end[lane] ?? Infinity) / 1e6 >= from);
  state.spacer.style.height = `${Math.max(0, state.shown.length - state.rows) * ROW}px`;
}

function listen(state) {
  const { canvas, scroll } = state;
  scroll.addEventListener("scroll", () => state.axis && draw(state), { passive: true });
  canvas.addEventListener("click", (event) => choose(state, laneAt(state, event)));
  canvas.addEventListener("keydown", (event) => {
    const last = state.shown.length - 1;
    const at = state.shown.indexOf(state.cursor);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: last }[event.key];
    if (to !== undefined) move(state, Math.max(0, Math.min(last, to)));
    else if (event.key === "Enter" || event.key === " ") choose(state, state.cursor);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

function move(state, row) {
  if (!state.shown.length) return;
  state.cursor = state.shown[row];
  const top = row * ROW;
  const room = state.scroll.clientHeight - CHART;
  if (top < state.scroll.scrollTop) state.scroll.scrollTop = top;
  else if (top + ROW > state.scroll.scrollTop + room) state.scroll.scrollTop = top + ROW - room;
  state.told(lifetime(state.model, state.cursor));
  draw(state);
}

function choose(state, lane) {
  if (lane < 0) return;
  state.cursor = lane;
  state.store.choose(state.model.tasks.lanes.frame[lane], 0, "lanes");
  draw(state);
}

function laneAt(state, event) {
  const y = event.clientY - state.canvas.getBoundingClientRect().top;
  const row = Math.floor((y - CHART + state.scroll.scrollTop) / ROW);
  return y >= CHART ? (state.shown[row] ?? -1) : -1;
}

function under(state, event, time) {
  const lane = laneAt(state, event);
  state.canvas.style.cursor = lane < 0 ? "" : "pointer";
  if (lane < 0) return "";
  const stretch = state.spans[lane].find((one) => one.start <= time && time < one.start + one.length);
  const doing = stretch ? `; here ${MEANING[STATES[stretch.state]]} for ${seconds(stretch.length)}, from ${seconds(stretch.start)} on` : "";
  return lifetime(state.model, lane) + doing;
}

function resting(model) {
  const { lanes, others } = model.tasks;
  const more = others ? `; ${count(others, "task")} of the kernel or of libraries not shown` : "";
  return `${count(lanes.name.length, "task")}${more}`;
}

function lifetime(model, lane) {
  const { lanes } = model.tasks;
  const [start, end] = [lanes.start[lane] / 1e6, lanes.end[lane] === null ? null : lanes.end[lane] / 1e6];
  const life = end === null ? `from ${seconds(start)} on` : `${seconds(start)} to ${seconds(end)}`;
  const error = lanes.outcome[lane] === 2 ? ` (${model.text(lanes.error[lane])})` : "";
  return `${model.text(lanes.name[lane])}, ${model.name(lanes.frame[lane])}: ${ENDS[lanes.outcome[lane]]}${error}, ${life}`;
}

function atOnce({ tasks, meta }, time) {
  const counts = tasks.atOnce;
  const at = Math.max(0, Math.min(counts.running.length - 1, Math.floor((time / (meta.duration || 1)) * counts.running.length)));
  return `on average ${STATES.map((name) => `${decimal(counts[name][at] ?? 0)} ${name}`).join(", ")}`;
}

function decimal(value) {
  return value.toLocaleString("en", { maximumFractionDigits: 1 });
}

function draw(state) {
  const { canvas, scroll, axis } = state;
  const height = scroll.clientHeight;
  const drawn = pen(canvas, axis.width, height);
  if (!drawn) return;
  const ink = (state.colors ??= inks(canvas));
  write(state);
  drawLanes(state, drawn, ink, height);
  drawn.clearRect(0, 0, axis.width, CHART);
  drawChart(state, drawn, ink);
  drawSlices(state, drawn, ink, height);
}

/** The names of the lanes in sight, beside them. */
function write({ scroll, names, shown, model, store }) {
  const { lanes } = model.tasks;
  const first = Math.floor(scroll.scrollTop / ROW);
  names.forEach((node, at) => {
    const lane = shown[first + at] ?? -1;
    node.textContent = lane < 0 ? "" : model.text(lanes.name[lane]);
    node.style.transform = `translateY(${-(scroll.scrollTop % ROW)}px)`;
    node.classList.toggle("chosen", lane >= 0 && lanes.frame[lane] === store.frame);
  });
}

function drawLanes(state, drawn, ink, height) {
  const { spans, scroll, shown, model, store, axis } = state;
  for (let row = Math.floor(scroll.scrollTop / ROW); row < shown.length; row++) {
    const lane = shown[row];
    const top = CHART + row * ROW - scroll.scrollTop;
    if (top > height) break;
    if (lane === state.cursor) fill(drawn, ink.soft, 0, top, axis.width, ROW);
    for (const one of spans[lane]) stretch(drawn, ink, axis, one, top);
    if (model.tasks.lanes.frame[lane] === store.frame) fill(drawn, ink.chosen, 0, top + 1, 3, ROW - 2);
    ending(model.tasks.lanes, lane, axis, drawn, ink, top);
  }
}

function stretch(drawn, ink, axis, { state, start, length }, top) {
  const [left, right] = [axis.x(start), axis.x(start + length)];
  if (right < 0 || left > axis.width) return;
  const name = STATES[state];
  const inset = name === "waiting" ? 6 : 2;
  drawn.globalAlpha = name === "waiting" ? 0.55 : 1;
  fill(drawn, ink[INK[name]], Math.max(left, -4), top + inset, Math.max(Math.min(right, axis.width + 4) - Math.max(left, -4), 0.75), ROW - 2 * inset);
  drawn.globalAlpha = 1;
}

function fill(drawn, color, left, top, wide, tall) {
  drawn.fillStyle = color;
  drawn.fillRect(left, top, wide, tall);
}

function ending(lanes, lane, axis, drawn, ink, top) {
  if (lanes.outcome[lane] < 2 || lanes.end[lane] === null) return;
  drawn.fillStyle = ink.alert;
  drawn.font = `bold ${ink.font}`;
  drawn.textBaseline = "middle";
  drawn.fillText(lanes.outcome[lane] === 2 ? "×" : "∅", axis.x(lanes.end[lane] / 1e6) + 2, top + ROW / 2);
}

/** How many tasks there were in each state, as areas on top of each other. */
function drawChart({ model, axis }, drawn, ink) {
  const counts = model.tasks.atOnce;
  const size = counts.running.length;
  const most = counts.running.reduce((so, value, at) => Math.max(so, value + counts.ready[at] + counts.waiting[at]), 1);
  const [top, floor] = [16, CHART - 6];
  const base = new Array(size).fill(0);
  const edge = (at) => Math.round(axis.x((at / size) * model.meta.duration));
  for (const name of STATES) {
    drawn.globalAlpha = name === "waiting" ? 0.45 : 1;
    for (let at = 0; at < size; at++) {
      const tall = (counts[name][at] / most) * (floor - top);
      fill(drawn, ink[INK[name]], edge(at), floor - base[at] - tall, edge(at + 1) - edge(at), tall);
      base[at] += tall;
    }
  }
  drawn.globalAlpha = 1;
  drawn.fillStyle = ink.quiet;
  drawn.font = ink.font;
  drawn.textBaseline = "alphabetic";
  drawn.fillText(`tasks at once: at most ${decimal(most)}`, 4, 11);
}

function drawSlices({ model, axis }, drawn, ink, height) {
  const { slices } = model.tasks;
  slices.start.forEach((start, at) => {
    const left = axis.x(start / 1e6);
    const wide = Math.max(axis.x((start + slices.length[at]) / 1e6) - left, 1);
    drawn.globalAlpha = 0.1;
    fill(drawn, ink.alert, left, CHART, wide, height);
    drawn.globalAlpha = 1;
    fill(drawn, ink.alert, left, CHART - 4, wide, 3);
  });
}
