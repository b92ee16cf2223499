/** Seeded histories of the real host, with faults of every kind: every law holds in each. */
import { expect, it } from "vitest";
import { seedOf } from "../../src/testing/dice.ts";
import { live } from "../../src/testing/history.ts";
import { judge } from "../../src/testing/judge.ts";
import { planOf } from "../../src/testing/plan.ts";
import { drillCast, drillLaws } from "./drills.ts";
import { drillStory } from "./story.ts";

it("for every history, every law holds", { timeout: 120_000 }, async () => {
  const cast = drillCast();
  for (let n = 0; n < 500; n++) {
    const plan = planOf(seedOf(1, n), drillStory);
    const faults = await judge(await live(plan, cast), cast, drillLaws);
    expect(faults, `seed ${plan.seed}`).toEqual([]);
  }
});
