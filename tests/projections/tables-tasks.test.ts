/** What SQL can ask of the tasks of runs, their hand-offs, and what was asked, said and left. */
import { describe, expect, it } from "vitest";
import type { Json } from "../../src/events/json.ts";
import { ended, PLAN, released } from "../support/released.ts";
import { rowsIn } from "../support/tables.ts";
import { begun, T0, tale, type Tale } from "../support/told.ts";

describe("run_handoffs", () => {
  it("go from what ended last to what it let begin; work that stays with its agent is none", () => {
    expect(rowsIn(ended().view(), "run_handoffs")).toEqual([
      {
        workflow: "r1",
        source: "run",
        fromAgent: "coder",
        toAgent: "tester",
        fromTask: "build",
        toTask: "test",
        at: T0 + 240,
        gapMs: 40,
        success: 1,
        artifacts: 1,
      },
    ]);
    const open = begun(tale(PLAN).done("build", 5), "test").view();
    expect(rowsIn(open, "run_handoffs")).toMatchObject([{ gapMs: 0, success: null }]);
  });
});

describe("tasks and dwell", () => {
  it("say how each task stands", () => {
    const rows = rowsIn(ended().view(), "tasks");
    expect(rows.map(({ task, status, attempts, wave }) => [task, status, attempts, wave])).toEqual([
      ["build", "COMPLETED", 2, 1],
      ["lint", "COMPLETED", 1, 1],
      ["test", "COMPLETED", 2, 2],
      ["ship", "COMPLETED", 1, 3],
    ]);
    expect(rows[0]).toMatchObject({
      agent: "coder",
      durationMs: 100,
      delegatedAt: T0 + 30,
      startedAt: T0 + 100,
      endedAt: T0 + 200,
      summary: "built",
      dependsOn: "[]",
    });
  });

  const stays = (story: Tale, id: string) =>
    rowsIn(story.view(), "dwell")
      .filter(({ task }) => task === id)
      .map(({ state, waitsFor, ms, since }) => [state, waitsFor, ms, since]);

  it("say how long it was in which state, and since when it is in the present one", () => {
    expect(stays(ended(), "build")).toEqual([
      ["RUNNING", null, 120, null],
      ["WAITING", "retry", 50, null],
      ["PENDING", null, 30, null],
    ]);
    expect(stays(ended(), "ship")).toEqual([
      ["RUNNING", null, 5, null],
      ["PENDING", null, 265, null],
      ["WAITING", "approval", 480, null],
    ]);
    expect(stays(begun(tale(PLAN).later(9), "build").later(3), "build")).toEqual([
      ["PENDING", null, 9, null],
      ["RUNNING", null, 0, T0 + 9],
    ]);
    const again = begun(tale(PLAN).later(9), "build").later(3);
    expect(
      stays(again.moved("task/r1:build", { state: { RUNNING: "checking" } }), "build"),
    ).toContainEqual(["RUNNING", null, 0, T0 + 9]);
  });

  it("counts from the restart that made a start", () => {
    const again = tale(PLAN)
      .done("build", 5)
      .later(10)
      .flow("workflow.restarted", { from: "build", tasks: ["build"] })
      .later(2)
      .done("build~2", 7);
    expect(rowsIn(again.view(), "dwell").map(({ start, state, ms }) => [start, state, ms])).toEqual([
      [1, "RUNNING", 5],
      [1, "PENDING", 0],
      [2, "RUNNING", 7],
      [2, "PENDING", 2],
    ]);
  });
});

describe("the other tables of a run", () => {
  it("have what humans were asked and said, what agents did, and what was left", () => {
    const asks = { agent: "coder", question: "q1", text: "Which?" };
    const fact = (type: string, data: Json) => ({ facts: [{ type, v: 1, data }] });
    const committed = { task: "build", branch: "troupe/r1/build", commit: "abc", tag: "t" };
    const output: Json = { status: "COMPLETED", data: { repository: "/r", commits: [committed] } };
    const story = released()
      .moved("agent/r1:ship:work", fact("question.asked", asks))
      .later(4)
      .moved("agent/r1:ship:work", fact("question.answered", { agent: "coder", question: "q1" }))
      .flow("workflow.alerted", { severity: "warning", code: "c", message: "so so" })
      .flow("workflow.checkpointed", { name: "half", outputs: ["artifacts/app"] })
      .moved("task/r1:lint", { state: "COMPLETED", output });
    const view = story.view();
    expect(rowsIn(view, "approvals")).toMatchObject([
      { id: "ship:before", kind: "before", answer: "granted", by: "ann", waitedMs: 480, open: 0 },
      { id: "ship:work:q1", kind: "question", answer: "answered", waitedMs: 4, open: 0 },
    ]);
    expect(rowsIn(view, "agent_work")).toMatchObject([
      { address: "agent/r1:build:work", agent: "coder", role: "coder", tokens: 10, calls: 1 },
      { task: "build", start: 1, attempt: 2, model: "m-1", money: 0.25 },
      { task: "ship", role: "tester", questions: 1 },
    ]);
    expect(rowsIn(view, "alerts")).toMatchObject([{ severity: "warning", message: "so so" }]);
    expect(rowsIn(view, "artifacts")).toMatchObject([
      { task: "build", path: "artifacts/app", kind: "output", sha: "abc", tag: "t", at: T0 + 200 },
      { task: "test", path: "artifacts/report", sha: null },
      { task: null, path: "artifacts/app", kind: "checkpoint", checkpoint: "half" },
    ]);
  });
});
