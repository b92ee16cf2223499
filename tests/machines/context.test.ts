/** The machine of a shared context: what writes do, what is refused, and what a step costs. */
import assert from "node:assert/strict";
import { describe, expect, it } from "vitest";
import { ContextCommand, ContextInput } from "../../src/events/context/commands.ts";
import { faultOf } from "../../src/machines/context/faults.ts";
import { opened } from "../../src/machines/context/state.ts";
import { step } from "../../src/machines/context/steps.ts";
import { entries, get } from "../../src/machines/sorted.ts";
import { ContextWorld } from "../support/context-world.ts";

const set = (key: string, value: unknown, rest: object = {}) =>
  ({ type: "SET", key, value, by: "ada", ...rest }) as const;
const acquire = (key: string, owner: string, rest: object = {}) =>
  ({ type: "ACQUIRE", key, owner, ...rest }) as const;

describe("values", () => {
  it("S4-013: each update is one version more, by somebody, and told to everybody with its fields", () => {
    const world = new ContextWorld();
    expect(world.tell(set("plan", { steps: 3 }))).toEqual([
      {
        type: "context.updated",
        v: 1,
        data: { version: 1, updatedFields: ["plan"], updatedBy: "ada" },
      },
    ]);
    world.pass(500);
    world.tell({ type: "UPDATE", changes: { a: 1, b: 2 }, by: "bob" });
    expect(world.state.version).toBe(2);
    expect(Object.fromEntries(entries(world.state.values))).toEqual({
      a: { value: 1, version: 2, updatedBy: "bob", updatedAt: 1_500 },
      b: { value: 2, version: 2, updatedBy: "bob", updatedAt: 1_500 },
      plan: { value: { steps: 3 }, version: 1, updatedBy: "ada", updatedAt: 1_000 },
    });
    expect(world.sent[1]).toEqual({
      to: "messages/r1",
      event: {
        type: "SEND",
        from: "context",
        to: "everyone",
        message: "state_update",
        priority: "NORMAL",
        payload: { version: 2, updatedFields: ["a", "b"], updatedBy: "bob" },
      },
    });
  });

  it("a key may have the name of what every object has", () => {
    const world = new ContextWorld();
    world.tell({ type: "UPDATE", changes: { constructor: 1, toString: 2 }, by: "ada" });
    expect(get(world.state.values, "constructor")?.value).toBe(1);
    expect(get(world.state.values, "toString")?.value).toBe(2);
  });

  it("tells nobody where it is not to", () => {
    const world = new ContextWorld({ announce: false });
    world.tell(set("a", 1));
    expect(world.sent).toEqual([]);
  });

  it("begins with the values that it is given, as its first update", () => {
    const world = new ContextWorld({ values: { goal: "ship", tries: 0 } });
    const data = { version: 1, updatedFields: ["goal", "tries"], updatedBy: "start" };
    expect(world.facts).toEqual([{ type: "context.updated", v: 1, data }]);
    expect(get(world.state.values, "goal")?.value).toBe("ship");
  });

  it("S4-036: a write from a stale version is refused with what stands there, and writes nothing", () => {
    const world = new ContextWorld();
    world.tell(set("a", "first"));
    world.tell(set("a", "second"));
    expect(world.tell(set("a", "mine", { expected: 1 }))).toMatchObject({
      code: "CONTEXT_CONFLICT",
      data: { key: "a", expected: 1, version: 2, value: "second" },
    });
    const whole = { type: "UPDATE", changes: { a: "mine", b: 1 }, by: "bob", expected: 1 };
    expect(world.tell(whole)).toMatchObject({
      code: "CONTEXT_CONFLICT",
      data: { expected: 1, version: 2 },
    });
    expect(world.tell({ type: "DELETE", key: "a", by: "bob", expected: 1 })).toMatchObject({
      code: "CONTEXT_CONFLICT",
    });
    expect(world.state.version).toBe(2);
    expect(world.tell(set("a", "third", { expected: 2 }))).toHaveLength(1);
  });

  it("S4-036: version 0 is that of a key that is not there, and no version comes twice", () => {
    const world = new ContextWorld();
    expect(world.tell(set("a", 1, { expected: 0 }))).toHaveLength(1);
    expect(world.tell(set("a", 2, { expected: 0 }))).toMatchObject({ data: { version: 1, value: 1 } });
    world.tell({ type: "DELETE", key: "a", by: "ada", expected: 1 });
    expect(world.tell(set("a", 2, { expected: 1 }))).toMatchObject({
      code: "CONTEXT_CONFLICT",
      data: { expected: 1, version: 0 },
      message: expect.stringContaining("no such key") as string,
    });
    world.tell(set("a", 3));
    expect(world.tell(set("a", 4, { expected: 1 }))).toMatchObject({ data: { version: 3, value: 3 } });
  });

  it("a key that is not there cannot be deleted", () => {
    const fault = new ContextWorld().tell({ type: "DELETE", key: "a", by: "ada" });
    expect(fault).toMatchObject({ message: 'there is no key "a"' });
  });

  it("what is too large is refused with its size", () => {
    const world = new ContextWorld();
    expect(world.tell(set("a", "x".repeat(262_142)))).toHaveLength(1);
    const fault = {
      code: "PAYLOAD_TOO_LARGE",
      message: 'the value of "a" has 262145 bytes of JSON, more than 262144',
      data: { bytes: 262_145, limit: 262_144 },
    };
    expect(world.tell(set("a", "x".repeat(262_143)))).toMatchObject(fault);
    expect(world.tell(set("a", "é".repeat(131_072)))).toMatchObject({ data: { bytes: 262_146 } });
    const changes = { a: "x".repeat(200_000), b: "x".repeat(200_000) };
    expect(world.tell({ type: "UPDATE", changes, by: "ada" })).toMatchObject({
      code: "PAYLOAD_TOO_LARGE",
    });
    expect(() => ContextInput.parse({ run: "r", values: changes })).toThrow("262144");
  });

  it.each(["", "a b", ".a", "a".repeat(201), "__proto__", "ä", "a\n"])(
    "%j is no key: the message says what one is",
    (key) => {
      const changes: unknown = JSON.parse(`{${JSON.stringify(key)}: 1}`);
      for (const event of [
        set(key, 1),
        { type: "UPDATE", changes, by: "ada" },
        { type: "UPDATE", changes: { a: 1 }, fences: changes, by: "ada" },
        acquire(key, "ada"),
      ])
        expect(ContextCommand.safeParse(event).error?.message).toContain("is no key: use 1 to 200");
      expect(ContextInput.safeParse({ run: "r1", values: changes }).success).toBe(false);
    },
  );

  it("what another actor sends is asked for its sense as well, and changes nothing where it has none", () => {
    const world = new ContextWorld();
    world.tell(set("a", 1));
    const before = world.state;
    world.step(set("a", 2, { expected: 7 }));
    world.step({ type: "SET", key: 5 });
    world.step({ type: "ACQUIRE", key: "a" });
    world.step({ type: "NOTHING" });
    expect(world.state).toBe(before);
    expect(world.step({ ...acquire("a", "ada") })).toHaveLength(1);
  });
});

/** Items of the parts of one state that are not shared with the other. */
function fresh(before: unknown, after: unknown): number {
  if (before === after || typeof after !== "object" || after === null) return 0;
  const old = typeof before === "object" && before !== null ? Object.values(before) : [];
  return Object.values(after).reduce<number>((sum, part, index) => {
    // an item may have moved by one
    const was = [old[index], old[index - 1], old[index + 1]];
    return sum + 1 + (was.includes(part) ? 0 : fresh(old[index], part));
  }, 0);
}

/** What each of some commands makes anew in a context with so many keys, locks and waiters. */
function costs(count: number): readonly number[] {
  const at = 1_000;
  let state = opened(ContextInput.parse({ run: "r1" }), at);
  const tell = (command: object): number => {
    const read = ContextCommand.parse(command);
    assert.equal(faultOf(state, read, at), undefined);
    const before = state;
    state = step(state, read, at).state;
    return fresh(before, state);
  };
  const fence = (key: string): number => get(state.locks, key)?.fence ?? 0;
  for (let i = 0; i < count; i++) {
    tell({ type: "SET", key: `k${i}`, value: i, by: "x" });
    tell({ type: "ACQUIRE", key: `k${i}`, owner: "A", ttlMs: 10_000 + i });
    if (i > 0) tell({ type: "ACQUIRE", key: "k0", owner: `o${i}`, waitMs: 80_000 });
  }
  return [
    tell({ type: "SET", key: "k5", value: 2, by: "x", fence: fence("k5") }),
    tell({ type: "ACQUIRE", key: "new", owner: "A" }),
    tell({ type: "ACQUIRE", key: "k0", owner: "last", waitMs: 80_000 }),
    tell({ type: "RENEW", key: "k7", owner: "A", fence: fence("k7") }),
    tell({ type: "RELEASE", key: "k7", owner: "A", fence: fence("k7") }),
  ];
}

it("A13: a step makes little anew at ten keys, locks and waiters, and at 4,000", () => {
  for (const cost of [...costs(10), ...costs(4_000)]) expect(cost).toBeLessThan(1_000);
});
