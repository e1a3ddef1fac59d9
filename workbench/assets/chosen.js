import { callLists } from "./calls.js";
import { element } from "./dom.js";

const MOST_VISITS = 200;

/** The chosen function beside the table: back and forward through the functions chosen so far, closer looks at it, who calls it and whom it calls. Returns {node, show(store), refresh()}. */
export function chosenPanel(model, store) {
  const visits = { frames: [], at: -1 };
  const [back, forward] = [stepButton("‹"), stepButton("›")];
  const name = element("span", { class: "name" });
  const looks = closerLooks(model, store);
  const lists = element("div", { class: "calling" });
  const node = element("div", { class: "chosen-function", role: "group", "aria-label": "The chosen function" }, element("div", { class: "who" }, element("div", { class: "steps" }, back, forward), name, looks.buttons), looks.said, lists);
  const step = (by) => {
    visits.at += by;
    store.choose(visits.frames[visits.at], 0, "visits");
    const [pressed, other] = by < 0 ? [back, forward] : [forward, back];
    (pressed.disabled ? other : pressed).focus();
  };
  back.addEventListener("click", () => step(-1));
  forward.addEventListener("click", () => step(1));
  const fill = () => {
    const { frame } = store;
    said(back, model, visits.frames[visits.at - 1], "Back to");
    said(forward, model, visits.frames[visits.at + 1], "Forward to");
    name.replaceChildren(...(frame < 0 ? [element("span", { class: "quiet" }, "no function chosen")] : [element("code", { title: model.name(frame) }, model.name(frame)), element("span", { class: "where" }, model.place(frame))]));
    const kind = ["callers", "callees"].find((one) => lists.querySelector(`.${one}`)?.contains(lists.getRootNode().activeElement));
    lists.replaceChildren(...(frame >= 0 && knowsCalls(model) ? [callLists(model, store, frame, ["callers", "callees"])] : []));
    if (kind) (lists.querySelector(`.${kind} button`) ?? back).focus();
    looks.offer(frame);
  };
  let last = -1;
  const show = () => {
    if (store.frame === last) return;
    last = store.frame;
    visit(visits, last);
    fill();
  };
  fill();
  return { node, show, refresh: fill };
}

/** Whether who called whom is in the recording. */
export function knowsCalls({ meta, heap }) {
  return Boolean(meta.stacked || heap || meta.evidence === "calls");
}

function stepButton(sign) {
  return element("button", { type: "button", disabled: true }, sign);
}

function said(button, model, frame, words) {
  button.disabled = frame === undefined;
  const meaning = frame === undefined ? words.split(" ")[0] : `${words} ${model.name(frame)}`;
  button.setAttribute("aria-label", meaning);
  button.title = meaning;
}

function visit(visits, frame) {
  if (frame < 0 || frame === visits.frames[visits.at]) return;
  visits.frames.length = visits.at + 1;
  visits.frames.push(frame);
  if (visits.frames.length > MOST_VISITS) visits.frames.shift();
  visits.at = visits.frames.length - 1;
}

/** Buttons for the closer looks that the engines offer: each says and copies its command, and asks the widget's Python for it where there is one. */
function closerLooks(model, store) {
  const said = element("p", { class: "closer", role: "status" });
  const looks = model.meta.closers ?? (model.meta.closer ? [{ engine: "lines", label: "time its lines", command: model.meta.closer }] : []);
  const buttons = looks.map((look) => {
    const button = element("button", { type: "button", disabled: true, title: `The command by which the engine ${look.engine} looks at the chosen function` }, look.label);
    button.addEventListener("click", () => {
      const command = look.command.replace("{name}", () => bare(model.name(store.frame)));
      said.replaceChildren("Next run: ", element("code", {}, command));
      navigator.clipboard?.writeText(command).then(() => said.append(" (copied)"), () => {});
      button.dispatchEvent(new CustomEvent("workbench:closer", { detail: { frame: (model.told ?? model.id)(store.frame), engine: look.engine }, bubbles: true, composed: true }));
    });
    return button;
  });
  const offer = (frame) => {
    const can = frame >= 0 && model.owner(frame) === "own" && !bare(model.name(frame)).includes("<");
    for (const button of buttons) button.disabled = !can;
    said.replaceChildren();
  };
  return { buttons: element("div", { class: "looks" }, buttons), said, offer };
}

function bare(name) {
  return name.replaceAll(".<locals>", "");
}
