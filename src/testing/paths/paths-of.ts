/**
 * Paths through a machine that together take every transition that samples lead to: machines with
 * `invoke`, `after` and children too.
 *
 *     const { paths, missed } = pathsOf({ kind: order, answers: { charge: fc.constant({ output: "r-1" }) } });
 */
import { isMachineSnapshot } from "xstate";
import type { AnyKind } from "../../actors/kind.ts";
import { historyOf } from "../laws/report.ts";
import { samplesOf } from "../walk/offers.ts";
import { stageOf, type Stage, type Tested } from "../walk/stage.ts";
import { stopsOf, type Walk } from "../walk/walks.ts";
import { outline } from "./outline.ts";
import { search, type By, type Found } from "./search.ts";
import { statesOf, transitionsOf } from "./transitions.ts";

export interface PathsOptions {
  /** Which samples: the same seed, the same paths. Default 1. */
  readonly seed?: number;
  /** Samples of each type of event, of each answer, and of the input. Default 5. */
  readonly samples?: number;
  /** States that are looked into, at most, in each of three searches. Default 600. */
  readonly limit?: number;
  /**
   * What of the context tells two states apart, beyond the state's value, what runs and which timers
   * are armed. Default: nothing at first, then, if transitions were missed, its outline: numbers and
   * lengths up to three, words, and which keys there are; first of its own fields, then further down.
   */
  readonly by?: By;
}

/** A history that takes transitions that no other path takes. */
export interface Path {
  readonly walk: Walk;
  /** Its moves as text, each with the state that it leads to. */
  readonly history: readonly string[];
  /** The transitions that it takes, in order. */
  readonly taken: readonly string[];
}

export interface Paths {
  readonly paths: readonly Path[];
  /** Transitions that are taken, as `source -> event -> targets`. */
  readonly covered: readonly string[];
  /** Those that no path takes. */
  readonly missed: readonly string[];
  /** Ids of the states that no path enters. */
  readonly unreached: readonly string[];
}

/**
 * Finds paths that cover the transitions of a kind's machine.
 *
 * @throws {@link TroupeError} `ARBITRARY_FAILED` where no events can be made.
 */
export function pathsOf<TKind extends AnyKind>(
  tested: Tested<TKind>,
  options: PathsOptions = {},
): Paths {
  const stage = stageOf(tested);
  const found = foundIn(stage, options);
  return { paths: chosen(stage, found), ...coverageOf(stage, found) };
}

/** What a search came by, of all that the machine has. */
export function coverageOf(
  { kind: { machine } }: Stage,
  found: readonly Found[],
): Omit<Paths, "paths"> {
  const all = transitionsOf(machine);
  const covered = new Set(found.flatMap(({ moved }) => moved.taken));
  const reached = statesIn(found, covered);
  return {
    covered: all.filter((one) => covered.has(one)),
    missed: all.filter((one) => !covered.has(one)),
    unreached: statesOf(machine).filter((id) => !reached.has(id)),
  };
}

/** How closely contexts are told apart, one search after the other: not at all, then in outline. */
const CLOSER: readonly By[] = [
  () => null,
  (context) => outline(context, 1),
  (context) => outline(context, 4),
];

/** Every place that a search finds; a closer one follows where those before it miss something. */
export function foundIn(
  stage: Stage,
  { seed = 1, samples: each = 5, limit = 600, by }: PathsOptions,
): readonly Found[] {
  const samples = samplesOf(stage, { seed, each });
  const missed = new Set(transitionsOf(stage.kind.machine));
  const found: Found[] = [];
  for (const one of by === undefined ? CLOSER : [by]) {
    const more = search(stage, { samples, limit, by: one });
    for (const taken of more.flatMap(({ moved }) => moved.taken)) missed.delete(taken);
    found.push(...more);
    if (missed.size === 0) break;
  }
  return found;
}

/** The shortest that take something new; none that is the beginning of another. */
function chosen(stage: Stage, found: readonly Found[]): readonly Path[] {
  const covered = new Set<string>();
  const paths: Path[] = [];
  for (const { walk, moved } of found.toSorted((a, b) => a.walk.moves.length - b.walk.moves.length)) {
    if (moved.taken.every((one) => covered.has(one))) continue;
    for (const one of moved.taken) covered.add(one);
    const taken = [...stopsOf(stage, walk)].flatMap((stop) => stop.moved.taken);
    paths.push({ walk, taken, history: historyOf(stage, walk) });
  }
  return paths.filter((path) => !paths.some((other) => other !== path && begins(path, other)));
}

function begins({ walk: { input, moves } }: Path, { walk }: Path): boolean {
  return (
    input === walk.input &&
    moves.length <= walk.moves.length &&
    moves.every((one, index) => JSON.stringify(one) === JSON.stringify(walk.moves[index]))
  );
}

/** Ids of the states that a path ends in, those around them too. */
export function standsIn({ moved }: Found): readonly string[] {
  const snapshot = moved.place?.fold.state.snapshot;
  if (snapshot === undefined || !isMachineSnapshot(snapshot)) return [];
  return snapshot._nodes.map(({ id }) => id);
}

/** States that were stood in, and those that were passed. */
function statesIn(found: readonly Found[], covered: ReadonlySet<string>): ReadonlySet<string> {
  const ids = new Set<string>();
  for (const one of found) for (const id of standsIn(one)) ids.add(id);
  for (const text of covered) {
    const [source = "", , targets = ""] = text.split(" -> ");
    for (const id of [source, ...targets.split(",")]) ids.add(id);
  }
  return ids;
}
