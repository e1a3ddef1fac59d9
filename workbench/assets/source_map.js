import { element } from "./dom.js";

const STRIPES = 200;

/** A strip with the hot lines of a whole file and what of it is in sight. A press or a drag goes there: `jump(share)`. Returns {node, marks, sight}. */
export function sourceMap(jump) {
  const sight = element("i", { class: "sight" });
  const marks = element("div", { class: "marks" });
  const node = element("div", { class: "map", "aria-hidden": "true", title: "The hot lines of the whole file; press or drag to go there" }, marks, sight);
  const go = (event) => {
    const box = node.getBoundingClientRect();
    jump(Math.max(0, Math.min(1, (event.clientY - box.top) / box.height)));
  };
  node.addEventListener("pointerdown", (event) => {
    if (event.button) return;
    node.setPointerCapture(event.pointerId);
    go(event);
    event.preventDefault();
  });
  node.addEventListener("pointermove", (event) => node.hasPointerCapture(event.pointerId) && go(event));
  return { node, marks: (warm, chosen) => marks.replaceChildren(...stripes(warm), ...chosen.map(chosenStripe)), sight: (from, to) => place(sight, from, to) };
}

/** At most as many stripes as can be told apart: the hottest of the lines at each place. `warm` is pairs of (share of the file's length, heat from 0 to 1). */
function stripes(warm) {
  const heat = new Float64Array(STRIPES);
  for (const [at, value] of warm) {
    const stripe = Math.min(STRIPES - 1, Math.floor(at * STRIPES));
    heat[stripe] = Math.max(heat[stripe], value, 0.02);
  }
  return [...heat].flatMap((value, at) => (value > 0 ? [place(element("i", { class: "warm", style: { "--heat": value.toFixed(3) } }), at / STRIPES, (at + 1) / STRIPES)] : []));
}

function chosenStripe(at) {
  return place(element("i", { class: "here" }), at, at);
}

function place(node, from, to) {
  node.style.top = `${(100 * from).toFixed(3)}%`;
  node.style.height = `${(100 * Math.max(0, to - from)).toFixed(3)}%`;
  return node;
}
