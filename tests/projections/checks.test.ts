/** What tests and scans found, from what agents answer to the figures of a rollout. */
import { expect, it } from "vitest";
import { createHost } from "../../src/actors/host.ts";
import { planKinds } from "../../src/agents/plan-kinds.ts";
import { memoryLog } from "../../src/events/log/memory.ts";
import { Plan } from "../../src/events/plan/plan.ts";
import { askQualityMetrics } from "../../src/projections/analytics/questions/quality.ts";
import { checkIn } from "../../src/projections/runs-checks.ts";
import { openProjections } from "../../src/projections/runner.ts";

const lines = (covered: number) => ({ coverage: { lines: { covered, total: 100 } } });

it("S3-048: mean coverage and the sum of security issues are those that tasks of all runs found", async () => {
  const log = memoryLog();
  const answers: Record<string, object> = {
    r1: lines(80),
    r2: { ...lines(60), security_issues: 2 },
    r3: { security_issues: 1 },
    r4: { anything: "else" },
  };
  const agents = {
    tester: async ({ run }: { readonly run: string }) => ({
      summary: "tested",
      data: answers[run] ?? {},
    }),
  };
  {
    await using host = await createHost({ log, kinds: planKinds({ agents }) });
    const plan = Plan.parse({ name: "p", tasks: [{ id: "test", agent: "tester" }] });
    for (const run of Object.keys(answers)) {
      const input = { run, folder: "/project", artifacts: `/project/${run}`, plan };
      const actor = await host.start(`workflow/${run}`, { input });
      await actor.waitFor(({ status }) => status !== "active");
    }
  }
  await using projections = openProjections({ log });
  const rows = await projections.sql("SELECT run, coverage, securityIssues FROM checks ORDER BY run");
  expect(rows).toEqual([
    { run: "r1", coverage: 0.8, securityIssues: null },
    { run: "r2", coverage: 0.6, securityIssues: 2 },
    { run: "r3", coverage: null, securityIssues: 1 },
  ]);
  expect(await askQualityMetrics(projections)).toMatchObject({ testCoverage: 0.7, securityIssues: 3 });
});

it.each([
  [{ data: { coverage: { lines: { covered: 2, total: 0 } } } }, {}],
  [{ data: { coverage: { lines: { covered: 3, total: 2 } } } }, {}],
  [{ data: { coverage: "80 %", security_issues: -1 } }, {}],
  [{ data: null }, undefined],
  ["text", undefined],
  [undefined, undefined],
])("of %j nothing is counted", (output, found) => {
  expect(checkIn(output)).toEqual(found);
});
