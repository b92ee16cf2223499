/** Tasks that come into a plan while it runs are held to the same rules. */
import { describe, expect, it } from "vitest";
import { faultsOfAdded } from "../../src/events/plan/added-faults.ts";

const said = (tasks: readonly unknown[]): readonly string[] =>
  faultsOfAdded(tasks, ["old", "generate_1"]).map(
    ({ path, message }) => `${path.join(".")}: ${message}`,
  );

describe("tasks that are added", () => {
  it("may depend on those that are over, and ask about them", () => {
    const when = 'tasks.old.status == "FAILED"';
    expect(said([])).toEqual([]);
    expect(said([{ id: "a", agent: "x", dependsOn: ["old"], when }])).toEqual([]);
  });

  it("are refused with every fault, at its place among them", () => {
    const tasks = [
      { id: "old", run: "x", outputs: ["o"] },
      { id: "b", run: "x", outputs: ["o"], dependsOn: ["nope"] },
      { id: "c", reads: ["o"], when: "tasks.b.data" },
      { id: "generate_2", run: "x", compensate: { run: "x" } },
      null,
    ];
    expect(said(tasks).toSorted()).toEqual([
      'tasks.0.id: duplicate id "old": a task so far has it',
      'tasks.1.dependsOn.0: unknown task "nope"',
      'tasks.1.outputs.0: "old" writes the same path, in the same wave (1)',
      'tasks.2.reads.0: hidden dependency: "old" writes it, and nothing says that it comes before',
      "tasks.2.run: it is missing",
      "tasks.2.when: the task depends on nothing that a condition could ask about",
      'tasks.3.compensate: "compensate" is a field of pattern saga, and this plan is graph',
      'tasks.3.id: "generate_2" is an id that only troupe gives, to tasks that it adds',
      "tasks.4: expected fields, got nothing",
    ]);
  });
});
