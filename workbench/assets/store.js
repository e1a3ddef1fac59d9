import { EVERYTHING } from "./moments.js";

/**
 * What is chosen, what the view is narrowed to, and who wants to know. `choose(frame, line, from)` tells everyone once; -1 is no function, 0 no
 * line. `narrow({from, to, thread})` changes part of the filter and tells those who asked by `whenNarrowed`. What reads where things lie on the
 * page is given to `later`, and done when everyone was told: a page that is written and read by turns is laid out anew each time.
 */
export function createStore() {
  const [listeners, narrowing] = [new Set(), new Set()];
  const store = { frame: -1, line: 0, filter: EVERYTHING };
  let waiting = null;
  store.later = (act) => (waiting ? waiting.push(act) : act());
  store.subscribe = (listener) => listeners.add(listener);
  store.whenNarrowed = (listener) => narrowing.add(listener);
  store.choose = (frame, line = 0, from = null) => {
    if (frame === store.frame && line === store.line) return;
    Object.assign(store, { frame, line });
    const outer = waiting;
    const acts = (waiting = outer ?? []);
    try {
      for (const listener of listeners) listener(store, from);
    } finally {
      waiting = outer;
    }
    if (!outer) for (const act of acts) act();
  };
  store.narrow = (change) => {
    const next = { ...store.filter, ...change };
    if (next.from === store.filter.from && next.to === store.filter.to && next.thread === store.filter.thread) return;
    store.filter = next;
    for (const listener of narrowing) listener(store);
  };
  return store;
}
