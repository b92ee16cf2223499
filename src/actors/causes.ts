/**
 * Causes: what a record says it came from. An effect's is `address#seq.index`, a command's
 * `cmd:id`, and what a custom action sent `address#seq.index/n`.
 */
import type { RecordedEvent } from "../events/record.ts";

/** Where an effect stands in its sender's history: (seq, index). */
export interface Mark {
  readonly seq: number;
  readonly index: number;
}

/** Reads `seq.index`. */
export function markOf(id: string): Mark {
  const [seq, index] = id.split(".");
  return { seq: Number(seq), index: Number(index) };
}

/** The mark of an effect id `address#seq.index` of this sender; undefined for any other cause. */
export function effectMark(cause: string, sender: string): Mark | undefined {
  if (!cause.startsWith(`${sender}#`)) return undefined;
  const id = cause.slice(sender.length + 1);
  return /^[0-9]+\.[0-9]+$/.test(id) ? markOf(id) : undefined;
}

/** Causes that A9's window remembers: commands from outside, and what a custom action sent (`effectId/n`). */
export function isCommand(cause: string): boolean {
  return cause.startsWith("cmd:") || /#[0-9]+\.[0-9]+\/[0-9]+$/.test(cause);
}

export function isEnd(event: RecordedEvent, id: string): boolean {
  return event.type === `xstate.done.actor.${id}` || event.type === `xstate.error.actor.${id}`;
}
