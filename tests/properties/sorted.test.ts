/** The sorted map against the plainest model of it: a Map, sorted when it is asked. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { entries, first, get, has, put, sorted, without } from "../../src/machines/sorted.ts";
import type { Key, Sorted } from "../../src/machines/sorted.ts";

const MOST = 32;
const LEAST = 8;

type Tree = Sorted<Key, unknown[]>;

/** What is done to a stretch of numbers: stretches make trees of several levels from few moves. */
interface Move {
  readonly type: "put" | "remove" | "pop";
  readonly from: number;
  readonly count: number;
  /** 1: upwards, -1: downwards; larger: with gaps. */
  readonly stride: number;
}

const moves = fc.array(
  fc.record<Move>({
    type: fc.constantFrom("put", "put", "remove", "pop"),
    from: fc.integer({ min: 0, max: 900 }),
    count: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 50, max: 700 })),
    stride: fc.constantFrom(1, -1, 2, 7, -3, 101),
  }),
  { minLength: 1, maxLength: 12 },
);

/** Numbers, or texts in another order than the numbers that they are made of. */
const names = fc.constantFrom<(n: number) => Key>(
  (n) => n,
  (n) => n / 8,
  (n) => `${n}`,
  (n) => `\uD83D${String.fromCharCode(n)}`,
);

const compare = (a: Key, b: Key): number => (a < b ? -1 : 1);

function numbersOf({ from, count, stride }: Move): readonly number[] {
  return Array.from({ length: count }, (_, i) => (((from + i * stride) % 1000) + 1000) % 1000);
}

/** Frozen as a host freezes a context: whoever writes into an old version throws. */
function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  Object.freeze(value);
  for (const part of Object.values(value)) frozen(part);
  return value;
}

function levels(map: Sorted<Key, object | true>, root = true): number {
  const own = "entries" in map ? map.entries : map.nodes;
  if (own.length > MOST) throw new Error(`a node has ${own.length} members`);
  if (!root && own.length < LEAST) throw new Error(`a node has ${own.length} members`);
  if ("entries" in map) return 1;
  if (own.length < 2) throw new Error("a root leads to one node only");
  const [level = 0, ...others] = new Set(map.nodes.map(([, node]) => levels(node, false)));
  if (others.length > 0) throw new Error("its leaves stand at different levels");
  return level + 1;
}

/** Does the moves to both, each step frozen. */
function lived(
  done: readonly Move[],
  name: (n: number) => Key,
  each: (map: Tree, model: Map<Key, unknown[]>) => void,
): void {
  let map: Tree = frozen(sorted());
  const model = new Map<Key, unknown[]>();
  for (const [i, move] of done.entries()) {
    for (const n of numbersOf(move)) {
      const key = move.type === "pop" ? (first(map)?.[0] ?? name(n)) : name(n);
      map = frozen(move.type === "put" ? put(map, key, [i, key]) : without(map, key));
      if (move.type === "put") model.set(key, [i, key]);
      else model.delete(key);
    }
    each(map, model);
  }
}

const inOrder = (model: Map<Key, unknown[]>): readonly unknown[] =>
  [...model].sort(([a], [b]) => compare(a, b));

test.prop({ moves, names }, { numRuns: 60 })(
  "A13: for every use, a sorted map says what a Map says, in order, in nodes within bounds",
  ({ moves: done, names: name }) => {
    lived(done, name, (map, model) => {
      const order = inOrder(model);
      expect([...entries(map)]).toEqual(order);
      expect(map.size).toBe(model.size);
      expect(first(map)).toEqual(order[0]);
      expect(levels(map)).toBeLessThanOrEqual(4);
      for (const n of [0, 17, 500, 999]) {
        expect(get(map, name(n))).toEqual(model.get(name(n)));
        expect(has(map, name(n))).toBe(model.has(name(n)));
      }
    });
  },
);

test.prop({ moves, names, at: fc.integer({ min: -1, max: 1000 }) }, { numRuns: 30 })(
  "for every key, the entries from it on are those that are not smaller",
  ({ moves: done, names: name, at }) => {
    lived(done, name, (map, model) => {
      const later = [...model].filter(([key]) => key >= name(at));
      expect([...entries(map, name(at))]).toEqual(inOrder(new Map(later)));
    });
  },
);

test.prop({ moves, names }, { numRuns: 30 })(
  "for every use, a map that went through JSON is the same map and goes on as it would have",
  ({ moves: done, names: name }) => {
    lived(done, name, (map) => {
      const read = JSON.parse(JSON.stringify(map)) as Tree; // it was one
      expect(read).toEqual(map);
      expect(put(without(read, name(3)), name(4), [])).toEqual(put(without(map, name(3)), name(4), []));
    });
  },
);

describe("a sorted map", () => {
  const map = sorted<string, unknown[] | true | null>([
    ["b", true],
    ["a", []],
    ["c", null],
  ]);

  it("is the map that it was where nothing changes", () => {
    expect(without(map, "d")).toBe(map);
    expect(put(map, "b", true)).toBe(map);
    const large = sorted(Array.from({ length: 5000 }, (_, i) => [i, true] as const));
    expect(without(large, 5000)).toBe(large);
    expect(put(large, 4321, true)).toBe(large);
  });

  it("leaves the older version as it was", () => {
    const before = JSON.stringify(map);
    expect([...entries(put(without(map, "a"), "b", null))]).toEqual([
      ["b", null],
      ["c", null],
    ]);
    expect(JSON.stringify(map)).toBe(before);
  });

  it("tells null, an empty list and an absent key apart, in JSON too", () => {
    const read = JSON.parse(JSON.stringify(map)) as typeof map; // it was one
    expect(["a", "c", "d"].map((key) => get(read, key))).toEqual([[], null, undefined]);
    expect(["a", "c", "d"].map((key) => has(read, key))).toEqual([true, true, false]);
  });

  it("is empty without entries", () => {
    const empty = without(sorted([[1, true]]), 1);
    expect(empty).toEqual(sorted());
    expect(first(empty)).toBeUndefined();
    expect([...entries(empty)]).toEqual([]);
  });

  it("orders numbers by value and texts by code units", () => {
    expect([...entries(sorted([10, 9, -1, 0.5].map((n) => [n, true])))].map(([n]) => n)).toEqual([
      -1, 0.5, 9, 10,
    ]);
    expect(
      [...entries(sorted(["é", "z", "10", "9", "Z"].map((n) => [n, true])))].map(([n]) => n),
    ).toEqual(["10", "9", "Z", "z", "é"]);
  });
});

/** Objects and arrays of a map that an older version does not have. */
function fresh(map: unknown, before: unknown): number {
  const known = new Set<unknown>();
  const walk = (value: unknown, meet: (part: object) => boolean): void => {
    if (typeof value !== "object" || value === null || !meet(value)) return;
    for (const part of Object.values(value)) walk(part, meet);
  };
  walk(before, (part) => !known.has(part) && known.add(part) !== undefined);
  let count = 0;
  walk(map, (part) => !known.has(part) && ++count > 0);
  return count;
}

describe("A13: a sorted map of many", () => {
  it("keeps its bounds where nodes that emptied stand beside full ones", () => {
    const even = sorted(Array.from({ length: 200 }, (_, i) => [i * 2, true] as const));
    for (let from = 0; from < 400; from += 10) {
      let map = even;
      for (let key = from; key < from + 16; key++) map = put(map, key, true);
      for (let key = from - 1; key > from - 80; key--)
        expect(levels((map = without(map, key)))).toBe(2);
      for (let key = from + 16; key < from + 100; key++)
        expect(levels((map = without(map, key)))).toBeLessThan(3);
    }
  });

  it("stays small as a queue: growing keys in, the first out, 200,000 times", () => {
    let map = sorted<number, true>();
    const seen: { length: number; levels: number }[] = [];
    for (let key = 0; key < 200_000; key++) {
      map = put(map, key, true);
      if (key >= 100) map = without(map, first(map)?.[0] ?? -1);
      if (key % 997 === 0) seen.push({ length: JSON.stringify(map).length, levels: levels(map) });
    }
    expect(Math.max(...seen.map(({ length }) => length))).toBeLessThan(2500);
    expect(Math.max(...seen.map((one) => one.levels))).toBe(2);
    expect([...entries(map)].map(([key]) => key)).toEqual(
      Array.from({ length: 100 }, (_, i) => 199_900 + i),
    );
  });

  it("shares all but a few small parts with the version before", () => {
    const keys = Array.from({ length: 20_000 }, (_, i) => (i * 7919) % 20_011);
    const map = sorted(keys.map((key) => [key, { key }]));
    expect(levels(map)).toBeLessThanOrEqual(5);
    for (const changed of [put(map, 12_345.5, { key: 0 }), without(map, 0), without(map, 9000)])
      expect(fresh(changed, map)).toBeLessThan(40);
  });
});
