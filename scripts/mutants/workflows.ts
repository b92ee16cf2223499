/** Bugs of the machines that lead teams. */
import type { Mutant } from "./mutant.ts";

const BOARD = "src/machines/workflow";

export const WORKFLOWS: readonly Mutant[] = [
  {
    name: "dependents-started-before-the-last-dependency",
    file: `${BOARD}/scheduling.ts`,
    find: "return missing === 0 ? arrive(turn, at) : [];",
    replace: "return missing <= 1 ? arrive(turn, at) : [];",
    law: "A1",
  },
  {
    name: "one-more-than-the-limit-runs",
    file: `${BOARD}/scheduling.ts`,
    find: "plan.concurrency - turn.board.running",
    replace: "plan.concurrency + 1 - turn.board.running",
    law: "A1",
  },
  {
    name: "pause-forgotten",
    file: `${BOARD}/scheduling.ts`,
    find: 'if (paused !== "no" || (reason',
    replace: "if ((reason",
    law: "A1",
  },
  {
    name: "second-answer-counts",
    file: `${BOARD}/gates.ts`,
    find: "if (first !== undefined) {",
    replace: "if (first !== undefined && first.granted === granted) {",
    law: "A3",
  },
  {
    name: "answer-to-an-earlier-asking-counts",
    file: `${BOARD}/asking.ts`,
    find: "return gate.open && asking === gate.answers.length;",
    replace: "return gate.open;",
    law: "A3",
  },
  {
    name: "cancelled-run-leaves-its-tasks-running",
    file: `${BOARD}/settle.ts`,
    find: 'for (const at of alive) turn.tell(tasks[at]?.id ?? "", { type: "CANCEL", reason });',
    replace: "void alive;",
    law: "A11",
  },
  {
    name: "compensations-in-order-of-completion",
    file: `${BOARD}/patterns/saga.ts`,
    find: "b.nth - a.nth",
    replace: "a.nth - b.nth",
    law: "A3",
  },
  {
    name: "a-fourth-cycle-of-the-hub",
    file: `${BOARD}/patterns/hub.ts`,
    find: "iterate && cycle < max",
    replace: "iterate && cycle <= max",
    law: "A3",
  },
  {
    name: "gate-passes-one-score-below-its-threshold",
    file: "src/machines/task/gate.ts",
    find: "completeness >= least && accuracy >= least",
    replace: "completeness >= least || accuracy >= least",
    law: "A3",
  },
  {
    name: "backoff-that-does-not-grow",
    file: "src/machines/task/standing.ts",
    find: "delay * 2 ** Math.max(0, nth - 1)",
    replace: "delay * Math.max(1, nth)",
    law: "A7",
  },
  {
    name: "no-second-test-behind-a-branch-todo",
    file: "src/machines/task/task.ts",
    find: 'always: [{ guard: "hasChecks", target: "testing" }, { target: "working" }],',
    replace: 'always: [{ target: "#task.COMPLETED" }],',
    law: "A3",
  },
  {
    name: "branch-todos-without-end",
    file: `${BOARD}/branches.ts`,
    find: "if (depth > limits.depth)",
    replace: "if (depth > limits.depth + 1)",
    law: "A3",
  },
];
