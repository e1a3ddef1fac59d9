const SVG = "http://www.w3.org/2000/svg";

/** An element with attributes and children. Strings become text nodes, so nothing in them is ever markup; null children are left out. */
export function element(tag, attributes = {}, ...children) {
  return furnished(document.createElement(tag), attributes, children);
}

/** The same for an SVG element. */
export function drawing(tag, attributes = {}, ...children) {
  return furnished(document.createElementNS(SVG, tag), attributes, children);
}

function furnished(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (value === null || value === undefined || (value === false && !name.startsWith("aria-"))) continue;
    if (name === "style") for (const [key, to] of Object.entries(value)) node.style.setProperty(key, to);
    else node.setAttribute(name, value === true && !name.startsWith("aria-") ? "" : String(value));
  }
  node.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return node;
}

/** A pane: a heading, room for tools beside it, and a body. Returns [pane, tools, body]. */
export function pane(name, title) {
  const tools = element("div", { class: "tools" });
  const body = element("div", { class: "body" });
  const heading = element("h3", { id: `wb-${name}` }, title);
  const section = element("section", { class: `pane ${name}`, "aria-labelledby": `wb-${name}` }, element("div", { class: "bar" }, heading, tools), body);
  return [section, tools, body];
}

/** What a pane says where it has nothing to show. */
export function empty(...sentences) {
  return element("div", { class: "empty", role: "note" }, sentences.map((said) => element("p", {}, said)));
}

/** A bar of time whose kind is not known. */
export function plainBar(length, words) {
  const width = { width: `${Math.max(0, Math.min(100, 100 * length)).toFixed(2)}%` };
  return element("span", { class: "split", title: words, "aria-hidden": "true" }, element("span", { class: "parts", style: width }, element("i", { class: "part counted", style: { width: "100%" } })));
}

/** A bar of up to three parts (Python, native, waiting), `length` a share of the room; the same in words as its tooltip. */
export function splitBar(split, length, words) {
  const sum = split.python + split.native + split.waiting;
  const part = (name) => (split[name] > 0 ? element("i", { class: `part ${name}`, style: { width: `${(100 * split[name]) / sum}%` } }) : null);
  const width = { width: `${Math.max(0, Math.min(100, 100 * length)).toFixed(2)}%` };
  return element("span", { class: "split", title: words, "aria-hidden": "true" }, element("span", { class: "parts", style: width }, part("python"), part("native"), part("waiting")));
}
