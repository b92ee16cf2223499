/** What the agents of a run share, on hosts and from other processes: values, conflicts, history. */
import { describe, expect, it } from "vitest";
import { sharedContext, type ContextUpdate } from "../../src/agents/team/context.ts";
import { contextBench } from "../support/context-bench.ts";
import { DURABLE } from "../support/run-bench.ts";

describe.each(DURABLE)("a shared context, on $name", (engine) => {
  it("S4-013: an update is one version more, by somebody, and every agent is told its fields", async () => {
    await using w = await contextBench(engine);
    await w.host.start("messages/r1", { input: { run: "r1", agents: ["ada", "bob"] } });
    const shared = await w.shared();
    const heard: ContextUpdate[] = [];
    const stop = await shared.on("updated", (update) => heard.push(update));
    expect(await shared.set("plan", { steps: 3 }, { by: "ada" })).toBe(1);
    expect(await shared.update({ a: 1, plan: null }, { by: "bob" })).toBe(2);
    expect(await shared.get("plan")).toEqual({
      value: null,
      version: 2,
      updatedBy: "bob",
      updatedAt: w.bench.clock.now(),
    });
    await w.bench.settle();
    stop();
    expect(await shared.delete("a", { by: "bob" })).toBe(3);
    await w.bench.settle();
    expect(heard).toEqual([
      { version: 1, updatedFields: ["plan"], updatedBy: "ada" },
      { version: 2, updatedFields: ["a", "plan"], updatedBy: "bob" },
    ]);
    expect([...(await shared.all()).keys()]).toEqual(["plan"]);
    for (const agent of ["ada", "bob"]) {
      const records = await w.bench.records(`inbox/r1:${agent}`);
      const messages = records.flatMap(({ body }) => Object(body.event?.["messages"] ?? {}) as object);
      expect(messages).toMatchObject([
        {},
        { from: "context", type: "state_update", priority: "NORMAL", payload: heard[0] },
        { from: "context", type: "state_update", payload: heard[1] },
        { from: "context", type: "state_update", payload: { updatedFields: ["a"], version: 3 } },
      ]);
    }
  });

  it("S4-036: of those who write from one version one is taken; the others get what stands there", async () => {
    await using w = await contextBench(engine);
    const [near, far] = [await w.shared(), await w.far()];
    const version = await near.set("plan", "first", { by: "ada" });
    const writes = await Promise.allSettled(
      [near, far, near].map((shared, n) =>
        shared.set("plan", `mine ${n}`, { by: `w${n}`, expected: version }),
      ),
    );
    const won = writes.findIndex(({ status }) => status === "fulfilled");
    const lost = writes.filter(({ status }) => status === "rejected");
    expect(lost).toHaveLength(2);
    for (const { reason } of lost as readonly PromiseRejectedResult[])
      expect(reason).toMatchObject({
        code: "CONTEXT_CONFLICT",
        data: { key: "plan", expected: 1, version: 2, value: `mine ${won}` },
      });
    expect(await far.get("plan")).toMatchObject({ value: `mine ${won}`, updatedBy: `w${won}` });
    const stale = far.update({ plan: 1, b: 2 }, { by: "x", expected: 1 });
    await expect(stale).rejects.toMatchObject({ code: "CONTEXT_CONFLICT" });
    expect(await near.version()).toBe(2);
    expect((await near.history()).map(({ version: of }) => of)).toEqual([2, 1]);
  });

  it("S4-036: it is there after a crash, and works from a process where no host lives", async () => {
    await using w = await contextBench(engine);
    await (await w.shared({ values: { goal: "ship" } })).set("plan", 1, { by: "ada" });
    await w.crash(1_000);
    const again = await w.shared({ values: { goal: "another" } });
    expect((await again.get("goal"))?.value).toBe("ship");
    await w.close();
    const far = await w.far();
    expect(await far.set("plan", 2, { by: "bob", expected: 2 })).toBe(3);
    await expect(far.set("plan", 3, { by: "bob", expected: 2 })).rejects.toMatchObject({
      code: "CONTEXT_CONFLICT",
    });
    expect(await far.get("plan")).toMatchObject({ value: 2, version: 3 });
    const lock = await far.acquire("plan", "bob");
    expect(lock?.fence).toBe(1);
    await expect(far.set("plan", 3, { by: "x" })).rejects.toMatchObject({ code: "LOCK_HELD" });
    await lock?.release();
  });

  it("its history is the log, the latest first, by key and in pages", async () => {
    await using w = await contextBench(engine);
    const shared = await w.shared({ values: { a: 0 } });
    for (let n = 1; n <= 5; n++) await shared.set(n % 2 === 0 ? "b" : "a", n, { by: "ada" });
    await shared.acquire("c", "bob");
    await shared.update({ a: 6, c: { d: 1 } }, { by: "bob", fences: { c: 1 } });
    await shared.delete("b", { by: "bob" });
    const far = await w.far();
    const all = await far.history();
    expect(all.map(({ version }) => version)).toEqual([8, 7, 6, 5, 4, 3, 2, 1]);
    const at = w.bench.clock.now();
    expect(all[0]).toMatchObject({ version: 8, updatedBy: "bob", values: {}, deleted: ["b"] });
    expect(all[1]).toMatchObject({ values: { a: 6, c: { d: 1 } }, deleted: [], updatedAt: at });
    expect(all[7]).toMatchObject({ updatedBy: "start", values: { a: 0 } });
    const first = await far.history({ limit: 3 });
    const before = first.at(-1)?.seq ?? 0;
    expect([...first, ...(await far.history({ before }))]).toEqual(all);
    const ofB = await far.history({ key: "b", limit: 2 });
    expect(ofB.map(({ version }) => version)).toEqual([8, 5]);
    expect(await far.history({ limit: 0 })).toEqual([]);
  });

  it("refuses what is too large, what is no key, and what is not there", async () => {
    await using w = await contextBench(engine);
    const [near, far] = [await w.shared(), await w.far()];
    for (const shared of [near, far]) {
      await expect(shared.set("a", "x".repeat(300_000), { by: "ada" })).rejects.toMatchObject({
        code: "PAYLOAD_TOO_LARGE",
        data: { bytes: 300_002, limit: 262_144 },
      });
      await expect(shared.set("no key", 1, { by: "ada" })).rejects.toMatchObject({
        code: "EVENT_INVALID",
        message: expect.stringContaining('"no key" is no key: use') as string,
      });
      await expect(shared.delete("a", { by: "ada" })).rejects.toMatchObject({
        code: "CONTEXT_KEY_UNKNOWN",
      });
    }
    expect(await near.version()).toBe(0);
    expect(await near.get("a")).toBeUndefined();
    const nowhere = await sharedContext(w.host, "r2", { start: false });
    await expect(nowhere.get("a")).rejects.toMatchObject({ code: "ACTOR_NOT_FOUND" });
  });
});
