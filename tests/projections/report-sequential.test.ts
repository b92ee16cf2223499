/** The report of a pipeline, from records told by hand. */
import { describe, expect, it } from "vitest";
import { stageLabel } from "../../src/projections/report-sequential.ts";
import { dataOf, part, textOf } from "../support/reported.ts";
import { begun, tale, type Tale } from "../support/told.ts";

describe("the report of a pipeline", () => {
  const plan = {
    name: "Article",
    pattern: "sequential",
    tasks: ["research", "outline", "writing"].map((id) => ({
      id,
      agent: "writer",
      gate: { agent: "critic" },
    })),
  };
  const gate = (id: string, score: number, reworks: number) =>
    [
      id,
      "gate.evaluated",
      {
        completeness: score,
        accuracy: 9,
        readiness: score < 8 ? "FAIL" : "PASS",
        issues: score < 8 ? ["thin"] : [],
        reworks,
      },
    ] as const;
  const story = (): Tale =>
    begun(tale(plan), "research")
      .later(100)
      .task(...gate("research", 6, 0))
      .task("research", "task.started", { title: "research", purpose: "work", attempt: 2 })
      .later(50)
      .task(...gate("research", 8, 1))
      .task("research", "task.completed", { attempts: 2, durationMs: 50, summary: "notes" });

  it("S0-016: stages are PENDING, WAITING, IN_PROGRESS or COMPLETED; the first begins PENDING", () => {
    const labels = (from: Tale) => from.view().tasks.map(stageLabel);
    expect(labels(tale(plan))).toEqual(["PENDING", "WAITING", "WAITING"]);
    expect(labels(begun(tale(plan), "research"))).toEqual(["IN_PROGRESS", "WAITING", "WAITING"]);
    expect(labels(begun(story(), "outline"))).toEqual(["COMPLETED", "IN_PROGRESS", "WAITING"]);
    const again = story().flow("workflow.restarted", { from: "research", tasks: ["research"] });
    expect(labels(again)).toEqual(["PENDING", "WAITING", "WAITING"]);
  });

  it("S0-024: has duration, stages, reworks and final quality", () => {
    const view = begun(story(), "outline").later(10).view();
    expect(textOf(view)).toContain(
      "- **Total Duration**: 150 ms\n- **Stages Completed**: 1/3\n- **Rework Iterations**: 1\n- **Final Quality Score**: 85%\n",
    );
    expect(dataOf(view)).toMatchObject({
      totalDurationMs: 150,
      stagesCompleted: "1/3",
      reworkIterations: 1,
      finalQualityScore: 85,
      qualityGates: [
        { task: "research", completeness: 6, readiness: "FAIL", issues: ["thin"] },
        { task: "research", completeness: 8, readiness: "PASS", issues: [] },
      ],
    });
  });

  it("S0-023: the audit trail is the whole history in order, failed attempts and both generations", () => {
    const failure = { code: "COMMAND_FAILED", message: "no pen" };
    const view = begun(story(), "outline")
      .task("outline", "task.retried", { attempt: 1, delayMs: 10, failure })
      .later(10)
      .task("outline", "task.started", { title: "outline", purpose: "work", attempt: 2 })
      .task("outline", "task.completed", { attempts: 2, durationMs: 0, summary: "plan" })
      .flow("workflow.restarted", { from: "outline", tasks: ["outline", "writing"] })
      .done("outline~2", 0, "plan B")
      .view();
    const lines = part(textOf(view), "Audit Trail").split("\n").slice(2);
    expect(lines.map((line) => line.split(" | ").slice(1).join(" ").replace(/ \|$/, ""))).toEqual([
      "research 1  DELEGATED writer",
      "research 1 1 STARTED work",
      "research 1 1 REWORK thin",
      "research 1 2 STARTED work",
      "research 1 2 COMPLETED notes",
      "outline 1  DELEGATED writer",
      "outline 1 1 STARTED work",
      "outline 1 1 FAILED COMMAND_FAILED: no pen",
      "outline 1 2 STARTED work",
      "outline 1 2 COMPLETED plan",
      "outline 0  RESTARTED again: outline, writing",
      "outline 2  DELEGATED writer",
      "outline 2 1 STARTED work",
      "outline 2 1 COMPLETED plan B",
    ]);
  });
});
