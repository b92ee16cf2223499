/** External memory (T-G1): beside a naive model, whatever is put, deleted and waited for. */
import assert from "node:assert/strict";
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { initialTransition, transition, type SnapshotFrom } from "xstate";
import { searchIn } from "../../src/agents/memory/search.ts";
import { ENTRY_LIMIT, MemoryCommand, VALUE_LIMIT } from "../../src/events/memory/commands.ts";
import { MemoryFact } from "../../src/events/memory/facts.ts";
import { during } from "../../src/events/now.ts";
import { memoryMachine } from "../../src/machines/memory/memory.ts";
import { faultOf, type MemoryEntry } from "../../src/machines/memory/state.ts";
import { entries, sorted } from "../../src/machines/sorted.ts";

/** A memory without a host: its one timer rings when time passes. */
class World {
  at = 1_000;
  alarm: number | undefined;
  readonly facts: MemoryFact[] = [];
  #snapshot: SnapshotFrom<typeof memoryMachine>;

  constructor() {
    [this.#snapshot] = initialTransition(memoryMachine, { name: "m" });
  }

  get state() {
    return this.#snapshot.context;
  }

  get held(): ReadonlyMap<string, MemoryEntry> {
    return new Map(entries(this.state.entries));
  }

  /** @returns the code of why it is not taken. */
  tell(command: object): string | undefined {
    const read = MemoryCommand.parse(command);
    const fault = faultOf(this.state, read, this.at);
    if (fault === undefined) this.step(read);
    return fault?.code;
  }

  step(event: object): void {
    const [snapshot, actions] = during(this.at, () =>
      transition(memoryMachine, this.#snapshot, event as MemoryCommand),
    ); // it may be anything
    this.#snapshot = snapshot;
    for (const { type, params } of actions as readonly { type: string; params: unknown }[]) {
      const { event: said, delay } = Object(params) as { event?: object; delay?: number }; // as xstate has them
      if (type === "xstate.emit") this.facts.push(MemoryFact.parse(said));
      if (type === "xstate.cancel") this.alarm = undefined;
      if (type === "xstate.raise" && delay !== undefined) this.alarm = this.at + delay;
    }
  }

  pass(ms: number): void {
    const until = this.at + ms;
    while (this.alarm !== undefined && this.alarm <= until) {
      this.at = Math.max(this.at, this.alarm);
      this.alarm = undefined;
      this.step({ type: "DUE" });
    }
    this.at = until;
  }
}

const put = (key: string, value: unknown, rest: object = {}) => ({ type: "PUT", key, value, ...rest });

const ENTRY: MemoryEntry = { value: 0, tags: [], storedAt: 1 };

const key = fc.constantFrom("a", "b", "c d", "constructor");
/** The border refuses a key that zod would leave out of a record in silence (events/whole.ts). */
const value = fc.jsonValue({ maxDepth: 1 }).filter((one) => !JSON.stringify(one).includes("__proto__"));
const ops = fc.array(
  fc.oneof(
    fc.record({
      type: fc.constant("PUT" as const),
      key,
      value,
      tags: fc.subarray(["x", "y"]),
      ttlMs: fc.constantFrom(undefined, 1, 100, 5_000, 200_000_000_000),
    }),
    fc.record({ type: fc.constant("DELETE" as const), key }),
    fc.record({ type: fc.constant("pass" as const), ms: fc.constantFrom(1, 99, 100, 5_000) }),
    fc.record({ type: fc.constant("sleep" as const), ms: fc.constantFrom(1, 100, 6_000) }),
  ),
  { maxLength: 40 },
);

type Told = Exclude<
  (typeof ops extends fc.Arbitrary<infer T> ? T : never)[number],
  { readonly ms: number }
>;

/** Tells the memory, and does the same to the model. */
function both(world: World, model: Map<string, { value: unknown; until: number }>, op: Told): void {
  const known = (model.get(op.key)?.until ?? 0) > world.at;
  const wrong = op.type === "DELETE" && !known;
  assert.equal(
    world.tell(JSON.parse(JSON.stringify(op)) as object),
    wrong ? "MEMORY_KEY_UNKNOWN" : undefined,
  );
  if (op.type === "DELETE") model.delete(op.key);
  else
    model.set(op.key, {
      value: JSON.parse(JSON.stringify(op.value)),
      until: world.at + (op.ttlMs ?? Infinity),
    });
}

function sizeOf(held: ReadonlyMap<string, MemoryEntry>): number {
  const texts = [...held].map(([name, { value, tags }]) => JSON.stringify([name, value, tags]));
  return texts.reduce((sum, text) => sum + Buffer.byteLength(text), 0);
}

describe("an external memory", () => {
  test.prop([ops], { numRuns: 300 })(
    "S0-064, T-G1: it holds what a map with times would hold, and forgets at its time",
    (history) => {
      const world = new World();
      const model = new Map<string, { value: unknown; until: number }>();
      for (const op of history) {
        if (op.type === "PUT" || op.type === "DELETE") both(world, model, op);
        else if (op.type === "pass") world.pass(op.ms);
        else world.at += op.ms; // no host lives: nothing rings
        world.pass(0);
        for (const [name, { until }] of model) if (until <= world.at) model.delete(name);
        const wanted = [...model].map(([name, { value }]) => [name, value] as const);
        const held = [...world.held].map(([name, { value }]) => [name, value] as const);
        assert.deepEqual(new Map(held), new Map(wanted));
        assert.equal(world.state.bytes, sizeOf(world.held));
      }
      world.pass(400_000_000_000);
      assert.equal(world.state.dues.size, 0);
      assert.equal(world.alarm, undefined);
    },
  );

  it("says what it stores, deletes and forgets; values are not said twice", () => {
    const world = new World();
    world.tell(put("a", "secret plans", { tags: ["x"], ttlMs: 10, by: "ada" }));
    world.tell(put("b", 1));
    world.tell({ type: "DELETE", key: "b" });
    world.pass(10);
    expect(world.facts.map(({ type, data }) => [type, data])).toEqual([
      ["memory.stored", { key: "a", bytes: 14, tags: ["x"], expiresAt: 1_010, by: "ada" }],
      ["memory.stored", { key: "b", bytes: 1, tags: [] }],
      ["memory.deleted", { key: "b" }],
      ["memory.expired", { keys: ["a"] }],
    ]);
  });

  it("is bounded: in the size of a value, and in all", () => {
    const world = new World();
    expect(world.tell(put("a", "x".repeat(VALUE_LIMIT)))).toBe("PAYLOAD_TOO_LARGE");
    const value = "x".repeat(VALUE_LIMIT - 2);
    for (let n = 0; n < 255; n++) expect(world.tell(put(`k${n}`, value))).toBeUndefined();
    expect(world.tell(put("more", value))).toBe("MEMORY_FULL");
    expect(world.tell(put("k1", 1))).toBeUndefined(); // what is replaced makes room
    expect(world.tell(put("more", value))).toBeUndefined();
    const all = Array.from({ length: ENTRY_LIMIT }, (_, n) => [`k${n}`, ENTRY] as const);
    const many = { ...new World().state, entries: sorted(all) };
    const fault = (name: string) => faultOf(many, MemoryCommand.parse(put(name, 0)), 1)?.code;
    expect([fault("more"), fault("k1")]).toEqual(["MEMORY_FULL", undefined]);
  });

  it.each(["", "__proto__", "a\nb", "x".repeat(201)])("S1: takes no key %j", (wrong) => {
    expect(MemoryCommand.safeParse(put(wrong, 1)).success).toBe(false);
    const world = new World();
    world.step(put(wrong, 1));
    expect(world.held.size).toBe(0);
  });

  it("S1: what another actor sends is checked, too", () => {
    const world = new World();
    world.step({ type: "PUT", key: "a" });
    world.step({ type: "PUT", key: "a", value: 1, tags: [], ttlMs: -1 });
    world.step({ type: "PUT", key: "a", value: "x".repeat(VALUE_LIMIT), tags: [] });
    expect(world.held.size).toBe(0);
    expect(world.facts).toEqual([]);
  });
});

describe("search", () => {
  const entry = (value: MemoryEntry["value"], storedAt: number, ...tags: string[]): MemoryEntry => ({
    value,
    storedAt,
    tags,
  });
  const held: readonly (readonly [string, MemoryEntry])[] = [
    ["style", entry("Never build a shell line of strings.", 1, "rule")],
    ["tests", entry({ note: "Tests say what holds" }, 2, "rule", "test")],
    ["größe", entry("Über alles: kurz", 3)],
    ["old tests", entry("tests, tests", 1)],
  ];
  const keys = (...args: [string, object?]) => searchIn(held, ...args).map((found) => found.key);

  it("S0-064: finds words of keys, tags and values; those with most of them come first, then the last stored", () => {
    expect(keys("shell strings")).toEqual(["style"]);
    expect(keys("TEST rule")).toEqual(["tests", "old tests", "style"]);
    expect(searchIn(held, "test rule")[1]?.score).toBe(0.5);
    expect(keys("über")).toEqual(["größe"]);
    expect(keys("ests")).toEqual([]);
  });

  it("without words: all, the last stored first; by tags, and so many", () => {
    expect(keys("")).toEqual(["größe", "tests", "old tests", "style"]);
    expect(keys("...", { limit: 1 })).toEqual(["größe"]);
    expect(keys("", { tags: ["rule"] })).toEqual(["tests", "style"]);
    expect(keys("tests", { tags: ["rule", "test"] })).toEqual(["tests"]);
  });
});
