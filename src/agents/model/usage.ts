/**
 * What a call costs, in tokens and in money.
 *
 * - Where nobody counted, a token is four characters: too coarse for a bill, good enough for a
 *   budget that must not be passed in silence. Such usage says that it is estimated.
 */
import { TroupeError } from "../../errors.ts";
import type { AssistantMessage, ChatAnswer, ChatMessage, Usage } from "../../events/chat/message.ts";
import type { ChatModel, ChatRequest } from "./model.ts";

/** What a call costs, in the user's currency. @param model as its provider names it. */
export type Price = (usage: Usage, model: string) => number;

/** `ceil(characters / 4)` of all that was said and offered, and of the answer. */
export function estimatedUsage(request: ChatRequest, answer: AssistantMessage): Usage {
  const { messages, tools, output } = request;
  const offered = [...tools, ...(output === undefined ? [] : [output.schema])];
  const asked = messages.reduce((sum, message) => sum + charactersOf(message), 0);
  return {
    inputTokens: tokens(asked + offered.reduce((sum, one) => sum + JSON.stringify(one).length, 0)),
    outputTokens: tokens(charactersOf(answer)),
    estimated: true,
  };
}

/** A model whose answers say what they cost; without a price, the model as it is. */
export function priced(model: ChatModel, price: Price | undefined): ChatModel {
  if (price === undefined) return model;
  return {
    name: model.name,
    chat: async (request, context) => {
      const answer = await model.chat(request, context);
      return { ...answer, usage: costOf(answer, price) };
    },
  };
}

/** Usage with its price, unless it says one, or nobody knows prices. */
export function costOf(answer: Omit<ChatAnswer, "durationMs">, price: Price | undefined): Usage {
  const { usage } = answer;
  if (price === undefined || usage.money !== undefined) return usage;
  return { ...usage, money: moneyOf(answer, price) };
}

/** @throws {@link TroupeError} `MODEL_FAILED` where the price is no amount. */
export function moneyOf({ usage, model }: Pick<ChatAnswer, "usage" | "model">, price: Price): number {
  const money = price(usage, model);
  if (Number.isFinite(money) && money >= 0) return money;
  throw new TroupeError("MODEL_FAILED", `the price of a call of model "${model}" is ${money}`, {
    hint: "Let the price callback answer a number that is not negative.",
    data: { model, usage },
  });
}

function charactersOf(message: ChatMessage): number {
  if (message.role !== "assistant") return message.text.length;
  return message.calls.reduce(
    (sum, { name, input }) => sum + name.length + JSON.stringify(input).length,
    message.text.length,
  );
}

function tokens(characters: number): number {
  return Math.ceil(characters / 4);
}
