import { element } from "./dom.js";
import { flameGraph } from "./flame.js";
import { header } from "./header.js";
import { decode } from "./model.js";
import { painting } from "./painting.js";
import { passPicker, sameFrame } from "./passes.js";
import { lineRanking } from "./ranking.js";
import { sourcePane } from "./source.js";
import { createStore } from "./store.js";
import { functionTable } from "./table.js";
import { count, seconds } from "./format.js";
import { timePane } from "./time.js";

/**
 * Draws one recording into the shadow root of `root` and returns the function that takes it away again.
 * `options.styles` is the style sheet. Chosen functions are told by the event `workbench:chosen` on `root`
 * (`detail`: the recording's frame, -1 for none), and can be set by sending it `workbench:choose`; `workbench:narrow` narrows the view to a stretch
 * of time or a thread (`detail`: `{from, to, thread}`, see `store.js`).
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
    drawn = draw(root, shadow, decode(passes[at], measure, passes.filter((_, other) => other !== at)), { ...options, selected, ids }, pickMeasure, passPicker(passes, at, pickPass));
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
  model.told = (frame) => options.ids.told(model.id(frame));
  const stop = new AbortController();
  const head = header(model, pick, passes);
  const table = functionTable(model, store);
  const source = sourcePane(model, store);
  const stacks = { samples: flameGraph, calls: flameGraph, lines: lineRanking, memory: lineRanking, heap: flameGraph, tasks: flameGraph }[model.meta.evidence](model, store);
  const time = timePane(model, store);
  const over = model.tasks ? [time.section, stacks.section] : [stacks.section, time.section];
  const stretch = narrowedStrip(model, store);
  const body = element("div", { class: "panes" }, table.section, source.section, ...over, stretch.node);
  const view = element("article", { class: "wb", "aria-label": `Recording: ${model.meta.title}` }, head, body);
  const parts = [stacks, table, source, time];
  for (const part of parts) if (part.show) store.subscribe(part.show);
  store.whenNarrowed(({ filter }) => {
    model.narrow(filter);
    for (const part of [stretch, ...parts]) part.refresh?.();
  });
  store.subscribe(({ frame }) => root.dispatchEvent(new CustomEvent("workbench:chosen", { detail: frame < 0 ? -1 : options.ids.told(model.id(frame)) })));
  root.addEventListener("workbench:choose", (event) => store.choose(model.frameOfId.get(options.ids.asked(event.detail)) ?? -1), { signal: stop.signal });
  root.addEventListener("workbench:narrow", (event) => store.narrow(event.detail), { signal: stop.signal });
  shadow.replaceChildren(element("style", {}, options.styles ?? ""), view);
  begin(model, store, source, options.selected);
  const observer = painting(root, view, [stacks, time, source], stop.signal);
  const end = () => {
    stop.abort();
    observer.disconnect();
  };
  return { model, store, end };
}

/** Says, over the lower edge, what the panes are narrowed to, with a button that takes it back; not there while they show everything. */
function narrowedStrip(model, store) {
  const node = element("div", { class: "narrowed", role: "status", hidden: true });
  const refresh = () => {
    const { from, to, thread } = model.filter;
    const said = [];
    if (from !== null || to !== null) said.push(`${seconds(from ?? 0)} to ${seconds(to ?? model.meta.duration)}`);
    if (thread >= 0) said.push(`thread ${model.threads[thread]}`);
    const back = element("button", { type: "button" }, "show the whole run");
    back.addEventListener("click", () => store.narrow({ from: null, to: null, thread: -1 }));
    node.hidden = !model.filtered;
    const samples = model.samples ? `, ${count(model.samples, "sample")}` : "";
    node.replaceChildren(...(model.filtered ? [element("span", {}, "Everything here is of ", element("b", {}, said.join(", ")), ` alone: ${seconds(model.whole)}${samples}.`), back] : []));
  };
  return { node, refresh };
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
