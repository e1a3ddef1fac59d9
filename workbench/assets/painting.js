/** Draws what has a size whenever that changes, takes the colours of a new theme, and tells when all of it was painted once. */
export function painting(root, view, parts, signal) {
  const paint = () => {
    if (!view.clientWidth) return;
    theme(view);
    for (const part of parts) (part.recolor ?? part.draw)?.();
    if (root.dataset.workbench === "ready") return;
    root.dataset.workbench = "ready";
    performance.mark("workbench:ready");
  };
  view.addEventListener("transitionend", (event) => event.target === view && paint(), { signal });
  const observer = new ResizeObserver(paint);
  observer.observe(view);
  return observer;
}

/** Whether the page behind the view is dark, told by its own colour, whoever set it. */
function theme(view) {
  const [red, green, blue, solid = 1] = (getComputedStyle(view).backgroundColor.match(/[\d.]+/g) ?? [255, 255, 255]).map(Number);
  view.dataset.theme = solid > 0 && 0.2126 * red + 0.7152 * green + 0.0722 * blue < 128 ? "dark" : "light";
}
