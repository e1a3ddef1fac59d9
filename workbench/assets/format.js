const SIZES = [[2 ** 40, "TiB"], [2 ** 30, "GiB"], [2 ** 20, "MiB"], [2 ** 10, "KiB"]];
const FORMATS = [0, 1, 2].map((digits) => new Intl.NumberFormat("en", { minimumFractionDigits: digits, maximumFractionDigits: digits }));
const STEPS = [[1, 1, "s"], [1e-3, 1e3, "ms"], [1e-6, 1e6, "µs"]];

/** A duration in three significant digits, as Python's `units.seconds` writes it. */
export function seconds(value) {
  if (!Number.isFinite(value)) return "unknown";
  const size = Math.abs(value);
  if (size >= 7200) return `${fixed(value / 3600, 1)} h`;
  if (size >= 120) return `${fixed(value / 60, 1)} min`;
  for (const [limit, factor, unit] of STEPS) if (size >= limit * 0.9995) return `${three(value * factor)} ${unit}`;
  return size === 0 ? "0 s" : `${three(value * 1e9)} ns`;
}

/** A number of bytes in binary units. */
export function bytes(value) {
  if (!Number.isFinite(value)) return "unknown";
  for (const [step, unit] of SIZES) if (Math.abs(value) >= step) return `${three(value / step)} ${unit}`;
  return `${value.toFixed(0)} B`;
}

/** A change in bytes, with its sign. */
export function signedBytes(value) {
  return value > 0 ? `+${bytes(value)}` : bytes(value);
}

/** A fraction as per cent. */
export function share(value) {
  return Number.isFinite(value) ? `${(100 * value).toFixed(1)} %` : "unknown";
}

/** Half the width of an interval of a share, in points. */
export function plusMinus(value) {
  return Number.isFinite(value) ? `±${(100 * value).toFixed(1)}` : "";
}

/** A counted noun. */
export function count(value, noun) {
  return `${value.toLocaleString("en")} ${noun}${value === 1 ? "" : "s"}`;
}

/** What a split of time is made of, in words; parts below half a per cent are left out. */
export function splitWords(split, words) {
  const sum = split.python + split.native + split.waiting;
  if (!(sum > 0)) return "";
  const named = [[words[0], split.python], [words[1], split.native], [words[2], split.waiting]];
  return named.filter(([, part]) => part / sum >= 0.005).map(([name, part]) => `${name} ${Math.round((100 * part) / sum)} %`).join(", ");
}

/** The largest part of a split, in words. */
export function mainPart(split, words) {
  const sum = split.python + split.native + split.waiting;
  if (!(sum > 0)) return "";
  const [name, part] = [[words[0], split.python], [words[1], split.native], [words[2], split.waiting]].reduce((best, next) => (next[1] > best[1] ? next : best));
  return `${name} ${Math.round((100 * part) / sum)} %`;
}

/** Text in which nothing acts on what stands around it: controls, line ends and turned directions are made visible, but for those in `keep`. */
export function plain(text, keep = "") {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]/g, (found) => {
    const code = found.codePointAt(0);
    if (keep.includes(found)) return found;
    return code < 32 ? String.fromCodePoint(0x2400 + code) : `\\u${code.toString(16).padStart(4, "0")}`;
  });
}

function three(value) {
  const size = Math.abs(value);
  return fixed(value, size < 9.995 ? 2 : size < 99.95 ? 1 : 0);
}

function fixed(value, digits) {
  return FORMATS[digits].format(value);
}
