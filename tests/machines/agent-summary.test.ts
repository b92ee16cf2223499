/** T-G1: what makes place for a summary, and what stays. */
import { fc, test } from "@fast-check/vitest";
import { describe, expect } from "vitest";
import { AgentLimits } from "../../src/events/agent/limits.ts";
import type { ChatMessage } from "../../src/events/chat/message.ts";
import { briefed, newAgent, said, type AgentContext } from "../../src/machines/agent/state.ts";
import { summarized, tooLong } from "../../src/machines/agent/summary.ts";
import { workPackage } from "../support/agent-runs.ts";

const words = (length: number): string => "x".repeat(length);

/** An answer, and what its tools said; or an answer that was sent back. */
const exchange = fc
  .record({ text: fc.nat(4_000), calls: fc.array(fc.nat(4_000), { maxLength: 4 }) })
  .map(({ text, calls }): readonly ChatMessage[] => {
    const ids = calls.map((_, n) => `c${n}`);
    const asked = ids.map((id) => ({ id, name: "look", input: {} }));
    const answer: ChatMessage = { role: "assistant", text: words(text), calls: asked };
    if (calls.length === 0) return [answer, { role: "user", text: "Answer again." }];
    const heard = calls.map((length, n): ChatMessage => {
      return { role: "tool", call: `c${n}`, name: "look", text: words(length), failed: false };
    });
    return [answer, ...heard];
  });

function agent(exchanges: readonly (readonly ChatMessage[])[]): AgentContext {
  const fresh = newAgent({ agent: "a", work: workPackage() }, "agent/r1:t:work");
  const ready = {
    ...fresh,
    ...briefed(fresh, {
      way: "model",
      version: "1",
      messages: [
        { role: "system", text: "Be." },
        { role: "user", text: "Do it." },
      ],
      tools: ["look"],
      overheadTokens: 10,
      limits: AgentLimits.parse({ contextTokens: 2_000 }),
    }),
  };
  return exchanges.reduce<AgentContext>(
    (context, added) => ({ ...context, ...said(context, added) }),
    ready,
  );
}

/** Whether each answer's calls are followed by what came of them, and nothing else is. */
function isWhole(messages: readonly ChatMessage[]): boolean {
  let open: string[] = [];
  for (const message of messages)
    if (message.role === "tool") {
      if (open.shift() !== message.call) return false;
    } else {
      if (open.length > 0) return false;
      open = message.role === "assistant" ? message.calls.map(({ id }) => id) : [];
    }
  return open.length === 0;
}

const SUMMARY = { text: "in short", usage: { inputTokens: 1, outputTokens: 1 }, durationMs: 1 };

describe("a conversation that is too long", () => {
  test.prop([fc.array(exchange, { minLength: 1, maxLength: 12 })], { numRuns: 500 })(
    "T-G1: parts no call from its answer, keeps the beginning and the end, and gets shorter each time",
    (exchanges) => {
      let context = agent(exchanges);
      expect(isWhole(context.messages)).toBe(true);
      const beginning = context.messages.slice(0, 2);
      const end = context.messages.at(-1);
      for (let range = tooLong(context); range !== undefined; range = tooLong(context)) {
        const before = context.messages.length;
        context = { ...context, ...summarized(context, range, SUMMARY) };
        expect(context.messages.length).toBeLessThan(before);
        expect(isWhole(context.messages)).toBe(true);
        expect(context.messages.slice(0, 2)).toEqual(beginning);
        expect(context.messages.at(-1)).toEqual(end);
      }
    },
  );
});
