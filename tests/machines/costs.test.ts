/** A13: what a step costs does not grow with the run. Ratios with wide bounds: machines differ, growth shows. */
import { describe, expect, it } from "vitest";
import { initialTransition, transition } from "xstate";
import type { Plan } from "../../src/events/plan/plan.ts";
import { workflowMachine } from "../../src/machines/workflow/workflow.ts";
import { PLACE, planOf } from "./fixture.ts";

const OUTPUT = { status: "COMPLETED", attempts: 1, exitCode: 0, durationMs: 1, summary: "" } as const;

/** Layers of ten; each task behind three of the layer before. */
function dag(size: number, rest: object = {}): Plan {
  return planOf(
    Array.from({ length: size }, (_, n) => ({
      id: `t${n}`,
      run: "x",
      dependsOn:
        n < 10 ? [] : [0, 3, 7].map((k) => `t${Math.floor(n / 10) * 10 - 10 + ((n + k) % 10)}`),
    })),
    { concurrency: 10, ...rest },
  );
}

/** A whole run without a world: each task ends as soon as it is started. Milliseconds. */
function wholeRun(plan: Plan): { readonly ms: number; readonly steps: number } {
  const start = performance.now();
  let [snapshot] = initialTransition(workflowMachine, { ...PLACE, plan });
  const after = "xstate.after.0.workflow.PENDING";
  // what the runtime sends is not in the type
  let [next, actions] = transition(workflowMachine, snapshot, { type: after } as never);
  const running: string[] = [];
  let steps = 0;
  for (;;) {
    snapshot = next;
    steps += 1;
    for (const { type, params } of actions)
      if (type === "xstate.spawnChild") running.push((params as { readonly id: string }).id);
    const id = running.shift();
    if (id === undefined) break;
    const done = { type: `xstate.done.actor.${id}`, actorId: id, output: OUTPUT } as const;
    [next, actions] = transition(workflowMachine, snapshot, done);
  }
  expect(snapshot.value).toBe("COMPLETED");
  return { ms: performance.now() - start, steps };
}

/** The fastest of some runs: what the machine is otherwise busy with only ever adds. */
function perStep(plan: Plan, times: number): number {
  const runs = Array.from({ length: times }, () => wholeRun(plan));
  return Math.min(...runs.map(({ ms, steps }) => ms / steps));
}

describe("costs of a workflow", () => {
  it("A13: a step beside a thousand tasks costs what one beside ten does", () => {
    const small = perStep(dag(10), 50);
    const large = perStep(dag(1_000), 3);
    expect(large / small).toBeLessThan(6);
  });

  it("A13: a thousand tasks, ten wide, take well under two seconds in all", () => {
    expect(perStep(dag(1_000), 3) * 1_001).toBeLessThan(2_000);
  });
});
