/** How a host is: what doctor and `health` tell. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { health } from "../../src/actors/health.ts";
import { openLog } from "../../src/events/log/open.ts";
import { hearing, onEachLog } from "../support/cli-logs.ts";

const PLAN = `
name: p
tasks:
  - {id: a, run: "test -e once || { touch once; exit 1; }", maxRetries: 1, retryDelayMs: 1}
  - {id: b, run: "until test -e go; do sleep 0.02; done", dependsOn: [a]}
`;

onEachLog("the health of a host", (open) => {
  it("S3-014: who runs it, what is open, and the numbers of its runs and tasks", async () => {
    using bench = open();
    const { heard, line } = hearing(/^RUNNING +b/);
    const whole = bench.troupe(["run", bench.write("p.yaml", PLAN), "--id", "r1"], { heard });
    await line;
    await using log = await openLog(bench.log);
    expect(await health(log)).toMatchObject({
      owned: true,
      open: ["r1"],
      waiting: [],
      parked: [],
      metrics: {
        runs: { total: 1, byStatus: { RUNNING: 1 } },
        tasks: { total: 2, byStatus: { COMPLETED: 1, RUNNING: 1 } },
        retries: 1,
      },
    });
    writeFileSync(join(bench.folder, "go"), "");
    await whole;
    expect(await health(log)).toMatchObject({
      owned: false,
      open: [],
      lag: 0,
      metrics: {
        runs: { byStatus: { COMPLETED: 1 }, meanDurationMs: expect.any(Number) },
        tasks: { byStatus: { COMPLETED: 2 }, meanDurationMs: expect.any(Number) },
      },
    });
    const { value } = await bench.json(["doctor"]);
    const { checks } = Object(value) as { checks: readonly { name: string; found: string }[] };
    expect(checks.find(({ name }) => name === "host")).toMatchObject({
      ok: true,
      found: "no host runs the log now",
    });
    expect(checks.find(({ name }) => name === "metrics")?.found).toMatch(
      /^runs: 1 COMPLETED, .* on average; tasks: 2 COMPLETED, .* on average; 1 retried, 0 started again$/,
    );
  });
});
