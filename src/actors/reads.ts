/** Reading without owning: states at any record, and the history with its live tail. */
import { TroupeError } from "../errors.ts";
import { parseAddress } from "../events/address.ts";
import type { EventLog, Position, Recorded, Scanned, ScanOptions } from "../events/log/log.ts";
import { parseBody, placeOf, type RecordBody } from "../events/record.ts";
import type { StepRecord } from "../projections/projection.ts";
import { notFound } from "./inputs.ts";
import { load, type LoadEnv } from "./load.ts";
import type { Snapshot } from "xstate";

/** A record as users read it: the body parsed. */
export interface ActorRecord extends Omit<Recorded, "body"> {
  readonly body: RecordBody;
  /** The cut right behind it. */
  readonly position: Position;
}

export interface RecordsOptions extends Omit<ScanOptions, "partition" | "live"> {
  /** Whether to wait for what follows once the history is through. Default true. */
  readonly live?: boolean;
  /** Only records of this kind of actor. */
  readonly kind?: string;
  /** Only records of this type; a trailing `*` matches any rest. */
  readonly type?: string;
  /** Only records of this run. */
  readonly root?: string;
}

export interface LatestOptions {
  /** Only records before the one of this number. Default: all. */
  readonly before?: number;
}

/** The state of an actor as of record `at` (default: the last); no effect runs. */
export async function readState(
  env: LoadEnv,
  address: string,
  at?: number,
): Promise<Snapshot<unknown>> {
  parseAddress(address);
  if (at !== undefined) assertSeq(at);
  const fold = await load(env, address, at === undefined ? {} : { to: at });
  if (fold === undefined) throw notFound(address);
  if (at !== undefined && fold.seq < at)
    throw new TroupeError("RECORD_INVALID", `"${address}" has ${fold.seq} records, not ${at}`, {
      hint: `Use 1 to ${fold.seq}.`,
    });
  return fold.state.snapshot;
}

/** The log's records that match, in order within each run: the history, then the live tail. */
export async function* readRecords(
  env: LoadEnv,
  options: RecordsOptions = {},
): AsyncGenerator<ActorRecord> {
  const { kind, type, root, live = true, ...rest } = options;
  for await (const record of env.log.scan({ ...rest, live })) {
    const address = parseAddress(record.stream);
    if (kind !== undefined && address.kind !== kind) continue;
    if (root !== undefined && address.root !== root) continue;
    if (type !== undefined && !matches(record, type)) continue;
    yield { ...record, body: parseBody(record.body, placeOf(record)) };
  }
}

/** The records of one actor, as the log holds them now, from `after + 1` on. */
export async function* recordsOf(
  { log }: { readonly log: EventLog },
  address: string,
  from: { readonly after?: number } = {},
): AsyncGenerator<StepRecord> {
  for await (const record of log.read(address, from))
    yield { ...record, body: parseBody(record.body, placeOf(record)) };
}

/** @throws {@link TroupeError} `RECORD_INVALID`. */
function assertSeq(seq: number): void {
  if (Number.isInteger(seq) && seq >= 1) return;
  throw new TroupeError("RECORD_INVALID", `"${seq}" is no record's number`, { hint: "Use 1, 2, 3, …" });
}

/** How many records of one actor are read at once, from the last one back. */
const PAGE = 256;

/** The records of one actor, the latest first. */
export async function* readLatest(
  { log }: { readonly log: EventLog },
  address: string,
  { before }: LatestOptions = {},
): AsyncGenerator<StepRecord> {
  parseAddress(address);
  if (before !== undefined) assertSeq(before);
  const tip = await log.tip(address);
  let to = before === undefined ? tip : Math.min(before - 1, tip);
  for (; to > 0; to -= PAGE) {
    const page = await Array.fromAsync(log.read(address, { after: Math.max(0, to - PAGE), to }));
    for (const record of page.toReversed())
      yield { ...record, body: parseBody(record.body, placeOf(record)) };
  }
}

/** One record of one actor; undefined where it has none of this number. */
export async function readRecord(
  { log }: { readonly log: EventLog },
  address: string,
  seq: number,
): Promise<StepRecord | undefined> {
  parseAddress(address);
  assertSeq(seq);
  for await (const record of log.read(address, { after: seq - 1, to: seq }))
    return { ...record, body: parseBody(record.body, placeOf(record)) };
  return undefined;
}

function matches(record: Scanned, type: string): boolean {
  return type.endsWith("*") ? record.type.startsWith(type.slice(0, -1)) : record.type === type;
}
