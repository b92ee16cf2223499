/**
 * An actor between two moves, and what a move makes of it: the host's own decisions and records
 * (`draft`), with nothing around. What it starts is said to run, and nothing of it does; what it
 * sends is taken by whom it is for.
 *
 * 1. A place never changes: a move makes another one, so many moves may be tried from one place.
 * 2. The same moves from the same place make the same places and records.
 */
import type { NumberedEffect } from "../../actors/advance.ts";
import { changedBy } from "../../actors/directories.ts";
import { draft, draftingOf, type Draft, type DraftEnv } from "../../actors/draft.ts";
import { copyOf } from "../../actors/fold-copy.ts";
import type { Fold } from "../../actors/fold.ts";
import type { Input } from "../../actors/inputs.ts";
import { parseInput } from "../../actors/kind.ts";
import { Ledger } from "../../actors/ledger.ts";
import type { ChildStart, SystemDirectory } from "../../actors/xstate/contract.ts";
import { NOBODY } from "../../actors/xstate/stepper.ts";
import { TroupeError } from "../../errors.ts";
import type { Recorded } from "../../events/log/log.ts";
import { parseBody } from "../../events/record.ts";
import { saidBy, type Leaf } from "./echo.ts";
import { dueIn, inputFor, isActor, type Move } from "./move.ts";
import type { Stage } from "./stage.ts";
import { inWorld, type World } from "./world.ts";

export interface Place {
  /** Never moved. */
  readonly fold: Fold;
  /** Actors that it has started as its children and that have not ended, by address. */
  readonly children: ReadonlyMap<string, ChildStart>;
  readonly names: SystemDirectory;
  /** Texts and numbers that others have from it. */
  readonly said: readonly Leaf[];
  /** Epoch ms. */
  readonly now: number;
}

/** What a move came to. */
export interface Moved {
  /** Where it is now: where it was, unless something was recorded. */
  readonly place: Place | undefined;
  /** `idle`: it could not happen here. `failed`: it cannot be recorded, so the actor would be parked. */
  readonly outcome: "recorded" | "refused" | "idle" | "failed";
  readonly record?: Recorded;
  readonly effects: readonly NumberedEffect[];
  /** Transitions that were taken, as the record says them. */
  readonly taken: readonly string[];
  /** Why it was refused, or failed. */
  readonly error?: unknown;
}

/** When walks begin, epoch ms. */
export const START = 1_700_000_000_000;
const NOTHING = { effects: [], taken: [] } as const;

/** An input as the border has read it, and its time: what is left of a move is pure. */
export interface Prepared {
  readonly place: Place | undefined;
  readonly input: Input;
  /** Epoch ms. */
  readonly now: number;
}

/** @throws {@link TroupeError} `INPUT_INVALID`, `JSON_INVALID` for an input that the kind does not take. */
export function prepareStart({ kind, stepper }: Stage, given: unknown): Prepared {
  const read = parseInput(kind, given);
  const born = { id: "kit", ...(read !== undefined && { input: stepper.encode(read, "input") }) };
  const input: Input = { type: "birth", born, correlation: "kit" };
  return { place: undefined, input, now: START };
}

/** Undefined where the move cannot happen in this place. Throws as {@link inputFor}. */
export function prepare(stage: Stage, place: Place, one: Move): Prepared | undefined {
  const input = inputFor(stage, place, one);
  return input && { place, input, now: timeOf(place, one) };
}

/** Starts an actor. Throws as {@link prepareStart}. */
export function begin(stage: Stage, input: unknown): Moved {
  return play(stage, prepareStart(stage, input));
}

/** Makes a move; nothing of the place changes. Throws as {@link inputFor}. */
export function move(stage: Stage, place: Place, one: Move): Moved {
  const prepared = prepare(stage, place, one);
  return prepared === undefined ? { place, outcome: "idle", ...NOTHING } : play(stage, prepared);
}

/** No time passes beyond the timer that is due first: it would fire before. When it does, it is due. */
function timeOf(place: Place, { does, waitMs = 0 }: Move): number {
  const [first] = dueIn(place);
  const until = does === "fire" ? Infinity : (first?.dueAt ?? Infinity);
  return Math.max(place.now, Math.min(place.now + waitMs, until));
}

/**
 * Decides, steps and records; nothing of the place changes.
 *
 * @param world what clock and chance of the process answer meanwhile. Default: the time of the
 * record, and chance that goes with its number, so that impure machines go the same way again, too.
 */
export function play(stage: Stage, prepared: Prepared, world: World = worldOf(prepared)): Moved {
  return inWorld(world, () => played(stage, prepared));
}

/** The golden ratio: its multiples spread evenly. */
const SPREAD = 0.618_033_988_749_895;

function worldOf({ place, now }: Prepared): World {
  return { now, chance: (((place?.fold.seq ?? 0) + 1) * SPREAD) % 1 };
}

function played(stage: Stage, { place, input, now }: Prepared): Moved {
  const actor = actorIn(stage, place);
  let refused: unknown;
  const asked: Input = { ...input, failed: (error) => void (refused = error) };
  const out = draft(
    [asked],
    draftingOf(envOf(stage, place, now), actor, (born) => void (actor.fold = born)),
  );
  for (const after of out.after) after();
  const { fold } = actor;
  const [record] = out.records;
  if (record === undefined || fold === undefined) return unmoved(place, out.poison?.error ?? refused);
  const children = childrenAfter(place, input, out);
  const names = changedBy(namesIn(place), out.system);
  return {
    place: { fold, children, names, said: saidBy(place?.said ?? [], out.effects), now: record.at },
    outcome: "recorded",
    record: { ...record, stream: stage.address, seq: fold.seq },
    effects: out.effects,
    taken: parseBody(record.body, "a record of the kit").taken ?? [],
  };
}

/** An actor as its drafts see it: a copy, which they move. */
function actorIn(
  { address }: Stage,
  place: Place | undefined,
): { readonly address: string; fold: Fold | undefined; readonly ledger: Ledger } {
  const ledger = new Ledger();
  if (place !== undefined) ledger.actionsRan(place.fold.seq);
  return { address, fold: place && movable(place.fold), ledger };
}

function unmoved(place: Place | undefined, error: unknown): Moved {
  if (error === undefined) return { place, outcome: "idle", ...NOTHING };
  return { place, outcome: isFault(error) ? "failed" : "refused", error, ...NOTHING };
}

/** Codes of steps that ask for what no host can do; a kind refuses with others. */
const FAULTS: ReadonlySet<string> = new Set([
  "ADDRESS_INVALID",
  "EVENT_RESERVED",
  "JSON_INVALID",
  "MACHINE_IMPURE",
  "MACHINE_UNSUPPORTED",
]);

/** What is the machine's fault, and no answer to who sends. */
function isFault(error: unknown): boolean {
  return !TroupeError.is(error) || FAULTS.has(error.code);
}

function envOf({ kinds, stepper }: Stage, place: Place | undefined, now: number): DraftEnv {
  const id = `kit-${(place?.fold.seq ?? 0) + 1}`;
  return {
    kinds,
    stepper,
    clock: { now: () => now, after: () => () => {} },
    epoch: 1,
    newId: () => id,
    directory: () => ({ ...namesIn(place), apply: () => {} }),
  };
}

function namesIn(place: Place | undefined): SystemDirectory {
  return place?.names ?? NOBODY;
}

/** Whoever was sent something has taken it; what is owed beyond stays. It decides about inputs. */
function movable(fold: Fold): Fold {
  const watermarks = new Map(fold.watermarks);
  return { ...copyOf(fold), outbox: new Map(), actions: new Map(), watermarks };
}

function childrenAfter(place: Place | undefined, input: Input, { effects }: Draft): Place["children"] {
  const children = new Map(place?.children);
  if (input.type === "message" && /^xstate\.(done|error)\.actor\./.test(input.event.type))
    children.delete(input.from);
  for (const { effect } of effects) {
    if (effect.type === "start" && isActor(effect.child))
      children.set(effect.child.address, effect.child);
    if (effect.type === "stop") children.delete(effect.child);
  }
  return children;
}
