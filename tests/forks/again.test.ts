/** The same fork again, and what only looks like it: L4. */
import { assign, setup } from "xstate";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { forkInto } from "../../src/actors/fork/into.ts";
import { requestOf, type ForkOptions } from "../../src/actors/fork/request.ts";
import { createHost } from "../../src/actors/host.ts";
import { defineKind } from "../../src/actors/kind.ts";
import type { EventLog, Recorded } from "../../src/events/log/log.ts";
import { memoryLog } from "../../src/events/log/memory.ts";

const till = defineKind({
  kind: "till",
  version: "1",
  events: z.object({ type: z.literal("ADD"), n: z.number() }),
  machine: setup({
    types: {
      context: {} as { sum: number; more: unknown },
      events: {} as { type: "ADD"; n: number },
    },
  }).createMachine({
    context: { sum: 0, more: null },
    on: { ADD: { actions: assign({ sum: ({ context, event }) => context.sum + event.n }) } },
  }),
});

/** A log in which run "r" has added these. */
async function added(...all: readonly number[]): Promise<EventLog> {
  const log = memoryLog();
  await using host = await createHost({ log, kinds: [till] });
  const actor = await host.start("till/r");
  for (const n of all) await actor.send({ type: "ADD", n });
  return log;
}

const recordsOf = (log: EventLog): Promise<Recorded[]> => Array.fromAsync(log.read("till/f"));

async function forked(log: EventLog, source: EventLog, options: ForkOptions = {}) {
  return forkInto({ log, source, kinds: [till] }, "f", requestOf("r", options));
}

/** A log with the first records of another one's fork. */
async function cutShort(log: EventLog, length: number): Promise<EventLog> {
  const partly = memoryLog();
  const records = (await recordsOf(log)).slice(0, length);
  await partly.append("till/f", records, { expected: 0 });
  return partly;
}

async function sumIn(log: EventLog): Promise<number> {
  await using host = await createHost({ log, kinds: [till] });
  return (await host.read("till/f")).context.sum;
}

describe("a fork of an id that is taken", () => {
  it("L4: is the same one only if it tells the same history, whole or cut short", async () => {
    const [one, log, other] = [await added(1, 2), memoryLog(), memoryLog()];
    const told = await Array.fromAsync(one.read("till/r"));
    const [last] = await Array.fromAsync(
      (await added(1, 3)).read("till/r", { after: told.length - 1 }),
    );
    if (last === undefined) throw new Error("nothing was added");
    await other.append("till/r", [...told.slice(0, -1), last], { expected: 0 }); // they part at the end
    const made = await forked(log, one);
    const there = await recordsOf(log);
    await expect(forked(log, other)).rejects.toMatchObject({ code: "RUN_EXISTS" });
    expect(await forked(log, one)).toEqual(made);
    expect(await recordsOf(log)).toEqual(there);
    for (const length of [1, 2, 3]) {
      const partly = await cutShort(log, length);
      await expect(forked(partly, other)).rejects.toMatchObject({ code: "RUN_EXISTS" });
      expect(await recordsOf(partly)).toHaveLength(length);
      expect(await forked(partly, one)).toEqual(made);
      expect(await sumIn(partly)).toBe(3);
    }
  });
});

describe("JSON of any kind", () => {
  const set = (value: unknown): ForkOptions => ({ set: [{ actor: "till/r", path: ["more"], value }] });

  it("L7: keeps every key, also one that objects inherit", async () => {
    const [source, log] = [await added(1), memoryLog()];
    const value: unknown = JSON.parse('{"__proto__":{"a":1},"constructor":2}');
    await forked(log, source, set(value));
    await using host = await createHost({ log, kinds: [till] });
    expect(JSON.stringify((await host.read("till/f")).context.more)).toBe(JSON.stringify(value));
  });

  it("is recorded, a thousand levels deep", async () => {
    const [source, log] = [await added(1), memoryLog()];
    await forked(log, source, set(nested(1_000)));
    expect(await sumIn(log)).toBe(1);
  });

  it.each([1_001, 5_000, 20_000, 200_000])(
    "is refused as what it is, %i levels deep",
    async (depth) => {
      const [source, log] = [await added(1), memoryLog()];
      await expect(forked(log, source, set(nested(depth)))).rejects.toMatchObject({
        code: "INPUT_INVALID",
      });
      expect(await recordsOf(log)).toEqual([]);
    },
  );
});

function nested(levels: number): unknown {
  return JSON.parse("[".repeat(levels) + "]".repeat(levels));
}
