/**
 * An agent at one piece of work: it takes turns until it has an answer that can be used.
 *
 *     PENDING → RUNNING ─────────────────────────────────────────→ COMPLETED
 *                 briefing → ready → thinking → acting → ready  ├─→ FAILED
 *                              │        │   └─→ delivering ─────┘
 *                              │        │           └─ cannot be used → ready
 *                              ├→ reserving, summarizing
 *               WAITING: retry, answer (of a human)
 *
 * - One machine for all ways to work: a model takes many turns, a command takes one, a human asks
 *   and is answered. What they do outside are activities: `turn`, `tool`, `deliver`.
 * - A turn may ask a human while it is taken (`ASKED`); it finds the `ANSWER` in the records.
 * - Each answer, each result of a tool stands in the log once, in the record that brought it.
 * - A turn is reserved with the budget of the run before it begins, and settled when it has ended.
 * - An agent that fails is done, with an output that says so: it is no error of the actor.
 */
import { and, emit } from "xstate";
import type { TurnInput } from "../../events/agent/work.ts";
import * as say from "./said.ts";
import { callAt } from "./calls.ts";
import { agentSetup, problemsIn, toolResult, type AgentEvent } from "./setup.ts";
import { newAgent, outcomeOf, type AgentContext } from "./state.ts";
import * as step from "./steps.ts";
import { inRange, tooLong } from "./summary.ts";
import { failureIn } from "../../events/failure.ts";
import { late, refusal, unfinished, unusable, worn } from "./trouble.ts";

export const agentMachine = agentSetup.createMachine({
  id: "agent",
  context: ({ input, self }) => newAgent(input, self.sessionId),
  initial: "PENDING",
  on: {
    TIME_UP: {
      target: ".FAILED",
      actions: { type: "take", params: ({ context }) => step.fail(late(context)) },
    },
    ANSWER: {
      guard: "isOpen",
      actions: { type: "take", params: ({ context, event }) => step.hear(context, event) },
    },
  },
  states: {
    PENDING: {
      entry: { type: "take", params: ({ context }) => step.begin(context) },
      always: "RUNNING",
    },
    RUNNING: {
      initial: "briefing",
      states: {
        briefing: {
          invoke: {
            id: "brief",
            src: "brief",
            input: ({ context }) => context.input,
            onDone: {
              target: "ready",
              actions: {
                type: "take",
                params: ({ context, event }) => step.brief(context, event.output),
              },
            },
            onError: {
              target: "#agent.FAILED",
              actions: { type: "take", params: ({ event }) => step.fail(failureIn(event.error)) },
            },
          },
        },
        ready: {
          always: [
            {
              guard: "worn",
              target: "#agent.FAILED",
              actions: { type: "take", params: ({ context }) => step.fail(worn(context)) },
            },
            { guard: "budgeted", target: "reserving" },
            { target: "going" },
          ],
        },
        reserving: {
          entry: { type: "take", params: ({ context }) => step.reserve(context) },
          on: {
            TIME_UP: {
              target: "#agent.FAILED",
              actions: { type: "take", params: ({ context }) => step.leave(context) },
            },
            BUDGET_GRANTED: { guard: { type: "replies", params: true }, target: "going" },
            BUDGET_REFUSED: {
              guard: { type: "replies", params: false },
              target: "#agent.FAILED",
              actions: {
                type: "take",
                params: ({ event }) => step.fail({ code: "BUDGET_EXCEEDED", message: event.message }),
              },
            },
          },
        },
        going: { always: [{ guard: "tooLong", target: "summarizing" }, { target: "thinking" }] },
        summarizing: {
          on: {
            TIME_UP: {
              target: "#agent.FAILED",
              actions: { type: "take", params: ({ context }) => step.breakOff(context) },
            },
          },
          invoke: {
            id: "summary",
            src: "summary",
            input: ({ context }) => ({
              ...turnOf(context),
              messages: [...inRange(context, tooLong(context) ?? { from: 0, to: 0 })],
            }),
            onDone: {
              target: "ready",
              actions: {
                type: "take",
                params: ({ context, event }) => step.summarize(context, event.output),
              },
            },
            onError: {
              target: "troubled",
              actions: {
                type: "take",
                params: ({ context, event }) => step.stumble(context, event.error),
              },
            },
          },
        },
        thinking: {
          on: {
            TIME_UP: {
              target: "#agent.FAILED",
              actions: { type: "take", params: ({ context }) => step.breakOff(context) },
            },
            ASKED: {
              guard: "isNew",
              actions: { type: "take", params: ({ context, event }) => step.ask(context, event) },
            },
          },
          invoke: {
            id: "turn",
            src: "turn",
            input: ({ context }) => turnOf(context),
            onDone: {
              target: "answered",
              actions: {
                type: "take",
                params: ({ context, event }) => step.answer(context, event.output),
              },
            },
            onError: {
              target: "troubled",
              actions: {
                type: "take",
                params: ({ context, event }) => step.stumble(context, event.error),
              },
            },
          },
        },
        /** A turn has failed: is it tried again? */
        troubled: {
          always: [{ guard: "failed", target: "#agent.FAILED" }, { target: "#agent.WAITING.retry" }],
        },
        answered: {
          always: [
            {
              guard: "refused",
              target: "#agent.FAILED",
              actions: { type: "take", params: ({ context }) => step.fail(refusal(context)) },
            },
            {
              guard: and(["unfinished", "mayRepair"]),
              target: "ready",
              actions: {
                type: "take",
                params: ({ context }) => step.sendBack(context, unfinished(context)),
              },
            },
            {
              guard: "unfinished",
              target: "#agent.FAILED",
              actions: {
                type: "take",
                params: ({ context }) => step.fail(unusable(unfinished(context))),
              },
            },
            {
              guard: "loops",
              target: "#agent.FAILED",
              actions: { type: "take", params: ({ context }) => step.stopLoop(context) },
            },
            {
              guard: "calls",
              target: "acting",
              actions: { type: "take", params: ({ context }) => step.callTools(context) },
            },
            { target: "delivering" },
          ],
        },
        acting: {
          on: {
            "xstate.done.actor.*": {
              guard: "isTool",
              actions: { type: "take", params: ({ context, event }) => toolEnded(context, event) },
            },
            "xstate.error.actor.*": {
              guard: "isTool",
              actions: { type: "take", params: ({ context, event }) => toolEnded(context, event) },
            },
          },
          always: [
            {
              guard: "allIn",
              target: "ready",
              actions: { type: "take", params: ({ context }) => step.collect(context) },
            },
            { guard: "onlyAsks", target: "#agent.WAITING.answer" },
          ],
        },
        delivering: {
          invoke: {
            id: "deliver",
            src: "deliver",
            input: ({ context }) => turnOf(context),
            onDone: [
              {
                guard: { type: "isResult", params: ({ event }) => event.output },
                target: "#agent.COMPLETED",
                actions: { type: "take", params: ({ event }) => step.deliver(event.output) },
              },
              {
                guard: "mayRepair",
                target: "ready",
                actions: {
                  type: "take",
                  params: ({ context, event }) => step.sendBack(context, problemsIn(event.output)),
                },
              },
              {
                target: "#agent.FAILED",
                actions: {
                  type: "take",
                  params: ({ event }) => step.fail(unusable(problemsIn(event.output))),
                },
              },
            ],
            onError: {
              target: "#agent.FAILED",
              actions: { type: "take", params: ({ event }) => step.fail(failureIn(event.error)) },
            },
          },
        },
      },
    },
    WAITING: {
      initial: "retry",
      states: {
        retry: {
          entry: emit(({ context }) => say.retried(context)),
          after: { retry: "#agent.RUNNING.ready" },
        },
        answer: {
          always: {
            guard: "allIn",
            target: "#agent.RUNNING.ready",
            actions: { type: "take", params: ({ context }) => step.collect(context) },
          },
        },
      },
    },
    COMPLETED: { type: "final", entry: emit(({ context }) => say.ended(context)) },
    FAILED: { type: "final", entry: emit(({ context }) => say.ended(context)) },
  },
  output: ({ context }) => outcomeOf(context),
});

/** The end of a call, by the place of the call in the answer. */
function toolEnded(context: AgentContext, event: AgentEvent): step.Step {
  return step.endTool(context, callAt(event) ?? -1, toolResult(event));
}

function turnOf({ input: { budget: _budget, ...input }, messages }: AgentContext): TurnInput {
  return { ...input, messages: [...messages] };
}
