import { element } from "./dom.js";
import { bytes, count } from "./format.js";

const WORDS = {
  peak: ["held at the peak", "Memory that was held when the most was held"],
  held: ["held at the end", "Memory that was still held when the run ended"],
  allocated: ["allocated in all", "Everything that was allocated, whatever became of it"],
  temporary: ["freed at once", "Memory that was freed again right after it was allocated"],
};

/** A payload of allocations as one of a single measure: columns in bytes, in the places where times stand otherwise. */
export function ofMeasure(payload, wanted) {
  const { meta, functions, nodes, lines } = payload;
  const measure = meta.measures.find((one) => one.name === wanted) ?? meta.measures[0];
  const owners = meta.owners.map((owner) => ({ ...owner, ...owner.by[measure.name], python: null }));
  return {
    ...payload,
    meta: { ...meta, measure: measure.name, whole: measure.whole, tick: 1, owners },
    functions: { frame: functions.frame, ...functions.by[measure.name] },
    nodes: { up: nodes.up, frame: nodes.frame, python: nodes.by[measure.name] },
    lines: { source: lines.source, line: lines.line, frame: lines.frame, ...lines.by[measure.name] },
  };
}

/** Buttons that choose the measure, the chosen one pressed; null where there is nothing to choose. */
export function measurePicker({ meta }, pick) {
  if (!meta.measures) return null;
  const buttons = meta.measures.map(({ name, whole, blocks }) => {
    const [word, meaning] = WORDS[name];
    const attributes = { type: "button", "aria-pressed": name === meta.measure, title: blocks === null ? meaning : `${meaning}: ${count(blocks, "allocation")}`, "data-measure": name };
    const button = element("button", attributes, element("span", {}, word), element("b", {}, bytes(whole)));
    button.addEventListener("click", () => pick(name));
    return button;
  });
  return element("div", { class: "measures", role: "group", "aria-label": "What is shown" }, buttons);
}
