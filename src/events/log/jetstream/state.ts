/**
 * What lies beside the log: one last message a subject, written by comparing its number.
 */
import { headers } from "@nats-io/transport-node";
import type { TroupeError } from "../../../errors.ts";
import { reach, stateStream, unreachable, type Link } from "./link.ts";
import { publish, type Outcome } from "./publish.ts";

/** The last message of a subject. */
export interface Stood {
  /** Its number: what a write in its place must expect. */
  readonly at: number;
  /** When the server stored it, epoch ms. */
  readonly time: number;
  readonly data: Uint8Array;
  header(key: string): string;
}

/** The last message of a subject, as the stream's leader has it. */
export async function lastState(link: Link, subject: string): Promise<Stood | undefined> {
  const message = await reach(link, () =>
    link.jsm.streams.getMessage(stateStream(link.name), { last_by_subj: subject }),
  );
  if (message === null) return undefined;
  const { seq: at, data, time } = message;
  return { at, time: time.getTime(), data, header: (key) => message.header.get(key) };
}

/** Writes in place of message `last`, or of whatever stands there; never rejects. */
export function putState(
  link: Link,
  subject: string,
  message: {
    readonly data: Uint8Array;
    readonly last?: number;
    readonly headers?: Readonly<Record<string, string>>;
  },
): Promise<Outcome> {
  const head = headers();
  for (const [key, value] of Object.entries(message.headers ?? {})) head.append(key, value);
  return publish(link, [{ subject, data: message.data, headers: head }], {
    stream: stateStream(link.name),
    filter: subject,
    last: message.last,
  });
}

/** The error for a write that should have been taken. */
export function notWritten(link: Link, outcome: Exclude<Outcome, { kind: "written" }>): TroupeError {
  return unreachable(link.url, ("cause" in outcome ? outcome.cause : undefined) ?? outcome.why);
}

/** What a message says; undefined where it is no JSON. */
export function jsonOf(data: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(data));
  } catch {
    return undefined;
  }
}
