/** More at once than the way to the host carries: it goes in parts, from a process of its own as well. */
import { describe, expect, it } from "vitest";
import { connect } from "../../src/actors/client.ts";
import { queueKinds } from "../../src/agents/queue/kinds.ts";
import { startWorker } from "../../src/agents/queue/worker.ts";
import { queueBench } from "../support/queue-bench.ts";
import { DURABLE } from "../support/run-bench.ts";

/** Eight of them are more than a NATS message takes; one is not. */
const LARGE = "x".repeat(200_000);

describe.each(DURABLE)("a client far away, on $name", (engine) => {
  it("adds large jobs and reports large results at once, and each counts", async () => {
    await using w = await queueBench(engine);
    const log = await w.bench.open();
    await using client = await connect({ log, kinds: queueKinds() });
    const errors: unknown[] = [];
    let begun = 0;
    const all = Promise.withResolvers<string>();
    const send = (): Promise<string> => {
      if (++begun === 8) all.resolve(LARGE);
      return all.promise;
    };
    const { clock } = w.bench;
    const onError = (error: unknown): void => void errors.push(error);
    await startWorker(client, "mail", { concurrency: 8, handlers: { send }, clock, onError });
    const queue = await w.far();
    const jobs = await Promise.all(
      Array.from({ length: 8 }, () => queue.add({ name: "send", args: [LARGE] })),
    );
    const ends = await Promise.all(jobs.map(({ id }) => w.queue.waitForJob(id, { clock })));
    expect(ends.map((end) => [end?.status, end?.result])).toEqual(jobs.map(() => ["COMPLETED", LARGE]));
    expect(errors).toEqual([]);
    await log[Symbol.asyncDispose]();
  });
});
