/**
 * The `advise` that tasks invoke before they try in another way what failed (T-H1): what earlier
 * runs of the log have shown to help.
 */
import type { PromiseActorLogic } from "xstate";
import { activity } from "../actors/activity.ts";
import type { HealingAnswer, HealingQuestion } from "../events/healing.ts";
import { healing, learned } from "../projections/healing.ts";

export function adviseActor(): PromiseActorLogic<HealingAnswer, HealingQuestion> {
  return activity<HealingQuestion, HealingAnswer>(async ({ input, rows }) => {
    const known = await rows(healing);
    const found = known.flatMap(({ row }) => row ?? []);
    return { patterns: [...learned(found, input)] };
  });
}
