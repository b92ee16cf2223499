/** Plans as texts, and what is said of them. */
import { TroupeError } from "../../src/errors.ts";
import { parsePlan, type PlacedFault } from "../../src/events/plan/text.ts";

export function planOf(tasks: readonly object[], rest: object = {}): string {
  return JSON.stringify({ name: "p", tasks, ...rest });
}

export function faultsOf(text: string): readonly PlacedFault[] {
  try {
    parsePlan(text, "plan.yaml");
  } catch (error) {
    if (!TroupeError.is(error, "PLAN_INVALID")) throw error;
    const faults: unknown = error.data["faults"];
    if (Array.isArray(faults)) return faults;
  }
  return [];
}

export const messages = (text: string): readonly string[] =>
  faultsOf(text).map(({ line, column, place, message }) => `${line}:${column} ${place} ${message}`);
