/**
 * A model that answers what was recorded, and nothing else.
 *
 * - A call whose idempotency key was recorded gets its own answer, so that a run that is resumed
 *   gets the same ones. Other calls of the same request get its answers in order, each key always
 *   the same one, and the last for all that follow.
 */
import { TroupeError } from "../../errors.ts";
import { beginning, readExchanges, requestHash, type Exchange } from "./exchanges.ts";
import type { ChatModel, ChatRequest } from "./model.ts";
import { secretsIn, type RecordingOptions } from "./recording.ts";

/**
 * A model by a file of {@link recording}.
 *
 * @throws {@link TroupeError} `RECORDING_INVALID`; from its calls, `MODEL_FAILED` where the
 * request was not recorded.
 */
export function replayModel(file: string, options: RecordingOptions = {}): ChatModel {
  const name = `replay:${file}`;
  const secrets = secretsIn(options);
  const exchanges = readExchanges(file);
  if (exchanges === undefined) throw noFile(file);
  const told = new Map([...Map.groupBy(exchanges, ({ request }) => request)].map(asTold));
  return {
    name,
    chat: async (request, context) => {
      context.signal.throwIfAborted();
      const answer = told.get(requestHash(request, secrets))?.(context.idempotencyKey);
      if (answer === undefined)
        throw unrecorded({ file, exchanges, request }, beginning(request, secrets));
      if (answer.message.text !== "") context.onText?.(answer.message.text);
      return answer;
    },
  };
}

type AnswerTo = (key: string) => Exchange["answer"] | undefined;

/** The answers to one request. */
function asTold([hash, exchanges]: [string, Exchange[]]): [string, AnswerTo] {
  const byKey = new Map(exchanges.map(({ key, answer }) => [key, answer]));
  const inOrder = exchanges.map(({ answer }) => answer);
  let next = 0;
  const answerTo: AnswerTo = (key) => {
    const known = byKey.get(key);
    if (known !== undefined) return known;
    const answer = inOrder[Math.min(next++, inOrder.length - 1)];
    if (answer !== undefined) byKey.set(key, answer);
    return answer;
  };
  return [hash, answerTo];
}

interface Unrecorded {
  readonly file: string;
  readonly exchanges: readonly Exchange[];
  readonly request: ChatRequest;
}

function unrecorded({ file, exchanges, request }: Unrecorded, said: string): TroupeError {
  const others = exchanges.filter((exchange) => exchange.said === said).length;
  const why =
    others === 0
      ? "no recorded conversation ends with it"
      : `${others} recorded ${others === 1 ? "conversation ends" : "conversations end"} with it, but with other messages before it, other tools or other settings`;
  const count = `${request.messages.length} messages, ${request.tools.length} tools`;
  return new TroupeError(
    "MODEL_FAILED",
    `the recording "${file}" has no answer to ${JSON.stringify(said)} (${count}): ${why}`,
    {
      hint: "Record again with the agents and inputs of this run, or replay with those of the recording.",
      data: { file, recorded: exchanges.length, messages: request.messages.length },
    },
  );
}

function noFile(file: string): TroupeError {
  return new TroupeError("RECORDING_INVALID", `the recording "${file}" does not exist`, {
    hint: "Name a file that was recorded, or record one first.",
    data: { file },
  });
}
