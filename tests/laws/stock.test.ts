/** A12: what a zombie leaves behind while it is being replaced is found, too. */
import { assign, setup } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineKind } from "../../src/actors/kind.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { createHost } from "../../src/actors/host.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";

/** Starts a child that ends when its time has come. Its own timer keeps it open. */
function parentKind() {
  const child = setup({}).createMachine({
    initial: "waits",
    states: { waits: { after: { 1000: "over" } }, over: { type: "final" } },
  });
  const machine = setup({
    types: { context: {} as { ended: number; seen: boolean }, events: {} as { type: "GO" | "NEXT" } },
    actors: { child },
  }).createMachine({
    id: "parent",
    context: { ended: 0, seen: false },
    initial: "rests",
    on: { NEXT: { actions: assign({ seen: true }) } },
    after: { 1_000_000: ".gone" },
    states: {
      rests: { on: { GO: "leads" } },
      leads: {
        invoke: {
          src: "child",
          onDone: { target: "rests", actions: assign({ ended: ({ context }) => context.ended + 1 }) },
        },
      },
      gone: { type: "final" },
    },
  });
  return defineKind({
    kind: "parent",
    version: "1",
    machine,
    events: z.strictObject({ type: z.enum(["GO", "NEXT"]) }),
  });
}

/** Does something right before the log is read for this actor first, as whoever takes over does. */
function before(log: EventLog, stream: string, act: () => Promise<void>): EventLog {
  let done = false;
  return {
    ...log,
    async *read(asked, range) {
      if (asked === stream && !done) {
        done = true;
        await act();
      }
      yield* log.read(asked, range);
    },
  };
}

describe.each(EVERY_ENGINE)("a take-over beside a zombie, on $name", ({ bench }) => {
  it("A12: moves a child that the zombie started and settled behind the stock-taking", async () => {
    await using b = await bench();
    const zombie = await b.start([parentKind()]);
    const old = await zombie.host.start("parent/p");
    const log = await b.open();
    const nothing = { [Symbol.asyncDispose]: async () => {} };
    const lost = new AbortController().signal;
    const own: EventLog = {
      ...before(log, "parent/p", async () => {
        await old.send({ type: "GO" });
        await b.settle();
        await old.send({ type: "NEXT" }); // this record says that the child's start is settled
        await b.kill(zombie);
      }),
      claim: async () => ({ epoch: 1000, lost, ...nothing }),
      commands: { ...log.commands, serve: async () => nothing },
    };
    await using host = await createHost({
      log: own,
      kinds: [parentKind()],
      clock: b.clock,
      shared: false,
    });
    const ended = host.actor("parent/p").waitFor((parent) => parent.context.ended === 1);
    await b.pass(2000);
    expect((await ended).context.seen).toBe(true);
    await log[Symbol.asyncDispose]();
  });
});
