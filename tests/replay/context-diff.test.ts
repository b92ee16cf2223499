/** What a step changed, by path: all of it, nothing else, and never more than can be read. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { brief } from "../../src/replay/brief.ts";
import { contextDiff, type ContextDiff } from "../../src/replay/context-diff.ts";

const json = fc.jsonValue({ maxDepth: 4 }).map((value): unknown => JSON.parse(JSON.stringify(value))); // JSON knows no -0
const record = fc.dictionary(fc.oneof(fc.constantFrom("a", "b", "x y", "0"), fc.string()), json, {
  noNullPrototype: true,
});

/** The keys in a path, as code would read it. */
function keysIn(path: string): readonly string[] {
  const parts = [...path.matchAll(/\[("(?:[^"\\]|\\.)*"|\d+)\]|\.?([A-Za-z_$][\w$]*)/g)];
  return parts.map(([, index, key]) => key ?? String(JSON.parse(index ?? "0")));
}

/** Makes the changes of a diff. */
function changed(before: object, { changes }: ContextDiff): unknown {
  const out: unknown = structuredClone(before);
  for (const { path, type, is } of changes.toReversed()) {
    const keys = keysIn(path);
    const last = keys.at(-1) ?? "";
    const place = keys.slice(0, -1).reduce<unknown>((at, key) => Reflect.get(Object(at), key), out);
    if (type !== "removed")
      Object.defineProperty(place, last, {
        value: is,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    else if (Array.isArray(place)) place.length -= 1; // the ends of lists go from behind
    else Reflect.deleteProperty(Object(place), last);
  }
  return out;
}

describe("a diff of contexts", () => {
  test.prop({ before: record, after: record }, { numRuns: 300 })(
    "leads from one to the other, whatever they hold",
    ({ before, after }) => {
      const diff = contextDiff(before, after);
      fc.pre(diff.more === 0 && !JSON.stringify(diff).includes("…"));
      expect(changed(before, diff)).toEqual(after);
    },
  );

  test.prop({ context: record })(
    "of the same is empty, also where nothing is shared",
    ({ context }) => {
      expect(contextDiff(context, structuredClone(context))).toEqual({ changes: [], more: 0 });
    },
  );

  it("says paths as code would", () => {
    const before = { tasks: { a: { tries: [1] }, "b c": 1 }, gone: true };
    const after = { tasks: { a: { tries: [1, 2] }, "b c": 2 }, fresh: null };
    expect(contextDiff(before, after).changes).toEqual([
      { path: "tasks.a.tries[1]", type: "added", is: 2 },
      { path: 'tasks["b c"]', type: "changed", was: 1, is: 2 },
      { path: "gone", type: "removed", was: true },
      { path: "fresh", type: "added", is: null },
    ]);
  });

  it("tells values that JSON lacks apart, and the same ones not", () => {
    const made = () => ({ at: new Date(5), ids: new Set([1]), error: new Error("x"), none: undefined });
    expect(contextDiff(made(), made()).changes).toEqual([]);
    const other = { at: new Date(6), ids: new Set([2]), error: new Error("y"), none: 1 };
    expect(contextDiff(made(), other).changes.map(({ path }) => path)).toEqual([
      "at",
      "ids",
      "error",
      "none",
    ]);
  });

  it("counts what it does not tell, and cuts what is large", () => {
    const many = Object.fromEntries(Array.from({ length: 250 }, (_, n) => [`k${n}`, n]));
    expect(contextDiff(undefined, many)).toMatchObject({ changes: { length: 100 }, more: 150 });
    const [change] = contextDiff({}, { text: "x".repeat(1e6) }).changes;
    expect(JSON.stringify(change).length).toBeLessThan(2_200);
    expect(change?.is).toContain("… (1000000 characters)");
  });
});

describe("a value in brief", () => {
  test.prop({ value: json, room: fc.integer({ min: 0, max: 300 }) })(
    "is the value where it fits, else not much longer than its room",
    ({ value, room }) => {
      expect(brief(value, Number.POSITIVE_INFINITY)).toEqual(value);
      expect(JSON.stringify(brief(value, room)).length).toBeLessThan(room * 6 + 400);
    },
  );

  it("ends where something holds itself or cannot be written down", () => {
    const loop: Record<string, unknown> = {};
    loop["self"] = loop;
    expect(JSON.stringify(brief(loop, Number.POSITIVE_INFINITY))).toContain("…");
    expect(brief({ f: () => 1, s: Symbol("s"), c: new (class Foo {})() })).toEqual({
      f: "[function]",
      s: "[symbol]",
      c: "[Foo]",
    });
  });
});
