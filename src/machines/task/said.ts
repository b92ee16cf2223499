/**
 * What a task says of itself: facts for the log, messages for its workflow. Pure.
 */
import type { TaskFact } from "../../events/facts/task.ts";
import type { CheckResult } from "../../events/work.ts";
import { tailOf, TIMEOUTS, type Attempt } from "./attempt.ts";
import { classify } from "./classify.ts";
import { timeoutOf } from "./doer.ts";
import { gateOfChecks, type Gate } from "./gate.ts";
import type { TaskMessage, TaskOrder } from "./messages.ts";
import { tryOf, type Try } from "./healing.ts";
import { failureIn, healDelayMs, issuesOf, retryDelayMs, type TaskContext } from "./standing.ts";

export function started({ input: { task, package: work }, attempts }: TaskContext): TaskFact {
  const { id, title = id } = task;
  const data = { task: id, title, purpose: work.purpose, attempt: attempts };
  return { type: "task.started", v: 1, data };
}

export function timedOut(context: TaskContext, { failure }: Attempt): TaskFact | undefined {
  if (failure === undefined || !TIMEOUTS.has(failure.code)) return undefined;
  const timeoutMs = timeoutOf(context);
  const data = { task: context.input.task.id, attempt: context.attempts };
  return {
    type: "task.timed_out",
    v: 1,
    data: { ...data, ...(timeoutMs !== undefined && { timeoutMs }) },
  };
}

export function tested(context: TaskContext, result: CheckResult): readonly TaskFact[] {
  const issues = [...issuesOf(result)];
  const { id: task } = context.input.task;
  const found = gateOfChecks(context, result);
  const fact: TaskFact = {
    type: "task.tested",
    v: 1,
    data: { task, passed: issues.length === 0, issues },
  };
  return found === undefined ? [fact] : [fact, gate(context, found)];
}

export function gate({ input, reworks }: TaskContext, found: Gate): TaskFact {
  return { type: "gate.evaluated", v: 1, data: { task: input.task.id, ...found, reworks } };
}

export function exhausted({ input, reworks }: TaskContext): TaskFact {
  return { type: "gate.exhausted", v: 1, data: { task: input.task.id, reworks } };
}

export function retried(context: TaskContext): TaskFact {
  const { input, attempts } = context;
  return {
    type: "task.retried",
    v: 1,
    data: {
      task: input.task.id,
      attempt: Math.max(1, attempts),
      delayMs: retryDelayMs(context),
      failure: failureIn(context),
    },
  };
}

/** @param step the last one that was taken. */
export function healingTried(context: TaskContext, step: Try): TaskFact {
  return {
    type: "healing.tried",
    v: 1,
    data: {
      ...tryOf(context, step),
      delayMs: healDelayMs(context),
      failure: step.failure,
      ...step.learned,
    },
  };
}

/** Undefined where none was under way. */
export function healingEnded(context: TaskContext): TaskFact | undefined {
  const { healing, last } = context;
  const step = healing?.tried.at(-1);
  if (step === undefined || healing?.open !== true) return undefined;
  const { failure } = last;
  return {
    type: "healing.ended",
    v: 1,
    data: {
      ...tryOf(context, step),
      healed: failure === undefined,
      ...(failure !== undefined && { failure }),
    },
  };
}

export function broke(context: TaskContext): TaskFact {
  const { task, depth, reason = "test_failure", failure } = breaks(context);
  return { type: "task.broken", v: 1, data: { task, reason, depth, failure } };
}

export type Escalation = { readonly code: string; readonly message: string };

export function escalated({ input }: TaskContext, { code, message }: Escalation): TaskFact {
  return { type: "task.escalated", v: 1, data: { task: input.task.id, code, message } };
}

export function notMended({ branch }: Extract<TaskOrder, { type: "BRANCH_ENDED" }>): Escalation {
  return { code: "BRANCH_FAILED", message: `the branch todo ${branch} did not mend it` };
}

export function held({ input }: TaskContext): TaskFact {
  return { type: "task.held", v: 1, data: { task: input.task.id } };
}

export function completed({ input, attempts, last }: TaskContext): TaskFact {
  const { durationMs, summary } = last;
  return {
    type: "task.completed",
    v: 1,
    data: { task: input.task.id, attempts, durationMs, summary },
  };
}

export function failed(context: TaskContext): TaskFact {
  const { input, attempts, last } = context;
  const { exitCode, durationMs } = last;
  const failure = failureIn(context);
  return {
    type: "task.failed",
    v: 1,
    data: { task: input.task.id, attempts, exitCode, durationMs, failure },
  };
}

export function cancelled({ input, cancelled: reason = "" }: TaskContext): TaskFact {
  return { type: "task.cancelled", v: 1, data: { task: input.task.id, reason } };
}

type Asks = Extract<TaskMessage, { type: "TASK_ASKS" }>;
type Breaks = Extract<TaskMessage, { type: "TASK_BROKE" }>;

/** The question for a human. */
export function asks(context: TaskContext): Asks {
  const { input, asked: kind = "after" } = context;
  return { type: "TASK_ASKS", task: input.task.id, kind, question: questionOf(context) };
}

function questionOf(context: TaskContext): string {
  const { asked, fix } = context;
  return asked === "fix" && fix !== undefined ? fix.question : ownQuestion(context);
}

/** Of what the task itself has found. */
function ownQuestion({ input, asked, reworks, feedback, last }: TaskContext): string {
  const { id, title = id } = input.task;
  const why = last.failure?.message;
  if (asked === "escalation")
    return `"${title}" failed and could not be mended: ${why ?? "see its records"}. Is it mended by hand? Then it is tested again.`;
  if (asked !== "quality") return `"${title}" is done: ${last.summary || "no summary"}. Go on?`;
  if (why !== undefined) return `the gate behind "${title}" could not judge: ${why}. Go on?`;
  return `the gate sent "${title}" back ${reworks} times: ${feedback.join("; ") || "no issue named"}. Go on as it is?`;
}

/** The call for somebody else. */
export function breaks(context: TaskContext): Breaks {
  const { input, branch, last, feedback, fix } = context;
  const printed = last.printed ?? "";
  const failure = failureIn(context);
  const { durationMs } = last;
  const reason = classify({ failure, printed, durationMs, timeoutMs: timeoutOf(context) });
  return {
    type: "TASK_BROKE",
    task: input.task.id,
    ...(reason !== undefined && { reason }),
    depth: branch.depth + 1,
    parent: branch.parent,
    failure,
    diagnostics: fix?.diagnostics ?? tailOf([failure.message, ...feedback].join("\n")),
    ...(fix !== undefined && { to: fix.to, had: fix.had }),
  };
}
