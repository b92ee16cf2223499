/** The fold of a run: what people see of it, whichever of its actors' records come first. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import type { RunRecord } from "../../src/projections/runs.ts";
import { openGates } from "../../src/projections/runs-view.ts";
import { mixed } from "../support/tables.ts";
import { begun, folded, T0, tale, type Tale } from "../support/told.ts";

const PLAN = {
  name: "Release",
  goal: "Ship it",
  concurrency: 2,
  tasks: [
    { id: "build", run: "make", estimateMs: 1_000, outputs: ["artifacts/app"] },
    { id: "test", agent: "tester", dependsOn: ["build"], failureRouting: {} },
    { id: "ship", agent: "shipper", dependsOn: ["test"], approval: ["before"] },
    { id: "tell", run: "mail", dependsOn: ["ship"], when: "tasks.ship.status == 'COMPLETED'" },
  ],
};

const failure = { code: "COMMAND_FAILED", message: "no" };

/** A run that meets nearly everything. */
function eventful(): Tale {
  const first = tale(PLAN)
    .flow("workflow.started", { name: "Release", pattern: "graph", tasks: 4 })
    .flow("task.delegated", {
      task: "build",
      title: "build",
      wave: 1,
      dependsOn: [],
      outputs: ["artifacts/app"],
      input_artifacts: [],
    })
    .task("build", "task.started", { title: "build", purpose: "work", attempt: 1 })
    .later(10)
    .task("build", "task.retried", { attempt: 1, delayMs: 500, failure })
    .later(500)
    .task("build", "task.started", { title: "build", purpose: "work", attempt: 2 })
    .moved("task/r1:build", { state: { RUNNING: "working" }, event: { type: "troupe.recovered" } })
    .later(40)
    .task("build", "task.completed", { attempts: 2, durationMs: 40, summary: "built" });
  const counts = { total: 4, completed: 1, failed: 0, cancelled: 0, skipped: 0 };
  return begun(
    first.flow("workflow.progressed", { task: "build", status: "COMPLETED", counts }),
    "test",
  )
    .later(5)
    .task("test", "task.broken", { reason: "implementation_bug", depth: 1, failure })
    .flow("branch.opened", {
      branch: "test_branch_01",
      parent_id: "test",
      title: "Mend test",
      agent_role: "coder",
      branch_reason: "implementation_bug",
      debug_instructions: "Look at it",
      is_temporary: true,
      max_debug_attempts: 3,
      depth: 1,
      blocked: ["ship", "tell"],
    });
}

/** The same, gone on with to its end. */
function ended(): Tale {
  return begun(eventful(), "test_branch_01", { agent: "coder" })
    .task("test_branch_01", "task.completed", { attempts: 1, durationMs: 7, summary: "mended" })
    .flow("branch.ended", { branch: "test_branch_01", parent_id: "test", status: "COMPLETED" })
    .task("test", "task.completed", { attempts: 1, durationMs: 9, summary: "green" })
    .flow("approval.requested", {
      gate: "ship:before",
      task: "ship",
      kind: "before",
      question: "May it go?",
    })
    .later(3)
    .flow("approval.denied", { gate: "ship:before", by: "ann", comment: "not yet" })
    .flow("approval.refused", { gate: "ship:before", answer: "granted", first: "denied", by: "bob" })
    .flow("task.skipped", { task: "tell", blockedBy: "ship" })
    .flow("workflow.restarted", { from: "test", tasks: ["test", "ship", "tell"] })
    .done("test~2", 3, "green again")
    .flow("workflow.paused", { hard: false, reason: "lunch" })
    .flow("workflow.alerted", { severity: "warning", code: "below_target", message: "so so" })
    .flow("workflow.checkpointed", { name: "half", outputs: ["artifacts/app"] });
}

describe("a run's row", () => {
  it("knows of each task where it stands, and what it waits for", () => {
    const view = eventful().view();
    expect(view).toMatchObject({ run: "r1", name: "Release", goal: "Ship it", last: ["tell"] });
    const [build, tested, ship, tell, branch] = view.tasks;
    expect(build).toMatchObject({
      status: "COMPLETED",
      attempts: 2,
      restarts: 1,
      wave: 1,
      outputs: ["artifacts/app"],
      estimateMs: 1_000,
      summary: "built",
      delegatedAt: T0,
      endedAt: T0 + 550,
      starts: [
        {
          attempts: [
            { attempt: 1, outcome: "FAILED", failure, startedAt: T0, endedAt: T0 + 10 },
            { attempt: 2, outcome: "COMPLETED", startedAt: T0 + 510, endedAt: T0 + 550 },
          ],
        },
      ],
    });
    expect(build).not.toHaveProperty("failure");
    expect(tested).toMatchObject({ status: "WAITING", waitsFor: "branch", wave: 2, agent: "tester" });
    expect(ship).toMatchObject({ status: "PENDING", blockedByBranches: ["test_branch_01"] });
    expect(tell).toMatchObject({ when: "tasks.ship.status == 'COMPLETED'", wave: 4 });
    expect(branch).toMatchObject({
      id: "test_branch_01",
      status: "PENDING",
      parent: "test",
      wave: 2,
      purpose: "debug",
      agent: "coder",
    });
  });

  it("knows what a retry, a human and a hard pause let a task wait for", () => {
    const waiting = begun(tale(PLAN), "build").task("build", "task.retried", {
      attempt: 1,
      delayMs: 500,
      failure,
    });
    expect(waiting.view().tasks[0]).toMatchObject({
      status: "WAITING",
      waitsFor: "retry",
      dueAt: T0 + 500,
    });
    const held = waiting.task("build", "task.held", {}).view().tasks[0];
    expect(held).toMatchObject({ status: "WAITING", waitsFor: "held" });
    expect(held).not.toHaveProperty("dueAt");
    const gate = { gate: "ship:before", task: "ship", kind: "before", question: "May it go?" } as const;
    const asked = waiting.flow("approval.requested", gate);
    expect(asked.view().tasks[2]).toMatchObject({ status: "WAITING", waitsFor: "approval" });
    expect(openGates(asked.view())).toMatchObject([{ gate: "ship:before" }]);
    const granted = asked.flow("approval.granted", { gate: "ship:before" }).view();
    expect(granted.tasks[2]).toMatchObject({ status: "PENDING" });
    expect(openGates(granted)).toEqual([]);
  });

  it("keeps the first answer of a gate, and every later one with who gave it", () => {
    expect(ended().view().gates).toMatchObject([
      {
        gate: "ship:before",
        answer: { answer: "denied", by: "ann", comment: "not yet" },
        refused: [{ answer: "granted", by: "bob" }],
      },
    ]);
  });

  it("keeps both generations of what was started over", () => {
    const view = ended().view();
    const [build, tested, ship, tell] = view.tasks;
    expect(view.rounds).toMatchObject([{ from: "test", tasks: ["test", "ship", "tell"] }]);
    expect(build?.starts).toHaveLength(1);
    expect(tested).toMatchObject({
      status: "COMPLETED",
      summary: "green again",
      starts: [
        { n: 1, round: 0, summary: "green", attempts: [{ outcome: "BROKEN" }] },
        { n: 2, round: 1, summary: "green again", attempts: [{ outcome: "COMPLETED" }] },
      ],
    });
    expect([ship?.status, tell?.status]).toEqual(["PENDING", "PENDING"]);
    const restarted = eventful().flow("workflow.restarted", { from: "build", tasks: ["build"] });
    expect(restarted.view().tasks[0]).toMatchObject({ status: "PENDING", attempts: 0, stale: 1 });
    expect(view).toMatchObject({
      paused: { hard: false, reason: "lunch" },
      alerts: [{ code: "below_target" }],
      checkpoints: [{ name: "half" }],
    });
  });

  it("knows how those ended that never started: by the output, and by what an earlier run did", () => {
    const outcome = { attempts: 0, exitCode: null, durationMs: 0, summary: "" };
    const carried = {
      build: { ...outcome, status: "COMPLETED", attempts: 1, summary: "built before" },
    } as const;
    const output = {
      status: "CANCELLED",
      name: "Release",
      tasks: [{ id: "tell", ...outcome, status: "CANCELLED", reason: "enough" }],
    } as const;
    const counts = { total: 4, completed: 1, failed: 0, cancelled: 3, skipped: 0 };
    const view = tale(PLAN, { carried, restarts: { run: "r0", from: "test" } })
      .flow("workflow.progressed", { task: "test", status: "CANCELLED", counts })
      .flow("workflow.cancelled", { counts, reason: "enough" }, { output })
      .view();
    expect(view.startsOver).toEqual({ run: "r0", from: "test" });
    expect(view.tasks).toMatchObject([
      { status: "COMPLETED", summary: "built before", attempts: 1 },
      { status: "CANCELLED" },
      { status: "PENDING" },
      { status: "CANCELLED", reason: "enough" },
    ]);
  });

  it("knows what patterns add", () => {
    const view = tale({ ...PLAN, pattern: "parallel", tasks: [{ id: "a", run: "x" }] })
      .flow("tasks.added", { tasks: [{ id: "aggregate", title: "Merge" }], by: "a" })
      .view();
    expect(view.tasks.map(({ id, title, addedBy }) => [id, title, addedBy])).toEqual([
      ["a", "a", undefined],
      ["aggregate", "Merge", "a"],
    ]);
  });
});

describe("the fold", () => {
  test.prop(
    { choices: fc.array(fc.nat(11), { minLength: 1, maxLength: 60 }), cut: fc.nat(40) },
    { numRuns: 300 },
  )(
    "for every interleaving of the records of a run's actors, the row is the same",
    ({ choices, cut }) => {
      const records = ended().records.slice(0, Math.max(1, cut));
      expect(folded(mixed(records, choices))).toEqual(folded(records));
    },
  );

  it("puts tasks that no workflow has listed in the same order, whichever comes first", () => {
    const records = ["b", "a", "c"].flatMap((id) =>
      tale(PLAN).task(id, "task.held", {}).records.slice(1),
    );
    const ids = (some: readonly RunRecord[]) => folded(some).tasks.map(({ id }) => id);
    expect(ids(records)).toEqual(["a", "b", "c"]);
    expect(ids(records.toReversed())).toEqual(["a", "b", "c"]);
  });

  it("makes rows that are strict JSON", () => {
    const view = ended().view();
    expect(JSON.parse(JSON.stringify(view))).toStrictEqual(view);
  });
});
