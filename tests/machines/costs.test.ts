/** A13: what a step costs does not grow with the run. Ratios with wide bounds: machines differ, growth shows. */
import { describe, expect, it } from "vitest";
import { initialTransition, transition } from "xstate";
import type { Plan } from "../../src/events/plan/plan.ts";
import { workflowMachine } from "../../src/machines/workflow/workflow.ts";
import { PLACE, planOf, started } from "./fixture.ts";

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

/** A whole run without a world: each task ends as soon as it is started. Milliseconds per step, in order. */
function stepsOf(plan: Plan): readonly number[] {
  const [pending] = initialTransition(workflowMachine, { ...PLACE, plan });
  const after = "xstate.after.0.workflow.PENDING";
  // what the runtime sends is not in the type
  let [snapshot, actions] = transition(workflowMachine, pending, { type: after } as never);
  const running: string[] = [];
  const times: number[] = [];
  for (;;) {
    for (const { type, params } of actions)
      if (type === "xstate.spawnChild") running.push((params as { readonly id: string }).id);
    const id = running.shift();
    if (id === undefined) break;
    const done = { type: `xstate.done.actor.${id}`, actorId: id, output: OUTPUT } as const;
    const start = performance.now();
    [snapshot, actions] = transition(workflowMachine, snapshot, done);
    times.push(performance.now() - start);
  }
  expect(snapshot.value).toBe("COMPLETED");
  return times;
}

/** Of the fastest of some runs: what the machine is otherwise busy with only ever adds. */
function medianStep(plan: Plan, runs: number): number {
  const medians = Array.from({ length: runs }, () => {
    const times = stepsOf(plan).toSorted((a, b) => a - b);
    return times[Math.floor(times.length / 2)] ?? 0;
  });
  return Math.min(...medians);
}

describe("costs of a workflow", () => {
  it("a step beside a thousand tasks costs what one beside thirty does", () => {
    const small = medianStep(dag(30), 40);
    const large = medianStep(dag(1_000), 4);
    expect(large / small).toBeLessThan(4);
  });

  it("a thousand tasks, ten wide, with the actors of all of them, take about a second", async () => {
    const start = performance.now();
    const { world, run } = started(dag(1_000));
    await world.finish();
    expect(run.getSnapshot().value).toBe("COMPLETED");
    // machines differ
    expect(performance.now() - start).toBeLessThan(5_000);
  });
});
