/** A14: what is open when an actor rolls over is open behind it: nothing is lost, nothing done twice. */
import { setImmediate as nextTurn } from "node:timers/promises";
import { assign, fromPromise, sendParent, setup } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineKind, type AnyKind } from "../../src/actors/kind.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { bossKind, openKind, timedKind, upTo, workKind, type Run } from "../support/laws-kinds.ts";
import { checkpointsOf, ROLLING, sameFromStart } from "../support/laws-rollover.ts";

/** Behind every record stands a checkpoint. */
const DENSE = { ...ROLLING, checkpointEvery: 2 };
const Event = z.looseObject({ type: z.string() });

/** CROWD spawns many children, each of which says HI once. */
function crowdKind(): AnyKind {
  const one = setup({}).createMachine({ entry: sendParent({ type: "HI" }) });
  const machine = setup({ types: { context: {} as { heard: number } }, actors: { one } }).createMachine(
    {
      context: { heard: 0 },
      on: {
        CROWD: {
          actions: assign(({ spawn, event }) => {
            for (const n of upTo(Number(Reflect.get(event, "count")))) spawn("one", { id: `c${n}` });
            return {};
          }),
        },
        HI: { actions: assign({ heard: ({ context }) => context.heard + 1 }) },
        NOTE: { actions: assign({}) },
      },
    },
  );
  return defineKind({ kind: "crowd", version: "1", machine, events: Event });
}

describe.each(EVERY_ENGINE)("open across a roll-over, on $name", ({ name, bench }) => {
  it("A14, A3: an activity goes on as the next attempt under the same key, and earlier ones stay ended", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const first = await b.start([workKind(runs)], DENSE);
    const work = await first.host.start("work/w");
    for (const _ of upTo(10)) for (const type of ["GO", "CANCEL"] as const) await work.send({ type });
    await work.send({ type: "GO", job: "last" });
    await b.settle();
    const length = (await b.records("work/w")).length;
    runs[0]?.succeed("late");
    await b.settle();
    expect(await b.records("work/w")).toHaveLength(length);
    await b.kill(first);
    const before = runs.at(-1);
    const { host } = await b.start([workKind(runs)], DENSE);
    await b.settle();
    const after = runs.at(-1);
    expect(after?.context).toMatchObject({
      idempotencyKey: before?.context.idempotencyKey,
      fence: { attempt: 2 },
      input: { job: "last" },
    });
    after?.succeed("done");
    await host.actor("work/w").waitFor((s) => s.value === "done");
    expect((await sameFromStart(b, [workKind(runs)], "work/w")).first).toBeGreaterThan(40);
  });

  it("A14, A7: a timer armed before it fires behind it, however long the host was down, and once", async () => {
    await using b = await bench();
    const first = await b.start([timedKind], DENSE);
    const timed = await first.host.start("timed/t");
    for (const _ of upTo(10)) for (const type of ["LEAVE", "BACK"] as const) await timed.send({ type });
    await b.settle();
    expect((await sameFromStart(b, [timedKind], "timed/t")).first).toBeGreaterThan(40);
    await b.kill(first);
    await b.pass(3_600_000);
    const { host } = await b.start([timedKind], DENSE);
    await b.pass(1000);
    expect(await host.read("timed/t")).toMatchObject({ value: "late", context: { rang: 1 } });
  });

  it("A14, A11: what is owed before it is delivered behind it, once and in order", async () => {
    await using b = await bench();
    const first = await b.start([bossKind()], DENSE);
    const boss = await first.host.start("boss/b");
    await boss.send({ type: "HIRE" });
    for (const _ of upTo(10)) await boss.send({ type: "TELL", count: 0 });
    await b.settle();
    first.log.hold("write", ({ stream }) => stream === "boss/b:hand");
    await boss.send({ type: "TELL", count: 3 });
    await b.settle();
    expect((await checkpointsOf(b, "boss/b")).at(-1)).toBe((await b.records("boss/b")).length);
    await b.kill(first);
    const { host } = await b.start([bossKind()], DENSE);
    await b.settle();
    expect((await host.read("boss/b")).context.heard).toEqual([1, 2, 3]);
    expect(await host.read("boss/b:hand")).toMatchObject({ context: { jobs: [1, 2, 3] } });
    await sameFromStart(b, [bossKind()], "boss/b");
    await sameFromStart(b, [bossKind()], "boss/b:hand");
  });

  it("A14, A8: what arrived before it never counts again, though its sender does not know", async () => {
    await using b = await bench();
    const first = await b.start([bossKind()], DENSE);
    const boss = await first.host.start("boss/b");
    await boss.send({ type: "HIRE" });
    await b.settle();
    first.log.hold("answer", ({ records }) => records.some(({ type }) => type === "HEARD"));
    await boss.send({ type: "TELL", count: 25 });
    await b.settle();
    expect((await checkpointsOf(b, "boss/b:hand")).length).toBeGreaterThan(0);
    await b.kill(first);
    const { host } = await b.start([bossKind()], DENSE);
    await b.settle();
    expect(await host.read("boss/b:hand")).toMatchObject({ context: { jobs: upTo(25) } });
    expect((await host.read("boss/b")).context.heard).toEqual(upTo(25));
  });

  it("A14, A8: thousands of watermarks pass it", async () => {
    await using b = await bench();
    const count = name === "memory" ? 1200 : 300;
    const options = { ...ROLLING, checkpointEvery: 250, strict: false };
    const first = await b.start([crowdKind()], options);
    await (await first.host.start("crowd/c")).send({ type: "CROWD", count });
    await b.settle();
    await b.kill(first);
    const { host } = await b.start([crowdKind()], options);
    await b.settle();
    expect(await host.read("crowd/c")).toMatchObject({ context: { heard: count } });
    const { fold, first: from } = await sameFromStart(b, [crowdKind()], "crowd/c");
    expect([fold.watermarks.size, from >= 250]).toEqual([count, true]);
  });

  it("A14, A11: none is written while what a custom action sent is not recorded; then it is", async () => {
    await using b = await bench();
    const { host, log } = await b.start([bossKind()], DENSE);
    const boss = await host.start("boss/b");
    await boss.send({ type: "HIRE" });
    await b.settle();
    log.hold("write", ({ records }) => records.some(({ type }) => type === "HEARD"));
    await boss.send({ type: "TELL", count: 1 });
    await b.settle();
    expect(await b.types("boss/b:hand")).toEqual(["troupe.started", "troupe.checkpoint", "JOB"]);
    log.release();
    await b.settle();
    expect((await b.types("boss/b:hand")).slice(3)).toEqual(["troupe.checkpoint"]);
  });

  it("A14, A11: what a checkpoint itself says to be settled is owed no more behind it", async () => {
    await using b = await bench();
    const first = await b.start([bossKind()], DENSE);
    const boss = await first.host.start("boss/b");
    await boss.send({ type: "HIRE" });
    for (const _ of upTo(10)) await boss.send({ type: "TELL", count: 0 });
    await b.settle();
    first.log.hold("write", ({ stream }) => stream === "boss/b:hand");
    await boss.send({ type: "TELL", count: 1 });
    await b.settle();
    const owing = (await b.records("boss/b")).at(-2);
    const { promise: answered, resolve: answer } = Promise.withResolvers<void>();
    const late = async (write: () => Promise<number>): Promise<number> => {
      const seq = await write();
      first.log.release(); // now the child takes what it is owed
      return answered.then(() => seq);
    };
    first.log.meddle(
      (_, write) => late(write),
      ({ stream }) => stream === "boss/b",
    );
    const told = boss.send({ type: "TELL", count: 0 });
    const hand = first.host.actor("boss/b:hand");
    while (JSON.stringify((await hand.snapshot()).context) === `{"jobs":[]}`) await nextTurn(); // seen once its append is answered
    first.log.hold("write", ({ records }) => records.some(({ type }) => type === "HEARD"));
    answer();
    await told;
    await b.settle();
    const rolled = (await b.records("boss/b")).at(-1);
    expect([rolled?.type, rolled?.body.settled]).toEqual(["troupe.checkpoint", [`${owing?.seq}.0`]]);
    await b.kill(first);
    expect((await sameFromStart(b, [bossKind()], "boss/b")).fold.outbox.size).toBe(0);
  });

  it("A14: a system id that was given before it is free again behind it", async () => {
    await using b = await bench();
    const ends: (() => void)[] = [];
    const job = fromPromise(() => new Promise<void>((resolve) => void ends.push(resolve)));
    const machine = setup({ actors: { job } }).createMachine({
      initial: "off",
      states: {
        off: { on: { ON: "on" } },
        on: { invoke: { src: "job", systemId: "the-job", onDone: "off" }, on: { OFF: "off" } },
      },
    });
    const named: AnyKind = defineKind({ kind: "named", version: "1", machine, events: Event });
    const first = await b.start([named], DENSE);
    const actor = await first.host.start("named/n");
    for (const _ of upTo(10)) for (const type of ["ON", "OFF"] as const) await actor.send({ type });
    await actor.send({ type: "ON" });
    await b.settle();
    await b.kill(first);
    await b.start([named], DENSE);
    await b.settle();
    ends.at(-1)?.();
    await b.settle();
    const ended = (await b.records("named/n")).findLast(({ body }) => body.system !== undefined);
    expect([ended?.type.startsWith("xstate.done.actor."), ended?.body.system]).toMatchObject([
      true,
      { freed: [ended?.body.from] },
    ]);
  });

  it("A14: a machine that takes whatever comes never sees it", async () => {
    await using b = await bench();
    const { host } = await b.start([openKind()], DENSE);
    const open = await host.start("open/o", { input: 1 });
    await open.send({ type: "X" });
    await b.settle();
    expect(await b.types("open/o")).toEqual([
      "troupe.started",
      "troupe.checkpoint",
      "X",
      "troupe.checkpoint",
    ]);
    expect((await open.snapshot()).context.seen).toEqual([{ type: "X" }]);
  });

  it("A14, A12: what a former owner left is taken over before any checkpoint", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const first = await b.start([workKind(runs)], ROLLING);
    await (await first.host.start("work/w")).send({ type: "GO" });
    await b.kill(first);
    await b.start([workKind(runs)], DENSE);
    await b.settle();
    expect((await b.types("work/w")).slice(2)).toEqual(["troupe.recovered", "troupe.checkpoint"]);
  });

  it("A14, A6: the next incarnation is one more behind it, and the end of an earlier one changes nothing", async () => {
    await using b = await bench();
    const first = await b.start([bossKind()], DENSE);
    const boss = await first.host.start("boss/b");
    for (const _ of upTo(8)) for (const type of ["HIRE", "FIRE"] as const) await boss.send({ type });
    await boss.send({ type: "HIRE" });
    await b.settle();
    first.log.hold("write", ({ stream }) => stream === "boss/b:hand~9");
    for (const type of ["ASK", "FIRE", "HIRE"] as const) await boss.send({ type });
    await b.settle();
    await b.kill(first);
    const { host } = await b.start([bossKind()], DENSE);
    await b.settle();
    const late = (await b.records("boss/b")).filter(({ body }) => body.stale === true);
    expect(late.map(({ type, body }) => [type, body.from])).toEqual([
      ["xstate.done.actor.hand", "boss/b:hand~9"],
    ]);
    const again = host.actor("boss/b");
    expect(await again.snapshot()).toMatchObject({ value: "leading", context: { ended: [] } });
    for (const type of ["FIRE", "HIRE"] as const) await again.send({ type });
    await again.send({ type: "TELL", count: 2 });
    await b.settle();
    expect((await again.snapshot()).context.heard).toEqual([1, 2]);
    expect((await b.types("boss/b:hand~11")).filter((type) => type === "JOB")).toHaveLength(2);
    expect((await sameFromStart(b, [bossKind()], "boss/b")).first).toBeGreaterThan(40);
  });
});
