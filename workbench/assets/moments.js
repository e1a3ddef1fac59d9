import { amounts, indices, parents } from "./columns.js";
import { cold, halfWidth, warm } from "./rows.js";
import { accumulated, callTree, KINDS, topmost, within } from "./tree.js";

/** Nothing left out: the whole run, all threads. */
export const EVERYTHING = { from: null, to: null, thread: -1 };

/** The samples in their order of time; null where the payload has none. `paths`, the stack nodes they were seen at, are decoded when first asked for. */
export function momentsOf(payload, tree) {
  const { moments } = payload;
  if (!moments) return null;
  const found = { exact: moments.exact, bin: moments.bin, thread: indices(moments.thread), start: amounts(moments.start, 1e-6) };
  for (const kind of KINDS) found[kind] = amounts(moments[kind], moments.tick);
  let paths = null;
  return {
    ...found,
    count: found.start.length,
    get paths() {
      return (paths ??= pathsOf(payload, tree));
    },
  };
}

function pathsOf({ moments, paths, frames }, tree) {
  const [of, box, line] = [indices(moments.path), indices(paths.box), indices(paths.line)];
  for (let at = 0; at < line.length; at++) line[at] += frames.line[tree.frame[box[at]]];
  return { of, box, line, parent: parents(paths.up), boxOf: of.map((at) => box[at]) };
}

/** Which samples a filter leaves, as sums of each kind for each stack node; and how many they are. */
function sums(moments, filter, size) {
  const found = Object.fromEntries(KINDS.map((kind) => [kind, new Float64Array(size)]));
  const [from, to] = [filter.from ?? -Infinity, filter.to ?? Infinity];
  const { of } = moments.paths;
  let count = 0;
  for (let at = 0; at < moments.count; at++) {
    if (moments.start[at] < from || moments.start[at] >= to || (filter.thread >= 0 && moments.thread[at] !== filter.thread)) continue;
    count++;
    const path = of[at];
    for (const kind of KINDS) found[kind][path] += moments[kind][at];
  }
  return { found, count };
}

/** What is left of a model's recording: the call tree, functions, lines, the whole and how many samples there are. */
export function narrowed(model, filter) {
  const { moments, boxes } = model;
  const { found, count } = sums(moments, filter, moments.paths.parent.length);
  const split = Object.fromEntries(KINDS.map((kind) => [kind, binned(found[kind], moments.paths.box, boxes.size)]));
  const tree = callTree(boxes.parent, boxes.frame, split);
  const whole = tree.self.reduce((sum, one) => sum + one, 0);
  const samples = moments.exact ? count : 0;
  return { tree, whole, samples, functions: functionsOf(model, tree, whole, samples), sources: linesOf(model, found, whole, samples) };
}

function binned(amounts, label, size) {
  const sum = new Float64Array(size);
  for (let at = 0; at < amounts.length; at++) sum[label[at]] += amounts[at];
  return sum;
}

/** Own and total time of each function of a call tree; a function within itself counts once. */
function functionsOf(model, tree, whole, samples) {
  const size = model.frameCount;
  const total = new Float64Array(size);
  const split = Object.fromEntries(KINDS.map((kind) => [kind, binned(tree.split[kind], tree.frame, size)]));
  for (let at = 0; at < tree.size; at++) if (!within(tree, tree.parent[at], tree.frame[at])) total[tree.frame[at]] += tree.total[at];
  const rows = [];
  for (const { frame, at } of model.all) {
    if (!(total[frame] > 0)) continue;
    const own = Object.fromEntries(KINDS.map((kind) => [kind, split[kind][frame]]));
    const share = whole > 0 ? total[frame] / whole : 0;
    rows.push({ frame, at, name: model.name(frame), owner: model.owner(frame), self: own.python + own.native + own.waiting, total: total[frame], share, calls: null, plusMinus: halfWidth(share, samples), split: own });
  }
  return rows.sort((a, b) => b.self - a.self || b.total - a.total || (a.name < b.name ? -1 : 1));
}

/** The lines of the captured sources: `wall` with all they call, counted once per stack; `here` while innermost of own code. */
function linesOf(model, found, whole, samples) {
  const { paths } = model.moments;
  paths.keys ??= keysOf(model);
  const { key, first, inner, rows } = paths.keys;
  const wall = Object.fromEntries(KINDS.map((kind) => [kind, rising(paths.parent, found[kind], key, first, rows.length)]));
  const here = new Float64Array(rows.length);
  for (let at = 0; at < key.length; at++) if (inner[at] >= 0) here[inner[at]] += found.python[at] + found.native[at] + found.waiting[at];
  const sources = model.captured.map((source) => ({ ...source, ...cold() }));
  rows.forEach(({ source, line, frame }, at) => {
    const split = Object.fromEntries(KINDS.map((kind) => [kind, wall[kind][at]]));
    const sum = split.python + split.native + split.waiting;
    if (sum > 0) warm(sources[source], { line, frame, split, wall: sum, here: here[at], plusMinus: halfWidth(whole > 0 ? sum / whole : 0, samples), hits: null });
  });
  return sources;
}

function rising(parent, own, key, first, size) {
  const total = accumulated(parent, own);
  const sum = new Float64Array(size);
  for (let at = 0; at < key.length; at++) if (key[at] >= 0 && first[at]) sum[key[at]] += total[at];
  return sum;
}

/** For each stack node: its line among the captured ones, whether it is the topmost there, and the line of own code that it is within. */
function keysOf(model) {
  const { parent, box, line } = model.moments.paths;
  const [rows, index] = [[], new Map()];
  const key = new Int32Array(parent.length).fill(-1);
  const inner = new Int32Array(parent.length).fill(-1);
  for (let at = 0; at < parent.length; at++) {
    const frame = model.boxes.frame[box[at]];
    const source = model.sourceOfFile.get(model.file(frame));
    if (source !== undefined) {
      const name = `${source}:${line[at]}`;
      if (!index.has(name)) index.set(name, rows.push({ source, line: line[at], frame }) - 1);
      key[at] = index.get(name);
    }
    inner[at] = model.owner(frame) === "own" ? key[at] : parent[at] >= 0 ? inner[parent[at]] : -1;
  }
  return { key, inner, rows, first: firstOf(parent, key) };
}

function firstOf(parent, key) {
  const first = new Uint8Array(key.length);
  for (let at = 0; at < key.length; at++) {
    let above = parent[at];
    while (above >= 0 && key[above] !== key[at]) above = parent[above];
    first[at] = above < 0 ? 1 : 0;
  }
  return first;
}

/** The share of all that the topmost boxes which fit have; boxes under others that fit are not counted again. */
export function shareOf(tree, fits) {
  const first = topmost(tree, fits);
  let [sum, all] = [0, 0];
  for (let at = 0; at < tree.size; at++) {
    if (first[at]) sum += tree.total[at];
    if (tree.parent[at] < 0) all += tree.total[at];
  }
  return all > 0 ? sum / all : 0;
}
