/** A5, A15: what another version recorded, as the present one is shown it. */
import { assign, setup } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineKind, type AnyKind } from "../../src/actors/kind.ts";
import type { Upcast } from "../../src/actors/versions.ts";
import { ENGINES, type Bench, type Engine } from "../support/laws-bench.ts";
import { sameFromStart, watchedLoad } from "../support/laws-rollover.ts";

const [memory] = ENGINES as readonly [Engine, ...Engine[]]; // as they stand there
const A = "sum/s";

/** Sums up what stands under `field`, from what its input says under `start`. */
function sumKind(version: string, field: "by" | "amount", upcast?: Upcast): AnyKind {
  const start = field === "by" ? "from" : "start";
  const machine = setup({
    types: { context: {} as { n: number }, events: {} as { type: string; [key: string]: unknown } },
    actions: {
      add: assign({ n: ({ context, event }) => context.n + Number(event[field]) }),
    },
  }).createMachine({
    context: ({ input }) => ({ n: Number((input as Record<string, number>)[start]) }),
    on: { ADD: { actions: "add" } },
  });
  const events = z.looseObject({ type: z.literal("ADD") });
  return defineKind({ kind: "sum", version, machine, events, ...(upcast !== undefined && { upcast }) });
}

const upcast: Upcast = {
  event: ({ by = null, ...event }) => ({ ...event, amount: by }),
  input: (input) => ({ start: (input as { from: number }).from }),
};

async function summed(b: Bench): Promise<void> {
  const first = await b.start([sumKind("1", "by")], { snapshotEvery: 2 });
  const sum = await first.host.start(A, { input: { from: 5 } } as never);
  for (const by of [1, 2, 3, 4]) await sum.send({ type: "ADD", by } as never);
  await b.settle();
  await first.host[Symbol.asyncDispose]();
}

describe("upcast", () => {
  it("A5: a machine that is shown old events in their new shape goes on, and the log is what it was", async () => {
    await using b = await memory.bench();
    await summed(b);
    const before = await b.records(A);
    const kind = sumKind("2", "amount", upcast);
    const { host } = await b.start([kind]);
    await host.start(A, { input: { start: 5 } } as never); // it is the same input, in its new shape
    await host.actor(A).send({ type: "ADD", amount: 10 } as never);
    expect(await host.read(A)).toMatchObject({ context: { n: 25 } });
    expect(await host.parked()).toEqual([]);
    expect((await b.records(A)).slice(0, before.length)).toEqual(before);
    await sameFromStart(b, [kind], A);
  });

  it("A5: without one it parks at the first record that comes out otherwise", async () => {
    await using b = await memory.bench();
    await summed(b);
    for (const partly of [undefined, { event: upcast.event }, { input: upcast.input }] as Upcast[]) {
      const load = watchedLoad(b, [sumKind("2", "amount", partly)], A);
      const seq = partly?.input === undefined ? 1 : 2;
      await expect(load).rejects.toMatchObject({ code: "REPLAY_DIVERGED", data: { seq } });
    }
  });

  it("A9: a command that an earlier version took is known again, though the schema takes no such event now", async () => {
    await using b = await memory.bench();
    const first = await b.start([sumKind("1", "by")]);
    const sum = await first.host.start(A, { input: { from: 5 } } as never);
    const pay = [{ type: "ADD", by: 3 } as never, { id: "pay-1" }] as const;
    const sent = await sum.send(...pay);
    await first.host[Symbol.asyncDispose]();

    const kind = sumKind("2", "amount", upcast);
    const events = z.strictObject({ type: z.literal("ADD"), amount: z.number() });
    const { host } = await b.start([{ ...kind, events }]);
    expect(await host.actor(A).send(...pay)).toEqual(sent);
    for (const options of [{ id: "pay-2" }, {}])
      await expect(host.actor(A).send(pay[0], options)).rejects.toMatchObject({
        code: "EVENT_INVALID",
      });
    const nobody = host.actor("sum/nobody").send(pay[0], { id: "pay-1" });
    await expect(nobody).rejects.toMatchObject({ code: "EVENT_INVALID" });
    expect(await b.types(A)).toEqual(["troupe.started", "ADD"]);
    expect(await host.read(A)).toMatchObject({ context: { n: 8 } });
  });

  it("A14: another upcast is other code: no snapshot of it counts, and what its own version wrote it is not shown", async () => {
    await using b = await memory.bench();
    await summed(b);
    const second = await b.start([sumKind("2", "amount", upcast)], { snapshotEvery: 2 });
    for (let n = 0; n < 20; n++) await second.host.actor(A).send({ type: "ADD", amount: 1 } as never);
    await b.settle();
    await second.host[Symbol.asyncDispose]();
    const wrong: Upcast = {
      ...upcast,
      event: ({ by = null, ...event }) => ({ ...event, amount: by, x: 1 }),
    };
    expect((await watchedLoad(b, [sumKind("2", "amount", upcast)], A)).first).toBeGreaterThan(1);
    const whole = await watchedLoad(b, [sumKind("2", "amount", wrong)], A);
    expect(whole.first).toBe(1);
    expect(whole.fold.state.snapshot).toMatchObject({ context: { n: 35 } });
  });

  it.each<[string, Upcast]>([
    ["no event", { ...upcast, event: () => ({ by: 1 }) as never }],
    ["nothing", { ...upcast, event: () => undefined as never }],
    ["what is no JSON", { ...upcast, event: (event) => ({ ...event, at: new Date(0) }) as never }],
    ["an input that is no JSON", { ...upcast, input: () => (() => {}) as never }],
  ])("A5: one that answers %s is found out", async (_, wrong) => {
    await using b = await memory.bench();
    await summed(b);
    await expect(watchedLoad(b, [sumKind("2", "amount", wrong)], A)).rejects.toMatchObject({
      code: "UPCAST_INVALID",
    });
  });

  it("A5: one that throws parks its actor", async () => {
    await using b = await memory.bench();
    await summed(b);
    const broken: Upcast = {
      ...upcast,
      event: () => {
        throw new Error("what is that?");
      },
    };
    const { host } = await b.start([sumKind("2", "amount", broken)]);
    await expect(host.actor(A).send({ type: "ADD", amount: 1 } as never)).rejects.toMatchObject({
      code: "ACTOR_PARKED",
      message: expect.stringContaining(
        'record 2 of "sum/s" ("ADD") of version 1 cannot be shown to version 2: what is that?',
      ),
    });
  });
});
