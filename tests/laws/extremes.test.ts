/** A5, L8, S1: sizes, depths and names at the edge of what there is. */
import { createMachine, fromPromise, setup, type AnyActorLogic } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineKind, type AnyKind } from "../../src/actors/kind.ts";
import { ENGINES } from "../support/laws-bench.ts";
import { counterKind, openKind, upTo } from "../support/laws-kinds.ts";

const Event = z.looseObject({ type: z.string() });

/** A machine that starts one like itself, so deep. */
function nest(depth: number): AnyActorLogic {
  if (depth === 0) return createMachine({});
  return setup({ actors: { next: nest(depth - 1) } }).createMachine({
    invoke: { id: `level-${depth}-of-a-tower`, src: "next" },
  });
}

describe.each(ENGINES)("extremes, on $name", ({ bench }) => {
  it.each([300, 1024])(
    "L8: %i KiB go through a host, a crash, a snapshot and a client's eyes",
    async (kib) => {
      await using b = await bench();
      const text = "x".repeat(kib * 1024);
      const first = await b.start([openKind()]);
      const open = await first.host.start("open/o", { input: { text } });
      await open.send({ type: "BIG", text });
      await b.kill(first);
      const { host } = await b.start([openKind()]);
      const { context } = await host.read("open/o");
      expect(context.input).toEqual({ text });
      expect(context.seen).toEqual([{ type: "BIG", text }]);
      await host.actor("open/o").send({ type: "SMALL" });
      await host[Symbol.asyncDispose]();
      const again = await b.start([openKind()]);
      expect((await again.host.read("open/o")).context.seen).toHaveLength(2);
    },
  );

  it.each([10, 40])(
    "A5: a tree %i deep grows, or the actor at its edge parks; the host goes on",
    async (depth) => {
      await using b = await bench();
      const machine = nest(depth) as AnyKind["machine"];
      const kind: AnyKind = defineKind({ kind: "tower", version: "1", machine, events: Event });
      const first = await b.start([kind, counterKind()]);
      await first.host.start("tower/t");
      await b.settle();
      expect(first.host.failed.reason).toBeUndefined();
      await b.kill(first);
      const { host } = await b.start([kind, counterKind()]);
      await b.settle();
      expect(host.failed.reason).toBeUndefined();
      expect((await host.parked()).length).toBe(depth > 20 ? 1 : 0);
      await b.kill({
        log: (await b.start([kind], { recover: false }).catch(() => undefined))?.log ?? first.log,
      });
    },
  );

  it.each([
    "a b",
    "ü/ö:~2",
    "..",
    "line\nbreak",
    "\u0000",
    "\ud800",
    "x".repeat(300),
    "constructor",
    "toString",
    "a~2",
    "",
  ])("S1: a child named %j is started, ends, and is heard; also after a crash", async (id) => {
    await using b = await bench();
    const child = setup({}).createMachine({
      initial: "on",
      states: { on: { after: { 10: "off" } }, off: { type: "final" } },
    });
    const machine = setup({ actors: { child, task: fromPromise(async () => 1) } }).createMachine({
      initial: "on",
      states: {
        on: { invoke: { id, src: "child", onDone: "next" } },
        next: { invoke: { id, src: "task", onDone: "end" } },
        end: {},
      },
    });
    const kind: AnyKind = defineKind({ kind: "odd", version: "1", machine, events: Event });
    const first = await b.start([kind]);
    await first.host.start("odd/o");
    await b.settle();
    await b.kill(first);
    const { host } = await b.start([kind]);
    await b.pass(100);
    expect(host.failed.reason).toBeUndefined();
    expect(await host.parked()).toEqual([]);
    expect(await host.read("odd/o")).toMatchObject({ value: "end" });
  });

  it("A5: a thousand actors started, told and stopped at once", async () => {
    await using b = await bench();
    const { host } = await b.start([counterKind()], { idleMs: 10 });
    await Promise.all(
      upTo(1000).map(async (n) => {
        const counter = await host.start(`counter/c${n}`);
        await Promise.all([counter.send({ type: "ADD", by: n }), counter.stop()]);
      }),
    );
    expect((await host.read("counter/c77")).context.count).toBe(77);
    const ends = await Array.fromAsync(host.records({ type: "troupe.stopped", live: false }));
    expect(ends).toHaveLength(1000);
  });
});
