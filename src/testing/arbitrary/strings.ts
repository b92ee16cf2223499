/**
 * Strings as a schema asks for them. Plain ones, those that are known to break things, and those of
 * a format; what can be told of lengths, prefixes and patterns is, and the rest is sieved.
 */
import fc, { type Arbitrary } from "fast-check";
import type { z } from "zod";
import { checksOf } from "./checks.ts";
import { FORMATS, type Format } from "./formats.ts";
import type { Path } from "./fault.ts";
import { mixed } from "./mixed.ts";
import { sieve } from "./sieve.ts";

/** Texts that somebody's code has stumbled over. */
const HOSTILE = [
  "",
  "__proto__",
  "constructor",
  "toString",
  " ",
  "\t\n",
  "0",
  "null",
  "../..",
  "a/b:c~d#e.f",
  "'; --\"",
  "${x}",
  "<b>",
  "é",
  "\u202Eabc",
  "👩‍👩‍👧",
  "İı",
];

/** Any text: without a surrogate alone, which no log can hold. */
export function texts({ minLength = 0, maxLength }: Lengths = {}): Arbitrary<string> {
  const lengths = { minLength, ...(maxLength !== undefined && { maxLength }) };
  const known = HOSTILE.filter((text) => text.length >= minLength && text.length <= (maxLength ?? 99));
  const plain = fc.string(lengths);
  const sorts = [
    { values: plain, weight: 6 },
    { values: fc.string({ ...lengths, unit: "grapheme" }), weight: 2 },
  ];
  if (known.length > 0) sorts.push({ values: fc.constantFrom(...known), weight: 2 });
  return mixed(plain, sorts);
}

interface Lengths {
  readonly minLength?: number;
  readonly maxLength?: number | undefined;
}

export function stringsOf(schema: z.core.$ZodString, path: Path): Arbitrary<string> {
  const checks = checksOf(schema);
  const formats = checks.flatMap((check) => (check.check === "string_format" ? [check as Format] : [])); // told apart by it
  const affix = affixOf(formats);
  const own = formats.map(madeOf).find((made) => made !== undefined);
  const values = own ?? texts(lengthsIn(checks, affix.prefix.length + affix.suffix.length));
  const whole = values.map((text) => cased(`${affix.prefix}${text}${affix.suffix}`, formats));
  return checks.length === 0 ? whole : sieve(whole, schema, path);
}

/** The values of a format; undefined where nothing is known of it, or it is only a part of the text. */
function madeOf(format: Format): Arbitrary<string> | undefined {
  const known = FORMATS[format.format]?.(format);
  if (known !== undefined || PARTS.has(format.format) || format.pattern === undefined) return known;
  try {
    return fc.stringMatching(format.pattern);
  } catch {
    return undefined; // it looks ahead, or the like: plain texts are sieved
  }
}

/** Checks of a part of the text. */
const PARTS = new Set(["starts_with", "ends_with", "includes", "lowercase", "uppercase"]);

function affixOf(formats: readonly Format[]): { readonly prefix: string; readonly suffix: string } {
  const prefix = formats.map(({ prefix: text = "" }) => text).join("");
  const inside = formats.map(({ includes: text = "" }) => text).join("");
  const suffix = formats.map(({ suffix: text = "" }) => text).join("");
  return { prefix: `${prefix}${inside}`, suffix };
}

function cased(text: string, formats: readonly Format[]): string {
  if (formats.some(({ format }) => format === "lowercase")) return text.toLowerCase();
  return formats.some(({ format }) => format === "uppercase") ? text.toUpperCase() : text;
}

function lengthsIn(checks: ReturnType<typeof checksOf>, taken: number): Lengths {
  let minLength = 0;
  let maxLength: number | undefined;
  for (const { minimum, maximum, length } of checks) {
    minLength = Math.max(minLength, minimum ?? length ?? 0);
    maxLength = Math.min(maxLength ?? Infinity, maximum ?? length ?? Infinity);
  }
  const most = maxLength === undefined || maxLength === Infinity ? undefined : maxLength;
  const least = Math.max(minLength - taken, 0);
  return {
    minLength: least,
    maxLength: most === undefined ? undefined : Math.max(most - taken, least),
  };
}
