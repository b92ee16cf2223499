/** A2, A3, A6: what an activity tells its actor while it runs. */
import { assign, createActor, setup } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { activity, type ActivityContext } from "../../src/actors/activity.ts";
import { defineKind } from "../../src/actors/kind.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";

interface Run {
  readonly context: ActivityContext;
  end(): void;
}

const Command = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("GO") }),
  z.strictObject({ type: z.literal("LEAVE") }),
]);

/** idle → working (an activity, held open by the test) → done; hears what it is told. */
function hearing(runs: Run[]) {
  return setup({
    types: {
      context: {} as { heard: readonly number[] },
      events: {} as z.infer<typeof Command> | { type: "TOLD"; n: number },
    },
    actors: {
      work: activity<undefined, string>((context) => {
        const { promise, resolve } = Promise.withResolvers<string>();
        runs.push({ context, end: () => resolve("ok") });
        return promise;
      }),
    },
  }).createMachine({
    context: { heard: [] },
    initial: "idle",
    states: {
      idle: { on: { GO: "working" } },
      working: {
        on: {
          LEAVE: "idle",
          TOLD: { actions: assign({ heard: ({ context, event }) => [...context.heard, event.n] }) },
        },
        invoke: { id: "work", src: "work", onDone: "done" },
      },
      done: {},
    },
  });
}

const hearingKind = (runs: Run[]) =>
  defineKind({ kind: "hearing", version: "1", machine: hearing(runs), events: Command });

const told = (n: number) => ({ type: "TOLD", n });

describe.each(EVERY_ENGINE)("what an activity tells its actor, on $name", ({ bench }) => {
  async function working() {
    const b = await bench();
    const runs: Run[] = [];
    const process = await b.start([hearingKind(runs)]);
    const actor = await process.host.start("hearing/h");
    await actor.send({ type: "GO" });
    return { b, runs, process, actor, [Symbol.asyncDispose]: () => b[Symbol.asyncDispose]() };
  }

  it("A3: is recorded in order and before its end, whether the machine takes it or not", async () => {
    await using w = await working();
    const [run] = w.runs;
    run?.context.tell(told(1));
    run?.context.tell({ type: "NOT_FOR_IT" });
    run?.context.tell(told(2));
    run?.end();
    const { context } = await w.actor.waitFor(({ value }) => value === "done");
    expect(context.heard).toEqual([1, 2]);
    const types = await w.b.types("hearing/h");
    expect(types.slice(1)).toEqual(["GO", "TOLD", "NOT_FOR_IT", "TOLD", "xstate.done.actor.work"]);
  });

  it("A2, A3: a replay tells nothing again; the next attempt finds it in the actor's records", async () => {
    await using w = await working();
    w.runs[0]?.context.tell(told(1));
    await w.b.settle();
    await w.b.kill(w.process);
    const { host } = await w.b.start([hearingKind(w.runs)]);
    await w.b.settle();
    expect((await host.read("hearing/h")).context.heard).toEqual([1]);
    const { context } = w.runs[1] ?? {};
    const all = await Array.fromAsync(context?.records() ?? []);
    expect(all.map(({ type }) => type)).toEqual(["troupe.started", "GO", "TOLD", "troupe.recovered"]);
    const rest = await Array.fromAsync(context?.records("hearing/h", { after: 2 }) ?? []);
    expect(rest.map(({ seq }) => seq)).toEqual([3, 4]);
    context?.tell(told(2));
    await w.b.settle();
    expect((await host.read("hearing/h")).context.heard).toEqual([1, 2]);
  });

  it("A6: is not heard once it has ended, was left, or lives on in a host that is gone", async () => {
    await using w = await working();
    const [left] = w.runs;
    await w.actor.send({ type: "LEAVE" });
    left?.context.tell(told(1));
    await w.actor.send({ type: "GO" });
    left?.context.tell(told(2));
    w.runs[1]?.end();
    await w.actor.waitFor(({ value }) => value === "done");
    w.runs[1]?.context.tell(told(3));
    await w.b.settle();
    const before = await w.b.types("hearing/h");
    expect(before.filter((type) => type === "TOLD")).toEqual([]);
    await w.b.kill(w.process);
    w.runs[1]?.context.tell(told(4));
    await w.b.settle();
    expect(await w.b.types("hearing/h")).toEqual(before);
  });

  it("S1: is refused where only the host may say it, or where JSON cannot hold it", async () => {
    await using w = await working();
    const [run] = w.runs;
    const refusedFor = (event: { readonly type: string }) => {
      try {
        run?.context.tell(event);
      } catch (error) {
        return error;
      }
      return undefined;
    };
    expect(refusedFor({ type: "xstate.done.actor.work" })).toMatchObject({ code: "EVENT_RESERVED" });
    expect(refusedFor({ type: "troupe.stopped" })).toMatchObject({ code: "EVENT_RESERVED" });
    const unfit = { ...told(1), at: new Date(0), f: () => 1 };
    expect(refusedFor(unfit)).toMatchObject({ code: "JSON_INVALID" });
    await w.b.settle();
    expect(await w.b.types("hearing/h")).toEqual(["troupe.started", "GO"]);
  });
});

it("under plain XState, what an activity tells reaches its parent until it has ended", async () => {
  const runs: Run[] = [];
  const actor = createActor(hearing(runs)).start();
  actor.send({ type: "GO" });
  runs[0]?.context.tell(told(1));
  actor.send({ type: "LEAVE" });
  actor.send({ type: "GO" });
  runs[0]?.context.tell(told(2));
  runs[1]?.context.tell(told(3));
  expect(actor.getSnapshot().context.heard).toEqual([1, 3]);
});
