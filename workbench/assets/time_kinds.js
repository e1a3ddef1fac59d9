import { element } from "./dom.js";
import { inks, key, pen, stack, track } from "./time_paper.js";

const HEIGHT = 72;
const TOP = 16;
const MOST_LINES = 4;
const WORDS = [["python", "Python", "running Python code"], ["native", "native", "inside C code that a Python line called"], ["waiting", "waiting", "not on a processor: sleeping, reading, locked"]];

/** What kind of time it was, over the run: Python, native and waiting on top of each other, 100 % being one thread's time. */
export function kindsTrack(model, store, moments) {
  const [root, label, plot] = track("processor", "Processor");
  const canvas = element("canvas", { role: "img", "aria-label": "Python, native and waiting time over the run" });
  label.append(key(WORDS, "Kinds of time"));
  plot.append(canvas);
  const state = { store, moments, canvas, colors: null, threads: Math.max(1, model.threads.length) };
  return {
    root,
    draw: (axis) => draw(state, axis),
    refresh: (axis) => draw(state, axis),
    recolor: () => void (state.colors = null),
    say: (axis, time) => (thread(store) < 0 ? "" : `${model.threads[thread(store)]} `) + said(moments.bins(axis, thread(store)), axis, time),
  };
}

function thread(store) {
  return store.filter?.thread ?? -1;
}

function draw(state, axis) {
  const drawn = pen(state.canvas, axis.width, HEIGHT);
  if (!drawn) return;
  const ink = (state.colors ??= inks(state.canvas));
  const bins = state.moments.bins(axis, thread(state.store));
  const full = Math.min(top(bins), thread(state.store) < 0 ? state.threads : 1);
  const room = HEIGHT - TOP;
  drawn.save();
  drawn.beginPath();
  drawn.rect(0, TOP, axis.width, room);
  drawn.clip();
  stack(drawn, bins, ink, HEIGHT, room, full);
  drawn.restore();
  drawn.font = ink.font;
  drawn.fillStyle = ink.quiet;
  drawn.fillText(full > 1 ? `${(100 * full).toLocaleString("en")} %: ${full.toLocaleString("en")} threads` : "100 %: one thread, all the time", 4, TOP - 5);
  drawn.fillRect(0, TOP - 0.5, axis.width, 0.5);
  for (let line = 1; line < full && full <= MOST_LINES; line++) drawn.fillRect(0, HEIGHT - (line / full) * room, axis.width, 0.5);
}

/** Whole threads' times that the highest column needs. */
function top({ count, python, native, waiting }) {
  let most = 1;
  for (let at = 0; at < count; at++) most = Math.max(most, python[at] + native[at] + waiting[at]);
  return Math.ceil(most - 0.02);
}

function said(bins, axis, time) {
  const at = Math.min(bins.count - 1, Math.max(0, Math.floor(axis.x(time) / bins.step)));
  const parts = WORDS.filter(([kind]) => bins[kind][at] >= 0.005).map(([kind, word]) => `${word} ${Math.round(100 * bins[kind][at])} %`);
  return parts.length ? parts.join(", ") : "nothing seen";
}
