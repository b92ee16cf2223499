/**
 * Asks an agent elsewhere, and yields what it says while it says it.
 *
 *     for await (const event of promptAgent(connection, agent, "Say hello."))
 *       if (event.type === "response") process.stdout.write(event.text);
 *
 * - Whoever leaves the loop, or aborts, is no longer told anything. The agent does not learn of it:
 *   the protocol has no word for that.
 * - At most once: a chunk that is lost on its way is missing. A lost connection is an error, since
 *   nobody knows what was said meanwhile.
 */
import type { Msg, NatsConnection } from "@nats-io/transport-node";
import type { RemoteAgent } from "./discover.ts";
import { errorIn, remoteFailed } from "./faults.ts";
import { envelope, parseChunk, type KnownChunk, type RemoteAttachment } from "./protocol.ts";
import { openStream, type Stream } from "./stream.ts";

export type RemoteEvent =
  /** A piece of the answer. */
  | {
      readonly type: "response";
      readonly text: string;
      readonly attachments: readonly RemoteAttachment[];
    }
  /** It lives: `ack`, or whatever it calls what it does. */
  | { readonly type: "status"; readonly status: string }
  /** It asks something, and waits; the first `answer` counts. */
  | {
      readonly type: "query";
      readonly id: string;
      readonly question: string;
      readonly answer: (text: string) => void;
    }
  /** It is done. `unknown`: chunks of types that are not known, which were passed over. */
  | { readonly type: "end"; readonly unknown: number };

export interface PromptOptions {
  readonly attachments?: readonly RemoteAttachment[] | undefined;
  readonly signal?: AbortSignal | undefined;
  /** The longest silence of the agent, ms; questions that wait for an answer stop it. Default 60,000. */
  readonly inactivityMs?: number | undefined;
  /** The longest answer, in bytes of all its messages. Default 4,194,304. */
  readonly maxBytes?: number | undefined;
}

const INACTIVITY_MS = 60_000;
const MAX_BYTES = 4_194_304;

/**
 * @throws {@link TroupeError} `REMOTE_UNAVAILABLE` where it may pass (nobody is there, it died, it
 * is busy, the connection is lost), else `REMOTE_FAILED`; the signal's reason where that aborts.
 */
export async function* promptAgent(
  connection: NatsConnection,
  agent: RemoteAgent,
  prompt: string,
  options: PromptOptions = {},
): AsyncGenerator<RemoteEvent, void, undefined> {
  const { inactivityMs = INACTIVITY_MS, maxBytes = MAX_BYTES, attachments = [], signal } = options;
  const payload = payloadOf(agent, prompt, attachments);
  using stream = openStream(connection, agent, payload, { inactivityMs, maxBytes, signal });
  let unknown = 0;
  for (;;) {
    const message = await stream.next();
    const error = errorIn(message, agent.subject);
    if (error !== undefined) throw error;
    if (isLast(message)) return yield { type: "end", unknown };
    const parsed = parseChunk(message.data);
    if ("problem" in parsed) throw garbage(agent, parsed.problem);
    if ("unknown" in parsed) unknown++;
    else yield eventOf(parsed.chunk, connection, stream);
  }
}

/** @throws {@link TroupeError} `REMOTE_FAILED` where the agent would not take it. */
function payloadOf(
  { subject, maxPayload, attachments: takes }: RemoteAgent,
  prompt: string,
  attachments: readonly RemoteAttachment[],
): Uint8Array {
  if (prompt === "") throw remoteFailed(subject, "takes no empty prompt", "Ask something.");
  if (attachments.length > 0 && !takes)
    throw remoteFailed(subject, "takes no attachments", "Put what it needs into the prompt.");
  const payload = envelope(prompt, attachments);
  if (payload.length <= maxPayload) return payload;
  const why = `takes ${maxPayload} bytes, and the prompt has ${payload.length}`;
  const facts = { bytes: payload.length, limit: maxPayload };
  throw remoteFailed(subject, why, "Say it in fewer words, or name files that it can read.", facts);
}

/** An empty message without headers ends every answer. */
function isLast({ data, headers }: Msg): boolean {
  return data.length === 0 && (headers === undefined || headers.keys().length === 0);
}

function eventOf(chunk: KnownChunk, connection: NatsConnection, stream: Stream): RemoteEvent {
  switch (chunk.type) {
    case "response":
      return { type: "response", ...chunk.data };
    case "status":
      return { type: "status", status: chunk.data };
    case "query": {
      const { id, prompt: question, reply_subject } = chunk.data;
      const resume = stream.pause();
      let answered = false;
      const answer = (text: string): void => {
        if (answered) return;
        answered = true;
        resume();
        if (!connection.isClosed()) connection.publish(reply_subject, envelope(text));
      };
      return { type: "query", id, question, answer };
    }
  }
}

function garbage({ subject }: RemoteAgent, problem: string): Error {
  const why = `says what the protocol does not know: ${problem}`;
  return remoteFailed(subject, why, "Let it speak version 0.3 of the Synadia Agent Protocol.");
}
