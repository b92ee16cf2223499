/**
 * What agents that are actors invoke in simulated workflows. What a turn answers follows from the
 * agent's name and the conversation alone.
 */
import { activity, type ActivityContext } from "../../src/actors/activity.ts";
import {
  ASK_HUMAN,
  type AgentInput,
  type Brief,
  type Delivered,
  type Summary,
  type ToolInput,
  type ToolResult,
  type TurnInput,
} from "../../src/events/agent/work.ts";
import { AgentLimits } from "../../src/events/agent/limits.ts";
import type { ChatAnswer, ChatMessage, ToolCall } from "../../src/events/chat/message.ts";
import type { Answer } from "./workflows-agents.ts";

/** Does it, and notes it under the name that tells which effect of the run it is. */
export type Done = <T extends object>(
  context: ActivityContext,
  name: string,
  how: Answer,
  answer: () => T,
) => Promise<T>;

/** Names of the agents that are actors. */
export const ACTORS = ["thinker", "asker", "rambler"] as const;

type Said = Pick<ChatAnswer["message"], "text" | "calls">;

const add = (id: string, a: number): ToolCall => ({ id, name: "add", input: { a } });

/** By the number of answers before. */
const TURNS: Readonly<Record<string, readonly Said[]>> = {
  thinker: [
    { text: "", calls: [add("x", 1), add("y", 2)] },
    { text: "no JSON", calls: [] },
    { text: "{}", calls: [] },
  ],
  asker: [
    { text: "", calls: [{ id: "q", name: ASK_HUMAN, input: { question: "Red?" } }, add("z", 3)] },
    { text: "done", calls: [] },
  ],
  rambler: [
    { text: "word ".repeat(600), calls: [add("a", 1)] },
    { text: "word ".repeat(600), calls: [add("b", 2)] },
    { text: "short", calls: [] },
  ],
};

const USAGE = { inputTokens: 5, outputTokens: 5 };

type Asked<TInput> = ActivityContext & { readonly input: TInput };

export function simulatedSources(done: Done) {
  const named = ({ agent, work: { task } }: Pick<TurnInput, "agent" | "work">): string =>
    `${agent} ${task}`;
  return {
    brief: activity<AgentInput, Brief>((context: Asked<AgentInput>) =>
      done(context, `brief ${named(context.input)}`, { ms: 5 }, () => ({
        way: "model",
        version: "1",
        messages: [{ role: "user", text: "Do it." }],
        tools: ["add", ASK_HUMAN],
        overheadTokens: 10,
        limits: AgentLimits.parse({ contextTokens: 1_000, budget: { calls: 20 } }),
      })),
    ),
    turn: activity<TurnInput, ChatAnswer>((context: Asked<TurnInput>) => {
      const nth = turnsIn(context.input.messages);
      const said = TURNS[context.input.agent]?.[nth] ?? { text: "enough", calls: [] };
      return done(context, `turn ${nth} ${named(context.input)}`, { ms: 20 }, () => ({
        message: { role: "assistant", ...said },
        finish: said.calls.length > 0 ? "tools" : "stop",
        usage: USAGE,
        model: "m",
        durationMs: 20,
      }));
    }),
    tool: activity<ToolInput, ToolResult>((context: Asked<ToolInput>) => {
      const { call } = context.input;
      return done(context, `tool ${call.id} ${named(context.input)}`, { ms: 5 }, () => ({
        text: call.id,
        failed: false,
        durationMs: 5,
      }));
    }),
    summary: activity<TurnInput, Summary>((context: Asked<TurnInput>) =>
      done(context, `summary ${named(context.input)}`, { ms: 10 }, () => ({
        text: "It rambled (1 answer).",
        usage: USAGE,
        durationMs: 10,
      })),
    ),
    deliver: activity<TurnInput, Delivered>((context: Asked<TurnInput>) => {
      const text = context.input.messages.at(-1)?.text ?? "";
      return done(context, `deliver ${text} ${named(context.input)}`, { ms: 5 }, () =>
        text.startsWith("no") ? { problems: ["it is no JSON"] } : { result: { summary: text } },
      );
    }),
  };
}

/** Answers so far; those that a summary stands for count, too. */
function turnsIn(messages: readonly ChatMessage[]): number {
  const spoken = messages.filter(({ role }) => role === "assistant").length;
  return spoken + messages.filter(({ text }) => text.includes("It rambled")).length;
}
