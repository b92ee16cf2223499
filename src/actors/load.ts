/**
 * Loading: an actor rebuilt from its records, alone and silently.
 *
 * - A2, A15. No effect runs, no other actor is asked: what a step looked up stands in its record.
 * - A5. A record that cannot be applied throws `REPLAY_DIVERGED` with record, state and context
 *   path; a later `troupe.skipped` that names it takes it out.
 */
import { isDeepStrictEqual } from "node:util";
import { TroupeError } from "../errors.ts";
import type { EventLog, Recorded } from "../events/log/log.ts";
import { parseBody, type RecordBody } from "../events/record.ts";
import { changedDigests, differingKeys, noteDigests } from "./digests.ts";
import { advance, birth, type Advanced, type Entry } from "./advance.ts";
import { valueOf, type Fold } from "./fold.ts";
import { identify } from "./identity.ts";
import type { Kinds } from "./kind.ts";
import { readSnapshot } from "./snapshot.ts";
import type { Stepper, SystemDirectory } from "./xstate/contract.ts";

export interface LoadEnv {
  readonly log: EventLog;
  readonly kinds: Kinds;
  readonly stepper: Stepper;
}

export interface LoadOptions {
  /** Stop behind this seq. Default: the tip. */
  readonly to?: number;
  /** Whether a snapshot may stand in for the records before it. Default true. */
  readonly snapshots?: boolean;
  /** Leave this record out, and do not compare what follows it up to `until`. */
  readonly skip?: { readonly seq: number; readonly until: number };
  /** Called after each record. */
  readonly onRecord?: (record: Recorded, body: RecordBody, fold: Fold, advanced: Advanced) => void;
}

/**
 * Rebuilds an actor; undefined where it has no records.
 *
 * @throws {@link TroupeError} `REPLAY_DIVERGED`, `RECORD_INVALID`, `KIND_UNKNOWN`, `LOG_*`.
 */
export async function load(
  env: LoadEnv,
  address: string,
  options: LoadOptions = {},
): Promise<Fold | undefined> {
  const { to, skip } = options;
  const loading = await begin(env, address, options);
  const range = { after: loading.fold?.seq ?? 0, ...(to !== undefined && { to }) };
  for await (const record of env.log.read(address, range)) {
    if (skip?.seq === record.seq) leaveOut(loading, skip.until, record.seq);
    else await take(loading, record, options.onRecord);
  }
  return loading.fold;
}

interface Loading {
  readonly env: LoadEnv;
  fold: Fold | undefined;
  /** Recorded digests of the context's keys, as of the last record. */
  readonly digests: Map<string, string>;
  /** Up to here hashes are not compared: a record before it was left out. */
  lenientTo: number;
}

async function begin(
  env: LoadEnv,
  address: string,
  { to, snapshots = true, skip }: LoadOptions,
): Promise<Loading> {
  const cached = snapshots && to === undefined && skip === undefined;
  const fold = cached ? await readSnapshot(env, address) : undefined;
  const digests = new Map<string, string>();
  if (fold !== undefined) noteDigests(digests, changedDigests(undefined, fold.state.snapshot));
  return { env, fold, digests, lenientTo: 0 };
}

function leaveOut(loading: Loading, until: number, seq: number): void {
  loading.lenientTo = Math.max(loading.lenientTo, until);
  if (loading.fold !== undefined) loading.fold.seq = seq;
}

async function take(
  loading: Loading,
  record: Recorded,
  onRecord: LoadOptions["onRecord"],
): Promise<void> {
  const { env, digests } = loading;
  const body = parseBody(record.body, placeOf(record));
  try {
    noteDigests(digests, body.digests);
    const { fold, advanced } = apply(env, loading.fold, record, body);
    loading.fold = fold;
    if (record.seq > loading.lenientTo && advanced.hash !== body.hash)
      throw diverged(record, body, fold, digests);
    onRecord?.(record, body, fold, advanced);
  } catch (error) {
    const until = record.seq === 1 ? undefined : await skippedBy(env.log, record.stream, record.seq);
    if (until === undefined) throw error;
    loading.fold = await load(env, record.stream, { to: record.seq - 1, snapshots: false }); // it may have moved already
    leaveOut(loading, until, record.seq);
  }
}

/** Applies one record. */
function apply(
  env: LoadEnv,
  fold: Fold | undefined,
  record: Recorded,
  body: RecordBody,
): { readonly fold: Fold; readonly advanced: Advanced } {
  const entry: Entry = { seq: record.seq, at: record.at, cause: record.cause, body };
  const directory = recordedDirectory(body);
  if (fold !== undefined) return { fold, advanced: advance(fold, entry, env.stepper, directory) };
  if (body.born === undefined)
    throw new TroupeError("RECORD_INVALID", `${placeOf(record)} is the first record, but no birth`, {
      hint: "Run `troupe doctor` on this log.",
    });
  const identity = identify(env, record.stream, body.born);
  return birth(identity, { ...entry, correlation: record.correlation }, env.stepper, directory);
}

function recordedDirectory(body: RecordBody): SystemDirectory {
  const known = Object.entries(body.lookups ?? {}).flatMap(([id, address]) =>
    address === null ? [] : [[id, address]],
  );
  const ids = new Map<string, string>(known.map(([id = "", address = ""]) => [id, address]));
  return { get: (id) => ids.get(id), all: () => Object.fromEntries(ids) };
}

function diverged(
  record: Recorded,
  body: RecordBody,
  fold: Fold,
  recorded: ReadonlyMap<string, string>,
): TroupeError {
  const { snapshot } = fold.state;
  const state = valueOf(fold.state);
  const context = differingKeys(recorded, snapshot).map((key) => `context.${key}`);
  const where: string[] = [];
  if (!isDeepStrictEqual(state, body.state))
    where.push(`state is ${JSON.stringify(state)} instead of ${JSON.stringify(body.state)}`);
  if (snapshot.status !== body.status)
    where.push(`status is "${snapshot.status}" instead of "${body.status}"`);
  if (context.length > 0) where.push(`${context.join(", ")} differs`);
  if (where.length === 0)
    where.push(`in state ${JSON.stringify(state)}, the effects, output or children differ`);
  return new TroupeError(
    "REPLAY_DIVERGED",
    `${placeOf(record)} ("${record.type}") replays differently: ${where.join("; ")}`,
    {
      hint: `Restore the code that wrote it (kind version "${body.version}"), or skip the record.`,
      data: {
        address: record.stream,
        seq: record.seq,
        type: record.type,
        recorded: body.state,
        replayed: state,
        context,
      },
    },
  );
}

/** The seq of a later `troupe.skipped` that names this record. */
async function skippedBy(log: EventLog, address: string, seq: number): Promise<number | undefined> {
  for await (const record of log.read(address, { after: seq })) {
    const event = parseBody(record.body, placeOf(record)).event;
    if (event?.type === "troupe.skipped" && event["seq"] === seq) return record.seq;
  }
  return undefined;
}

export function placeOf(record: Pick<Recorded, "stream" | "seq">): string {
  return `record ${record.seq} of "${record.stream}"`;
}
