/** What happened in a run, in order; the audit trail of reports is made of the same. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect, it } from "vitest";
import { trailSection } from "../../src/projections/report-trail.ts";
import { timelineOf } from "../../src/projections/timeline.ts";
import { ended, failure } from "../support/released.ts";
import { mixed } from "../support/tables.ts";
import { begun, folded, T0, tale, type Tale } from "../support/told.ts";

const brief = (story: Tale) =>
  timelineOf(story.view()).map(({ at, what, task, agent, attempt }) =>
    [at - T0, what, task, agent, attempt].filter((part) => part !== undefined).join(" "),
  );

describe("the timeline of a run", () => {
  it("has every start and attempt, what humans said, and the run's own begin and end, in order", () => {
    expect(brief(ended())).toEqual([
      "0 RUN STARTED",
      "0 DELEGATED lint",
      "0 STARTED lint 1",
      "30 DELEGATED build coder", // of one moment: in the order of the plan
      "30 STARTED build coder 1",
      "30 COMPLETED lint 1",
      "50 FAILED build coder 1",
      "100 STARTED build coder 2",
      "200 COMPLETED build coder 2",
      "240 DELEGATED test tester",
      "240 STARTED test tester 1",
      "250 REWORK test tester 1",
      "250 STARTED test tester 2",
      "265 COMPLETED test tester 2",
      "265 ASKED ship",
      "745 GRANTED ship",
      "745 DELEGATED ship tester",
      "745 STARTED ship tester 1",
      "750 COMPLETED ship tester 1",
      "750 RUN COMPLETED",
    ]);
  });

  it("has what happened beside the tasks, each where it belongs", () => {
    const plan = { name: "p", tasks: [{ id: "a", agent: "coder", failureRouting: {} }] };
    const ask = { agent: "coder", question: "q1" };
    const fact = (type: string, data: object) => ({ facts: [{ type, v: 1, data: { ...data } }] });
    const story = begun(tale(plan), "a")
      .later(1)
      .moved("agent/r1:a:work", fact("question.asked", { ...ask, text: "Which?" }))
      .later(1)
      .moved("agent/r1:a:work", fact("question.answered", { ...ask, by: "ann" }))
      .task("a", "task.broken", { reason: "implementation_bug", depth: 1, failure })
      .flow("branch.opened", {
        branch: "a_branch_01",
        parent_id: "a",
        title: "Mend a",
        agent_role: "fixer",
        branch_reason: "implementation_bug",
        debug_instructions: "Look",
        is_temporary: true,
        max_debug_attempts: 3,
        depth: 1,
        blocked: [],
      });
    const more = begun(story, "a_branch_01")
      .later(1)
      .flow("workflow.alerted", { severity: "warning", code: "c", message: "so so" })
      .flow("workflow.checkpointed", { name: "half", outputs: [] })
      .flow("workflow.paused", { hard: false, reason: "lunch" })
      .moved("feedback/r1", fact("feedback.given", { task: "a", rating: 2, by: "bob" }));
    expect(brief(more)).toEqual([
      "0 RUN STARTED",
      "0 DELEGATED a coder",
      "0 STARTED a coder 1",
      "1 QUESTION a",
      "2 BROKEN a coder 1",
      "2 BRANCHED a fixer",
      "2 DELEGATED a_branch_01 fixer",
      "2 STARTED a_branch_01 fixer 1",
      "2 ANSWERED a",
      "3 PAUSED",
      "3 ALERT",
      "3 CHECKPOINT",
      "3 RATED a",
    ]);
    expect(timelineOf(more.view()).map(({ detail }) => detail)).toEqual(
      expect.arrayContaining(["Which?", "by ann", "warning: so so", "2 of 5 by bob", "lunch"]),
    );
  });

  it("S0-023: the audit trail of a report is what it says of starts of tasks", () => {
    const view = ended().view();
    const trail = trailSection(view).rows.map((row) => [row[4], row[1]]);
    const own = timelineOf(view).filter(({ what }) => !what.startsWith("RUN "));
    expect(trail).toEqual(own.map(({ what, task }) => [what, task]));
  });

  test.prop({ choices: fc.array(fc.nat(11), { minLength: 1, maxLength: 60 }) }, { numRuns: 50 })(
    "P2: is the same for every interleaving of a run's actors",
    ({ choices }) => {
      const { records } = ended();
      expect(timelineOf(folded(mixed(records, choices)))).toEqual(timelineOf(folded(records)));
    },
  );
});
