/** The log of one run that was read whole: what loads an actor reads it from memory. */
import type { EventLog, Recorded } from "./log.ts";

/** Reads of the actors of these records answer from memory; all else is the log's. */
export function readFrom(log: EventLog, byAddress: ReadonlyMap<string, readonly Recorded[]>): EventLog {
  return {
    ...log,
    read: (stream, range = {}) => {
      const { after = 0, to = Number.POSITIVE_INFINITY } = range;
      const records = byAddress.get(stream) ?? [];
      return among(records, firstBehind(records, after), to);
    },
  };
}

/** The index of the first record behind a seq. An actor's records have no gaps, but may begin late. */
function firstBehind(records: readonly Recorded[], after: number): number {
  const [first] = records;
  return first === undefined ? 0 : Math.max(0, after + 1 - first.seq);
}

/** Not a generator: one costs several turns of the event loop for each record. */
function among(records: readonly Recorded[], from: number, to: number): AsyncIterable<Recorded> {
  return {
    [Symbol.asyncIterator]() {
      let at = from;
      return {
        async next() {
          const record = records[at++];
          return record === undefined || record.seq > to
            ? { done: true, value: undefined }
            : { done: false, value: record };
        },
      };
    },
  };
}
