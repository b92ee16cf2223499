/** What a log has of a fork already: of one that was cut short, or of one that is whole. */
import { TroupeError } from "../../errors.ts";
import { rootOf } from "../../events/address.ts";
import type { EventLog, Recorded } from "../../events/log/log.ts";
import { readRun } from "../../events/log/run-records.ts";
import { parseBody, placeOf, type Origin } from "../../events/record.ts";
import { cutOf } from "./cut.ts";
import { FORKED } from "./forked.ts";
import { changeIn, type ForkRequest } from "./request.ts";

/** A run that may be a fork. */
export interface Begun {
  /** Of the first actor; undefined: the run is no fork. */
  readonly origin: Origin | undefined;
  /** Ids of its records, by address. */
  readonly ids: ReadonlyMap<string, readonly string[]>;
  /** Whether all histories are told up to their ends. */
  readonly whole: boolean;
}

/** Undefined where there is no such run. */
export async function begunIn(log: EventLog, run: string): Promise<Begun | undefined> {
  const records = await recordsOf(log, run);
  const [first] = records;
  if (first === undefined) return undefined;
  const ids = new Map<string, string[]>();
  const told = new Set<string>();
  for (const { stream, id, body } of records) {
    ids.set(stream, [...(ids.get(stream) ?? []), id]);
    if (isForked(body["event"]) && body["copied"] !== true) told.add(stream);
  }
  const origin = parseBody(first.body, placeOf(first)).born?.fork;
  return { origin, ids, whole: told.size === ids.size };
}

/** Whether it is this very fork, whole or not. */
export function isSame({ origin }: Begun, request: ForkRequest, position: number): boolean {
  if (origin === undefined) return false;
  const { of, at, change } = origin;
  return rootOf(of) === request.of && at === position && change === changeIn(request);
}

/**
 * The id of a fork that was not given one: `RUN-fork`, `RUN-fork-2`, …: the first that is free, or that
 * the same fork has begun to use.
 */
export async function forkId(log: EventLog, source: EventLog, request: ForkRequest): Promise<string> {
  const { position } = cutOf(await readRun(source, request.of), request);
  for (let n = 1; ; n++) {
    const id = n === 1 ? `${request.of}-fork` : `${request.of}-fork-${n}`;
    const begun = await begunIn(log, id);
    if (begun === undefined || (!begun.whole && isSame(begun, request, position))) return id;
  }
}

/**
 * That an id can be the fork's: nobody has it, or this very fork.
 *
 * @throws {@link TroupeError} `RUN_EXISTS`, and where there is no such cut.
 */
export async function assertFree(
  log: EventLog,
  source: EventLog,
  id: string,
  request: ForkRequest,
): Promise<void> {
  const { position } = cutOf(await readRun(source, request.of), request);
  const begun = await begunIn(log, id);
  if (begun !== undefined && !isSame(begun, request, position)) throw runExists(id);
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
