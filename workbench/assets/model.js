import { bytes, plain, seconds, signedBytes, splitWords } from "./format.js";
import { ofMeasure } from "./measures.js";

const MEASURES = ["python", "native", "waiting"];

/** The names of owners as the table and the legend say them, in the order of the payload's `owners`. */
export const OWNER_NAMES = { own: "your code", library: "libraries", stdlib: "standard library", native: "native code", synthetic: "interpreter" };

/** Whole numbers of ticks as seconds, rounded once: 100,000 ticks of a microsecond are 0.1 and not 0.09999999999999999. */
export function timeOf(ticks, tick) {
  return tick < 1 ? ticks / Math.round(1 / tick) : ticks * tick;
}

/** The three kinds of time: of samples, and of tasks. */
export const KIND_WORDS = { samples: ["Python", "native", "waiting"], tasks: ["running", "ready", "waiting"] };

const AMOUNTS = { memory: signedBytes, heap: bytes };

/** The payload with its columns decoded: functions with shares, the call tree laid out, sources with their heat; of allocations in one measure. */
export function decode(whole, measure) {
  const payload = whole.meta.evidence === "heap" ? ofMeasure(whole, measure) : whole;
  const { meta, strings, frames } = payload;
  const owners = meta.owners.map((owner) => owner.owner);
  const text = strings.map((string) => plain(string));
  const model = {
    meta,
    owners,
    whole: meta.whole,
    memory: meta.evidence === "memory",
    heap: meta.evidence === "heap",
    amount: AMOUNTS[meta.evidence] ?? seconds,
    kind: (split) => (meta.stacked ? splitWords(split, KIND_WORDS[meta.evidence]) : ""),
    text: (string) => text[string],
    where: (frame) => text[frames.where[frame]],
    tasks: payload.tasks,
    timeline: payload.timeline,
    frameCount: frames.id.length,
    id: (frame) => frames.id[frame],
    name: (frame) => (frame < 0 ? "smaller calls, folded" : text[frames.name[frame]] || "(no name)"),
    owner: (frame) => (frame < 0 ? "folded" : owners[frames.owner[frame]]),
    file: (frame) => frames.file[frame],
    hot: (frame) => frames.hot[frame] || frames.line[frame],
    first: (frame) => frames.line[frame],
    place: (frame) => place(text[frames.where[frame]], strings[frames.file[frame]], frames.line[frame]),
    shareOf: (amount) => (model.memory ? Math.max(0, amount) / model.most : meta.whole > 0 ? amount / meta.whole : 0),
  };
  if (model.memory) model.most = Math.max(1, ...payload.functions.total, ...payload.lines.increment);
  model.functions = functionRows(payload, model);
  model.byFrame = new Map(model.functions.map((row) => [row.frame, row]));
  model.frameOfId = new Map(frames.id.map((id, frame) => [id, frame]));
  model.tree = callTree(payload.nodes, meta.tick);
  model.sources = sources(payload, text, meta.tick);
  model.sourceOfFile = new Map(model.sources.map((source, at) => [source.file, at]));
  model.neighbours = (frame) => (meta.stacked || model.heap ? sampledCalls(model.tree, frame) : exactCalls(payload.calls, meta.tick, frame));
  return model;
}

function place(where, file, line) {
  if (file === "~") return "built-in";
  return where && line > 0 ? `${where}:${line}` : where;
}

function functionRows(payload, model) {
  const { functions, meta } = payload;
  return functions.frame.map((frame, at) => {
    const row = { frame, at, name: model.name(frame), owner: model.owner(frame), self: known(functions.self[at], meta.tick), total: model.memory ? functions.total[at] : timeOf(functions.total[at], meta.tick) };
    row.share = model.shareOf(row.total);
    row.calls = functions.calls ? functions.calls[at] : null;
    row.plusMinus = functions.plusMinus ? (functions.plusMinus[at] ?? NaN) / 1e4 : NaN;
    row.split = functions.python ? splitOf(functions, at, meta.tick) : null;
    return row;
  });
}

function known(ticks, tick) {
  return ticks === null ? NaN : timeOf(ticks, tick);
}

function splitOf(columns, at, tick) {
  return { python: timeOf(columns.python[at], tick), native: timeOf(columns.native[at], tick), waiting: timeOf(columns.waiting[at], tick) };
}

/** Totals, depths and a left-heavy layout: entry `n` spans `start[n]` to `start[n] + total[n]`, in seconds; children are linked lists. */
function callTree(nodes, tick) {
  const size = nodes.parent.length;
  const parent = Int32Array.from(nodes.parent);
  const frame = Int32Array.from(nodes.frame);
  const self = new Float64Array(size);
  const total = new Float64Array(size);
  const split = {};
  for (const name of MEASURES) {
    const ticks = nodes[name];
    split[name] = Float64Array.from(ticks, (value) => timeOf(value, tick));
    for (let at = 0; at < size; at++) self[at] += ticks[at];
  }
  total.set(self);
  for (let at = size - 1; at >= 0; at--) if (parent[at] >= 0) total[parent[at]] += total[at];
  for (let at = 0; at < size; at++) [self[at], total[at]] = [timeOf(self[at], tick), timeOf(total[at], tick)];
  const tree = { size, parent, frame, self, total, split, depth: new Int32Array(size), start: new Float64Array(size), children: [], roots: [], all: 0, deepest: 0 };
  return laidOut(tree);
}

function laidOut(tree) {
  const { size, parent, frame, total, depth, start } = tree;
  const children = new Array(size);
  for (let at = 0; at < size; at++) {
    const above = parent[at];
    if (above < 0) tree.roots.push(at);
    else (children[above] ??= []).push(at);
  }
  const heavier = (a, b) => (frame[a] < 0) - (frame[b] < 0) || total[b] - total[a] || a - b;
  const place = (list, from, level) => {
    list.sort(heavier);
    for (const at of list) {
      start[at] = from;
      depth[at] = level;
      from += total[at];
    }
    return from;
  };
  tree.all = place(tree.roots, 0, 1);
  for (let at = 0; at < size; at++) {
    if (children[at]) place(children[at], start[at], depth[at] + 1);
    if (depth[at] > tree.deepest) tree.deepest = depth[at];
  }
  tree.children = children;
  return tree;
}

function sources(payload, text, tick) {
  const found = payload.sources.map((source) => ({
    file: source.file,
    label: text[source.label] || "(source)",
    count: source.lines,
    chunks: source.chunks,
    heat: new Map(),
    widest: 0,
    hottest: 0,
    first: 0,
  }));
  const { lines } = payload;
  lines.line.forEach((line, at) => {
    const source = found[lines.source[at]];
    const row = { line, frame: lines.frame[at], ...lineKind(lines)(lines, at, tick) };
    const { wall } = row;
    source.heat.set(line, row);
    source.widest = Math.max(source.widest, wall);
    if (row.here > source.hottest || !source.first) [source.hottest, source.first] = [row.here, line];
  });
  return found;
}

function sampledLine(lines, at, tick) {
  const wall = timeOf(lines.python[at] + lines.native[at] + lines.waiting[at], tick);
  return { split: splitOf(lines, at, tick), wall, here: timeOf(lines.here[at], tick), plusMinus: (lines.plusMinus?.[at] ?? NaN) / 1e4, hits: null };
}

/** A line at which memory was read: `wall` is its increment in bytes. */
function grownLine(lines, at) {
  const grown = lines.increment[at];
  return { split: null, wall: grown, here: grown, plusMinus: NaN, hits: lines.hits[at], peak: lines.peak[at] };
}

/** A line that allocated: `here` while it was the innermost of own code, `wall` with all it calls, in bytes. */
function allocatedLine(lines, at) {
  return { split: null, wall: lines.wall[at], here: lines.here[at], plusMinus: NaN, hits: null, blocks: lines.blocks[at] };
}

function lineKind(lines) {
  return lines.increment ? grownLine : lines.blocks ? allocatedLine : lines.hits ? countedLine : sampledLine;
}

/** A counted line knows its time with all it calls, and not of what kind it was. */
function countedLine(lines, at, tick) {
  const wall = timeOf(lines.wall[at], tick);
  return { split: null, wall, here: wall, plusMinus: NaN, hits: lines.hits[at] };
}

/** Callers and callees of a frame with seconds, from the tree; a frame counts once per path, so recursion counts once. */
function sampledCalls(tree, frame) {
  const callers = new Map();
  const callees = new Map();
  for (let at = 0; at < tree.size; at++) {
    if (tree.frame[at] !== frame) continue;
    if (!within(tree, tree.parent[at], frame)) add(callers, tree.parent[at] < 0 ? -1 : tree.frame[tree.parent[at]], tree.total[at], null);
    for (const child of tree.children[at] ?? []) if (tree.frame[child] !== frame) add(callees, tree.frame[child], tree.total[child], null);
  }
  return { callers: ranked(callers), callees: ranked(callees) };
}

function within(tree, at, frame) {
  for (; at >= 0; at = tree.parent[at]) if (tree.frame[at] === frame) return true;
  return false;
}

function exactCalls(calls, tick, frame) {
  const callers = new Map();
  const callees = new Map();
  calls.caller.forEach((caller, at) => {
    if (calls.callee[at] === frame) add(callers, caller, timeOf(calls.total[at], tick), calls.calls[at]);
    if (caller === frame) add(callees, calls.callee[at], timeOf(calls.total[at], tick), calls.calls[at]);
  });
  return { callers: ranked(callers), callees: ranked(callees) };
}

function add(edges, frame, total, calls) {
  const edge = edges.get(frame) ?? { frame, total: 0, calls: null };
  edge.total += total;
  if (calls !== null) edge.calls = (edge.calls ?? 0) + calls;
  edges.set(frame, edge);
}

function ranked(edges) {
  return [...edges.values()].sort((a, b) => b.total - a.total || a.frame - b.frame);
}
