/**
 * Passivation: when an actor leaves the memory.
 *
 * - A11. What no record says yet is said first, by one `troupe.settled`: never twice the same, and
 *   none where nothing is unsaid.
 */
import type { LiveActor } from "./actor.ts";
import type { Clock } from "./clock.ts";
import { statusOf } from "./fold.ts";
import type { Input } from "./inputs.ts";

/** Says what no record says yet. */
export const SETTLED: Input = { type: "control", event: { type: "troupe.settled" } };

type Resting = Pick<LiveActor, "fold" | "ledger">;

/** Ids to settle, or actions that ran, that no record says yet. */
export function unsaid({ fold, ledger }: Resting): boolean {
  return fold !== undefined && (ledger.settling.size > 0 || fold.actions.size > 0);
}

interface Parts {
  readonly actors: Map<string, LiveActor>;
  readonly clock: Clock;
  readonly idleMs: number;
  readonly running: () => boolean;
  /** Whether somebody looks at the actor, so that it stays. */
  readonly watched: (address: string) => boolean;
}

export interface Passivation {
  /** An actor has nothing to do: one that has ended, or does not exist, leaves at once. */
  readonly idle: (address: string) => void;
  readonly stop: () => void;
}

export function passivation({ actors, clock, idleMs, running, watched }: Parts): Passivation {
  let cancel = clock.after(idleMs, sweep);

  function leave(address: string, actor: LiveActor): void {
    if (unsaid(actor)) return actor.offer(SETTLED);
    actors.delete(address);
  }

  function sweep(): void {
    const before = clock.now() - idleMs;
    for (const [address, actor] of actors) {
      if (!actor.idle || actor.lastUsed > before || watched(address)) continue;
      if (!unsaid(actor)) void actor.snapshot();
      leave(address, actor);
    }
    cancel = clock.after(idleMs, sweep);
  }

  return {
    idle(address) {
      const actor = actors.get(address);
      if (actor === undefined || !running() || !actor.idle) return;
      if (actor.fold === undefined || statusOf(actor.fold) !== "active") leave(address, actor);
    },
    stop: () => cancel(),
  };
}
