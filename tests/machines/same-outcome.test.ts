/** What may not change how a run ends: the order of ends, pauses, and what nobody asked for. */
import { test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import type { Pattern, Plan } from "../../src/events/plan/plan.ts";
import { Play, type Fate, type Move } from "./play.ts";
import { ALONE, fates, ordinary, paused, plans, strays } from "./shapes.ts";

/** Of a saga, what has begun when one fails depends on the order of ends. */
const FOLDS: readonly Pattern[] = ["graph", "conditional", "parallel", "sequential", "hub", "dynamic"];

async function played(plan: Plan, fate: Fate, moves: readonly Move[]): Promise<Play> {
  const play = new Play(plan, fate);
  for (const move of moves) await play.move(move);
  await play.finish();
  return play;
}

describe("a run of any plan", () => {
  for (const pattern of FOLDS) {
    test.prop({ plan: plans([pattern]), fate: fates, moves: ordinary }, { numRuns: 50 })(
      `for every ${pattern} and every order of ends, the outcome is the same`,
      async ({ plan, fate, moves }) => {
        const { ends } = await played(plan, fate, moves);
        expect(ends).toEqual((await played(plan, fate, [])).ends);
      },
    );

    test.prop({ plan: plans([pattern]), fate: fates, moves: paused }, { numRuns: 50 })(
      `for every ${pattern}, pauses at any points, soft and hard, change no outcome`,
      async ({ plan, fate, moves }) => {
        const { ends } = await played(plan, fate, moves);
        expect(ends).toEqual((await played(plan, fate, [])).ends);
      },
    );

    test.prop({ plan: plans([pattern]), fate: fates, moves: strays }, { numRuns: 30 })(
      `for every ${pattern}, messages that are late, repeated or foreign change no outcome`,
      async ({ plan, fate, moves }) => {
        const { ends } = await played(plan, fate, moves);
        expect(ends).toEqual((await played(plan, fate, [])).ends);
      },
    );
  }

  const plainSagas = plans(["saga"], ["all"], ALONE).map((plan) => ({ ...plan, concurrency: 1 }));
  test.prop({ plan: plainSagas, fate: fates, moves: paused }, { numRuns: 50 })(
    "for every saga of one at a time that asks nobody, pauses change no outcome",
    async ({ plan, fate, moves }) => {
      const { ends } = await played(plan, fate, moves);
      expect(ends).toEqual((await played(plan, fate, [])).ends);
    },
  );
});
