/** Where the records of a run stand: by actor, by position, and back. */
import type { Recorded } from "../events/log/log.ts";
import type { RunRecords } from "../events/log/run-records.ts";

/** The records of one actor. */
export interface Place {
  readonly address: string;
  readonly records: readonly Recorded[];
  /** `positions[i]` is where `records[i]` stands, ascending. */
  readonly positions: readonly number[];
}

export interface Places {
  /** In the order of their births. */
  readonly all: readonly Place[];
  readonly of: (address: string) => Place | undefined;
  /** Where a record of an actor stands; undefined where it is none of the run. */
  readonly positionOf: (address: string, seq: number) => number | undefined;
  /** The index of the last record of an actor up to a position; -1 where it has none. */
  readonly lastUpTo: (place: Place, position: number) => number;
}

export function placesOf({ records }: RunRecords): Places {
  const byAddress = new Map<string, { address: string; records: Recorded[]; positions: number[] }>();
  for (const [index, record] of records.entries()) {
    const address = record.stream;
    const place = byAddress.get(address) ?? { address, records: [], positions: [] };
    if (place.records.length === 0) byAddress.set(address, place);
    place.records.push(record);
    place.positions.push(index + 1);
  }
  return {
    all: [...byAddress.values()],
    of: (address) => byAddress.get(address),
    positionOf(address, seq) {
      const place = byAddress.get(address);
      const first = place?.records[0]?.seq ?? 1;
      return place?.positions[seq - first]; // L1: no gaps
    },
    lastUpTo({ positions }, position) {
      let [low, high] = [0, positions.length];
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((positions[middle] ?? 0) <= position) low = middle + 1;
        else high = middle;
      }
      return low - 1;
    },
  };
}
