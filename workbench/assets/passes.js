import { element } from "./dom.js";
import { plain, seconds } from "./format.js";

/** Buttons that choose which run is shown, the shown one pressed; null where there was one run. */
export function passPicker(passes, shown, pick) {
  if (passes.length < 2) return null;
  const buttons = passes.map(({ meta }, at) => {
    const attributes = { type: "button", "aria-pressed": at === shown, title: `What engine ${plain(meta.engine)} says of it, in a run of its own`, "data-pass": plain(meta.engine) };
    const button = element("button", attributes, element("span", {}, plain(meta.engine)), element("b", {}, seconds(meta.duration)));
    button.addEventListener("click", () => pick(at));
    return button;
  });
  return element("div", { class: "measures passes", role: "group", "aria-label": "Which run is shown" }, buttons);
}

/** The frame of another run of the same program that is the same function, by its file and first line; undefined where there is none. */
export function sameFrame(from, to, id) {
  const at = from.frames.id.indexOf(id);
  if (from === to || at < 0) return at < 0 ? undefined : id;
  const file = from.strings[from.frames.file[at]];
  const found = to.frames.id.findIndex((_, frame) => to.strings[to.frames.file[frame]] === file && to.frames.line[frame] === from.frames.line[at]);
  return found < 0 ? undefined : to.frames.id[found];
}
