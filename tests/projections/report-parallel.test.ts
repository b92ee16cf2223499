/** The report of a parallel run, from records told by hand. */
import { describe, expect, it } from "vitest";
import { branchLabel } from "../../src/projections/report-parallel.ts";
import { dataOf, part, textOf } from "../support/reported.ts";
import { begun, T0, tale, type Tale } from "../support/told.ts";

const counts = { total: 3, completed: 2, failed: 1, cancelled: 0, skipped: 0 };

describe("the report of a parallel run", () => {
  const plan = (join = "all") => ({
    name: "Sources",
    goal: "What is known of *queues*",
    pattern: "parallel",
    join,
    tasks: ["academic", "tutorial", "production"].map((id, at) => ({
      id,
      agent: `${id}_researcher`,
      estimateMs: 1_000 * (at + 1),
      outputs: [`artifacts/parallel-r1-${at + 1}.md`],
    })),
  });
  const two = (join?: string): Tale =>
    tale(plan(join))
      .done("academic", 800, "12 papers")
      .later(200)
      .done("tutorial", 1_000, "9 | guides");
  const failed = (join?: string): Tale =>
    two(join).broke("production", 2_000, "it took longer than 2 s", "COMMAND_TIMEOUT");

  it("S0-012: has every field that its template lists", () => {
    const view = two().done("production", 3_000, "3 talks").view();
    expect(textOf(view).split("\n## ")[0]).toBe(
      `# Sources (r1)

- **Status**: COMPLETED
- **Partial**: no
- **Pattern**: parallel
- **Goal**: What is known of \\*queues\\*
- **Start Time**: 2026-01-02T03:04:05.000Z
- **Expected Completion**: 2026-01-02T03:04:08.000Z
- **Independent Tasks**: 3
- **Specialists**: academic_researcher, tutorial_researcher, production_researcher
- **Estimated Time**: 3.0 s
- **Total Execution Time**: 5.0 s
- **Success Rate**: 100%
- **Join**: all
- **Aggregate**: not written
`,
    );
    expect(dataOf(view)).toMatchObject({
      startTime: "2026-01-02T03:04:05.000Z",
      expectedCompletion: "2026-01-02T03:04:08.000Z",
      independentTasks: 3,
      specialists: ["academic_researcher", "tutorial_researcher", "production_researcher"],
      estimatedTimeMs: 3_000,
      totalExecutionTimeMs: 5_000,
      successRate: 100,
    });
  });

  it("under `all`, one of three failed: no aggregate, failed and partial, two results kept", () => {
    const view = failed().flow("workflow.failed", { counts, failed: [], skipped: [] }).view();
    expect(dataOf(view)).toMatchObject({
      status: "FAILED",
      partial: true,
      aggregate: null,
      tasks: [
        { task: "academic", status: "COMPLETED", output: "artifacts/parallel-r1-1.md" },
        { task: "tutorial", status: "COMPLETED", output: "artifacts/parallel-r1-2.md" },
        { task: "production", status: "FAILED" },
      ],
    });
    expect(textOf(view)).toContain("- **Status**: FAILED (partial: what was completed is kept)");
    expect(part(textOf(view), "Failed")).toBe(
      "| Task | Status | Why |\n| --- | --- | --- |\n| production | FAILED | COMMAND_TIMEOUT: it took longer than 2 s |",
    );
  });

  it("under `settle`, one of three failed: an aggregate of two, 66.7%, the failed branch listed", () => {
    const view = failed("settle")
      .flow("tasks.added", { tasks: [{ id: "aggregate", title: "Aggregate" }] })
      .done("aggregate", 5, "merged", { outputs: ["artifacts/parallel-result-r1.md"] })
      .view();
    expect(dataOf(view)).toMatchObject({
      status: "COMPLETED",
      partial: false,
      aggregate: "artifacts/parallel-result-r1.md",
      successRate: 66.7,
      failed: [{ task: "production", status: "FAILED" }],
    });
    expect(textOf(view)).toContain("- **Success Rate**: 66.7%");
  });

  it("S0-006: a branch is PENDING, DELEGATED, COMPLETED or FAILED, each with its time", () => {
    const story = begun(two().later(10), "production").later(10);
    const labels = (from: Tale) => {
      const view = from.view();
      return view.tasks.map((task) => branchLabel(task, view.startedAt));
    };
    expect(labels(tale(plan()))[0]).toEqual({ label: "PENDING", since: T0 });
    expect(labels(story)).toEqual([
      { label: "COMPLETED", since: T0 + 800 },
      { label: "COMPLETED", since: T0 + 2_000 },
      { label: "DELEGATED", since: T0 + 2_010 },
    ]);
    expect(labels(failed())[2]).toEqual({ label: "FAILED", since: T0 + 4_000 });
    expect(part(textOf(story.view()), "Tasks").split("\n")[2]).toBe(
      String.raw`| academic | academic | academic_researcher | COMPLETED | 2026-01-02T03:04:05.800Z | artifacts/parallel-r1-1.md | 12 papers |`,
    );
    expect(textOf(story.view())).toContain(String.raw`9 \| guides`);
  });
});
