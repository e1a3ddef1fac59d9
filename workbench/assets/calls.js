import { element, empty, pane } from "./dom.js";
import { count, share } from "./format.js";

const MOST = 40;

/** In place of a flame graph, where there are no stacks: callers and callees of the chosen function. */
export function callPane(model, store) {
  const [section, tools, body] = pane("calls", "Callers and callees");
  const why = element("p", { class: "strip", role: "note" }, "cProfile records no stacks, so there is no flame graph: it knows who called whom, but not by which path.");
  tools.append(element("span", { class: "hint" }, "choose one to follow it"));
  const show = ({ frame }) => {
    const row = model.byFrame.get(frame);
    const middle = row ? element("p", { class: "middle" }, element("code", {}, row.name), ` ${summary(model, row)}`) : empty("Choose a function to see who calls it and whom it calls.");
    body.replaceChildren(why, middle, ...(row ? [callLists(model, store, frame, ["callers", "callees"])] : []));
  };
  return { section, show };
}

function summary(model, row) {
  const calls = row.calls === null ? "" : `${count(row.calls, "call")}, `;
  return `${calls}total ${model.amount(row.total)} (${share(model.shareOf(row.total))}), self ${model.amount(row.self)}`;
}

/** Lists of callers and/or callees as buttons that choose. */
export function callLists(model, store, frame, kinds) {
  const found = model.neighbours(frame);
  return element("div", { class: "lists" }, kinds.map((kind) => callList(model, store, kind, found[kind])));
}

function callList(model, store, kind, edges) {
  const title = kind === "callers" ? "called by" : "calls";
  const nobody = kind === "callers" ? "Nobody: it is where the run began." : "No function that was seen.";
  const shown = edges.filter((edge) => edge.frame >= 0);
  const items = shown.slice(0, MOST).map((edge) => element("li", {}, edgeButton(model, store, edge)));
  if (shown.length > MOST) items.push(element("li", { class: "rest" }, `and ${count(shown.length - MOST, "function")} more`));
  return element("div", {}, element("h4", {}, title), shown.length ? element("ul", {}, items) : element("p", { class: "quiet" }, nobody));
}

function edgeButton(model, store, edge) {
  const part = model.shareOf(edge.total);
  const bar = element("span", { class: "share", "aria-hidden": "true" }, element("i", { style: { width: `${Math.min(100, 100 * part).toFixed(2)}%` } }));
  const number = element("span", { class: "number" }, model.amount(edge.total), edge.calls === null ? "" : element("small", {}, count(edge.calls, "call")));
  const name = element("span", { class: "name" }, element("code", {}, model.name(edge.frame)), element("span", { class: "where" }, model.place(edge.frame)));
  const button = element("button", { type: "button", class: "edge", title: `${model.name(edge.frame)}\n${model.place(edge.frame)}` }, name, bar, number);
  button.addEventListener("click", () => store.choose(edge.frame, 0, "calls"));
  return button;
}
