import { element, empty, pane } from "./dom.js";
import { count, seconds } from "./format.js";

const ROW = 15;
const CHART = 54;
const MOST_ROWS = 24;
const STATES = ["running", "ready", "waiting"];
const DOTS = { running: "python", ready: "native", waiting: "waiting" };
const MEANING = { running: "at work", ready: "ready, but kept from going on", waiting: "waiting" };
const ENDS = ["never ended", "done", "failed", "cancelled"];

/** The tasks of the run as lanes over time, how many there were at once above them, and what blocked the loop below. Returns the pane, `show` and `draw()`. */
export function taskLanes(model, store) {
  const [section, tools, body] = pane("lanes", "Tasks over time");
  const { lanes } = model.tasks;
  if (!lanes.name.length) {
    body.append(empty("No task of yours ran.", "Nothing was awaited under asyncio, or its loop was not seen."));
    return { section, show: () => {}, draw: () => {} };
  }
  const canvas = element("canvas", { tabindex: 0, role: "application", "aria-roledescription": "task lanes", "aria-label": "Tasks over time. Arrow keys move between tasks, Enter chooses the coroutine.", "aria-describedby": "wb-lane" });
  const rows = Math.min(lanes.name.length, MOST_ROWS);
  const spacer = element("div", { style: { height: `${(lanes.name.length - rows) * ROW}px` } });
  const scroll = element("div", { class: "scroll stage", style: { height: `${CHART + rows * ROW + 4}px` } }, canvas, spacer);
  const status = element("p", { id: "wb-lane", class: "status", "aria-live": "polite" });
  const state = { model, store, canvas, scroll, status, cursor: -1, spans: byLane(model.tasks), colors: null };
  tools.append(legend());
  body.append(scroll, status, blocked(model, store));
  listen(state);
  rest(state);
  return { section, show: () => state.colors && draw(state), draw: () => draw(state), recolor: () => ((state.colors = null), draw(state)) };
}

function byLane({ lanes, spans }) {
  const found = lanes.name.map(() => []);
  spans.lane.forEach((lane, at) => found[lane].push({ state: spans.state[at], start: spans.start[at] / 1e6, length: spans.length[at] / 1e6 }));
  return found;
}

function legend() {
  return element("ul", { class: "key", "aria-label": "Colours of the lanes" }, STATES.map((name) => element("li", {}, element("i", { class: `dot ${DOTS[name]}` }), MEANING[name])));
}

/** What blocked the loop, each a button that chooses its line. */
function blocked(model, store) {
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

function listen(state) {
  const { canvas, scroll } = state;
  scroll.addEventListener("scroll", () => draw(state), { passive: true });
  canvas.addEventListener("pointermove", (event) => point(state, event));
  canvas.addEventListener("pointerleave", () => rest(state));
  canvas.addEventListener("click", (event) => choose(state, laneAt(state, event)));
  canvas.addEventListener("keydown", (event) => {
    const last = state.spans.length - 1;
    const to = { ArrowDown: state.cursor + 1, ArrowUp: state.cursor - 1, Home: 0, End: last }[event.key];
    if (to !== undefined) move(state, Math.max(0, Math.min(last, to)));
    else if (event.key === "Enter" || event.key === " ") choose(state, state.cursor);
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
}

function move(state, lane) {
  state.cursor = lane;
  const top = lane * ROW;
  const room = state.scroll.clientHeight - CHART;
  if (top < state.scroll.scrollTop) state.scroll.scrollTop = top;
  else if (top + ROW > state.scroll.scrollTop + room) state.scroll.scrollTop = top + ROW - room;
  state.status.textContent = lifetime(state, lane);
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
  const lane = Math.floor((y - CHART + state.scroll.scrollTop) / ROW);
  return y >= CHART && lane >= 0 && lane < state.spans.length ? lane : -1;
}

function point(state, event) {
  const lane = laneAt(state, event);
  const time = ((event.clientX - state.canvas.getBoundingClientRect().left) / state.scroll.clientWidth) * span(state);
  state.canvas.style.cursor = lane < 0 ? "default" : "pointer";
  if (lane < 0) return void (state.status.textContent = atOnce(state, time));
  const stretch = state.spans[lane].find((one) => one.start <= time && time < one.start + one.length);
  const doing = stretch ? `; here ${MEANING[STATES[stretch.state]]} for ${seconds(stretch.length)}, from ${seconds(stretch.start)} on` : "";
  state.status.textContent = lifetime(state, lane) + doing;
}

function rest(state) {
  const { lanes, others } = state.model.tasks;
  const more = others ? `; ${count(others, "task")} of the kernel or of libraries not shown` : "";
  state.status.textContent = `${count(lanes.name.length, "task")}${more}`;
}

function lifetime({ model }, lane) {
  const { lanes } = model.tasks;
  const [start, end] = [lanes.start[lane] / 1e6, lanes.end[lane] === null ? null : lanes.end[lane] / 1e6];
  const life = end === null ? `from ${seconds(start)} on` : `${seconds(start)} to ${seconds(end)}`;
  const error = lanes.outcome[lane] === 2 ? ` (${model.text(lanes.error[lane])})` : "";
  return `${model.text(lanes.name[lane])}, ${model.name(lanes.frame[lane])}: ${ENDS[lanes.outcome[lane]]}${error}, ${life}`;
}

function atOnce({ model }, time) {
  const { atOnce: counts } = model.tasks;
  const at = Math.max(0, Math.min(counts.running.length - 1, Math.floor((time / (model.meta.duration || 1)) * counts.running.length)));
  return `at ${seconds(time)}, on average: ${STATES.map((name) => `${counts[name][at].toLocaleString("en", { maximumFractionDigits: 1 })} ${name}`).join(", ")}`;
}

function span({ model }) {
  return model.meta.duration || 1e-6;
}

function draw(state) {
  const { canvas, scroll } = state;
  const [width, height] = [scroll.clientWidth, scroll.clientHeight];
  if (!width || !height) return;
  const ratio = globalThis.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  state.colors ??= colors(canvas);
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  drawLanes(state, pen, width, height);
  pen.clearRect(0, 0, width, CHART);
  drawChart(state, pen, width);
  drawSlices(state, pen, width, height);
}

function colors(canvas) {
  const style = getComputedStyle(canvas);
  const value = (name) => style.getPropertyValue(name).trim();
  return { running: value("--python"), ready: value("--native"), waiting: value("--rule"), ink: value("--ink"), quiet: value("--quiet"), chosen: value("--chosen"), soft: value("--chosen-soft"), alert: value("--alert"), font: `11px ${value("--ui-font")}` };
}

function drawLanes(state, pen, width, height) {
  const { spans, scroll, colors: ink, model, store } = state;
  const scale = width / span(state);
  const first = Math.floor(scroll.scrollTop / ROW);
  for (let lane = first; lane < spans.length; lane++) {
    const top = CHART + lane * ROW - scroll.scrollTop;
    if (top > height) break;
    const chosen = model.tasks.lanes.frame[lane] === store.frame;
    if (lane === state.cursor) fill(pen, ink.soft, 0, top, width, ROW);
    for (const { state: doing, start, length } of spans[lane]) {
      const name = STATES[doing];
      const inset = name === "waiting" ? 5 : 2;
      pen.fillStyle = ink[name];
      pen.fillRect(start * scale, top + inset, Math.max(length * scale, 0.75), ROW - 2 * inset);
    }
    if (chosen) fill(pen, ink.chosen, 0, top + 1, 3, ROW - 2);
    ending(state, pen, lane, top, scale);
  }
}

function fill(pen, color, left, top, wide, tall) {
  pen.fillStyle = color;
  pen.fillRect(left, top, wide, tall);
}

function ending({ model, colors: ink }, pen, lane, top, scale) {
  const { lanes } = model.tasks;
  if (lanes.outcome[lane] < 2 || lanes.end[lane] === null) return;
  pen.fillStyle = ink.alert;
  pen.font = `bold ${ink.font}`;
  pen.textBaseline = "middle";
  pen.fillText(lanes.outcome[lane] === 2 ? "×" : "∅", (lanes.end[lane] / 1e6) * scale + 2, top + ROW / 2);
}

/** How many tasks there were in each state, as areas on top of each other. */
function drawChart({ model, colors: ink }, pen, width) {
  const { atOnce: counts } = model.tasks;
  const size = counts.running.length;
  const most = Math.max(1, ...counts.running.map((value, at) => value + counts.ready[at] + counts.waiting[at]));
  const [top, floor] = [14, CHART - 6];
  const base = new Array(size).fill(0);
  for (const name of STATES) {
    pen.fillStyle = ink[name];
    for (let at = 0; at < size; at++) {
      const tall = (counts[name][at] / most) * (floor - top);
      const left = Math.round((at * width) / size);
      pen.fillRect(left, floor - base[at] - tall, Math.round(((at + 1) * width) / size) - left, tall);
      base[at] += tall;
    }
  }
  pen.fillStyle = ink.quiet;
  pen.font = ink.font;
  pen.textBaseline = "alphabetic";
  pen.fillText(`tasks at once: at most ${most.toLocaleString("en", { maximumFractionDigits: 1 })}`, 4, 10);
}

function drawSlices(state, pen, width, height) {
  const { slices } = state.model.tasks;
  const scale = width / span(state);
  pen.fillStyle = state.colors.alert;
  slices.start.forEach((start, at) => {
    const [left, wide] = [(start / 1e6) * scale, Math.max((slices.length[at] / 1e6) * scale, 1)];
    pen.globalAlpha = 0.1;
    pen.fillRect(left, CHART, wide, height);
    pen.globalAlpha = 1;
    pen.fillRect(left, CHART - 4, wide, 3);
  });
}
