/**
 * Copies a log into another, of any engine: a backup, or a move.
 *
 * - Records keep their streams, numbers, ids and times, so the copy replays to the same states.
 * - By L4 what is there already is written no second time: the same copy again adds what has come
 *   since, and one that was cut short goes on.
 * - A target that holds something else at some place is not touched from there on (L2).
 * - Who owns the copy has an epoch above all that were given out before, so that fences only grow.
 */
import { parseBody } from "../record.ts";
import type { EventLog, NewRecord, Scanned } from "./log.ts";

/** Records that are written at once. */
const BATCH = 500;

export interface Copied {
  /** Records that were read; those that stood there already count, too. */
  readonly records: number;
  readonly streams: number;
}

/**
 * Copies all that is acknowledged when it begins.
 *
 * @param options.progress hears how many records were read so far.
 * @throws {@link WrongSequenceError} `LOG_WRONG_SEQUENCE` where the target holds other records.
 */
export async function copyLog(
  from: EventLog,
  to: EventLog,
  { progress }: { readonly progress?: (records: number) => void } = {},
): Promise<Copied> {
  const streams = new Set<string>();
  let records = 0;
  let epoch = 0;
  let batch: Scanned[] = [];
  const flush = async (): Promise<void> => {
    const [first] = batch;
    if (first === undefined) return;
    await to.append(first.stream, batch.map(recordOf), { expected: first.seq - 1 });
    batch = [];
  };
  for await (const record of from.scan()) {
    if (batch.length >= BATCH || (batch[0]?.stream ?? record.stream) !== record.stream) await flush();
    batch.push(record);
    streams.add(record.stream);
    records += 1;
    epoch = Math.max(epoch, parseBody(record.body, record.stream).epoch);
    if (records % BATCH === 0) progress?.(records);
  }
  await flush();
  await raiseEpoch(to, epoch);
  return { records, streams: streams.size };
}

function recordOf({ stream: _stream, seq: _seq, position: _position, ...record }: Scanned): NewRecord {
  return record;
}

/** Owners count up: it is owned until the next owner is above all that have written. */
async function raiseEpoch(log: EventLog, above: number): Promise<void> {
  for (let epoch = 0; epoch < above;) {
    await using ownership = await log.claim({ owner: "copy" });
    ({ epoch } = ownership);
  }
}
