/**
 * Shrinking: from a plan that fails to the shortest that still does. Acts and faults are left
 * out, halves before single ones; then waits and settings are made plain. Each attempt is a whole
 * run, so what it ends with has really failed.
 */
import type { Act, Plan, Settings } from "./plan.ts";

export interface ShrinkOptions {
  /** Runs that it may take. Default 600. */
  readonly mostRuns?: number;
  /** How long it may go on, ms. Default: as long as it takes. */
  readonly mostMs?: number;
  /** Acts that say less than one, the least first. Default: none. */
  readonly simpler?: (act: Act) => readonly Act[];
}

/** Settings that say least. */
const PLAIN = {
  snapshotEvery: 1000,
  checkpointEvery: 4096,
  idleMs: 10_000,
  loadedLimit: 10_000,
  mailboxLimit: 1000,
  partitions: 1,
};

export type Fails = (plan: Plan) => Promise<boolean>;

export async function shrink(
  plan: Plan,
  fails: Fails,
  { mostRuns = 600, mostMs = Number.POSITIVE_INFINITY, simpler = () => [] }: ShrinkOptions = {},
): Promise<Plan> {
  let best = plan;
  let left = mostRuns;
  const started = performance.now();
  const better = async (candidate: Plan): Promise<boolean> => {
    if (performance.now() - started > mostMs) left = 0;
    if (left-- <= 0 || !(await fails(candidate))) return false;
    best = candidate;
    return true;
  };
  for (let size = -1; size !== sizeOf(best) && left > 0;) {
    size = sizeOf(best);
    await dropSome(
      () => best.acts,
      (acts) => better({ ...best, acts }),
    );
    await dropSome(
      () => best.faults,
      (faults) => better({ ...best, faults }),
    );
  }
  for (const settings of plainSettings(best))
    await better({ ...best, settings: { ...best.settings, ...settings } });
  await better({ ...best, acts: best.acts.map((act) => ({ ...act, waitMs: 0 })) });
  for (const at of best.acts.keys())
    await simplify(best.acts[at], simpler, (act) =>
      better({ ...best, acts: best.acts.map((one, index) => (index === at ? act : one)) }),
    );
  return best;
}

/** Each for itself. */
function plainSettings({ settings: { hosts = 1 } }: Plan): readonly Partial<Settings>[] {
  const plain = Object.entries(PLAIN).map(([key, value]) => ({ [key]: value }));
  const fewer = Array.from({ length: hosts - 1 }, (_, n) => ({ hosts: hosts - 1 - n }));
  return [{ fair: true }, ...plain, ...fewer];
}

/** Takes what says less as long as that still fails. */
async function simplify(
  act: Act | undefined,
  simpler: (act: Act) => readonly Act[],
  keeps: (act: Act) => Promise<boolean>,
): Promise<void> {
  for (const less of act === undefined ? [] : simpler(act))
    if (await keeps(less)) return simplify(less, simpler, keeps);
}

function sizeOf({ acts, faults }: Plan): number {
  return acts.length + faults.length;
}

/** Leaves out stretches of a list, long ones first, wherever what is left still fails. */
async function dropSome<TItem>(
  list: () => readonly TItem[],
  keeps: (rest: readonly TItem[]) => Promise<boolean>,
): Promise<void> {
  for (let length = Math.ceil(list().length / 2); length >= 1; length = Math.floor(length / 2))
    for (let at = list().length - length; at >= 0; at -= length) {
      const rest = list().filter((_, index) => index < at || index >= at + length);
      if (rest.length < list().length) await keeps(rest);
    }
}
