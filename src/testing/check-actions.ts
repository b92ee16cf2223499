/**
 * - A1. No custom action and no activity runs before the record that asks for it is on disk.
 * - A11. A custom action has run at least once: twice under one owner only where that lost an
 *   append, and again under a later one only where no record said yet that it ran.
 */
import type { NumberedEffect } from "../actors/advance.ts";
import { overlap, push, type Evidence } from "./evidence.ts";
import type { Replay, Replayed } from "./replayed.ts";
import { tenuresIn } from "./tenures.ts";
import { addressOf, type Noted } from "./trace.ts";

/** What the world notes when an action runs; undefined where it notes nothing. */
export type ActionName = (
  address: string,
  effect: NumberedEffect["effect"],
  id: string,
) => string | undefined;

/** A line of the world, and where it stands there. */
interface Placed {
  readonly place: number;
  readonly life: number;
  /** Under which owner of the actor's partition. */
  readonly tenure: number;
  /** What the log held then, if that is known. */
  readonly tip: number;
}
type Append = Placed & { readonly stream: string; readonly from: number; readonly to: number };

export function checkActions(evidence: Evidence, nameOf: ActionName): void {
  const { actors, left, fault } = evidence;
  const { acts, appends, lost } = sortedOut(evidence);
  for (const actor of actors.values()) {
    const alone = !overlap(evidence, actor.address);
    for (const [step, action] of askedOf(actor, nameOf)) {
      const acted = acts.get(action) ?? [];
      acts.delete(action);
      const known = appends.get(actor.address) ?? [];
      if (acted.length === 0 && left !== "anything") fault(`${action} never ran`);
      check(action, { ...actor, seq: step.seq, acted, appends: known, alone, lost }, fault);
    }
  }
  for (const key of acts.keys()) fault(`${key} ran, but no record asks for it`);
}

interface SortedOut {
  /** By action. */
  readonly acts: Map<string, Placed[]>;
  /** By stream. */
  readonly appends: ReadonlyMap<string, readonly Append[]>;
  readonly lost: ReadonlySet<string>;
}

function sortedOut({ world, partitions, fault }: Evidence): SortedOut {
  const tenures = tenuresIn(world, partitions);
  const acts = new Map<string, Placed[]>();
  const appends = new Map<string, Append[]>();
  const lost = new Set<string>();
  for (const [place, noted] of world.entries()) {
    const { life, tip = Infinity } = noted;
    const about = addressOf(noted);
    if (about === undefined) continue;
    const tenure = tenures.of(life, about, place);
    if (noted.what === "appended") push(appends, noted.stream, { ...noted, place, tenure, tip });
    if (noted.what === "conflict") lost.add(`${tenure} ${noted.stream}`);
    if (noted.what === "acted") push(acts, noted.action, { place, life, tenure, tip });
    if (noted.what === "begun") checkBegun({ ...noted, tenure, tip }, appends, fault);
  }
  return { acts, appends, lost };
}

type Begun = Extract<Noted, { readonly run: object }> & Pick<Placed, "tenure" | "tip">;

function checkBegun(
  { tenure, run, tip }: Begun,
  appends: ReadonlyMap<string, readonly Append[]>,
  fault: Evidence["fault"],
): void {
  const [stream = "", id = ""] = run.key.split("#");
  const mine = appends.get(stream) ?? [];
  const seq = Number.parseInt(id, 10);
  const covers = tip >= seq && mine.some(({ to }) => to >= seq);
  const here = mine.some((append) => append.tenure === tenure);
  if (!covers || !here) fault(`${run.key} began before its record was acknowledged`);
}

interface Asked {
  readonly address: string;
  readonly steps: readonly Replay[];
  readonly seq: number;
  readonly acted: readonly Placed[];
  readonly appends: readonly Append[];
  /** No two owners lived at once: what one of them does, the other cannot know yet. */
  readonly alone: boolean;
  /** Owners and streams that lost an append there: all that was owed was done again. */
  readonly lost: ReadonlySet<string>;
}

function check(action: string, asked: Asked, fault: Evidence["fault"]): void {
  const { address, seq, acted, alone, lost } = asked;
  const tenures = new Set<number>();
  for (const one of acted) {
    const { life, tenure } = one;
    if (isEarly(asked, one)) fault(`${action} ran before record ${seq} was acknowledged`);
    if (tenures.has(tenure) && !lost.has(`${tenure} ${address}`))
      fault(`${action} ran twice in life ${life}`);
    if (tenures.size > 0 && alone && isCertain(asked, one))
      fault(`${action} ran again in life ${life}, though a record says that it ran`);
    tenures.add(tenure);
  }
}

/** Whether its record was not on disk, or not yet acknowledged to the life that wrote it. */
function isEarly({ seq, appends }: Asked, { place, life, tip }: Placed): boolean {
  const written = appends.find((one) => one.life === life && one.from <= seq && seq <= one.to);
  return tip < seq || (written !== undefined && place < written.place);
}

/** Whether a record that a former owner has acknowledged by then says that the action ran. */
function isCertain({ steps, seq, appends }: Asked, { place, tenure }: Placed): boolean {
  const known = appends.filter((append) => append.place < place && append.tenure < tenure);
  const last = Math.max(0, ...known.map(({ to }) => to));
  return steps.some(
    (step) => step.seq > seq && step.seq <= last && (step.body.ran ?? step.seq - 1) >= seq,
  );
}

/** The actions that the actor's records ask for, as the world knows them. */
function askedOf(
  { address, steps }: Replayed,
  nameOf: ActionName,
): (readonly [step: Replay, action: string])[] {
  return steps.flatMap((step) =>
    step.effects.flatMap(({ id, effect }) => {
      const name = nameOf(address, effect, id);
      return name === undefined ? [] : [[step, name] as const];
    }),
  );
}
