/** Messages of models without secrets (S2). */
import { AssistantMessage } from "../../events/chat/message.ts";
import { withoutSecrets } from "../result-data.ts";

/**
 * What a model said, as it may be recorded.
 *
 * What only its provider understands is left out where it holds a secret: a part of it would be
 * refused, since its signature no longer fits.
 *
 * @throws {@link TroupeError} `RESULT_INVALID` where the input of a call is nested too deeply.
 */
export function cleanMessage(
  { provider, ...message }: AssistantMessage,
  secrets: Iterable<string>,
): AssistantMessage {
  const hidden = [...secrets];
  const clean = (value: unknown): unknown =>
    withoutSecrets(value, hidden, { who: "the answer of the model", facts: {} });
  const isClean = JSON.stringify(clean(provider)) === JSON.stringify(provider);
  return AssistantMessage.parse({
    ...Object.assign({}, clean(message)),
    ...(provider === undefined || !isClean ? {} : { provider }),
  });
}
