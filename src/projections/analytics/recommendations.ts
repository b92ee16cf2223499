/**
 * What to do about a run (S4-050, T-E3): rules, each of which looks at one thing and names what it
 * is about. Pure.
 */
import { span } from "../span.ts";
import { medianOf } from "./averages.ts";
import { adviceOn } from "./coordination.ts";
import { OVERRUN } from "./estimates.ts";
import type { RunView } from "../runs-view.ts";
import type { History } from "./evaluation-history.ts";
import type { AgentPerformance, EvaluationMetrics, Recommendation } from "./evaluation.ts";
import type { JudgedTasks, WorkedTask } from "./judged-tasks.ts";

export interface Seen {
  readonly view: RunView;
  readonly history: History;
  readonly judged: JudgedTasks;
  readonly metrics: EvaluationMetrics;
  readonly agents: readonly AgentPerformance[];
}

/** T-E3: fewer hand-offs that end well are worth a word. */
const HANDOFFS_WELL = 0.9;
/** An agent that ends worse is; of so many executions that ended well or badly at least. */
const AGENT_WELL = 0.5;
const AGENT_EXECUTIONS = 3;
/** Slower than so many times what is usual is. */
const SLOW = 2;
const NOTABLE_MS = 1_000;

/** Never empty: where nothing is to be mended, one says so. */
export function recommendationsOn(seen: Seen): readonly Recommendation[] {
  const found = [...onWorkflow(seen), ...onTasks(seen), ...seen.agents.flatMap(onAgent)];
  return found.length > 0 ? found : [nothing(seen)];
}

function onWorkflow({ view, judged, metrics }: Seen): readonly Recommendation[] {
  const { name, compensation, belowTarget } = view;
  const { handoffSuccessRate: handedOver, estimateRatio, overheadPct } = metrics;
  const undone = compensation?.incomplete ?? [];
  const rules: readonly (readonly [holds: boolean, code: string, text: string])[] = [
    [
      undone.length > 0,
      "compensation-incomplete",
      `Undo by hand what ${listed(undone)} did: compensating it failed.`,
    ],
    [
      judged.blocked.length > 0,
      "tasks-blocked",
      `${listed(judged.blocked)} never began: mend what they need, and restart the run from there.`,
    ],
    [
      handedOver !== null && handedOver < HANDOFFS_WELL,
      "handoffs-fail",
      `Only ${percent(handedOver ?? 0)} of hand-offs ended well: say in each plan what a task hands over, and check it there.`,
    ],
    [
      (estimateRatio ?? 0) > OVERRUN,
      "over-estimate",
      `It took ${times(estimateRatio ?? 0)} its estimate: split what is slow, or estimate anew.`,
    ],
    [
      adviceOn(overheadPct ?? undefined) === "Consider Phase 3",
      "overhead",
      `Nobody worked for ${Math.round(overheadPct ?? 0)} % of the time: look for what tasks waited for.`,
    ],
    [
      belowTarget === true,
      "below-target",
      "The best synthesis did not reach its target: allow more cycles, or lower the target.",
    ],
  ];
  return rules
    .filter(([holds]) => holds)
    .map(([, code, text]) => ({ about: { kind: "workflow", name }, code, text }));
}

function onTasks({ history, judged }: Seen): readonly Recommendation[] {
  return judged.worked.flatMap((task) =>
    onTask(task, medianOf(history.tasksMs.get(task.id) ?? [])).map(([code, text]) => ({
      about: { kind: "task" as const, name: task.id },
      code,
      text,
    })),
  );
}

/** What is slower by less than a second is not worth a look, however many times slower it is. */
function isSlower(took: number, usualMs: number | null): boolean {
  return usualMs !== null && took > SLOW * usualMs && took - usualMs >= NOTABLE_MS;
}

function onTask(task: WorkedTask, usualMs: number | null): readonly (readonly [string, string])[] {
  const { succeeded, failure, errors, acceptance, agent, ms, estimateMs } = task;
  const took = ms ?? 0;
  const rules: readonly (readonly [holds: boolean, code: string, text: string])[] = [
    [
      !succeeded,
      "task-failed",
      `It failed${failure === undefined ? "" : ` with ${failure.code}`}: mend the cause, or give it to another agent than "${agent}".`,
    ],
    [
      succeeded && errors > 1,
      "errors-before-success",
      `It failed ${errors} times before it completed: find the cause, since each try costs time and money.`,
    ],
    [
      succeeded && acceptance <= 0.5,
      "work-refused",
      `Only ${percent(acceptance)} of its work was taken: say in its instructions what is looked at.`,
    ],
    [
      estimateMs !== null && took > OVERRUN * estimateMs,
      "task-over-estimate",
      `It took ${span(took)}, more than twice its estimate of ${span(estimateMs ?? 0)}: split it, or estimate anew.`,
    ],
    [
      isSlower(took, usualMs),
      "task-slower",
      `It took ${span(took)}, usually ${span(usualMs ?? 0)}: look at what has changed.`,
    ],
  ];
  return rules.filter(([holds]) => holds).map(([, code, text]) => [code, text]);
}

function onAgent({
  agent,
  executions,
  successRate,
  reworks,
}: AgentPerformance): readonly Recommendation[] {
  if (successRate === null || successRate >= AGENT_WELL) return [];
  if (executions - reworks < AGENT_EXECUTIONS) return [];
  const text = `Only ${percent(successRate)} of its ${executions} executions ended well: try another agent or model.`;
  return [{ about: { kind: "agent", name: agent }, code: "agent-fails", text }];
}

function nothing({ view, metrics }: Seen): Recommendation {
  const about = { kind: "workflow", name: view.name } as const;
  if (view.open && metrics.tasks === 0)
    return { about, code: "nothing-ended", text: "No task has ended yet: evaluate it again later." };
  if (view.open || view.status === "COMPLETED")
    return { about, code: "keep", text: "Nothing to mend: keep it as it is." };
  const why = view.failure === undefined ? "" : ` with ${view.failure.code}`;
  const text = `It ended as ${view.status}${why}, though no task of it failed: look at its records.`;
  return { about, code: "not-completed", text };
}

function listed(ids: readonly string[]): string {
  const shown = ids.slice(0, 5).map((id) => `"${id}"`);
  const rest = ids.length - shown.length;
  return shown.join(", ") + (rest > 0 ? ` and ${rest} more` : "");
}

/** Rounded down, so that less than all never reads as all. */
function percent(share: number): string {
  return `${Math.floor(100 * share + 1e-9)} %`;
}

function times(ratio: number): string {
  return `${ratio.toFixed(1)} times`;
}
