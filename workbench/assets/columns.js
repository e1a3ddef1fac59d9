/** A column as numbers: a plain list as it is, or a packed one (base64 of numbers in groups of seven bits, see `packing.py`). */
export function column(given) {
  if (!given) return [];
  if (Array.isArray(given)) return given;
  const numbers = given.runs ? spread(unfolded(given.packed, given.count), unfolded(given.runs, given.count), given.count) : unfolded(given.packed, given.count);
  if (given.delta) for (let at = 1; at < numbers.length; at++) numbers[at] += numbers[at - 1];
  return numbers;
}

/** Each number as often as its run says. */
function spread(values, runs, count) {
  const numbers = new Float64Array(count);
  for (let at = 0, from = 0; from < count; at++) for (const end = from + runs[at]; from < end; from++) numbers[from] = values[at];
  return numbers;
}

/** At most `count` numbers from text. */
function unfolded(text, count) {
  const bytes = decoded(text);
  const numbers = new Float64Array(count);
  for (let at = 0, from = 0; from < bytes.length; at++) {
    let byte = bytes[from++];
    let folded = byte & 127;
    for (let factor = 128; byte > 127; factor *= 128) {
      byte = bytes[from++];
      folded += (byte & 127) * factor;
    }
    numbers[at] = folded % 2 ? -(folded + 1) / 2 : folded / 2;
  }
  return numbers;
}

/** A column of whole ticks as amounts, each rounded once. */
export function amounts(given, tick) {
  const ticks = column(given);
  const found = new Float64Array(ticks.length);
  const [per, factor] = tick < 1 ? [Math.round(1 / tick), 1] : [1, tick];
  for (let at = 0; at < found.length; at++) found[at] = (ticks[at] * factor) / per;
  return found;
}

/** A column of indices. */
export function indices(given) {
  return new Int32Array(column(given));
}

/** The callers' rows of a column of distances: `up[n]` rows back, -1 where that is before the beginning. */
export function parents(up) {
  const distance = column(up);
  const parent = new Int32Array(distance.length);
  for (let at = 0; at < parent.length; at++) parent[at] = at - distance[at];
  return parent;
}

function decoded(text) {
  if (Uint8Array.fromBase64) return Uint8Array.fromBase64(text);
  const characters = atob(text);
  const bytes = new Uint8Array(characters.length);
  for (let at = 0; at < bytes.length; at++) bytes[at] = characters.charCodeAt(at);
  return bytes;
}
