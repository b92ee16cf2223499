/**
 * A fold's copy, for who steps through records and keeps places to go on from: a state never
 * changes and is shared, all that a fold moves in place is copied.
 *
 * - It leads `load` to the same states, effects and hashes as the fold itself.
 * - It can decide about no input and can be written down nowhere: watermarks and command ids, which
 *   only inputs ask for and which may be many, are left out.
 */
import type { Fold } from "./fold.ts";
import { Timers } from "./timers.ts";
import { CommandWindow } from "./window.ts";

/** @returns a fold of its own, for replays only. */
export function copyOf(fold: Fold): Fold {
  const timers = new Timers();
  for (const [name, timer] of fold.timers) timers.set(name, timer);
  return {
    ...fold,
    outbox: new Map(fold.outbox),
    actions: new Map(fold.actions),
    timers,
    residents: new Map(fold.residents),
    named: new Map(fold.named),
    watermarks: new Map(),
    commands: new CommandWindow(),
  };
}
