import { element } from "./dom.js";
import { share } from "./format.js";
import { inks, pen, stack, track } from "./time_paper.js";

const ROW = 22;
const MOST_ROWS = 12;

/** A row for each thread, the busiest first, with its share of the time; a click narrows every pane to it, once more widens again (`narrowTo(thread)`, -1 for all). Null with one thread only. */
export function threadsTrack(model, store, moments, narrowTo) {
  const order = busiest(model, moments);
  if (order.length < 2) return null;
  const [root, , plot] = track("threads", "Threads");
  const all = element("button", { type: "button", title: "Look at all threads again", hidden: true }, "all threads");
  const rows = Math.min(order.length, MOST_ROWS);
  const canvas = element("canvas", { "aria-hidden": "true" });
  const names = order.map((thread) => button(model, thread));
  const spacer = element("div", { style: { height: `${(order.length - rows) * ROW}px` } });
  const list = element("div", { class: "names", role: "group", "aria-label": "Threads, the busiest first" }, names.map((one) => one.node));
  const scroll = element("div", { class: "bands", style: { height: `${rows * ROW}px` } }, list, element("div", { class: "plot" }, canvas, spacer));
  root.append(scroll);
  const hint = element("span", { class: "quiet" }, "a click on a thread shows it alone");
  plot.append(hint, all);
  const state = { store, narrowTo, moments, order, names, all, hint, canvas, scroll, rows, colors: null, axis: null };
  all.addEventListener("click", () => narrowTo(-1));
  names.forEach(({ node }, at) => node.addEventListener("click", () => pick(state, at)));
  canvas.addEventListener("click", (event) => pick(state, rowAt(state, event)));
  scroll.addEventListener("scroll", () => state.axis && draw(state), { passive: true });
  return {
    root,
    draw: (axis) => ((state.axis = axis), update(state), draw(state)),
    refresh: (axis) => ((state.axis = axis), update(state), draw(state)),
    recolor: () => void (state.colors = null),
    under: (event, time) => under(state, model, event, time),
  };
}

function busiest({ threads }, moments) {
  const time = threads.map((_, thread) => moments.within(-Infinity, Infinity, thread).time);
  return threads.map((_, thread) => thread).filter((thread) => time[thread] > 0).sort((a, b) => time[b] - time[a] || a - b);
}

function button(model, thread) {
  const name = model.threads[thread] || "(no name)";
  const number = element("span", { class: "number" });
  return { node: element("button", { type: "button", class: "thread", "aria-pressed": "false", title: name }, element("span", { class: "name" }, name), number), number };
}

function pick({ store, order, narrowTo }, at) {
  if (at < 0 || at >= order.length) return;
  narrowTo(store.filter.thread === order[at] ? -1 : order[at]);
}

function rowAt({ canvas, scroll }, event) {
  return Math.floor((event.clientY - canvas.getBoundingClientRect().top + scroll.scrollTop) / ROW);
}

/** Each thread's share of the time in the range that is chosen. */
function update({ store, moments, order, names, all, hint }) {
  const { from, to, thread } = store.filter;
  const range = [from ?? -Infinity, to ?? Infinity];
  const whole = moments.within(...range, -1).time;
  order.forEach((one, at) => {
    names[at].number.textContent = share(whole > 0 ? moments.within(...range, one).time / whole : 0);
    names[at].node.setAttribute("aria-pressed", String(one === thread));
  });
  [all.hidden, hint.hidden] = [thread < 0, thread >= 0];
}

function draw(state) {
  const { axis, canvas, scroll, order, moments, rows, store } = state;
  const drawn = pen(canvas, axis.width, rows * ROW);
  if (!drawn) return;
  const ink = (state.colors ??= inks(canvas));
  const first = Math.floor(scroll.scrollTop / ROW);
  for (let at = first; at < Math.min(order.length, first + rows + 1); at++) {
    const floor = (at + 1) * ROW - scroll.scrollTop;
    const other = store.filter.thread >= 0 && store.filter.thread !== order[at];
    drawn.save();
    drawn.beginPath();
    drawn.rect(0, floor - ROW + 4, axis.width, ROW - 5);
    drawn.clip();
    stack(drawn, moments.bins(axis, order[at]), ink, floor - 1, ROW - 5, 1);
    drawn.restore();
    if (other) veil(drawn, ink, axis.width, floor);
  }
}

function veil(drawn, ink, width, floor) {
  drawn.globalAlpha = 0.65;
  drawn.fillStyle = ink.paper;
  drawn.fillRect(0, floor - ROW, width, ROW);
  drawn.globalAlpha = 1;
}

function under(state, model, event, time) {
  const at = rowAt(state, event);
  if (at < 0 || at >= state.order.length) return "";
  const bins = state.moments.bins(state.axis, state.order[at]);
  const column = Math.min(bins.count - 1, Math.max(0, Math.floor(state.axis.x(time) / bins.step)));
  const kind = ["python", "native", "waiting"].reduce((best, next) => (bins[next][column] > bins[best][column] ? next : best));
  const doing = bins[kind][column] > 0.005 ? { python: "running Python", native: "in native code", waiting: "waiting" }[kind] : "not seen";
  return `${model.threads[state.order[at]] || "(no name)"}: ${doing}`;
}
