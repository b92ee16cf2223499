/** A2: replay comes to the same state only where a machine is pure; in development every step runs twice to see it. */
import { assign, createMachine, setup, type AnyStateMachine } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineKind } from "../../src/actors/kind.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";

const Event = z.object({ type: z.literal("GO") });
const kindOf = (machine: AnyStateMachine) =>
  defineKind({ kind: "impure", version: "1", machine, events: Event });
const doing = (to: (context: { list: unknown[] }) => { list: unknown[] }) =>
  kindOf(
    setup({ types: { context: {} as { list: unknown[] } } }).createMachine({
      context: { list: [] },
      on: { GO: { actions: assign(({ context }) => to(context)) } },
    }),
  );
/** Answers by how often it was asked: differently when a step runs again. */
const moody = () => {
  let asked = 0;
  return () => asked++ % 3 !== 1;
};

let told = 0;
const IMPURE = [
  ["chance", () => doing(({ list }) => ({ list: [...list, Math.random()] })), "context.list[0]"],
  ["a count outside", () => doing(({ list }) => ({ list: [...list, told++] })), "context.list[0]"],
  ["the clock", () => doing(({ list }) => ({ list: [...list, performance.now()] })), "context.list[0]"],
  [
    "a guard's chance",
    () =>
      kindOf(
        createMachine({
          initial: "a",
          states: { a: { on: { GO: { guard: moody(), target: "b" } } }, b: {} },
        }),
      ),
    "value",
  ],
] as const;

describe.each(EVERY_ENGINE)("an impure machine, on $name", ({ bench }) => {
  it.each(IMPURE)(
    "A2: %s is found by the host as it is in development, before anything is written",
    async (_, kind, path) => {
      await using b = await bench();
      const { host } = await b.start([kind()]);
      const actor = await host.start("impure/i");
      await expect(actor.send({ type: "GO" })).rejects.toMatchObject({
        code: "MACHINE_IMPURE",
        data: { path },
      });
      expect(await b.types("impure/i")).toEqual(["troupe.started"]);
    },
  );

  it("A2: a change in place throws where it is made, and the context stays as it was", async () => {
    await using b = await bench();
    const inPlace = doing((context) => {
      context.list.push(1);
      return context;
    });
    const { host } = await b.start([inPlace]);
    const actor = await host.start("impure/i");
    await actor.send({ type: "GO" });
    const { status, context, error } = await actor.snapshot();
    expect([status, context.list]).toEqual(["error", []]);
    expect(error).toMatchObject({ name: "TypeError" });
  });

  it("A2: where steps run once, what is impure parks its actor at the next load", async () => {
    await using b = await bench();
    const [, chance] = IMPURE[0];
    const first = await b.start([chance()], { strict: false });
    await (await first.host.start("impure/i")).send({ type: "GO" });
    await b.kill(first);
    const { host } = await b.start([chance()], { strict: false });
    await expect(host.actor("impure/i").send({ type: "GO" })).rejects.toMatchObject({
      code: "ACTOR_PARKED",
    });
    expect(await host.parked()).toMatchObject([{ seq: 2, code: "REPLAY_DIVERGED" }]);
  });
});
