/** How much goes through a log, at the least. */
import { expect, it } from "vitest";
import { DURABLE, runBench, task } from "../support/run-bench.ts";

it.each(DURABLE)(
  "S3-011: on $name, a thousand records of runs take far less than a minute, and none is lost",
  async (engine) => {
    await using w = await runBench(engine);
    const tasks = Array.from({ length: 50 }, (_, n) => task(`t${n}`, "works"));
    const begun = performance.now();
    const runs = [1, 2, 3, 4, 5, 6];
    for (const n of runs) {
      await w.start({ tasks, concurrency: 50 }, { run: `r${n}` });
      const run = w.host.actor(`workflow/r${n}`);
      await w.until("it is over", async () => (await run.snapshot()).status === "done");
    }
    const lastedMs = performance.now() - begun;
    await using log = await w.bench.open();
    const types = (await Array.fromAsync(log.scan())).map(({ type }) => type);
    expect(types.length).toBeGreaterThanOrEqual(1_000);
    for (const type of ["task.started", "task.completed"])
      expect(types.filter((one) => one === type)).toHaveLength(50 * runs.length);
    expect(lastedMs).toBeLessThan(60_000);
  },
);
