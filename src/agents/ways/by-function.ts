/** An agent that is a function of the host, with the limits, the budget and the records of an actor. */
import { z } from "zod";
import type { Place } from "../../events/agent/work.ts";
import type { AgentAnswer, Work } from "../agent.ts";
import { recordable } from "../result-data.ts";
import { NO_TOKENS, type TurnContext, type Way } from "./way.ts";

/** What a function answers, beside its text. */
const Rest = z.object({ summary: z.string().optional(), data: z.json().optional() });

/** What a function is given that works as an actor: also where its run does its work. */
export type PlacedWork = Work & TurnContext & { readonly place: Place };

export function byFunction(run: (work: PlacedWork) => Promise<AgentAnswer | void>): Way {
  return {
    type: "function",
    about: { function: run.name },
    async turn({ agent, work, place }, context) {
      const answer = (await run({ ...work, ...context, place })) ?? {};
      const { text = "", summary, data } = answer;
      const who = { who: `the answer of agent "${agent}"`, facts: { agent } };
      const rest = recordable(
        { ...(summary !== undefined && { summary }), ...(data !== undefined && { data }) },
        context.secrets,
        who,
      );
      return {
        message: { role: "assistant", text, calls: [], provider: z.json().parse(rest) },
        finish: "stop",
        usage: NO_TOKENS,
        model: "function",
      };
    },
    result({ text, provider }) {
      const rest = Rest.safeParse(provider ?? {});
      return { ...(text !== "" && { text }), ...(rest.success && rest.data) };
    },
  };
}
