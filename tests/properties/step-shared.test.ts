/** The text of a state made from what is new in it equals the one made from all of it. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { canonical, remembered } from "../../src/actors/xstate/canonical.ts";

type Value = number | string | undefined | readonly Value[] | { readonly [key: string]: Value };

const leaf = fc.oneof(fc.integer(), fc.string(), fc.string({ minLength: 400 }), fc.constant(undefined));
const key = fc.oneof(fc.constantFrom("a", "b", "length", "__proto__", "constructor"), fc.string());
const { value } = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 4, withCrossShrink: true },
    leaf,
    fc.array(tie("value"), { maxLength: 40 }),
    fc.dictionary(key, tie("value"), { maxKeys: 40 }),
  ),
}));

/** Where to go down, and what to do there. */
const edit = fc.record({
  path: fc.array(fc.nat(), { maxLength: 4 }),
  act: fc.constantFrom("set", "add", "drop", "shift", "insert", "swap", "copy"),
  value,
});
type Edit = typeof edit extends fc.Arbitrary<infer E> ? E : never;

function edited(before: Value, [at, ...path]: readonly number[], one: Edit): Value {
  if (typeof before !== "object" || at === undefined)
    return one.act === "set" ? one.value : again(before, one);
  if (Array.isArray(before)) {
    const items: readonly Value[] = before;
    if (items.length === 0) return again(items, one);
    const index = at % items.length;
    return items.with(index, edited(items[index], path, one));
  }
  const keys = Object.keys(before);
  const chosen = keys[at % Math.max(1, keys.length)];
  if (chosen === undefined) return again(before, one);
  return withField(before, chosen, edited((before as { [key: string]: Value })[chosen], path, one));
}

function again(before: Value, { act, value: put }: Edit): Value {
  if (typeof before !== "object") return put;
  if (!Array.isArray(before)) {
    const record = before as { readonly [key: string]: Value };
    const [first] = Object.keys(record);
    if (act === "drop" || act === "shift")
      return Object.fromEntries(Object.entries(record).slice(act === "drop" ? 0 : 1, -1));
    return act === "copy"
      ? { ...record }
      : withField(record, act === "swap" ? (first ?? "n") : "new", put);
  }
  const items: readonly Value[] = before;
  switch (act) {
    case "add":
      return [...items, put];
    case "drop":
      return items.slice(0, -1);
    case "shift":
      return items.slice(1);
    case "insert":
      return items.toSpliced(items.length >> 1, 1, put, put);
    case "swap":
      return items.toReversed();
    case "set":
    case "copy":
      return [...items];
  }
}

function withField(record: object, name: string, put: Value): Value {
  const copy = { ...record };
  Object.defineProperty(copy, name, {
    value: put,
    enumerable: true,
    writable: true,
    configurable: true,
  });
  return copy as Value; // a record, with a field more
}

describe("what is remembered", () => {
  test.prop({ start: value, edits: fc.array(edit, { maxLength: 12 }) }, { numRuns: 500 })(
    "for every chain of edits that share what they leave, the text is that of the whole",
    ({ start, edits }) => {
      let before = start;
      expect(remembered(before, undefined)).toBe(canonical(before));
      for (const one of edits) {
        const now = edited(before, one.path, one);
        expect(remembered(now, before)).toBe(canonical(now));
        before = now;
      }
    },
  );

  test.prop({ one: value, two: value })(
    "for every two values, what stood there before does not show",
    ({ one, two }) => {
      remembered(one, undefined);
      expect(remembered(two, one)).toBe(canonical(two));
      expect(remembered(one, two)).toBe(canonical(one));
    },
  );

  test.prop({
    items: fc.array(fc.integer({ max: 50 }), { minLength: 400, maxLength: 600 }),
    i: fc.nat(),
    j: fc.nat(),
  })("for every long list, the order of its items shows", ({ items, i, j }) => {
    const [a, b] = [i % items.length, j % items.length];
    const swapped = items.with(a, items[b] ?? 0).with(b, items[a] ?? 0);
    expect(canonical(items) === canonical(swapped)).toBe(items[a] === items[b]);
  });

  it("is never more than the budget allows, and says so", () => {
    const items = Array.from({ length: 2000 }, (_, i) => `item ${i}`);
    expect(remembered({ items }, undefined, 1000)).toBeUndefined();
    expect(remembered({ items }, undefined)).toBe(canonical({ items }));
    const next = { items: items.with(7, "other") };
    expect(remembered(next, { items }, 1000)).toBe(canonical(next));
  });

  it("ends on cycles, and keeps nothing of them", () => {
    const one: Record<string, unknown> = { text: "x".repeat(2000) };
    one["self"] = { one };
    const before = remembered(one, undefined);
    one["text"] = "y".repeat(2000);
    expect(remembered(one, undefined)).not.toBe(before);
  });
});
