/**
 * A model that answers by a script: for tests, and for demonstrations without a key.
 *
 * - An answer is a function of the conversation alone. A run that is resumed after a crash gets
 *   the same answers, and calls may come in any order.
 * - One thing is counted in memory: how often a conversation was asked about, where an entry says
 *   that its first tries fail. After a crash the count starts again, as a server that was
 *   overloaded may be overloaded still; so that an answer may come later, but never another.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { TroupeError } from "../../errors.ts";
import { conversationHash } from "../../events/chat/conversation.ts";
import type { AssistantMessage, ChatAnswer } from "../../events/chat/message.ts";
import { secretsOf } from "../../events/secrets.ts";
import { redact } from "../redact.ts";
import type { ChatContext, ChatModel, ChatRequest } from "./model.ts";
import { readScript, scriptOf, type Script, type ScriptEntry } from "./script.ts";
import { callOf, entryFor, lastOfUser, nearMisses } from "./script-match.ts";
import { estimatedUsage } from "./usage.ts";

/** That a model was asked, for tests: whether an answer was asked for twice. */
export interface ScriptedAsk {
  readonly request: ChatRequest;
  readonly idempotencyKey: string;
  /** The entry that answers, or fails: `demo.yaml:12:5 answers[2]`. */
  readonly entry: string;
  /** Names the conversation: the same for all that ask with the same messages. */
  readonly conversation: string;
  /** The nth time that this model is asked about this conversation, from 1. */
  readonly attempt: number;
}

export interface ScriptedOptions {
  /** Hears of each call that an entry was found for, before it is answered. */
  readonly onCall?: ((ask: ScriptedAsk) => void) | undefined;
}

/**
 * A model by a script. @param source a file of YAML or JSON, or what would stand in one.
 *
 * @throws {@link TroupeError} `SCRIPT_INVALID` with every fault and its place.
 */
export function scriptedModel(source: string | Script, options: ScriptedOptions = {}): ChatModel {
  const script = typeof source === "string" ? readScript(source) : scriptOf(source);
  const name = typeof source === "string" ? `scripted:${source}` : "scripted";
  const tries = new Map<string, number>();
  return {
    name,
    chat: async (request, context) => {
      const { signal, idempotencyKey } = context;
      signal.throwIfAborted();
      const entry = entryFor(script.entries, request);
      if (entry === undefined) throw unanswered(name, script.entries, request);
      const conversation = conversationHash(request.messages);
      const attempt = (tries.get(conversation) ?? 0) + 1;
      tries.set(conversation, attempt);
      options.onCall?.({ request, idempotencyKey, conversation, entry: entry.place, attempt });
      await delay(entry, signal);
      if (fails(entry, attempt)) throw failure(name, entry, context);
      for (const piece of piecesOf(entry)) context.onText?.(piece);
      return answerOf(entry, request, script.name ?? name);
    },
  };
}

function answerOf(
  entry: ScriptEntry,
  request: ChatRequest,
  model: string,
): Omit<ChatAnswer, "durationMs"> {
  const { calls = [] } = entry;
  const message: AssistantMessage = {
    role: "assistant",
    text: piecesOf(entry).join(""),
    calls: calls.map(({ id, name, input }, index) => ({
      id: id ?? `call-${request.messages.length}-${index}`,
      name,
      input,
    })),
  };
  const finish = entry.finish ?? (calls.length > 0 ? "tools" : "stop");
  const usage = entry.usage ?? estimatedUsage(request, message);
  return { message, finish, usage, model };
}

function piecesOf({ text, data, chunks }: ScriptEntry): readonly string[] {
  if (chunks !== undefined) return chunks;
  const whole = data === undefined ? (text ?? "") : JSON.stringify(data, null, 2);
  return whole === "" ? [] : [whole];
}

async function delay({ delayMs = 0 }: ScriptEntry, signal: AbortSignal): Promise<void> {
  if (delayMs === 0) return;
  await sleep(delayMs, undefined, { signal }).catch((error: unknown) => {
    signal.throwIfAborted();
    throw error;
  });
}

function fails({ error }: ScriptEntry, attempt: number): boolean {
  return error !== undefined && attempt <= (error.times ?? Number.POSITIVE_INFINITY);
}

const CODES = {
  rate_limited: "MODEL_RATE_LIMITED",
  unavailable: "MODEL_UNAVAILABLE",
  cut_off: "MODEL_CUT_OFF",
  failed: "MODEL_FAILED",
} as const;

/** What breaks off has said half of its text. */
function failure(name: string, entry: ScriptEntry, { onText }: ChatContext): TroupeError {
  const { is = "failed", retryAfterMs } = entry.error ?? {};
  const text = piecesOf(entry).join("");
  if (is === "cut_off" && text !== "") onText?.(text.slice(0, Math.ceil(text.length / 2)));
  return new TroupeError(CODES[is], `model "${name}" fails, as its script says: ${is}`, {
    hint: `See ${entry.place}.`,
    data: { model: name, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) },
  });
}

/** How much of a message is repeated, in characters. */
const SHOWN = 120;

function unanswered(name: string, entries: readonly ScriptEntry[], request: ChatRequest): TroupeError {
  const said = redact(lastOfUser(request), secretsOf(process.env));
  const beginning = said.length > SHOWN ? `${said.slice(0, SHOWN)}…` : said;
  const misses = nearMisses(entries, request);
  return new TroupeError(
    "MODEL_FAILED",
    `model "${name}" has no answer to ${JSON.stringify(beginning)} (call ${callOf(request)}, ${request.messages.length} messages); nearest:${misses.map((miss) => `\n  ${miss}`).join("")}`,
    {
      hint: "Add an entry for this conversation to the script, or a last one without `when`.",
      data: { model: name, call: callOf(request), nearest: misses },
    },
  );
}
