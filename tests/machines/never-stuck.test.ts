/** Whatever is sent to a run, whenever: it stands on sound ground, waits for something, and can end. */
import { test } from "@fast-check/vitest";
import { describe } from "vitest";
import type { Pattern } from "../../src/events/plan/plan.ts";
import { Play } from "./play.ts";
import { anything, fates, plans } from "./shapes.ts";

const PATTERNS: readonly Pattern[] = [
  "graph",
  "conditional",
  "parallel",
  "sequential",
  "hub",
  "dynamic",
  "saga",
];

describe("a run of any plan", () => {
  for (const pattern of PATTERNS)
    test.prop(
      { plan: plans([pattern], ["all", "settle", "any", "quorum:2"]), fate: fates, moves: anything },
      { numRuns: 60 },
    )(`for every ${pattern} and every history, it is never stuck`, async ({ plan, fate, moves }) => {
      const play = new Play(plan, fate);
      play.check();
      for (const move of moves) await play.move(move);
      await play.finish();
    });
});
