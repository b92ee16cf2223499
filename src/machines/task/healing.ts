/**
 * Self-healing (T-H1): a task that failed is tried again, each time in a different way. Pure.
 *
 *     different_agent → simpler_approach → add_context
 *
 * - Each step of the ladder is taken at most once. What earlier runs have shown to help is taken
 *   first; the rest follows in order.
 * - Each step but the first is done by the task's own agent.
 */
import {
  Strategy,
  type Advice,
  type HealingPackage,
  type HealingQuestion,
} from "../../events/healing.ts";
import type { BranchReason, Failure } from "../../events/failure.ts";
import { mayMend } from "./attempt.ts";
import { classify } from "./classify.ts";
import { doerOf, healersOf, timeoutOf } from "./doer.ts";
import type { TaskContext } from "./standing.ts";

/** One step that was taken. */
export interface Try {
  readonly strategy: Strategy;
  /** Who tries, where that is another than the task's own. */
  readonly agent?: string;
  /** Of the failure before it. */
  readonly reason: BranchReason;
  readonly failure: Failure;
  /** Of the pattern that put it first. */
  readonly learned?: { readonly confidence: number; readonly samples: number };
}

export interface Healing {
  /** In order. */
  readonly tried: readonly Try[];
  /** The last one has not come to its end. */
  readonly open: boolean;
}

/** Whether there is a step left that may help. Failures of the host are nobody's who works at the task. */
export function mayHeal(context: TaskContext): boolean {
  return mayMend(context.last.failure) && stepsLeft(context).length > 0;
}

function stepsLeft({ input, healing }: TaskContext): readonly Strategy[] {
  const { heal } = input.task;
  const tried = healing?.tried ?? [];
  if (heal === undefined || tried.length >= heal.tries) return [];
  const taken = new Set(tried.map(({ strategy }) => strategy));
  return Strategy.options.filter(
    (strategy) =>
      !taken.has(strategy) && (strategy !== "different_agent" || healersOf(input).length > 0),
  );
}

/** What earlier runs are asked. */
export function questionOf(context: TaskContext): HealingQuestion {
  return { subject: subjectOf(context.input), reason: reasonOf(context) };
}

function subjectOf({ task, doer }: TaskContext["input"]): string {
  return doer.agent ?? `task/${task.id}`;
}

/** Why the last attempt failed (T-B1). */
function reasonOf(context: TaskContext): BranchReason {
  const { failure = UNTOLD, printed = "", durationMs } = context.last;
  const evidence = { failure, printed, durationMs, timeoutMs: timeoutOf(context) };
  return classify(evidence) ?? "test_failure";
}

const UNTOLD: Failure = { code: "COMMAND_FAILED", message: "it failed" };

/** The next step. @param advice the best first; what cannot be followed here is passed over. */
export function nextTry(context: TaskContext, advice: readonly Advice[]): Try {
  const { failure = UNTOLD } = context.last;
  return { ...nextStep(context, advice), reason: reasonOf(context), failure };
}

/** With a step that is taken. */
export function begun({ healing }: TaskContext, step: Try): Healing {
  return { tried: [...(healing?.tried ?? []), step], open: true };
}

function nextStep(
  context: TaskContext,
  advice: readonly Advice[],
): Pick<Try, "strategy" | "agent" | "learned"> {
  const left = stepsLeft(context);
  const agents = healersOf(context.input).flatMap(({ agent }) => agent ?? []);
  const best = advice.find(({ strategy, agent }) =>
    strategy === "different_agent"
      ? left.includes(strategy) && agent !== undefined && agents.includes(agent)
      : left.includes(strategy),
  );
  if (best !== undefined) {
    const { strategy, agent, confidence, samples } = best;
    const who = strategy === "different_agent" && agent !== undefined ? { agent } : {};
    return { strategy, ...who, learned: { confidence, samples } };
  }
  const [strategy = "add_context"] = left;
  const [agent] = agents;
  return strategy === "different_agent" && agent !== undefined ? { strategy, agent } : { strategy };
}

/** The last try has come to its end. */
export function closed({ healing }: TaskContext): Pick<TaskContext, "healing"> {
  return healing === undefined ? {} : { healing: { ...healing, open: false } };
}

/** What both facts of a try say. */
export function tryOf(
  { input, healing, attempts }: TaskContext,
  { strategy, agent, reason }: Pick<Try, "strategy" | "agent" | "reason">,
) {
  return {
    task: input.task.id,
    try: healing?.tried.length ?? 1,
    strategy,
    subject: subjectOf(input),
    reason,
    ...(agent !== undefined && { agent }),
    attempt: Math.max(1, attempts),
  };
}

/** What whoever tries is told beside the package of the work. */
export function healingPackage(
  context: Pick<TaskContext, "input" | "healing" | "last">,
  outputs: readonly string[],
): { readonly healing?: HealingPackage } {
  const { healing, last, input } = context;
  const step = healing?.tried.at(-1);
  if (healing === undefined || step === undefined) return {};
  const { strategy, reason } = step;
  const { summary, data, printed = "" } = last;
  const left = {
    summary,
    ...(data !== undefined && { data }),
    printed,
    outputs: [...outputs],
  };
  return {
    healing: {
      try: healing.tried.length,
      strategy,
      reason,
      instructions: INSTRUCTIONS[strategy](doerOf({ input }).agent ?? "the command of the task"),
      failures: failuresOf(healing.tried),
      ...(strategy === "add_context" && { left }),
    },
  };
}

/** A try stands behind the failure that it follows: who failed is whoever tried before. */
function failuresOf(steps: readonly Try[]): HealingPackage["failures"] {
  return steps.map(({ failure }, at) => {
    const before = steps[at - 1];
    if (before === undefined) return { failure };
    const { strategy, agent } = before;
    return { strategy, ...(agent !== undefined && { agent }), failure };
  });
}

const INSTRUCTIONS: Readonly<Record<Strategy, (who: string) => string>> = {
  different_agent: (who) =>
    `${who} has failed at this. Do it in your own way: do not go on where that ended.`,
  simpler_approach: () =>
    "This has failed as it was tried. Take a simpler approach: the smallest change that meets the criteria, with what is surely there; leave out all that is not asked for.",
  add_context: () =>
    "This has failed before. Here is all that is known of it: find out first why it failed, then do it so that it does not.",
};
