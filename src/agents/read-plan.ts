/** Reads plans and their like from a file, or from anything else that can be read. */
import type { Plan } from "../events/plan/plan.ts";
import { parsePlan, type ParseOptions } from "../events/plan/text.ts";
import { readTextOf, type TextKind } from "./read-text.ts";

/** The longest plan that is read, in bytes: a plan is written by hand, and recorded as a whole. */
export const PLAN_LIMIT = 4 * 1024 * 1024;

const PLAN: TextKind = {
  what: "plan",
  limit: PLAN_LIMIT,
  codes: { unreadable: "PLAN_NOT_FOUND", invalid: "PLAN_INVALID" },
  wanted: "a YAML or JSON file",
  shorten: "Split it into several plans, or move its data into files that its commands read.",
};

/**
 * Reads a plan, or a todo list as the plan that it stands for.
 *
 * @throws {@link TroupeError} `PLAN_NOT_FOUND`, `PLAN_INVALID` with every fault.
 */
export async function readPlan(file: string, options: ParseOptions = {}): Promise<Plan> {
  return parsePlan(await readText(file), file, options);
}

/**
 * The text of a plan, a todo list or a contract.
 *
 * @throws {@link TroupeError} `PLAN_NOT_FOUND`, `PLAN_INVALID` where it is no text, or too long.
 */
export async function readText(file: string): Promise<string> {
  return readTextOf(PLAN, file);
}
