/**
 * Loading: an actor rebuilt from its records, alone and silently.
 *
 * - A2, A15. No effect runs, no other actor is asked: what a step looked up stands in its record.
 * - A5. A record that cannot be applied throws `REPLAY_DIVERGED` with record, state and context
 *   path; a later `troupe.skipped` that names it takes it out.
 * - A14. It starts at the last checkpoint; one that starts at the birth compares them all.
 * - A migration takes the place of a birth: nothing before it is needed, and where the code that
 *   made it is here, a load of all records compares it too.
 */
import { TroupeError } from "../errors.ts";
import { parseAddress } from "../events/address.ts";
import type { EventLog, Recorded } from "../events/log/log.ts";
import { migrationIn, parseBody, placeOf, skippedIn, type RecordBody } from "../events/record.ts";
import { changedDigests, noteDigests } from "./digests.ts";
import { advance, birth, unmoved, type Advanced, type Entry } from "./advance.ts";
import { recordedDirectory } from "./directories.ts";
import { diverged } from "./diverged.ts";
import type { Fold } from "./fold.ts";
import { identify } from "./identity.ts";
import type { Kinds } from "./kind.ts";
import { compareCheckpoint } from "./checkpoint.ts";
import { codeOf, courseOf, kindOf, straight, type Course, type Found } from "./course.ts";
import { beginningOf, compareMigration, foldBehind } from "./migrate.ts";
import { skipsOf, type Skip } from "./skips.ts";
import { startOf } from "./start.ts";
import { codeIn, upcasted, type KindCode } from "./versions.ts";
import type { Stepper } from "./xstate/contract.ts";

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
  const { log, kinds } = env;
  if (!kinds.has(parseAddress(address).kind) && (await log.tip(address)) === 0) return undefined;
  const { onRecord, skips: known } = options;
  const skips = new Map(known ?? (onRecord && (await skipsOf(log, address))));
  if (options.skip !== undefined) skips.set(options.skip.seq, options.skip.until);
  let course = await planned(env, address, options);
  for (;;) {
    const loading = await begin(env, address, { ...options, course }, skips);
    const found = await readAll(loading, address, options);
    if (found === undefined) return loading.fold;
    if ("seq" in found) skips.set(found.seq, found.until); // what came after it was computed with it: again from the start
    else course = found.course;
  }
}

/** The course of the records, where it must be known before they are read: who hears of them hears of each once. */
async function planned(
  env: LoadEnv,
  address: string,
  { to, snapshots = true, from, onRecord }: LoadOptions,
): Promise<Course | undefined> {
  const { previous = [] } = kindOf(env, address);
  if (from !== undefined || (previous.length === 0 && onRecord === undefined)) return undefined;
  return courseOf(env, address, { to, whole: !snapshots });
}

/** Who hears of each record. */
type Heard = Pick<LoadOptions, "onRecord" | "onBody" | "to" | "snapshots">;

/** What makes a load begin again. */
type Again = Skip | { readonly course: Course };

interface Loading {
  readonly env: LoadEnv;
  readonly course: Course;
  /** Whether the course is known, not only supposed to be straight. */
  readonly planned: boolean;
  /** What moves the records that come next. */
  code: KindCode;
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

/** What a record made of the actor. */
interface Moved {
  readonly fold: Fold;
  readonly advanced: Advanced;
}

type Last = Found & Moved;

async function begin(
  env: LoadEnv,
  address: string,
  {
    to,
    snapshots = true,
    from,
    skips: given,
    onRecord,
    course: known,
  }: LoadOptions & { readonly course: Course | undefined },
  skips: Loading["skips"],
): Promise<Loading> {
  const course = known ?? straight(env, address);
  const [part] = course;
  const loading = { env, course, planned: known !== undefined, code: part.code, skips, lenientTo: 0 };
  const digests = new Map<string, string>();
  if (from !== undefined && known === undefined && (given !== undefined || skips.size === 0))
    return { ...loading, ...goingOn(from, skips), code: codeOf(env, from), digests };
  const before = Math.min(...skips.keys()); // what holds a skipped record does not count
  const cached = snapshots ? await startOf(env, address, { to, before, part }) : undefined;
  const fold = cached ?? beginningOf(env, part, onRecord);
  if (fold !== undefined) restart(digests, fold);
  return { ...loading, fold, digests, compares: cached === undefined, goesOn: false };
}

/** What is known of digests, where all of a context is. */
function restart(digests: Map<string, string>, { state }: Fold): void {
  digests.clear();
  noteDigests(digests, changedDigests(undefined, state.snapshot));
}

/** From here on, where records before it may have been left out. */
function goingOn(
  fold: Fold,
  skips: Loading["skips"],
): Pick<Loading, "fold" | "compares" | "goesOn" | "lenientTo"> {
  const passed = [...skips].filter(([seq]) => seq <= fold.seq);
  const lenientTo = Math.max(0, ...passed.map(([, until]) => until));
  return { fold, compares: false, goesOn: true, lenientTo };
}

/** Reads up to the end, or up to where a skip comes to light that this reading should have known. */
async function readAll(loading: Loading, address: string, heard: Heard): Promise<Again | undefined> {
  const { to } = heard;
  const range = { after: loading.fold?.seq ?? 0, ...(to !== undefined && { to }) };
  for await (const record of loading.env.log.read(address, range)) {
    const until = loading.skips.get(record.seq);
    const found = until === undefined ? take(loading, record, heard) : undefined;
    if (found !== undefined)
      return "error" in found ? await excused(loading, record, { ...found, ...heard }) : found;
    if (until === undefined) continue;
    loading.lenientTo = Math.max(loading.lenientTo, until);
    if (loading.fold !== undefined) loading.fold.seq = record.seq;
  }
  verifyLast(loading);
  return undefined;
}

/** @throws {@link TroupeError} `REPLAY_DIVERGED`. */
function compare(loading: Loading, last: Last): void {
  const { record, body, advanced } = last;
  const compared = record.seq > loading.lenientTo;
  if (compared && advanced.hash.hash !== body.hash) throw diverged(last, loading.digests);
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
  const { body, fold, advanced } = last;
  const effects = advanced.effects.map(({ effect }) => effect);
  if (env.stepper.hash(fold.state, effects) !== body.hash) throw diverged(last, digests);
}

/** A migration that the course does not know: the load begins again with the real one. */
const UNFORESEEN = new Error("a migration came to light");

/** @throws UNFORESEEN, what applying it throws, `REPLAY_DIVERGED`. */
function move(loading: Loading, found: Found): Moved {
  const { record, body } = found;
  const migration = migrationIn(body);
  if (migration !== undefined) return lead(loading, found, migration.to);
  compareRolled(loading, record, body);
  const moved = apply(loading, record, body);
  compare(loading, { record, body, ...moved });
  return moved;
}

/** What moves the records behind a migration. */
function codeBehind({ env, course, goesOn }: Loading, { stream, seq }: Recorded, to: string): KindCode {
  const kind = kindOf(env, stream);
  const code = goesOn ? (codeIn(kind, to) ?? kind) : course.find(({ first }) => first === seq)?.code;
  if (code === undefined) throw UNFORESEEN;
  return code;
}

/** Takes one record. It answers at once: waiting for each would be most of a long load. */
function take(
  loading: Loading,
  record: Recorded,
  { onRecord, onBody }: Heard,
): Skip | { readonly error: unknown } | undefined {
  const { digests, skips } = loading;
  try {
    const body = parseBody(record.body, placeOf(record));
    onBody?.(body);
    const skipped = skippedIn(body);
    if (skipped !== undefined && !skips.has(skipped)) return { seq: skipped, until: record.seq };
    noteDigests(digests, body.digests);
    const { fold, advanced } = move(loading, { record, body });
    loading.fold = fold;
    onRecord?.(record, body, fold, advanced);
    return undefined;
  } catch (error) {
    return { error };
  }
}

/**
 * A record that cannot be taken, where a later one takes it out, or one before it that it was
 * computed with; or where a later migration needs nothing of it. @throws what taking it threw,
 * where there is none.
 */
async function excused(
  { env, skips, ...loading }: Loading,
  { stream, seq }: Recorded,
  { error, to, snapshots = true }: Heard & { readonly error: unknown },
): Promise<Again> {
  for (const [skipped, until] of await skipsOf(env.log, stream, seq))
    if (skipped > 1 && skipped <= seq && !skips.has(skipped)) return { seq: skipped, until };
  if (loading.planned && error !== UNFORESEEN) throw error;
  const course = await courseOf(env, stream, { to, whole: !snapshots });
  if (course.length > 1 || course[0].first > 1) return { course };
  throw error;
}

/** Applies one record. */
function apply({ env, code, fold }: Loading, record: Recorded, recorded: RecordBody): Moved {
  const own = fold?.born ?? recorded.born;
  const body = own?.lineage === undefined ? upcasted(code, recorded, record) : recorded; // a child's own logic is another
  const entry: Entry = { seq: record.seq, at: record.at, cause: record.cause, body };
  const directory = recordedDirectory(body);
  if (fold !== undefined) return { fold, advanced: advance(fold, entry, env.stepper, directory) };
  if (body.born === undefined)
    throw new TroupeError("RECORD_INVALID", `${placeOf(record)} is the first record, but no birth`, {
      hint: "Run `troupe doctor` on this log.",
    });
  const mover = identify(env, record.stream, body.born, code);
  return birth(mover, { ...entry, correlation: record.correlation }, env.stepper, directory);
}

/** Goes on behind a migration. */
function lead(loading: Loading, found: Found, to: string): Moved {
  const { env, compares, digests, lenientTo } = loading;
  const { record, body } = found;
  loading.code = codeBehind(loading, record, to);
  const fold = foldBehind(env, record, body, loading.code);
  const before = compares && record.seq > lenientTo ? loading.fold : undefined;
  const made = before && compareMigration(env, before, found, recordedDirectory(body));
  restart(digests, fold);
  loading.last = undefined;
  return { fold, advanced: made ?? unmoved(body.hash) };
}
