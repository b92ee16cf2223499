/** The simulated drills: their machines, made once, and the world that these touch. */
import { sharedOutside } from "../../src/testing/outside.ts";
import type { Cast } from "../../src/testing/history.ts";
import type { Laws } from "../../src/testing/judge.ts";
import { checkCounts } from "../support/drill-check-counts.ts";
import { actionName, drillKinds } from "../support/drill-machines.ts";

export const drillLaws: Laws = { actionName, own: checkCounts };

export function drillCast(): Cast {
  const outside = sharedOutside();
  const kinds = drillKinds({
    act: (action) => outside.act(action),
    work: (context) => outside.work(context, context.input),
    after: (ms, call) => outside.after(ms, call),
  });
  return { kinds, outside };
}
