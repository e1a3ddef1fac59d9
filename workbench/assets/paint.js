import { callees } from "./tree.js";

/** The height of a row of boxes, in pixels. */
export const ROW = 20;

const SLIVER = 0.5;

/** Gives a canvas the size of its box, sharp on any screen; returns its pen, or null where it has no size. */
export function penOf(canvas, width, height) {
  if (!width || !height) return null;
  const ratio = globalThis.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const pen = canvas.getContext("2d");
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.textBaseline = "middle";
  pen.direction = "ltr";
  return pen;
}

/** The first callee of a box that ends after `time`, as an index into its callees. */
export function firstAfter(tree, kids, time) {
  let [low, high] = [0, kids.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (tree.start[kids[middle]] + tree.total[kids[middle]] > time) high = middle;
    else low = middle + 1;
  }
  return low;
}

/**
 * Draws the boxes in sight. `look` has: `tree`, `from` and `length` of what spans the width, `width`, `height`, `top(depth)`, `fill(at)`, `faint(at)`,
 * `name(at)`, `mark(at)` (0: none, 1: here, 2: chosen, 3: both) and `ink`. From boxes too thin to be seen one grey strip is drawn for all.
 * Returns the depth down to which there were boxes.
 */
export function drawBoxes(pen, look) {
  const { tree, from, length, width } = look;
  const marked = [];
  let deepest = 0;
  look.scale = width / length;
  const pending = [-1];
  while (pending.length) {
    const kids = callees(tree, pending.pop());
    if (!kids.length) continue;
    const top = look.top(tree.depth[kids[0]]);
    if (look.gone(top)) continue;
    let crumbs = null;
    for (let at = firstAfter(tree, kids, from); at < kids.length; at++) {
      const kid = kids[at];
      const left = (tree.start[kid] - from) * look.scale;
      if (left >= width) break;
      const right = Math.min(left + tree.total[kid] * look.scale, width);
      if (right - Math.max(left, 0) < SLIVER) {
        if (crumbs && left - crumbs[1] > 1) crumbs = strip(look, crumbs, top);
        crumbs = [crumbs ? crumbs[0] : left, right];
        if (!tree.asIs && tree.frame[kid] >= 0) {
          at = lastNamed(tree, kids);
          crumbs[1] = Math.min((tree.start[kids[at]] + tree.total[kids[at]] - from) * look.scale, width);
        }
        continue;
      }
      drawBox(look, kid, Math.max(left, 0), right, top, marked);
      if (tree.depth[kid] > deepest) deepest = tree.depth[kid];
      pending.push(kid);
    }
    strip(look, crumbs, top);
  }
  for (const outline of marked) outline();
  return deepest;
}

/** The last of a box's callees that is a function, as an index: folded ones stand behind them. */
function lastNamed({ frame }, kids) {
  let at = kids.length - 1;
  while (frame[kids[at]] < 0) at--;
  return at;
}

function strip({ pen, ink }, crumbs, top) {
  if (!crumbs) return null;
  pen.fillStyle = ink.folded;
  pen.fillRect(crumbs[0], top, Math.max(crumbs[1] - crumbs[0], SLIVER), ROW - 1);
  return null;
}

function drawBox(look, at, left, right, top, marked) {
  const { pen, ink } = look;
  const mark = look.mark(at);
  const wide = right - left;
  const inner = Math.max(wide - (wide > 4 ? 1 : 0), SLIVER);
  pen.globalAlpha = look.faint(at) ? 0.35 : 1;
  pen.fillStyle = look.fill(at);
  pen.fillRect(left, top, inner, ROW - 1);
  pen.globalAlpha = 1;
  if (wide > 26) writeIn(pen, ink, look.name(at), left + 5, top + ROW / 2, inner - 9, mark > 1);
  if (mark) marked.push(() => outline(pen, ink, left, top, inner, mark));
}

/** A box of its own, as the one of everything. */
export function drawAll(look, words, top) {
  const { pen, ink, width } = look;
  pen.fillStyle = ink.all;
  pen.fillRect(0, top, width, ROW - 1);
  writeIn(pen, ink, words, 5, top + ROW / 2, width - 10, false);
}

function outline(pen, ink, left, top, wide, mark) {
  const chosen = mark > 1;
  pen.strokeStyle = chosen ? ink.line : ink.ink;
  pen.fillStyle = ink.line;
  if (wide < 3) return pen.fillRect(left, top, Math.max(wide, 1), ROW - 1);
  pen.lineWidth = chosen ? 2 : 1;
  pen.setLineDash(mark === 3 ? [4, 2] : []);
  pen.strokeRect(left + 1, top + 1, wide - 2, ROW - 3);
  pen.setLineDash([]);
}

/** Writes as much of a name as fits, with an ellipsis; it never spills over its box. */
function writeIn(pen, ink, name, left, middle, room, bold) {
  pen.font = bold ? `bold ${ink.font}` : ink.font;
  pen.fillStyle = ink.ink;
  ink.each ??= pen.measureText("m").width;
  let text = name.length * ink.each > room ? name.slice(0, Math.max(1, Math.floor(room / ink.each))) : name;
  let cut = text.length < name.length;
  while (text && pen.measureText(cut ? `${text}…` : text).width > room) [text, cut] = [text.slice(0, -1), true];
  if (text && !(cut && text.length < 2)) pen.fillText(cut ? `${text}…` : text, left, middle);
}
