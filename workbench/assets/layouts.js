import { accumulated, callTree, FOLDED, HIDDEN, KINDS, laidOut, topmost, treeMaker } from "./tree.js";

const MOST = 200000;
const SMALLEST = 1 / 8000;

/**
 * The tree with some functions taken out of it. `hides(frame)`: its own time goes to its caller. `focuses(frame)`: only what is under the
 * topmost of them is left. `recursion`: a function within itself is the same box as the outer one. Null leaves a rule out.
 */
export function regrouped(tree, { hides, focuses, recursion }) {
  const maker = treeMaker();
  const place = new Int32Array(tree.size);
  const OUTSIDE = -2;
  for (let at = 0; at < tree.size; at++) {
    const frame = tree.frame[at];
    const above = tree.parent[at] < 0 ? (focuses ? OUTSIDE : -1) : place[tree.parent[at]];
    if (above === OUTSIDE && !focuses(frame)) {
      place[at] = OUTSIDE;
      continue;
    }
    place[at] = box(maker, Math.max(above, -1), frame, hides, recursion);
    maker.add(place[at] < 0 ? maker.under(-1, HIDDEN) : place[at], tree.split, at);
  }
  return maker.finish();
}

function box(maker, above, frame, hides, recursion) {
  if (frame >= 0 && hides?.(frame)) return above;
  if (recursion && frame >= 0) for (let at = above; at >= 0; at = maker.parent[at]) if (maker.frame[at] === frame) return at;
  return maker.under(above, frame);
}

/** Bottom-up: a root for each function by its own time, its callers below it. What is too small to be seen is folded. */
export function inverted(tree) {
  const groups = new Map();
  for (let at = 0; at < tree.size; at++) if (tree.self[at] > 0) gather(groups, tree.frame[at], at, at, tree.split);
  return bottomUp(tree, groups);
}

/** The callers of one function, inverted: its topmost boxes with all that is under them. */
export function callersOf(tree, frame) {
  const first = topmost(tree, (one) => one === frame);
  const groups = new Map();
  const totals = Object.fromEntries(KINDS.map((kind) => [kind, accumulated(tree.parent, tree.split[kind])]));
  for (let at = 0; at < tree.size; at++) if (first[at]) gather(groups, frame, at, at, totals);
  return bottomUp(tree, groups);
}

/** What one function calls: the tree under its topmost boxes, as one. */
export function calleesOf(tree, frame) {
  return regrouped(tree, { hides: null, focuses: (one) => one === frame, recursion: false });
}

/** A group is a map from a box of the tree to the amounts that came up through it. */
function gather(groups, frame, position, source, amounts) {
  let group = groups.get(frame);
  if (!group) groups.set(frame, (group = { sum: 0, members: new Map() }));
  let member = group.members.get(position);
  if (!member) group.members.set(position, (member = { python: 0, native: 0, waiting: 0 }));
  for (const kind of KINDS) {
    member[kind] += amounts[kind][source];
    group.sum += amounts[kind][source];
  }
}

function bottomUp(tree, groups) {
  const maker = treeMaker(MOST);
  let all = 0;
  for (const group of groups.values()) all += group.sum;
  let level = [{ above: -1, groups }];
  while (level.length) {
    const next = [];
    for (const { above, groups: found } of level) {
      for (const [frame, group] of [...found].sort(([, a], [, b]) => b.sum - a.sum)) {
        const small = group.sum < all * SMALLEST || maker.full;
        const at = maker.under(above, small ? FOLDED : frame);
        const up = risen(tree, maker, group, at, small);
        if (up.size) next.push({ above: at, groups: up });
      }
    }
    level = next;
  }
  return maker.finish();
}

/** The callers of a group's members; what has none stays in the box. */
function risen(tree, maker, group, at, stays) {
  const found = new Map();
  for (const [position, amounts] of group.members) {
    const above = tree.parent[position];
    if (above < 0 || stays) for (const kind of KINDS) maker.split[kind][at] += amounts[kind];
    else {
      const columns = Object.fromEntries(KINDS.map((kind) => [kind, [amounts[kind]]]));
      gather(found, tree.frame[above], above, 0, columns);
    }
  }
  return found;
}

/**
 * Left to right in the order in which things happened, of one thread: boxes grow while the same calls go on, and end where nothing was seen
 * for longer than a sample stands for. Threads of one name are one here: where their samples overlap, the later is shown for what is left of it.
 * `boxes` is the whole run's tree; `origin` of what is returned is the time of its left edge, `cut` whether it ends early, for its size.
 */
export function inTimeOrder(boxes, moments, thread, { from: least, to: most }) {
  const made = { parent: [], frame: [], start: [], end: [], split: { python: [], native: [], waiting: [] } };
  let [open, last, origin] = [[], -Infinity, null];
  const { boxOf } = moments.paths;
  let at = 0;
  for (; at < moments.count && made.parent.length < MOST * 2; at++) {
    if (moments.thread[at] !== thread || !(moments.start[at] >= least && moments.start[at] < most)) continue;
    const [from, till] = [Math.max(moments.start[at], last), Math.max(moments.start[at] + moments.python[at] + moments.native[at] + moments.waiting[at], last)];
    const length = moments.python[at] + moments.native[at] + moments.waiting[at];
    const part = length > 0 ? Math.min(1, (till - from) / length) : 0;
    origin ??= from;
    const path = pathOf(boxes, boxOf[at]);
    let same = 0;
    if (from - last <= till - from) while (same < open.length && same < path.length && open[same].box === path[same]) same++;
    open = opened(made, open.slice(0, same), path.slice(same), boxes, from);
    for (const one of open) made.end[one.at] = till;
    for (const kind of KINDS) made.split[kind][open.at(-1).at] += moments[kind][at] * part;
    last = till;
  }
  const split = Object.fromEntries(KINDS.map((kind) => [kind, Float64Array.from(made.split[kind])]));
  const tree = callTree(Int32Array.from(made.parent), Int32Array.from(made.frame), split);
  const total = Float64Array.from(made.end, (till, at) => till - made.start[at]);
  return laidOut({ ...tree, total, start: Float64Array.from(made.start, (from) => from - origin), all: origin === null ? 0 : last - origin, origin, cut: at < moments.count }, true);
}

function opened(made, open, path, boxes, from) {
  for (const box of path) {
    const above = open.length ? open.at(-1).at : -1;
    open.push({ box, at: made.parent.length });
    made.parent.push(above);
    made.frame.push(boxes.frame[box]);
    made.start.push(from);
    made.end.push(from);
    for (const kind of KINDS) made.split[kind].push(0);
  }
  return open;
}

function pathOf(boxes, leaf) {
  const path = [];
  for (let at = leaf; at >= 0; at = boxes.parent[at]) path.push(at);
  return path.reverse();
}

/**
 * A tree from a call graph, which is a guess: a function's time with all it calls is shared out among its callers' boxes by what each caller is
 * known to have called for. Cycles end where a function would stand within itself; small boxes are left out, their time stays with the caller.
 */
export function estimated(functions, edges, roots) {
  const maker = treeMaker(MOST / 4);
  const all = roots.reduce((sum, frame) => sum + (functions.get(frame)?.total ?? 0), 0);
  let level = roots.map((frame) => ({ frame, above: -1, amount: functions.get(frame).total, path: null }));
  while (level.length) {
    const next = [];
    for (const one of level) {
      const at = maker.under(one.above, one.frame);
      const row = functions.get(one.frame);
      const part = row.total > 0 ? one.amount / row.total : 0;
      const path = { frame: one.frame, up: one.path };
      let below = 0;
      for (const edge of edges.get(one.frame) ?? []) {
        const amount = Math.min(edge.total * part, one.amount - below);
        if (amount <= all * SMALLEST || maker.full || onPath(path, edge.frame)) continue;
        below += amount;
        next.push({ frame: edge.frame, above: at, amount, path });
      }
      maker.split.python[at] += one.amount - below;
    }
    level = next;
  }
  return maker.finish();
}

function onPath(path, frame) {
  for (; path; path = path.up) if (path.frame === frame) return true;
  return false;
}
