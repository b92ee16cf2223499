/** A2, A7, A15: what a machine may know of time is the time of its record. */
import { assign, createActor, enqueueActions, setup } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineKind } from "../../src/actors/kind.ts";
import { now } from "../../src/events/now.ts";
import { ENGINES, type Engine } from "../support/laws-bench.ts";
import { stubborn } from "../support/laws-crash.ts";
import { upTo } from "../support/laws-kinds.ts";
import { sameFromStart } from "../support/laws-rollover.ts";

const [memory] = ENGINES as readonly [Engine]; // it stands first there

const Event = z.discriminatedUnion("type", [
  z.strictObject({ type: z.enum(["LOOK", "EVEN", "RING", "HIRE", "ACT"]) }),
]);

/** Notes the time wherever a machine can ask for it; `acted` gets what a custom action sees. */
function watchKind(acted: number[] = []) {
  const hand = setup({
    types: { input: {} as { at: number }, context: {} as { given: number; born: number } },
  }).createMachine({ context: ({ input }) => ({ given: input.at, born: now() }) });
  const machine = setup({
    types: {
      context: {} as { readonly born: number; readonly seen: readonly number[] },
      events: {} as z.infer<typeof Event>,
      emitted: {} as { readonly type: "watch.looked"; readonly at: number },
    },
    actors: { hand },
    guards: { even: () => now() % 2 === 0 },
    actions: { act: () => void acted.push(now()) },
    delays: { toTheMinute: () => 60_000 - (now() % 60_000) },
  }).createMachine({
    context: () => ({ born: now(), seen: [] }),
    initial: "open",
    on: {
      LOOK: {
        actions: enqueueActions(({ enqueue, context }) => {
          enqueue.assign({ seen: [...context.seen, now()] });
          enqueue.emit({ type: "watch.looked", at: now() });
        }),
      },
      EVEN: {
        guard: "even",
        actions: assign({ seen: ({ context }) => [...context.seen, now()] }),
      },
      ACT: { actions: "act" },
    },
    states: {
      open: { on: { RING: "ringing", HIRE: "hiring" } },
      ringing: {
        after: {
          toTheMinute: {
            target: "open",
            guard: () => now() % 60_000 === 0,
            actions: assign({ seen: ({ context }) => [...context.seen, now()] }),
          },
        },
      },
      hiring: { invoke: { id: "hand", src: "hand", input: () => ({ at: now() }) } },
    },
  });
  return [
    defineKind({ kind: "watch", version: "1", machine, events: Event }),
    defineKind({ kind: "hand", version: "1", machine: hand, events: z.never() }),
  ] as const;
}

/** A clock that is later each time that it is looked at. */
function hurried(start: number): () => number {
  let at = start;
  return () => at++;
}

describe.each(ENGINES)("the time of a record, on $name", ({ bench }) => {
  it.each([true, false])(
    "A2, A15: is what a step sees, live and in every replay (strict: %s)",
    async (strict) => {
      await using b = await bench();
      const first = await b.start(watchKind(), { strict });
      const watch = await first.host.start("watch/w");
      const ats: number[] = [b.clock.now()];
      for (const ms of [7, 0, 1000]) {
        await b.pass(ms);
        ats.push(b.clock.now());
        await watch.send({ type: "LOOK" });
      }
      const records = await b.records("watch/w");
      expect(records.map(({ at }) => at)).toEqual(ats);
      expect(records.slice(1).map(({ body }) => body.facts)).toEqual(
        ats.slice(1).map((at) => [{ type: "watch.looked", at }]),
      );
      await b.pass(5000);
      const [born] = ats;
      for (const seq of upTo(4)) {
        const past = await first.host.read("watch/w", { at: seq });
        expect(past.context).toEqual({ born, seen: ats.slice(1, seq) });
      }
      await b.kill(first);
      await b.pass(60_000);
      const { host } = await b.start(watchKind(), { strict });
      await host.actor("watch/w").send({ type: "LOOK" });
      expect((await host.actor("watch/w").snapshot()).context).toEqual({
        born,
        seen: [...ats.slice(1), b.clock.now()],
      });
      await sameFromStart(b, watchKind(), "watch/w");
    },
  );

  it("A2: is the same in a guard and in the step behind it: what a guard takes is never unhandled", async () => {
    await using b = await bench();
    const clock = { ...b.clock, now: hurried(b.clock.now()) };
    const { host } = await b.start(watchKind(), { clock });
    const watch = await host.start("watch/w");
    const sent = await Promise.allSettled(upTo(40).map(() => watch.send({ type: "EVEN" })));
    const taken = sent.filter(({ status }) => status === "fulfilled").length;
    expect(taken).toBeGreaterThan(0);
    const records = (await b.records("watch/w")).slice(1);
    expect(records).toHaveLength(taken);
    expect(records.every(({ at, body }) => at % 2 === 0 && body.handled !== false)).toBe(true);
    expect((await watch.snapshot()).context.seen).toEqual(records.map(({ at }) => at));
  });

  it("A7: is what a delay counts from, and no less than due when it fires, however the clock is set back", async () => {
    await using b = await bench();
    let backMs = 0;
    const clock = { ...b.clock, now: () => b.clock.now() - backMs };
    const { host } = await b.start(watchKind(), { clock });
    const watch = await host.start("watch/w");
    await watch.send({ type: "RING" });
    const [, ringing] = await b.records("watch/w");
    const { at = 0, body } = ringing ?? {};
    const due = Math.ceil(at / 60_000) * 60_000;
    expect(Object.values(body?.dues ?? {})).toEqual([due]);
    await b.pass(due - at - 1);
    backMs = 3_600_000; // from now on the clock says an hour less
    await watch.send({ type: "LOOK" });
    await b.pass(1);
    await b.pass(3_600_000);
    const records = await b.records("watch/w");
    const ats = records.map((one) => one.at);
    expect(ats).toEqual(ats.toSorted((x, y) => x - y));
    expect(records.at(-1)).toMatchObject({ at: due, body: { state: "open" } });
    expect((await watch.snapshot()).context.seen).toEqual([at, due]);
  });

  it("A15: is what a child is given and born with", async () => {
    await using b = await bench();
    const { host } = await b.start(watchKind());
    const watch = await host.start("watch/w");
    await b.pass(10);
    await watch.send({ type: "HIRE" });
    await b.settle();
    const [, hiring] = await b.records("watch/w");
    const [birth] = await b.records("hand/w:hand");
    const { context } = await host.read("hand/w:hand");
    expect(context).toEqual({ given: hiring?.at, born: birth?.at });
  });

  it("A2: is not what a custom action sees: it runs outside, by the clock of the process", async () => {
    await using b = await bench();
    const acted: number[] = [];
    const before = Date.now();
    const { host } = await b.start(watchKind(acted));
    await (await host.start("watch/w")).send({ type: "ACT" });
    expect(acted).toHaveLength(1);
    expect(acted[0]).toBeGreaterThanOrEqual(before);
    expect(now()).toBeGreaterThanOrEqual(acted[0] ?? Infinity);
  });
});

it("A3: after a crash at any moment each record replays to its own time", async () => {
  for (let nth = 1, crashed = true; crashed; nth++) {
    crashed = false;
    let left = nth;
    const at = (where: string): void => {
      if (where !== "before-append" && where !== "after-append") return;
      if (--left !== 0) return;
      crashed = true;
      throw new Error("crash");
    };
    await using b = await memory.bench();
    const user = stubborn(b, watchKind(), { at, clock: { ...b.clock, now: hurried(1e12) } });
    await user.ask((host) => host.start("watch/w"));
    for (const id of ["1", "2", "3"])
      await user.ask((host) => host.actor("watch/w").send({ type: "LOOK" }, { id }));
    await user.settle();
    const { context } = await user.ask((host) => host.read("watch/w"));
    const looks = (await b.records("watch/w")).filter(({ type }) => type === "watch.looked");
    expect(context.seen).toEqual(looks.map((one) => one.at));
    await sameFromStart(b, watchKind(), "watch/w");
  }
});

it("without a host it is the clock of the process", () => {
  const before = Date.now();
  const actor = createActor(watchKind()[0].machine).start();
  actor.send({ type: "LOOK" });
  const { born, seen } = actor.getSnapshot().context;
  const times = [before, born, ...seen, Date.now()];
  expect(times).toEqual(times.toSorted((x, y) => x - y));
});
