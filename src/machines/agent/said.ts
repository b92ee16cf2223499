/** What an agent says of itself: facts for the log, messages for the budget of its run. Pure. */
import { BUDGET_ID, budgetAddress, type BudgetMessage } from "../../events/agent/budget.ts";
import type { AgentFact } from "../../events/agent/facts.ts";
import type { AgentCommand, Asked, Brief, ToolResult } from "../../events/agent/work.ts";
import { conversationHash, sha256 } from "../../events/chat/conversation.ts";
import type { ChatAnswer, ToolCall } from "../../events/chat/message.ts";
import type { Failure } from "../../events/failure.ts";
import type { ActorMessage, ActorStart } from "../host-actions.ts";
import { textOf } from "./calls.ts";
import {
  answered,
  callKey,
  limitsOf,
  mostOf,
  outcomeOf,
  type AgentContext,
  type OpenCall,
} from "./state.ts";
import { sourceOf, type Range } from "./summary.ts";

export function briefed({ input }: AgentContext, brief: Brief): AgentFact {
  const { way, version, model, tools, messages } = brief;
  return {
    type: "agent.briefed",
    v: 1,
    data: {
      ...of(input),
      task: input.work.task,
      way,
      version,
      ...(model !== undefined && { model }),
      tools,
      prompt_hash: conversationHash(messages),
    },
  };
}

export function chatted(context: AgentContext, answer: ChatAnswer): AgentFact {
  const { model, finish, usage, durationMs } = answer;
  const { conversation = "", messages = [] } = answered(context, answer);
  return {
    type: "chat.completed",
    v: 1,
    data: {
      ...of(context.input),
      model,
      finish,
      usage,
      durationMs,
      conversation,
      messages: messages.length,
    },
  };
}

export function retried({ input, trouble }: AgentContext): AgentFact {
  const { failure = UNKNOWN, delayMs = 0 } = trouble ?? {};
  return { type: "chat.retried", v: 1, data: { ...of(input), failure, delayMs } };
}

const UNKNOWN: Failure = { code: "AGENT_FAILED", message: "it failed without a word" };

export function toolCalled(
  { input }: AgentContext,
  call: ToolCall,
  { failed, durationMs }: Pick<ToolResult, "failed" | "durationMs">,
): AgentFact {
  const data = { ...of(input), tool: call.name, call: call.id, input: inputHash(call) };
  return { type: "tool.called", v: 1, data: { ...data, failed, durationMs } };
}

export function looped({ input }: AgentContext, call: ToolCall, times: number): AgentFact {
  const data = { ...of(input), tool: call.name, input: inputHash(call), times };
  return { type: "loop.detected", v: 1, data };
}

export function asks(context: AgentContext, open: OpenCall): AgentFact {
  const { question = "" } = open;
  return wasAsked(context, { question, text: textOf(open) });
}

export function wasAsked(
  { input }: AgentContext,
  { question, text }: Pick<Asked, "question" | "text">,
): AgentFact {
  return { type: "question.asked", v: 1, data: { ...of(input), question, text } };
}

export function withdrawn({ input }: AgentContext, question: string): AgentFact {
  return { type: "question.withdrawn", v: 1, data: { ...of(input), question } };
}

export function wasAnswered({ input }: AgentContext, { question, by }: AgentCommand): AgentFact {
  const data = { ...of(input), question, ...(by !== undefined && { by }) };
  return { type: "question.answered", v: 1, data };
}

export function rejected({ input }: AgentContext, problems: readonly string[]): AgentFact {
  return { type: "answer.rejected", v: 1, data: { ...of(input), problems: [...problems] } };
}

export function summarized(context: AgentContext, range: Range, summary: string): AgentFact {
  const data = { ...of(context.input), ...range, source: sourceOf(context, range), summary };
  return { type: "context.summarized", v: 1, data };
}

export function ended(context: AgentContext): AgentFact {
  const { input, turns, spent, failure } = context;
  const shared = { ...of(input), task: input.work.task, turns, spent };
  if (failure !== undefined) return { type: "agent.failed", v: 1, data: { ...shared, failure } };
  const { summary = "" } = outcomeOf(context);
  return { type: "agent.completed", v: 1, data: { ...shared, summary } };
}

/** Whether somebody counts what it spends. */
export function isBudgeted({ input, brief }: AgentContext): boolean {
  return input.budget !== undefined || brief?.limits.budget !== undefined;
}

/** The budget of its run; one that is there already stays as it is. */
export function budgetStart({ input: { work, budget = {} } }: AgentContext): ActorStart {
  return { kind: "budget", id: BUDGET_ID, input: { run: work.run, limits: budget } };
}

/** How long a call may go on beyond its time before nobody waits for it any more, ms. */
const SLACK_MS = 60_000;

export function reserves(context: AgentContext): ActorMessage {
  const { turnMs, budget } = limitsOf(context);
  return toBudget(context, {
    type: "RESERVE",
    id: reservationOf(context),
    agent: context.input.agent,
    to: context.self,
    most: mostOf(context),
    ...(budget !== undefined && { limits: budget }),
    leaseMs: turnMs + SLACK_MS,
  });
}

/** Of the turn that is about to be taken, or was taken last. */
export function reservationOf({ reservations, self }: AgentContext): string {
  return `${self}/${reservations}`;
}

export function toBudget({ input }: AgentContext, event: BudgetMessage): ActorMessage {
  return { to: budgetAddress(input.work.run), event };
}

function of({ agent }: AgentContext["input"]) {
  return { agent };
}

function inputHash(call: ToolCall): string {
  return sha256(callKey(call));
}
