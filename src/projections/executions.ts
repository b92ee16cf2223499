/**
 * Executions: every attempt of every task, who did it and how, what came of it, what it cost, and
 * what people think of it (S2-030). A view over runs; nothing is stored for it.
 */
import { parseAddress } from "../events/address.ts";
import type { Failure } from "../events/failure.ts";
import type { Strategy } from "../events/healing.ts";
import type { Purpose } from "../events/work.ts";
import { spentBy, type AgentView } from "./runs-agents.ts";
import type { FeedbackView, RunView, StartView, TaskView } from "./runs-view.ts";

export interface TaskExecution {
  readonly run: string;
  readonly task: string;
  /** 1 for the task's first start, one more with each restart of the run from before it. */
  readonly start: number;
  readonly attempt: number;
  readonly purpose: Purpose;
  /** Absent: a command of the task. */
  readonly agent?: string;
  /** Of a try to heal what failed before (T-H1). */
  readonly strategy?: Strategy;
  /** `COMPLETED`, `FAILED`, `TIMED_OUT`, `REWORK`, `BROKEN`, `HELD`, `CANCELLED`; absent while it runs. */
  readonly outcome?: string;
  readonly failure?: Failure;
  /** Epoch ms. */
  readonly startedAt: number;
  readonly durationMs?: number;
  /** Of an agent that is an actor: all its calls of models. */
  readonly calls: number;
  readonly tokens: number;
  readonly money: number;
  readonly feedback: readonly FeedbackView[];
}

/** Which executions; what is left out is not asked about. */
export interface ExecutionFilter {
  readonly run?: string;
  readonly task?: string;
  readonly agent?: string;
  readonly outcome?: string;
  readonly strategy?: Strategy;
  /** Of the failure. */
  readonly code?: string;
  /** At least this rating, by anybody. */
  readonly rating?: number;
}

/** The executions of runs, the earliest first. */
export function executionsOf(
  views: readonly RunView[],
  filter: ExecutionFilter = {},
): readonly TaskExecution[] {
  return views
    .flatMap((view) => view.tasks.flatMap((task) => ofTask(view, task)))
    .filter((execution) => fits(execution, filter))
    .toSorted((a, b) => a.startedAt - b.startedAt);
}

function ofTask(view: RunView, task: TaskView): readonly TaskExecution[] {
  const all = task.starts.flatMap((start) => ofStart(view, task, start));
  const said = view.feedback.filter((one) => one.task === task.id);
  return all.map((execution, at) => ({
    ...execution,
    feedback: said.filter(({ attempt, givenAt }) =>
      attempt === undefined
        ? isLast(all, at, givenAt)
        : attempt === execution.attempt && lastStart(all, givenAt) === execution.start,
    ),
  }));
}

/** Whether it was the task's last when something was said of the task as it is. */
function isLast(all: readonly TaskExecution[], at: number, when: number): boolean {
  return all.findLastIndex(({ startedAt }) => startedAt <= when) === at;
}

/** The start that an attempt's number meant when somebody named it. */
function lastStart(all: readonly TaskExecution[], when: number): number | undefined {
  return all.findLast(({ startedAt }) => startedAt <= when)?.start;
}

function ofStart(view: RunView, task: TaskView, start: StartView): readonly TaskExecution[] {
  const place = start.n === 1 ? task.id : `${task.id}~${start.n}`;
  return start.attempts.map((attempt, at) => {
    const { outcome, failure, strategy, startedAt, endedAt } = attempt;
    const agent = attempt.agent ?? task.agent;
    const { calls, tokens, money } = spentBy(
      view.agents.filter((one) => worksAt(one, place, attempt.attempt)),
    );
    const ended = endedAt ?? (at === start.attempts.length - 1 ? start.endedAt : undefined);
    return {
      run: view.run,
      task: task.id,
      start: start.n,
      attempt: attempt.attempt,
      purpose: attempt.purpose,
      ...(agent !== undefined && { agent }),
      ...(strategy !== undefined && { strategy }),
      ...(outcome !== undefined && { outcome }),
      ...(failure !== undefined && { failure }),
      startedAt,
      ...(ended !== undefined && { durationMs: ended - startedAt }),
      calls,
      tokens,
      money,
      feedback: [],
    };
  });
}

/** Whether an actor did, or judged, that attempt. */
function worksAt({ address, attempt }: AgentView, place: string, nth: number): boolean {
  return attempt === nth && parseAddress(address).path[0] === place;
}

function fits(execution: TaskExecution, { rating, code, ...wanted }: ExecutionFilter): boolean {
  const fields = Object.entries(wanted).every(
    ([field, value]) => value === undefined || Reflect.get(execution, field) === value,
  );
  return (
    fields &&
    (code === undefined || execution.failure?.code === code) &&
    (rating === undefined || execution.feedback.some((one) => one.rating >= rating))
  );
}
