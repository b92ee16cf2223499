/** What tests and scans found in runs (S3-048). */
import type { RunView } from "../runs-view.ts";
import { defineTable } from "../table.ts";

/** One row per task that measured something, as it said last. */
export const checks = defineTable({
  name: "checks",
  columns: {
    run: "text",
    task: "text",
    agent: "text",
    at: "integer",
    /** Share of the lines that the tests came through, 0 to 1. */
    coverage: "real",
    securityIssues: "integer",
  },
  indexes: [["run"], ["coverage", "securityIssues"]],
  spread: (view: RunView) =>
    view.tasks.flatMap(({ id, agent = null, starts, endedAt = null }) => {
      const check = starts.findLast((start) => start.check !== undefined)?.check;
      if (check?.coverage === undefined && check?.securityIssues === undefined) return [];
      const { coverage = null, securityIssues = null } = check;
      return [{ run: view.run, task: id, agent, at: endedAt, coverage, securityIssues }];
    }),
});
