/** A history as text: two that read the same are the same, byte for byte. */
import type { History } from "../../src/testing/evidence.ts";

/** All that it leaves behind: log, snapshots, traces, answers. */
export function textOf({ store, world, told, turns }: History): string {
  const records = store.records.map(({ sealed, ...record }) => [
    record,
    Buffer.from(sealed.data).toString(),
  ]);
  const snapshots = [...store.snapshots].map(([stream, { data, ...snapshot }]) => [
    stream,
    snapshot,
    Buffer.from(data).toString(),
  ]);
  return JSON.stringify([records, snapshots, world, told, turns], null, 1);
}
