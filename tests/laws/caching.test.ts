/** A2, A13, A15: snapshots are a cache, passivation shows nowhere, an actor loads alone. */
import { assign, setup } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { load } from "../../src/actors/load.ts";
import { readingStepper } from "../../src/actors/client.ts";
import { defineKind, kindsByName } from "../../src/actors/kind.ts";
import type { EventLog, StoredSnapshot } from "../../src/events/log/log.ts";
import { type Bench } from "../support/laws-bench.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { bossKind, counterKind, upTo } from "../support/laws-kinds.ts";

const Event = z.object({ type: z.literal("ADD") });

/** Counts by `step`; two of them differ in nothing but the source of one action. */
function steps(step: 1 | 10) {
  const one = assign<{ n: number }, { type: "ADD" }, undefined, { type: "ADD" }, never>({
    n: ({ context }) => context.n + 1,
  });
  const ten = assign<{ n: number }, { type: "ADD" }, undefined, { type: "ADD" }, never>({
    n: ({ context }) => context.n + 10,
  });
  const machine = setup({
    types: { context: {} as { n: number }, events: {} as z.infer<typeof Event> },
    actions: { add: step === 1 ? one : ten },
  }).createMachine({ context: { n: 0 }, on: { ADD: { actions: "add" } } });
  return defineKind({ kind: "steps", version: "1", machine, events: Event });
}

async function stored(b: Bench, address: string): Promise<StoredSnapshot | undefined> {
  const log = await b.open();
  const snapshot = await log.snapshots.get(address);
  await log[Symbol.asyncDispose]();
  return snapshot;
}

/** The streams that are read from now on. */
function readsOf(log: EventLog): readonly string[] {
  const reads: string[] = [];
  const read = log.read.bind(log);
  const noted: EventLog["read"] = (stream, range) => (reads.push(stream), read(stream, range));
  Object.assign(log, { read: noted });
  return reads;
}

describe.each(EVERY_ENGINE)("caches, on $name", ({ bench }) => {
  it("A2: an actor loaded from its snapshot equals one that is replayed, and goes on the same", async () => {
    await using b = await bench();
    const first = await b.start([bossKind()], { snapshotEvery: 3 });
    const boss = await first.host.start("boss/b");
    await boss.send({ type: "HIRE" });
    await boss.send({ type: "TELL", count: 5 });
    await b.settle();
    await first.host[Symbol.asyncDispose]();
    const snapshot = await stored(b, "boss/b");
    expect(snapshot?.seq).toBe((await b.types("boss/b")).length);
    const kinds = kindsByName([bossKind()]);
    const env = { log: await b.open(), kinds, stepper: readingStepper(kinds) };
    const [cached, replayed] = [
      await load(env, "boss/b"),
      await load(env, "boss/b", { snapshots: false }),
    ];
    expect(replayed?.actions.size).toBe(0);
    expect(cached?.commands.store()).toEqual(replayed?.commands.store());
    for (const part of ["outbox", "timers", "residents", "watermarks", "named"] as const)
      expect(cached?.[part]).toEqual(replayed?.[part]);
    if (cached === undefined || replayed === undefined) throw new Error("no actor");
    expect(env.stepper.hash(cached.state, [])).toBe(env.stepper.hash(replayed.state, []));
    await env.log[Symbol.asyncDispose]();
    const { host } = await b.start([bossKind()]);
    await host.actor("boss/b").send({ type: "TELL", count: 5 });
    await b.settle();
    expect((await host.read("boss/b")).context.heard).toEqual(upTo(10));
  });

  it("A5: a snapshot of other code does not count: the change is found, not hidden", async () => {
    await using b = await bench();
    const first = await b.start([steps(1)], { snapshotEvery: 2 });
    const actor = await first.host.start("steps/s");
    for (let i = 0; i < 5; i++) await actor.send({ type: "ADD" });
    await first.host[Symbol.asyncDispose]();
    expect((await stored(b, "steps/s"))?.seq).toBe(6);
    const { host } = await b.start([steps(10)]);
    await expect(host.actor("steps/s").send({ type: "ADD" })).rejects.toMatchObject({
      code: "ACTOR_PARKED",
    });
    expect(await host.parked()).toMatchObject([{ seq: 2, code: "REPLAY_DIVERGED" }]);
  });

  it.each<[string, (s: StoredSnapshot) => StoredSnapshot]>([
    ["another key", (s) => ({ ...s, key: "0".repeat(32) })],
    ["nothing in it", (s) => ({ ...s, data: null })],
    ["half of it", (s) => ({ ...s, data: { ...(s.data as object), state: { v: 2 } } })],
    ["no birth", (s) => ({ ...s, data: { v: 2 } })],
    ["a seq beyond the log", (s) => ({ ...s, seq: 99 })],
  ])("A2: a broken snapshot (%s) is ignored", async (_, harm) => {
    await using b = await bench();
    const first = await b.start([counterKind()]);
    const counter = await first.host.start("counter/c");
    for (const by of upTo(20)) await counter.send({ type: "ADD", by });
    await first.host[Symbol.asyncDispose]();
    const snapshot = await stored(b, "counter/c");
    if (snapshot === undefined) throw new Error("no snapshot was stored");
    const log = await b.open();
    await log.snapshots.put("counter/c", harm(snapshot));
    await log[Symbol.asyncDispose]();
    const { host } = await b.start([counterKind()]);
    await host.actor("counter/c").send({ type: "ADD", by: 4 });
    expect(host.failed.aborted).toBe(false);
    expect((await host.actor("counter/c").snapshot()).context.count).toBe(214);
  });

  it("A2: a snapshot store that fails is reported and disturbs nothing", async () => {
    await using b = await bench();
    const { host, log, talk } = await b.start([counterKind()], { snapshotEvery: 1 });
    const broken = async (): Promise<never> => Promise.reject(new Error("no room"));
    Object.assign(log.snapshots, { put: broken });
    const counter = await host.start("counter/c");
    for (let i = 0; i < 5; i++) await counter.send({ type: "NOTE", text: "x" });
    await b.settle();
    expect(host.failed.aborted).toBe(false);
    expect(talk.map(([message]) => message).join()).toContain("snapshot could not be stored");
  });

  it("A15: an actor loads with every other stream hidden", async () => {
    await using b = await bench();
    const { host } = await b.start([bossKind()]);
    const boss = await host.start("boss/b");
    await boss.send({ type: "HIRE" });
    await boss.send({ type: "TELL", count: 3 });
    await b.settle();
    const raw = await b.open();
    const kinds = kindsByName([bossKind()]);
    for (const address of ["boss/b", "boss/b:hand"]) {
      const hidden = (): never => {
        throw new Error("another stream was asked for");
      };
      const read: EventLog["read"] = (stream, range) =>
        stream === address ? raw.read(stream, range) : hidden();
      const tip: EventLog["tip"] = (stream) => (stream === address ? raw.tip(stream) : hidden());
      const alone = { ...raw, read, tip, scan: hidden };
      const fold = await load({ log: alone, kinds, stepper: readingStepper(kinds) }, address);
      expect(fold?.seq).toBe((await b.types(address)).length);
    }
    await raw[Symbol.asyncDispose]();
  });

  it("passivation: an idle actor leaves the memory, and comes back where it was", async () => {
    await using b = await bench();
    const { host, log } = await b.start([counterKind()], { idleMs: 1000 });
    const counter = await host.start("counter/c");
    await counter.send({ type: "NOTE", text: "a" });
    await b.pass(5000);
    expect(await stored(b, "counter/c")).toBeUndefined(); // so few records are read as fast
    const reads = readsOf(log);
    await counter.send({ type: "NOTE", text: "b" });
    expect(reads).toEqual(["counter/c"]);
    await counter.send({ type: "NOTE", text: "c" });
    expect(reads).toHaveLength(1);
    expect((await counter.snapshot()).context.notes).toEqual(["a", "b", "c"]);
    expect(await b.types("counter/c")).toHaveLength(4);
  });

  it("passivation: of too many actors, those that have been idle longest leave the memory", async () => {
    await using b = await bench();
    const { host, log } = await b.start([counterKind()], { loadedLimit: 4 });
    for (const i of upTo(8)) {
      await host.start(`counter/c${i}`);
      await b.pass(1);
    }
    const [first, last] = [host.actor("counter/c1"), host.actor("counter/c8")];
    await last.send({ type: "NOTE", text: "a" });
    const reads = readsOf(log);
    await last.send({ type: "NOTE", text: "b" });
    expect(reads).toEqual([]);
    await first.send({ type: "NOTE", text: "a" });
    expect(reads).toEqual(["counter/c1"]);
    expect((await first.snapshot()).context.notes).toEqual(["a"]);
  });

  it("A2: an actor of many records that leaves the memory is not read from its birth", async () => {
    await using b = await bench();
    const { host } = await b.start([counterKind()], { idleMs: 1000 });
    const counter = await host.start("counter/c");
    for (const by of upTo(20)) await counter.send({ type: "NOTE", text: `${by}` });
    await b.pass(5000);
    expect((await stored(b, "counter/c"))?.seq).toBe(21);
  });
});
