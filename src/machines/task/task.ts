/**
 * One task of a plan: work, what is checked behind it, and what is done about a failure.
 *
 *     PENDING → RUNNING ──────────────────────────────→ COMPLETED
 *                 working → testing → judging     ├───→ FAILED
 *                    ↑         │         │        └───→ CANCELLED
 *                 WAITING ←────┴─────────┘
 *                 retry, approval, branch, held
 *
 * - Pure: the runtime runs `command`, `agent` and `checks` and keeps the time. Leaving a state
 *   stops what runs in it.
 * - A failure is tried again (T-R1); then, where `failureRouting` says so, mended by a branch
 *   todo; then, where that fails, a human decides. A gate's FAIL sends the work back.
 * - A task that fails is done, with an output that says so: it is no error of the actor.
 * - The context stays small: what was printed is in the record, not here.
 */
import {
  and,
  assign,
  emit,
  enqueueActions,
  not,
  sendParent,
  setup,
  stopChild,
  type DoneActorEvent,
  type ErrorActorEvent,
} from "xstate";
import type { CommandInput, CommandResult } from "../../events/command-result.ts";
import type { Assigned, TaskCommand, TaskInput } from "../../events/commands.ts";
import type { TaskFact, TaskOutcome } from "../../events/facts/task.ts";
import type { GateKind } from "../../events/facts/workflow.ts";
import type { CheckInput, CheckResult, WorkPackage, WorkResult } from "../../events/work.ts";
import { source } from "../source.ts";
import { attemptOf, failureOf, type Attempt } from "./attempt.ts";
import { gateOfJudge } from "./gate.ts";
import type { TaskOrder } from "./messages.ts";
import { checkInput, commandInput, judgePackage, workPackage } from "./package.ts";
import * as said from "./said.ts";
import {
  answered,
  broken,
  interrupted,
  isRouted,
  mayTryAgain,
  newTask,
  outcomeOf,
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
  | DoneActorEvent<CommandResult | WorkResult, "work">
  | DoneActorEvent<CommandResult | WorkResult, "judge">
  | DoneActorEvent<CheckResult, "checks">
  | ErrorActorEvent<unknown, "work" | "judge" | "checks">;

interface Engaged {
  readonly id: "work" | "judge";
  readonly who: Assigned;
  readonly work: WorkPackage;
}

export const taskMachine = setup({
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
    checks: source<CheckResult, CheckInput>("task", "checks"),
  },
  delays: {
    retry: ({ context }) => retryDelayMs(context),
  },
  guards: {
    good: ({ context }) => context.last.failure === undefined,
    again: ({ context }) => mayTryAgain(context),
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
    mended: ({ event }) => event.type === "BRANCH_ENDED" && event.passed,
    valid: (_, judge: Attempt) => judge.failure === undefined,
    passes: ({ context }, judge: Attempt) =>
      judge.failure === undefined && gateOfJudge(context, judge.data).readiness === "PASS",
  },
  actions: {
    engage: enqueueActions(({ context: { input }, enqueue }, { id, who, work }: Engaged) => {
      const run = who.command?.run;
      if (run === undefined) enqueue.spawnChild("agent", { id, input: work });
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
    broken: assign(({ context }, attempt: Attempt) => broken(context, attempt)),
    sendBack: assign(({ context }) => sentBack(context)),
    ask: assign((_, asked: GateKind) => ({ asked })),
    tellAsked: sendParent(({ context }) => said.asks(context)),
    tellBroken: sendParent(({ context }) => said.breaks(context)),
    escalate: enqueueActions(({ context, enqueue }, why: said.Escalation) => {
      enqueue.emit(said.escalated(context, why));
      enqueue.assign({ asked: "escalation" });
    }),
    accept: assign(({ context: { last } }) => ({ last: withoutFailure(last) })),
    answered: assign(({ context, event }) => answered(context, event)),
  },
}).createMachine({
  id: "task",
  context: ({ input }) => newTask(input),
  initial: "PENDING",
  on: {
    CANCEL: {
      target: ".CANCELLED",
      actions: assign(({ event }) => ({ cancelled: event.reason ?? "" })),
    },
  },
  states: {
    PENDING: { always: "RUNNING" },
    RUNNING: {
      initial: "working",
      on: { HOLD: { target: "WAITING.held", actions: assign(({ context }) => interrupted(context)) } },
      states: {
        working: {
          entry: [
            "begin",
            emit(({ context }) => said.started(context)),
            {
              type: "engage",
              params: ({ context }) => ({
                id: "work",
                who: context.input.doer,
                work: workPackage(context),
              }),
            },
          ],
          exit: stopChild("work"),
          on: {
            "xstate.done.actor.work": {
              target: "delivered",
              actions: {
                type: "worked",
                params: ({ context, event }) => attemptOf(event.output, context.input.package.purpose),
              },
            },
            "xstate.error.actor.work": {
              target: "delivered",
              actions: { type: "worked", params: ({ event }) => failureOf(event.error) },
            },
          },
        },
        delivered: {
          always: [
            { guard: not("good"), target: "failing" },
            { guard: "hasChecks", target: "testing" },
            { guard: "hasJudge", target: "judging" },
            { target: "approving" },
          ],
        },
        testing: {
          entry: { type: "next", params: "testing" },
          invoke: {
            id: "checks",
            src: "checks",
            input: ({ context }) => checkInput(context) ?? NO_CHECKS,
            onDone: {
              target: "tested",
              actions: { type: "tested", params: ({ event }) => event.output },
            },
            onError: {
              target: "failing",
              actions: { type: "broken", params: ({ event }) => failureOf(event.error) },
            },
          },
        },
        tested: {
          always: [
            { guard: and(["good", "hasJudge"]), target: "judging" },
            { guard: "good", target: "approving" },
            { guard: and(["incomplete", "hasJudge"]), target: "rejected" },
            { target: "failing" },
          ],
        },
        judging: {
          entry: [
            { type: "next", params: "judging" },
            {
              type: "engage",
              params: ({ context }) => ({
                id: "judge",
                who: context.input.judge ?? {},
                work: judgePackage(context),
              }),
            },
          ],
          exit: stopChild("judge"),
          on: {
            "xstate.done.actor.judge": [
              {
                guard: { type: "passes", params: ({ event }) => judgeOf(event) },
                target: "approving",
                actions: { type: "judged", params: ({ event }) => judgeOf(event) },
              },
              {
                guard: { type: "valid", params: ({ event }) => judgeOf(event) },
                target: "rejected",
                actions: { type: "judged", params: ({ event }) => judgeOf(event) },
              },
              {
                target: "unjudged",
                actions: { type: "broken", params: ({ event }) => judgeOf(event) },
              },
            ],
            "xstate.error.actor.judge": {
              target: "unjudged",
              actions: { type: "broken", params: ({ event }) => failureOf(event.error) },
            },
          },
        },
        /** The gate said FAIL. */
        rejected: {
          always: [
            { guard: "mayRework", target: "working", actions: "sendBack" },
            {
              target: "#task.WAITING.approval",
              actions: [
                emit(({ context }) => said.exhausted(context)),
                { type: "ask", params: "quality" },
              ],
            },
          ],
        },
        /** The gate could not say anything. */
        unjudged: {
          always: [
            { guard: "again", target: "#task.WAITING.retry" },
            { target: "#task.WAITING.approval", actions: { type: "ask", params: "quality" } },
          ],
        },
        approving: {
          always: [
            {
              guard: "mustAsk",
              target: "#task.WAITING.approval",
              actions: { type: "ask", params: "after" },
            },
            { target: "#task.COMPLETED" },
          ],
        },
        failing: {
          entry: { type: "next", params: "working" },
          always: [
            { guard: "again", target: "#task.WAITING.retry" },
            { guard: "routed", target: "#task.WAITING.branch" },
            { target: "#task.FAILED" },
          ],
        },
        /** Somebody else has mended it: is it good now? */
        mended: {
          always: [{ guard: "hasChecks", target: "testing" }, { target: "working" }],
        },
        /** Where it was stopped, or has to go on. */
        resuming: {
          always: [
            { guard: { type: "next", params: "testing" }, target: "testing" },
            { guard: { type: "next", params: "judging" }, target: "judging" },
            { target: "working" },
          ],
        },
      },
    },
    WAITING: {
      initial: "retry",
      states: {
        retry: {
          entry: emit(({ context }) => said.retried(context)),
          after: { retry: "#task.RUNNING.resuming" },
          on: { HOLD: "held" },
        },
        approval: {
          entry: "tellAsked",
          on: {
            ANSWER: [
              {
                guard: { type: "answers", params: { granted: false } },
                target: "#task.FAILED",
                actions: "answered",
              },
              {
                guard: { type: "answers", params: { kind: "after", granted: true } },
                target: "#task.COMPLETED",
                actions: "accept",
              },
              {
                guard: { type: "answers", params: { kind: "quality", granted: true } },
                target: "#task.RUNNING.approving",
                actions: "accept",
              },
              {
                guard: { type: "answers", params: { kind: "escalation", granted: true } },
                target: "#task.RUNNING.mended",
                actions: "answered",
              },
            ],
          },
        },
        branch: {
          entry: [emit(({ context }) => said.broke(context)), "tellBroken"],
          on: {
            BRANCH_ENDED: [
              { guard: "mended", target: "#task.RUNNING.mended", actions: "answered" },
              {
                target: "approval",
                actions: { type: "escalate", params: ({ event }) => said.notMended(event) },
              },
            ],
            BRANCH_REFUSED: {
              target: "approval",
              actions: { type: "escalate", params: ({ event }) => event },
            },
          },
        },
        held: {
          entry: emit(({ context }) => said.held(context)),
          on: { RELEASE: "#task.RUNNING.resuming" },
        },
      },
    },
    COMPLETED: { type: "final", entry: emit(({ context }) => said.completed(context)) },
    FAILED: { type: "final", entry: emit(({ context }) => said.failed(context)) },
    CANCELLED: { type: "final", entry: emit(({ context }) => said.cancelled(context)) },
  },
  output: ({ context }) => outcomeOf(context),
});

const NO_CHECKS: CheckInput = {
  paths: [],
  tests: [],
  folder: "/",
  artifacts: "/",
  env: {},
  passEnv: [],
};

function judgeOf({ output }: { readonly output: unknown }): Attempt {
  return attemptOf(output, "judge");
}
