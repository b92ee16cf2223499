/** The parts of the agent machine: what it may be told, what it asks for, and what it decides by. */
import {
  enqueueActions,
  setup,
  type DoneActorEvent,
  type ErrorActorEvent,
  type PromiseActorLogic,
} from "xstate";
import { BudgetReply } from "../../events/agent/budget.ts";
import type { AgentFact } from "../../events/agent/facts.ts";
import {
  AgentCommand,
  Asked,
  ToolResult,
  type AgentInput,
  type AgentOutcome,
  type Brief,
  type Delivered,
  type Summary,
  type ToolInput,
  type TurnInput,
} from "../../events/agent/work.ts";
import type { ChatAnswer } from "../../events/chat/message.ts";
import { sendToActor, startActor, type HostAction } from "../host-actions.ts";
import { source } from "../source.ts";
import { callAt, isOpenQuestion, loopIn, openCalls } from "./calls.ts";
import * as say from "./said.ts";
import { limitsOf, type AgentContext } from "./state.ts";
import type { Step } from "./steps.ts";
import { tooLong } from "./summary.ts";
import { failureIn } from "../../events/failure.ts";
import { mayRepair, unfinished } from "./trouble.ts";

/** Commands, what the budget says, and how all that it asked for ended. */
export type AgentEvent =
  | AgentCommand
  | BudgetReply
  | Asked
  | { readonly type: "TIME_UP" }
  | DoneActorEvent<unknown>
  | ErrorActorEvent;

interface ToolActor {
  src: "tool";
  logic: PromiseActorLogic<ToolResult, ToolInput>;
  id: string | undefined;
}

/** What a step has worked out. Facts first. */
const take = enqueueActions<
  AgentContext,
  AgentEvent,
  Step,
  AgentEvent,
  ToolActor,
  HostAction,
  never,
  never,
  AgentFact
>(({ enqueue }, { change, facts, starts, sends, calls, stops, timeMs }) => {
  enqueue.assign(change);
  for (const fact of facts) enqueue.emit(fact);
  for (const id of stops) enqueue.stopChild(id);
  for (const params of starts) enqueue({ type: "startActor", params });
  for (const params of sends) enqueue({ type: "sendToActor", params });
  for (const { id, input } of calls) enqueue.spawnChild("tool", { id, input });
  if (timeMs !== undefined) enqueue.raise({ type: "TIME_UP" }, { id: "time", delay: timeMs });
});

export const agentSetup = setup({
  types: {
    context: {} as AgentContext,
    events: {} as AgentEvent,
    input: {} as AgentInput,
    output: {} as AgentOutcome,
    emitted: {} as AgentFact,
  },
  actors: {
    brief: source<Brief, AgentInput>("agent", "brief"),
    turn: source<ChatAnswer, TurnInput>("agent", "turn"),
    tool: source<ToolResult, ToolInput>("agent", "tool"),
    summary: source<Summary, TurnInput>("agent", "summary"),
    deliver: source<Delivered, TurnInput>("agent", "deliver"),
  },
  delays: {
    retry: ({ context }) => context.trouble?.delayMs ?? 0,
  },
  guards: {
    worn: ({ context }) => context.turns >= limitsOf(context).turns,
    tooLong: ({ context }) => tooLong(context) !== undefined,
    budgeted: ({ context }) => say.isBudgeted(context),
    /** Of the reservation that it waits for, and no other. */
    replies: ({ context, event }, granted: boolean) => {
      const reply = BudgetReply.safeParse(event);
      if (!reply.success || reply.data.id !== say.reservationOf(context)) return false;
      return (reply.data.type === "BUDGET_GRANTED") === granted;
    },
    failed: ({ context }) => context.failure !== undefined,
    refused: ({ context }) => context.finish === "refused",
    unfinished: ({ context }) => unfinished(context).length > 0,
    calls: ({ context }) => context.calls.length > 0,
    loops: ({ context }) => loopIn(context) !== undefined,
    allIn: ({ context }) => openCalls(context).length === 0,
    /** Nothing is under way but humans who think. */
    onlyAsks: ({ context }) => openCalls(context).every(({ question }) => question !== undefined),
    /** What another actor sends has passed no schema (S1). */
    isOpen: ({ context, event }) => {
      const command = AgentCommand.safeParse(event);
      return command.success && isOpenQuestion(context, command.data.question);
    },
    /** A turn that is taken again has asked it before. */
    isNew: ({ context, event }) => {
      const told = Asked.safeParse(event);
      return told.success && !Object.hasOwn(context.asked, told.data.question);
    },
    isTool: ({ context, event }) => {
      const at = callAt(event);
      return at !== undefined && context.calls[at]?.answer === undefined;
    },
    isResult: (_, delivered: Delivered) => "result" in delivered,
    mayRepair: ({ context }) => mayRepair(context),
  },
  actions: { startActor, sendToActor, take },
});

/** What a tool came to, or why it came to nothing. */
export function toolResult(event: {
  readonly type: string;
  readonly output?: unknown;
  readonly error?: unknown;
}): ToolResult {
  const result = ToolResult.safeParse(event.output);
  if (result.success) return result.data;
  const { code, message } = failureIn(event.error);
  return { text: `${code}: ${message}`, failed: true, durationMs: 0 };
}

export function problemsIn(delivered: Delivered): readonly string[] {
  return "problems" in delivered ? delivered.problems : [];
}
