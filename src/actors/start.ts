/**
 * Where a load starts: at the newest state that may stand in for the records before it.
 *
 * - A14. The last record says where the last checkpoint is, so a load needs no snapshot and no
 *   search. A checkpoint that fits other code, or that holds what was skipped since, is left out.
 * - A snapshot is a cache: one that lies ahead of the log, or far behind it, does not count.
 */
import type { EventLog, Recorded } from "../events/log/log.ts";
import { parseBody, placeOf, type RecordBody } from "../events/record.ts";
import { foldAt, idsOf } from "./checkpoint.ts";
import type { Packed } from "./command-ids.ts";
import type { ContentEnv } from "./content.ts";
import { recordAt, type Part } from "./course.ts";
import type { Fold } from "./fold.ts";
import { readSnapshot } from "./snapshot.ts";
import type { KindCode } from "./versions.ts";

/** So few records are read rather than looked at for a better start. */
export const FEW = 16;

export interface StartEnv extends ContentEnv {
  readonly log: EventLog;
}

/**
 * The fold to go on from; undefined: where the part begins.
 *
 * @param range.to the last record that counts; absent: the tip.
 * @param range.before only what lies before this seq counts.
 * @param range.part of the actor's records: only what its code has made since its beginning counts.
 */
export async function startOf(
  env: StartEnv,
  address: string,
  {
    to,
    before,
    part,
  }: { readonly to?: number | undefined; readonly before: number; readonly part: Part },
): Promise<Fold | undefined> {
  const last = Math.min(to ?? Number.POSITIVE_INFINITY, await env.log.tip(address));
  const snapshot = await readSnapshot(env, address, part.code);
  const cached = usable(snapshot, { first: part.first, last, before }) ? snapshot : undefined;
  const after = cached?.seq ?? part.first - 1;
  if (last - after <= FEW) return cached;
  return (await lastCheckpoint(env, address, { last, before, after, code: part.code })) ?? cached;
}

function usable(
  snapshot: Fold | undefined,
  { first, last, before }: { readonly first: number; readonly last: number; readonly before: number },
): boolean {
  if (snapshot === undefined || snapshot.seq < first) return false;
  return snapshot.seq <= last && snapshot.seq < before;
}

/**
 * Fills in the ids of commands that stand in earlier checkpoints (A9).
 *
 * @throws {@link TroupeError} `RECORD_INVALID` where one of them is gone.
 */
export async function fillWindow(
  { log }: Pick<StartEnv, "log">,
  { identity: { address }, commands }: Fold,
): Promise<void> {
  if (commands.missing.size === 0) return;
  const ids: Packed[] = [];
  for (const seq of commands.missing) {
    const found = await readAt(log, address, seq);
    ids.push(idsOf(found?.checkpoint, { address, seq }));
  }
  commands.fill(ids);
}

async function lastCheckpoint(
  env: StartEnv,
  address: string,
  { last, before, after, code }: Behind,
): Promise<Fold | undefined> {
  let found = await recordAt(env.log, address, last);
  while (found !== undefined) {
    const { record, body } = found;
    const fold = record.seq < before ? restored(env, record, body, code) : undefined;
    if (fold !== undefined) return fold;
    const { since = 0 } = body;
    found = since > after ? await recordAt(env.log, address, since) : undefined;
  }
  return undefined;
}

interface Behind {
  readonly last: number;
  readonly before: number;
  readonly after: number;
  readonly code: KindCode;
}

/** Undefined where the record is no checkpoint, or none that can be used: the records before it tell. */
function restored(
  env: StartEnv,
  record: Recorded,
  { checkpoint }: RecordBody,
  code: KindCode,
): Fold | undefined {
  if (checkpoint === undefined) return undefined;
  try {
    return foldAt(env, record, checkpoint, code);
  } catch {
    return undefined;
  }
}

/** As `recordAt`, but one that cannot be read is a fault. */
async function readAt(log: EventLog, address: string, seq: number): Promise<RecordBody | undefined> {
  for await (const record of log.read(address, { after: seq - 1, to: seq }))
    return parseBody(record.body, placeOf(record));
  return undefined;
}
