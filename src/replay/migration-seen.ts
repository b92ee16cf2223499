/**
 * A migration that is tried: what the actor would lose and begin by it, beside its state. Nothing is written.
 */
import { contextFault } from "../actors/beginnings.ts";
import { shapeText } from "../actors/context-shape.ts";
import type { Fold } from "../actors/fold.ts";
import type { AnyKind } from "../actors/kind.ts";
import type { LoadEnv } from "../actors/load.ts";
import { migrated, migration } from "../actors/migrate.ts";
import { contextOf } from "../actors/xstate/context.ts";
import type { Identity } from "../actors/xstate/contract.ts";
import { isMachine } from "../actors/xstate/logic.ts";
import { NOBODY } from "../actors/xstate/stepper.ts";
import { TroupeError } from "../errors.ts";
import { parseAddress } from "../events/address.ts";
import { partsOf } from "./machine-parts.ts";

/** A timer, by the delay and the state that the machine says. */
export interface TimerSeen {
  /** The delay's name, or its milliseconds. Of a timer that no state's `after` armed: its own name. */
  readonly timer: string;
  /** Path of the state, joined by dots; "" is the machine itself, or no state. */
  readonly state: string;
}

/** What a migration does beside leading state and context over. */
export interface MigrationSeen {
  /** Timers that are armed, and that the new state does not have. */
  readonly dropped: readonly TimerSeen[];
  /** Timers that only the new state has: they count from the migration. */
  readonly armed: readonly (TimerSeen & { readonly delayMs: number })[];
  /** Ids of children that it stops, activities among them. */
  readonly stopped: readonly string[];
  /** Ids of children that it starts. */
  readonly started: readonly string[];
  /** What is strange, and yet not refused: `migrate` answers a context of another shape than the version begins with. */
  readonly warnings: readonly string[];
}

/**
 * Tries what the record of its migration would be, but for the place of its writing. The fold must not be used any more.
 *
 * @returns undefined where there is nothing to tell.
 * @throws {@link TroupeError} `MIGRATE_INVALID`.
 */
export function tryMigration(env: LoadEnv, kind: AnyKind, fold: Fold): MigrationSeen | undefined {
  const { identity, version, born, at, seq } = fold;
  const timers = new Set([...fold.timers.values()].map(({ name }) => name));
  const body = { event: migration(env, fold) };
  const { fold: next, advanced } = migrated(
    env,
    fold,
    { seq: seq + 1, at, cause: undefined, body },
    NOBODY,
  );
  const effects = advanced.effects.map(({ effect }) => effect);
  const seen: MigrationSeen = {
    dropped: [...timers].filter((name) => !isArmed(next, name)).map((name) => timerIn(identity, name)),
    armed: effects.flatMap((effect) =>
      effect.type === "timer"
        ? [{ ...timerIn(next.identity, effect.timer), delayMs: effect.delayMs }]
        : [],
    ),
    stopped: effects.flatMap((effect) => (effect.type === "stop" ? [lastPart(effect.child)] : [])),
    started: effects.flatMap((effect) => (effect.type === "start" ? [effect.child.id] : [])),
    warnings: warningsOf(env, kind, next, { identity, version, born, at }),
  };
  return Object.values(seen).every(({ length }) => length === 0) ? undefined : seen;
}

function isArmed({ timers }: Fold, name: string): boolean {
  return [...timers.values()].some((timer) => timer.name === name);
}

function lastPart(address: string): string {
  return parseAddress(address).path.at(-1) ?? address;
}

function timerIn({ logic }: Identity, name: string): TimerSeen {
  const states = isMachine(logic) ? partsOf(logic).states.values() : [];
  for (const { after, path } of states)
    for (const { eventType, delay } of after)
      if (eventType === name)
        return {
          timer: typeof delay === "function" ? "(computed)" : String(delay),
          state: path.join("."),
        };
  return { timer: name, state: "" };
}

/** What `migrate` answers is believed; without it, the same comparison has been made already. */
function warningsOf(
  env: LoadEnv,
  kind: AnyKind,
  next: Fold,
  before: Pick<Fold, "identity" | "version" | "born" | "at">,
): readonly string[] {
  const context = contextOf(next.state.snapshot);
  if (kind.migrate === undefined || context === undefined) return [];
  try {
    const fault = contextFault(env, kind, { ...before, context: Object(context) });
    return fault === undefined ? [] : [`behind migrate(), ${shapeText(fault, kind.version)}`];
  } catch (error) {
    if (TroupeError.is(error, "MIGRATE_INVALID")) return []; // nothing to compare it with
    throw error;
  }
}
