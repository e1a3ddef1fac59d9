import { amounts, indices, parents } from "./columns.js";
import { bytes, plain, seconds, signedBytes, splitWords } from "./format.js";
import { estimated } from "./layouts.js";
import { ofMeasure } from "./measures.js";
import { EVERYTHING, momentsOf, narrowed } from "./moments.js";
import { functionRows, sourcesOf, timeOf } from "./rows.js";
import { callTree, KINDS, within } from "./tree.js";

/** The names of owners as the table and the legend say them, in the order of the payload's `owners`. */
export const OWNER_NAMES = { own: "your code", library: "libraries", stdlib: "standard library", native: "native code", synthetic: "interpreter" };

/** The three kinds of time: of samples, and of tasks. */
export const KIND_WORDS = { samples: ["Python", "native", "waiting"], tasks: ["running", "ready", "waiting"] };

const AMOUNTS = { memory: signedBytes, heap: bytes };
const NOT_NARROWED = "This recording is shown as a whole.";

/**
 * The payload with its columns decoded: functions with shares, the call tree, sources with their heat; of allocations in one measure.
 * `others` are the payloads of the recording's other passes.
 */
export function decode(given, measure, others = []) {
  const payload = given.meta.evidence === "heap" ? ofMeasure(given, measure) : given;
  const model = named(payload);
  if (model.memory) model.most = [...payload.functions.total, ...payload.lines.increment].reduce((most, one) => Math.max(most, one), 1);
  model.all = model.functions = functionRows(payload, model);
  model.captured = model.sources = sourcesOf(payload, model.texts);
  model.sourceOfFile = new Map(model.sources.map((source, at) => [source.file, at]));
  indexed(model);
  model.boxes = model.tree = model.estimated ? guessed(payload, model) : treeOf(payload);
  model.moments = momentsOf(payload, model.boxes);
  model.filter = EVERYTHING;
  model.neighbours = (frame) => (model.estimated ? exactCalls(payload.calls, model.meta.tick, frame) : sampledCalls(model.tree, frame));
  model.narrow = (filter) => narrow(model, filter);
  model.besides = (source) => besides(others, source);
  return model;
}

function named(payload) {
  const { meta, strings, frames } = payload;
  const owners = meta.owners.map((owner) => owner.owner);
  const texts = strings.map((string) => plain(string));
  const model = {
    meta,
    owners,
    texts,
    whole: meta.whole,
    memory: meta.evidence === "memory",
    heap: meta.evidence === "heap",
    estimated: meta.evidence === "calls",
    filtered: false,
    threads: (meta.threads ?? []).map((name) => plain(name)),
    whyWhole: payload.whyWhole || NOT_NARROWED,
    amount: AMOUNTS[meta.evidence] ?? seconds,
    kind: (split) => (meta.stacked ? splitWords(split, KIND_WORDS[meta.evidence]) : ""),
    text: (string) => texts[string],
    where: (frame) => texts[frames.where[frame]],
    tasks: payload.tasks,
    timeline: payload.timeline,
    frameCount: frames.id.length,
    id: (frame) => frames.id[frame],
    frameOfId: new Map(frames.id.map((id, frame) => [id, frame])),
    name: (frame) => (frame >= 0 ? texts[frames.name[frame]] || "(no name)" : frame === -1 ? "smaller calls, folded" : "hidden functions"),
    owner: (frame) => (frame < 0 ? "folded" : owners[frames.owner[frame]]),
    file: (frame) => frames.file[frame],
    hot: (frame) => frames.hot[frame] || frames.line[frame],
    first: (frame) => frames.line[frame],
    place: (frame) => place(texts[frames.where[frame]], strings[frames.file[frame]], frames.line[frame]),
    shareOf: (amount) => (model.memory ? Math.max(0, amount) / model.most : model.whole > 0 ? amount / model.whole : 0),
  };
  return model;
}

function place(where, file, line) {
  if (file === "~") return "built-in";
  return where && line > 0 ? `${where}:${line}` : where;
}

function indexed(model) {
  model.byFrame = new Map(model.functions.map((row) => [row.frame, row]));
}

/** Shows what happened within `filter` only: `{from, to, thread}`, seconds (null: open) and an index of a thread (-1: all). */
function narrow(model, filter) {
  model.filter = filter;
  model.filtered = Boolean(model.moments) && (filter.from !== null || filter.to !== null || filter.thread >= 0);
  const found = model.filtered ? narrowed(model, filter) : { tree: model.boxes, whole: model.meta.whole, functions: model.all, sources: model.captured, samples: model.meta.samples };
  Object.assign(model, found);
  indexed(model);
}

function treeOf({ nodes, meta }) {
  const parent = parents(nodes.up);
  const split = Object.fromEntries(KINDS.map((kind) => [kind, nodes[kind] ? amounts(nodes[kind], nodes.tick ?? meta.tick) : new Float64Array(parent.length)]));
  return callTree(parent, indices(nodes.frame), split);
}

/** Callers and callees of a frame, from the tree; a frame counts once per path, so recursion counts once. */
function sampledCalls(tree, frame) {
  const [callers, callees] = [new Map(), new Map()];
  for (let at = 0; at < tree.size; at++) {
    const above = tree.parent[at];
    if (!(tree.total[at] > 0)) continue;
    if (tree.frame[at] === frame) {
      if (!within(tree, above, frame)) add(callers, above < 0 ? -1 : tree.frame[above], tree.total[at], null);
    } else if (above >= 0 && tree.frame[above] === frame && !calledAbove(tree, above, frame, tree.frame[at])) add(callees, tree.frame[at], tree.total[at], null);
  }
  return { callers: ranked(callers), callees: ranked(callees) };
}

/** Whether a call of `callee` by `frame` is on the way from the root to a box. */
function calledAbove(tree, at, frame, callee) {
  for (; at >= 0; at = tree.parent[at]) if (tree.frame[at] === callee && tree.parent[at] >= 0 && tree.frame[tree.parent[at]] === frame) return true;
  return false;
}

function exactCalls(calls, tick, frame) {
  const [callers, callees] = [new Map(), new Map()];
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

/** The tree that a call graph suggests: from functions that nobody called and, of those that only call each other, from the one with most time. */
function guessed({ calls, meta }, model) {
  const edges = new Map();
  const called = new Set();
  calls.caller.forEach((caller, at) => {
    const callee = calls.callee[at];
    if (caller === callee) return;
    if (!edges.has(caller)) edges.set(caller, []);
    edges.get(caller).push({ frame: callee, total: timeOf(calls.total[at], meta.tick) });
    if (model.byFrame.has(caller)) called.add(callee);
  });
  for (const list of edges.values()) list.sort((a, b) => b.total - a.total);
  return estimated(model.byFrame, edges, rootsOf(model, edges, called));
}

function rootsOf(model, edges, called) {
  const rows = model.functions.filter((row) => row.total > 0).sort((a, b) => b.total - a.total);
  const roots = rows.filter((row) => !called.has(row.frame)).map((row) => row.frame);
  const reached = new Set();
  const reach = (pending) => {
    while (pending.length) {
      const frame = pending.pop();
      if (reached.has(frame)) continue;
      reached.add(frame);
      for (const edge of edges.get(frame) ?? []) pending.push(edge.frame);
    }
  };
  reach([...roots]);
  for (const { frame } of rows) {
    if (reached.has(frame)) continue;
    roots.push(frame);
    reach([frame]);
  }
  return roots;
}

const BESIDES = {
  lines: [["hits", "hits", "how often the line ran", "x", "hits"], ["counted", "counted", "time with all it calls, counted", "s", "wall"]],
  memory: [["increment", "memory", "by how much process memory grew", "B", "increment"]],
  heap: [["peak", "peak", "allocated there and held when the most was held", "B", "peak"], ["held", "held", "allocated there and held at the end", "B", "held"], ["allocated", "allocated", "allocated there in all", "B", "allocated"]],
  tasks: [["await", "await", "time of tasks that waited there", "s", "waiting"]],
};

/** Other measures of a source's lines, from the recording's further passes. */
function besides(others, { label }) {
  return others.flatMap((other) => {
    const at = other.sources.findIndex((one) => plain(other.strings[one.label]) === label);
    if (at < 0) return [];
    return (BESIDES[other.meta.evidence] ?? []).flatMap(([key, title, words, unit, name]) => {
      const values = name in (other.lines.by ?? {}) ? other.lines.by[name].here : other.lines[name];
      if (!values) return [];
      const heat = new Map();
      other.lines.line.forEach((line, row) => {
        if (other.lines.source[row] === at && values[row]) heat.set(line, unit === "s" ? timeOf(values[row], other.meta.tick) : values[row]);
      });
      return heat.size ? [{ key, label: title, words, unit, heat, most: [...heat.values()].reduce((most, one) => Math.max(most, one)) }] : [];
    });
  });
}
