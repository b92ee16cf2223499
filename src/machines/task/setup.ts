/**
 * The parts of the task machine: what it may be told, what it asks for, and what it decides by.
 */
import {
  assign,
  enqueueActions,
  sendParent,
  setup,
  type DoneActorEvent,
  type ErrorActorEvent,
} from "xstate";
import type { CommandInput, CommandResult } from "../../events/command-result.ts";
import type { Assigned, TaskCommand, TaskInput } from "../../events/commands.ts";
import type { TaskFact, TaskOutcome } from "../../events/facts/task.ts";
import type { GateKind } from "../../events/facts/workflow.ts";
import type { AgentOutcome } from "../../events/agent/work.ts";
import type { CheckInput, CheckResult, WorkPackage, WorkResult } from "../../events/work.ts";
import { agentMachine } from "../agent/agent.ts";
import type { HealingAnswer, HealingQuestion } from "../../events/healing.ts";
import { source } from "../source.ts";
import type { Attempt } from "./attempt.ts";
import { gateOfJudge } from "./gate.ts";
import { begun, closed, mayHeal, nextTry } from "./healing.ts";
import type { TaskOrder } from "./messages.ts";
import { actorInput, checkInput, commandInput } from "./package.ts";
import * as said from "./said.ts";
import {
  answered,
  broken,
  healDelayMs,
  isRouted,
  mayTryAgain,
  retryDelayMs,
  sentBack,
  tested,
  withoutFailure,
  worked,
  type Step,
  type TaskContext,
} from "./standing.ts";

/** What anybody may send, what its workflow says, and how what it asked for ended. */
export type TaskEvent =
  | TaskCommand
  | TaskOrder
  | DoneActorEvent<CommandResult | WorkResult | AgentOutcome, "work">
  | DoneActorEvent<CommandResult | WorkResult | AgentOutcome, "judge">
  | DoneActorEvent<CheckResult, "checks">
  | DoneActorEvent<HealingAnswer, "advice">
  | ErrorActorEvent<unknown, "work" | "judge" | "checks" | "advice">;

/** Somebody who is asked. */
export interface Engaged {
  readonly id: "work" | "judge";
  readonly who: Assigned;
  readonly work: WorkPackage;
}

export const taskSetup = setup({
  types: {
    context: {} as TaskContext,
    events: {} as TaskEvent,
    input: {} as TaskInput,
    output: {} as TaskOutcome,
    emitted: {} as TaskFact,
  },
  actors: {
    command: source<CommandResult, CommandInput>("task", "command"),
    agent: source<WorkResult, WorkPackage>("task", "agent"),
    actor: agentMachine,
    checks: source<CheckResult, CheckInput>("task", "checks"),
    advise: source<HealingAnswer, HealingQuestion>("task", "advise"),
  },
  delays: {
    retry: ({ context }) => retryDelayMs(context),
    heal: ({ context }) => healDelayMs(context),
  },
  guards: {
    good: ({ context }) => context.last.failure === undefined,
    again: ({ context }) => mayTryAgain(context),
    mayHeal: ({ context }) => mayHeal(context),
    routed: ({ context }) => isRouted(context),
    hasChecks: ({ context }) => checkInput(context) !== undefined,
    hasJudge: ({ context }) => context.input.judge !== undefined,
    incomplete: ({ context: { last } }) => last.failure?.code === "OUTPUT_MISSING",
    mayRework: ({ context: { input, reworks } }) => reworks < (input.task.gate?.maxReworks ?? 0),
    mustAsk: ({ context }) => context.input.task.approval.includes("after"),
    next: ({ context }, step: Step) => context.next === step,
    /** Of the question that is open, and no other. */
    answers: ({ context, event }, { kind, granted }: { kind?: GateKind; granted: boolean }) =>
      event.type === "ANSWER" &&
      event.kind === context.asked &&
      event.granted === granted &&
      (kind ?? event.kind) === event.kind,
    /** The branch todo that it waits for is over, and not one before it. */
    branchOver: ({ context: { branch }, event }) =>
      (event.type === "BRANCH_ENDED" || event.type === "FIX_PROPOSED") &&
      parentOf(event.branch) === branch.parent,
    mended: ({ event }) => event.type === "BRANCH_ENDED" && event.passed,
    valid: (_, judge: Attempt) => judge.failure === undefined,
    passes: ({ context }, judge: Attempt) =>
      judge.failure === undefined && gateOfJudge(context, judge.data).readiness === "PASS",
  },
  actions: {
    engage: enqueueActions(({ context: { input }, enqueue }, { id, who, work }: Engaged) => {
      const run = who.command?.run;
      if (who.actor === true) enqueue.spawnChild("actor", { id, input: actorInput(input, who, work) });
      else if (run === undefined) enqueue.spawnChild("agent", { id, input: work });
      else enqueue.spawnChild("command", { id, input: commandInput(input, who, work, run) });
    }),
    begin: assign(({ context: { attempts } }) => ({ attempts: attempts + 1, next: "working" })),
    next: assign((_, next: Step) => ({ next })),
    worked: enqueueActions(({ context, enqueue }, attempt: Attempt) => {
      const late = said.timedOut(context, attempt);
      if (late !== undefined) enqueue.emit(late);
      enqueue.assign(worked(context, attempt));
    }),
    tested: enqueueActions(({ context, enqueue }, result: CheckResult) => {
      for (const fact of said.tested(context, result)) enqueue.emit(fact);
      enqueue.assign(tested(context, result));
    }),
    judged: enqueueActions(({ context, enqueue }, judge: Attempt) => {
      const gate = gateOfJudge(context, judge.data);
      const { completeness, accuracy, issues } = gate;
      enqueue.emit(said.gate(context, gate));
      enqueue.assign({ scores: { completeness, accuracy }, feedback: issues });
    }),
    /** A try to heal it has come to its end, if one was under way. */
    closeTry: enqueueActions(({ context, enqueue }) => {
      const fact = said.healingEnded(context);
      if (fact === undefined) return;
      enqueue.emit(fact);
      enqueue.assign(closed(context));
    }),
    heal: enqueueActions(({ context, enqueue }, { patterns }: HealingAnswer) => {
      const step = nextTry(context, patterns);
      const healing = begun(context, step);
      enqueue.emit(said.healingTried({ ...context, healing }, step));
      enqueue.assign({ healing, next: "working" });
    }),
    broken: assign(({ context }, attempt: Attempt) => broken(context, attempt)),
    sendBack: assign(({ context }) => sentBack(context)),
    ask: assign((_, asked: GateKind) => ({ asked })),
    propose: assign(({ event }) =>
      event.type === "FIX_PROPOSED"
        ? { asked: "fix" as const, fix: { ...event.asked, question: event.question } }
        : {},
    ),
    dropFix: assign(({ context: { fix } }) => (fix === undefined ? {} : { fix: undefined })),
    tellAsked: sendParent(({ context }) => said.asks(context)),
    tellBroken: sendParent(({ context }) => said.breaks(context)),
    escalate: enqueueActions(({ context, enqueue }, why: said.Escalation) => {
      enqueue.emit(said.escalated(context, why));
      enqueue.assign({ asked: "escalation" });
    }),
    accept: assign(({ context: { last } }) => ({ last: withoutFailure(last) })),
    answered: assign(({ context, event }) =>
      event.type === "ANSWER" || event.type === "BRANCH_ENDED" ? answered(context, event) : {},
    ),
  },
});

/** What a branch todo mends, by its id (T-B3). */
function parentOf(branch: string): string {
  return branch.slice(0, Math.max(0, branch.lastIndexOf("_branch_")));
}
