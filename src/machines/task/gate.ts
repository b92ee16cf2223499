/**
 * Gates: whether work is good enough for what comes next (S0-017, T-S1). Pure.
 */
import type { GateEvaluated } from "../../events/facts/task.ts";
import { Verdict, type CheckResult } from "../../events/work.ts";
import type { z } from "zod";
import { checkInput } from "./package.ts";
import { issuesOf, type TaskContext } from "./standing.ts";

/** What a gate found; scores are 0 to 10. */
export type Gate = Omit<z.infer<typeof GateEvaluated>["data"], "task" | "reworks">;

/** Of the judge's answer: PASS where both scores reach the threshold. */
export function gateOfJudge({ input }: TaskContext, data: unknown): Gate {
  const { completeness, accuracy, issues } = Verdict.parse(data);
  const least = (input.task.gate?.threshold ?? 0.8) * 10;
  const readiness = completeness >= least && accuracy >= least ? "PASS" : "FAIL";
  return { completeness, accuracy, readiness, issues };
}

/**
 * Of the checks alone, as the shares that were found good: where a stage has no judge, or
 * nothing to judge. Undefined where the checks are no gate.
 */
export function gateOfChecks(context: TaskContext, result: CheckResult): Gate | undefined {
  const { judge, gated } = context.input;
  const { missing, tests } = result;
  if (judge === undefined ? !gated : missing.length === 0) return undefined;
  const paths = checkInput(context)?.paths.length ?? 0;
  const good = tests.filter(({ exitCode }) => exitCode === 0).length;
  const issues = [...issuesOf(result)];
  return {
    completeness: share(paths - missing.length, paths),
    accuracy: share(good, tests.length),
    readiness: issues.length === 0 ? "PASS" : "FAIL",
    issues,
  };
}

/** Of 10; of nothing, all. */
function share(good: number, all: number): number {
  return all === 0 ? 10 : (10 * good) / all;
}
