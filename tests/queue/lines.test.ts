/** The queue as the requirements have it, on every engine whose log outlives a host. */
import { describe, expect, it } from "vitest";
import type { LeasedJob } from "../../src/agents/queue/attempt.ts";
import { queueBench } from "../support/queue-bench.ts";
import { DURABLE } from "../support/run-bench.ts";

describe.each(DURABLE)("a queue, on $name", (engine) => {
  it("S4-016, T-R3: the most urgent runs first, and of equals the first that came", async () => {
    await using w = await queueBench(engine);
    await w.queue.addAll([
      { name: "send", priority: "LOW" },
      { name: "send", priority: "URGENT" },
      { name: "send", args: [1] },
      { name: "send", args: [2] },
    ]);
    const seen: unknown[] = [];
    const send = ({ priority, args }: LeasedJob) => void seen.push([priority, ...args]);
    await w.work({ concurrency: 1, handlers: { send } });
    await w.pass(1);
    expect(seen).toEqual([["URGENT"], ["NORMAL", 1], ["NORMAL", 2], ["LOW"]]);
  });

  it("S4-017, T-R1: a job that fails twice is tried again after 1 and 2 seconds, and completes", async () => {
    await using w = await queueBench(engine);
    const at: number[] = [];
    const flaky = ({ attempt }: LeasedJob) => {
      at.push(w.bench.clock.now());
      if (attempt < 3) throw new Error("not yet");
      return "ok";
    };
    await w.work({ handlers: { flaky } });
    const { id } = await w.queue.add({ name: "flaky", maxRetries: 3 });
    await w.pass(1);
    expect((await w.queue.job(id)).status).toBe("RETRYING");
    await w.pass(5_000);
    const outcome = await w.queue.waitForJob(id);
    expect(outcome).toEqual({ status: "COMPLETED", result: "ok", attempts: 3, retries: 2 });
    const [first = 0, second = 0, third = 0] = at;
    expect([second - first, third - second]).toEqual([1_000, 2_000]);
  });

  it("S4-018: a job that is scheduled runs at its time, not before", async () => {
    await using w = await queueBench(engine);
    let ran = 0;
    await w.work({ handlers: { send: () => void (ran = w.bench.clock.now()) } });
    const scheduledAt = w.bench.clock.now() + 60_000;
    const { id } = await w.queue.add({ name: "send", scheduledAt });
    await w.pass(59_999);
    expect([ran, (await w.queue.job(id)).status]).toEqual([0, "PENDING"]);
    await w.pass(1_000);
    expect(ran).toBe(scheduledAt);
  });

  it("S4-041, T-R2: thirty jobs at ten a second take at least 2.9 s", async () => {
    await using w = await queueBench(engine, { rate: { jobs: 10 } });
    const at: number[] = [];
    await w.queue.addAll(Array.from({ length: 30 }, () => ({ name: "send" })));
    await w.work({ concurrency: 30, handlers: { send: () => void at.push(w.bench.clock.now()) } });
    await w.pass(3_500);
    expect(at).toHaveLength(30);
    expect(Math.max(...at) - Math.min(...at)).toBe(2_900);
  });

  it("T-R4: a worker that is silent loses its job, its late word is refused, and the job runs again", async () => {
    await using w = await queueBench(engine, { leaseMs: 1_000 });
    const { id } = await w.queue.add({ name: "send" });
    const queue = w.process.host.actor("queue/mail");
    await queue.send({ type: "JOIN", worker: "frozen", slots: 1 });
    await w.pass(1_500);
    expect((await w.queue.job(id)).status).toBe("QUEUED");
    await w.work({ handlers: { send: ({ lease }) => lease } });
    await w.pass(1);
    const ended = [{ job: id, lease: 1 }];
    await expect(queue.send({ type: "REPORT", worker: "frozen", ended })).rejects.toMatchObject({
      code: "LEASE_LOST",
    });
    expect(await w.queue.waitForJob(id)).toMatchObject({ status: "COMPLETED", result: 2 });
  });

  it("S4-043: one that waits never runs once it is cancelled; one that runs is asked to stop", async () => {
    await using w = await queueBench(engine);
    const waiting = await w.queue.add({ name: "send" });
    expect(await w.queue.cancel(waiting.id)).toBe("cancelled");
    expect(await w.queue.cancel(waiting.id)).toBe(false);
    let ran = 0;
    await w.work({
      handlers: {
        send: () => void ran++,
        long: (_, { signal }) =>
          new Promise((_resolve, reject) =>
            signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
          ),
      },
    });
    const running = await w.queue.add({ name: "long" });
    await w.pass(1);
    expect(await w.queue.cancel(running.id)).toBe("asked");
    await w.pass(1);
    expect(await w.queue.waitForJob(running.id)).toMatchObject({ status: "CANCELLED" });
    expect(ran).toBe(0);
  });

  it("S4-042: progress stays between 0 and 100, and who completed is at 100", async () => {
    await using w = await queueBench(engine);
    const { promise, resolve } = Promise.withResolvers<void>();
    await w.work({
      handlers: {
        async send(_, { progress }) {
          progress(250);
          await promise;
        },
      },
    });
    const { id } = await w.queue.add({ name: "send" });
    await w.pass(1);
    expect(await w.queue.job(id)).toMatchObject({ status: "RUNNING", percent: 100 });
    resolve();
    await w.pass(1);
    expect(await w.queue.job(id)).toMatchObject({ status: "COMPLETED", percent: 100 });
  });

  it("S4-045: who waits for a job too long gets null", async () => {
    await using w = await queueBench(engine);
    const { id } = await w.queue.add({ name: "send" });
    const waited = w.queue.waitForJob(id, { timeoutMs: 50, clock: w.bench.clock });
    await w.pass(100);
    expect(await waited).toBeNull();
  });

  it("a failed job is kept, and runs again when somebody retries it", async () => {
    await using w = await queueBench(engine);
    let broken = true;
    const send = () => {
      if (broken) throw new Error("full");
    };
    await w.work({ handlers: { send } });
    const { id } = await w.queue.add({ name: "send", maxRetries: 0 });
    await w.pass(1);
    expect(await w.queue.job(id)).toMatchObject({ status: "FAILED", failure: { message: "full" } });
    broken = false;
    await w.queue.retry(id);
    await w.pass(1);
    expect(await w.queue.waitForJob(id)).toMatchObject({ status: "COMPLETED" });
  });

  it("a time in the past, a job that nobody knows and a stranger's word are refused", async () => {
    await using w = await queueBench(engine);
    const past = { name: "send", scheduledAt: 1_000 };
    await expect(w.queue.add(past)).rejects.toMatchObject({ code: "TIME_PAST" });
    await expect(w.queue.job("7")).rejects.toMatchObject({ code: "ACTOR_NOT_FOUND" });
    await expect(w.queue.retry("7")).rejects.toMatchObject({ code: "JOB_NOT_OPEN" });
    const queue = w.process.host.actor("queue/mail");
    await expect(queue.send({ type: "HEARTBEAT", worker: "nobody", jobs: [] })).rejects.toMatchObject({
      code: "WORKER_UNKNOWN",
    });
  });

  it("a schedule adds a job at each of its moments", async () => {
    await using w = await queueBench(engine);
    let ran = 0;
    await w.work({ handlers: { tidy: () => void ran++ } });
    await w.queue.schedule("often", { everyMs: 10_000 }, { name: "tidy" });
    await w.pass(30_000);
    expect(ran).toBe(3);
    await w.queue.unschedule("often");
    await w.pass(30_000);
    expect(ran).toBe(3);
  });
});
