/** A5: a record that replays differently, with all that can be said of where. */
import { isDeepStrictEqual } from "node:util";
import { TroupeError } from "../errors.ts";
import type { Recorded } from "../events/log/log.ts";
import { placeOf, type RecordBody } from "../events/record.ts";
import type { Advanced } from "./advance.ts";
import { differingKeys } from "./digests.ts";
import { valueOf, type Fold } from "./fold.ts";

/** A record, and what a replay made of it. */
export interface Replayed {
  readonly record: Recorded;
  readonly body: RecordBody;
  readonly fold: Fold;
  readonly advanced: Advanced;
}

/** @param recorded digests of the context's keys, as of this record. */
export function diverged(
  { record, body, fold, advanced }: Replayed,
  recorded: ReadonlyMap<string, string>,
): TroupeError {
  const { snapshot } = fold.state;
  const state = valueOf(fold.state);
  const keys = body.light === true ? [] : differingKeys(recorded, snapshot); // a light record says nothing of them
  const context = keys.map((key) => `context.${key}`);
  const where: string[] = [];
  if (!isDeepStrictEqual(state, body.state))
    where.push(`state is ${JSON.stringify(state)} instead of ${JSON.stringify(body.state)}`);
  if (snapshot.status !== body.status)
    where.push(`status is "${snapshot.status}" instead of "${body.status}"`);
  if (context.length > 0)
    where.push(`${context.join(", ")} ${context.length === 1 ? "differs" : "differ"}`);
  if (where.length === 0)
    where.push(`in state ${JSON.stringify(state)}, the effects, output or children differ`);
  return new TroupeError(
    "REPLAY_DIVERGED",
    `${placeOf(record)} ("${record.type}") replays differently: ${where.join("; ")}`,
    {
      hint: `Restore the code that wrote it (kind version "${body.version}"), or skip the record.`,
      data: {
        address: record.stream,
        seq: record.seq,
        type: record.type,
        recorded: body.state,
        replayed: state,
        context,
        status: { recorded: body.status, replayed: snapshot.status },
        taken: { recorded: body.taken ?? [], replayed: advanced.taken },
      },
    },
  );
}
