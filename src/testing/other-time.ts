/**
 * Replay in another world: whatever a machine asks of the clock or of chance is answered
 * differently. A step that comes out otherwise depends on more than its record.
 */
import type { LoadEnv } from "../actors/load.ts";
import type { Stepper } from "../actors/xstate/contract.ts";
import { diceOf, type Dice } from "./dice.ts";
import { inWorld } from "./walk/world.ts";

/** So many days the other clock is ahead, always in another year, and hours on top. */
const LEAST_DAYS = 400;
const MOST_DAYS = 4_000;
const HOUR_MS = 3_600_000;

/** The same environment, whose steps see another clock and other chances. */
export function inOtherTime(env: LoadEnv, seed: number): LoadEnv {
  const dice = diceOf(seed);
  const { stepper } = env;
  const other: Stepper = {
    ...stepper,
    start: (...step) => elsewhere(dice, () => stepper.start(...step)),
    step: (...step) => elsewhere(dice, () => stepper.step(...step)),
    stop: (...step) => elsewhere(dice, () => stepper.stop(...step)),
  };
  return { ...env, stepper: other };
}

/** Runs something that does not wait, in another world. */
function elsewhere<T>(dice: Dice, work: () => T): T {
  const byMs = ((LEAST_DAYS + dice.below(MOST_DAYS - LEAST_DAYS)) * 24 + 1 + dice.below(23)) * HOUR_MS;
  return inWorld({ now: Date.now() + byMs, chance: () => dice.below(2 ** 30) / 2 ** 30 }, work);
}
