import { element, empty, pane } from "./dom.js";
import { share } from "./format.js";
import { levelOf, mergedTree, relative } from "./diff_model.js";
import { stage } from "./stage.js";
import { contains } from "./tree.js";

const WIDTHS = { both: "the larger of both", before: "before", after: "after" };

/** Both call trees in one flame graph: red boxes took more, blue ones less, and each says so with a sign. */
export function diffFlame(model, store) {
  const [section, tools, body] = pane("flame", "Both call trees in one");
  if (!model.nodes.size) {
    body.append(empty("These recordings have no stacks, so there is no flame graph.", "The tables hold all that is known of what changed."));
    return { section, show: () => {}, draw: () => {} };
  }
  const status = element("p", { id: "wb-box", class: "status", "aria-live": "polite" });
  const state = { model, store, status, made: null, width: "both" };
  const pick = element("select", { "aria-label": "What a box is as wide as" }, Object.entries(WIDTHS).map(([key, words]) => element("option", { value: key }, `width: ${words}`)));
  const reset = element("button", { type: "button", title: "Show everything again (Escape)" }, "reset zoom");
  const tell = {
    chose: (at) => at >= 0 && (say(state, at), store.choose(state.made.tree.frame[at], 0, "flame")),
    moved: (at) => say(state, at),
    over: (at) => say(state, at ?? state.made.cursor),
    zoomed: () => (reset.disabled = state.made.isWhole()),
    key: () => false,
    fill: (at, ink) => fillOf(state, at, ink),
    faint: (at) => state.made.zoom >= 0 && at !== state.made.zoom && contains(state.made.tree, at, state.made.zoom),
    name: (at) => labelOf(state, at),
    chosen: (at) => state.made.tree.frame[at] >= 0 && state.made.tree.frame[at] === store.frame,
    whole: () => `all: ${model.amount(model.before)} before, ${model.amount(model.after)} after`,
  };
  state.made = stage(tell, { label: "Flame graph of what changed. Arrow keys move between boxes, Enter zooms in, Space chooses the function, Escape zooms out." });
  pick.addEventListener("change", () => ((state.width = pick.value), set(state), tell.zoomed(), say(state, -1), follow(state, null)));
  reset.addEventListener("click", () => state.made.zoomTo(-1));
  tools.append(legend(), pick, reset);
  body.append(state.made.node, status);
  set(state);
  tell.zoomed();
  say(state, -1);
  return { section, show: (_, from) => follow(state, from), draw: () => state.made.draw(), recolor: () => state.made.recolor() };
}

function set(state) {
  state.made.set(mergedTree(state.model, state.width));
  state.made.draw();
}

function legend() {
  const entry = (dot, words) => element("li", {}, element("i", { class: `dot ${dot}` }), words);
  return element("ul", { class: "key", "aria-label": "Colours of the boxes" }, entry("more-2", "+ more"), entry("less-2", "− less"));
}

function changeOf({ made }, at) {
  return made.tree.after[at] - made.tree.before[at];
}

function fillOf(state, at, ink) {
  const change = changeOf(state, at);
  const level = levelOf(state.model, change);
  if (state.made.tree.frame[at] < 0 || level === 0) return ink.all;
  return (change > 0 ? ink.more : ink.less)[level];
}

function labelOf(state, at) {
  const change = changeOf(state, at);
  const name = state.model.name(state.made.tree.frame[at]);
  return levelOf(state.model, change) ? `${state.model.signed(change)} ${name}` : name;
}

function say(state, at) {
  const { model, made, status } = state;
  if (at < 0) return void (status.textContent = `all of it: ${model.amount(model.before)} before, ${model.amount(model.after)} after`);
  const [before, after] = [made.tree.before[at], made.tree.after[at]];
  const frame = made.tree.frame[at];
  const ratio = relative(before, after - before);
  status.textContent = `${model.name(frame)}${model.where(frame) ? `, ${model.where(frame)}` : ""}: ${model.amount(before)} before, ${model.amount(after)} after, ${model.signed(after - before)}${ratio ? ` (${ratio})` : ""}; ${share(after / (model.after || 1))} of the run now`;
}

function follow(state, from) {
  const { made, store } = state;
  if (from !== "flame") {
    let best = -1;
    const { tree } = made;
    for (let at = 0; at < tree.size; at++) if (tree.frame[at] === store.frame && (best < 0 || Math.abs(changeOf(state, at)) > Math.abs(changeOf(state, best)))) best = at;
    if (best >= 0) {
      made.reveal(best);
      say(state, best);
    }
  }
  made.draw();
}
