/**
 * Loading: an actor rebuilt from its records, alone and silently.
 *
 * - A2, A15. No effect runs, no other actor is asked: what a step looked up stands in its record.
 * - A5. A record that cannot be applied throws `REPLAY_DIVERGED` with record, state and context
 *   path; a later `troupe.skipped` that names it takes it out.
 * - A14. It starts at the last checkpoint; one that starts at the birth compares them all.
 */
import { isDeepStrictEqual } from "node:util";
import { TroupeError } from "../errors.ts";
import type { EventLog, Recorded } from "../events/log/log.ts";
import { parseBody, placeOf, skippedIn, type RecordBody } from "../events/record.ts";
import { changedDigests, differingKeys, noteDigests } from "./digests.ts";
import { advance, birth, type Advanced, type Entry } from "./advance.ts";
import { valueOf, type Fold } from "./fold.ts";
import { identify } from "./identity.ts";
import type { Kinds } from "./kind.ts";
import { compareCheckpoint } from "./checkpoint.ts";
import { startOf } from "./start.ts";
import type { Stepper, SystemDirectory } from "./xstate/contract.ts";
import { NOBODY } from "./xstate/stepper.ts";

export interface LoadEnv {
  readonly log: EventLog;
  readonly kinds: Kinds;
  readonly stepper: Stepper;
}

export interface LoadOptions {
  /** Stop behind this seq. Default: the tip. */
  readonly to?: number;
  /**
   * Whether a snapshot or a checkpoint may stand in for the records before it. Default true;
   * false also compares each checkpoint with what the records before it make.
   */
  readonly snapshots?: boolean;
  /** The same actor as of an earlier record, to go on from; it is moved in place, and not looked through again. */
  readonly from?: Fold;
  /**
   * The records that later ones take out, each with the seq of the one that does, where the caller
   * knows them: see {@link skipsOf}. Then `from` counts even if there are some.
   */
  readonly skips?: ReadonlyMap<number, number>;
  /** Leave this record out, and do not compare what follows it up to `until`. */
  readonly skip?: { readonly seq: number; readonly until: number };
  /** Hears of each record that is read, before it is applied. */
  readonly onBody?: (body: RecordBody) => void;
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
  const { onRecord, skips: known } = options;
  const skips = new Map(known ?? (onRecord && (await skipsOf(env.log, address))));
  if (options.skip !== undefined) skips.set(options.skip.seq, options.skip.until);
  for (;;) {
    const loading = await begin(env, address, options, skips);
    const found = await readAll(loading, address, options);
    if (found === undefined) return loading.fold;
    skips.set(found.seq, found.until); // what came after it was computed with it: again from the start
  }
}

/** Who hears of each record. */
interface Heard {
  readonly onRecord: LoadOptions["onRecord"];
  readonly onBody: LoadOptions["onBody"];
}

interface Loading {
  readonly env: LoadEnv;
  fold: Fold | undefined;
  /** Recorded digests of the context's keys, as of the last record. */
  readonly digests: Map<string, string>;
  /** Records to leave out; up to the seq behind each, hashes are not compared. */
  readonly skips: ReadonlyMap<number, number>;
  /** Whether it has come from the birth, and compares checkpoints. */
  readonly compares: boolean;
  /** Whether it goes on from a fold of this process, which was verified when it was loaded. */
  readonly goesOn: boolean;
  lenientTo: number;
  /** The last record, if its hash says something of the state that it leads to. */
  last?: Last | undefined;
}

interface Last {
  readonly record: Recorded;
  readonly body: RecordBody;
  readonly fold: Fold;
  readonly advanced: Advanced;
}

/** A record that is left out, and the seq of the record that says so. */
interface Skip {
  readonly seq: number;
  readonly until: number;
}

async function begin(
  env: LoadEnv,
  address: string,
  { to, snapshots = true, from, skips: known }: LoadOptions,
  skips: Loading["skips"],
): Promise<Loading> {
  if (from !== undefined && (known !== undefined || skips.size === 0)) return goingOn(env, from, skips);
  const before = Math.min(...skips.keys()); // what holds a skipped record does not count
  const fold = snapshots ? await startOf(env, address, { to, before }) : undefined;
  const digests = new Map<string, string>();
  if (fold !== undefined) noteDigests(digests, changedDigests(undefined, fold.state.snapshot));
  return { env, fold, digests, skips, compares: fold === undefined, goesOn: false, lenientTo: 0 };
}

function goingOn(env: LoadEnv, fold: Fold, skips: Loading["skips"]): Loading {
  const passed = [...skips].filter(([seq]) => seq <= fold.seq);
  const lenientTo = Math.max(0, ...passed.map(([, until]) => until));
  return { env, fold, digests: new Map(), skips, compares: false, goesOn: true, lenientTo };
}

/** Reads up to the end, or up to where a skip comes to light that this reading should have known. */
async function readAll(
  loading: Loading,
  address: string,
  { to, onRecord, onBody }: LoadOptions,
): Promise<Skip | undefined> {
  const range = { after: loading.fold?.seq ?? 0, ...(to !== undefined && { to }) };
  for await (const record of loading.env.log.read(address, range)) {
    const until = loading.skips.get(record.seq);
    const found = until === undefined ? take(loading, record, { onRecord, onBody }) : undefined;
    if (found !== undefined) return "error" in found ? await excused(loading, record, found) : found;
    if (until === undefined) continue;
    loading.lenientTo = Math.max(loading.lenientTo, until);
    if (loading.fold !== undefined) loading.fold.seq = record.seq;
  }
  verifyLast(loading);
  return undefined;
}

/** @throws {@link TroupeError} `REPLAY_DIVERGED`. */
function compare(loading: Loading, last: Last): void {
  const { record, body, fold, advanced } = last;
  const compared = record.seq > loading.lenientTo;
  if (compared && advanced.hash.hash !== body.hash) throw diverged(record, body, fold, loading.digests);
  loading.last = compared && body.light !== true ? last : undefined;
}

/** @throws {@link TroupeError} `REPLAY_DIVERGED` where a checkpoint is not what the records make. */
function compareRolled({ env, fold, ...loading }: Loading, record: Recorded, body: RecordBody): void {
  if (fold === undefined || !loading.compares || record.seq <= loading.lenientTo) return;
  compareCheckpoint(env, fold, record, body);
}

/** The state that the load leads to, hashed from all of it: what changed in place on the way is found here. */
function verifyLast({ env, last, digests, goesOn }: Loading): void {
  if (last === undefined || goesOn) return;
  const { record, body, fold, advanced } = last;
  const effects = advanced.effects.map(({ effect }) => effect);
  if (env.stepper.hash(fold.state, effects) !== body.hash) throw diverged(record, body, fold, digests);
}

/** Takes one record. It answers at once: waiting for each would be most of a long load. */
function take(
  loading: Loading,
  record: Recorded,
  { onRecord, onBody }: Heard,
): Skip | { readonly error: unknown } | undefined {
  const { env, digests, skips } = loading;
  try {
    const body = parseBody(record.body, placeOf(record));
    onBody?.(body);
    const skipped = skippedIn(body);
    if (skipped !== undefined && !skips.has(skipped)) return { seq: skipped, until: record.seq };
    noteDigests(digests, body.digests);
    compareRolled(loading, record, body);
    const { fold, advanced } = apply(env, loading.fold, record, body);
    loading.fold = fold;
    compare(loading, { record, body, fold, advanced });
    onRecord?.(record, body, fold, advanced);
    return undefined;
  } catch (error) {
    return { error };
  }
}

/**
 * A record that cannot be taken, where a later one takes it out, or one before it that it was
 * computed with. @throws what taking it threw, where none does.
 */
async function excused(
  { env, skips }: Loading,
  { stream, seq }: Recorded,
  { error }: { readonly error: unknown },
): Promise<Skip> {
  for (const [skipped, until] of await skipsOf(env.log, stream, seq))
    if (skipped > 1 && skipped <= seq && !skips.has(skipped)) return { seq: skipped, until };
  throw error;
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

/** System ids as a step looked them up. */
export function recordedDirectory({ lookups }: Pick<RecordBody, "lookups">): SystemDirectory {
  if (lookups === undefined) return NOBODY;
  const known = Object.entries(lookups).flatMap(([id, address]) =>
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
  const keys = body.light === true ? [] : differingKeys(recorded, snapshot); // a light record says nothing of them
  const context = keys.map((key) => `context.${key}`);
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

/** The records of an actor that later ones take out, each with the seq of the one that does. */
export async function skipsOf(
  log: Pick<EventLog, "read">,
  address: string,
  after = 0,
): Promise<Map<number, number>> {
  const skips = new Map<number, number>();
  for await (const record of log.read(address, { after })) {
    const skipped = skippedIn(record.body);
    if (skipped !== undefined) skips.set(skipped, record.seq);
  }
  return skips;
}
