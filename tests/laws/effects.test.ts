/** A11: every effect has a recorded fate. */
import { assign, setup } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineKind } from "../../src/actors/kind.ts";
import { ENGINES } from "../support/laws-bench.ts";
import { bossKind, counterKind, upTo, workKind, type Run } from "../support/laws-kinds.ts";

const Event = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("ACT") }),
  z.strictObject({ type: z.literal("THROW") }),
]);

/** ACT runs an action that sends itself two words; THROW one that throws. */
function actingKind(did: string[], fault: () => unknown = () => new Error("thrown")) {
  const machine = setup({
    types: {
      context: {} as { got: number[] },
      events: {} as z.infer<typeof Event> | { type: "GOT"; n: number },
    },
    actions: {
      act: ({ self }) => {
        did.push("act");
        for (const n of [1, 2]) self.send({ type: "GOT", n });
      },
      blow: () => {
        did.push("blow");
        throw fault();
      },
    },
  }).createMachine({
    context: { got: [] },
    on: {
      ACT: { actions: "act" },
      THROW: { actions: "blow" },
      GOT: { actions: assign({ got: ({ context, event }) => [...context.got, event.n] }) },
    },
  });
  return defineKind({ kind: "acting", version: "1", machine, events: Event });
}

describe.each(ENGINES)("effects, on $name", ({ bench }) => {
  it("A11: a custom action of the last append runs again after a crash; what it sends counts once", async () => {
    await using b = await bench();
    const did: string[] = [];
    const first = await b.start([actingKind(did)]);
    const acting = await first.host.start("acting/a");
    first.log.hold("write", ({ records }) => records.some(({ type }) => type === "GOT"));
    await acting.send({ type: "ACT" });
    await b.settle();
    await b.kill(first);
    expect(did).toEqual(["act"]);
    const second = await b.start([actingKind(did)]);
    await b.settle();
    expect(did).toEqual(["act", "act"]);
    expect((await second.host.read("acting/a")).context.got).toEqual([1, 2]);
    await second.host[Symbol.asyncDispose]();
    const third = await b.start([actingKind(did)]);
    await b.settle();
    expect(did).toEqual(["act", "act"]);
    expect((await third.host.read("acting/a")).context.got).toEqual([1, 2]);
  });

  it("A11: half of what an action sent was recorded: the rest follows, and the half is not doubled", async () => {
    await using b = await bench();
    const did: string[] = [];
    const first = await b.start([actingKind(did)]);
    const acting = await first.host.start("acting/a");
    const half = Promise.withResolvers<void>();
    first.log.meddle(
      async ({ stream, records }) => {
        const raw = await b.open();
        await raw.append(stream, records.slice(0, 1), { expected: 2 });
        await raw[Symbol.asyncDispose]();
        half.resolve();
        return new Promise(() => {});
      },
      ({ records }) => records.some(({ type }) => type === "GOT"),
    );
    await acting.send({ type: "ACT" });
    await half.promise;
    await first.log.kill();
    expect((await b.types("acting/a")).filter((type) => type === "GOT")).toHaveLength(1);
    const { host } = await b.start([actingKind(did)]);
    await b.settle();
    expect((await host.read("acting/a")).context.got).toEqual([1, 2]);
  });

  it("A11: an action that throws puts its actor in error, by a record; also when it throws at recovery", async () => {
    await using b = await bench();
    const did: string[] = [];
    const first = await b.start([actingKind(did), counterKind()]);
    const acting = await first.host.start("acting/a");
    first.log.hold("write", ({ records }) => records.some(({ type }) => type.includes("failed")));
    await acting.send({ type: "THROW" });
    await b.settle();
    await b.kill(first);
    const second = await b.start([actingKind(did), counterKind()]);
    await b.settle();
    expect(second.host.failed.aborted).toBe(false);
    const snapshot = await second.host.read("acting/a");
    expect([snapshot.status, (snapshot.error as Error).message]).toEqual(["error", "thrown"]);
    expect(did).toEqual(["blow", "blow"]);
    await b.kill(second);
    await b.start([actingKind(did), counterKind()]);
    await b.settle();
    expect(did).toHaveLength(2);
  });

  it.each([
    undefined,
    null,
    "text",
    7n,
    new Map([[1, 2]]),
    Object.assign(new Error("x"), { code: 7n }),
  ])("A11: whatever an action throws (%s) is recorded, and the host goes on", async (thrown) => {
    await using b = await bench();
    const { host } = await b.start([actingKind([], () => thrown)]);
    const acting = await host.start("acting/a");
    await acting.send({ type: "THROW" });
    await b.settle();
    expect(host.failed.aborted).toBe(false);
    expect((await host.read("acting/a")).status).toBe("error");
  });

  it("A11: a send stays owed until its receiver recorded it, and the settled ids are recorded", async () => {
    await using b = await bench();
    const first = await b.start([bossKind()], { idleMs: 1000 });
    const boss = await first.host.start("boss/b");
    await boss.send({ type: "HIRE" });
    await b.settle();
    first.log.hold("write", ({ stream }) => stream === "boss/b:hand");
    await boss.send({ type: "TELL", count: 2 });
    await b.settle();
    const owing = (await b.records("boss/b")).at(-1);
    expect(owing?.body.owes).toBe(2);
    first.log.release();
    await b.settle();
    await b.pass(2500);
    const records = await b.records("boss/b");
    const settled = records.flatMap(({ body }) => body.settled ?? []);
    expect(settled).toContain(`${owing?.seq}.0`);
    expect(settled).toContain(`${owing?.seq}.1`);
    expect(records.at(-1)?.body.owes).toBe(0);
  });

  it("A11: at passivation one troupe.settled says what no record said; a new owner then owes nothing", async () => {
    await using b = await bench();
    const first = await b.start([bossKind()], { idleMs: 1000 });
    const boss = await first.host.start("boss/b");
    await boss.send({ type: "HIRE" });
    await b.pass(2500);
    expect(await b.types("boss/b")).toEqual(["troupe.started", "HIRE", "troupe.settled"]);
    await b.kill(first);
    await b.start([bossKind()]);
    await b.settle();
    expect(await b.types("boss/b")).toHaveLength(3);
  });

  it("A11: closing says what is settled, so that the next owner does nothing again", async () => {
    await using b = await bench();
    const did: string[] = [];
    const first = await b.start([counterKind(did)]);
    await (await first.host.start("counter/c")).send({ type: "ADD", by: 1 });
    await first.host[Symbol.asyncDispose]();
    await b.start([counterKind(did)]);
    await b.settle();
    expect(did).toEqual(["add 1"]);
    expect(await b.types("counter/c")).toEqual(["troupe.started", "ADD", "troupe.settled"]);
  });

  it("A11: stops reach the child, and a child that is gone stays gone", async () => {
    await using b = await bench();
    const first = await b.start([bossKind()]);
    const boss = await first.host.start("boss/b");
    await boss.send({ type: "HIRE" });
    await b.settle();
    first.log.hold("write", ({ stream }) => stream === "boss/b:hand");
    await boss.send({ type: "FIRE" });
    await b.settle();
    await b.kill(first);
    const { host } = await b.start([bossKind()]);
    await b.settle();
    expect((await b.records("boss/b:hand")).at(-1)).toMatchObject({
      type: "troupe.stopped",
      body: { status: "stopped" },
    });
    await host.actor("boss/b").send({ type: "HIRE" });
    await host.actor("boss/b").send({ type: "TELL", count: 2 });
    await b.settle();
    expect((await host.read("boss/b")).context.heard).toEqual(upTo(2));
    expect(await b.types("boss/b:hand~2")).toEqual(["troupe.started", "JOB", "JOB"]);
  });

  it("A11: an activity that is asked for and left within one append never runs", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const { host, log } = await b.start([workKind(runs)]);
    const work = await host.start("work/w");
    log.hold("write");
    const held = work.send({ type: "GO" });
    await b.settle();
    const rest = [
      work.send({ type: "CANCEL" }),
      work.send({ type: "GO" }),
      work.send({ type: "CANCEL" }),
    ];
    log.release();
    await Promise.all([held, ...rest]);
    await b.settle();
    expect(runs).toHaveLength(1);
    expect(runs[0]?.context.signal.aborted).toBe(true);
  });
});
