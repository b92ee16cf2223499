/**
 * How a task stands between its steps, and what follows from it. Pure folds; the machine
 * turns what they answer into states.
 */
import type { CheckResult } from "../../events/work.ts";
import type { TaskInput } from "../../events/commands.ts";
import type { Scores, TaskOutcome } from "../../events/facts/task.ts";
import type { GateKind } from "../../events/facts/workflow.ts";
import { denialOf, type Failure } from "../../events/failure.ts";
import { fnv1a } from "../../events/fnv.ts";
import { mayMend, mayRetry, tailOf, type Attempt } from "./attempt.ts";
import type { Healing } from "./healing.ts";
import type { ProposedFix, TaskOrder } from "./messages.ts";

/** What a task does when it does something. */
export type Step = "working" | "testing" | "judging" | "advising";

export interface TaskContext {
  readonly input: TaskInput;
  /** Attempts begun. */
  readonly attempts: number;
  /** Attempts that failed since the work was last good, or sent back. */
  readonly failures: number;
  /** How often a gate sent it back. */
  readonly reworks: number;
  /** What was wrong with what was delivered last. */
  readonly feedback: readonly string[];
  /** How the last attempt that ended did so. */
  readonly last: Attempt;
  readonly scores?: Scores;
  /** Once it was tried in a different way. */
  readonly healing?: Healing;
  /** What is done again when a wait is over. */
  readonly next: Step;
  /** What a human is asked. */
  readonly asked?: GateKind;
  /** The last branch todo that was asked for. */
  readonly branch: { readonly depth: number; readonly parent: string };
  /** A fix that a human is asked about, or has agreed to. */
  readonly fix?: (ProposedFix & { readonly question: string }) | undefined;
  readonly cancelled?: string;
}

const NOT_RUN: Attempt = { exitCode: null, durationMs: 0, summary: "" };

export function newTask(input: TaskInput): TaskContext {
  return {
    input,
    attempts: 0,
    failures: 0,
    reworks: 0,
    feedback: [],
    last: NOT_RUN,
    next: "working",
    branch: { depth: 0, parent: input.task.id },
  };
}

/** Takes in how the work ended. */
export function worked(context: TaskContext, attempt: Attempt): Partial<TaskContext> {
  if (attempt.failure === undefined) return { last: attempt };
  return failed(context, attempt, [attempt.failure.message, attempt.printed ?? ""]);
}

/** Takes in what was found behind the work. */
export function tested(context: TaskContext, result: CheckResult): Partial<TaskContext> {
  const issues = issuesOf(result);
  if (issues.length === 0) return {};
  const missing = result.missing.length > 0;
  const code = missing ? "OUTPUT_MISSING" : "TESTS_FAILED";
  const printed = tailOf(result.tests.flatMap(({ output }) => output).join("\n"));
  const failure = { code, message: issues.join("; ") };
  return failed(context, { ...context.last, failure, printed }, [...issues, printed]);
}

/** Takes in that somebody could not do what a step needs. */
export function broken(context: TaskContext, attempt: Attempt): Partial<TaskContext> {
  const { failure } = attempt;
  return failed(context, { ...context.last, ...(failure !== undefined && { failure }) }, []);
}

function failed(
  { failures }: TaskContext,
  last: Attempt,
  feedback: readonly string[],
): Partial<TaskContext> {
  const said = feedback.filter((text) => text !== "");
  return { last, failures: failures + 1, ...(said.length > 0 && { feedback: said }) };
}

/** What a check has found wrong, in words. */
export function issuesOf({ missing, tests }: CheckResult): readonly string[] {
  return [
    ...missing.map((path) => `${path} does not exist`),
    ...tests
      .filter(({ exitCode }) => exitCode !== 0)
      .map(({ cmd, exitCode, code }) => `"${cmd}" ended with ${exitCode ?? code ?? "a signal"}`),
  ];
}

/** T-R1: `delay · 2^(failures − 1)`, capped; with jitter some share of that, the same at every replay. */
export function retryDelayMs(context: TaskContext): number {
  return delayMs(context, context.input.task.retryDelayMs, context.failures);
}

/** The same, by the tries to heal it. */
export function healDelayMs(context: TaskContext): number {
  const { input, healing } = context;
  return delayMs(context, input.task.heal?.delayMs ?? 0, healing?.tried.length ?? 1);
}

function delayMs({ input, attempts }: TaskContext, delay: number, nth: number): number {
  const { id, maxRetryDelayMs, retryJitter } = input.task;
  const full = Math.min(delay * 2 ** Math.max(0, nth - 1), maxRetryDelayMs);
  return retryJitter ? Math.ceil(full * share(`${input.run}:${id}:${attempts}`)) : full;
}

/** A number in (0, 1] that a text alone decides. */
function share(text: string): number {
  return (fnv1a(text) + 1) / 2 ** 32;
}

/** A gate sends the work back: it starts over with what the gate said. */
export function sentBack({ reworks }: TaskContext): Partial<TaskContext> {
  return { reworks: reworks + 1, failures: 0 };
}

/** What was stopped in the middle did not count. */
export function interrupted({ next, attempts }: TaskContext): Partial<TaskContext> {
  return { attempts: next === "working" ? attempts - 1 : attempts };
}

/** Takes in what a human, or a branch todo, has to say about a failure. */
export function answered({ branch, last }: TaskContext, event: TaskOrder): Partial<TaskContext> {
  if (event.type === "BRANCH_ENDED")
    return {
      last: withoutFailure(last),
      branch: { depth: branch.depth + 1, parent: event.branch },
    };
  if (event.type !== "ANSWER") return {};
  if (event.granted) return { last: withoutFailure(last) };
  return { last: { ...last, failure: denialOf(event) } };
}

export function withoutFailure(attempt: Attempt): Attempt {
  const { failure: _, printed: __, ...rest } = attempt;
  return rest;
}

/** Whether a failure is tried again. */
export function mayTryAgain({ input, failures, last }: TaskContext): boolean {
  return failures <= input.task.maxRetries && mayRetry(last.failure);
}

export function isRouted({ input, last }: TaskContext): boolean {
  return input.task.failureRouting !== undefined && mayMend(last.failure);
}

export function failureIn({ last }: TaskContext): Failure {
  return last.failure ?? { code: "COMMAND_FAILED", message: "it failed" };
}

/** How it ended: its output. */
export function outcomeOf(context: TaskContext): TaskOutcome {
  const { attempts, last, cancelled, scores, reworks } = context;
  const { printed: _, ...kept } = last;
  const base = {
    ...kept,
    attempts,
    ...(scores !== undefined && { scores }),
    ...(reworks > 0 && { reworks }),
  };
  if (cancelled !== undefined) return { ...base, status: "CANCELLED", reason: cancelled };
  return { ...base, status: last.failure === undefined ? "COMPLETED" : "FAILED" };
}
