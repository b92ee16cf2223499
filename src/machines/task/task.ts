/**
 * One task of a plan: work, what is checked behind it, and what is done about a failure.
 *
 *     PENDING → RUNNING ──────────────────────────────→ COMPLETED
 *                 working → testing → judging     ├───→ FAILED
 *                    ↑         │         │        └───→ CANCELLED
 *                 WAITING ←────┴─────────┘
 *                 retry, healing, approval, branch, held
 *
 * - Pure: the runtime runs `command`, `agent` and `checks` and keeps the time. Leaving a state
 *   stops what runs in it.
 * - A failure is tried again (T-R1); then, where `heal` says so, in different ways (T-H1); then,
 *   where `failureRouting` says so, mended by a branch todo; then, where that fails, a human decides. A gate's FAIL sends the work back.
 * - A task that fails is done, with an output that says so: it is no error of the actor.
 * - The context stays small: what was printed is in the record, not here.
 */
import { and, assign, emit, not, stopChild } from "xstate";
import type { CheckInput } from "../../events/work.ts";
import { attemptOf, failureOf, type Attempt } from "./attempt.ts";
import { doerOf } from "./doer.ts";
import { questionOf } from "./healing.ts";
import { checkInput, judgePackage, workPackage } from "./package.ts";
import * as said from "./said.ts";
import { taskSetup } from "./setup.ts";
import { interrupted, newTask, outcomeOf } from "./standing.ts";

export const taskMachine = taskSetup.createMachine({
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
                who: doerOf(context),
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
            "closeTry",
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
          entry: "closeTry",
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
          entry: "closeTry",
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
          entry: ["closeTry", { type: "next", params: "working" }],
          always: [
            { guard: "again", target: "#task.WAITING.retry" },
            { guard: "mayHeal", target: "advising" },
            { guard: "routed", target: "#task.WAITING.branch" },
            { target: "#task.FAILED" },
          ],
        },
        /** Have earlier runs shown what helps? Where nobody can say, the ladder does. */
        advising: {
          entry: { type: "next", params: "advising" },
          invoke: {
            id: "advice",
            src: "advise",
            input: ({ context }) => questionOf(context),
            onDone: {
              target: "#task.WAITING.healing",
              actions: { type: "heal", params: ({ event }) => event.output },
            },
            onError: {
              target: "#task.WAITING.healing",
              actions: { type: "heal", params: { patterns: [] } },
            },
          },
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
            { guard: { type: "next", params: "advising" }, target: "advising" },
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
        healing: {
          after: { heal: "#task.RUNNING.resuming" },
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
                guard: { type: "answers", params: { kind: "fix", granted: true } },
                target: "branch",
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
          entry: [emit(({ context }) => said.broke(context)), "tellBroken", "dropFix"],
          on: {
            BRANCH_ENDED: [
              { guard: not("branchOver") },
              { guard: "mended", target: "#task.RUNNING.mended", actions: "answered" },
              {
                target: "approval",
                actions: { type: "escalate", params: ({ event }) => said.notMended(event) },
              },
            ],
            FIX_PROPOSED: { guard: "branchOver", target: "approval", actions: "propose" },
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
