/** What starts a workflow, with its plan looked at: a faulty one is refused before anything starts. */
import { z } from "zod";
import { WorkflowInput } from "../commands.ts";
import { faultsOf } from "./faults.ts";
import { Plan } from "./plan.ts";

/**
 * The input of a workflow, whose plan has none of the faults that {@link faultsOf} looks for.
 * It keeps who the agents were, so that tasks which are added later are held to the same.
 *
 * @param agents the names of the agents that the host registers.
 * @param actors those of them that work as actors of their own.
 */
export function workflowInput(agents: readonly string[], actors: readonly string[] = []) {
  return WorkflowInput.extend({ plan: soundPlan(agents) }).transform((input) => ({
    ...input,
    agents: input.agents ?? [...agents],
    ...(actors.length > 0 && { actors: input.actors ?? [...actors] }),
  }));
}

function soundPlan(agents: readonly string[]) {
  const plan = z
    .custom<z.input<typeof Plan>>()
    .describe("A plan, as `troupe schema plan` describes it.");
  return plan.transform((value, context): Plan => {
    const faults = faultsOf(value, { agents });
    if (faults.length === 0) return Plan.parse(value);
    for (const { path, message, hint } of faults)
      context.addIssue({
        code: "custom",
        path: [...path],
        message: hint === undefined ? message : `${message} (${hint})`,
      });
    return z.NEVER;
  });
}
