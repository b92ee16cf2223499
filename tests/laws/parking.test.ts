/** A5: what cannot be replayed or stepped parks one actor, names why, and is tried again. */
import { assign, setup } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { connect } from "../../src/actors/client.ts";
import { defineKind, type AnyKind } from "../../src/actors/kind.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { counterKind } from "../support/laws-kinds.ts";

const Event = z.looseObject({ type: z.string() });

/** Sums; the code changes with `factor`, and `fixed` code takes what the other cannot. */
function sumKind({ factor = 1, version = "1" } = {}): AnyKind {
  const machine = setup({
    types: {
      context: {} as { sum: number; last: number },
      events: {} as { type: string; by?: number },
    },
  }).createMachine({
    context: { sum: 0, last: 0 },
    initial: "open",
    states: {
      open: {
        after: { 3_600_000: "late" },
        on: {
          ADD: {
            actions: assign({
              sum: ({ context, event }) => context.sum + (event.by ?? 0) * factor,
              last: ({ event }) => event.by ?? 0,
            }),
          },
        },
      },
      late: {},
    },
  });
  return defineKind({ kind: "sum", version, machine, events: Event });
}

async function contextOf(host: { read(a: string): Promise<unknown> }): Promise<unknown> {
  return ((await host.read("sum/s")) as { context: unknown }).context;
}

describe.each(EVERY_ENGINE)("parking, on $name", ({ bench }) => {
  it("A5: code that changed the past parks the actor with record, state and context path; others go on", async () => {
    await using b = await bench();
    const first = await b.start([sumKind(), counterKind()]);
    const sum = await first.host.start("sum/s");
    await sum.send({ type: "OTHER" }).catch(() => {});
    await sum.send({ type: "ADD", by: 0 });
    await sum.send({ type: "ADD", by: 2 });
    await b.kill(first);
    const { host, talk } = await b.start([sumKind({ factor: 2, version: "2" }), counterKind()]);
    const [parked] = await host.parked();
    expect(parked).toMatchObject({ address: "sum/s", seq: 3, code: "REPLAY_DIVERGED" });
    expect(parked?.message).toContain('record 3 of "sum/s" ("ADD")');
    expect(parked?.message).toContain("context.sum differs");
    expect(parked?.message).not.toContain("context.last");
    expect(parked?.hint).toContain('version "1"');
    expect(talk.map(([message]) => message)).toContain("parked");
    await expect(host.actor("sum/s").send({ type: "ADD" })).rejects.toMatchObject({
      code: "ACTOR_PARKED",
      data: { parked: { seq: 3 } },
    });
    await expect(host.actor("sum/s").waitFor(() => true)).rejects.toMatchObject({
      code: "ACTOR_PARKED",
    });
    const counter = host.actor("counter/c");
    await expect(counter.send({ type: "END" })).rejects.toMatchObject({ code: "ACTOR_NOT_FOUND" });
    expect(await b.types("sum/s")).toHaveLength(3);
    expect(host.failed.aborted).toBe(false);
  });

  it("A5: the verdict is this load's: unpark tries again, and mended code goes on", async () => {
    await using b = await bench();
    const first = await b.start([sumKind()]);
    await (await first.host.start("sum/s")).send({ type: "ADD", by: 2 });
    await b.kill(first);
    const broken = await b.start([sumKind({ factor: 2 })]);
    expect(await broken.host.unpark("sum/s")).toMatchObject({ seq: 2 });
    expect(await broken.host.parked()).toHaveLength(1);
    await b.kill(broken);
    const mended = await b.start([sumKind()]);
    expect(await mended.host.parked()).toEqual([]);
    await mended.host.actor("sum/s").send({ type: "ADD", by: 3 });
    expect(await contextOf(mended.host)).toEqual({ sum: 5, last: 3 });
    await b.pass(3_600_000);
    expect((await mended.host.read("sum/s")) as object).toMatchObject({ value: "late" });
  });

  it("A5: skip takes the expected seq, refuses another, and every later load honours it", async () => {
    await using b = await bench();
    const first = await b.start([sumKind()]);
    const sum = await first.host.start("sum/s");
    for (const by of [1, 0, 0]) await sum.send({ type: "ADD", by });
    await b.kill(first);
    const broken = await b.start([sumKind({ factor: 2 })]);
    await expect(broken.host.skip("sum/s", 2, { expected: 3 })).rejects.toMatchObject({
      code: "LOG_WRONG_SEQUENCE",
    });
    for (const seq of [0, 1, 5])
      await expect(broken.host.skip("sum/s", seq, { expected: 4 })).rejects.toMatchObject({
        code: "RECORD_INVALID",
      });
    expect(await broken.host.skip("sum/s", 2, { expected: 4 })).toBe(5);
    expect(await broken.host.parked()).toEqual([]);
    await broken.host.actor("sum/s").send({ type: "ADD", by: 5 });
    expect(await contextOf(broken.host)).toEqual({ sum: 10, last: 5 });
    await b.kill(broken);
    const again = await b.start([sumKind({ factor: 2 })]);
    expect(await again.host.parked()).toEqual([]);
    expect(await contextOf(again.host)).toEqual({ sum: 10, last: 5 });
    expect((await b.records("sum/s"))[4]?.body.event).toEqual({ type: "troupe.skipped", seq: 2 });
  });

  it("A5: a skipped record stays out even where the code could take it again", async () => {
    await using b = await bench();
    const first = await b.start([sumKind()]);
    await (await first.host.start("sum/s")).send({ type: "ADD", by: 1 });
    await b.kill(first);
    const broken = await b.start([sumKind({ factor: 2 })]);
    await broken.host.skip("sum/s", 2, { expected: 2 });
    await b.kill(broken);
    const back = await b.start([sumKind()]);
    expect(await back.host.parked()).toEqual([]);
    await back.host.actor("sum/s").send({ type: "ADD", by: 4 });
    expect(await contextOf(back.host)).toEqual({ sum: 4, last: 4 });
  });

  it("A5: a record that was taken out after a client had read it counts no more", async () => {
    await using b = await bench();
    const first = await b.start([sumKind()]);
    await (await first.host.start("sum/s")).send({ type: "ADD", by: 1 });
    const log = await b.open();
    const client = await connect({ log, kinds: [sumKind()] });
    expect((await client.actor("sum/s").snapshot()).context).toMatchObject({ sum: 1 });
    await b.kill(first);
    const broken = await b.start([sumKind({ factor: 2 })]);
    await broken.host.skip("sum/s", 2, { expected: 2 });
    await b.kill(broken);
    const back = await b.start([sumKind()]);
    await back.host.actor("sum/s").send({ type: "ADD", by: 4 });
    expect((await client.actor("sum/s").snapshot()).context).toMatchObject({ sum: 4 });
    await client[Symbol.asyncDispose]();
    await log[Symbol.asyncDispose]();
  });

  it("A5: a healthy actor is neither skipped nor disturbed by unpark", async () => {
    await using b = await bench();
    const { host } = await b.start([sumKind()]);
    await (await host.start("sum/s")).send({ type: "ADD", by: 1 });
    await expect(host.skip("sum/s", 2, { expected: 2 })).rejects.toMatchObject({
      code: "RECORD_INVALID",
    });
    expect(await host.unpark("sum/s")).toBeUndefined();
    expect(await host.unpark("sum/nobody")).toBeUndefined();
    expect(await b.types("sum/s")).toEqual(["troupe.started", "ADD"]);
  });
});
