/** A6, A9, A12: words of those that are gone, timers of the ended, the window of ids, starts before sends. */
import { assign, raise, sendTo, setup, type AnyActorRef } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineKind, type AnyKind } from "../../src/actors/kind.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { bossKind, counterKind, timedKind } from "../support/laws-kinds.ts";

const Event = z.looseObject({ type: z.string() });

/** PAIR makes a child, and has another one greet it. */
function introKind(): AnyKind {
  const greeter = setup({ types: { events: {} as { type: "MEET"; who: AnyActorRef } } }).createMachine({
    on: { MEET: { actions: sendTo(({ event }) => event.who, { type: "HI" }) } },
  });
  const guest = setup({ types: { context: {} as { greeted: number } } }).createMachine({
    context: { greeted: 0 },
    on: { HI: { actions: assign({ greeted: ({ context }) => context.greeted + 1 }) } },
  });
  const machine = setup({
    types: { context: {} as { guest: AnyActorRef | undefined } },
    actors: { greeter, guest },
  }).createMachine({
    context: { guest: undefined },
    invoke: { id: "greeter", src: "greeter" },
    on: {
      PAIR: {
        actions: [
          assign({ guest: ({ spawn }) => spawn("guest", { id: "guest" }) }),
          sendTo("greeter", ({ context }) => ({ type: "MEET", who: context.guest })),
        ],
      },
      NOTE: { actions: assign({}) },
    },
  });
  return defineKind({ kind: "intro", version: "1", machine, events: Event });
}

describe.each(EVERY_ENGINE)("ends, on $name", ({ bench }) => {
  it("A6: the end of an earlier child of the same id is recorded, and changes nothing", async () => {
    await using b = await bench();
    const { host, log } = await b.start([bossKind()]);
    const boss = await host.start("boss/b");
    await boss.send({ type: "HIRE" });
    await b.settle();
    log.hold("write", ({ stream }) => stream === "boss/b:hand");
    await boss.send({ type: "TELL", count: 1 });
    await b.settle();
    for (const type of ["ASK", "FIRE", "HIRE"] as const) await boss.send({ type });
    log.release();
    await b.settle();
    const late = (await b.records("boss/b")).filter(({ body }) => body.stale === true);
    expect(late.map(({ type }) => type)).toEqual(["xstate.done.actor.hand"]);
    const { value, context } = await boss.snapshot();
    expect([value, context.ended]).toEqual(["leading", []]);
    expect(await b.types("boss/b:hand~2")).toEqual(["troupe.started"]);
  });

  it("A7: an actor that ended or was stopped has no timers", async () => {
    await using b = await bench();
    const machine = setup({}).createMachine({
      initial: "on",
      entry: raise({ type: "RING" }, { delay: 1000 }),
      states: { on: { on: { OFF: "off" } }, off: { type: "final" } },
    });
    const fuse: AnyKind = defineKind({ kind: "fuse", version: "1", machine, events: Event });
    const { host } = await b.start([fuse, timedKind]);
    await (await host.start("fuse/f")).send({ type: "OFF" });
    await (await host.start("timed/t")).stop();
    await b.pass(100_000);
    expect(await b.types("fuse/f")).toEqual(["troupe.started", "OFF"]);
    expect(await b.types("timed/t")).toEqual(["troupe.started", "troupe.stopped"]);
    for (const address of ["fuse/f", "timed/t"])
      expect((await b.records(address)).at(-1)?.body.owes).toBe(0);
  });

  it("A12: at a take-over every child is there before anybody's send arrives", async () => {
    await using b = await bench();
    const first = await b.start([introKind()]);
    const intro = await first.host.start("intro/i");
    await b.settle();
    first.log.hold("write", ({ stream }) => stream === "intro/i:guest");
    await intro.send({ type: "PAIR" });
    await b.settle();
    await intro.send({ type: "NOTE" }); // the parent moves last, so it is taken over last
    await b.kill(first);
    const { host } = await b.start([introKind()]);
    await b.settle();
    expect(await host.read("intro/i:guest")).toMatchObject({ context: { greeted: 1 } });
  });

  it.each([
    ["", 1e9, 20],
    [", a little longer where it rolls over", 1000, 23],
  ])(
    "A9: ids are known for a day, and the last ten thousand for longer%s",
    async (_, every, batches) => {
      await using b = await bench();
      const options = { strict: false, idleMs: 1e9, checkpointEvery: every };
      const { host } = await b.start([counterKind()], options);
      const counter = await host.start("counter/c");
      const note = (id: string) => counter.send({ type: "SAY", text: "" }, { id });
      const first = await note("first");
      const second = await note("second");
      await b.pass(25 * 3_600_000);
      await note("third");
      expect(await note("first")).toEqual(first);
      for (let batch = 0; batch < batches; batch++)
        await Promise.all(Array.from({ length: 500 }, (_, i) => note(`${batch}.${i}`)));
      await b.pass(25 * 3_600_000);
      await note("fourth");
      const { seq } = await note("first");
      expect(seq).toBeGreaterThan(10_000);
      const { seq: early } = await note(`${batches - 20}.5`);
      expect(early).toBeLessThan(2000);
      expect(await note("second")).not.toEqual(second);
    },
  );
});
