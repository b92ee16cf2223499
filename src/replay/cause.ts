/** Where a record comes from, as the record itself says it. */
import type { Recorded } from "../events/log/log.ts";
import type { RecordBody } from "../events/record.ts";
import { saidBy, type Cause as Said } from "./causes.ts";

export interface Cause {
  /**
   * - `command`: somebody outside sent it, under an id of his own or without one. `start`: somebody outside started the actor.
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
  /** Absent where the actor sent it outside of its steps: of which record it came, nobody wrote down. */
  readonly seq?: number;
  /** Where that record stands in this run; absent where it is of another. */
  readonly position?: number;
}

type Placed = Omit<Cause, "position">;

/** @param body undefined where it cannot be read. */
export function causeOf(
  record: Pick<Recorded, "stream" | "cause" | "correlation">,
  body: RecordBody | undefined,
): Placed {
  const said = saidBy(record, body);
  const { cause: id = null } = record;
  if ("of" in said && said.of !== undefined) return { type: TYPES[said.by], id, ...said.of };
  if (said.by === "later") return { type: TYPES.later, id, address: said.from };
  const born = body?.born !== undefined && said.by !== "command";
  return { type: born ? "start" : TYPES[said.by], id };
}

/** In fewer words: a list has room for no more. */
const TYPES: Readonly<Record<Said["by"], Cause["type"]>> = {
  command: "command",
  outside: "command",
  start: "effect",
  send: "effect",
  stop: "effect",
  end: "effect",
  action: "effect",
  timer: "timer",
  activity: "activity",
  later: "effect",
  host: "host",
};
