/** What users read of a queue, on every engine whose log outlives a host: states, lists, workflows. */
import { describe, expect, it } from "vitest";
import type { LeasedJob } from "../../src/agents/queue/attempt.ts";
import { JobStatus } from "../../src/events/queue/job.ts";
import { jobs, startedJobs, workflowJobs } from "../../src/projections/jobs.ts";
import type { Projection } from "../../src/projections/projection.ts";
import { openProjections } from "../../src/projections/runner.ts";
import { queueBench, type QueueBench } from "../support/queue-bench.ts";
import { DURABLE } from "../support/run-bench.ts";

describe.each(DURABLE)("what users read of a queue, on $name", (engine) => {
  it("S4-039: a worker does five jobs at a time, or as many as it is told", async () => {
    await using w = await queueBench(engine);
    await w.queue.addAll(Array.from({ length: 9 }, () => ({ name: "hold" })));
    const one = await w.work({ handlers: { hold } });
    await w.pass(1);
    expect(one.running).toBe(5);
    const other = await w.work({ concurrency: 2, handlers: { hold } });
    await w.pass(1);
    expect([one.running, other.running]).toEqual([5, 2]);
    expect(await w.queue.stats()).toMatchObject({ running: 7, queued: 2 });
    await stop(w, one, other);
  });

  it("S4-040: a job is pending, queued, running, retrying, completed, failed or cancelled", async () => {
    await using w = await queueBench(engine, { handlers: { later: 1 } });
    const worker = await w.work({
      handlers: { ok: () => "fine", hold, flaky, bad: flaky, later: hold },
    });
    const scheduledAt = w.bench.clock.now() + 60_000;
    const added = await w.queue.addAll([
      { name: "pending", handler: "ok", scheduledAt },
      { name: "running", handler: "later" },
      { name: "queued", handler: "later" },
      { name: "retrying", handler: "flaky" },
      { name: "completed", handler: "ok" },
      { name: "failed", handler: "bad", maxRetries: 0 },
      { name: "cancelled", handler: "ok", scheduledAt },
    ]);
    await w.queue.cancel(added[6]?.id ?? "");
    await w.pass(1);
    const rows = await w.queue.jobs();
    expect(rows.map(({ name, status }) => [name.toUpperCase(), status])).toEqual(
      ["cancelled", "failed", "completed", "retrying", "queued", "running", "pending"].map((name) => [
        name.toUpperCase(),
        name.toUpperCase(),
      ]),
    );
    expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(JobStatus.options));
    await agrees(w);
    await stop(w, worker);
  });

  it("the list says of each job what the job itself says, whatever happened to it", async () => {
    await using w = await queueBench(engine, { leaseMs: 1_000 });
    const queue = w.process.host.actor("queue/mail");
    await w.queue.addAll([
      { name: "lost" },
      { name: "flaky" },
      { name: "bad", maxRetries: 0, key: "k" },
    ]);
    await queue.send({ type: "JOIN", worker: "frozen", slots: 1 });
    await w.pass(1_500);
    await w.work({ handlers: { lost: told, flaky, bad: flaky } });
    await w.pass(5_000);
    await w.queue.retry("3");
    await w.pass(1);
    expect((await w.queue.jobs()).map(({ status, attempts }) => [status, attempts])).toEqual([
      ["FAILED", 2],
      ["COMPLETED", 3],
      ["COMPLETED", 2],
    ]);
    await agrees(w);
  });

  it("jobs are listed a page at a time, by status, name and workflow", async () => {
    await using w = await queueBench(engine);
    await w.queue.addAll(Array.from({ length: 12 }, (_, n) => ({ name: `n${n % 2}` })));
    await w.queue.addAll([{ name: "n0", workflow: "r1" }]);
    await w.pass(0);
    const ids = async (options: Parameters<typeof w.queue.jobs>[0]) =>
      (await w.queue.jobs(options)).map(({ id }) => Number(id));
    expect(await ids({ limit: 3 })).toEqual([13, 12, 11]);
    expect(await ids({ limit: 3, before: "11" })).toEqual([10, 9, 8]);
    expect(await ids({ name: "n1", before: "5" })).toEqual([4, 2]);
    expect(await ids({ workflow: "r1", status: "QUEUED" })).toEqual([13]);
    expect(await ids({ workflow: "r1", status: "FAILED" })).toEqual([]);
    await expect(w.queue.jobs({ before: "first" })).rejects.toMatchObject({
      code: "USAGE",
      message: 'before: "first" does not do: is not the number of a job',
    });
    await expect(w.queue.jobs({ limit: 0 })).rejects.toMatchObject({ code: "USAGE" });
  });

  it("S4-044: the jobs of a workflow are waited for, here and in another process, with those that come meanwhile", async () => {
    await using w = await queueBench(engine);
    const far = await w.far();
    const doubled = ({ args: [n] }: LeasedJob) => Number(n) * 2;
    const again = async () => void (await w.queue.add({ name: "doubled", args: [21], workflow: "r1" }));
    const order = { workflow: "r1", name: "doubled" };
    await w.queue.addAll([
      { ...order, args: [1] },
      { ...order, name: "bad", maxRetries: 0 },
      { name: "doubled", workflow: "r2" },
      { ...order, name: "again" },
    ]);
    const waited = [w.queue, far].map((queue) => queue.waitForWorkflow("r1"));
    await w.work({ handlers: { doubled, again, bad: flaky } });
    await w.pass(1);
    for (const results of await Promise.all(waited))
      expect(results).toEqual([
        { id: "1", status: "COMPLETED", result: 2, attempts: 1, retries: 0 },
        { id: "2", status: "FAILED", failure: NOT_YET, attempts: 1, retries: 0 },
        { id: "4", status: "COMPLETED", attempts: 1, retries: 0 },
        { id: "5", status: "COMPLETED", result: 42, attempts: 1, retries: 0 },
      ]);
    expect(await far.waitForWorkflow("nobody's")).toEqual([]);
  });

  it("S4-044: a job that its queue has yet to start is one of its workflow; who waits too long gets null", async () => {
    await using w = await queueBench(engine);
    const far = await w.far();
    await w.work({ handlers: { send: () => "sent" } });
    w.process.log.hold("write", ({ stream }) => stream === "job/mail:1");
    await w.queue.addAll([{ name: "send", workflow: "r1" }, { name: "send" }]);
    const { clock } = w.bench;
    const late = [
      w.queue.waitForWorkflow("r1", { timeoutMs: 50, clock }),
      w.queue.waitForJob("1", { timeoutMs: 50, clock }),
    ];
    const waited = far.waitForWorkflow("r1");
    await w.pass(100);
    expect(await Promise.all(late)).toEqual([null, null]);
    w.process.log.release();
    await w.pass(1);
    expect(await waited).toMatchObject([{ id: "1", status: "COMPLETED", result: "sent" }]);
  });
});

const NOT_YET = { code: "JOB_FAILED", message: "not yet" };

/** Runs until its signal aborts. */
function hold(_: LeasedJob, { signal }: { readonly signal: AbortSignal }): Promise<never> {
  return new Promise((_resolve, reject) =>
    signal.addEventListener("abort", () => reject(signal.reason), { once: true }),
  );
}

/** Fails twice. */
function flaky({ attempt }: LeasedJob): void {
  if (attempt < 3) throw new Error(NOT_YET.message);
}

function told(
  _: LeasedJob,
  { progress }: { readonly progress: (percent: number, note: string) => void },
): void {
  progress(40, "half");
}

async function stop(
  w: QueueBench,
  ...workers: readonly { stop(how: { timeoutMs: number }): Promise<void> }[]
) {
  const stopped = Promise.all(workers.map((worker) => worker.stop({ timeoutMs: 1 })));
  await w.pass(10);
  await stopped;
}

/** The rows of the jobs are what their actors say; folded anew, they are the same (P2). */
async function agrees({ queue, bench, process }: QueueBench): Promise<void> {
  await using log = await bench.open();
  await using anew = openProjections({ log, place: null });
  const folds: readonly Projection[] = [jobs, workflowJobs, startedJobs];
  for (const projection of folds)
    expect(await anew.rows(projection)).toEqual(await process.host.rows(projection));
  for (const { dueAt: _, note: __, failures: ___, ...row } of await queue.jobs())
    expect(await queue.job(row.id)).toMatchObject(row);
}
