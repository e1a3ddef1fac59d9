import { element, splitBar } from "./dom.js";
import { measurePicker } from "./measures.js";
import { bytes, count, plain, plusMinus, seconds, share } from "./format.js";

const KINDS = {
  samples: [["python", "Python", "running Python code"], ["native", "native", "inside C code that a Python line called"], ["waiting", "waiting", "not on a processor: sleeping, reading, locked"]],
  tasks: [["python", "running", "tasks at work"], ["native", "ready", "tasks that could go on, but the loop did something else"], ["waiting", "waiting", "tasks that waited for something"]],
};

/** The head of the view: what ran, how long, what kind of time it was, how sure that is, and how it ended. */
export function header(model, pick, passes) {
  const { meta } = model;
  return element(
    "header",
    { class: "head" },
    element("div", { class: "title" }, element("h2", {}, plain(meta.title) || "recording"), element("span", { class: "duration" }, seconds(meta.duration))),
    meta.ended ? element("p", { class: "alert", role: "note" }, element("strong", {}, "The run did not end well. "), sentence(meta.ended)) : null,
    meta.caution ? element("p", { class: "alert", role: "note" }, element("strong", {}, "Handle with care. "), sentence(meta.caution)) : null,
    passes,
    kinds(model),
    measurePicker(model, pick),
    element("p", { class: "summary" }, summary(model)),
    details(model),
  );
}

function kinds(model) {
  if (!model.meta.stacked || !(model.whole > 0)) return null;
  const all = { python: 0, native: 0, waiting: 0 };
  for (const owner of model.meta.owners) for (const name of Object.keys(all)) all[name] += owner[name] * model.meta.tick;
  const key = KINDS[model.meta.evidence].map(([name, word, meaning]) => element("li", { title: meaning }, element("i", { class: `dot ${name}` }), `${word} `, element("b", {}, share(all[name] / model.whole))));
  return element("div", { class: "kinds" }, splitBar(all, 1, model.meta.sampled ? "All sampled time" : "The time of all tasks"), element("ul", { class: "key", "aria-label": "What kind of time it was" }, key));
}

function summary({ meta, timeline }) {
  const said = [`engine ${meta.engine}`];
  if (meta.sampled) said.push(count(meta.samples, "sample"));
  if (meta.counted) said.push(`${plain(meta.counted)} counted exactly`);
  if (meta.sampled && meta.plusMinus) said.push(`shares within ${plusMinus(meta.plusMinus)} points`);
  if (meta.threads.length > 1) said.push(`${count(meta.threads.length, "thread")} together`);
  if (timeline) said.push(`peak memory ${bytes(timeline.peak)}`);
  return said.flatMap((part, at) => (at ? [element("span", { class: "dot-between", "aria-hidden": "true" }, " · "), part] : [part]));
}

function details({ meta }) {
  const rows = meta.facts.flatMap(([label, said]) => [element("dt", {}, label), element("dd", {}, plain(said))]);
  for (const note of meta.notes) rows.push(element("dt", {}, "note"), element("dd", {}, plain(note, "\n\t")));
  if (meta.folded.length) rows.push(element("dt", {}, "left out"), element("dd", {}, `To keep this small: ${meta.folded.join("; ")}. The recording itself has them.`));
  if (!rows.length) return null;
  const label = meta.notes.length ? `How it was measured, with ${count(meta.notes.length, "note")}` : "How it was measured";
  return element("details", { class: "how" }, element("summary", {}, label), element("dl", {}, rows));
}

function sentence(text) {
  return plain(/[.!?]$/.test(text) ? text : `${text}.`, "\n\t");
}
