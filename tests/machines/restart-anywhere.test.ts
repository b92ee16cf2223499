/** A restart does again what it must, and nothing else. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import type { Pattern, Plan } from "../../src/events/plan/plan.ts";
import { entryAt } from "../../src/machines/workflow/board.ts";
import { behind, graphOf } from "../../src/machines/workflow/graph.ts";
import { Play, type Fate, type Move } from "./play.ts";
import { fates, paused, plans } from "./shapes.ts";

const FOLDS: readonly Pattern[] = ["graph", "conditional", "parallel", "sequential", "hub", "dynamic"];

interface History {
  readonly plan: Plan;
  readonly fate: Fate;
  readonly moves: readonly Move[];
  readonly pick: number;
}

/** What a branch todo mends is mended by its number, which a restart does not count anew. */
function unrouted(pattern: Pattern): fc.Arbitrary<Plan> {
  return plans([pattern]).map((plan) => ({
    ...plan,
    tasks: plan.tasks.map(({ failureRouting: _, ...task }) => task),
  }));
}

/** How often each task's actor was started. */
function startsOf({ started: { world } }: Play): ReadonlyMap<string, number> {
  return new Map(world.starts);
}

describe("a run of any plan", () => {
  for (const pattern of FOLDS)
    test.prop(
      { plan: unrouted(pattern), fate: fates, moves: paused, pick: fc.nat(20) },
      { numRuns: 100 },
    )(
      `for every ${pattern} and every task, a restart at any point ends like a fresh run`,
      async (history: History) => {
        const play = new Play(history.plan, history.fate);
        for (const move of history.moves) await play.move(move);
        const { plan, board } = play.context;
        const at = history.pick % plan.tasks.length;
        const from = plan.tasks[at]?.id ?? "";
        if (!play.started.can({ type: "RESTART", from })) return;
        const entries = plan.tasks.map((task, other) => ({
          task,
          at: other,
          ...entryAt(board, other),
        }));
        const starts = startsOf(play);
        await play.move({ type: "restart", pick: at });
        const again = new Set([at, ...behind(graphOf(plan.tasks), at)]);
        const round = plan.tasks[at]?.added?.round ?? 0;
        await play.finish();
        for (const { task, at: other, alive, outcome } of entries) {
          const more = (play.started.world.starts.get(task.id) ?? 0) - (starts.get(task.id) ?? 0);
          const isAgain = again.has(other) || (task.added?.round ?? 0) > round;
          // what is behind starts at most once more; what is not, never again
          expect([task.id, more <= 1]).toEqual([task.id, true]);
          if (!isAgain && (alive === true || outcome?.status === "COMPLETED"))
            expect([task.id, more]).toEqual([task.id, 0]);
        }
        const fresh = new Play(history.plan, history.fate);
        await fresh.finish();
        expect(play.ends).toEqual(fresh.ends);
      },
    );
});
