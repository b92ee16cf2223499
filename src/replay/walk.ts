/** Steps through a run from one position to another: every actor once, forward, in the order of the log. */
import type { Fold } from "../actors/fold.ts";
import type { Recorded } from "../events/log/log.ts";
import type { Places } from "./places.ts";
import type { RunRecords } from "../events/log/run-records.ts";
import type { Stepped, Track, TrackFault } from "./track.ts";

/** A run, and each of its actors ready to be stepped. */
export interface Replayed {
  readonly run: RunRecords;
  readonly places: Places;
  readonly track: (address: string) => Track;
}

export interface Walked {
  readonly position: number;
  readonly record: Recorded;
  /** To be looked at before the next step: its fold is moved in place then. */
  readonly stepped: Stepped | TrackFault;
}

/** @param last the last position that is stepped to. */
export async function* walk(
  { run, track }: Replayed,
  { first, last }: { readonly first: number; readonly last: number },
): AsyncGenerator<Walked> {
  const folds = new Map<string, Fold>();
  for (let position = first; position <= last; position++) {
    const record = run.records[position - 1];
    if (record === undefined) return;
    const { stream, seq } = record;
    const stepped = await track(stream).at(seq, folds.get(stream));
    if ("error" in stepped) folds.delete(stream);
    else folds.set(stream, stepped.fold);
    yield { position, record, stepped };
  }
}
