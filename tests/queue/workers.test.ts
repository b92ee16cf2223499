/** Workers in trouble: handlers that misbehave, ends in the middle of work, faults that pass. */
import { describe, expect, it } from "vitest";
import { connect } from "../../src/actors/client.ts";
import { attempt, type JobHandler } from "../../src/agents/queue/attempt.ts";
import { queueKinds } from "../../src/agents/queue/kinds.ts";
import type { QueueActors } from "../../src/agents/queue/queue.ts";
import { startWorker } from "../../src/agents/queue/worker.ts";
import { TroupeError } from "../../src/errors.ts";
import { wholeOrder } from "../../src/events/queue/job.ts";
import { ENGINES } from "../support/laws-bench.ts";
import { held, queueBench, type QueueBench } from "../support/queue-bench.ts";
import { DURABLE } from "../support/run-bench.ts";

async function statusOf(w: QueueBench, id: string): Promise<string> {
  return (await w.queue.job(id)).status;
}

describe.each(DURABLE)("a worker that stops, on $name", (engine) => {
  it("S4-045: it takes no more jobs, and is over when those that run are", async () => {
    await using w = await queueBench(engine);
    const long = held();
    const worker = await w.work({ concurrency: 1, handlers: { send: long.handler } });
    const [first, second] = await w.queue.addAll([{ name: "send" }, { name: "send" }]);
    await w.pass(1);
    let stopped = false;
    const stop = worker.stop().then(() => (stopped = true));
    await w.pass(60_000);
    expect([stopped, worker.running]).toEqual([false, 1]);
    long.letGo();
    await w.pass(1);
    await stop;
    expect(await statusOf(w, first?.id ?? "")).toBe("COMPLETED");
    expect(await statusOf(w, second?.id ?? "")).toBe("QUEUED");
    expect(long.begun).toHaveLength(1);
    expect((await w.queue.stats()).workers).toEqual([]);
    expect(w.troubles).toEqual([]);
  });
});

describe.each(ENGINES.filter(({ name }) => name === "memory"))("a worker, on $name", (engine) => {
  it("one that must stop in time aborts what runs, and somebody else does it, without a lapse", async () => {
    await using w = await queueBench(engine, { maxLapses: 0 });
    const long = held();
    const worker = await w.work({ handlers: { send: long.handler } });
    const { id } = await w.queue.add({ name: "send" });
    await w.pass(1);
    const asLongAsItTakes = worker.stop();
    await w.pass(500);
    const stop = worker.stop({ timeoutMs: 500 });
    await w.pass(500);
    await Promise.all([asLongAsItTakes, stop]);
    expect(long.signals[0]?.reason).toMatchObject({ code: "ACTIVITY_CANCELLED" });
    expect(await statusOf(w, id)).toBe("QUEUED");
    long.letGo();
    await w.work({ handlers: { send: ({ lease }) => lease } });
    await w.pass(1);
    expect(await w.queue.waitForJob(id)).toMatchObject({ status: "COMPLETED", result: 2 });
  });

  it("a job that is granted while it stops is done by it or by somebody else, and it leaves nothing running", async () => {
    await using w = await queueBench(engine);
    let running = 0;
    const send: JobHandler = async () => {
      running++;
      await Promise.resolve();
      running--;
    };
    for (let n = 0; n < 10; n++) {
      const worker = await w.work({ handlers: { send } });
      const adding = w.queue.add({ name: "send" });
      await Promise.all([worker.stop(), w.pass(1)]);
      expect([running, worker.running]).toEqual([0, 0]);
      await adding;
    }
    await w.work({ concurrency: 10, handlers: { send } });
    await w.pass(100);
    expect(await w.queue.stats()).toMatchObject({ added: 10, open: 0 });
  });

  it("whatever a handler throws is a failure of its job alone", async () => {
    await using w = await queueBench(engine);
    const thrown = [
      new Error("broken"),
      "text",
      undefined,
      null,
      Symbol("odd"),
      Object.create(null),
      7,
    ];
    const send: JobHandler = ({ args: [index] }) => {
      throw thrown[Number(index)];
    };
    const worker = await w.work({ handlers: { send } });
    const orders = thrown.map((_, index) => ({ name: "send", args: [index], maxRetries: 0 }));
    const jobs = await w.queue.addAll(orders);
    await w.pass(1);
    const failures = await Promise.all(jobs.map(async ({ id }) => (await w.queue.job(id)).failure));
    expect(failures.map((failure) => [failure?.code, failure?.message])).toEqual([
      ["JOB_FAILED", "broken"],
      ["JOB_FAILED", "text"],
      ["JOB_FAILED", "undefined"],
      ["JOB_FAILED", "null"],
      ["JOB_FAILED", "Symbol(odd)"],
      ["JOB_FAILED", "something was thrown that is no text"],
      ["JOB_FAILED", "7"],
    ]);
    expect(worker.failed.aborted).toBe(false);
  });

  it("a result that cannot be sent is a failure of its job alone", async () => {
    await using w = await queueBench(engine);
    let deep: readonly unknown[] = [];
    for (let level = 0; level < 3_000; level++) deep = [deep];
    const results = [deep, JSON.parse('{"__proto__":1}'), 7] as readonly number[];
    const worker = await w.work({ handlers: { send: ({ args: [index] }) => results[Number(index)] } });
    const orders = results.map((_, index) => ({ name: "send", args: [index], maxRetries: 0 }));
    const jobs = await w.queue.addAll(orders);
    await w.pass(1);
    const views = await Promise.all(jobs.map(({ id }) => w.queue.job(id)));
    expect(views.map(({ status }) => status)).toEqual(["FAILED", "FAILED", "COMPLETED"]);
    expect(worker.failed.aborted).toBe(false);
  });

  it("a result that is not JSON is a failure", async () => {
    await using w = await queueBench(engine);
    await w.work({ handlers: { send: () => ({ at: new Date(0) }) as never } });
    const { id } = await w.queue.add({ name: "send", maxRetries: 0 });
    await w.pass(1);
    expect(await w.queue.job(id)).toMatchObject({
      status: "FAILED",
      failure: { code: "JSON_INVALID" },
    });
  });

  it("S4-043: a handler that ignores that it was called off completes its job", async () => {
    await using w = await queueBench(engine);
    const long = held();
    await w.work({ handlers: { send: long.handler } });
    const { id } = await w.queue.add({ name: "send" });
    await w.pass(1);
    expect([await w.queue.cancel(id), await w.queue.cancel(id)]).toEqual(["asked", "asked"]);
    await w.pass(1);
    expect(long.signals[0]?.aborted).toBe(true);
    long.letGo();
    await w.pass(1);
    expect(await w.queue.waitForJob(id)).toMatchObject({ status: "COMPLETED", result: "done" });
    expect(await w.queue.cancel(id)).toBe(false);
  });

  it("S4-043: a handler is not begun where its job was called off, or lost, while it was read", async () => {
    const abort = new AbortController();
    abort.abort(new TroupeError("ACTIVITY_CANCELLED", "off"));
    const job = {
      ...wholeOrder({ name: "send" }),
      id: "1",
      queue: "q",
      lease: 1,
      attempt: 1,
      failures: 0,
    };
    let ran = 0;
    const outcome = await attempt(job, () => void ran++, {
      abort,
      clock: { now: () => 0, after: () => () => {} },
      tell: () => {},
      random: Math.random,
    });
    expect([outcome, ran]).toEqual([{ cancelled: true }, 0]);
  });

  it("a job that takes too long fails, and what it says later counts no more", async () => {
    await using w = await queueBench(engine);
    const long = held();
    await w.work({ handlers: { send: long.handler } });
    const { id } = await w.queue.add({ name: "send", timeoutMs: 1_000, maxRetries: 0 });
    await w.pass(1_001);
    expect(await w.queue.job(id)).toMatchObject({ status: "FAILED", failure: { code: "JOB_TIMEOUT" } });
    long.letGo();
    await w.pass(1);
    expect(await statusOf(w, id)).toBe("FAILED");
  });

  it("an agent does no more at a time than its limit says; others go on", async () => {
    await using w = await queueBench(engine, { handlers: { slow: 2 } });
    const slow = held();
    let quick = 0;
    await w.work({ concurrency: 10, handlers: { slow: slow.handler, quick: () => void quick++ } });
    const slows = Array.from({ length: 4 }, () => ({ name: "slow", priority: "URGENT" }) as const);
    await w.queue.addAll([...slows, { name: "quick" }]);
    await w.pass(1);
    expect([slow.begun.length, quick]).toEqual([2, 1]);
    slow.letGo();
    await w.pass(1);
    expect(slow.begun).toHaveLength(4);
  });

  it("a key stands for one open job, and for the next one once that is over", async () => {
    await using w = await queueBench(engine);
    const add = () => w.queue.add({ name: "send", key: "daily" });
    const first = await add();
    expect(await add()).toEqual({ ...first, duplicate: true });
    await w.work({ handlers: { send: () => {} } });
    await w.pass(1);
    const next = await add();
    expect(next).toMatchObject({ duplicate: false });
    expect(next.id).not.toBe(first.id);
  });

  it("shorter leases cost a worker its jobs once at most: it learns of them", async () => {
    await using w = await queueBench(engine);
    let lost = 0;
    await w.process.host.facts({ kind: "queue", root: "mail", type: "worker.lost" }, () => void lost++);
    await w.work({ handlers: { send: () => {} } });
    await w.queue.configure({ leaseMs: 600 });
    await w.pass(60_000);
    expect(lost).toBeLessThanOrEqual(1);
    const { id } = await w.queue.add({ name: "send" });
    await w.pass(1);
    expect(await statusOf(w, id)).toBe("COMPLETED");
  });

  it("one that cannot go on gives no more signs of life, so that its jobs go to others", async () => {
    await using w = await queueBench(engine);
    const log = await w.bench.open();
    const client = await connect({ log, kinds: queueKinds() });
    const { clock } = w.bench;
    const errors: unknown[] = [];
    const long = held();
    const worker = await startWorker(client, "mail", {
      clock,
      onError: (error) => errors.push(error),
      handlers: { send: long.handler },
    });
    const { id } = await w.queue.add({ name: "send" });
    await w.pass(1);
    await client[Symbol.asyncDispose]();
    await w.pass(1);
    expect(worker.failed.reason).toMatchObject({ code: "HOST_CLOSED" });
    expect(long.signals[0]?.aborted).toBe(true);
    await w.pass(120_000);
    expect((await w.queue.stats()).workers).toEqual([]);
    expect(errors).toHaveLength(1);
    expect(await statusOf(w, id)).toBe("QUEUED");
    await log[Symbol.asyncDispose]();
  });

  it("what passes does not end a worker: its signs of life and reports come again, and count once", async () => {
    await using w = await queueBench(engine);
    const faults = ["LOG_OUTCOME_UNKNOWN", "LOG_UNREACHABLE", "MAILBOX_FULL"] as const;
    const seen: string[] = [];
    const actor = (address: "queue/mail") => {
      const handle = w.process.host.actor(address);
      const send = async (event: Parameters<typeof handle.send>[0], options: object = {}) => {
        const fault = faults[seen.filter((type) => type === event.type).length];
        seen.push(event.type);
        if (fault === undefined || event.type === "JOIN") return handle.send(event, options);
        if (fault === "LOG_OUTCOME_UNKNOWN") await handle.send(event, options); // it was taken, and nobody says so
        throw new TroupeError(fault, "passing");
      };
      return { ...handle, snapshot: () => handle.snapshot(), send };
    };
    const { host } = w.process;
    const far = {
      actor: (address: string) =>
        address === "queue/mail" ? actor(address) : host.actor(address as "job/mail:1"),
      facts: host.facts.bind(host),
    } as unknown as QueueActors; // as far as a worker needs it
    const errors: unknown[] = [];
    let ran = 0;
    const worker = await startWorker(far, "mail", {
      clock: w.bench.clock,
      onError: (error) => errors.push(error),
      handlers: { send: () => void ran++ },
    });
    const { id } = await w.queue.add({ name: "send" });
    await w.pass(60_000);
    expect([await statusOf(w, id), ran, worker.failed.aborted]).toEqual(["COMPLETED", 1, false]);
    expect(errors.every((error) => TroupeError.is(error))).toBe(true);
    expect((await w.queue.stats()).workers).toHaveLength(1);
  });
});
