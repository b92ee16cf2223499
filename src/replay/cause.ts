/** Where a record comes from, as the record itself says it. */
import { effectMark } from "../actors/causes.ts";
import type { Recorded } from "../events/log/log.ts";
import type { RecordBody } from "../events/record.ts";

export interface Cause {
  /**
   * - `command`: somebody outside sent it. `start`: somebody outside started the actor.
   * - `effect`: another record asked for it: an event or a start of another actor, or a word that a
   *   custom action of it sent.
   * - `timer`: a timer that an earlier record of this actor armed was due.
   * - `activity`: what an earlier record of this actor has running has sent something, or ended.
   * - `host`: the host itself: a take-over, a checkpoint, what was settled.
   */
  readonly type: "command" | "start" | "effect" | "timer" | "activity" | "host";
  /** As it was recorded; null where nothing was. */
  readonly id: string | null;
  /** The record that it goes back to. */
  readonly address?: string;
  readonly seq?: number;
  /** Where that record stands in this run; absent where it is of another. */
  readonly position?: number;
}

type Placed = Omit<Cause, "position">;

/** @param body undefined where it cannot be read. */
export function causeOf(
  { stream, cause }: Pick<Recorded, "stream" | "cause">,
  body: RecordBody | undefined,
): Placed {
  if (cause?.startsWith("cmd:") === true) return { type: "command", id: cause };
  const place = cause === undefined ? undefined : placeIn(cause);
  if (cause === undefined || place === undefined)
    return { type: body?.born === undefined ? "host" : "start", id: cause ?? null };
  return { type: wayOf(stream, cause, body), id: cause, ...place };
}

/** How one record came to ask for another. */
function wayOf(stream: string, cause: string, body: RecordBody | undefined): Cause["type"] {
  if (body?.timer !== undefined) return "timer";
  const { from = stream } = body ?? {};
  return from !== stream && effectMark(cause, stream) !== undefined ? "activity" : "effect";
}

/** The record in `address#seq.index`, or `address#seq.index/n`. */
function placeIn(cause: string): { readonly address: string; readonly seq: number } | undefined {
  const [, address, seq] = /^(.+)#([0-9]+)\.[0-9]+(?:\/[0-9]+)?$/.exec(cause) ?? [];
  return address === undefined ? undefined : { address, seq: Number(seq) };
}
