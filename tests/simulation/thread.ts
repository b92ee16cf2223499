/** A thread of its own for histories: beside others, and with plain modules, which a test runner slows down. */
import { Worker } from "node:worker_threads";
import type { Tally } from "./series.ts";
import type { Stretch } from "./worker.ts";

export interface Thread<TStretch = Stretch, TTally = Tally> extends AsyncDisposable {
  /** Runs a stretch; one at a time. */
  run(stretch: TStretch): Promise<TTally>;
}

/** @param script what runs there, beside this file: it answers each message with one. */
export function startThread<TStretch = Stretch, TTally = Tally>(
  script = "worker.ts",
): Thread<TStretch, TTally> {
  const worker = new Worker(new URL(script, import.meta.url), {
    resourceLimits: { maxYoungGenerationSizeMb: 128 }, // histories are all garbage: collected seldom, most of it is gone
  });
  return {
    async run(stretch) {
      const { promise, resolve, reject } = Promise.withResolvers<TTally>();
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
