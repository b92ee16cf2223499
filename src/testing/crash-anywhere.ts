/** The law that a host may die anywhere, of a user's kinds on the real host. */
import type { AnyKind } from "../actors/kind.ts";
import { dramaOf, subjectsOf, type Given } from "./casting.ts";
import { diceOf, type Dice } from "./dice.ts";
import type { History } from "./evidence.ts";
import { CRASH_POINTS, type Fault, type Plan } from "./plan.ts";
import { impurityAs } from "./impurity.ts";
import { judged, newSeed, unstacked, type SimulationOptions } from "./simulate.ts";
import { Tally, type Simulated } from "./tally.ts";
import { calmPlan, trialOf } from "./trial.ts";

/** So that a short history has snapshots and checkpoints, and actors leave the memory. */
const BUSY = { snapshotEvery: 3, checkpointEvery: 5, idleMs: 300, fair: true };

/** Of the user, beside the starts. */
const ACTS = 16;

/**
 * One history, lived once in peace, then once for each point of it: there the host dies, and the next
 * one goes on. Each comes to rest, no acknowledged command is lost, nothing that was recorded
 * is done again, and every other law holds.
 *
 * @param options.runs how many of the points, drawn where there are more. Default 60.
 * @param options.acts Default 16.
 * @param options.seed of the history. Another one each time by default, as of `simulate`.
 * @throws {@link TroupeError} `LAW_BROKEN`; `USAGE` as `simulate` does.
 */
export async function crashAnywhere<TKind extends AnyKind>(
  given: Given<TKind>,
  options: Omit<SimulationOptions, "faults"> = {},
): Promise<Simulated> {
  const { runs = 60, hosts = 1, seed = newSeed() } = options;
  const drama = dramaOf(subjectsOf(given), { acts: ACTS, ...options });
  const tally = new Tally(seed);
  const calm = calmPlan(seed, drama, hosts);
  const plan: Plan = { ...calm, settings: { ...calm.settings, ...BUSY } };
  const judging = { law: "crashAnywhere", drama, options: { ...options, seed }, trial: trialOf(drama) };
  const impure = await impurityAs("crashAnywhere", drama.subjects, { seed, folder: options.folder });
  if (impure !== undefined) throw impure; // one history may not come by it
  await unstacked(async () => {
    const history = await judged(plan, judging);
    tally.add(history);
    for (const fault of some(crashesIn(history), runs, diceOf(seed)))
      tally.add(await judged({ ...plan, faults: [fault] }, judging));
  });
  return tally.sum();
}

/** One for each time that the history came by each point. */
function crashesIn({ passed }: History): readonly Fault[] {
  return CRASH_POINTS.flatMap((point) =>
    Array.from({ length: passed.get(point) ?? 0 }, (_, n) => ({
      fault: "crash" as const,
      point,
      nth: n + 1,
    })),
  );
}

/** All, or so many of them, in their order. */
function some<TItem>(items: readonly TItem[], most: number, dice: Dice): readonly TItem[] {
  const kept = [...items];
  while (kept.length > most) kept.splice(dice.below(kept.length), 1);
  return kept;
}
