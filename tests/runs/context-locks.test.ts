/** Locks of a shared context, on hosts and from other processes (T-R4). */
import { describe, expect, it } from "vitest";
import { contextBench } from "../support/context-bench.ts";
import { DURABLE } from "../support/run-bench.ts";

describe.each(DURABLE)("locks of a shared context, on $name", (engine) => {
  it("S4-014: held by A, B's acquire is refused; released, B gets it", async () => {
    await using w = await contextBench(engine);
    const [near, far] = [await w.shared(), await w.far()];
    {
      await using lock = await near.acquire("plan", "A");
      expect(lock).toMatchObject({ fence: 1, until: w.bench.clock.now() + 30_000 });
      expect(await near.acquire("plan", "B")).toBeUndefined();
      expect(await far.acquire("plan", "B")).toBeUndefined();
      await expect(far.set("plan", 1, { by: "B" })).rejects.toMatchObject({
        code: "LOCK_HELD",
        data: { holder: "A" },
      });
      expect(await far.set("plan", 1, { by: "A", fence: 1 })).toBe(1);
    }
    const lock = await far.acquire("plan", "B");
    expect(lock?.fence).toBe(2);
    await lock?.release();
    await lock?.release();
    expect(lock?.lost.aborted).toBe(false);
    expect(await near.locks()).toEqual([]);
  });

  it("T-R4: only its owner releases a lock; an operator may take it, and is named", async () => {
    await using w = await contextBench(engine);
    const shared = await w.shared();
    const lock = await shared.acquire("plan", "A");
    const { host } = w;
    const stranger = { type: "RELEASE", key: "plan", owner: "B", fence: 1 } as const;
    await expect(host.actor("context/r1").send(stranger)).rejects.toMatchObject({
      code: "LOCK_NOT_OWNED",
      message: expect.stringContaining('"plan" is locked by "A"') as string,
      data: { holder: "A" },
    });
    await (await w.far()).unlock("plan", "operator");
    await w.bench.settle();
    expect(lock?.lost.aborted).toBe(true);
    expect(lock?.lost.reason).toMatchObject({ code: "LEASE_LOST" });
    await expect(lock?.renew()).rejects.toMatchObject({ code: "LEASE_LOST" });
    await expect(lock?.release()).rejects.toMatchObject({ code: "LEASE_LOST" });
    await lock?.[Symbol.asyncDispose]();
    await expect(shared.unlock("plan", "operator")).rejects.toMatchObject({ code: "LOCK_NOT_OWNED" });
    expect((await w.facts()).map(({ type }) => type)).toEqual(["lock.acquired", "lock.unlocked"]);
  });

  it("T-R4: a lease outlives its host, lapses at its time, and goes to the next; a late write is refused", async () => {
    await using w = await contextBench(engine);
    const shared = await w.shared();
    await shared.set("plan", "old", { by: "A" });
    const until = w.bench.clock.now() + 10_000;
    const mine = await shared.acquire("plan", "A", { ttlMs: 10_000 });
    const send = { type: "ACQUIRE", key: "plan", owner: "B", waitMs: 60_000 } as const;
    await w.host.actor("context/r1").send(send);
    await w.crash(4_000);
    const again = await w.shared();
    expect(await again.locks()).toEqual([{ key: "plan", owner: "A", fence: 1, until, waiting: ["B"] }]);
    expect(await again.set("plan", "in time", { by: "A", fence: mine?.fence ?? 0 })).toBe(2);
    await w.bench.pass(5_999);
    expect(mine?.lost.aborted).toBe(false);
    expect((await again.locks())[0]?.owner).toBe("A");
    await w.bench.pass(1);
    expect(mine?.lost.aborted).toBe(true);
    expect(await again.locks()).toMatchObject([{ owner: "B", fence: 2, waiting: [] }]);
    const late = again.set("plan", "late", { by: "A", fence: mine?.fence ?? 0 });
    await expect(late).rejects.toMatchObject({ code: "LEASE_LOST", data: { holder: "B", fence: 1 } });
    await w.crash(60_000);
    const last = await w.shared();
    expect(await last.locks()).toEqual([]);
    const nobody = last.set("plan", "late", { by: "B", fence: 2 });
    await expect(nobody).rejects.toMatchObject({ code: "LEASE_LOST" });
    expect((await last.get("plan"))?.value).toBe("in time");
    expect((await last.acquire("plan", "C"))?.fence).toBe(3);
  });

  it("T-R4: those who wait get it in turn, near and far; who waits in vain or leaves gets nothing", async () => {
    await using w = await contextBench(engine);
    const [near, far] = [await w.shared(), await w.far()];
    const first = await near.acquire("plan", "A");
    const leaving = new AbortController();
    const waits = [
      near.acquire("plan", "B", { waitMs: 20_000 }),
      near.acquire("plan", "C", { waitMs: 20_000, signal: leaving.signal }),
      far.acquire("plan", "D", { waitMs: 20_000 }),
      near.acquire("plan", "E", { waitMs: 1_000 }),
    ] as const;
    const left = waits[1].catch((error: unknown) => error);
    await w.until(async () => (await near.locks())[0]?.waiting.length === 4);
    leaving.abort(new Error("enough"));
    expect(await left).toEqual(new Error("enough"));
    await w.bench.pass(1_000);
    expect(await waits[3]).toBeUndefined();
    expect((await near.locks())[0]?.waiting).toHaveLength(2);
    await first?.release();
    const winners = [waits[0], waits[2]];
    const one = await Promise.race(winners.map(async (wait, at) => ({ at, lock: await wait })));
    expect(one.lock?.fence).toBe(2);
    await one.lock?.release();
    expect((await winners[1 - one.at])?.fence).toBe(3);
  });

  it("T-R4: waiting that could not end is refused with the cycle", async () => {
    await using w = await contextBench(engine);
    const [near, far] = [await w.shared(), await w.far()];
    for (const owner of ["A", "B", "C"]) await near.acquire(`of-${owner}`, owner);
    const a = near.acquire("of-B", "A", { waitMs: 60_000 });
    const b = near.acquire("of-C", "B", { waitMs: 60_000 });
    await w.until(
      async () => (await near.locks()).filter(({ waiting }) => waiting.length > 0).length === 2,
    );
    const cycle = [
      { owner: "C", key: "of-A" },
      { owner: "A", key: "of-B" },
      { owner: "B", key: "of-C" },
    ];
    await expect(far.acquire("of-A", "C", { waitMs: 60_000 })).rejects.toMatchObject({
      code: "LOCK_DEADLOCK",
      message: expect.stringContaining('"C" for "of-A", "A" for "of-B", "B" for "of-C"') as string,
      data: { cycle },
    });
    await near.unlock("of-C", "operator");
    await (await b)?.release();
    await near.unlock("of-B", "operator");
    expect((await a)?.owner).toBe("A");
  });

  it("T-R4: kept, a lock renews itself until it is released; not kept, it is lost when it lapses", async () => {
    await using w = await contextBench(engine);
    const shared = await w.shared();
    const kept = await shared.acquire("plan", "A", { ttlMs: 3_000, keep: true });
    const short = await shared.acquire("other", "A", { ttlMs: 3_000 });
    await w.bench.pass(2_000);
    await short?.renew(5_000);
    await w.bench.pass(4_999);
    expect([kept?.lost.aborted, short?.lost.aborted]).toEqual([false, false]);
    await w.bench.pass(1);
    expect([kept?.lost.aborted, short?.lost.aborted]).toEqual([false, true]);
    await kept?.release();
    const { length } = await w.facts();
    await w.bench.pass(60_000);
    expect((await w.facts()).slice(length)).toEqual([]);
  });

  it("T-R4: where its host closes, a lock counts as lost, and the log still has the lease", async () => {
    await using w = await contextBench(engine);
    const lock = await (await w.shared()).acquire("plan", "A", { keep: true });
    await w.close();
    expect(lock?.lost.reason).toMatchObject({ code: "LEASE_LOST", cause: { code: "HOST_CLOSED" } });
    await lock?.[Symbol.asyncDispose]();
    await w.open();
    expect(await (await w.shared()).locks()).toMatchObject([{ key: "plan", owner: "A", fence: 1 }]);
  });
});
