import { element } from "./dom.js";
import { KIND_WORDS, OWNER_NAMES } from "./model.js";
import { totalsOf } from "./flame_words.js";
import { KINDS } from "./tree.js";

/** How boxes can be coloured in a model: key -> words. */
export function coloursOf(model) {
  const found = { owner: "whose code" };
  if (model.meta.stacked) found.kind = model.tasks ? "running, ready, waiting" : "Python, native, waiting";
  found.module = "module";
  return found;
}

/** The colour of a box. */
export function fillOf({ model, colour }, tree, at, ink) {
  const frame = tree.frame[at];
  if (frame < 0) return ink.folded;
  if (colour === "module") return ink.modules[moduleColour(model, frame)];
  if (colour === "kind") return ink[`kind-${mainKind(tree, at)}`];
  return ink[model.owner(frame)];
}

function mainKind(tree, at) {
  const totals = totalsOf(tree);
  return KINDS.reduce((best, kind) => (totals[kind][at] > totals[best][at] ? kind : best));
}

/** The package or script that a function belongs to, as its place begins. */
export function moduleOf(model, frame) {
  if (model.place(frame) === "built-in") return "built-in";
  const parts = model.where(frame).split(/[\\/]/);
  return (parts[0] || parts.at(-1)).replace(/\.py$/, "") || "(none)";
}

function moduleColour(model, frame) {
  model.moduleColours ??= new Map();
  const module = moduleOf(model, frame);
  if (!model.moduleColours.has(module)) model.moduleColours.set(module, Math.min(model.moduleColours.size, 7));
  return model.moduleColours.get(module);
}

/** What the colours mean. */
export function legend({ model, colour }) {
  const entry = (dot, words) => element("li", {}, element("i", { class: `dot ${dot}` }), words);
  if (colour === "kind") return key(KINDS.map((kind, at) => entry(`box-${kind}`, KIND_WORDS[model.meta.evidence][at])));
  if (colour === "module") {
    const named = busiestModules(model).map((module) => entry(`module-${model.moduleColours.get(module)}`, module));
    return key(model.moduleColours.size > named.length ? [...named, entry("module-7", "others")] : named);
  }
  const seen = model.meta.owners.filter((owner) => owner.count > 0).map((owner) => owner.owner);
  return key(seen.map((owner) => entry(`of-${owner}`, OWNER_NAMES[owner])));
}

function key(entries) {
  return element("ul", { class: "key owners", "aria-label": "Colours of the boxes" }, entries);
}

/** The modules with the most own time, which are given their colours first. */
function busiestModules(model) {
  const self = new Map();
  for (const row of model.all) self.set(moduleOf(model, row.frame), (self.get(moduleOf(model, row.frame)) ?? 0) + (row.self || 0));
  const ranked = [...self].sort(([, a], [, b]) => b - a).map(([module]) => module);
  model.moduleColours = new Map(ranked.map((module, at) => [module, Math.min(at, 7)]));
  return ranked.slice(0, 7);
}
