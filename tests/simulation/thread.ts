/** A thread of its own for histories: beside others, and with plain modules, which a test runner slows down. */
import { Worker } from "node:worker_threads";
import type { Tally } from "./series.ts";
import type { Stretch } from "./worker.ts";

export interface Thread extends AsyncDisposable {
  /** Runs a stretch; one at a time. */
  run(stretch: Stretch): Promise<Tally>;
}

export function startThread(): Thread {
  const worker = new Worker(new URL("worker.ts", import.meta.url), {
    resourceLimits: { maxYoungGenerationSizeMb: 128 }, // histories are all garbage: collected seldom, most of it is gone
  });
  return {
    async run(stretch) {
      const { promise, resolve, reject } = Promise.withResolvers<Tally>();
      worker.once("message", resolve).once("error", reject);
      worker.postMessage(stretch);
      try {
        return await promise;
      } finally {
        worker.removeAllListeners("message").removeAllListeners("error");
      }
    },
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}
