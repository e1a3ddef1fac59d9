import { bytes, plain, seconds, share } from "./format.js";
import { timeOf } from "./rows.js";
import { accumulated, laidOut } from "./tree.js";

const STEPS = [0.005, 0.02, 0.08];

/** The payload of a diff (see `payload_diff.py`) with its columns as rows: amounts in seconds or bytes, names made plain. */
export function decodeDiff(payload) {
  const { meta, frames } = payload;
  const amount = meta.unit === "B" ? bytes : seconds;
  const scale = (ticks) => (ticks === null || ticks === undefined ? NaN : timeOf(ticks, meta.tick));
  const model = {
    meta,
    amount,
    signed: (value) => (value === 0 ? amount(0) : `${value > 0 ? "+" : "−"}${amount(Math.abs(value))}`),
    before: scale(meta.before.whole),
    after: scale(meta.after.whole),
    name: (frame) => (frame < 0 ? "smaller calls, folded" : plain(frames.name[frame]) || "(no name)"),
    where: (frame) => (frame < 0 ? "" : plain(frames.where[frame])),
    owner: (frame) => (frame < 0 ? "folded" : frames.owner[frame]),
  };
  model.functions = rowsOf(payload.functions, scale, (at, row) => ({ frame: payload.functions.frame[at], name: model.name(payload.functions.frame[at]), was: plain(row.nameBefore ?? "") }));
  model.lines = rowsOf(payload.lines, scale, (at, row) => ({ frame: -1, name: plain(row.source || row.sourceBefore || "").trim() || plain(row.function), was: "" }));
  model.nodes = nodesOf(payload.nodes, scale);
  return model;
}

function rowsOf(columns, scale, more) {
  const count = columns.change?.length ?? 0;
  return Array.from({ length: count }, (_, at) => {
    const raw = Object.fromEntries(Object.entries(columns).map(([key, values]) => [key, values[at]]));
    const row = { at, status: raw.status, edited: raw.edited, before: scale(raw.before), after: scale(raw.after), change: scale(raw.change), noise: scale(raw.noise), countBefore: raw.countBefore ?? null, countAfter: raw.countAfter ?? null, whereBefore: plain(raw.whereBefore ?? ""), whereAfter: plain(raw.whereAfter ?? "") };
    row.quiet = Number.isFinite(row.noise) && Math.abs(row.change) <= row.noise;
    row.ratio = row.before > 0 && row.after > 0 ? row.after / row.before : NaN;
    return { ...row, ...more(at, raw) };
  });
}

function nodesOf(nodes, scale) {
  const [before, after] = [Float64Array.from(nodes.before, scale), Float64Array.from(nodes.after, scale)];
  const parent = Int32Array.from(nodes.parent);
  return { size: parent.length, parent, frame: Int32Array.from(nodes.frame), own: { before, after }, before: accumulated(parent, before), after: accumulated(parent, after) };
}

/** Both call trees in one, laid out: boxes as wide as the amount `before`, `after`, or the larger of both own amounts, summed up (`both`). */
export function mergedTree({ nodes }, width) {
  const { size, parent, frame, own } = nodes;
  const self = width === "both" ? own.before.map((value, at) => Math.max(value, own.after[at])) : own[width];
  return { ...laidOut({ size, parent, frame, self, split: null, total: accumulated(parent, self) }), before: nodes.before, after: nodes.after };
}

/** How much a change is of the larger whole: 0 (little) to 3, for its colour. */
export function levelOf({ before, after }, change) {
  const part = Math.abs(change) / (Math.max(before, after) || 1);
  return STEPS.filter((step) => part >= step).length;
}

/** A change as a part of what was there before. */
export function relative(before, change) {
  return before > 0 && change !== 0 ? `${change > 0 ? "+" : "−"}${share(Math.abs(change) / before)}` : "";
}
