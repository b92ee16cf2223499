/** On a host, what a task is told takes a while to arrive: nothing is told twice meanwhile. */
import { describe, expect, it } from "vitest";
import { initialTransition, transition, type SnapshotFrom } from "xstate";
import { workflowMachine } from "../../src/machines/workflow/workflow.ts";
import type { WorkflowEvent } from "../../src/machines/workflow/setup.ts";
import { PLACE, planOf } from "./fixture.ts";

type Snapshot = SnapshotFrom<typeof workflowMachine>;

/** What the runtime sends is not in the type. */
const BEGIN = { type: "xstate.after.0.workflow.PENDING" } as unknown as WorkflowEvent;

function over(id: string, status: "COMPLETED" | "CANCELLED"): WorkflowEvent {
  const output = { status, attempts: 1, exitCode: 0, durationMs: 1, summary: "" } as const;
  return { type: `xstate.done.actor.${id}`, actorId: id, output };
}

/** After each event, how many messages went to tasks; and where it ended. */
function told(rest: object, events: readonly WorkflowEvent[]) {
  const plan = planOf(
    ["a", "b", "c"].map((id) => ({ id, run: "x" })),
    rest,
  );
  let [snapshot]: readonly [Snapshot, unknown] = initialTransition(workflowMachine, { ...PLACE, plan });
  const messages = [BEGIN, ...events].map((event) => {
    const [next, actions] = transition(workflowMachine, snapshot, event);
    snapshot = next;
    return actions.filter(({ type }) => type === "xstate.sendTo").length;
  });
  return { messages: messages.slice(1), snapshot };
}

describe("a task", () => {
  const any = { pattern: "parallel", join: "any" };

  it("is called off once by a join", () => {
    const { messages } = told(any, [over("a", "COMPLETED"), over("b", "CANCELLED")]);
    expect(messages).toEqual([2, 0]);
  });

  it("that was cancelled with its run is not called off by a join as well", () => {
    const { messages, snapshot } = told(any, [{ type: "CANCEL" }, over("a", "COMPLETED")]);
    expect(messages).toEqual([3, 0]);
    expect(snapshot.value).toEqual({ RUNNING: "cancelling" });
  });

  it("that is being cancelled asks nobody any more", () => {
    const asks = { type: "TASK_ASKS", task: "a", kind: "after", question: "?" } as const;
    const { snapshot } = told({}, [{ type: "CANCEL" }, asks]);
    expect(snapshot.can({ type: "APPROVE", gate: "a:after" })).toBe(false);
  });

  it("is released only where it was held", () => {
    expect(told({}, [{ type: "PAUSE" }, { type: "RESUME" }]).messages).toEqual([0, 0]);
    const hard = [{ type: "PAUSE", hard: true }, { type: "RESUME" }] as const;
    expect(told({}, hard).messages).toEqual([3, 3]);
  });
});
