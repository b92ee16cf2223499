/**
 * Copies a log into another, of any engine, or into and out of a file: a move, or a backup.
 *
 * - Records keep their streams, numbers, ids and times, so the copy replays to the same states.
 * - By L4 what is there already is written no second time: the same copy again adds what has come
 *   since, and one that was cut short goes on.
 * - A target that holds something else at some place is not touched behind it (L2), but for the
 *   other actors of the same few hundred records.
 * - What is archived is copied, too, and lies in the copy itself, as if it never had been.
 * - Who owns the copy has an epoch above all that were given out before, so that fences only grow.
 */
import { WrongSequenceError } from "../../errors.ts";
import { isArchiving } from "./archived.ts";
import type { EventLog, NewRecord, Recorded } from "./log.ts";

/** Records that are written at once. */
const BATCH = 500;

export interface Copied {
  /** Records that were read; those that stood there already count, too. */
  readonly records: number;
  /** The seq of the last one of each stream. */
  readonly tips: ReadonlyMap<string, number>;
}

/** Hears how many records were read so far. */
export type Progress = (records: number) => void;

/**
 * Copies all that is acknowledged when it begins.
 *
 * @throws {@link WrongSequenceError} `LOG_WRONG_SEQUENCE` where the target holds other records.
 */
export function copyLog(
  from: EventLog,
  to: EventLog,
  options: { readonly progress?: Progress } = {},
): Promise<Copied> {
  return copyRecords(from.scan(), to, options);
}

/** The same, of records in an order in which each stream counts 1, 2, 3, … */
export async function copyRecords(
  records: AsyncIterable<Recorded>,
  to: EventLog,
  { progress }: { readonly progress?: Progress } = {},
): Promise<Copied> {
  const tips = new Map<string, number>();
  let read = 0;
  let epoch = 0;
  let batch: Recorded[] = [];
  for await (const record of records) {
    if (isArchiving(record)) continue;
    batch.push(record);
    tips.set(record.stream, record.seq);
    epoch = Math.max(epoch, epochOf(record));
    read += 1;
    if (read % BATCH > 0) continue;
    await write(to, batch);
    batch = [];
    progress?.(read);
  }
  await write(to, batch);
  await raiseEpoch(to, epoch);
  return { records: read, tips };
}

/** What stands one behind the other is one append; those of different actors are under way together. */
async function write(to: EventLog, records: readonly Recorded[]): Promise<void> {
  const streams = Map.groupBy(records, ({ stream }) => stream);
  const written = await Promise.allSettled(
    [...streams].map(([stream, [first, ...rest]]) => {
      if (first === undefined) return Promise.resolve(0);
      return append(to, stream, [first, ...rest].map(recordOf), first.seq - 1);
    }),
  );
  for (const outcome of written) if (outcome.status === "rejected") throw outcome.reason;
}

/** Some may stand there already: of a copy that was cut short, or made when less was there. */
async function append(
  to: EventLog,
  stream: string,
  records: readonly NewRecord[],
  expected: number,
): Promise<number> {
  try {
    return await to.append(stream, records, { expected });
  } catch (error) {
    const stand = error instanceof WrongSequenceError ? error.actual - expected : 0;
    if (stand <= 0 || stand >= records.length) throw error;
    await to.append(stream, records.slice(0, stand), { expected });
    return to.append(stream, records.slice(stand), { expected: expected + stand });
  }
}

function recordOf(record: Recorded): NewRecord {
  const { id, type, at, correlation, cause, trace, body } = record;
  const around = { ...(cause !== undefined && { cause }), ...(trace !== undefined && { trace }) };
  return { id, type, at, correlation, ...around, body };
}

/** Of a body that is none of Troupe's: 0. */
function epochOf({ body }: Recorded): number {
  const epoch = body["epoch"];
  return typeof epoch === "number" && Number.isSafeInteger(epoch) ? epoch : 0;
}

/** Owners count up: it is owned until the next owner is above all that have written. */
async function raiseEpoch(log: EventLog, above: number): Promise<void> {
  for (let epoch = 0; epoch < above;) {
    await using ownership = await log.claim({ owner: "copy" });
    ({ epoch } = ownership);
  }
}
