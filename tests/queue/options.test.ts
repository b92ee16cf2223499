/** What workers and lists are given: a wrong value is one clear error, and nobody joins. */
import { expect, it } from "vitest";
import { ENGINES } from "../support/laws-bench.ts";
import { queueBench } from "../support/queue-bench.ts";

const MEMORY = ENGINES.filter(({ name }) => name === "memory");

it.each(MEMORY)(
  "a worker without handlers, or for less than one job at a time, is refused in one clear message",
  async (engine) => {
    await using w = await queueBench(engine);
    const handlers = { send: () => {} };
    const wrong: readonly (readonly [object, RegExp])[] = [
      [{ handler: handlers }, /"handlers" of startWorker is undefined/],
      ...[0, -1, 1.5, Number.NaN, Infinity, "5"].map(
        (concurrency) =>
          [
            { handlers, concurrency },
            new RegExp(`"concurrency" of startWorker is ${concurrency}$`),
          ] as const,
      ),
    ];
    for (const [options, message] of wrong)
      await expect(w.work(options as never)).rejects.toMatchObject({
        code: "USAGE",
        message: expect.stringMatching(message) as string,
      });
    const odd = w.queue.jobs({ stat: "FAILED" } as never);
    await expect(odd).rejects.toThrow('this asks for no jobs: Unrecognized key: "stat"');
    expect((await w.queue.stats()).workers).toEqual([]);
  },
);
