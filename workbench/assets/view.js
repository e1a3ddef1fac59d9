import { callPane } from "./calls.js";
import { element } from "./dom.js";
import { flameGraph } from "./flame.js";
import { header } from "./header.js";
import { decode } from "./model.js";
import { passPicker, sameFrame } from "./passes.js";
import { lineRanking } from "./ranking.js";
import { sourcePane } from "./source.js";
import { createStore } from "./store.js";
import { functionTable } from "./table.js";
import { taskLanes } from "./lanes.js";
import { memoryTimeline } from "./timeline.js";

/**
 * Draws one recording into the shadow root of `root` and returns the function that takes it away again.
 * `options.styles` is the style sheet. Chosen functions are told by the event `workbench:chosen` on `root`
 * (`detail`: the recording's frame, -1 for none), and can be set by sending it `workbench:choose`.
 * When first painted whole, `root.dataset.workbench` is `ready` and the mark `workbench:ready` is set.
 */
export function mount(root, payload, options = {}) {
  const shadow = root.shadowRoot ?? root.attachShadow({ mode: "open" });
  const passes = [payload, ...(payload.passes ?? [])];
  let drawn;
  const show = (at, measure, selected) => {
    const chosen = () => (drawn.store.frame < 0 ? undefined : drawn.model.id(drawn.store.frame));
    const pickMeasure = (next) => {
      show(at, next, chosen());
      shadow.querySelector(`[data-measure="${next}"]`)?.focus();
    };
    const pickPass = (next) => {
      show(next, undefined, sameFrame(passes[at], passes[next], chosen()));
      shadow.querySelectorAll("[data-pass]")[next]?.focus();
    };
    drawn?.end();
    const ids = { told: (id) => sameFrame(passes[at], payload, id) ?? -1, asked: (id) => sameFrame(payload, passes[at], id) };
    drawn = draw(root, shadow, decode(passes[at], measure), { ...options, selected, ids }, pickMeasure, passPicker(passes, at, pickPass));
  };
  show(0, undefined, options.selected);
  return () => {
    drawn.end();
    shadow.replaceChildren();
    delete root.dataset.workbench;
  };
}

/** Draws one measure of one run; `pick` is called with another measure that is wanted. Frames are told and asked for as the first run has them. */
function draw(root, shadow, model, options, pick, passes) {
  const store = createStore();
  const stop = new AbortController();
  const head = header(model, pick, passes);
  const table = functionTable(model, store);
  const source = sourcePane(model, store);
  const stacks = { samples: flameGraph, calls: callPane, lines: lineRanking, memory: lineRanking, heap: flameGraph, tasks: flameGraph }[model.meta.evidence](model, store);
  const memory = model.tasks ? taskLanes(model, store) : memoryTimeline(model);
  const over = model.tasks ? [memory.section, stacks.section] : [stacks.section, memory.section];
  const body = element("div", { class: "panes" }, table.section, source.section, ...over);
  const view = element("article", { class: "wb", "aria-label": `Recording: ${model.meta.title}` }, head, body);
  for (const part of [table, source, stacks, memory]) if (part.show) store.subscribe(part.show);
  store.subscribe(({ frame }) => root.dispatchEvent(new CustomEvent("workbench:chosen", { detail: frame < 0 ? -1 : options.ids.told(model.id(frame)) })));
  root.addEventListener("workbench:choose", (event) => store.choose(model.frameOfId.get(options.ids.asked(event.detail)) ?? -1), { signal: stop.signal });
  shadow.replaceChildren(element("style", {}, options.styles ?? ""), view);
  begin(model, store, source, options.selected);
  const observer = painting(root, view, stacks, memory, stop.signal);
  const end = () => {
    stop.abort();
    observer.disconnect();
  };
  return { model, store, end };
}

/** The first choice: what was asked for, or the hottest line of own code, or own code's busiest function, or anybody's. */
function begin(model, store, source, selected) {
  const asked = model.frameOfId.get(selected);
  const hottest = model.sources.filter((one) => one.hottest > 0).reduce((best, one) => (best && best.hottest >= one.hottest ? best : one), null);
  const own = model.functions.filter((row) => row.owner === "own" && (row.total > 0 || row.calls));
  const inside = own.find((row) => row.name !== "<module>") ?? own[0];
  const busiest = own.reduce((best, row) => (best && best.self >= row.self ? best : row), null) ?? model.functions[0];
  if (asked !== undefined) store.choose(asked);
  else if ((model.meta.evidence === "lines" || model.memory) && inside) store.choose(inside.frame);
  else if (hottest) store.choose(hottest.heat.get(hottest.first).frame, hottest.first);
  else if (busiest) store.choose(busiest.frame);
  else source.show(store);
}

/** Draws what has a size whenever that changes, takes the colours of a new theme, and tells when all of it was painted once. */
function painting(root, view, stacks, memory, signal) {
  const paint = () => {
    if (!view.clientWidth) return;
    theme(view);
    (stacks.recolor ?? stacks.draw)?.();
    (memory.recolor ?? memory.draw)();
    if (root.dataset.workbench === "ready") return;
    root.dataset.workbench = "ready";
    performance.mark("workbench:ready");
  };
  view.addEventListener("transitionend", (event) => event.target === view && paint(), { signal });
  const observer = new ResizeObserver(paint);
  observer.observe(view);
  return observer;
}

/** Whether the page behind the view is dark, told by its own colour, whoever set it. */
function theme(view) {
  const [red, green, blue, solid = 1] = (getComputedStyle(view).backgroundColor.match(/[\d.]+/g) ?? [255, 255, 255]).map(Number);
  view.dataset.theme = solid > 0 && 0.2126 * red + 0.7152 * green + 0.0722 * blue < 128 ? "dark" : "light";
}
