/**
 * The Synadia Agent Protocol for NATS, version 0.3, as far as one who asks agents needs it: what
 * comes over the wire is parsed here and nowhere else.
 *
 * - Agents are micro services called `agents`. Whom to ask, where, and with how much, they say
 *   themselves; no subject is made up but that of heartbeats.
 * - Fields and kinds of chunks that are not known are passed over; known ones that are not as they
 *   must be are an error.
 * - S2. A subject that somebody else names is published to only where it can be no other service.
 */
import { z } from "zod";

/** The subject that asks all agents who they are. */
export const WHO = "$SRV.INFO.agents";
/** Of the protocol, as `MAJOR.MINOR`: within 0.x each minor is one of its own. */
export const VERSION = "0.3";

/** Headers of a message that says what went wrong. */
export const ERROR_CODE = "Nats-Service-Error-Code";
export const ERROR_WORDS = "Nats-Service-Error";

/** What an agent says of itself. */
export const ServiceInfo = z.object({
  name: z.literal("agents"),
  id: z.string().min(1),
  version: z.string().default(""),
  description: z.string().default(""),
  metadata: z.object({
    agent: z.string().min(1),
    owner: z.string().min(1),
    session: z.string().optional(),
    protocol_version: z.string(),
  }),
  endpoints: z.array(
    z.object({
      name: z.string(),
      subject: z.string(),
      metadata: z.record(z.string(), z.unknown()).nullish(),
    }),
  ),
});
export type ServiceInfo = z.infer<typeof ServiceInfo>;

export const Heartbeat = z.object({
  instance_id: z.string(),
  interval_s: z.number().positive().max(86_400),
});
export type Heartbeat = z.infer<typeof Heartbeat>;

/** Bytes in Base64, with a name that is no path to write to. */
const Attachment = z
  .object({ filename: z.string(), content: z.base64() })
  .transform(({ filename, content }) => ({ filename, bytes: Buffer.from(content, "base64") }));

const Attachments = z.array(Attachment).default([]);

const Said = z.union([
  z.string().transform((text) => ({ text, attachments: [] })),
  z.object({ text: z.string(), attachments: Attachments }),
]);

/** The longest question, in characters. */
const QUESTION = 65_536;

const Query = z.object({
  id: z.string().min(1),
  reply_subject: z.string().regex(/^_INBOX[\w-]*(\.[\w-]+)+$/, "it is no inbox"),
  prompt: z.string().min(1).max(QUESTION),
});

const Chunk = z.looseObject({ type: z.string() });

const KNOWN = {
  response: z.object({ type: z.literal("response"), data: Said }),
  status: z.object({ type: z.literal("status"), data: z.string() }),
  query: z.object({ type: z.literal("query"), data: Query }),
} as const;

export type KnownChunk = z.infer<(typeof KNOWN)[keyof typeof KNOWN]>;

/** A chunk of an answer; or what is wrong with it; or the type that nobody knows. */
export type ParsedChunk =
  | { readonly chunk: KnownChunk }
  | { readonly unknown: string }
  | { readonly problem: string };

export function parseChunk(data: Uint8Array): ParsedChunk {
  const chunk = Chunk.safeParse(jsonIn(data));
  if (!chunk.success) return { problem: "it is no JSON object with a type" };
  const { type } = chunk.data;
  if (!isKnown(type)) return { unknown: type };
  const parsed = KNOWN[type].safeParse(chunk.data);
  return parsed.success ? { chunk: parsed.data } : { problem: z.prettifyError(parsed.error) };
}

function isKnown(type: string): type is keyof typeof KNOWN {
  return Object.hasOwn(KNOWN, type);
}

/** The value of a JSON text in UTF-8; undefined where it is none. */
export function jsonIn(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(data)) as unknown;
  } catch {
    return undefined;
  }
}

/** Said beside the headers of an error. */
export const ErrorBody = z.object({
  error: z.string().optional(),
  message: z.string().optional(),
  retry_after_s: z.number().min(0).optional(),
});
export type ErrorBody = z.infer<typeof ErrorBody>;

/** A file that goes along with a prompt, or comes with an answer. */
export interface RemoteAttachment {
  /** As its sender calls it: never a path to write to. */
  readonly filename: string;
  readonly bytes: Uint8Array;
}

/** A prompt, or an answer to a question, as it is sent. */
export function envelope(text: string, attachments: readonly RemoteAttachment[] = []): Uint8Array {
  const files = attachments.map(({ filename, bytes }) => ({
    filename,
    content: Buffer.from(bytes).toString("base64"),
  }));
  return Buffer.from(JSON.stringify({ prompt: text, ...(files.length > 0 && { attachments: files }) }));
}

const UNITS: Readonly<Record<string, number>> = { B: 1, KB: 1024, MB: 1024 ** 2, GB: 1024 ** 3 };

/** `1MB` in bytes; undefined where it says nothing. */
export function bytesIn(size: unknown): number | undefined {
  const [, count, unit = ""] = /^\s*(\d{1,9})\s*([KMG]?B)\s*$/i.exec(String(size)) ?? [];
  const factor = UNITS[unit.toUpperCase()];
  return factor === undefined || Number(count) === 0 ? undefined : Number(count) * factor;
}

/** Whether a subject names one place, and none of the server's own. */
export function isSubject(subject: string): boolean {
  const tokens = subject.split(".");
  return (
    tokens.every((token) => /^[^\s\p{Cc}$*>][^\s\p{Cc}*>]*$/u.test(token)) && subject.length <= 512
  );
}

/** The subject of an agent's heartbeats, from that of its prompts where that is the usual one. */
export function heartbeatsOf(prompts: string): string {
  const [root, verb, ...who] = prompts.split(".");
  const usual = root === "agents" && verb === "prompt" && who.length === 3;
  return usual ? `agents.hb.${who.join(".")}` : "agents.hb.*.*.*";
}
