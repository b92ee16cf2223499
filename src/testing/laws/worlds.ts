/** Clocks and chances by which something that is pure comes to the same. */
import type { World } from "../walk/world.ts";

const HOUR_MS = 3_600_000;
/** The last moment that a Date can hold, epoch ms. */
const LATEST = 8.64e15;

/** The ends of time, years and hours away, and all sorts of chance. */
export function* worldsFrom(now: number): Generator<World, void, undefined> {
  yield { now: 0, chance: 0.999_999 };
  yield { now: LATEST, chance: 0 };
  yield { now: now + 400 * 24 * HOUR_MS, chance: 0.25 };
  for (let step = 1; step < 8; step++) yield { now: now + step * 27 * HOUR_MS, chance: step / 8 };
}
