/**
 * The original, replayed with every hash compared, before anything is told again (A5): what does
 * not replay is not forked.
 */
import type { Json } from "../../events/json.ts";
import type { EventLog, Recorded } from "../../events/log/log.ts";
import type { RecordBody } from "../../events/record.ts";
import { statusOf, valueOf } from "../fold.ts";
import { load, type LoadEnv } from "../load.ts";
import type { Cut } from "./cut.ts";

/** What a step of the original came to: its fork must come to the same. */
export interface Step {
  readonly body: RecordBody;
  readonly state: Json;
  readonly status: RecordBody["status"];
  /** Types of its effects, in order: what arrived is known by its place among them. */
  readonly effects: string;
  /** Addresses of the children that it started. */
  readonly started: readonly string[];
}

/** By place ({@link placed}); a record that a later one takes out of its actor's history is not there. */
export type Steps = ReadonlyMap<string, Step>;

/** @throws {@link TroupeError} `REPLAY_DIVERGED`, `KIND_UNKNOWN` and what else loading throws. */
export async function verified(env: Omit<LoadEnv, "log">, log: EventLog, cut: Cut): Promise<Steps> {
  const steps = new Map<string, Step>();
  const read: EventLog["read"] = (stream, range = {}) => recordsIn(cut, stream, range);
  for (const address of cut.actors.keys())
    await load({ ...env, log: { ...log, read } }, address, {
      snapshots: false,
      onRecord(record, body, fold, { effects }) {
        const types = effects.map(({ effect }) => effect.type).join();
        const started = effects.flatMap(({ effect }) =>
          effect.type === "start" ? [effect.child.address] : [],
        );
        steps.set(placed(record), {
          body,
          state: valueOf(fold.state),
          status: statusOf(fold),
          effects: types,
          started,
        });
      },
    });
  return steps;
}

/** A record's place, as people name it: `ADDRESS#SEQ`. */
export function placed({ stream, seq }: Pick<Recorded, "stream" | "seq">): string {
  return `${stream}#${seq}`;
}

async function* recordsIn(
  { actors }: Cut,
  stream: string,
  { after = 0, to = Number.POSITIVE_INFINITY }: { readonly after?: number; readonly to?: number },
): AsyncGenerator<Recorded, void, undefined> {
  for (const record of actors.get(stream) ?? [])
    if (record.seq > after && record.seq <= to) yield record;
}
