/**
 * The upgrade check: every open run of a log under new code, before a deploy.
 *
 * - It only reads: no ownership, no snapshot, no effect.
 * - An actor is open that is active or owes something; a run is open while one of its actors is.
 */
import type { AnyStateMachine } from "xstate";
import { readingStepper } from "../actors/client.ts";
import { kindsByName, type AnyKind, type Kinds } from "../actors/kind.ts";
import type { LoadEnv } from "../actors/load.ts";
import { parseAddress, partitionOf } from "../events/address.ts";
import { ARCHIVE_FILES, ARCHIVED } from "../events/log/archived.ts";
import type { EventLog, Recorded } from "../events/log/log.ts";
import { noRun } from "../events/log/run-records.ts";
import { diffMachines, type MachineChange } from "./machine-diff.ts";
import { partsOf } from "./machine-parts.ts";
import type { MigrationSeen } from "./migration-seen.ts";
import { judge, parks, type UpgradeFault, type UpgradeVerdict } from "./upgrade-actor.ts";

export interface UpgradeOptions {
  /** The kinds that are to be deployed. */
  readonly kinds: readonly AnyKind[];
  /** Those that run now: what they park already is told apart, and their machines are compared. */
  readonly against?: readonly AnyKind[];
  /** Only this run. */
  readonly run?: string;
  /** Also actors that have ended, and runs. Default false. */
  readonly all?: boolean;
  /** Hears how far it is, after each actor. */
  readonly onProgress?: (done: { readonly checked: number; readonly of: number }) => void;
}

export interface ActorUpgrade {
  readonly address: string;
  /** Of its last record. */
  readonly version: string;
  /** That of the kind now; absent where there is none. */
  readonly to?: string;
  readonly verdict: UpgradeVerdict;
  readonly fault?: UpgradeFault;
  readonly migration?: MigrationSeen;
  /** It does not go on under the kinds that run now either. */
  readonly parkedBefore?: true;
}

/** How many actors of one kind and version there are of each verdict. */
export interface UpgradeGroup {
  readonly kind: string;
  readonly version: string;
  readonly to?: string;
  readonly actors: number;
  readonly verdicts: Partial<Readonly<Record<UpgradeVerdict, number>>>;
}

/** A transition that records say was taken, and that the kind's machine no longer has. */
export interface GoneTransition {
  readonly kind: string;
  /** `source -> event -> targets`. */
  readonly transition: string;
  readonly times: number;
}

export interface UpgradeReport {
  /** Whether no actor would park that does not park already. */
  readonly ok: boolean;
  readonly runs: number;
  readonly actors: number;
  readonly groups: readonly UpgradeGroup[];
  /** The actors that would park. */
  readonly found: readonly ActorUpgrade[];
  /** Those that would migrate, and lose or begin something by it, or get a strange context. */
  readonly migrations: readonly ActorUpgrade[];
  /** Taken by the actors that were looked at. */
  readonly gone: readonly GoneTransition[];
  /** By kind; only kinds that both have, and that differ. */
  readonly changes: Readonly<Record<string, readonly MachineChange[]>>;
}

/**
 * Checks a log against kinds.
 *
 * @throws {@link TroupeError} `KIND_INVALID`, `KIND_DUPLICATE`, `RUN_NOT_FOUND`, `LOG_*`.
 */
export async function upgradeCheck(log: EventLog, options: UpgradeOptions): Promise<UpgradeReport> {
  const { against, onProgress, all = false, run } = options;
  const env = envOf(log, options.kinds);
  const before = against === undefined ? undefined : envOf(log, against);
  const seen = await look(log, run);
  if (run !== undefined && seen.size === 0) throw noRun(run, log);
  const chosen = [...seen.values()].filter(({ open }) => all || open);
  const judged: ActorUpgrade[] = [];
  for (const actor of chosen) {
    judged.push(await upgradeOf(env, before, actor));
    onProgress?.({ checked: judged.length, of: chosen.length });
  }
  const found = judged.filter(({ verdict }) => parks(verdict));
  return {
    ok: found.every(({ parkedBefore }) => parkedBefore === true),
    runs: new Set(chosen.map(({ address }) => parseAddress(address).root)).size,
    actors: chosen.length,
    groups: groupsOf(judged),
    found,
    migrations: judged.filter(({ migration }) => migration !== undefined),
    gone: goneOf(takenBy(chosen), env.kinds),
    changes: changesOf(before?.kinds, env.kinds),
  };
}

function envOf(log: EventLog, given: readonly AnyKind[]): LoadEnv {
  const kinds = kindsByName(given);
  return { log, kinds, stepper: readingStepper(kinds) };
}

interface Seen {
  readonly address: string;
  version: string;
  open: boolean;
  /** How often it took each transition; undefined for a child without a kind of its own. */
  readonly taken: Map<string, number> | undefined;
}

/** Reads each record once, and keeps of each actor only what its last one says, and the transitions that it took. */
async function look(log: EventLog, run: string | undefined): Promise<ReadonlyMap<string, Seen>> {
  const actors = new Map<string, Seen>();
  const range = run === undefined ? {} : { partition: partitionOf(run, log.partitions) };
  for await (const record of log.scan({ ...range, archived: false })) {
    const { stream: address, type, body } = record;
    if (type === ARCHIVED || address === ARCHIVE_FILES) actors.delete(address);
    else if (body["erased"] !== true && (run === undefined || parseAddress(address).root === run))
      note(actors, record);
  }
  return actors;
}

function note(actors: Map<string, Seen>, { stream: address, body }: Recorded): void {
  const { version, status, owes, taken } = body;
  const seen = actors.get(address) ?? firstSeen(address, body);
  seen.version = typeof version === "string" ? version : seen.version;
  seen.open = status === "active" || owes !== 0; // also where its body is none: it is loaded, and says so
  if (seen.taken !== undefined && body["born"] === undefined) noteTaken(seen.taken, taken); // the first one leads into the machine
  actors.set(address, seen);
}

function firstSeen(address: string, body: Recorded["body"]): Seen {
  const strange = Object(body["born"]).lineage !== undefined;
  return { address, version: "", open: true, taken: strange ? undefined : new Map() };
}

function noteTaken(counts: Map<string, number>, list: unknown): void {
  if (!Array.isArray(list)) return;
  for (const text of list) if (typeof text === "string") counts.set(text, (counts.get(text) ?? 0) + 1);
}

type Taken = ReadonlyMap<string, ReadonlyMap<string, number>>;

/** How often each transition was taken, by kind. */
function takenBy(actors: readonly Seen[]): Taken {
  const sums = new Map<string, Map<string, number>>();
  for (const { address, taken = new Map<string, number>() } of actors) {
    const { kind } = parseAddress(address);
    const sum = sums.get(kind) ?? new Map<string, number>();
    sums.set(kind, sum);
    for (const [text, times] of taken) sum.set(text, (sum.get(text) ?? 0) + times);
  }
  return sums;
}

async function upgradeOf(
  env: LoadEnv,
  before: LoadEnv | undefined,
  { address, version }: Seen,
): Promise<ActorUpgrade> {
  const judged = await judge(env, address, version);
  const to = env.kinds.get(parseAddress(address).kind)?.version;
  const parked =
    before !== undefined &&
    parks(judged.verdict) &&
    parks((await judge(before, address, version)).verdict);
  return {
    address,
    version,
    ...(to !== undefined && { to }),
    ...judged,
    ...(parked && { parkedBefore: true as const }),
  };
}

function groupsOf(judged: readonly ActorUpgrade[]): readonly UpgradeGroup[] {
  const named = judged.map((one) => ({ ...one, kind: parseAddress(one.address).kind }));
  return [...Map.groupBy(named, ({ kind, version }) => `${kind} ${version}`)]
    .toSorted(([a], [b]) => a.localeCompare(b, "en", { numeric: true }))
    .map(([, [first, ...rest]]) => groupOf(first as NonNullable<typeof first>, rest)); // a group is never empty
}

function groupOf(
  first: ActorUpgrade & { readonly kind: string },
  rest: readonly ActorUpgrade[],
): UpgradeGroup {
  const verdicts: Partial<Record<UpgradeVerdict, number>> = {};
  for (const { verdict } of [first, ...rest]) verdicts[verdict] = (verdicts[verdict] ?? 0) + 1;
  const { kind, version, to } = first;
  return { kind, version, ...(to !== undefined && { to }), actors: rest.length + 1, verdicts };
}

function goneOf(taken: Taken, kinds: Kinds): readonly GoneTransition[] {
  return [...taken].flatMap(([kind, counts]) => {
    const machine: AnyStateMachine | undefined = kinds.get(kind)?.machine;
    if (machine === undefined) return [];
    const { transitions: known } = partsOf(machine);
    return [...counts].flatMap(([transition, times]) =>
      known.has(transition) ? [] : [{ kind, transition, times }],
    );
  });
}

function changesOf(before: Kinds | undefined, now: Kinds): UpgradeReport["changes"] {
  const changes = [...now.values()].flatMap(({ kind, machine }) => {
    const old = before?.get(kind);
    const found = old === undefined ? [] : diffMachines(old.machine, machine);
    return found.length === 0 ? [] : [[kind, found] as const];
  });
  return Object.fromEntries(changes);
}
