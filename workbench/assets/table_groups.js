import { OWNER_NAMES } from "./model.js";
import { timeOf } from "./rows.js";
import { COLUMNS_OF } from "./table_rows.js";

/** The functions by owner in the order that is wanted, and which of them fit the words that are sought. */
export function createGroups(model) {
  const sought = [];
  const cache = { rows: null, sort: null, groups: null };
  const text = (row) => (sought[row.frame] ??= `${row.name}\n${model.place(row.frame)}\n${OWNER_NAMES[row.owner]}`.toLowerCase());
  const sorted = (sort) => {
    if (cache.rows !== model.functions || cache.sort !== sort) Object.assign(cache, { rows: model.functions, sort, groups: grouped(model, sort.sort) });
    return cache.groups;
  };
  return (sort, turned, words) => {
    const found = new Map();
    for (const [owner, rows] of sorted(sort)) {
      const fitting = words.length ? rows.filter((row) => words.every((word) => text(row).includes(word))) : rows;
      found.set(owner, turned ? [...fitting].reverse() : fitting);
    }
    return found;
  };
}

function grouped(model, order) {
  const groups = new Map(model.owners.map((owner) => [owner, []]));
  for (const row of model.functions) groups.get(row.owner)?.push(row);
  for (const rows of groups.values()) rows.sort(order);
  return groups;
}

/** The words of a search, each of which has to be found in a function's name, file or owner. */
export function wordsOf(text) {
  return text.toLowerCase().split(/\s+/).filter(Boolean);
}

/** How many functions fit of how many, and what part of everything they are by themselves where self times add up. */
export function tallyOf(model, groups) {
  let [found, self] = [0, 0];
  for (const rows of groups.values()) {
    found += rows.length;
    for (const row of rows) self += row.self;
  }
  const adds = model.meta.evidence !== "heap" && COLUMNS_OF[model.meta.evidence].some((column) => column.key === "self");
  return { found, all: model.functions.length, part: adds ? model.shareOf(self) : NaN };
}

/** The sums of owners but for own code, as rows: of the whole recording; or of `groups` where only a part of it is looked at. */
export function ownerRows(model, groups, sought) {
  const others = model.meta.owners.filter(({ owner }) => owner !== "own");
  if (!sought && !model.filtered) return others.filter((owner) => owner.count > 0).map((owner) => complete(model, owner));
  const totals = sought || !model.meta.stacked ? new Map() : ownerTotals(model);
  return others.filter(({ owner }) => groups.get(owner).length).map(({ owner }) => summed(owner, groups.get(owner), totals.get(owner) ?? null));
}

function complete({ meta }, owner) {
  const scale = (ticks) => (ticks === null ? null : timeOf(ticks, meta.tick));
  const split = owner.python === null ? null : { python: scale(owner.python), native: scale(owner.native), waiting: scale(owner.waiting) };
  return { owner: owner.owner, name: OWNER_NAMES[owner.owner], count: owner.count, self: scale(owner.self), total: scale(owner.total), split, calls: null, plusMinus: NaN };
}

function summed(owner, rows, total) {
  const split = rows[0].split ? { python: 0, native: 0, waiting: 0 } : null;
  let self = 0;
  for (const row of rows) {
    self += row.self;
    if (split) for (const name of Object.keys(split)) split[name] += row.split[name];
  }
  return { owner, name: OWNER_NAMES[owner], count: rows.length, self, total, split, calls: null, plusMinus: NaN };
}

/** What each owner has anywhere on the stacks of the tree, each stack once. */
function ownerTotals({ tree, owners, owner }) {
  const masks = new Int32Array(tree.size);
  const sums = new Map(owners.map((one) => [one, 0]));
  for (let at = 0; at < tree.size; at++) {
    const above = tree.parent[at] < 0 ? 0 : masks[tree.parent[at]];
    masks[at] = tree.frame[at] < 0 ? above : above | (1 << owners.indexOf(owner(tree.frame[at])));
    if (tree.self[at] > 0) owners.forEach((one, bit) => masks[at] & (1 << bit) && sums.set(one, sums.get(one) + tree.self[at]));
  }
  return sums;
}
