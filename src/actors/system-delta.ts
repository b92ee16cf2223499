/** System ids that change hands in a step, as its record says it. */
import type { SystemDelta } from "../events/record.ts";
import { isResident, livingIn, type Fold } from "./fold.ts";
import type { State, Stepped } from "./xstate/contract.ts";

/** What this step gave away or took back: ids of residents, and of the actor itself when it ends. */
export function systemDelta(fold: Fold, { state, effects }: Stepped): SystemDelta | undefined {
  const ended = state.snapshot.status !== "active";
  const freed = freedBy(fold, state, ended);
  const given: Record<string, string> = {};
  for (const effect of effects) {
    if (effect.type !== "start" || effect.child.systemId === undefined) continue;
    given[effect.child.systemId] = effect.child.address;
    if (isResident(effect.child)) fold.named.set(effect.child.address, effect.child.systemId);
  }
  const gives = Object.keys(given).length > 0;
  if (freed.length === 0 && !gives) return undefined;
  return { ...(freed.length > 0 && { freed }), ...(gives && { given }) };
}

function freedBy(fold: Fold, state: State, ended: boolean): string[] {
  const freed = ended && fold.born.systemId !== undefined ? [fold.identity.address] : [];
  if (fold.named.size === 0) return freed;
  const living = livingIn(state);
  for (const address of fold.named.keys()) {
    if (!ended && living.has(address)) continue;
    freed.push(address);
    fold.named.delete(address);
  }
  return freed;
}
