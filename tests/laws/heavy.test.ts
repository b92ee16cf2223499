/** A13: contexts too large to hash at each step, and what replay still finds. */
import { assign, setup } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createHost } from "../../src/actors/host.ts";
import { defineKind, type AnyKind } from "../../src/actors/kind.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { memoryStore } from "../../src/events/log/memory-store.ts";
import { canonical } from "../../src/actors/xstate/canonical.ts";

const Events = z.strictObject({ type: z.literal("PUT"), at: z.int(), text: z.string() });
type Put = z.infer<typeof Events>;

/** Copies a wide list at every event, so that nothing of it can be remembered. */
function listKind(version: string, put: (items: readonly string[], event: Put) => readonly string[]) {
  const machine = setup({
    types: { context: {} as { n: number; items: readonly string[] }, events: {} as Put },
  }).createMachine({
    context: { n: 0, items: Array.from({ length: 3000 }, (_, i) => `item ${i}`) },
    on: {
      PUT: {
        actions: assign(({ context, event }) => ({
          n: context.n + 1,
          items: put(context.items, event),
        })),
      },
    },
  });
  return defineKind({ kind: "list", version, machine, events: Events });
}

/** A new machine each time: what another one has weighed is remembered. */
const good = () => listKind("1", (items, { at, text }) => items.with(at, text));

async function filled(store: ReturnType<typeof memoryStore>, events: number): Promise<void> {
  const log = memoryLog({ store });
  await using host = await createHost({ log, kinds: [good()], strict: false, snapshotEvery: 1e9 });
  const list = await host.start("list/l");
  for (let i = 0; i < events; i++) await list.send({ type: "PUT", at: i % 3000, text: `new ${i}` });
}

async function parkedWith(store: ReturnType<typeof memoryStore>, kind: AnyKind): Promise<unknown> {
  const log = memoryLog({ store });
  await using host = await createHost({ log, kinds: [kind], strict: false });
  const sent = host.actor("list/l").send({ type: "PUT", at: 0, text: "x" } as never);
  await sent.catch(() => {});
  return (await host.parked())[0];
}

describe("A13: a context over 16 KiB", () => {
  it("is hashed now and then, says so, and replays the same", async () => {
    const store = memoryStore({ partitions: 1 });
    await filled(store, 100);
    await using log = memoryLog({ store });
    const records = await Array.fromAsync(log.read("list/l"));
    const full = records.filter(({ body }) => body["light"] !== true).map(({ seq }) => seq);
    expect(full).toEqual([1, 66]);
    await using host = await createHost({ log, kinds: [good()], strict: true });
    const { context } = await host.read("list/l");
    expect([context.n, context.items[99]]).toEqual([100, "new 99"]);
  });

  it("that replays differently is found at the next record that hashes it", async () => {
    const store = memoryStore({ partitions: 1 });
    await filled(store, 100);
    const bad = listKind("2", (items, { at, text }) => items.with(at, text.toUpperCase()));
    expect(await parkedWith(store, bad)).toMatchObject({ seq: 66, code: "REPLAY_DIVERGED" });
  });

  it("that its states share is weighed once, at its birth, and then hashed at each step", async () => {
    const store = memoryStore({ partitions: 1 });
    const nested = setup({
      types: { context: {} as { n: number; items: readonly (readonly string[])[] }, events: {} as Put },
    }).createMachine({
      context: {
        n: 0,
        items: Array.from({ length: 50 }, (_, i) => Array.from({ length: 60 }, () => `item ${i}`)),
      },
      on: { PUT: { actions: assign({ n: ({ context }) => context.n + 1 }) } },
    });
    const kind = defineKind({ kind: "list", version: "1", machine: nested, events: Events });
    await using log = memoryLog({ store });
    await using host = await createHost({ log, kinds: [kind], strict: false });
    const list = await host.start("list/l");
    for (let i = 0; i < 200; i++) await list.send({ type: "PUT", at: 0, text: "" });
    const light = (await Array.fromAsync(log.read("list/l"))).filter(
      ({ body }) => body["light"] === true,
    );
    expect(light.map(({ seq }) => seq)).toEqual(Array.from({ length: 64 }, (_, i) => i + 2));
  });
});

describe("what a hash remembers", () => {
  it("is frozen, so that changing it in place throws where it is changed", () => {
    const items = Array.from({ length: 20 }, (_, i) => `item ${i}`);
    canonical({ items });
    expect(() => items.push("more")).toThrow(TypeError);
  });

  it("is nothing that cannot be frozen, nor what holds it", () => {
    const map = new Map([["a", "x".repeat(80)]]);
    const holder = { text: "y".repeat(80), map };
    const before = canonical(holder);
    map.set("b", "z");
    expect(canonical(holder)).not.toBe(before);
    expect(Object.isFrozen(holder)).toBe(false);
  });
});
