/** A11: every effect has a recorded fate. */
import { describe, expect, it } from "vitest";
import { stubborn } from "../support/laws-crash.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { bossKind, counterKind, upTo, workKind, type Run } from "../support/laws-kinds.ts";

describe.each(EVERY_ENGINE)("effects, on $name", ({ bench }) => {
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

  it("A11: no troupe.settled where nothing is unsaid, and none twice, however long the host lives", async () => {
    await using b = await bench();
    const { host } = await b.start([bossKind(), counterKind()], { idleMs: 1000 });
    await (await host.start("counter/c")).send({ type: "NOTE", text: "x" });
    const boss = await host.start("boss/b");
    await boss.send({ type: "HIRE" });
    await b.pass(60_000);
    const lengths = ["counter/c", "boss/b", "boss/b:hand"].map(
      async (one) => (await b.types(one)).length,
    );
    expect(await Promise.all(lengths)).toEqual([2, 3, 1]);
    await boss.send({ type: "ASK" }); // its child ends, and says so
    await b.pass(60_000);
    expect((await b.types("boss/b")).slice(3)).toEqual(["ASK", "xstate.done.actor.hand"]);
    expect((await b.types("boss/b:hand")).slice(1)).toEqual(["QUIT", "troupe.settled"]);
  });

  it("A11: what was settled and died unsaid is delivered again, dropped by its receiver, and said then", async () => {
    await using b = await bench();
    const first = await b.start([bossKind()], { idleMs: 1e9 });
    const boss = await first.host.start("boss/b");
    await boss.send({ type: "HIRE" });
    await boss.send({ type: "TELL", count: 2 });
    await b.settle();
    await b.kill(first);
    const second = await b.start([bossKind()], { idleMs: 1000 });
    await b.pass(10_000);
    expect((await second.host.read("boss/b")).context.heard).toEqual([1, 2]);
    expect((await b.records("boss/b")).at(-1)?.body.owes).toBe(0);
    const length = (await b.records("boss/b")).length;
    await b.kill(second);
    await b.start([bossKind()], { idleMs: 1000 });
    await b.pass(10_000);
    expect(await b.records("boss/b")).toHaveLength(length);
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

  it.each(["after-append", "before-effect", "after-effect"] as const)(
    "A11: a crash %s at every moment loses no start, no stop and no end of a child",
    async (point) => {
      await using b = await bench();
      for (const nth of upTo(12)) {
        let left = nth;
        const at = (where: string): void => {
          if (where === point && --left === 0) throw new Error("crash");
        };
        const address = `boss/b${nth}` as const;
        const user = stubborn(b, [bossKind()], { at });
        await user.ask((host) => host.start(address));
        const send = (type: "HIRE" | "ASK" | "FIRE", id: string) =>
          user.ask((host) => host.actor(address).send({ type }, { id }));
        await send("HIRE", "1");
        await user.settle();
        await send("ASK", "2");
        await user.settle();
        await send("HIRE", "3");
        await user.settle();
        await send("FIRE", "4");
        await user.settle();
        const { context, value } = await user.ask((host) => host.read(address));
        expect([context.ended, value]).toEqual([[0], "alone"]);
        const children = [`${address}:hand`, `${address}:hand~2`] as const;
        const ends = await Promise.all(
          children.map(async (child) => (await b.records(child)).at(-1)?.body.status),
        );
        expect(ends).toEqual(["done", "stopped"]);
        await user.kill();
      }
    },
  );
});
