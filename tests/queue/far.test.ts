/** Workers in other processes, and hosts that come and go. */
import { describe, expect, it } from "vitest";
import { connect } from "../../src/actors/client.ts";
import { queueKinds } from "../../src/agents/queue/kinds.ts";
import { openQueue } from "../../src/agents/queue/queue.ts";
import { startWorker } from "../../src/agents/queue/worker.ts";
import { TroupeError } from "../../src/errors.ts";
import { held, queueBench } from "../support/queue-bench.ts";
import { DURABLE } from "../support/run-bench.ts";

describe.each(DURABLE)("a worker in another process, on $name", (engine) => {
  it("A3: a worker far away outlives the host: what it reports while nobody owns the log counts, once", async () => {
    await using w = await queueBench(engine);
    await using log = await w.bench.open();
    await using client = await connect({ log, kinds: queueKinds() });
    const until = async (holds: () => boolean | Promise<boolean>): Promise<void> => {
      while (!(await holds())) await w.bench.settle();
    };
    const long = held();
    const worker = await startWorker(client, "mail", {
      clock: w.bench.clock,
      handlers: { send: long.handler },
    });
    const { id } = await w.queue.add({ name: "send" });
    await until(() => long.begun.length === 1);
    await w.bench.kill(w.process);
    long.letGo();
    await until(() => worker.running === 0);
    /** The worker's own commands own the log for a moment each. */
    const start = (): ReturnType<typeof w.bench.start<ReturnType<typeof queueKinds>>> =>
      w.bench.start(queueKinds()).catch((error: unknown) => {
        if (!TroupeError.is(error, "LOG_OWNED")) throw error;
        return start();
      });
    const { host } = await start();
    const queue = await openQueue(host, "mail");
    await until(async () => (await queue.job(id)).status === "COMPLETED");
    const next = await queue.add({ name: "send" });
    await until(async () => (await queue.job(next.id)).status === "COMPLETED");
    await worker.stop();
    expect([long.begun.length, worker.failed.aborted]).toEqual([2, false]);
    expect(await queue.job(id)).toMatchObject({ attempts: 1, result: "done" });
  });
});
