/** A5: a fault of one actor's code is that actor's own: never the host's, nor another's. */
import { fromCallback, fromObservable, fromPromise, setup, type AnyActorLogic } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { activity } from "../../src/actors/activity.ts";
import { defineKind, type AnyKind } from "../../src/actors/kind.ts";
import { type Bench } from "../support/laws-bench.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { counterKind } from "../support/laws-kinds.ts";

const Event = z.looseObject({ type: z.string() });

/** Invokes some logic in `on`, sends it PING, and notes how it ended. */
function invokerKind(logic: AnyActorLogic, input: unknown = {}): AnyKind {
  const machine = setup({ actors: { logic } }).createMachine({
    initial: "off",
    states: {
      off: { on: { GO: "on" } },
      on: {
        invoke: { id: "it", src: "logic", input: input as never, onDone: "ended", onError: "failed" },
        on: {
          OFF: "off",
          PING: {
            actions: ({ self }) => self.getSnapshot().children["it"]?.send({ type: "PING" } as never),
          },
        },
      },
      ended: {},
      failed: {},
    },
  });
  return defineKind({ kind: "invoker", version: "1", machine, events: Event });
}

const boom = (): never => {
  throw new Error("boom");
};

async function goesOn(b: Bench, kind: AnyKind, sends: readonly string[]): Promise<unknown> {
  const { host } = await b.start([kind, counterKind()]);
  const actor = await host.start("invoker/i");
  for (const type of sends) await actor.send({ type }).catch(() => {});
  await b.pass(10_000);
  expect(host.failed.reason).toBeUndefined();
  const counter = await (host.start as (a: string) => ReturnType<typeof host.start>)("counter/c");
  await counter.send({ type: "ADD", by: 1 });
  const { value, status } = (await host.read("invoker/i")) as { value: unknown; status: string };
  return status === "active" ? value : status;
}

describe.each(EVERY_ENGINE)("faults, on $name", ({ bench }) => {
  it.each<[string, AnyActorLogic, readonly string[], string]>([
    ["a promise that throws at once", fromPromise(boom), ["GO"], "failed"],
    ["an activity that throws at once", activity(boom), ["GO"], "failed"],
    ["a callback that throws at once", fromCallback(boom), ["GO"], "failed"],
    ["a callback whose clean-up throws", fromCallback(() => boom), ["GO", "OFF"], "off"],
    [
      "a callback whose receiver throws",
      fromCallback(({ receive }) => receive(boom)),
      ["GO", "PING"],
      "failed",
    ],
    [
      "an observable that throws on subscription",
      fromObservable(() => ({ subscribe: boom })),
      ["GO"],
      "failed",
    ],
    [
      "an observable whose unsubscribe throws",
      fromObservable(() => ({ subscribe: () => ({ unsubscribe: boom }) })),
      ["GO", "OFF"],
      "off",
    ],
    ["a timeout setting that throws", activity(async () => 1, { timeoutMs: boom }), ["GO"], "failed"],
    ["a retry setting that throws", activity(async () => 1, { retry: boom }), ["GO"], "failed"],
    [
      "a `when` that throws",
      activity(async () => boom(), { retry: { maxAttempts: 3, when: boom } }),
      ["GO"],
      "failed",
    ],
    ["an output that is no JSON", activity(async () => new Map()), ["GO"], "failed"],
    [
      "a rejection with nothing",
      activity(async () => Promise.reject(undefined as unknown as Error)),
      ["GO"],
      "failed",
    ],
    [
      "progress that is no JSON",
      activity(async ({ progress }) => progress(1n as never)),
      ["GO"],
      "ended",
    ],
  ])("A5: %s hurts nobody else", async (_, logic, sends, value) => {
    await using b = await bench();
    expect(await goesOn(b, invokerKind(logic), sends)).toBe(value);
  });

  it("A5: callbacks of the user that throw (progress, warn, listeners) hurt nobody", async () => {
    await using b = await bench();
    const kind = invokerKind(activity(async ({ progress, log }) => (progress(1), log("x"), 1)));
    const { host } = await b.start([kind, counterKind()], { onProgress: boom, warn: boom });
    const actor = await host.start("invoker/i");
    const counter = await host.start("counter/c");
    (counter.on as (type: string, listener: () => void) => unknown)("*", boom);
    await actor.send({ type: "GO" });
    await counter.send({ type: "SAY", text: "x" });
    await b.settle();
    expect(host.failed.reason).toBeUndefined();
    expect(((await host.read("invoker/i")) as { value: unknown }).value).toBe("ended");
  });

  it("A5: a predicate that throws fails its own waitFor only", async () => {
    await using b = await bench();
    const { host } = await b.start([counterKind()]);
    const counter = await host.start("counter/c");
    await expect(counter.waitFor(boom)).rejects.toThrow("boom");
    const later = counter.waitFor((s) => s.context.count > 0 && boom());
    await counter.send({ type: "ADD", by: 1 });
    await expect(later).rejects.toThrow("boom");
    expect(host.failed.aborted).toBe(false);
  });

  it.each([100, 1000, 3000, 10_000, 100_000])(
    "S1: JSON nested %i deep is taken or refused",
    async (depth) => {
      await using b = await bench();
      const machine = setup({}).createMachine({ on: { "*": { actions: () => {} } } });
      const kind: AnyKind = defineKind({ kind: "deep", version: "1", machine, events: Event });
      const { host } = await b.start([kind]);
      const actor = await host.start("deep/d");
      let deep: unknown = 1;
      for (let i = 0; i < depth; i++) deep = [deep];
      await actor.send({ type: "DEEP", deep }).catch(() => {});
      await b.settle();
      expect(host.failed.reason).toBeUndefined();
      expect(await host.parked()).toEqual([]);
      await actor.send({ type: "FLAT" });
      await b.start([kind], { recover: false }).catch(() => {});
      await host.read("deep/d");
    },
  );
});
