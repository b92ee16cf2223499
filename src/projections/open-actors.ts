/**
 * What a host that takes over a log must know without reading it: which actors owe something,
 * and who has which system id.
 */
import { parseAddress } from "../events/address.ts";
import type { SystemDelta } from "../events/record.ts";
import type { Projection } from "./projection.ts";

/** One row per actor that owes something, by address. */
export const openActors: Projection<{ readonly seq: number }> = {
  name: "open-actors",
  version: 1,
  byStream: true,
  key: ({ stream }) => stream,
  fold: (_, { seq, body }) => (body.owes > 0 ? { seq } : undefined),
  /** It counts as open, so that it is loaded, and parks (A5). */
  unreadable: (_, { seq }) => ({ seq }),
};

/** System id → address, by run; only runs that have any. */
export const systemIds: Projection<Readonly<Record<string, string>>> = {
  name: "system-ids",
  version: 1,
  key: ({ stream }, body) => (body?.system === undefined ? undefined : parseAddress(stream).root),
  fold(row = {}, { body: { system } }) {
    const ids = system === undefined ? row : withDelta(row, system);
    return Object.keys(ids).length > 0 ? ids : undefined;
  },
};

/** First what is free again, then what is given. Built of entries: an id may be `__proto__`. */
function withDelta(
  ids: Readonly<Record<string, string>>,
  { freed = [], given = {} }: SystemDelta,
): Readonly<Record<string, string>> {
  const kept = Object.entries(ids).filter(([, address]) => !freed.includes(address));
  return Object.fromEntries([...kept, ...Object.entries(given)]);
}
