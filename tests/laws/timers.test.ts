/** A6, A7: timers are absolute times in records, held by the fold alone. */
import { assign, cancel, raise, sendTo, setup } from "xstate";
import { describe, expect, it } from "vitest";
import type { Clock } from "../../src/actors/clock.ts";
import { z } from "zod";
import { defineKind } from "../../src/actors/kind.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { timedKind } from "../support/laws-kinds.ts";

const MINUTE = 60_000;

describe.each(EVERY_ENGINE)("timers, on $name", ({ bench }) => {
  it("A7: a timer fires at its time, once, and its due time stands in the record", async () => {
    await using b = await bench();
    const { host } = await b.start([timedKind]);
    const timed = await host.start("timed/t");
    const [birth] = await b.records("timed/t");
    expect(Object.values(birth?.body.dues ?? {})).toEqual([(birth?.at ?? 0) + MINUTE]);
    await b.pass(MINUTE - 1);
    expect((await timed.snapshot()).value).toBe("waiting");
    await b.pass(1);
    expect((await timed.snapshot()).value).toBe("late");
    await b.pass(10 * MINUTE);
    expect((await timed.snapshot()).context.rang).toBe(1);
  });

  it("A7: it fires after a restart, at its old time or, if that is past, at once", async () => {
    await using b = await bench();
    const first = await b.start([timedKind]);
    await first.host.start("timed/a");
    await b.pass(MINUTE / 2);
    await first.host.start("timed/b");
    await b.kill(first);
    await b.pass(MINUTE);
    const second = await b.start([timedKind]);
    await b.pass(0);
    expect((await second.host.read("timed/a")).value).toBe("late");
    expect((await second.host.read("timed/b")).value).toBe("late");
    await second.host.start("timed/c");
    await b.pass(MINUTE / 2);
    await b.kill(second);
    const third = await b.start([timedKind]);
    await b.pass(MINUTE / 2 - 1);
    expect((await third.host.read("timed/c")).value).toBe("waiting");
    await b.pass(1);
    expect((await third.host.read("timed/c")).value).toBe("late");
    expect(await b.types("timed/c")).toHaveLength(2);
  });

  it("A7: a delay that chance or settings decide is decided once: the record's due time holds", async () => {
    await using b = await bench();
    let delayMs = MINUTE;
    const machine = setup({ delays: { moody: () => delayMs } }).createMachine({
      initial: "waiting",
      states: { waiting: { after: { moody: "late" } }, late: {} },
    });
    const kind = defineKind({ kind: "moody", version: "1", machine, events: z.never() });
    const first = await b.start([kind], { strict: false });
    await first.host.start("moody/m");
    await b.kill(first);
    delayMs = 10 * MINUTE;
    const { host } = await b.start([kind], { strict: false });
    await b.pass(MINUTE - 1);
    expect((await host.read("moody/m")).value).toBe("waiting");
    await b.pass(1);
    expect((await host.actor("moody/m").snapshot()).value).toBe("late");
  });

  it("A7: a year of down time is no more than a minute's", async () => {
    await using b = await bench();
    const first = await b.start([timedKind]);
    await first.host.start("timed/t");
    await b.kill(first);
    await b.pass(365 * 24 * 60 * MINUTE);
    const { host } = await b.start([timedKind]);
    await b.pass(0);
    expect((await host.read("timed/t")).context.rang).toBe(1);
  });

  it("A7: leaving the state cancels it; coming back arms it anew; also over restarts", async () => {
    await using b = await bench();
    const first = await b.start([timedKind]);
    const timed = await first.host.start("timed/t");
    await b.pass(MINUTE / 2);
    await timed.send({ type: "LEAVE" });
    await b.pass(MINUTE);
    expect((await timed.snapshot()).value).toBe("away");
    await timed.send({ type: "BACK" });
    await b.pass(MINUTE / 2);
    await b.kill(first);
    const { host } = await b.start([timedKind]);
    await b.pass(MINUTE / 2 - 1);
    expect((await host.read("timed/t")).value).toBe("waiting");
    await b.pass(1);
    expect((await host.read("timed/t")).value).toBe("late");
  });

  it("A6: a firing that waits behind the event that cancels it changes nothing", async () => {
    await using b = await bench();
    const { host, log } = await b.start([timedKind]);
    const timed = await host.start("timed/t");
    await b.pass(MINUTE - 1);
    log.hold("write");
    const left = timed.send({ type: "LEAVE" });
    await b.pass(1);
    const back = timed.send({ type: "BACK" });
    await b.pass(5);
    log.release();
    await Promise.all([left, back]);
    await b.settle();
    expect((await timed.snapshot()).value).toBe("waiting");
    expect(await b.types("timed/t")).toEqual(["troupe.started", "LEAVE", "BACK"]);
    await b.pass(MINUTE);
    expect((await timed.snapshot()).context.rang).toBe(1);
  });

  it("A7: passivated or not, an actor's timer wakes it", async () => {
    await using b = await bench();
    const { host } = await b.start([timedKind], { idleMs: 1000 });
    const timed = await host.start("timed/t");
    await b.pass(MINUTE);
    expect((await timed.snapshot()).value).toBe("late");
  });

  it("A7: time never runs backwards within an actor, whatever the clock says", async () => {
    await using b = await bench();
    let slip = 0;
    const clock: Clock = {
      now: () => b.clock.now() - slip,
      after: (ms, call) => b.clock.after(ms, call),
    };
    const { host } = await b.start([timedKind], { clock });
    const timed = await host.start("timed/t");
    await timed.send({ type: "LEAVE" });
    slip = 5000;
    await timed.send({ type: "BACK" });
    const times = (await b.records("timed/t")).map(({ at }) => at);
    expect(times).toEqual([...times].sort((x, y) => x - y));
    expect(times[2]).toBe(times[1]);
  });

  it("A7: named delayed sends are cancelled and replaced by name, and survive a crash", async () => {
    await using b = await bench();
    const Event = z.object({ type: z.enum(["ARM", "CANCEL", "FAR"]) });
    const machine = setup({
      types: {
        context: {} as { rings: string[] },
        events: {} as z.infer<typeof Event> | { type: "RING" } | { type: "SELF" },
      },
    }).createMachine({
      context: { rings: [] },
      on: {
        ARM: { actions: raise({ type: "RING" }, { id: "r", delay: 1000 }) },
        FAR: { actions: sendTo(({ self }) => self, { type: "SELF" }, { id: "s", delay: 2000 }) },
        CANCEL: { actions: cancel("r") },
        "*": { actions: assign({ rings: ({ context, event }) => [...context.rings, event.type] }) },
      },
    });
    const kind = defineKind({ kind: "bell", version: "1", machine, events: Event });
    const first = await b.start([kind]);
    const bell = await first.host.start("bell/b");
    for (const type of ["ARM", "FAR", "CANCEL", "ARM"] as const) await bell.send({ type });
    await b.pass(500);
    await bell.send({ type: "ARM" });
    await b.kill(first);
    const { host } = await b.start([kind]);
    await b.pass(999);
    expect((await host.read("bell/b")).context.rings).toEqual([]);
    await b.pass(5000);
    expect((await host.read("bell/b")).context.rings).toEqual(["RING", "SELF"]);
  });
});
