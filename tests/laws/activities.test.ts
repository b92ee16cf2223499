/** A3, A6, A12: activities: attempts, keys, fences, retries, timeouts, and what comes too late. */
import { describe, expect, it } from "vitest";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { workKind, type Run } from "../support/laws-kinds.ts";

describe.each(EVERY_ENGINE)("activities, on $name", ({ bench }) => {
  it("A3: a crash before its completion runs it again: same key, next attempt, higher fence", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    let process = await b.start([workKind(runs)]);
    await (await process.host.start("work/w")).send({ type: "GO", job: "x" });
    for (let crash = 0; crash < 2; crash++) {
      await b.kill(process);
      process = await b.start([workKind(runs)]);
      await b.settle();
    }
    expect(runs.map(({ context }) => context.fence.attempt)).toEqual([1, 2, 3]);
    expect(new Set(runs.map(({ context }) => context.idempotencyKey)).size).toBe(1);
    const epochs = runs.map(({ context }) => context.fence.epoch);
    expect(epochs).toEqual([...new Set(epochs)].sort((a, z) => a - z));
    expect(runs[2]?.context.input).toEqual({ job: "x" });
    runs[2]?.succeed("ok");
    const done = await process.host.actor("work/w").waitFor((s) => s.value === "done");
    expect(done.context.result).toBe("ok");
    const types = await b.types("work/w");
    expect(types.filter((type) => type === "troupe.recovered")).toHaveLength(2);
    expect(types.filter((type) => type === "xstate.done.actor.work")).toHaveLength(1);
  });

  it("A3: a recorded completion is not repeated, however often the host is opened", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const first = await b.start([workKind(runs)]);
    await (await first.host.start("work/w")).send({ type: "GO" });
    first.log.hold("answer");
    runs[0]?.succeed("ok");
    await b.settle();
    await b.kill(first); // written, and nobody was told
    for (let i = 0; i < 3; i++) {
      const next = await b.start([workKind(runs)]);
      expect((await next.host.read("work/w")).value).toBe("done");
      await b.kill(next);
    }
    expect(runs).toHaveLength(1);
  });

  it("A12: a new owner first records the take-over, with its epoch, and only then acts", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const first = await b.start([workKind(runs)]);
    await (await first.host.start("work/w")).send({ type: "GO" });
    await b.kill(first);
    const lazy = await b.start([workKind(runs)], { recover: false });
    lazy.log.hold("answer");
    const sent = lazy.host.actor("work/w").send({ type: "GO", job: "2" });
    await b.settle();
    expect(runs).toHaveLength(1);
    const [, go, recovered] = await b.records("work/w");
    expect([go?.type, recovered?.type]).toEqual(["GO", "troupe.recovered"]);
    expect(recovered?.body.event).toEqual({ type: "troupe.recovered", epoch: recovered?.body.epoch });
    expect(recovered?.body.epoch).toBeGreaterThan(go?.body.epoch ?? Infinity);
    lazy.log.release();
    await sent;
    expect(runs.at(-1)?.context.input).toEqual({ job: "2" });
  });

  it("A6: the late end of an earlier incarnation changes nothing", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const { host } = await b.start([workKind(runs)]);
    const work = await host.start("work/w");
    await work.send({ type: "GO", job: "1" });
    await work.send({ type: "GO", job: "2" });
    expect(runs[0]?.context.signal.aborted).toBe(true);
    expect(runs[0]?.context.idempotencyKey).not.toBe(runs[1]?.context.idempotencyKey);
    runs[0]?.succeed("old");
    await b.settle();
    expect((await work.snapshot()).value).toBe("working");
    runs[1]?.succeed("new");
    expect((await work.waitFor((s) => s.value === "done")).context.result).toBe("new");
  });

  it("A6: an activity that was left aborts, and neither its end nor its failure is heard", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const { host } = await b.start([workKind(runs, { retry: { maxAttempts: 5 } })]);
    const work = await host.start("work/w");
    await work.send({ type: "GO" });
    await work.send({ type: "CANCEL" });
    expect(runs[0]?.context.signal.aborted).toBe(true);
    runs[0]?.fail(new Error("late"));
    await b.pass(600_000);
    expect(runs).toHaveLength(1);
    expect(await b.types("work/w")).toEqual(["troupe.started", "GO", "CANCEL"]);
  });

  it("A6: the end that waits while the actor leaves the state is dropped", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const { host, log } = await b.start([workKind(runs)]);
    const work = await host.start("work/w");
    await work.send({ type: "GO" });
    log.hold("write");
    const left = work.send({ type: "CANCEL" });
    runs[0]?.succeed("too late");
    await b.settle();
    log.release();
    await left;
    await b.settle();
    expect((await work.snapshot()).context.result).toBeUndefined();
    expect(await b.types("work/w")).toEqual(["troupe.started", "GO", "CANCEL"]);
  });

  it("stopping the actor aborts its activity", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const { host } = await b.start([workKind(runs)]);
    const work = await host.start("work/w");
    await work.send({ type: "GO" });
    await work.stop();
    await work.stop();
    expect(runs[0]?.context.signal.aborted).toBe(true);
    expect((await host.read("work/w")).status).toBe("stopped");
  });

  it("A3, A12: attempt is 1, and recorded failures, and recoveries, since the activity began", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const kinds = [workKind(runs, { retry: { maxAttempts: 9, delayMs: 100 } })] as const;
    const first = await b.start(kinds);
    await (await first.host.start("work/w")).send({ type: "GO" });
    runs[0]?.fail(new Error("no"));
    await b.pass(1000);
    await b.kill(first);
    const second = await b.start(kinds);
    await b.settle();
    const attempts = () => runs.map(({ context }) => context.fence.attempt);
    expect(attempts()).toEqual([1, 2, 3]);
    runs[2]?.fail(new Error("no"));
    await b.pass(1000);
    expect(attempts()).toEqual([1, 2, 3, 4]);
    await second.host.actor("work/w").send({ type: "GO" });
    await b.settle();
    expect(attempts()).toEqual([1, 2, 3, 4, 1]);
    expect(new Set(runs.map(({ context }) => context.idempotencyKey)).size).toBe(2);
  });

  it("A4, A12: a zombie's next append loses to the take-over, and what it ran counts for nothing twice", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const zombie = await b.start([workKind(runs)]);
    await (await zombie.host.start("work/w")).send({ type: "GO" });
    const owner = await b.usurp([workKind(runs)]);
    await b.settle();
    expect(runs.map(({ context }) => context.fence.attempt)).toEqual([1, 2]);
    const [old, current] = runs.map(({ context }) => context.fence.epoch);
    expect(current).toBeGreaterThan(old ?? Infinity);
    const before = zombie.log.appends.length;
    runs[0]?.succeed("zombie");
    await b.settle();
    expect(zombie.log.appends[before]?.records[0]?.type).toBe("xstate.done.actor.work");
    runs[1]?.succeed("owner");
    await b.settle();
    const types = await b.types("work/w");
    expect(types.slice(0, 3)).toEqual(["troupe.started", "GO", "troupe.recovered"]);
    expect(types.filter((type) => type === "xstate.done.actor.work")).toHaveLength(1);
    const { context } = await owner.host.read("work/w");
    expect(["zombie", "owner"]).toContain(context.result);
    expect(await zombie.host.read("work/w")).toMatchObject({ context });
  });

  it("A3, A12: the failure of an attempt before the take-over is not one of an attempt behind it", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const kinds = [workKind(runs, { retry: { maxAttempts: 3, delayMs: 100 } })] as const;
    const zombie = await b.start(kinds);
    await (await zombie.host.start("work/w")).send({ type: "GO" });
    await b.usurp(kinds);
    await b.settle();
    runs[0]?.fail(new Error("the zombie's"));
    await b.settle();
    await b.pass(1000);
    expect(await b.types("work/w")).not.toContain("troupe.activity.failed");
    runs.at(-1)?.succeed("last");
    await b.settle();
    expect((await zombie.host.read("work/w")).context).toMatchObject({ result: "last" });
  });

  it("A12: losing the lease aborts the signals of its activities, and nothing more is written", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const { host, lose, log } = await b.usurp([workKind(runs)]);
    await (await host.start("work/w")).send({ type: "GO" });
    lose();
    expect(runs[0]?.context.signal.aborted).toBe(true);
    runs[0]?.succeed("too late");
    await b.settle();
    expect(log.appends).toHaveLength(2);
    await expect(host.actor("work/w").send({ type: "CANCEL" })).rejects.toMatchObject({
      code: "HOST_FAILED",
    });
    expect(await b.types("work/w")).toEqual(["troupe.started", "GO"]);
  });

  it("A12: closing the host aborts its activities, and the next one runs them again", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const { host } = await b.start([workKind(runs)]);
    await (await host.start("work/w")).send({ type: "GO" });
    await host[Symbol.asyncDispose]();
    expect(runs[0]?.context.signal.aborted).toBe(true);
    await b.start([workKind(runs)]);
    await b.settle();
    expect(runs[1]?.context.fence.attempt).toBe(2);
  });

  it("A12: a start of what a former owner left open takes it over by a record first", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const first = await b.start([workKind(runs)]);
    await (await first.host.start("work/w")).send({ type: "GO" });
    await b.settle();
    await b.kill(first);
    const second = await b.start([workKind(runs)], { recover: false });
    await second.host.start("work/w");
    await b.settle();
    expect(await b.types("work/w")).toEqual(["troupe.started", "GO", "troupe.recovered"]);
    expect(runs.map(({ context }) => context.fence.attempt)).toEqual([1, 2]);
  });
});
