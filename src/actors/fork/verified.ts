/**
 * The original, replayed with every hash compared, before anything is told again (A5): what does
 * not replay is not forked.
 */
import { TroupeError } from "../../errors.ts";
import { parseAddress } from "../../events/address.ts";
import type { Json } from "../../events/json.ts";
import type { EventLog, Recorded } from "../../events/log/log.ts";
import { readFrom } from "../../events/log/read-from.ts";
import { migrationIn, placeOf, type RecordBody } from "../../events/record.ts";
import { statusOf, valueOf, type Fold } from "../fold.ts";
import { kindNamed } from "../kind.ts";
import { load, type LoadEnv } from "../load.ts";
import { upcasted } from "../versions.ts";
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
  const reading = { ...env, log: readFrom(log, cut.actors) };
  for (const address of cut.actors.keys())
    await load(reading, address, {
      snapshots: false,
      onRecord(record, body, fold, { effects }) {
        const types = effects.map(({ effect }) => effect.type).join();
        const started = effects.flatMap(({ effect }) =>
          effect.type === "start" ? [effect.child.address] : [],
        );
        steps.set(placed(record), {
          body: presentOf(env, record, body, fold),
          state: valueOf(fold.state),
          status: statusOf(fold),
          effects: types,
          started,
        });
      },
    });
  return steps;
}

/**
 * What was recorded, as the code of now sees it: the fork is told by no other. A migration leads from
 * code that is not now's, and so is not told.
 */
// oxlint-disable-next-line max-params -- a record, its body, and whose it is
function presentOf({ kinds }: Pick<LoadEnv, "kinds">, record: Recorded, body: RecordBody, fold: Fold) {
  const migration = migrationIn(body);
  if (migration !== undefined) throw migrated(record, migration);
  const code = kindNamed(kinds, parseAddress(record.stream).kind);
  return fold.born.lineage === undefined ? upcasted(code, body, record) : body;
}

/** A record's place, as people name it: `ADDRESS#SEQ`. */
export function placed({ stream, seq }: Pick<Recorded, "stream" | "seq">): string {
  return `${stream}#${seq}`;
}

/** Records before a migration are of code that the fork would not be told by. */
function migrated(
  record: Recorded,
  { from, to }: { readonly from: string; readonly to: string },
): TroupeError {
  const place = placeOf(record);
  return new TroupeError(
    "FORK_DIVERGED",
    `${place} led its actor from version "${from}" to "${to}", and no fork tells that again`,
    {
      hint: "Fork a position before it, with the code of that version.",
      data: { address: record.stream, seq: record.seq, from, to },
    },
  );
}
