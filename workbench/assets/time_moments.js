const KINDS = ["python", "native", "waiting"];
const NARROWEST = 2;
const WIDEST = 8;
const ENOUGH = 3;

/**
 * The moments of a recording made ready for drawing and for sums.
 * `within(from, to, thread)` counts the entries that begin in a range and adds up their seconds; `bins(axis, thread)` is the
 * share of one thread's time that each stretch of the axis took, by kind: columns of `step` pixels. Thread -1 is all of them.
 */
export function momentsOf(model) {
  const { moments } = model;
  const rows = byThread(moments, model.threads.length);
  const cache = new Map();
  let version = -1;
  const bins = (axis, thread) => {
    if (version !== axis.version) cache.clear();
    version = axis.version;
    if (!cache.has(thread)) cache.set(thread, thread < 0 && rows.length === 1 ? bins(axis, 0) : binned(moments, rows[thread]?.at ?? null, axis, columnWidth(moments, axis)));
    return cache.get(thread);
  };
  const all = summed(moments, null);
  const row = (thread) => (thread < 0 ? all : rows[thread]);
  return { exact: moments.exact, bin: moments.bin ?? 0, end: lastEnd(moments), whole: all.sum[moments.count], bins, within: (from, to, thread) => within(moments, row(thread), from, to) };
}

function lengthOf({ python, native, waiting }, at) {
  return python[at] + native[at] + waiting[at];
}

function lastEnd(moments) {
  let end = 0;
  for (let at = 0; at < moments.count; at++) end = Math.max(end, moments.start[at] + (moments.exact ? lengthOf(moments, at) : moments.bin));
  return end;
}

/** For each thread where its entries are, and their running sum. */
function byThread(moments, threads) {
  const counts = new Int32Array(Math.max(1, threads));
  for (let at = 0; at < moments.count; at++) counts[moments.thread[at]]++;
  const found = Array.from(counts, (size) => ({ at: new Int32Array(size), size: 0 }));
  for (let at = 0; at < moments.count; at++) {
    const row = found[moments.thread[at]];
    row.at[row.size++] = at;
  }
  return found.map(({ at }) => summed(moments, at));
}

function summed(moments, at) {
  const size = at ? at.length : moments.count;
  const sum = new Float64Array(size + 1);
  for (let n = 0; n < size; n++) sum[n + 1] = sum[n] + lengthOf(moments, at ? at[n] : n);
  return { at, size, sum };
}

function within({ start }, { at, size, sum }, from, to) {
  const first = position(start, at, size, from);
  const last = position(start, at, size, to);
  return { count: last - first, time: sum[last] - sum[first] };
}

/** How many of the entries begin before a time. */
function position(start, at, size, time) {
  let [low, high] = [0, size];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (start[at ? at[middle] : middle] < time) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A column is wide enough for a few samples, so that it shows a mixture and not a bar code. */
function columnWidth(moments, axis) {
  const each = (axis.width * axis.span) / (axis.to - axis.from) / moments.count;
  return Math.max(NARROWEST, Math.min(WIDEST, Math.ceil(each * ENOUGH)));
}

function binned(moments, rows, axis, step) {
  const count = Math.max(1, Math.ceil(axis.width / step));
  const wide = ((axis.to - axis.from) * step) / (axis.width || 1);
  const columns = KINDS.map(() => new Float64Array(count));
  const size = rows ? rows.length : moments.count;
  for (let n = 0; n < size; n++) spread(moments, rows ? rows[n] : n, axis.from, wide, columns);
  return { step, count, python: columns[0], native: columns[1], waiting: columns[2] };
}

/** Adds one entry to the columns that it lies in, to each by how much of it lies there. */
function spread(moments, at, origin, wide, columns) {
  const whole = lengthOf(moments, at);
  const length = moments.exact ? whole : moments.bin;
  if (!(whole > 0) || !(length > 0)) return;
  const begin = (moments.start[at] - origin) / wide;
  const end = begin + length / wide;
  const last = Math.min(columns[0].length - 1, Math.floor(end));
  for (let column = Math.max(0, Math.floor(begin)); column <= last; column++) {
    const part = (Math.min(end, column + 1) - Math.max(begin, column)) / length;
    if (!(part > 0)) continue;
    columns[0][column] += moments.python[at] * part;
    columns[1][column] += moments.native[at] * part;
    columns[2][column] += moments.waiting[at] * part;
  }
}
