import { element } from "./dom.js";
import { grain, snapped, stamp } from "./time_axis.js";

const NEAR = 6;
const MOVED = 4;
const HELP = "Arrow keys move it, page keys in larger steps, with Shift the whole range; Enter zooms in, Escape shows the whole run.";

/**
 * The range over all tracks: drawn with the pointer, moved by its inside or its ends, and by the keyboard through its two handles.
 * `surface` is what is dragged over, `step` the seconds that ends are whole multiples of (0: as fine as the screen). `changed(range, by)` is
 * told each move, `range` being null or `{from, to}` and `by` "drag", "drop" or "key"; `zoom()` is asked for by Enter, `clear()` by Escape and a double click.
 */
export function createBrush(axis, surface, { step, changed, zoom, clear }) {
  const veils = ["before", "after"].map((name) => element("i", { class: `veil ${name}` }));
  const handles = ["start", "end"].map((name) => handle(name));
  const cross = element("i", { class: "cross", hidden: true });
  const layer = element("div", { class: "brush" }, veils, handles, cross);
  const brush = { axis, surface, layer, veils, handles, cross, step, changed, zoom, clear, range: null, drag: null, quiet: false };
  brush.place = () => place(brush);
  brush.set = (range) => ((brush.range = range), place(brush));
  brush.written = (time) => stamp(time, fine(brush), axis.to);
  brush.at = (event) => event.clientX - layer.getBoundingClientRect().left;
  brush.point = (x) => point(brush, x);
  listen(brush);
  return brush;
}

function handle(name) {
  return element("b", { class: `handle ${name}`, role: "slider", tabindex: 0, "aria-orientation": "horizontal", "aria-label": `${name === "start" ? "Start" : "End"} of the range. ${HELP}`, title: `Drag, or use the arrow keys: the ${name} of the range` });
}

function fine({ axis, step }) {
  return step || grain(axis);
}

function place(brush) {
  const { axis, range, veils, handles, layer } = brush;
  const { from, to } = range ?? { from: 0, to: axis.span };
  const [left, right] = [from, to].map((time) => Math.max(0, Math.min(axis.width, axis.x(time))));
  layer.classList.toggle("on", range !== null);
  veils[0].style.width = `${left}px`;
  veils[1].style.left = `${right}px`;
  veils[1].style.width = `${axis.width - right}px`;
  handles[0].style.transform = `translateX(${left}px)`;
  handles[1].style.transform = `translateX(${right}px)`;
  [from, to].forEach((time, at) => {
    const limits = [at ? from : 0, time, at ? axis.span : to];
    ["aria-valuemin", "aria-valuenow", "aria-valuemax"].forEach((name, n) => handles[at].setAttribute(name, limits[n]));
    handles[at].setAttribute("aria-valuetext", brush.written(time));
  });
}

function point({ cross, axis }, x) {
  cross.hidden = x === null || x < 0 || x > axis.width;
  if (!cross.hidden) cross.style.transform = `translateX(${x}px)`;
}

function listen(brush) {
  const { surface, handles } = brush;
  surface.addEventListener("pointerdown", (event) => press(brush, event));
  surface.addEventListener("pointermove", (event) => (brush.drag ? pull(brush, event) : hint(brush, event)));
  surface.addEventListener("pointerup", () => release(brush));
  surface.addEventListener("pointercancel", () => release(brush));
  surface.addEventListener("dblclick", (event) => inside(brush, brush.at(event)) && brush.clear());
  surface.addEventListener("click", (event) => brush.quiet && (event.stopPropagation(), (brush.quiet = false)), true);
  handles.forEach((node, at) => node.addEventListener("keydown", (event) => {
    if (!pressed(brush, at, event)) return;
    event.preventDefault();
    event.stopPropagation();
  }));
}

function inside({ axis }, x) {
  return x >= 0 && x <= axis.width;
}

/** What a press at a place takes hold of: an end, the range as a whole, or the beginning of a new one. */
function hold(brush, x, target) {
  const at = brush.handles.indexOf(target);
  if (at >= 0) return at ? "end" : "start";
  if (!inside(brush, x)) return null;
  if (!brush.range) return "new";
  const [left, right] = [brush.axis.x(brush.range.from), brush.axis.x(brush.range.to)];
  const [near, far] = [Math.abs(x - left), Math.abs(x - right)];
  if (Math.min(near, far) <= NEAR) return near < far ? "start" : "end";
  return x > left && x < right && !(left <= 0 && right >= brush.axis.width) ? "shift" : "new";
}

function hint(brush, event) {
  const what = hold(brush, brush.at(event), event.target);
  brush.surface.dataset.hold = event.target.closest("button") ? "" : (what ?? "");
}

function press(brush, event) {
  brush.quiet = false;
  const x = brush.at(event);
  const what = event.button === 0 && !event.target.closest("button") ? hold(brush, x, event.target) : null;
  if (!what) return;
  brush.drag = { what, x, moved: false, origin: brush.range ?? { from: 0, to: brush.axis.span } };
}

function pull(brush, event) {
  const { drag, axis, surface } = brush;
  const x = brush.at(event);
  if (!event.buttons) return release(brush);
  if (!drag.moved && Math.abs(x - drag.x) < MOVED) return;
  if (!drag.moved) surface.setPointerCapture(event.pointerId);
  drag.moved = true;
  brush.point(null);
  const here = axis.time(Math.max(0, Math.min(axis.width, x)));
  const { from, to } = drag.origin;
  if (drag.what === "new") move(brush, axis.time(drag.x), here);
  else if (drag.what === "start") move(brush, here, to);
  else if (drag.what === "end") move(brush, from, here);
  else shift(brush, drag.origin, axis.time(x) - axis.time(drag.x));
}

function release(brush) {
  const { drag, handles } = brush;
  brush.drag = null;
  if (!drag?.moved) return;
  brush.quiet = true;
  handles[drag.what === "start" ? 0 : 1].focus({ preventScroll: true });
  brush.changed(brush.range, "drop");
}

/** Sets the range between two times, at least one step long, and tells it. The whole run is no range. */
function move(brush, one, other) {
  const { axis } = brush;
  const step = fine(brush);
  const from = Math.max(0, snapped(Math.min(one, other), step));
  const to = Math.min(axis.span, Math.max(snapped(Math.max(one, other), step), snapped(from + step, step)));
  brush.set(from <= 0 && to >= axis.span ? null : { from, to });
  brush.changed(brush.range, "drag");
}

function shift(brush, { from, to }, by) {
  const moved = Math.max(-from, Math.min(brush.axis.span - to, by));
  move(brush, from + moved, to + moved);
}

/** A key on a handle; false where it means nothing here. */
function pressed(brush, at, event) {
  const { axis, range } = brush;
  if (event.key === "Enter") return void brush.zoom() ?? true;
  if (event.key === "Escape") return void brush.clear() ?? true;
  const small = Math.max(fine(brush), (axis.to - axis.from) / 100);
  const by = { ArrowRight: small, ArrowUp: small, ArrowLeft: -small, ArrowDown: -small, PageUp: 10 * small, PageDown: -10 * small, Home: -Infinity, End: Infinity }[event.key];
  if (by === undefined) return false;
  const now = range ?? { from: 0, to: axis.span };
  if (event.shiftKey) shift(brush, now, by);
  else if (at) move(brush, now.from, Math.max(now.from, Math.min(axis.span, now.to + by)));
  else move(brush, Math.min(now.to - fine(brush), Math.max(0, now.from + by)), now.to);
  brush.changed(brush.range, "key");
  return true;
}
