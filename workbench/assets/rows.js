import { KINDS } from "./tree.js";

const Z95 = 1.959963984540054;

/** Whole numbers of ticks as seconds, rounded once: 100,000 ticks of a microsecond are 0.1 and not 0.09999999999999999. */
export function timeOf(ticks, tick) {
  return tick < 1 ? ticks / Math.round(1 / tick) : ticks * tick;
}

/** Half the 95 % interval of a share seen in so many samples, by Wilson's score interval, as `analysis.precision.half_width` has it. */
export function halfWidth(share, samples) {
  if (!(samples > 0)) return NaN;
  const [p, z2] = [Math.min(Math.max(share, 0), 1), Z95 * Z95];
  const centre = (p + z2 / (2 * samples)) / (1 + z2 / samples);
  const half = (Z95 / (1 + z2 / samples)) * Math.sqrt((p * (1 - p)) / samples + z2 / (4 * samples * samples));
  return half + Math.abs(centre - p);
}

/** The rows of functions as the payload has them. */
export function functionRows(payload, model) {
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
  return Object.fromEntries(KINDS.map((kind) => [kind, timeOf(columns[kind][at], tick)]));
}

/** The captured sources with the heat of their lines, as the payload has them. */
export function sourcesOf(payload, text) {
  const { lines, meta } = payload;
  const found = payload.sources.map((source) => ({ file: source.file, label: text[source.label] || "(source)", count: source.lines, chunks: source.chunks, changed: source.changed ?? "", ...cold() }));
  const read = readerOf(lines);
  lines.line.forEach((line, at) => warm(found[lines.source[at]], { line, frame: lines.frame[at], ...read(lines, at, meta.tick) }));
  return found;
}

/** The heat of a source in which nothing was seen. */
export function cold() {
  return { heat: new Map(), widest: 0, hottest: 0, first: 0 };
}

/** Puts a line's row into its source. */
export function warm(source, row) {
  source.heat.set(row.line, row);
  source.widest = Math.max(source.widest, row.wall);
  if (row.here > source.hottest || !source.first) [source.hottest, source.first] = [row.here, row.line];
}

function readerOf(lines) {
  return lines.increment ? grownLine : lines.blocks ? allocatedLine : lines.hits ? countedLine : sampledLine;
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

/** A counted line knows its time with all it calls, and not of what kind it was. */
function countedLine(lines, at, tick) {
  const wall = timeOf(lines.wall[at], tick);
  return { split: null, wall, here: wall, plusMinus: NaN, hits: lines.hits[at] };
}
