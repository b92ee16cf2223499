/** A11: custom actions run at least once; what they send or throw is recorded, and counts once. */
import { assign, setup } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineKind } from "../../src/actors/kind.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { counterKind } from "../support/laws-kinds.ts";

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

describe.each(EVERY_ENGINE)("actions, on $name", ({ bench }) => {
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
});
