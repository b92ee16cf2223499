/** A14, A5: checkpoints under other code, skipped records, and checkpoints that are not what the records make. */
import { assign, setup } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineKind, type AnyKind } from "../../src/actors/kind.ts";
import type { JsonObject } from "../../src/events/json.ts";
import { type Bench } from "../support/laws-bench.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { checkpointsOf, ROLLING, sameFromStart, watchedLoad } from "../support/laws-rollover.ts";

const TEN = { ...ROLLING, checkpointEvery: 10 };
const Event = z.object({ type: z.literal("ADD"), by: z.number() });
type Add = z.infer<typeof Event>;

/** Sums up; `twice` is other code that makes another sum. */
function sumKind(code: "once" | "twice", version = "1"): AnyKind {
  const once = assign<{ n: number }, Add, undefined, Add, never>({
    n: ({ context, event }) => context.n + event.by,
  });
  const twice = assign<{ n: number }, Add, undefined, Add, never>({
    n: ({ context, event }) => context.n + event.by * 2,
  });
  const machine = setup({
    types: { context: {} as { n: number }, events: {} as Add },
    actions: { add: code === "once" ? once : twice },
  }).createMachine({ context: { n: 0 }, on: { ADD: { actions: "add" } } });
  return defineKind({ kind: "sum", version, machine, events: Event });
}

/** Changes a wide list in place, as no machine may. */
function impureKind(): AnyKind {
  const machine = setup({
    types: { context: {} as { items: string[] }, events: {} as Add },
  }).createMachine({
    context: () => ({ items: Array.from({ length: 3000 }, (_, i) => `item ${i}`) }),
    on: { ADD: { actions: ({ context }) => void (context.items[0] += "x") } },
  });
  return defineKind({ kind: "impure", version: "1", machine, events: Event });
}

/** Sends numbers to one actor in a host that then dies. */
async function sent(b: Bench, kind: AnyKind, numbers: readonly number[]): Promise<void> {
  const first = await b.start([kind], TEN);
  const sum = await first.host.start("sum/s");
  for (const by of numbers) await sum.send({ type: "ADD", by });
  await b.settle();
  await b.kill(first);
}

const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);

describe.each(EVERY_ENGINE)("roll-over and code, on $name", ({ bench }) => {
  it("A14, A5: a checkpoint of other code is not used: the change is found, not hidden", async () => {
    await using b = await bench();
    await sent(b, sumKind("once"), [1, ...zeros(30)]);
    const { host } = await b.start([sumKind("twice")], TEN);
    await expect(host.actor("sum/s").send({ type: "ADD", by: 1 })).rejects.toMatchObject({
      code: "ACTOR_PARKED",
    });
    expect(await host.parked()).toMatchObject([{ seq: 2, code: "REPLAY_DIVERGED" }]);
  });

  it("A14: a new version replays all and writes its own; the old one goes back to its last", async () => {
    await using b = await bench();
    await sent(b, sumKind("once"), [1, ...zeros(24)]);
    const old = sumKind("once", "1");
    const next = sumKind("once", "2");
    expect((await watchedLoad(b, [next], "sum/s")).first).toBe(1);
    await sent(b, next, zeros(12));
    expect(await checkpointsOf(b, "sum/s")).toEqual([10, 20, 30, 40]);
    expect((await sameFromStart(b, [next], "sum/s")).first).toBe(40);
    expect((await sameFromStart(b, [old], "sum/s")).first).toBe(20);
  });

  it("A14, A5: a skipped record stays out, though checkpoints behind it hold what it did", async () => {
    await using b = await bench();
    await sent(b, sumKind("once"), [1, ...zeros(20)]);
    const twice = sumKind("twice");
    const broken = await b.start([twice], TEN);
    await broken.host
      .actor("sum/s")
      .send({ type: "ADD", by: 0 })
      .catch(() => {});
    const expected = (await b.records("sum/s")).length;
    const skipped = await broken.host.skip("sum/s", 2, { expected });
    expect(await broken.host.read("sum/s")).toMatchObject({ context: { n: 0 } });
    await b.kill(broken);
    expect(await sameFromStart(b, [twice], "sum/s")).toMatchObject({ first: 1 });
    await sent(b, twice, [5, ...zeros(19)]);
    const loaded = await sameFromStart(b, [twice], "sum/s");
    expect(loaded.first).toBeGreaterThan(skipped);
    expect(loaded.fold.state.snapshot).toMatchObject({ context: { n: 10 } });
    const old = await watchedLoad(b, [sumKind("once")], "sum/s", { to: skipped });
    expect([old.first, old.fold.state.snapshot]).toMatchObject([1, { context: { n: 0 } }]);
  });

  it("A14, A5: a skip of a record behind a checkpoint leaves the load at that checkpoint", async () => {
    await using b = await bench();
    await sent(b, sumKind("once"), zeros(22));
    await sent(b, sumKind("once", "2"), [...zeros(10), 1, ...zeros(3)]);
    const twice = sumKind("twice", "2");
    const broken = await b.start([twice], TEN);
    await broken.host
      .actor("sum/s")
      .send({ type: "ADD", by: 0 })
      .catch(() => {});
    const [parked] = await broken.host.parked();
    const expected = (await b.records("sum/s")).length;
    await broken.host.skip("sum/s", parked?.seq ?? 0, { expected });
    await b.kill(broken);
    await sent(b, twice, zeros(3));
    expect((await watchedLoad(b, [twice], "sum/s")).fold.state.snapshot).toMatchObject({
      context: { n: 0 },
    });
  });

  it("A14, A5: a checkpoint that is not what the records make is found by a full replay, and can be skipped", async () => {
    await using b = await bench();
    const kind = sumKind("once");
    await sent(b, kind, [1, ...zeros(18)]);
    const records = await b.records("sum/s");
    const last = records.at(-1);
    const checkpoint = records.find(({ seq }) => seq === 20);
    if (last === undefined || checkpoint === undefined) throw new Error("no records");
    const {
      seq: _,
      stream: __,
      ...forged
    } = {
      ...checkpoint,
      id: "forged",
      body: JSON.parse(JSON.stringify(checkpoint.body).replaceAll('"n":1', '"n":7')) as JsonObject,
    };
    const log = await b.open();
    await log.append("sum/s", [forged], { expected: last.seq });
    await log[Symbol.asyncDispose]();
    const seq = last.seq + 1;
    await expect(watchedLoad(b, [kind], "sum/s", { snapshots: false })).rejects.toMatchObject({
      code: "REPLAY_DIVERGED",
      message: expect.stringContaining(`record ${seq} of "sum/s", a checkpoint, holds another actor`),
      data: { address: "sum/s", seq, path: "state.snapshot.context.n" },
    });
    const deceived = await b.start([kind], TEN);
    await deceived.host.actor("sum/s").send({ type: "ADD", by: 0 });
    expect(await deceived.host.read("sum/s")).toMatchObject({ context: { n: 7 } });
    await deceived.host[Symbol.asyncDispose](); // stores a snapshot of it
    const { host } = await b.start([kind], TEN);
    await host.skip("sum/s", seq, { expected: seq + 1 });
    await host.actor("sum/s").send({ type: "ADD", by: 2 });
    expect(await host.read("sum/s")).toMatchObject({ context: { n: 3 } });
    expect((await b.records("sum/s")).at(-1)?.body.since).toBe(20);
    expect((await sameFromStart(b, [kind], "sum/s")).first).toBe(20);
  });

  it("A14: an actor that changed its context in place gets none, is reported now and then, and goes on", async () => {
    await using b = await bench();
    const { host, talk } = await b.start([impureKind()], { ...TEN, strict: false });
    const impure = await host.start("impure/i");
    for (const by of zeros(24)) await impure.send({ type: "ADD", by });
    expect(await checkpointsOf(b, "impure/i")).toEqual([]);
    const warned = talk.filter(([message]) => message.startsWith("a checkpoint could not be made"));
    expect(warned.map(([, { error }]) => error)).toMatchObject([
      { code: "MACHINE_IMPURE" },
      { code: "MACHINE_IMPURE" },
    ]);
    expect(await b.types("impure/i")).toHaveLength(25);
  });
});
