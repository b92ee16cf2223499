/** The law that what comes too late changes nothing (A6), of a user's kinds on the real host. */
import type { AnyKind } from "../actors/kind.ts";
import { dramaOf, subjectsOf, type Given, type SubjectDrama } from "./casting.ts";
import type { Plan } from "./plan.ts";
import { judged, newSeed, nthSeed, unstacked, type SimulationOptions } from "./simulate.ts";
import { Tally, type Simulated } from "./tally.ts";
import { calmPlan, differenceOf, trialOf, type Trial } from "./trial.ts";
import { withFaults } from "./faults-drawn.ts";
import { live } from "./history.ts";

/** What was simulated, and how often an activity that had been left answered all the same. */
export interface StaleSimulated extends Simulated {
  /** 0: nothing was tested. Let `events` lead out of states whose activities run. */
  readonly late: number;
}

/** Of the user, beside the starts. */
const ACTS = 16;

/**
 * Every activity that is left (its state was, its deadline passed, another owner has its actor)
 * answers all the same, later, be it by an output or an error. The log is, byte for byte, the one
 * where they say nothing; and where other hosts take over, every law holds.
 *
 * @param options.runs histories of both sorts. Default 30.
 * @param options.acts Default 16.
 * @throws {@link TroupeError} `LAW_BROKEN`; `USAGE` as `simulate` does.
 */
export async function ignoresStaleCompletions<TKind extends AnyKind>(
  given: Given<TKind>,
  options: Omit<SimulationOptions, "faults"> = {},
): Promise<StaleSimulated> {
  const { runs = 30, hosts = 1, seed = newSeed() } = options;
  const subjects = subjectsOf(given);
  const drama = dramaOf(subjects, { acts: ACTS, ...options, late: "always" });
  const silent = dramaOf(subjects, { acts: ACTS, ...options, late: "never" });
  const tally = new Tally(seed);
  let late = 0;
  await unstacked(async () => {
    for (let n = 0; n < runs; n++) {
      const drawn = calmPlan(nthSeed(seed, n), drama, hosts);
      const plan: Plan = { ...drawn, settings: { ...drawn.settings, fair: true } };
      const again = { ...options, seed: drawn.seed, runs: 1 };
      const judging = { law: "ignoresStaleCompletions", drama, options: again };
      const history = await judged(plan, { ...judging, trial: besides(drama, silent) });
      tally.add(history);
      late += drama.outside.late;
      const taken = withFaults(drawn, history, ["takeover", "kill", "append"]);
      tally.add(await judged(taken, { ...judging, trial: trialOf(drama) }));
      late += drama.outside.late;
    }
  });
  return { ...tally.sum(), late };
}

/** By all laws, and by the same history in which nobody answers late. */
function besides(drama: SubjectDrama, silent: SubjectDrama): Trial {
  const trial = trialOf(drama);
  return async (plan) => {
    const without = await live(plan, silent);
    const { history, faults } = await trial(plan);
    if (faults.length > 0) return { history, faults };
    const differs = differenceOf(history, without);
    return { history, faults: differs === undefined ? [] : [stale(differs)] };
  };
}

function stale(differs: string): string {
  return `an answer that came too late changed the history (A6): ${differs} without it`;
}
