import { element } from "./dom.js";
import { count } from "./format.js";

const MOST = 40;
const CALLED = { callers: ["called by", "Nobody: it is where the run began."], callees: ["calls", "No function that was seen."] };
const AWAITED = { callers: ["awaited by", "No function: a task begins with it."], callees: ["awaits", "No function that was seen."] };

/** Lists of callers and/or callees as buttons that choose; Tab reaches each list once. */
export function callLists(model, store, frame, kinds) {
  const found = model.neighbours(frame);
  return element("div", { class: "lists" }, kinds.map((kind) => callList(model, store, kind, found[kind])));
}

function callList(model, store, kind, edges) {
  const [title, nobody] = (model.tasks ? AWAITED : CALLED)[kind];
  const shown = edges.filter((edge) => edge.frame >= 0 && (edge.total > 0 || edge.calls > 0));
  const items = shown.slice(0, MOST).map((edge) => element("li", {}, edgeButton(model, store, edge)));
  if (shown.length > MOST) items.push(element("li", { class: "rest" }, `and ${count(shown.length - MOST, "function")} more`));
  const list = element("ul", {}, items);
  walked(list);
  return element("div", { class: kind }, element("h4", {}, title), shown.length ? list : element("p", { class: "quiet" }, nobody));
}

/** One stop for Tab; the arrow keys, Home and End walk the buttons. */
function walked(list) {
  const buttons = [...list.querySelectorAll("button")];
  buttons.forEach((button, at) => (button.tabIndex = at ? -1 : 0));
  list.addEventListener("keydown", (event) => {
    const at = buttons.indexOf(event.target);
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: buttons.length - 1 }[event.key];
    if (at < 0 || to === undefined) return;
    const next = buttons[Math.max(0, Math.min(buttons.length - 1, to))];
    event.target.tabIndex = -1;
    next.tabIndex = 0;
    next.focus();
    event.preventDefault();
    event.stopPropagation();
  });
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
