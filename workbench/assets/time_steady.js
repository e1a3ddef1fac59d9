/** Does something that may change what stands above `node`, and scrolls by as much as it moved, so that it stays under the pointer. */
export function steadily(node, act) {
  const before = node.getBoundingClientRect().top;
  act();
  const moved = node.getBoundingClientRect().top - before;
  if (Math.abs(moved) >= 1) scroller(node)?.scrollBy({ top: moved, behavior: "instant" });
}

/** What scrolls a node, also from within a shadow root: its nearest scrolling box, or the page. */
function scroller(node) {
  for (let at = above(node); at && at !== document.documentElement; at = above(at)) {
    if (at.scrollHeight > at.clientHeight && /auto|scroll/.test(getComputedStyle(at).overflowY)) return at;
  }
  return document.scrollingElement;
}

function above(node) {
  return node.parentElement ?? node.getRootNode().host ?? null;
}
