/** How questions are answered: by totals and indexes, so that their cost does not grow with the log. */
import { expect, it } from "vitest";
import { questionsTo } from "../../../src/projections/analytics/questions/analytics.ts";
import type { Projections } from "../../../src/projections/face.ts";
import { openRows } from "../../support/asked-rows.ts";
import { execution, workflow } from "../analytics/rows.ts";

it("S1-025: no question reads all executions, workflows, tasks or hand-offs one by one", async () => {
  const estimated = workflow({ durationMs: 2, estimatedMs: 1, endedAt: 2 });
  await using projections = await openRows({
    run_executions: [execution({ keywords: " api ", role: "r" })],
    run_workflows: [estimated],
  });
  const scans = new Set<string>();
  let texts = 0;
  const sql: Projections["sql"] = async (text, values) => {
    texts += 1;
    for (const { detail } of await projections.sql(`EXPLAIN QUERY PLAN ${text}`, values)) {
      const [, table = ""] =
        /^SCAN ((?:run|telemetry)_(?:executions|workflows|handoffs)|dwell|tasks|agent_work)_\d+/.exec(
          String(detail),
        ) ?? [];
      // in the order of an index, until there are enough
      if (table !== "" && !(/LIMIT/.test(text) && /USING INDEX/.test(String(detail))))
        scans.add(`${table}: ${text}`);
    }
    return await projections.sql(text, values);
  };
  const questions = questionsTo({ sql });
  await questions.workflowStatistics();
  await questions.variants({ collapse: true });
  await questions.orchestrationStatistics("hub");
  await questions.estimates();
  await questions.agentStatistics("a");
  await questions.agents();
  await questions.agentNames();
  await questions.summary();
  await questions.qualityMetrics();
  await questions.coordinationOverhead();
  await questions.bottlenecks();
  await questions.trend("a");
  await questions.bestAgents({ task: "Build the API", minConfidence: 0 });
  await questions.bestAgents({ task: "Build the API", formula: "oak-v1" });
  for (const by of ["agent", "model", "role", "workflow"] as const) await questions.costs(by);
  await questions.latencies();
  expect([...scans]).toEqual([]);
  expect(texts).toBeGreaterThan(20);
});

it("a task of more words than a sentence has is refused", async () => {
  await using projections = await openRows({});
  const task = Array.from({ length: 501 }, (_, n) => `word${n}`).join(" ");
  await expect(questionsTo(projections).bestAgents({ task })).rejects.toMatchObject({ code: "USAGE" });
});
