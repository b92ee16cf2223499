/**
 * Conditions of tasks (`when`): CEL expressions over the tasks that one depends on.
 *
 * - `tasks.ID` has `status`, `summary`, `data` and `outputs`. Pure and total: the same records
 *   give the same answer, and nothing in an expression can run for ever. What could take
 *   too long is a fault of its plan (plan/condition-costs.ts).
 */
import { evaluate, parse, ParseError } from "@marcbachmann/cel-js";
import type { Upstream } from "./work.ts";

/** What came of a condition. */
export type Truth =
  | { readonly type: "true" }
  | { readonly type: "false" }
  /** It asks for what is not there, or is no question of yes and no. */
  | { readonly type: "unknown"; readonly why: string };

/** Why a text is no condition; undefined if it is one. */
export function conditionFault(text: string): string | undefined {
  try {
    parse(text);
    return undefined;
  } catch (error) {
    if (error instanceof ParseError) return firstLine(error);
    throw error;
  }
}

/** Evaluates a condition over what came of the tasks that one depends on, by id. */
export function isTrue(text: string, tasks: Readonly<Record<string, Upstream>>): Truth {
  try {
    const found: unknown = evaluate(text, { tasks });
    if (typeof found === "boolean") return { type: found ? "true" : "false" };
    return { type: "unknown", why: `it is ${typeof found}, not true or false` };
  } catch (error) {
    return { type: "unknown", why: firstLine(error) };
  }
}

function firstLine(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.split("\n", 1)[0] ?? text;
}
