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

/** What an effect id says: which record asked for it, and which of its effects it is, from 0. */
export interface EffectOf extends Mark {
  readonly address: string;
  /** Whether it is one of the things that a custom action of this id sent. */
  readonly ofAction: boolean;
}

const EFFECT = /^(?!cmd:)(.+)#([0-9]+)\.([0-9]+)(\/[0-9]+)?$/;

/** Reads `address#seq.index` and `address#seq.index/n`; undefined for any other cause. */
export function effectIn(cause: string | undefined): EffectOf | undefined {
  const [, address, seq, index, part] = EFFECT.exec(cause ?? "") ?? [];
  if (address === undefined) return undefined;
  return { address, seq: Number(seq), index: Number(index), ofAction: part !== undefined };
}

/** The mark of an effect id `address#seq.index` of this sender; undefined for any other cause. */
export function effectMark(cause: string, sender: string): Mark | undefined {
  if (!cause.startsWith(`${sender}#`)) return undefined; // most are no effects of it: those cost nothing
  const found = effectIn(cause);
  if (found === undefined || found.ofAction || found.address !== sender) return undefined;
  return { seq: found.seq, index: found.index };
}

/** Causes that A9's window remembers: commands from outside, and what a custom action sent (`effectId/n`). */
export function isCommand(cause: string): boolean {
  return commandIn(cause) !== undefined || effectIn(cause)?.ofAction === true;
}

/** The id of a command from outside; undefined for any other cause. */
export function commandIn(cause: string | undefined): string | undefined {
  return cause?.startsWith("cmd:") === true ? cause.slice("cmd:".length) : undefined;
}

export function isEnd(event: RecordedEvent, id: string): boolean {
  return event.type === `xstate.done.actor.${id}` || event.type === `xstate.error.actor.${id}`;
}
