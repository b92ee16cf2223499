/** Answers to a branch todo by those who change no files: what is wrong, and who mends it. */
import { DebugResult } from "../../events/debug.ts";
import type { Delivery } from "../definition/definition.ts";

/** @param output by the schema {@link DebugResult}. @param by who gives it on. */
export function givenOn(output: unknown, by: string): Delivery {
  const result = DebugResult.parse(output);
  const { status, target_agent: to = "" } = result;
  if (status === "fixed")
    return { problems: ["status: you change no files: route it to the agent that is to mend it"] };
  if (to === by) return { problems: [`target_agent: "${by}" is you: name who is to mend it`] };
  return { data: result, summary: `${to} is to mend it: ${result.analysis.split("\n")[0] ?? ""}` };
}
