/** The simulated drills: their machines, made once, the world that these touch, and what they promise. */
import { sharedOutside } from "../../src/testing/outside.ts";
import type { Drama } from "../../src/testing/simulation.ts";
import { checkCounts } from "../support/drill-check-counts.ts";
import { actionName, drillKinds } from "../support/drill-machines.ts";
import { drillStory } from "./story.ts";

export function drillDrama(): Drama {
  const outside = sharedOutside();
  const kinds = drillKinds({
    act: (action) => outside.act(action),
    work: (context) => outside.work(context, context.input),
    after: (ms, call) => outside.after(ms, call),
  });
  return { kinds, outside, story: drillStory, laws: { actionName, own: checkCounts } };
}
