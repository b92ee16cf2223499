/** What the tests of roll-over share: how a load is watched, and what must be equal after it. */
import { expect } from "vitest";
import { readingStepper } from "../../src/actors/client.ts";
import { contentOf } from "../../src/actors/content.ts";
import type { Fold } from "../../src/actors/fold.ts";
import { kindsByName, type AnyKind } from "../../src/actors/kind.ts";
import { load, type LoadEnv, type LoadOptions } from "../../src/actors/load.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import type { Bench } from "./laws-bench.ts";

/** No snapshots: only what the log holds can help a load. */
export const ROLLING = { snapshotEvery: 1e9, idleMs: 1e9 };

export interface Watched {
  readonly fold: Fold;
  /** The actor's own content, as JSON. */
  readonly content: unknown;
  /** Ranges that were read, as `after–to`. */
  readonly reads: readonly string[];
  /** The lowest seq that was read. */
  readonly first: number;
}

/** Loads an actor through a handle of its own, and notes what was read. */
export async function watchedLoad(
  b: Bench,
  kinds: readonly AnyKind[],
  address: string,
  options: LoadOptions = {},
): Promise<Watched> {
  const log = await b.open();
  const reads: string[] = [];
  let first = Number.POSITIVE_INFINITY;
  const read: EventLog["read"] = async function* (stream, range) {
    reads.push(`${range?.after ?? 0}–${range?.to ?? ""}`);
    for await (const record of log.read(stream, range)) {
      first = Math.min(first, record.seq);
      yield record;
    }
  };
  const byName = kindsByName(kinds);
  const env: LoadEnv = { log: { ...log, read }, kinds: byName, stepper: readingStepper(byName) };
  try {
    const fold = await load(env, address, options);
    if (fold === undefined) throw new Error(`no ${address}`);
    return { fold, content: contentOf(env, fold), reads, first };
  } finally {
    await log[Symbol.asyncDispose]();
  }
}

/** A load that starts at a checkpoint makes the actor that all records make. Answers the former. */
export async function sameFromStart(
  b: Bench,
  kinds: readonly AnyKind[],
  address: string,
): Promise<Watched> {
  const rolled = await watchedLoad(b, kinds, address);
  const whole = await watchedLoad(b, kinds, address, { snapshots: false });
  expect(whole.first).toBe(1);
  expect(rolled.content).toEqual(whole.content);
  expect([rolled.fold.seq, rolled.fold.at, rolled.fold.checkpoint]).toEqual([
    whole.fold.seq,
    whole.fold.at,
    whole.fold.checkpoint,
  ]);
  return rolled;
}

/** Seqs of an actor's checkpoints. */
export async function checkpointsOf(b: Bench, address: string): Promise<number[]> {
  const records = await b.records(address);
  return records.flatMap(({ seq, body }) => (body.checkpoint === undefined ? [] : [seq]));
}
