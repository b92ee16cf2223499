/**
 * Which states and transitions of a kind's machine its records have been through, and which never;
 * and which events found nothing to take them. A fold: each record is looked at once.
 *
 * - 1. A transition is taken as often as records say so. What is never taken and what is taken are
 *      together all that the machine has.
 * - 2. A state counts once a record that led through it or ended in it; what a host writes on its own
 *      account counts for nothing, nor does a migration, which no transition makes.
 * - 3. What records of an older version name and the machine no longer has stands with that version.
 * - 4. Children that run another machine under the same kind are counted apart, by their lineage.
 * - 5. A command that was refused is in no log, so it is not here.
 */
import type { AnyStateMachine } from "xstate";
import type { AnyKind } from "../actors/kind.ts";
import { childLogic, isMachine } from "../actors/xstate/logic.ts";
import { TroupeError } from "../errors.ts";
import type { Json } from "../events/json.ts";
import { isArchiving } from "../events/log/archived.ts";
import { isErased } from "../events/log/erased.ts";
import type { Recorded } from "../events/log/log.ts";
import { migrationIn, type RecordBody } from "../events/record.ts";
import { isBookkeeping } from "./bookkeeping.ts";
import { bodyOf } from "./causes.ts";
import { activeIn, partsOf, passedBy, type MachineParts } from "./machine-parts.ts";

/** How often, by state or transition. */
export type Counts = Readonly<Record<string, number>>;

/** An event for which the machine had no transition in a state. */
export interface Unhandled {
  readonly state: Json;
  readonly event: string;
  readonly times: number;
}

/** What the records of one version of the kind say. */
export interface VersionCoverage {
  readonly version: string;
  readonly records: number;
  /** Of what the machine has now; what is missing was never taken. */
  readonly states: Counts;
  readonly transitions: Counts;
  readonly unhandled: readonly Unhandled[];
  /** What this version's records name and the machine no longer has. */
  readonly gone: { readonly states: Counts; readonly transitions: Counts };
}

export interface Coverage {
  /** From the kind's machine down to a child's; empty for the kind's own. */
  readonly lineage: readonly string[];
  readonly actors: number;
  readonly records: number;
  /** All that the machine has, in its order, with 0 for what was never taken. */
  readonly states: Counts;
  readonly transitions: Counts;
  readonly unhandled: readonly Unhandled[];
  /** Inputs that came too late, which no machine hears of. */
  readonly late: number;
  /** In the order in which the log meets them. */
  readonly versions: readonly VersionCoverage[];
}

export interface KindCoverage extends Coverage {
  readonly kind: string;
  /** The kind's version now. */
  readonly version: string;
  /** Machines of children that have no kind of their own. */
  readonly children: readonly Coverage[];
}

/**
 * Folds records: of other kinds, of erased runs, and of children that are no machines, nothing is taken.
 *
 * @throws {@link TroupeError} `RECORD_INVALID`, `LOG_NEWER`, and what reading throws.
 */
export async function coverageOf(
  kind: AnyKind,
  records: AsyncIterable<Recorded> | Iterable<Recorded>,
): Promise<KindCoverage> {
  const own = tallyOf([], kind.machine);
  const children = new Map<string, Tally | undefined>();
  /** Of actors that do not run the kind's own machine. */
  const others = new Map<string, Tally | undefined>();
  for await (const record of records) {
    if (!record.stream.startsWith(`${kind.kind}/`) || isArchiving(record) || isErased(record.body))
      continue;
    const body = bodyOf(record);
    const { lineage } = body.born ?? {};
    if (lineage !== undefined) {
      const name = JSON.stringify(lineage);
      if (!children.has(name)) children.set(name, childTally(kind, lineage));
      others.set(record.stream, children.get(name));
    }
    const tally = others.has(record.stream) ? others.get(record.stream) : own;
    if (tally !== undefined) count(tally, record, body);
  }
  const { kind: name, version } = kind;
  const found = [...children.values()].flatMap((child) => (child === undefined ? [] : resultOf(child)));
  return { kind: name, version, ...resultOf(own), children: found };
}

interface Tally {
  readonly lineage: readonly string[];
  readonly parts: MachineParts;
  actors: number;
  late: number;
  readonly versions: Map<string, VersionTally>;
}

interface VersionTally {
  records: number;
  readonly states: Map<string, number>;
  readonly transitions: Map<string, number>;
  /** By state and event, as JSON. */
  readonly unhandled: Map<string, number>;
}

function tallyOf(lineage: readonly string[], machine: AnyStateMachine): Tally {
  return { lineage, parts: partsOf(machine), actors: 0, late: 0, versions: new Map() };
}

/** Undefined for logic that is no machine, or that the kind's machine no longer has. */
function childTally({ machine }: AnyKind, lineage: readonly string[]): Tally | undefined {
  try {
    let logic: ReturnType<typeof childLogic> = machine;
    for (const src of lineage) logic = childLogic(logic, src);
    return isMachine(logic) ? tallyOf(lineage, logic) : undefined;
  } catch (error) {
    if (TroupeError.is(error, "MACHINE_UNSUPPORTED")) return undefined;
    throw error;
  }
}

function count(tally: Tally, record: Recorded, body: RecordBody): void {
  if (body.born !== undefined) tally.actors += 1;
  if (isBookkeeping(record) || migrationIn(body) !== undefined) return;
  const { taken = [], state, event } = body;
  const version = versionOf(tally, body.version);
  version.records += 1;
  for (const transition of taken) add(version.transitions, transition);
  const { parts } = tally;
  for (const id of new Set([
    ...activeIn(parts, state),
    ...taken.flatMap((one) => passedBy(parts, one)),
  ]))
    add(version.states, id);
  if (body.stale === true) tally.late += 1;
  else if (body.handled === false && event !== undefined)
    add(version.unhandled, JSON.stringify([state, event.type]));
}

function versionOf({ versions }: Tally, version: string): VersionTally {
  const known = versions.get(version);
  if (known !== undefined) return known;
  const made = { records: 0, states: new Map(), transitions: new Map(), unhandled: new Map() };
  versions.set(version, made);
  return made;
}

function add(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

function resultOf({ lineage, parts, actors, late, versions }: Tally): Coverage {
  const all = [...versions.values()];
  const sum = (of: (version: VersionTally) => ReadonlyMap<string, number>, name: string): number =>
    all.reduce((total, version) => total + (of(version).get(name) ?? 0), 0);
  const total = (names: Iterable<string>, of: (version: VersionTally) => ReadonlyMap<string, number>) =>
    Object.fromEntries([...names].map((name) => [name, sum(of, name)]));
  const unhandled = new Set(all.flatMap((version) => [...version.unhandled.keys()]));
  return {
    lineage,
    actors,
    records: all.reduce((records, version) => records + version.records, 0),
    states: total(parts.states.keys(), ({ states }) => states),
    transitions: total(parts.transitions.keys(), ({ transitions }) => transitions),
    unhandled: unhandledIn(Object.entries(total(unhandled, (version) => version.unhandled))),
    late,
    versions: [...versions].map(([version, tally]) => versionResult(parts, version, tally)),
  };
}

function versionResult(
  parts: MachineParts,
  version: string,
  { records, states, transitions, unhandled }: VersionTally,
): VersionCoverage {
  const [here, gone] = split(states, (id) => parts.states.has(id));
  const [taken, lost] = split(transitions, (text) => parts.transitions.has(text));
  return {
    version,
    records,
    states: Object.fromEntries(here),
    transitions: Object.fromEntries(taken),
    unhandled: unhandledIn(unhandled),
    gone: {
      states: Object.fromEntries(gone.filter(([id]) => !parts.histories.has(id))),
      transitions: Object.fromEntries(lost),
    },
  };
}

type Entries = readonly (readonly [string, number])[];

function split(
  counts: ReadonlyMap<string, number>,
  belongs: (name: string) => boolean,
): readonly [Entries, Entries] {
  const entries = [...counts];
  return [entries.filter(([name]) => belongs(name)), entries.filter(([name]) => !belongs(name))];
}

function unhandledIn(counts: Iterable<readonly [string, number]>): readonly Unhandled[] {
  return [...counts].map(([name, times]) => {
    const [state, event]: [Json, string] = JSON.parse(name);
    return { state, event, times };
  });
}
