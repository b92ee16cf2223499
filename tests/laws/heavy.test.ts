/** A13: contexts too large to hash at each step, and what replay still finds. */
import { assign, setup } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { createHost } from "../../src/actors/host.ts";
import { defineKind, type AnyKind } from "../../src/actors/kind.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { memoryStore } from "../../src/events/log/memory-store.ts";
import { remembered } from "../../src/actors/xstate/canonical.ts";

const Events = z.strictObject({ type: z.literal("PUT"), at: z.int(), text: z.string() });
type Put = z.infer<typeof Events>;

type Put1 = (items: readonly string[], event: Put) => readonly string[];

function listKind(version: string, put: Put1) {
  const machine = setup({
    types: { context: {} as { n: number; items: readonly string[] }, events: {} as Put },
  }).createMachine({
    context: () => ({ n: 0, items: Array.from({ length: 3000 }, (_, i) => `item ${i}`) }),
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

/** Shares all items but one. */
const sharing = () => listKind("1", (items, { at, text }) => items.with(at, text));
/** Makes every item anew, so that two states share nothing. */
const renewing: Put1 = (items, { at, text }) => items.map((_, i) => `${text} ${(i + at) % 3000}`);
const good = () => listKind("1", renewing);

async function filled(
  store: ReturnType<typeof memoryStore>,
  events: number,
  kind: AnyKind = good(),
): Promise<void> {
  const log = memoryLog({ store });
  await using host = await createHost({ log, kinds: [kind], strict: false, snapshotEvery: 1e9 });
  const list = await host.start("list/l");
  for (let i = 0; i < events; i++)
    await list.send({ type: "PUT", at: i % 3000, text: `new ${i}` } as never);
}

async function parkedWith(store: ReturnType<typeof memoryStore>, kind: AnyKind): Promise<unknown> {
  const log = memoryLog({ store });
  await using host = await createHost({ log, kinds: [kind], strict: false });
  const sent = host.actor("list/l").send({ type: "PUT", at: 0, text: "x" } as never);
  await sent.catch(() => {});
  return (await host.parked())[0];
}

async function lightOf(store: ReturnType<typeof memoryStore>): Promise<readonly number[]> {
  await using log = memoryLog({ store });
  const records = await Array.fromAsync(log.read("list/l"));
  return records.flatMap(({ seq, body }) => (body["light"] === true ? [seq] : []));
}

describe("a context over 16 KiB", () => {
  it("A13: a context of which much is new at each step is hashed now and then, says so, and replays the same", async () => {
    const store = memoryStore({ partitions: 1 });
    await filled(store, 40);
    const light = await lightOf(store);
    const whole = Array.from({ length: 41 }, (_, i) => i + 1).filter((seq) => !light.includes(seq));
    // 45,000 characters go and 45,000 come each time: the shares of eight records.
    expect(whole).toEqual([1, 9, 17, 25, 33, 41]);
    await using log = memoryLog({ store });
    await using host = await createHost({ log, kinds: [good()], strict: true });
    const { context } = await host.read("list/l");
    expect([context.n, context.items[0]]).toEqual([40, "new 39 39"]);
  });

  it("A13: a large context that replays differently is found at the next record that hashes it", async () => {
    const store = memoryStore({ partitions: 1 });
    await filled(store, 40);
    const bad = listKind("2", (items, event) =>
      renewing(items, { ...event, text: event.text.toUpperCase() }),
    );
    expect(await parkedWith(store, bad)).toMatchObject({ seq: 9, code: "REPLAY_DIVERGED" });
  });

  it("A13: a large context that its states share is hashed at every step, wide lists included", async () => {
    const store = memoryStore({ partitions: 1 });
    await filled(store, 40, sharing());
    expect(await lightOf(store)).toEqual([]);
    const bad = listKind("2", (items, { at, text }) => items.with(at, text.toUpperCase()));
    expect(await parkedWith(store, bad)).toMatchObject({
      seq: 2,
      code: "REPLAY_DIVERGED",
      message: expect.stringContaining("context.items differs"),
    });
  });

  it("A13: a large context goes on to be hashed at every step after a load", async () => {
    const store = memoryStore({ partitions: 1 });
    await filled(store, 3, sharing());
    await filled(store, 3, sharing());
    expect(await lightOf(store)).toEqual([]);
  });
});

describe("snapshots of a large state", () => {
  it("A13: are the rarer the larger they are, so that a record costs the same beside a large state", async () => {
    const stored: number[] = [];
    const log = memoryLog({ store: memoryStore({ partitions: 1 }) });
    const snapshots = {
      ...log.snapshots,
      put: (...[stream, snapshot]: Parameters<typeof log.snapshots.put>) => {
        stored.push(snapshot.seq);
        return log.snapshots.put(stream, snapshot);
      },
    };
    const own = { ...log, snapshots };
    await using host = await createHost({
      log: own,
      kinds: [sharing()],
      strict: false,
      snapshotEvery: 10,
    });
    const list = await host.start("list/l");
    for (let i = 0; i < 900; i++) await list.send({ type: "PUT", at: i % 3000, text: `new ${i}` });
    expect(stored[0]).toBe(10);
    const gaps = stored.slice(1).map((seq, i) => seq - (stored[i] ?? 0));
    expect(gaps.length).toBeGreaterThan(0);
    expect(Math.min(...gaps)).toBeGreaterThan(16_384 / 64); // it has some 35,000 characters: 64 for each record beyond 16,384
  });
});

describe("what a hash remembers", () => {
  it("A13: what a hash remembers is frozen, so that changing it in place throws where it is changed", () => {
    const items = Array.from({ length: 20 }, (_, i) => ({ name: `item ${i}` }));
    remembered({ items }, undefined);
    expect(() => items.push({ name: "more" })).toThrow(TypeError);
    expect(() => ((items[0] ?? { name: "" }).name = "other")).toThrow(TypeError);
  });

  it("A13: what a hash remembers is not frozen where it is wide: what is changed in place is found at the next load", async () => {
    const store = memoryStore({ partitions: 1 });
    const inPlace = () =>
      listKind("1", (items, { at, text }) => {
        (items as string[])[at] = text; // what a machine must not do
        return items;
      });
    await filled(store, 3, inPlace());
    expect(await parkedWith(store, inPlace())).toMatchObject({
      seq: 4,
      code: "REPLAY_DIVERGED",
      message: expect.stringContaining("context.items differs"),
    });
  });

  it("A13: what a hash remembers is nothing that cannot be frozen, nor what holds it", () => {
    const map = new Map([["a", "x".repeat(80)]]);
    const holder = { text: "y".repeat(80), map };
    const before = remembered(holder, undefined);
    map.set("b", "z");
    expect(remembered(holder, undefined)).not.toBe(before);
    expect(Object.isFrozen(holder)).toBe(false);
  });
});
