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

/** Whether nothing runs for it, and nothing is owed that nobody has taken. */
export function rests({ fold, ledger }: Resting): boolean {
  if (fold === undefined || ledger.waits) return !ledger.waits;
  return fold.residents.size === 0 && fold.outbox.size === ledger.settling.size;
}

/** Ids to settle, or actions that ran, that no record says yet. */
export function unsaid({ fold, ledger }: Resting): boolean {
  return fold !== undefined && (ledger.settling.size > 0 || fold.actions.size > 0);
}

interface Parts {
  readonly actors: Map<string, LiveActor>;
  readonly clock: Clock;
  readonly idleMs: number;
  readonly loadedLimit: number;
  readonly running: () => boolean;
  /** Whether somebody looks at the actor, so that it stays. */
  readonly watched: (address: string) => boolean;
}

export interface Passivation {
  /** An actor has nothing to do: one that has ended, or does not exist, leaves at once. */
  readonly idle: (address: string) => void;
  readonly stop: () => void;
}

export function passivation(parts: Parts): Passivation {
  const { actors, clock, idleMs, loadedLimit, running, watched } = parts;
  let cancel = clock.after(idleMs, sweep);
  let ceiling = loadedLimit;

  function leave(address: string, actor: LiveActor): void {
    if (unsaid(actor)) return actor.offer(SETTLED);
    void actor.rest();
    actors.delete(address);
  }

  /** Where too many are loaded, a tenth of them leaves. */
  function thin(): void {
    if (actors.size <= ceiling) return;
    const idle = [...actors].filter(([address, actor]) => actor.idle && !watched(address));
    const first = idle.sort(([, a], [, b]) => a.lastUsed - b.lastUsed);
    for (const [address, actor] of first.slice(0, Math.ceil(loadedLimit / 10))) leave(address, actor);
    ceiling = Math.max(loadedLimit, Math.ceil(actors.size * 1.1)); // it is not looked through again for each one more
  }

  function sweep(): void {
    const before = clock.now() - idleMs;
    for (const [address, actor] of actors) {
      if (!actor.idle || actor.lastUsed > before || watched(address)) continue;
      leave(address, actor);
    }
    cancel = clock.after(idleMs, sweep);
  }

  return {
    idle(address) {
      const actor = actors.get(address);
      if (actor === undefined || !running() || !actor.idle) return;
      if (actor.fold === undefined || statusOf(actor.fold) !== "active") leave(address, actor);
      else thin();
    },
    stop: () => cancel(),
  };
}
