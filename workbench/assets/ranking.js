import { element, empty, pane } from "./dom.js";
import { count, share } from "./format.js";

const MOST = 40;

/** In place of a flame graph, where lines were counted: the costliest lines of all functions, each a button that chooses it. */
export function lineRanking(model, store) {
  const [section, tools, body] = pane("ranking", model.memory ? "Where memory grew" : "Costliest lines");
  const rows = model.sources.flatMap((source) => [...source.heat].filter(([, heat]) => heat.hits > 0 && (!model.memory || heat.wall > 0)).map(([line, heat]) => ({ source, line, heat, text: textAt(source, line) })));
  if (!rows.length) {
    body.append(empty(model.memory ? "Memory grew in none of these lines." : "None of the chosen functions ran."));
    return { section, show: () => {} };
  }
  rows.sort((a, b) => b.heat.wall - a.heat.wall);
  tools.append(element("span", { class: "hint" }, "each with all it calls"));
  const items = rows.slice(0, MOST).map((row) => element("li", {}, lineButton(model, store, row)));
  if (rows.length > MOST) items.push(element("li", { class: "rest" }, `and ${count(rows.length - MOST, "more line")}`));
  body.append(element("div", { class: "lists" }, element("div", {}, element("ul", {}, items))));
  return { section, show: () => {} };
}

function textAt(source, line) {
  const chunk = source.chunks.find(([first, texts]) => line >= first && line < first + texts.length);
  return chunk ? chunk[1][line - chunk[0]].trim() : "";
}

function lineButton(model, store, { source, line, heat, text }) {
  const part = model.shareOf(heat.wall);
  const bar = element("span", { class: "share", "aria-hidden": "true" }, element("i", { style: { width: `${Math.min(100, 100 * part).toFixed(2)}%` } }));
  const number = element("span", { class: "number" }, model.amount(heat.wall), element("small", {}, model.memory ? count(heat.hits, "hit") : `${share(part)}, ${count(heat.hits, "hit")}`));
  const name = element("span", { class: "name" }, element("code", {}, text || "(no source)"), element("span", { class: "where" }, `${source.label}:${line}`));
  const button = element("button", { type: "button", class: "edge", title: `${source.label}:${line}` }, name, bar, number);
  button.addEventListener("click", () => store.choose(heat.frame, line, "ranking"));
  return button;
}
