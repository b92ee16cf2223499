/** What is picked of an agent's past, where little of it counts. */
import { expect, it } from "vitest";
import { askBestAgents } from "../../../src/projections/analytics/questions/best-agents.ts";
import { askQualityMetrics } from "../../../src/projections/analytics/questions/quality.ts";
import { openRows } from "../../support/asked-rows.ts";
import { execution } from "../analytics/rows.ts";

it("T-O3: of what went well, the most alike counts, not the shortest", async () => {
  await using asked = await openRows({
    run_executions: [
      execution({ id: "1", keywords: " api " }),
      execution({ id: "2", keywords: " api billing build payment " }),
      execution({ id: "3", keywords: " api build ", status: "failure" }),
    ],
  });
  const task = "build the payment api for billing";
  const { agents } = await askBestAgents(asked, { task, minConfidence: 0 });
  // relevance is 1, so confidence is Wilson's bound of 2 of 3
  expect(agents).toMatchObject([{ agent: "a", confidence: expect.closeTo(0.208, 3) }]);
});

it("S1-018: recent performance is of the last ten that ended well or badly, of both sources", async () => {
  const past = (source: string, from: number, statuses: string) =>
    Array.from(statuses).map((status, n) =>
      execution({
        id: `${source}${n}`,
        source,
        startedAt: from + n,
        endedAt: status === "s" ? from + n : null,
        status: status === "s" ? "success" : "failure",
      }),
    );
  await using asked = await openRows({
    run_executions: past("run", 0, "fffffsss"),
    telemetry_executions: past("telemetry", 100, "ssssfs"),
  });
  const skills = new Map([["a", ["api"]]]);
  const { agents } = await askBestAgents(asked, { task: "api", skills, minConfidence: 0 });
  // of the run fsss, of telemetry ssssfs
  expect(agents).toMatchObject([{ agent: "a", recentPerformance: 0.8 }]);
});

it("S3-048: an imported task passes by its last invocation", async () => {
  const tried = (id: string, startedAt: number, status: string) =>
    execution({ id, source: "telemetry", role: "coder", task: "t", startedAt, status });
  await using asked = await openRows({
    telemetry_executions: [
      tried("1", 5, "success"),
      tried("2", 1, "failure"),
      tried("3", 1, "failure"),
    ],
  });
  expect(await askQualityMetrics(asked)).toMatchObject({
    roles: [{ role: "coder", passed: 1, failed: 0, passRate: 1 }],
  });
});
