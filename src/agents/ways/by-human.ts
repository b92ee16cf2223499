/** An agent that is a human: a question that waits for as long as it takes. */
import { ASK_HUMAN } from "../../events/agent/work.ts";
import type { ChatMessage } from "../../events/chat/message.ts";
import { NO_TOKENS, type Way } from "./way.ts";

/**
 * Asks a human what it is asked itself; the human's answer is its own. Questions are listed by
 * `troupe questions ls`, and answered by `troupe questions answer`.
 *
 * @param options.who for those who look for their questions. Default: anybody.
 */
export function byHuman({ who = "human" }: { readonly who?: string } = {}): Way {
  return {
    type: "human",
    about: { who },
    async turn({ messages }) {
      const last = messages.at(-1);
      const heard = last?.role === "tool" && !last.failed ? last.text : undefined;
      const question = questionIn(messages);
      const call = { id: `${messages.length}`, name: ASK_HUMAN, input: { question } };
      return {
        message: { role: "assistant", text: heard ?? "", calls: heard === undefined ? [call] : [] },
        finish: heard === undefined ? "tools" : "stop",
        usage: NO_TOKENS,
        model: who,
      };
    },
  };
}

/** What was said last, if it was not said by a tool: the work, or what is wrong with an answer. */
function questionIn(messages: readonly ChatMessage[]): string {
  return messages.findLast(({ role }) => role === "user")?.text ?? "";
}
