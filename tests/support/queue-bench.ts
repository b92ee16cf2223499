/** Where queues are tested: one host on a bench of the laws, with virtual time, and workers that say what they did. */
import { connect } from "../../src/actors/client.ts";
import type { JobHandler, LeasedJob } from "../../src/agents/queue/attempt.ts";
import { openQueue, type Queue } from "../../src/agents/queue/queue.ts";
import { queueKinds } from "../../src/agents/queue/kinds.ts";
import { startWorker, type Worker, type WorkerOptions } from "../../src/agents/queue/worker.ts";
import type { QueueSettings } from "../../src/events/queue/queue.ts";
import type { Bench, Engine, Process } from "./laws-bench.ts";
import type { z } from "zod";

type Kinds = ReturnType<typeof queueKinds>;

export interface QueueBench extends AsyncDisposable {
  readonly bench: Bench;
  readonly process: Process<Kinds>;
  readonly queue: Queue;
  /** What goes wrong beside the jobs themselves. */
  readonly troubles: unknown[];
  work(options: Omit<WorkerOptions, "clock" | "onError">): Promise<Worker>;
  /** The same queue from another process. */
  far(): Promise<Queue>;
  /** Lets time pass. */
  pass(ms: number): Promise<void>;
}

export async function queueBench(
  engine: Engine,
  settings?: z.input<typeof QueueSettings>,
): Promise<QueueBench> {
  const bench = await engine.bench();
  const process = await bench.start(queueKinds());
  const queue = await openQueue(process.host, "mail", settings);
  const troubles: unknown[] = [];
  const clients = new AsyncDisposableStack();
  return {
    bench,
    process,
    queue,
    troubles,
    work: (options) =>
      startWorker(process.host, "mail", {
        clock: bench.clock,
        onError: (error) => troubles.push(error),
        ...options,
      }),
    async far() {
      const log = clients.use(await bench.open());
      return openQueue(clients.use(await connect({ log, kinds: queueKinds() })), "mail");
    },
    pass: (ms) => bench.pass(ms),
    async [Symbol.asyncDispose]() {
      await clients.disposeAsync();
      await bench[Symbol.asyncDispose]();
    },
  };
}

/** A handler that says when it began and ends when it is let go. */
export function held() {
  const begun: LeasedJob[] = [];
  const { promise, resolve } = Promise.withResolvers<string>();
  const signals: AbortSignal[] = [];
  const handler: JobHandler = (job, { signal }) => {
    begun.push(job);
    signals.push(signal);
    return promise;
  };
  return { begun, signals, handler, letGo: () => resolve("done") };
}
