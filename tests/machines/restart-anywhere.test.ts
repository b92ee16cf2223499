/** A restart does again what it must, and nothing else. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import type { Pattern, Plan } from "../../src/events/plan/plan.ts";
import { entryAt } from "../../src/machines/workflow/board.ts";
import { behind, graphOf } from "../../src/machines/workflow/graph.ts";
import { Play, type Fate, type Move } from "./play.ts";
import { fates, paused, plans, UNROUTED } from "./shapes.ts";

const FOLDS: readonly Pattern[] = ["graph", "conditional", "parallel", "sequential", "hub", "dynamic"];

interface History {
  readonly plan: Plan;
  readonly fate: Fate;
  readonly moves: readonly Move[];
  readonly pick: number;
}

/** What a restart from one task makes of another. */
interface Other {
  readonly id: string;
  /** It is that task, or behind it, or came in a later round. */
  readonly again: boolean;
  /** It was at work, or done. */
  readonly settled: boolean;
  /** How often its actor had been started. */
  readonly starts: number;
}

function othersOf({ context, started: { world } }: Play, at: number): readonly Other[] {
  const { plan, board } = context;
  const after = new Set([at, ...behind(graphOf(plan.tasks), at)]);
  const roundOf = (other: number): number => plan.tasks[other]?.added?.round ?? 0;
  return plan.tasks.map(({ id }, other) => {
    const { alive, outcome } = entryAt(board, other) ?? {};
    return {
      id,
      again: after.has(other) || roundOf(other) > roundOf(at),
      settled: alive === true || outcome?.status === "COMPLETED",
      starts: world.starts.get(id) ?? 0,
    };
  });
}

async function ended({ plan, fate, moves }: History): Promise<Play> {
  const play = new Play(plan, fate);
  for (const move of moves) await play.move(move);
  return play;
}

describe("a run of any plan", () => {
  for (const pattern of FOLDS)
    test.prop(
      {
        // how a branch todo ends hangs on its number here, and a restart goes on counting
        plan: plans([pattern], ["all", "settle"], UNROUTED),
        fate: fates,
        moves: paused,
        pick: fc.nat(20),
      },
      { numRuns: 60 },
    )(
      `for every ${pattern} and every task, a restart at any point ends like a fresh run`,
      async (history: History) => {
        const play = await ended(history);
        const at = history.pick % play.context.plan.tasks.length;
        const from = play.context.plan.tasks[at]?.id ?? "";
        if (!play.started.can({ type: "RESTART", from })) return;
        const others = othersOf(play, at);
        await play.move({ type: "restart", pick: at });
        await play.finish();
        for (const { id, again, settled, starts } of others) {
          const more = (play.started.world.starts.get(id) ?? 0) - starts;
          expect([id, more <= (settled && !again ? 0 : 1)]).toEqual([id, true]);
        }
        const fresh = await ended({ ...history, moves: [] });
        await fresh.finish();
        expect(play.ends).toEqual(fresh.ends);
      },
    );
});
