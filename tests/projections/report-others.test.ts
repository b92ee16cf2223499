/** Reports of sagas, conditions, generators and graphs, from records told by hand; and the document itself. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { field, json, markdown } from "../../src/projections/report-document.ts";
import { dataOf, textOf } from "../support/reported.ts";
import { begun, tale, type Tale } from "../support/told.ts";

describe("the report of a saga", () => {
  const plan = {
    name: "Trip",
    pattern: "saga",
    tasks: ["flight", "hotel", "car"].map((id) => ({ id, run: "x", compensate: { run: "y" } })),
  };
  const undoing = (): Tale =>
    tale(plan)
      .done("flight", 10)
      .done("hotel", 10)
      .broke("car", 10, "none left")
      .flow("saga.compensating", { cause: "car", tasks: ["hotel", "flight"] })
      .flow("tasks.added", {
        tasks: ["flight", "hotel"].map((id) => ({ id: `${id}_compensation`, title: `Undo ${id}` })),
      });

  it("tells what was undone, in its order", () => {
    const view = undoing().done("hotel_compensation", 1).done("flight_compensation", 1).view();
    expect(dataOf(view)).toMatchObject({
      status: "FAILED",
      partial: false,
      compensated: true,
      cause: "car",
      compensations: [
        { order: 1, undoes: "hotel", status: "COMPLETED" },
        { order: 2, undoes: "flight", status: "COMPLETED" },
      ],
    });
    expect(dataOf(view)).not.toHaveProperty("compensationIncomplete");
  });

  it("T-R6: names what could not be undone", () => {
    const view = undoing()
      .broke("hotel_compensation", 1, "closed")
      .done("flight_compensation", 1)
      .view();
    expect(dataOf(view)).toMatchObject({
      compensated: false,
      compensationIncomplete: ["hotel"],
      compensations: [{ problem: "COMMAND_FAILED: closed" }, { status: "COMPLETED" }],
    });
  });
});

describe("the reports of other patterns", () => {
  it("tell what was decided of each condition", () => {
    const view = tale({
      name: "choose",
      pattern: "conditional",
      tasks: [
        { id: "look", run: "x" },
        { id: "mend", run: "x", dependsOn: ["look"], when: "tasks.look.data.broken" },
        { id: "praise", run: "x", dependsOn: ["look"], when: "!tasks.look.data.broken" },
      ],
    })
      .done("look", 1)
      .flow("task.skipped", { task: "praise", reason: "its condition is false" })
      .done("mend", 1)
      .view();
    expect(dataOf(view)).toMatchObject({
      status: "COMPLETED",
      decisions: [
        { task: "mend", condition: "tasks.look.data.broken", decision: "RUN" },
        { task: "praise", decision: "SKIPPED", why: "its condition is false" },
      ],
    });
  });

  it("tell what a generator asked for", () => {
    const view = tale({ name: "grow", pattern: "dynamic", generate: { agent: "head" }, tasks: [] })
      .flow("tasks.added", { tasks: [{ id: "generate_1", title: "What next?" }] })
      .done("generate_1", 1)
      .flow("tasks.added", { tasks: [{ id: "dig", title: "Dig" }], by: "generate_1" })
      .done("dig", 1)
      .flow("tasks.added", { tasks: [{ id: "generate_2", title: "What next?" }] })
      .done("generate_2", 1)
      .view();
    expect(dataOf(view)).toMatchObject({
      status: "COMPLETED",
      generations: 2,
    });
    expect(textOf(view)).toContain(
      "| generate_1 | COMPLETED | dig |\n| generate_2 | COMPLETED | none |",
    );
  });

  it("tell of branch todos, answers, restarts and checkpoints, where there are any", () => {
    const story = begun(tale({ name: "g", tasks: [{ id: "a", run: "x" }] }), "a");
    expect(textOf(story.view())).not.toMatch(/Branch Todos|Approvals|Restarts|Checkpoints|Alerts/);
    const view = story
      .flow("branch.opened", {
        branch: "a_branch_01",
        parent_id: "a",
        title: "Mend a",
        agent_role: "coder",
        branch_reason: "timeout",
        debug_instructions: "Look",
        is_temporary: true,
        max_debug_attempts: 3,
        depth: 1,
        blocked: [],
      })
      .flow("approval.requested", { gate: "a:after", task: "a", kind: "after", question: "Fine?" })
      .flow("approval.granted", { gate: "a:after", by: "ann" })
      .flow("workflow.checkpointed", { name: "one", outputs: [] })
      .flow("workflow.restarted", { from: "a", tasks: ["a"] })
      .view();
    expect(dataOf(view)).toMatchObject({
      branchTodos: [{ branch: "a_branch_01", mends: "a", reason: "timeout", status: "OPEN" }],
      approvals: [{ gate: "a:after", answer: "granted", by: "ann" }],
      checkpoints: [{ name: "one" }],
      restarts: [{ from: "a" }],
    });
  });

  it("call a question open for as long as somebody may answer it", () => {
    const gate = { gate: "a:after", task: "a", kind: "after", question: "Fine?" } as const;
    const view = begun(tale({ name: "g", tasks: [{ id: "a", run: "x" }] }), "a")
      .flow("approval.requested", gate)
      .view();
    expect(dataOf(view)).toMatchObject({ approvals: [{ answer: "open" }] });
    const over = { ...view, open: false, status: "CANCELLED" };
    expect(dataOf(over)).toMatchObject({ approvals: [{ answer: "never answered" }] });
  });
});

const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom("|", "\\", "\n", "\r", "_", "*", "<", "a"),
    fc.string({ unit: "binary" }),
  ),
});

describe("the audit trail", () => {
  it("says once what tests found, and what else was wrong besides", () => {
    const failure = { code: "TESTS_FAILED", message: '"npm test" ended with 1' };
    const view = begun(tale({ name: "g", tasks: [{ id: "a", run: "x" }] }), "a")
      .task("a", "task.tested", { passed: false, issues: [failure.message, "no report"] })
      .task("a", "task.broken", { reason: "test_failure", depth: 1, failure })
      .view();
    expect(dataOf(view)).toMatchObject({
      auditTrail: [{}, {}, { detail: 'TESTS_FAILED: "npm test" ended with 1; no report' }],
    });
  });

  it("has what a human is asked between what was done and its end, within one millisecond, too", () => {
    const gate = { gate: "a:after", task: "a", kind: "after", question: "Fine?" } as const;
    const view = begun(tale({ name: "g", tasks: [{ id: "a", run: "x" }] }), "a")
      .flow("approval.requested", gate)
      .flow("approval.granted", { gate: "a:after" })
      .task("a", "task.completed", { attempts: 1, durationMs: 0, summary: "" })
      .view();
    expect(dataOf(view)).toMatchObject({
      auditTrail: ["DELEGATED", "STARTED", "ASKED", "GRANTED", "COMPLETED"].map((what) => ({ what })),
    });
  });
});

test.prop({ text: anyText, cell: anyText })(
  "for every text, a report keeps its lines and bars, and its JSON has the text itself",
  ({ text, cell }) => {
    const report = {
      title: text,
      fields: [field("What", text)],
      sections: [{ title: "All", columns: ["A", "B"], rows: [[cell, "b"]] }],
    };
    const lines = markdown(report).split("\n");
    expect(lines).toHaveLength(10);
    expect(lines[8]?.replaceAll(/\\./g, "").match(/\|/g)).toHaveLength(3);
    expect(json(report)).toEqual({ title: text, what: text, all: [{ a: cell, b: "b" }] });
  },
);
