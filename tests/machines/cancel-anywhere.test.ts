/** Cancelled whenever it may be: nothing of a run is left, and it says so. */
import { test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import type { Pattern, Plan } from "../../src/events/plan/plan.ts";
import { Play, type Fate, type Move } from "./play.ts";
import { fates, paused, plans } from "./shapes.ts";

const ALL: readonly Pattern[] = ["graph", "conditional", "parallel", "sequential", "hub", "dynamic"];

interface History {
  readonly plan: Plan;
  readonly fate: Fate;
  readonly moves: readonly Move[];
}

/** Cancelled behind its moves; undefined if it was over by then. */
async function cancelled({ plan, fate, moves }: History): Promise<Play | undefined> {
  const play = new Play(plan, fate);
  for (const move of moves) await play.move(move);
  if (!play.started.can({ type: "CANCEL" })) return undefined;
  const undoing = play.context.undoing !== undefined;
  const work = undoing ? [] : [...play.started.world.open];
  await play.move({ type: "cancel" });
  for (const { signal } of work) expect(signal.aborted).toBe(true);
  return play;
}

describe("a run of any plan", () => {
  test.prop(
    { plan: plans(ALL, ["all", "settle", "any", "quorum:2"]), fate: fates, moves: paused },
    { numRuns: 150 },
  )("for every history, cancel leaves nothing running and ends CANCELLED", async (history) => {
    const play = await cancelled(history);
    if (play === undefined) return;
    const { world, run } = play.started;
    const report = history.plan.pattern === "graph" ? [] : [":report"];
    expect(world.names()).toEqual(report);
    await world.finish();
    expect(run.getSnapshot()).toMatchObject({ status: "done", value: "CANCELLED", children: {} });
    expect(run.getSnapshot().output?.tasks).toHaveLength(play.context.plan.tasks.length);
  });

  test.prop({ plan: plans(["saga"]), fate: fates, moves: paused }, { numRuns: 150 })(
    "for every history of a saga, cancel undoes all that was done and ends CANCELLED",
    async (history) => {
      const play = await cancelled(history);
      if (play === undefined) return;
      await play.finish();
      const { facts, run } = play.started;
      const { value, output } = run.getSnapshot();
      expect(value).toBe("CANCELLED");
      const done = output?.tasks.filter(({ id, status }) => {
        const task = history.plan.tasks.find((one) => one.id === id);
        return task?.compensate !== undefined && status === "COMPLETED";
      });
      const undone = facts.flatMap((fact) =>
        fact.type === "saga.compensating" ? fact.data.tasks : [],
      );
      expect(undone.toSorted((a, b) => a.localeCompare(b))).toEqual(done?.map(({ id }) => id));
      const incomplete = undone.filter((id) => {
        const its = output?.tasks.find((task) => task.id === `${id}_compensation`);
        return its?.status !== "COMPLETED";
      });
      expect(output?.compensation?.incomplete.toSorted()).toEqual(incomplete.toSorted());
      for (const id of undone) expect(play.started.world.starts.get(`${id}_compensation`)).toBe(1);
    },
  );
});
