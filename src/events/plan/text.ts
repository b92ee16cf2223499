/**
 * Reads a plan from YAML or JSON text.
 *
 * - Every fault is reported at once, each with its place in the text.
 * - Whatever the text is, nothing but `PLAN_INVALID` is thrown.
 * - A todo list in the older JSON shape is a plan, too.
 */
import { readDocument, refused } from "./document.ts";
import { faultsOf, type FaultOptions } from "./faults.ts";
import { Plan } from "./plan.ts";

export type { PlacedFault } from "./document.ts";

/**
 * @param file the name of the text in messages.
 * @throws {@link TroupeError} `PLAN_INVALID`; `data.faults` has every one, with its place.
 */
export function parsePlan(text: string, file: string, options: FaultOptions = {}): Plan {
  const { grammar, content } = readDocument(text);
  const what = { kind: "plan", file };
  if (content === undefined) throw refused("PLAN_INVALID", what, grammar);
  const faults = faultsOf(content.value, options);
  if (grammar.length + faults.length > 0)
    throw refused("PLAN_INVALID", what, [...grammar, ...faults.map(content.place)]);
  return Plan.parse(content.value);
}
