/** Which partitions a host takes at all: A5 of kinds and versions, and clocks. */
import { describe, expect, it } from "vitest";
import { fromPromise, setup } from "xstate";
import { z } from "zod";
import { connect } from "../../src/actors/client.ts";
import { createHost } from "../../src/actors/host.ts";
import { defineKind } from "../../src/actors/kind.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { memoryStore } from "../../src/events/log/memory-store.ts";
import { counterKind } from "../support/laws-kinds.ts";

/** Waits for ever: it is open from its first record on. */
function waitingKind(version: string) {
  const machine = setup({
    actors: { wait: fromPromise(() => new Promise<never>(() => {})) },
  }).createMachine({
    initial: "waits",
    states: { waits: { invoke: { src: "wait" } } },
  });
  return defineKind({ kind: "waiting", version, machine, events: z.never() });
}

const shared = () => {
  const store = memoryStore({ partitions: 2 });
  return () => memoryLog({ store, shared: true });
};

const skewed = (log: EventLog, aheadMs: number, withinMs: number): EventLog => ({
  ...log,
  ...(log.members !== undefined && {
    members: { ...log.members, skew: async () => ({ aheadMs, withinMs }) },
  }),
});

describe("a host among others", () => {
  it("A5: leaves a partition whose open actors it has no kind for to one that has it", async () => {
    const open = shared();
    await using able = await createHost({ log: open(), kinds: [counterKind(), waitingKind("1")] });
    await able.start("waiting/a");
    await able.start("waiting/b");
    await using lacking = await createHost({ log: open(), kinds: [counterKind()] });
    await expect.poll(() => lacking.placement().refuses).toEqual([0, 1]);
    await expect.poll(() => able.placement().partitions).toEqual([0, 1]);
    expect(lacking.placement().partitions).toEqual([]);
    await lacking.start("counter/c"); // it may ask all the same
  });

  it("A5: alone, it is refused, and says what it lacks", async () => {
    const open = shared();
    {
      await using able = await createHost({ log: open(), kinds: [waitingKind("10")] });
      await able.start("waiting/a");
    }
    const lacking = createHost({ log: open(), kinds: [counterKind()] });
    await expect(lacking).rejects.toMatchObject({
      code: "KIND_UNKNOWN",
      data: { missing: ["waiting"] },
    });
    const older = createHost({ log: open(), kinds: [waitingKind("9")] });
    await expect(older).rejects.toMatchObject({
      code: "KIND_NEWER",
      data: { kind: "waiting", version: "10", own: "9" },
    });
    await using newer = await createHost({ log: open(), kinds: [waitingKind("11")] });
    expect(newer.placement().partitions).toEqual([0, 1]);
  });

  it("A5: gives a partition away for a kind that it lacks, to a host that has all kinds", async () => {
    const open = shared();
    await using older = await createHost({ log: open(), kinds: [counterKind()] });
    await using newer = await createHost({ log: open(), kinds: [counterKind(), waitingKind("1")] });
    await expect.poll(() => older.placement().partitions).toHaveLength(1);
    await expect.poll(() => newer.placement().partitions).toHaveLength(1);
    await using client = await connect({ log: open(), kinds: [waitingKind("1")] });
    for (const root of "abcdef") await client.start(`waiting/${root}`); // in both partitions
    await expect.poll(() => newer.placement().partitions).toEqual([0, 1]);
    expect(older.placement()).toMatchObject({ partitions: [], refuses: [0, 1] });
    await older.start("counter/c"); // it may ask all the same
  });

  it("A5: keeps its partition where no host has all kinds, and says which host lacks what", async () => {
    const open = shared();
    await using lacking = await createHost({ log: open(), kinds: [counterKind()], name: "old" });
    await using _other = await createHost({ log: open(), kinds: [waitingKind("1")] });
    await expect.poll(() => lacking.placement().partitions).toHaveLength(1);
    const kept = lacking.placement().partitions;
    await using client = await connect({ log: open(), kinds: [waitingKind("1")] });
    const refused = await Promise.allSettled(
      Array.from("abcdef", (root) => client.start(`waiting/${root}`)),
    );
    const reasons = refused.flatMap((one) =>
      one.status === "rejected" ? [one.reason as unknown] : [],
    );
    expect(reasons.length).toBeGreaterThan(0);
    for (const reason of reasons)
      expect(reason).toMatchObject({
        code: "KIND_UNKNOWN",
        message: expect.stringContaining('the host "old"') as string,
        data: { kind: "waiting", host: "old" },
      });
    expect(lacking.placement()).toMatchObject({ partitions: kept, refuses: [] });
  });

  it.each([
    [501, 0, []],
    [-501, 0, []],
    [700, 250, [0, 1]],
    [499, 0, [0, 1]],
  ])("with a clock %i ms ahead, known within %i ms, owns %j", async (aheadMs, withinMs, owned) => {
    const open = shared();
    const said: string[] = [];
    const log = skewed(open(), aheadMs, withinMs);
    await using host = await createHost({
      log,
      kinds: [counterKind()],
      warn: (m) => void said.push(m),
    });
    expect(host.placement().partitions).toEqual(owned);
    expect(said.some((message) => message.includes("clock"))).toBe(owned.length === 0);
  });

  it("that cannot go on gives all it has to the others, and says why", async () => {
    const open = shared();
    let broken = false;
    const at = (): void => {
      if (broken) throw new Error("out of order");
    };
    await using failing = await createHost({ log: open(), kinds: [counterKind()], at });
    const counter = await failing.start("counter/c");
    await using other = await createHost({ log: open(), kinds: [counterKind()] });
    await expect.poll(() => other.placement().partitions.length).toBe(1);
    broken = true;
    for (const root of "abcdef")
      // some of them lie in its partition
      await failing.start(`counter/${root}`).catch(() => {});
    await expect.poll(() => other.placement().partitions).toEqual([0, 1]);
    expect(failing.failed.reason).toMatchObject({ message: "out of order" });
    await expect(counter.send({ type: "ADD", by: 1 })).rejects.toMatchObject({ code: "HOST_FAILED" });
    await other.actor("counter/c").send({ type: "ADD", by: 1 });
  });

  it("refuses to share a log that cannot be shared", async () => {
    const refused = createHost({ log: memoryLog(), kinds: [counterKind()], shared: true });
    await expect(refused).rejects.toMatchObject({ code: "USAGE" });
  });
});
