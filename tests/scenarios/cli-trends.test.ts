/** Which agent for what, and whether it gets better, on the command line. */
import { expect, it } from "vitest";
import type { JsonObject } from "../../src/events/json.ts";
import { onEachLog } from "../support/cli-logs.ts";
import { at, call, DAY_MS, imported } from "../support/imported.ts";

onEachLog("agents of a log", (open) => {
  it("names the nearest agent where one is misspelt", async () => {
    using bench = open();
    await imported(bench, [call("a", "ada")]);
    for (const command of ["agents", "trends"])
      expect(await bench.troupe([command, "adda"])).toMatchObject({
        code: 1,
        err: 'AGENT_UNKNOWN: agent "adda" has done nothing in this log\n  → Did you mean "ada"?',
      });
  });

  it("S1-018, S1-019, S1-020, S1-021, S1-022, T-O3: the best agent for a task, or what else to ask", async () => {
    using bench = open();
    const work = (agent: string, n: number, more: JsonObject = {}): JsonObject[] =>
      Array.from({ length: n }, (_, nth) => call(`${agent}${nth}`, agent, more));
    await imported(bench, [
      ...work("ada", 30),
      ...work("bob", 10, { task_description: "Paint the payment page" }),
    ]);
    const task = ["best-agent", "--task", "Build a PAYMENT api for the shop"];
    const found = await bench.json([...task, "--all", "--min-confidence", "0.2"]);
    expect(found).toMatchObject({
      code: 0,
      value: {
        agent: {
          agent: "ada",
          executions: 30,
          successRate: 1,
          recentPerformance: 1,
          meanDurationMs: 10_000,
        },
        agents: [{ agent: "ada" }, { agent: "bob" }],
        hints: [],
      },
    });
    const { out, code } = await bench.troupe(task);
    expect([code, out.split("\n").length]).toEqual([0, 2]);
    expect(out).toMatch(/\nada +0\.\d\d +100\.0 %/);
    const none = await bench.troupe(["best-agent", "--task", "Sing a song", "--domain", "art"]);
    expect(none.code).toBe(1);
    expect(none.err.split("\n")).toEqual([
      "no agent is sure enough (0.5) for this task",
      expect.stringContaining("→ "),
      expect.stringContaining('"art"'),
      expect.stringContaining("other words"),
    ]);
    const old = ["best-agent", "--task", "payment page", "--formula", "oak-v1", "--all"];
    expect(await bench.json(old)).toMatchObject({
      value: { agents: [{ agent: "bob", confidence: expect.closeTo(0.533, 3) }] },
    });
    expect(await bench.troupe([...task, "--min-confidence", "2"])).toMatchObject({ code: 2 });
    expect(await bench.troupe(["best-agent"])).toMatchObject({ code: 2 });
  });

  it("S1-015, T-O2: an agent gets better, and looks like it on a terminal", async () => {
    using bench = open();
    const ago = (days: number): string => at(Date.now() - days * DAY_MS - 3_600_000);
    const day = (days: number, status: string, n: number): JsonObject =>
      call(`${days}-${n}`, "ada", { timestamp: ago(days), outcome: { status } });
    await imported(bench, [
      ...[0, 1, 2, 3].map((n) => day(1, "success", n)),
      ...[0, 1, 2, 3].map((n) => day(20, n === 0 ? "failure" : "success", n)),
      ...[0, 1].map((n) => day(25, "failure", n)),
    ]);
    expect(await bench.json(["trends", "ada"])).toMatchObject({
      code: 0,
      value: {
        trend: "improving",
        changePp: 50,
        recentRate: 1,
        historicalRate: 0.5,
        recent: 4,
        historical: 6,
      },
    });
    expect(await bench.json(["trends", "ada", "--days", "21"])).toMatchObject({
      value: { trend: "improving", changePp: 25, historical: 4 },
    });
    expect(await bench.json(["trends", "ada", "--days", "10"])).toMatchObject({
      value: { trend: "insufficient_data", changePp: null },
    });
    const { out } = await bench.troupe(["trends", "ada"], { outColumns: 80 });
    expect(out.split("\n")).toEqual([
      "agent         ada",
      "trend         improving, +50.0 percentage points",
      "last 7 days   100.0 % of 4",
      "days 8 to 30  50.0 % of 6",
      `····▁····▇·····${"·".repeat(13)}█·`,
    ]);
    expect((await bench.troupe(["trends", "ada"])).out).not.toContain("█");
    expect(await bench.troupe(["trends", "ada", "--days", "7"])).toMatchObject({ code: 2 });
  });
});
