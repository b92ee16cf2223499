/** The texts of what has no parts, and of keys: the leaves of `canonical.ts`. */

/** The text of anything but an object. */
export function primitiveText(value: unknown): string {
  switch (typeof value) {
    case "string":
      return JSON.stringify(value);
    case "number":
      return Object.is(value, -0) ? "0" : String(value);
    case "boolean":
      return value ? "true" : "false";
    case "undefined":
      return "undefined";
    case "bigint":
      return `${value}n`;
    case "object":
      return "null";
    case "function":
    case "symbol":
      return typeof value;
  }
}

/** Sorts a few texts in place, by code units as `sort` does, which makes garbage for each call. */
export function sorted(texts: string[]): readonly string[] {
  if (texts.length > FEW) return texts.sort();
  for (let end = 1; end < texts.length; end++) {
    const text = texts[end] ?? "";
    let at = end;
    for (; at > 0 && (texts[at - 1] ?? "") > text; at--) texts[at] = texts[at - 1] ?? "";
    texts[at] = text;
  }
  return texts;
}

const FEW = 16;

/** Keys as texts: the same few come again and again. */
const keyTexts = new Map<string, string>();
const KEYS = 1_000;

export function keyText(key: string): string {
  const known = keyTexts.get(key);
  if (known !== undefined) return known;
  if (keyTexts.size === KEYS) keyTexts.clear();
  const text = JSON.stringify(key);
  keyTexts.set(key, text);
  return text;
}
