/**
 * The real host, simulated, with a user's kinds: virtual time, seeded turns, and faults. All laws
 * of the log and the host are judged on each history; the first that breaks one is shrunk and told.
 */
import * as fc from "fast-check";
import type { AnyKind } from "../actors/kind.ts";
import { TroupeError } from "../errors.ts";
import { dramaOf, subjectsOf, type Given, type SubjectDrama } from "./casting.ts";
import { seedOf } from "./dice.ts";
import type { History } from "./evidence.ts";
import { withFaults, type FaultName } from "./faults-drawn.ts";
import { lawBroken } from "./law-broken.ts";
import type { Plan } from "./plan.ts";
import { Tally, type Simulated } from "./tally.ts";
import { calmPlan, trialOf, trialTwice, type Trial } from "./trial.ts";

export interface SimulationOptions {
  /** How many plans are lived, each without faults and then with some. Default 50. */
  readonly runs?: number;
  /** The same seed, the same histories. Default: fast-check's global `seed`; else another one each time. */
  readonly seed?: number;
  /** What may befall hosts and log. Default "all". */
  readonly faults?: "all" | "none" | readonly FaultName[];
  /** So many hosts share the log by partition. Default 1: one after another has all of it. */
  readonly hosts?: number;
  /** Acts of the user in each history, beside the first starts. Default: 4 to 14, by the dice. */
  readonly acts?: number;
  /** Actors of each subject that are started at most: `KIND/1`, `KIND/2`, … Default 4. */
  readonly roots?: number;
  /** Custom actions, by name, that are not run: it is only noted that they would. */
  readonly mute?: readonly string[];
  /** Where the log of a history that breaks a law is written. Default `temp`. */
  readonly folder?: string;
}

/**
 * Simulates histories of a kind, a subject, or several together.
 *
 * @throws `TroupeError` `LAW_BROKEN` for the first history that breaks a law. `TroupeError` `USAGE` where
 * nothing is known of its events or input, or none of them fits its schema.
 */
export function simulate<TKind extends AnyKind>(
  given: Given<TKind>,
  options: SimulationOptions = {},
): Promise<Simulated> {
  return simulateBy("simulate", given, options);
}

/** @param law what the failure is to be told by. */
export async function simulateBy(
  law: string,
  given: Given,
  options: SimulationOptions,
): Promise<Simulated> {
  const { runs = 50, hosts = 1, faults = "all", seed = newSeed() } = options;
  const drama = dramaOf(subjectsOf(given), options);
  const tally = new Tally(seed);
  const names = faults === "none" ? [] : faults;
  await unstacked(async () => {
    for (let n = 0; n < runs; n++) {
      const drawn = calmPlan(nthSeed(seed, n), drama, hosts);
      const judging = { law, drama, options: { ...options, seed: drawn.seed, runs: 1 } };
      const trial = n === 0 ? trialTwice(drama) : trialOf(drama);
      const calm = await judged(drawn, { ...judging, trial });
      tally.add(calm);
      const plan = withFaults(drawn, calm, names);
      if (plan.faults.length > 0) tally.add(await judged(plan, { ...judging, trial: trialOf(drama) }));
    }
  });
  return tally.sum();
}

export interface Judging {
  /** The function by which a failure is met again, with these options. */
  readonly law: string;
  readonly options: SimulationOptions;
  readonly drama: SubjectDrama;
  readonly trial: Trial;
}

/** Lives a plan. @throws `TroupeError` `LAW_BROKEN`, with all that is to be said. */
export async function judged(plan: Plan, { law, options, drama, trial }: Judging): Promise<History> {
  const { history, faults } = await trial(plan);
  if (faults.length === 0) return history;
  const { folder = "temp", faults: befall, ...asked } = options;
  const again = { ...asked, ...(law === "simulate" && befall !== undefined && { faults: befall }) };
  throw await lawBroken({
    law,
    drama,
    trial,
    plan,
    faults,
    again: `${law} of the same subject with ${JSON.stringify(again)}`,
    folder,
  });
}

/** The first history of a series has its seed, so that one run repeats it. */
export function nthSeed(series: number, n: number): number {
  return n === 0 ? series : seedOf(series, n);
}

export function newSeed(): number {
  return fc.readConfigureGlobal()?.seed ?? Math.floor(Math.random() * 2 ** 31);
}

/** Most errors of a simulation are planned, and their stacks would be a third of its time. */
export async function unstacked<T>(work: () => Promise<T>): Promise<T> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await work();
  } catch (error) {
    Error.stackTraceLimit = stackTraceLimit;
    if (TroupeError.is(error, "LAW_BROKEN")) Error.captureStackTrace(error); // this one was not planned
    throw error;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
