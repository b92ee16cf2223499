/** What a log has of a fork already: of one that was cut short, or of one that is whole. */
import { TroupeError } from "../../errors.ts";
import { rootOf } from "../../events/address.ts";
import type { EventLog, Recorded } from "../../events/log/log.ts";
import { readRun, type RunRecords } from "../../events/log/run-records.ts";
import { parseBody, placeOf, type Origin } from "../../events/record.ts";
import { cutOf, type Cut } from "./cut.ts";
import { FORKED } from "./forked.ts";
import { recordIds } from "./ids.ts";
import { changeIn, type ForkRequest } from "./request.ts";
import { forkUnfinished } from "./unfinished.ts";

/** A run that may be a fork. */
export interface Begun {
  /** Of the first actor; undefined: the run is no fork. */
  readonly origin: Origin | undefined;
  /** The id of its first record. */
  readonly first: string | undefined;
  /** Its records, by address. */
  readonly records: ReadonlyMap<string, readonly Recorded[]>;
  /** Whether all histories are told up to their ends. */
  readonly whole: boolean;
}

/** Undefined where there is no such run. */
export async function begunIn(log: EventLog, run: string): Promise<Begun | undefined> {
  const records = await recordsOf(log, run);
  return records.length === 0 ? undefined : begunOf(records);
}

/** The same of a run that was read: it has records. */
function begunOf(records: readonly Recorded[]): Begun {
  const ofActors = Map.groupBy(records, ({ stream }) => stream);
  const untold = new Set<string>();
  for (const { stream, seq, body } of records) {
    if (seq === 1 && body["copied"] === true) untold.add(stream);
    if (isForked(body["event"]) && body["copied"] !== true) untold.delete(stream);
  }
  const [first] = records;
  const origin = first && parseBody(first.body, placeOf(first)).born?.fork;
  return { origin, first: first?.id, records: ofActors, whole: untold.size === 0 };
}

/** @throws {@link TroupeError} `FORK_UNFINISHED` for a fork that was cut short: it is not yet the run that it is to be. */
export function assertTold({ run, records }: RunRecords): void {
  const { origin, whole } = begunOf(records);
  if (whole) return;
  throw forkUnfinished({ run, of: rootOf(origin?.of ?? run), at: origin?.at ?? 1 });
}

/**
 * The cut that is asked for, where nobody has the id, or this very fork. Where no place was asked
 * for, that of the fork that has begun counts: an open run has moved since.
 *
 * @throws {@link TroupeError} `RUN_EXISTS`, and where there is no such cut.
 */
export function cutFor(run: RunRecords, id: string, request: ForkRequest, begun?: Begun): Cut {
  if (begun === undefined) return cutOf(run, request);
  const { of = "", at, change, shiftMs = 0 } = begun.origin ?? {};
  if (at === undefined || rootOf(of) !== request.of || change !== changeIn(request))
    throw runExists(id);
  const cut = cutOf(run, { at: String(at), ...request });
  const meant = { cut, request, to: id, shiftMs };
  if (cut.position !== at || recordIds(meant)(0) !== begun.first) throw runExists(id);
  return cut;
}

/**
 * The id of a fork that was not given one: `RUN-fork`, `RUN-fork-2`, …: the first that is free, or that
 * the same fork has begun to use.
 */
export async function forkId(log: EventLog, source: EventLog, request: ForkRequest): Promise<string> {
  const run = await readRun(source, request.of);
  cutOf(run, request);
  for (let n = 1; ; n++) {
    const id = n === 1 ? `${request.of}-fork` : `${request.of}-fork-${n}`;
    const begun = await begunIn(log, id);
    if (begun === undefined || (!begun.whole && isFree(run, id, request, begun))) return id;
  }
}

// oxlint-disable-next-line max-params -- as cutFor
function isFree(run: RunRecords, id: string, request: ForkRequest, begun: Begun): boolean {
  try {
    cutFor(run, id, request, begun);
    return true;
  } catch {
    return false;
  }
}

/** That an id can be the fork's. @throws as {@link cutFor}. */
export async function assertFree(
  log: EventLog,
  source: EventLog,
  id: string,
  request: ForkRequest,
): Promise<void> {
  cutFor(await readRun(source, request.of), id, request, await begunIn(log, id));
}

export function runExists(run: string): TroupeError {
  return new TroupeError("RUN_EXISTS", `there is a run "${run}" already`, {
    hint: "Give the fork another id, or none: it gets one that is free.",
    data: { run },
  });
}

async function recordsOf(log: EventLog, run: string): Promise<readonly Recorded[]> {
  try {
    return (await readRun(log, run)).records;
  } catch (error) {
    if (TroupeError.is(error, "RUN_NOT_FOUND")) return [];
    throw error;
  }
}

function isForked(event: unknown): boolean {
  return typeof event === "object" && event !== null && "type" in event && event.type === FORKED;
}
