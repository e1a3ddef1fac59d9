import { element } from "./dom.js";

/** A canvas's pen, its picture cleared and as sharp as the screen, for a picture of so many pixels; null where there is no room. */
export function pen(canvas, width, height) {
  if (!(width > 0) || !(height > 0)) return null;
  const ratio = globalThis.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * ratio) || canvas.height !== Math.round(height * ratio)) {
    [canvas.width, canvas.height] = [Math.round(width * ratio), Math.round(height * ratio)];
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  const drawn = canvas.getContext("2d");
  drawn.setTransform(ratio, 0, 0, ratio, 0, 0);
  drawn.clearRect(0, 0, width, height);
  return drawn;
}

/** The colours of the theme, as a canvas wants them. */
export function inks(node) {
  const style = getComputedStyle(node);
  const value = (name) => style.getPropertyValue(name).trim();
  const names = { paper: "--paper", python: "--python", native: "--native", waiting: "--waiting", rule: "--rule", ink: "--ink", quiet: "--quiet", chosen: "--chosen", soft: "--chosen-soft", alert: "--alert" };
  const found = Object.fromEntries(Object.entries(names).map(([key, name]) => [key, value(name)]));
  return { ...found, font: `11.5px ${value("--ui-font")}` };
}

/** A track: its name and what is beside it on the left, its picture on the right. Returns [track, label, plot]. */
export function track(name, title) {
  const label = element("div", { class: "beside" }, element("h4", {}, title));
  const plot = element("div", { class: "plot" });
  return [element("div", { class: `track ${name}`, role: "group", "aria-label": title }, label, plot), label, plot];
}

/** The key of three colours: [[class of the dot, word, meaning], ...]. */
export function key(words, said) {
  return element("ul", { class: "key", "aria-label": said }, words.map(([dot, word, meaning]) => element("li", { title: meaning }, element("i", { class: `dot ${dot}` }), word)));
}

const CALM = [0.85, 0.85, 0.42];

/** Stacked columns of the three kinds, `full` being the value that fills the height from `floor` up `room` pixels. */
export function stack(drawn, bins, ink, floor, room, full) {
  const size = bins.count;
  const base = new Float64Array(size);
  for (const [at, name] of ["python", "native", "waiting"].entries()) {
    drawn.fillStyle = ink[name];
    drawn.globalAlpha = CALM[at];
    drawn.beginPath();
    for (let n = 0; n < size; n++) {
      const tall = (bins[name][n] / full) * room;
      if (tall > 0) drawn.rect(n * bins.step, floor - base[n] - tall, bins.step, tall);
      base[n] += tall;
    }
    drawn.fill();
  }
  drawn.globalAlpha = 1;
}
