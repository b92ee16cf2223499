/** The law that what comes too late changes nothing (A6), of a user's kinds on the real host. */
import type { AnyKind } from "../actors/kind.ts";
import type { TroupeError } from "../errors.ts";
import { dramaOf, subjectsOf, type Given, type SubjectDrama } from "./casting.ts";
import type { Plan } from "./plan.ts";
import { judged, newSeed, nthSeed, unstacked, type SimulationOptions } from "./simulate.ts";
import { Tally, type Simulated } from "./tally.ts";
import { calmPlan, differenceOf, trialOf, type Trial } from "./trial.ts";
import { withFaults } from "./faults-drawn.ts";
import { live } from "./history.ts";
import { usage } from "./usage.ts";

/** What was simulated, and how often an activity that had been left answered all the same. */
export interface StaleSimulated extends Simulated {
  /** At least 1. */
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
 * @throws {@link TroupeError} `LAW_BROKEN`; `USAGE` as `simulate` does, and where no answer came late, so
 * that nothing was tested.
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
  const sum = tally.sum();
  if (late === 0) throw untested(drama, sum.histories);
  return { ...sum, late };
}

/** Nobody answered late, so nothing could be ignored. */
function untested({ name = "" }: SubjectDrama, histories: number): TroupeError {
  return usage(
    `no activity of ${name} answered after it was left, in ${histories} histories: nothing was tested`,
    {
      hint: "Let `events` and `input` lead into states whose activities run, and out of them before they answer; ask for more `acts` or `runs`; or leave the law out where nothing is invoked.",
      data: { kind: name, histories, late: 0 },
    },
  );
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
