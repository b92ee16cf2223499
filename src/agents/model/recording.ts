/**
 * A model whose answers are kept in a file: for a replay without a key, or as a cache.
 *
 * - Only answers are recorded, not errors. What the caller gets is what the model said; what is
 *   recorded holds no secret.
 */
import type { Usage } from "../../events/chat/message.ts";
import { secretsOf } from "../../events/secrets.ts";
import {
  appendExchange,
  exchangeOf,
  openForExchanges,
  readExchanges,
  requestHash,
  type Exchange,
} from "./exchanges.ts";
import type { ChatModel } from "./model.ts";

export interface RecordingOptions {
  /** Never recorded. Default: the secrets among the environment variables. */
  readonly secrets?: Iterable<string> | undefined;
}

/**
 * The same model, and each answer goes to a file. Where that cannot be written, the model is not
 * asked. One process at a time writes a file; calls at once are safe.
 *
 * @throws {@link TroupeError} `FILE_NOT_WRITTEN`, from its calls.
 */
export function recording(model: ChatModel, file: string, options: RecordingOptions = {}): ChatModel {
  const secrets = secretsIn(options);
  return {
    name: model.name,
    chat: async (request, context) => {
      await openForExchanges(file);
      const answer = await model.chat(request, context);
      const key = context.idempotencyKey;
      await appendExchange(file, exchangeOf({ request, key }, answer, secrets));
      return answer;
    },
  };
}

/**
 * The same model, asked only for what a file does not answer; then its answer is kept there.
 *
 * An answer of the file costs nothing: its usage is zero. Answers that were refused or cut off
 * are not kept.
 *
 * @throws {@link TroupeError} `RECORDING_INVALID`; from its calls, `FILE_NOT_WRITTEN`.
 */
export function cached(model: ChatModel, file: string, options: RecordingOptions = {}): ChatModel {
  const secrets = secretsIn(options);
  const known = new Map<string, Exchange["answer"]>();
  const keep = ({ request, answer }: Exchange): void => {
    if (isWorthKeeping(answer) && !known.has(request)) known.set(request, answer);
  };
  readExchanges(file)?.forEach(keep);
  return {
    name: model.name,
    chat: async (request, context) => {
      context.signal.throwIfAborted();
      const answer = known.get(requestHash(request, secrets));
      if (answer !== undefined) {
        if (answer.message.text !== "") context.onText?.(answer.message.text);
        return { ...answer, usage: nothing(answer.usage) };
      }
      await openForExchanges(file);
      const fresh = await model.chat(request, context);
      if (!isWorthKeeping(fresh)) return fresh;
      const exchange = exchangeOf({ request, key: context.idempotencyKey }, fresh, secrets);
      await appendExchange(file, exchange);
      keep(exchange);
      return fresh;
    },
  };
}

function isWorthKeeping({ finish }: Exchange["answer"]): boolean {
  return finish === "stop" || finish === "tools";
}

function nothing({ money }: Usage): Usage {
  return { inputTokens: 0, outputTokens: 0, ...(money === undefined ? {} : { money: 0 }) };
}

/** Once, so that what was recorded and what is asked are redacted alike. */
export function secretsIn({ secrets }: RecordingOptions): readonly string[] {
  return [...(secrets ?? secretsOf(process.env))];
}
