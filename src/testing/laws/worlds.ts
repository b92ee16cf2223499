/** Clocks and chances by which something that is pure comes to the same. */
import type { World } from "../walk/world.ts";

const HOUR_MS = 3_600_000;
const YEAR_MS = 365.25 * 24 * HOUR_MS;
/** Steps between worlds near by: another hour, minute, second, and an odd number of ms. */
const STEP_MS = 27 * HOUR_MS + 493_137;
/** Walks begin in a year that has gone by, and a guard may ask for the present one. */
const YEARS = 15;
/** The last moment that a Date can hold, epoch ms. */
const LATEST = 8.64e15;

/** The ends of time, hours and years away, and all sorts of chance. */
export function* worldsFrom(now: number): Generator<World, void, undefined> {
  yield { now: 0, chance: 0.999_999 };
  yield { now: LATEST, chance: 0 };
  yield { now: now + 400 * 24 * HOUR_MS, chance: 0.25 };
  for (let step = 1; step < 8; step++) yield { now: now + step * STEP_MS, chance: step / 8 };
  for (let year = 1; year <= YEARS; year++) yield { now: now + year * YEAR_MS, chance: year / 16 };
}
