/** A3, A7, A11: retries are records and durable times; timeouts and heartbeats end an attempt. */
import { describe, expect, it } from "vitest";
import type { Progress } from "../../src/actors/runtime.ts";
import { EVERY_ENGINE } from "../support/laws-jetstream.ts";
import { workKind, type Run } from "../support/laws-kinds.ts";

const retry = { maxAttempts: 3, delayMs: 1000, factor: 10, maxDelayMs: 5000 };

describe.each(EVERY_ENGINE)("retries, on $name", ({ bench }) => {
  it("A3: a failure is recorded and tried again after its backoff, with the same key", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const { host } = await b.start([workKind(runs, { retry })]);
    const work = await host.start("work/w");
    await work.send({ type: "GO" });
    runs[0]?.fail(new Error("one"));
    await b.settle();
    await b.pass(999);
    expect(runs).toHaveLength(1);
    await b.pass(1);
    expect(runs).toHaveLength(2);
    runs[1]?.fail(new Error("two"));
    await b.pass(4999);
    expect(runs).toHaveLength(2);
    await b.pass(1);
    runs[2]?.fail(new Error("three"));
    const failed = await work.waitFor((s) => s.value === "failed");
    expect(failed.context.error).toBe("three");
    expect(runs.map(({ context }) => context.fence.attempt)).toEqual([1, 2, 3]);
    expect(new Set(runs.map(({ context }) => context.idempotencyKey)).size).toBe(1);
    const records = await b.records("work/w");
    expect(records.map(({ type }) => type)).toEqual([
      "troupe.started",
      "GO",
      "troupe.activity.failed",
      "troupe.activity.failed",
      "xstate.error.actor.work",
    ]);
    expect(records[2]?.body.event).toMatchObject({ attempt: 1, error: { message: "one" } });
  });

  it("A7: the time of a retry stands in the record: a restart neither loses nor repeats it", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const first = await b.start([workKind(runs, { retry: { ...retry, delayMs: 5000 } })]);
    await (await first.host.start("work/w")).send({ type: "GO" });
    runs[0]?.fail(new Error("one"));
    await b.pass(2000);
    await b.kill(first);
    await b.start([workKind(runs, { retry: { ...retry, delayMs: 5000 } })]);
    await b.pass(2999);
    expect(runs).toHaveLength(1);
    await b.pass(1);
    expect(runs).toHaveLength(2);
    expect(runs[1]?.context.fence.attempt).toBe(3); // one failure, one take-over
  });

  it("A3: a failure that was never recorded does not count against the attempts", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    let process = await b.start([workKind(runs, { retry: { maxAttempts: 2, delayMs: 10 } })]);
    await (await process.host.start("work/w")).send({ type: "GO" });
    for (let i = 0; i < 3; i++) {
      process.log.hold("write");
      runs.at(-1)?.fail(new Error("unheard"));
      await b.settle();
      await b.kill(process);
      process = await b.start([workKind(runs, { retry: { maxAttempts: 2, delayMs: 10 } })]);
      await b.settle();
    }
    runs.at(-1)?.fail(new Error("heard"));
    await b.pass(10);
    expect(runs).toHaveLength(5);
    runs.at(-1)?.succeed("ok");
    await process.host.actor("work/w").waitFor((s) => s.value === "done");
  });

  it("A3: what is not worth a retry, by `when`, fails at once", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const when = (error: unknown): boolean => (error as Error).message !== "final";
    const { host } = await b.start([workKind(runs, { retry: { ...retry, when } })]);
    const work = await host.start("work/w");
    await work.send({ type: "GO" });
    runs[0]?.fail(new Error("final"));
    expect((await work.waitFor((s) => s.value === "failed")).context.error).toBe("final");
  });

  it("A6: leaving the state cancels the retry that waits", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const { host } = await b.start([workKind(runs, { retry })]);
    const work = await host.start("work/w");
    await work.send({ type: "GO" });
    runs[0]?.fail(new Error("one"));
    await b.settle();
    await work.send({ type: "CANCEL" });
    await b.pass(60_000);
    expect(runs).toHaveLength(1);
  });

  it("A12: a timeout aborts the attempt's signal and fails it; the deadline was told", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const { host } = await b.start([workKind(runs, { timeoutMs: 3000 })]);
    const work = await host.start("work/w");
    await work.send({ type: "GO" });
    expect(runs[0]?.context.deadline).toBe(b.clock.now() + 3000);
    await b.pass(2999);
    expect(runs[0]?.context.signal.aborted).toBe(false);
    await b.pass(1);
    expect(runs[0]?.context.signal.aborted).toBe(true);
    const failed = await work.waitFor((s) => s.value === "failed");
    expect(failed.context.error).toContain("3000 ms");
    runs[0]?.succeed("too late");
    await b.settle();
    expect((await work.snapshot()).value).toBe("failed");
  });

  it("A12: heartbeats and progress keep an attempt alive; silence ends it", async () => {
    await using b = await bench();
    const runs: Run[] = [];
    const seen: Progress[] = [];
    const { host } = await b.start(
      [workKind(runs, { heartbeatMs: 1000, retry: { maxAttempts: 2, delayMs: 0 } })],
      {
        onProgress: (progress) => seen.push(progress),
      },
    );
    const work = await host.start("work/w");
    await work.send({ type: "GO" });
    await b.pass(900);
    runs[0]?.context.heartbeat();
    await b.pass(900);
    runs[0]?.context.progress({ percent: 50 });
    await b.pass(999);
    expect(runs[0]?.context.signal.aborted).toBe(false);
    await b.pass(1);
    expect(runs[0]?.context.signal.aborted).toBe(true);
    await b.settle();
    expect(runs).toHaveLength(2);
    expect(seen).toEqual([
      { address: "work/w", activity: "work/w:work", attempt: 1, value: { percent: 50 } },
    ]);
    runs[1]?.succeed("ok");
    await work.waitFor((s) => s.value === "done");
    await b.pass(10_000);
    expect((await work.snapshot()).value).toBe("done");
  });
});
