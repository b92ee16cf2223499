/** An agent that is a language model. */
import type { ChatModel } from "../model/model.ts";
import { teller } from "./teller.ts";
import type { Way } from "./way.ts";

export interface ByModelOptions {
  /** Default: the provider's. */
  readonly temperature?: number;
}

/**
 * @param model a model, or the name of one as `openModel` knows them. Default: the host's.
 */
export function byModel(model?: string | ChatModel, { temperature }: ByModelOptions = {}): Way {
  const name = typeof model === "object" ? model.name : model;
  return {
    type: "model",
    about: { model: name ?? null, temperature: temperature ?? null },
    model: name,
    async turn({ messages, tools, output, maxOutputTokens }, context) {
      const chosen = typeof model === "object" ? model : await context.model(model);
      const { signal, idempotencyKey } = context;
      const onText = teller(context.progress, context.heartbeat);
      const request = { messages, tools, maxOutputTokens, temperature, output };
      return chosen.chat(request, { signal, idempotencyKey, onText });
    },
  };
}
