/**
 * Closed runs: those whose actors have all ended and owe nothing, but for those that only serve it.
 */
import { parseAddress, rootOf } from "../address.ts";
import { ARCHIVE_FILES, ARCHIVED, isArchiving } from "./archived.ts";
import type { EventLog, Scanned } from "./log.ts";

/** Kinds that serve a run and never end: they go with it, once they owe nothing. */
const COMPANIONS = new Set(["budget", "context", "feedback", "inbox", "messages"]);

/** An actor, as its last record leaves it. */
export interface Standing {
  readonly last: Scanned;
  /** Seq of the first record that the log itself has. */
  readonly first: number;
}

/** A run that may be archived. */
export interface ClosedRun {
  readonly root: string;
  readonly actors: readonly string[];
  readonly records: number;
  /** When its last record was written, in epoch ms. */
  readonly at: number;
}

/** Each actor that the log itself has records of. */
export async function standings(
  log: EventLog,
  { progress }: { readonly progress?: (records: number) => void },
): Promise<ReadonlyMap<string, Standing>> {
  const found = new Map<string, Standing>();
  let read = 0;
  for await (const record of log.scan({ archived: false })) {
    if (record.stream === ARCHIVE_FILES) continue;
    const { first = record.seq } = found.get(record.stream) ?? {};
    found.set(record.stream, { last: record, first });
    read += 1;
    if (read % 1000 === 0) progress?.(read);
  }
  return found;
}

export function closedRuns(
  standing: ReadonlyMap<string, Standing>,
  before: number,
): readonly ClosedRun[] {
  const roots = Map.groupBy(standing, ([stream]) => rootOf(stream));
  const closed: ClosedRun[] = [];
  for (const [root, actors] of roots) {
    if (
      !isClosed(
        actors.map(([, { last }]) => last),
        before,
      )
    )
      continue;
    const records = actors.reduce((sum, [, { last, first }]) => sum + last.seq - first + 1, 0);
    const at = Math.max(...actors.map(([, { last }]) => last.at));
    const names = actors.map(([stream]) => stream).toSorted((a, b) => depthOf(a) - depthOf(b));
    closed.push({ root, actors: names, records, at });
  }
  return closed;
}

function isClosed(actors: readonly Scanned[], before: number): boolean {
  if (actors.every((last) => isArchiving(last))) return false; // done already
  const old = (last: Scanned): boolean => last.at < before && isAtRest(last);
  if (!actors.every((last) => isArchiving(last) || old(last))) return false;
  return actors.some(({ stream }) => depthOf(stream) === 0 && !isCompanion(stream));
}

/** Whether an actor has ended, or only serves one that has. A record that says neither stays. */
export function isAtRest({ stream, type, body }: Scanned): boolean {
  if (type === ARCHIVED) return true;
  const { status, owes, copied } = body;
  if (copied === true) return false; // a fork that was cut short
  return owes === 0 && (isCompanion(stream) || (typeof status === "string" && status !== "active"));
}

function depthOf(stream: string): number {
  return parseAddress(stream).path.length;
}

function isCompanion(stream: string): boolean {
  return COMPANIONS.has(parseAddress(stream).kind);
}
