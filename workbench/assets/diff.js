import { diffFlame } from "./diff_flame.js";
import { decodeDiff, relative } from "./diff_model.js";
import { changeTable } from "./diff_table.js";
import { element } from "./dom.js";
import { plain } from "./format.js";
import { painting } from "./painting.js";
import { createStore } from "./store.js";

/** Draws what changed between two recordings into the shadow root of `root`; returns the function that takes it away again. See `view.js`. */
export function mountDiff(root, payload, options = {}) {
  const shadow = root.shadowRoot ?? root.attachShadow({ mode: "open" });
  const model = decodeDiff(payload);
  const store = createStore();
  const stop = new AbortController();
  const functions = changeTable(model, store, { name: "functions", title: `Functions, by change of ${plain(model.meta.measure)}`, rows: model.functions, what: "function" });
  const lines = model.lines.length ? changeTable(model, store, { name: "lines", title: `Lines, by change of ${plain(model.meta.lineMeasure)}`, rows: model.lines, what: "line" }) : null;
  const flame = diffFlame(model, store);
  const parts = [functions, flame, ...(lines ? [lines] : [])];
  const body = element("div", { class: "panes" }, functions.section, lines?.section, flame.section);
  const view = element("article", { class: "wb diff", "aria-label": `What changed: ${model.meta.title}` }, head(model), body);
  for (const part of parts) store.subscribe(part.show);
  shadow.replaceChildren(element("style", {}, options.styles ?? ""), view);
  const first = model.functions.find((row) => row.change !== 0 && !row.quiet);
  if (first) store.choose(first.frame);
  const observer = painting(root, view, [flame], stop.signal);
  return () => {
    stop.abort();
    observer.disconnect();
    shadow.replaceChildren();
    delete root.dataset.workbench;
  };
}

function head(model) {
  const { meta, before, after, amount, signed } = model;
  const said = [...meta.forced.map((one) => ["Overruled. ", one]), ...meta.warnings.map((one) => ["Warning. ", one])];
  const change = Number.isFinite(after - before) ? element("span", { class: "duration" }, `${signed(after - before)} ${relative(before, after - before)}`) : null;
  return element(
    "header",
    { class: "head" },
    element("div", { class: "title" }, element("h2", {}, `${plain(meta.title)}: what changed`), change),
    ...said.map(([word, one]) => element("p", { class: "alert", role: "note" }, element("strong", {}, word), plain(one))),
    sides(meta, before, after, amount),
    element("p", { class: "summary" }, `engine ${plain(meta.engine)}${meta.perRun ? ", for one run of the target" : ""}. `, ...coded(meta.next)),
    meta.folded.length ? element("p", { class: "summary" }, `Left out to keep this small: ${meta.folded.map((one) => plain(one)).join("; ")}.`) : null,
  );
}

/** A sentence whose parts between backticks are code. */
function coded(sentence) {
  return plain(sentence).split(/\x60/).map((part, at) => (at % 2 ? element("code", {}, part) : part));
}

function sides(meta, before, after, amount) {
  const most = Math.max(before, after) || 1;
  const row = (word, one, value) => [element("dt", {}, word), element("dd", {}, element("span", { class: "side", "aria-hidden": "true" }, element("i", { style: { width: `${((100 * value) / most || 0).toFixed(2)}%` } })), element("b", {}, amount(value)), one.label === word ? null : ` ${plain(one.label)}`)];
  return element("dl", { class: "sides" }, row("before", meta.before, before), row("after", meta.after, after));
}
