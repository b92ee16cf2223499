/**
 * Loading: an actor rebuilt from its records, alone and silently.
 *
 * - A2, A15. No effect runs, no other actor is asked: what a step looked up stands in its record.
 * - A5. A record that cannot be applied throws `REPLAY_DIVERGED` with record, state and context
 *   path; a later `troupe.skipped` that names it takes it out.
 */
import { isDeepStrictEqual } from "node:util";
import { TroupeError } from "../errors.ts";
import { parseAddress } from "../events/address.ts";
import type { EventLog, Recorded } from "../events/log/log.ts";
import { parseBody, type Born, type RecordBody } from "../events/record.ts";
import { changedDigests, differingKeys, noteDigests } from "./digests.ts";
import { advance, birth, type Advanced, type Entry } from "./advance.ts";
import { valueOf, type Fold } from "./fold.ts";
import { kindNamed, type Kinds } from "./kind.ts";
import { readSnapshot } from "./snapshot.ts";
import type { Identity, Stepper, SystemDirectory } from "./xstate/contract.ts";

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

/** Who an actor is, by its address and birth. */
export function identify(
  env: Pick<LoadEnv, "kinds" | "stepper">,
  address: string,
  born: Born,
): Identity {
  const kind = kindNamed(env.kinds, parseAddress(address).kind);
  let logic: Identity["logic"] = kind.machine;
  for (const src of born.lineage ?? []) logic = env.stepper.childLogic(logic, src);
  return {
    address,
    id: born.id,
    logic,
    ...(born.parent !== undefined && { parent: { address: born.parent } }),
    syncSnapshot: born.syncSnapshot ?? false,
  };
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
  const { to, snapshots = true, skip } = options;
  let fold =
    snapshots && to === undefined && skip === undefined ? await readSnapshot(env, address) : undefined;
  const range = { after: fold?.seq ?? 0, ...(to !== undefined && { to }) };
  const digests = new Map<string, string>();
  if (fold !== undefined) noteDigests(digests, changedDigests(undefined, fold.state.snapshot));
  let lenientTo = 0;
  for await (const record of env.log.read(address, range)) {
    const body = parseBody(record.body, placeOf(record));
    try {
      if (fold !== undefined && skip?.seq === record.seq) {
        fold.seq = record.seq;
        lenientTo = skip.until;
        continue;
      }
      noteDigests(digests, body.digests);
      const next = apply(env, fold, record, body);
      fold = next.fold;
      if (record.seq > lenientTo && next.advanced.hash !== body.hash)
        throw diverged(record, body, fold, digests);
      options.onRecord?.(record, body, next.fold, next.advanced);
    } catch (error) {
      const until = await skippedBy(env.log, address, record.seq);
      if (until === undefined || fold === undefined) throw error;
      const before = await load(env, address, { to: record.seq - 1, snapshots: false }); // `fold` may have moved already
      if (before === undefined) throw error;
      fold = before;
      fold.seq = record.seq;
      lenientTo = until;
    }
  }
  return fold;
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
