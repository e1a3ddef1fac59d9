/** Kinds of amounts that a call tree holds apart. */
export const KINDS = ["python", "native", "waiting"];

/** Frames that are no function: small boxes folded into one, and the time of hidden functions that nobody called. */
export const FOLDED = -1;
export const HIDDEN = -2;

/** A call tree from columns: callers before callees, `parent` -1 at a root; `split` has each box's own amount by kind. Totals are summed up. */
export function callTree(parent, frame, split) {
  const size = parent.length;
  const self = new Float64Array(size);
  for (const kind of KINDS) for (let at = 0; at < size; at++) self[at] += split[kind][at];
  return { size, parent, frame, split, self, total: accumulated(parent, self) };
}

/** What each box has with all below it. */
export function accumulated(parent, own) {
  const total = Float64Array.from(own);
  for (let at = total.length - 1; at >= 0; at--) if (parent[at] >= 0) total[parent[at]] += total[at];
  return total;
}

/**
 * Adds where each box lies: box `n` spans `start[n]` to `start[n] + total[n]` at `depth[n]` (1 at a root). The callees of `n` are
 * `kids[first[n]]` to `kids[first[n + 1] - 1]`, from left to right: the heaviest first, folded ones last; or as they are where `asIs`.
 */
export function laidOut(tree, asIs = false) {
  const { size, parent, total } = tree;
  const first = new Int32Array(size + 2);
  for (let at = 0; at < size; at++) first[parent[at] + 2]++;
  for (let at = 1; at < size + 2; at++) first[at] += first[at - 1];
  const [kids, filled] = [new Int32Array(size), Int32Array.from(first)];
  for (let at = 0; at < size; at++) kids[filled[parent[at] + 1]++] = at;
  const shape = { ...tree, kids, offsets: first, depth: new Int32Array(size), start: tree.start ?? new Float64Array(size), deepest: 0, asIs };
  if (!asIs) for (let at = -1; at < size; at++) ordered(shape, at);
  placed(shape, asIs);
  shape.roots = callees(shape, -1);
  shape.all = tree.all ?? shape.roots.reduce((sum, at) => sum + total[at], 0);
  return shape;
}

/** The callees of a box from left to right; of -1 the roots. */
export function callees({ kids, offsets }, at) {
  return kids.subarray(offsets[at + 1], offsets[at + 2]);
}

function ordered(shape, at) {
  const list = callees(shape, at);
  if (list.length < 2) return;
  const { frame, total } = shape;
  const heavier = (a, b) => (frame[a] < 0) - (frame[b] < 0) || total[b] - total[a] || a - b;
  if (list.length > 2) list.sort(heavier);
  else if (heavier(list[0], list[1]) > 0) list.reverse();
}

function placed(shape, asIs) {
  const { size, total, start, depth } = shape;
  for (let at = -1; at < size; at++) {
    let from = at < 0 ? 0 : start[at];
    const level = at < 0 ? 1 : depth[at] + 1;
    for (const kid of callees(shape, at)) {
      if (!asIs) start[kid] = from;
      depth[kid] = level;
      from += total[kid];
      if (level > shape.deepest) shape.deepest = level;
    }
  }
}

/** Builds trees box by box: `under(parent, frame)` is the box of that caller and function, made when it is first asked for. */
export function treeMaker(most = Infinity) {
  const [parent, frame, index] = [[], [], new Map()];
  const split = { python: [], native: [], waiting: [] };
  const maker = {
    parent,
    frame,
    split,
    get full() {
      return parent.length >= most;
    },
    under: (above, which) => {
      const key = (above + 1) * 4294967296 + (which + 8);
      let found = index.get(key);
      if (found === undefined) {
        found = parent.length;
        index.set(key, found);
        parent.push(above);
        frame.push(which);
        for (const kind of KINDS) split[kind].push(0);
      }
      return found;
    },
    add: (at, from, source) => {
      for (const kind of KINDS) split[kind][at] += from[kind][source];
    },
    finish: () => {
      const columns = Object.fromEntries(KINDS.map((kind) => [kind, Float64Array.from(split[kind])]));
      return callTree(Int32Array.from(parent), Int32Array.from(frame), columns);
    },
  };
  return maker;
}

/** Whether box `outer` is on the way from a root to box `inner`, or is it. */
export function contains(tree, outer, inner) {
  for (; inner >= outer; inner = tree.parent[inner]) if (inner === outer) return true;
  return false;
}

/** For each box, whether it is the topmost on its path that fits: those whose totals add up without counting twice. */
export function topmost(tree, fits) {
  const under = new Uint8Array(tree.size);
  const first = new Uint8Array(tree.size);
  for (let at = 0; at < tree.size; at++) {
    const above = tree.parent[at] >= 0 && under[tree.parent[at]];
    const here = fits(tree.frame[at], at);
    under[at] = above || here ? 1 : 0;
    first[at] = here && !above ? 1 : 0;
  }
  return first;
}

/** Whether a box, or any above it, is of a function. */
export function within(tree, at, frame) {
  for (; at >= 0; at = tree.parent[at]) if (tree.frame[at] === frame) return true;
  return false;
}
