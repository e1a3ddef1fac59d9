/** What is chosen, and who wants to know. `choose(frame, line)` tells everyone once; -1 is no function, 0 no line. */
export function createStore() {
  const listeners = new Set();
  const store = { frame: -1, line: 0 };
  store.subscribe = (listener) => listeners.add(listener);
  store.choose = (frame, line = 0, from = null) => {
    if (frame === store.frame && line === store.line) return;
    Object.assign(store, { frame, line });
    for (const listener of listeners) listener(store, from);
  };
  return store;
}
