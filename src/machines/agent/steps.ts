/** What follows from what happens to an agent: its next state, what it says, and whom it asks. Pure. */
import type { BudgetMessage } from "../../events/agent/budget.ts";
import type { AgentFact } from "../../events/agent/facts.ts";
import type {
  AgentCommand,
  Asked,
  Brief,
  Delivered,
  Summary,
  ToolInput,
  ToolResult,
} from "../../events/agent/work.ts";
import { NOTHING, type Spent } from "../../events/agent/spent.ts";
import type { ChatAnswer } from "../../events/chat/message.ts";
import { failureIn, type Failure } from "../../events/failure.ts";
import type { ActorMessage, ActorStart } from "../host-actions.ts";
import {
  asked,
  childOf,
  collected,
  loopIn,
  openlyAsked,
  questionAnswered,
  toolEnded,
} from "./calls.ts";
import * as say from "./said.ts";
import { answered, briefed, mostOf, spentBy, type AgentContext } from "./state.ts";
import { summarized, tooLong } from "./summary.ts";
import { mayTryAgain, sentBack, tried, late } from "./trouble.ts";

/** What one event leads to. */
export interface Step {
  readonly change: Partial<AgentContext>;
  readonly facts: readonly AgentFact[];
  readonly starts: readonly ActorStart[];
  readonly sends: readonly ActorMessage[];
  readonly calls: readonly { readonly id: string; readonly input: ToolInput }[];
  /** Children. */
  readonly stops: readonly string[];
  /** From now on it has so long. */
  readonly timeMs: number | undefined;
}

function stepOf(change: Partial<AgentContext>, rest: Partial<Step> = {}): Step {
  return { change, facts: [], starts: [], sends: [], calls: [], stops: [], timeMs: undefined, ...rest };
}

export function begin({ input }: AgentContext): Step {
  return stepOf({}, { timeMs: input.work.timeoutMs });
}

/** A call that failed costs what nobody knows; it is one call. */
const FAILED_CALL: Spent = { calls: 1, tokens: 0, money: 0, timeMs: 0 };

export function brief(context: AgentContext, made: Brief): Step {
  return stepOf(briefed(context, made), { facts: [say.briefed(context, made)] });
}

export function reserve(context: AgentContext): Step {
  const reservations = context.reservations + 1;
  const next = { ...context, reservations };
  return stepOf({ reservations }, { starts: [say.budgetStart(next)], sends: [say.reserves(next)] });
}

/** A turn has ended well; what it asked and did not wait for is asked no more. */
export function answer(context: AgentContext, given: ChatAnswer): Step {
  const withdrawn = openlyAsked(context).map((question) => say.withdrawn(context, question));
  return stepOf(answered(context, given), {
    facts: [say.chatted(context, given), ...withdrawn],
    sends: settled(context, spentBy(given)),
  });
}

/** A turn has failed: it is tried again, or that is the end. */
export function stumble(context: AgentContext, error: unknown): Step {
  const change = mayTryAgain(context, error) ? tried(context, error) : { failure: failureIn(error) };
  return stepOf(change, { sends: settled(context, FAILED_CALL) });
}

export function fail(failure: Failure): Step {
  return stepOf({ failure });
}

/** Its time is up while it waits for its budget: what it asked for is asked no more. */
export function leave(context: AgentContext): Step {
  return stepOf({ failure: late(context) }, { sends: settled(context, NOTHING) });
}

/** Its time is up in the middle of a call: nobody will say what that has cost, so it is the most. */
export function breakOff(context: AgentContext): Step {
  return stepOf({ failure: late(context) }, { sends: settled(context, mostOf(context)) });
}

/** Tools are called beside each other, humans are asked. */
export function callTools(context: AgentContext): Step {
  const { calls, questions } = asked(context);
  const { budget: _budget, ...input } = context.input;
  const facts: AgentFact[] = [];
  const children: { readonly id: string; readonly input: ToolInput }[] = [];
  for (const [at, open] of calls.entries())
    if (open.question !== undefined) facts.push(say.asks(context, open));
    else if (open.answer === undefined)
      children.push({ id: childOf(at), input: { ...input, call: open.call } });
  return stepOf({ calls, questions }, { facts, calls: children });
}

export function endTool(context: AgentContext, at: number, result: ToolResult): Step {
  const call = context.calls[at]?.call;
  if (call === undefined) return stepOf({});
  return stepOf(toolEnded(context, at, result), {
    facts: [say.toolCalled(context, call, result)],
    stops: [childOf(at)],
  });
}

/** The turn itself asks a human, and goes on when it finds the answer. */
export function ask(context: AgentContext, told: Asked): Step {
  const { question } = told;
  return stepOf(
    { asked: { ...context.asked, [question]: "open" } },
    { facts: [say.wasAsked(context, told)] },
  );
}

export function hear(context: AgentContext, command: AgentCommand): Step {
  return stepOf(questionAnswered(context, command), { facts: [say.wasAnswered(context, command)] });
}

export function collect(context: AgentContext): Step {
  return stepOf(collected(context));
}

export function stopLoop(context: AgentContext): Step {
  const loop = loopIn(context);
  if (loop === undefined) return stepOf({});
  const { call, times } = loop;
  const message = `it called ${call.name} with the same arguments ${times} times`;
  const failure = { code: "LOOP_DETECTED", message };
  return stepOf({ failure }, { facts: [say.looped(context, call, times)] });
}

export function summarize(context: AgentContext, summary: Summary): Step {
  const range = tooLong(context);
  const sends = settled(context, spentBy(summary));
  if (range === undefined) return stepOf({}, { sends });
  const facts = [say.summarized(context, range, summary.text)];
  return stepOf(summarized(context, range, summary), { facts, sends });
}

export function sendBack(context: AgentContext, problems: readonly string[]): Step {
  return stepOf(sentBack(context, problems), { facts: [say.rejected(context, problems)] });
}

export function deliver(delivered: Delivered): Step {
  return stepOf("result" in delivered ? { result: delivered.result } : {});
}

function settled(context: AgentContext, spent: Spent): readonly ActorMessage[] {
  if (!say.isBudgeted(context)) return [];
  const settle: BudgetMessage = { type: "SETTLE", id: say.reservationOf(context), spent };
  return [say.toBudget(context, settle)];
}
