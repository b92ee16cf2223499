/** T-R4 with real processes: workers that die or freeze at work, on SQLite and on NATS. */
import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createHost } from "../../src/actors/host.ts";
import { queueKinds } from "../../src/agents/queue/kinds.ts";
import { openQueue } from "../../src/agents/queue/queue.ts";
import { startWorker } from "../../src/agents/queue/worker.ts";
import { folder } from "../support/log-sqlite.ts";
import { WorkerProcess } from "../support/queue-worker-process.ts";
import { sharedNats } from "../support/shared-nats.ts";

const ENGINES = [
  {
    name: "sqlite",
    open: async (stack: AsyncDisposableStack) =>
      `sqlite:${join(stack.use(await folder()).path, "log.db")}`,
  },
  { name: "nats", open: async () => sharedNats.logUrl(`far-${randomUUID()}`, "&partitions=1") },
];

/** A host with a queue here, and a worker with one job of it in another process. */
async function atWork({ open }: (typeof ENGINES)[number]) {
  const stack = new AsyncDisposableStack();
  const url = await open(stack);
  const host = stack.use(await createHost({ log: url, kinds: queueKinds() }));
  const queue = await openQueue(host, "mail", { leaseMs: 700, maxLapses: 100 });
  const far = stack.use(new WorkerProcess(url));
  await far.heard(["ready"]);
  const { id } = await queue.add({ name: "send" });
  const { lease = 0, worker = "" } = await far.heard(["started"], id);
  /** A worker here; what it does says under which lease. */
  const help = async () =>
    stack.use(
      await startWorker(host, "mail", { handlers: { send: ({ lease: own }) => ({ here: own }) } }),
    );
  const completed = () =>
    Array.fromAsync(host.records({ live: false, kind: "job", type: "job.completed" }));
  return {
    host,
    queue,
    far,
    id,
    lease,
    worker,
    help,
    completed,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

describe.concurrent.each(ENGINES)("T-R4: a worker in another process, on $name", (engine) => {
  it("a worker that is killed at work loses its lease, and its job runs again elsewhere", async () => {
    await using w = await atWork(engine);
    await w.far.kill();
    await w.help();
    const outcome = await w.queue.waitForJob(w.id);
    const { here } = Object(outcome?.result) as { readonly here: number }; // as the worker here says it
    expect(outcome).toMatchObject({ status: "COMPLETED", retries: 0, result: { here } });
    expect(here).toBeGreaterThan(w.lease);
    const ended = [{ job: w.id, lease: w.lease, result: "from the dead" }];
    const late = w.host.actor("queue/mail").send({ type: "REPORT", worker: w.worker, ended });
    await expect(late).rejects.toMatchObject({ code: "LEASE_LOST" });
    expect(await w.queue.job(w.id)).toMatchObject({ status: "COMPLETED", result: { here } });
  });

  it("a worker that is frozen (SIGSTOP) past its lease hears LEASE_LOST when it goes on; what it did counts no more", async () => {
    await using w = await atWork(engine);
    w.far.freeze();
    const helper = await w.help();
    const outcome = await w.queue.waitForJob(w.id);
    expect(outcome).toMatchObject({ status: "COMPLETED" });
    w.far.finish();
    w.far.thaw();
    expect(await w.far.heard(["refused", "taken"], w.id)).toMatchObject({
      said: "refused",
      code: "LEASE_LOST",
    });
    expect(await w.far.heard(["aborted", "trouble"])).toMatchObject({ code: "LEASE_LOST" });
    expect(await w.queue.waitForJob(w.id)).toEqual(outcome);
    expect(await w.completed()).toHaveLength(1);
    await helper.stop();
    const next = await w.queue.add({ name: "send" });
    const again = await w.far.heard(["started"], next.id);
    expect(again.worker).not.toBe(w.worker);
    w.far.finish();
    expect(await w.queue.waitForJob(next.id)).toMatchObject({ status: "COMPLETED", result: "late" });
  });
});
