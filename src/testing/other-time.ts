/**
 * Replay in another world: whatever a machine asks of the clock or of chance is answered
 * differently. A step that comes out otherwise depends on more than its record.
 */
import type { LoadEnv } from "../actors/load.ts";
import type { Stepper } from "../actors/xstate/contract.ts";
import { diceOf, type Dice } from "./dice.ts";

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
  const { Date: Real } = globalThis;
  const { random } = Math;
  const now = performance.now.bind(performance);
  const own = Object.getOwnPropertyDescriptor(performance, "now"); // of a test's fake clock
  const byMs = ((LEAST_DAYS + dice.below(MOST_DAYS - LEAST_DAYS)) * 24 + 1 + dice.below(23)) * HOUR_MS;
  globalThis.Date = shifted(Real, byMs);
  Math.random = () => dice.below(2 ** 30) / 2 ** 30;
  performance.now = () => now() + byMs;
  try {
    return work();
  } finally {
    globalThis.Date = Real;
    Math.random = random;
    if (own === undefined) Reflect.deleteProperty(performance, "now");
    else Object.defineProperty(performance, "now", own);
  }
}

function shifted(real: DateConstructor, byMs: number): DateConstructor {
  const now = (): number => real.now() + byMs;
  return new Proxy(real, {
    get: (target, key) => (key === "now" ? now : Reflect.get(target, key)),
    construct: (target, given: readonly unknown[], made) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, made) as Date, // as `new Date(…)` does
    apply: (target) => new target(now()).toString(),
  });
}
