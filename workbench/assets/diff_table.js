import { element, empty, pane } from "./dom.js";
import { count } from "./format.js";
import { levelOf } from "./diff_model.js";

const BATCH = 100;
const STATUS = { new: "new", gone: "gone", moved: "moved", renamed: "renamed" };

/** What changed, most first: functions or lines, with before, after, and the change as a signed bar. Rows within the noise come when asked for. */
export function changeTable(model, store, { name, title, rows, what }) {
  const [section, tools, body] = pane(name, title);
  if (!rows.some((row) => row.change !== 0 || row.status in STATUS)) {
    body.append(empty(`No ${what} changed.`));
    return { section, show: () => {} };
  }
  const state = { model, store, rows: rows.filter((row) => row.change !== 0 || row.status in STATUS), quiet: false, most: BATCH, words: "" };
  const tbody = element("tbody");
  const input = element("input", { type: "search", placeholder: `find a ${what}`, "aria-label": `Find a ${what} by name or place`, spellcheck: "false" });
  input.addEventListener("input", () => ((state.words = input.value.trim().toLowerCase()), fill(state, tbody)));
  tools.append(...quietSwitch(state, tbody), input);
  body.append(element("div", { class: "scroll" }, element("table", { class: "changes", "aria-labelledby": `wb-${name}` }, head(what), tbody)));
  tbody.addEventListener("click", (event) => use(state, tbody, event.target.closest("tr")));
  tbody.addEventListener("keydown", (event) => keyed(state, tbody, event));
  fill(state, tbody);
  return { section, show: () => mark(state, tbody) };
}

function head(what) {
  const names = [["name", what], ["amount", "before"], ["amount", "after"], ["change", "change"]];
  return element("thead", {}, element("tr", {}, names.map(([kind, word]) => element("th", { scope: "col", class: kind }, word))));
}

function quietSwitch(state, tbody) {
  const hushed = state.rows.filter((row) => row.quiet).length;
  if (!hushed) return [];
  const button = element("button", { type: "button", "aria-pressed": false, title: "Changes that sampling alone can make" }, `${count(hushed, "change")} within the noise`);
  button.addEventListener("click", () => {
    state.quiet = !state.quiet;
    button.setAttribute("aria-pressed", state.quiet);
    fill(state, tbody);
  });
  return [button];
}

function fill(state, tbody) {
  const fits = (row) => !state.words || row.name.toLowerCase().includes(state.words) || row.whereAfter.toLowerCase().includes(state.words) || row.whereBefore.toLowerCase().includes(state.words);
  const shown = state.rows.filter((row) => (state.quiet || !row.quiet) && fits(row));
  const most = state.rows.reduce((largest, row) => Math.max(largest, Math.abs(row.change)), 0) || 1;
  const nodes = shown.slice(0, state.most).map((row) => rowNode(state, row, most));
  if (shown.length > state.most) nodes.push(element("tr", { class: "more", tabindex: 0 }, element("td", { colspan: 4 }, `show more of ${count(shown.length - state.most, "row")}`)));
  if (!nodes.length) nodes.push(element("tr", { class: "rest" }, element("td", { colspan: 4 }, state.words ? "Nothing fits." : "No change is beyond the noise of sampling.")));
  tbody.replaceChildren(...nodes);
  mark(state, tbody);
}

function rowNode({ model }, row, most) {
  const { amount, signed } = model;
  const happened = [STATUS[row.status], row.edited ? "edited" : "", row.quiet ? "within the noise" : ""].filter(Boolean).join(", ");
  const where = row.whereBefore && row.whereAfter && row.whereBefore !== row.whereAfter ? `${row.whereAfter}, before ${row.whereBefore}` : row.whereAfter || row.whereBefore;
  const label = element("span", { class: "name" }, element("code", {}, row.was && row.was !== row.name ? `${row.name} (was ${row.was})` : row.name), element("span", { class: "where" }, where, happened ? element("em", {}, ` ${happened}`) : null));
  const way = row.change > 0 ? "more" : "less";
  const bar = element("span", { class: `delta ${way}`, "aria-hidden": "true" }, element("i", { class: `level-${levelOf(model, row.change)}`, style: { width: `${((50 * Math.abs(row.change)) / most).toFixed(2)}%` } }));
  const sure = Number.isFinite(row.noise) && row.noise > 0 ? element("span", { class: "pm" }, ` ±${amount(row.noise)}`) : null;
  const times = Number.isFinite(row.ratio) ? `${row.ratio.toFixed(2)}×` : "";
  const counts = row.countBefore !== row.countAfter && row.countAfter !== null ? element("span", { class: "where" }, `${(row.countBefore ?? 0).toLocaleString("en")} → ${row.countAfter.toLocaleString("en")}`) : null;
  return element("tr", { tabindex: row.frame < 0 ? null : -1, class: row.quiet ? "quiet" : null, "data-row": row.at, "data-frame": row.frame < 0 ? null : row.frame, title: `${row.name}\n${where}` },
    element("td", { class: "name" }, label),
    element("td", {}, row.status === "new" ? "–" : amount(row.before), counts),
    element("td", {}, row.status === "gone" ? "–" : amount(row.after), element("span", { class: "where" }, times)),
    element("td", { class: "change" }, element("span", { class: "number" }, element("b", {}, signed(row.change)), sure), bar));
}

function use(state, tbody, row) {
  if (row?.classList.contains("more")) {
    const at = state.most;
    state.most += BATCH * 5;
    fill(state, tbody);
    tbody.rows[at]?.focus();
  } else if (row?.dataset.frame !== undefined) state.store.choose(Number(row.dataset.frame), 0, "table");
}

function keyed(state, tbody, event) {
  const rows = [...tbody.querySelectorAll("tr[tabindex]")];
  const at = rows.indexOf(event.target.closest("tr"));
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: rows.length - 1 }[event.key];
  if (to !== undefined) {
    const next = rows[Math.max(0, Math.min(rows.length - 1, to))];
    use(state, tbody, next.classList.contains("more") ? null : next);
    next.focus();
  } else if (event.key === "Enter" || event.key === " ") use(state, tbody, rows[at]);
  else return;
  event.preventDefault();
  event.stopPropagation();
}

function mark({ store }, tbody) {
  const rows = [...tbody.querySelectorAll("tr[tabindex]")];
  let stop = rows[0];
  for (const row of rows) {
    const here = Number(row.dataset.frame) === store.frame && store.frame >= 0;
    row.setAttribute("aria-selected", here);
    row.tabIndex = -1;
    if (here) stop = row;
  }
  if (stop) stop.tabIndex = 0;
}
