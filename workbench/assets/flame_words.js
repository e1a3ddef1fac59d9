import { element } from "./dom.js";
import { count, plusMinus, share } from "./format.js";
import { accumulated, KINDS } from "./tree.js";

/** What a box is, in one line: of -1 the box of everything. `tree.way` is how its boxes are stacked: from callers down, or up from own time. */
export function boxWords({ model }, tree, at) {
  if (at < 0) return `all of it: ${model.amount(tree.all)}`;
  const frame = tree.frame[at];
  const where = frame < 0 ? "" : model.place(frame);
  return `${model.name(frame)}${where ? `, ${where}` : ""}: ${amountWords(model, tree, at)}`;
}

function amountWords(model, tree, at) {
  const total = `${model.amount(tree.total[at])} (${share(model.shareOf(tree.total[at]))})`;
  let root = at;
  while (tree.parent[root] >= 0) root = tree.parent[root];
  if (tree.way === "up") return root === at ? `${total.replace(" (", " of own time (")}` : `${total}, in ${model.name(tree.frame[root])} itself, by this way`;
  if (tree.way === "callers") return root === at ? `${total} in all` : `${total} of it by this way`;
  const kind = model.kind(Object.fromEntries(KINDS.map((one) => [one, tree.split[one][at]])));
  return `total ${total.replace(")", " here)")}, self ${model.amount(tree.self[at])}${kind ? ` (${kind})` : ""}`;
}

/** What its function has everywhere, where that is more. */
export function elsewhere({ model }, tree, at) {
  const row = at < 0 || tree.way ? null : model.byFrame.get(tree.frame[at]);
  return row && row.total > tree.total[at] * 1.001 ? `; everywhere ${model.amount(row.total)} ${plusMinus(row.plusMinus)}`.trimEnd() : "";
}

/** The tip beside the pointer: the box, and its function wherever it ran. */
export function tipOf({ model }, tree, at) {
  const frame = tree.frame[at];
  const row = model.byFrame.get(frame);
  const totals = Object.fromEntries(KINDS.map((kind) => [kind, totalsOf(tree)[kind][at]]));
  const rows = [["here", `${model.amount(tree.total[at])}, ${share(model.shareOf(tree.total[at]))}`], ...(tree.way ? [] : [["of it self", model.amount(tree.self[at])]])];
  const kind = model.kind(totals);
  if (kind) rows.push(["kind", kind]);
  if (row) {
    rows.push(["everywhere", `${model.amount(row.total)}, ${share(row.share)} ${plusMinus(row.plusMinus)}`.trimEnd()]);
    if (Number.isFinite(row.self)) rows.push(["self everywhere", model.amount(row.self)]);
    if (row.calls !== null) rows.push(["calls", count(row.calls, "call")]);
  }
  return [
    element("strong", {}, model.name(frame)),
    frame < 0 ? null : element("span", { class: "where" }, model.place(frame)),
    element("dl", {}, rows.flatMap(([label, said]) => [element("dt", {}, label), element("dd", {}, said)])),
  ];
}

/** Each kind's amount of every box with all below it, worked out when first asked for. */
export function totalsOf(tree) {
  tree.totals ??= Object.fromEntries(KINDS.map((kind) => [kind, accumulated(tree.parent, tree.split[kind])]));
  return tree.totals;
}

/** A box and all above it as text, one line each, the outermost first: name, place, amount. */
export function stackText({ model }, tree, at) {
  const rows = [];
  for (; at >= 0; at = tree.parent[at]) rows.push(`${model.name(tree.frame[at])}  ${tree.frame[at] < 0 ? "" : model.place(tree.frame[at])}  ${model.amount(tree.total[at])}`);
  return (tree.way ? rows : rows.reverse()).join("\n");
}
