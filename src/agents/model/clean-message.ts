/** What models answer, as it may be recorded: whole, and without secrets (S2). */
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { AssistantMessage, Finish, Usage, type ChatAnswer } from "../../events/chat/message.ts";
import { withoutSecrets } from "../result-data.ts";

/** What is said beside a message. What adapters add to it is theirs. */
const Rest = z.object({ finish: Finish, usage: Usage.strip(), model: z.string() });

/**
 * An answer of a model, or of whoever else takes a turn: budgets and reports rest on its numbers.
 *
 * @throws {@link TroupeError} `MODEL_FAILED` where it is none; `RESULT_INVALID` as
 * {@link cleanMessage} does.
 */
export function checkedAnswer(
  answer: Omit<ChatAnswer, "durationMs">,
  secrets: Iterable<string>,
): Omit<ChatAnswer, "durationMs"> {
  const rest = Rest.safeParse(answer);
  if (rest.success) return { ...rest.data, message: cleanMessage(answer.message, secrets) };
  throw new TroupeError("MODEL_FAILED", `it is no answer: ${z.prettifyError(rest.error)}`, {
    hint: "Let the model, or whoever takes the turn, answer as `ChatAnswer` has it.",
  });
}

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
