/**
 * By what a fork is known again: ids of its records follow from the history that it tells, and from
 * what it changes.
 *
 * - L4. The same fork of the same history has the same ids. Of another history with the run's id, as
 *   another file may hold, it has others: nobody goes on with one fork where the other stopped.
 */
import { createHash } from "node:crypto";
import type { Origin } from "../../events/record.ts";
import type { Cut } from "./cut.ts";
import { changeIn, type ForkRequest } from "./request.ts";

/** What its actors say of where their histories come from, but for whose those are. */
export type Shared = Omit<Origin, "of">;

/** A fork that is to be. */
export interface Meant {
  readonly cut: Cut;
  readonly request: ForkRequest;
  /** The fork's id. */
  readonly to: string;
  readonly shiftMs: number;
}

export function sharedBy({ cut, request, shiftMs }: Meant): Shared {
  const change = changeIn(request);
  return { at: cut.position, shiftMs, ...(change !== undefined && { change }) };
}

/** The id of each record, by its place in the fork from 0. */
export function recordIds(meant: Meant): (place: number) => string {
  const { cut, to } = meant;
  const hash = createHash("sha256").update(JSON.stringify([cut.run, to, sharedBy(meant)]));
  for (const { stream, seq, id, at, body } of cut.records)
    hash.update(JSON.stringify([stream, seq, id, at, body]));
  const prefix = hash.digest("hex").slice(0, 16);
  return (place) => `${prefix}-${place.toString(36)}`;
}
