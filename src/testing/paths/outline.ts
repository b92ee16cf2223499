/**
 * A context in outline: what guards mostly ask for, so that a search tells states apart without
 * telling apart every context. Of numbers and lengths: none, one, two, more; of texts: words, and
 * whether there is any; of objects: which keys there are.
 */
const FEW = 3;
const MOST_KEYS = 12;
const WORD = /^[A-Za-z][A-Za-z_-]{0,19}$/;

/** @param depth how far down it looks: at 0, a list is empty or not, and an object is there or not. */
export function outline(value: unknown, depth: number): unknown {
  if (typeof value === "string") return depth > 0 && WORD.test(value) ? value : value !== "";
  if (typeof value === "number") return Number.isInteger(value) ? clamped(value) : Math.sign(value) / 2;
  if (typeof value !== "object" || value === null) return value;
  if (Array.isArray(value)) return listed(value, depth);
  if (depth === 0) return {};
  const keys = Object.keys(value).sort().slice(0, MOST_KEYS);
  return Object.fromEntries(keys.map((key) => [key, outline(Reflect.get(value, key), depth - 1)]));
}

function listed(list: readonly unknown[], depth: number): unknown {
  if (depth === 0) return list.length > 0;
  return [clamped(list.length), ...list.slice(0, FEW).map((item) => outline(item, depth - 1))];
}

function clamped(number: number): number {
  return Math.max(-1, Math.min(number, FEW));
}
