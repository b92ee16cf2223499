/**
 * The real host, simulated, with a user's kinds: virtual time, seeded turns, and faults. All laws
 * of the log and the host are judged on each history; the first that breaks one is shrunk and told.
 */
import * as fc from "fast-check";
import type { AnyKind } from "../actors/kind.ts";
import { dramaOf, subjectsOf, type Given, type SubjectDrama } from "./casting.ts";
import { seedOf } from "./dice.ts";
import type { History } from "./evidence.ts";
import { withFaults, type FaultName } from "./faults-drawn.ts";
import { LawBroken, lawBroken } from "./law-broken.ts";
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
  /** Acts of the user in each history, beside the starts. Default: 4 to 14, by the dice. */
  readonly acts?: number;
  /** Custom actions, by name, that are not run: it is only noted that they would. */
  readonly mute?: readonly string[];
  /** Where the log of a history that breaks a law is written. Default `temp`. */
  readonly folder?: string;
}

/**
 * Simulates histories of a kind, a subject, or several together.
 *
 * @throws {@link LawBroken} for the first history that breaks a law. `TroupeError` `USAGE` where
 * nothing is known of its events or input, or none of them fits its schema.
 */
export async function simulate<TKind extends AnyKind>(
  given: Given<TKind>,
  options: SimulationOptions = {},
): Promise<Simulated> {
  const { runs = 50, hosts = 1, faults = "all", seed = newSeed() } = options;
  const drama = dramaOf(subjectsOf(given), options);
  const tally = new Tally(seed);
  const names = faults === "none" ? [] : faults;
  await unstacked(async () => {
    for (let n = 0; n < runs; n++) {
      const trial = n === 0 ? trialTwice(drama) : trialOf(drama);
      const calm = await lived(calmPlan(nthSeed(seed, n), drama, hosts), trial);
      const plan = withFaults(calm.plan, calm, names);
      if (plan.faults.length > 0) await lived(plan, trialOf(drama));
    }
  });
  return tally.sum();

  async function lived(plan: Plan, trial: Trial): Promise<History> {
    const { history, faults: wrong } = await trial(plan);
    if (wrong.length > 0)
      throw await lawBroken({
        drama,
        trial,
        plan,
        faults: wrong,
        again: againBy("simulate", drama, { ...options, seed: plan.seed, runs: 1 }),
        folder: options.folder ?? "temp",
      });
    tally.add(history);
    return history;
  }
}

/** The first history of a series has its seed, so that one run repeats it. */
export function nthSeed(series: number, n: number): number {
  return n === 0 ? series : seedOf(series, n);
}

export function newSeed(): number {
  return fc.readConfigureGlobal()?.seed ?? Math.floor(Math.random() * 2 ** 31);
}

/** A call as code. */
export function againBy(law: string, { name = "subject" }: SubjectDrama, options: object): string {
  return `${law}(${name}, ${JSON.stringify(options)})`;
}

/** Most errors of a simulation are planned, and their stacks would be a third of its time. */
export async function unstacked<T>(work: () => Promise<T>): Promise<T> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await work();
  } catch (error) {
    Error.stackTraceLimit = stackTraceLimit;
    if (error instanceof LawBroken) Error.captureStackTrace(error); // this one was not planned
    throw error;
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
