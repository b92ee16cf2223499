/** Evaluations of runs of which a test says only what matters to it. */
import type { History } from "../../../src/projections/analytics/evaluation-history.ts";
import type { Evaluation, EvaluationFormula } from "../../../src/projections/analytics/evaluation.ts";
import { evaluate } from "../../../src/projections/analytics/evaluator.ts";
import type { RunView } from "../../../src/projections/runs-view.ts";
import { run, tried } from "./views.ts";

export function evaluated(
  view: Partial<RunView>,
  history?: History,
  formula?: EvaluationFormula,
): Evaluation {
  return evaluate(run(view), history, formula);
}

/** Two tasks beside each other, in a run of twice their length; nothing is wrong with them. */
export const good = (ms = 100, status = "COMPLETED"): Partial<RunView> => ({
  tasks: [tried("a", ["COMPLETED"], { ms }), tried("b", ["COMPLETED"], { ms })],
  endedAt: 2 * ms,
  status,
});

/** Its medians are those of {@link good}. */
export const usual: History = {
  runsMs: [200],
  tasksMs: new Map([
    ["a", [90, 100, 500]],
    ["b", [100]],
  ]),
};
