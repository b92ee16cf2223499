/** What a test hears of a history that breaks a law: the shortest that was found, how to see it again, and its log. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { SubjectDrama } from "./casting.ts";
import type { Plan } from "./plan.ts";
import { shrink } from "./shrink.ts";
import { writeLog } from "./simulation.ts";
import { planInWords, replayLines } from "./telling.ts";
import type { Trial } from "./trial.ts";

/** A history in which a law does not hold. `message` has all of it. */
export class LawBroken extends Error {
  override readonly name = "LawBroken";
  /** What is wrong, in words, in the shortest history that was found. */
  readonly faults: readonly string[];
  /** The same call with this seed and one run meets it again. */
  readonly seed: number;
  /** The log of that history. */
  readonly path: string;

  constructor(
    message: string,
    {
      faults,
      seed,
      path,
    }: { readonly faults: readonly string[]; readonly seed: number; readonly path: string },
  ) {
    super(message);
    this.faults = faults;
    this.seed = seed;
    this.path = path;
  }
}

/** How much a failing test may shrink: runs, and ms. */
const SHRINK = { mostRuns: 250, mostMs: 2_500 };
/** Lines of each sort. */
const MOST_LINES = 12;

export interface Breaking {
  readonly drama: SubjectDrama;
  readonly trial: Trial;
  readonly plan: Plan;
  /** In words, in the history that was met. */
  readonly faults: readonly string[];
  /** The call that meets it again, as code. */
  readonly again: string;
  readonly folder: string;
}

/** Shrinks, writes the log, and says all of it. */
export async function lawBroken(breaking: Breaking): Promise<LawBroken> {
  const { drama, trial, plan, again, folder, faults: met } = breaking;
  const fails = async (one: Plan): Promise<boolean> => (await trial(one)).faults.length > 0;
  const least = await shrink(plan, fails, { ...SHRINK, simpler: drama.simpler });
  const { history, faults } = await trial(least);
  const { name = "simulation" } = drama;
  const { seed } = plan;
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${name}-${seed}.jsonl`);
  await writeLog(history, path);
  const told = faults.length > 0 ? faults : met; // it does not fail each time
  const { acts, faults: befell } = least;
  const lines = [
    `${name}: a law does not hold (seed ${seed})`,
    ...indented(told, 4),
    `  shrunk to ${acts.length} acts, ${befell.length} faults, ${history.store.records.length} records:`,
    ...indented(planInWords(least), 4),
    `  again: ${again}`,
    `  its log: ${path}`,
    ...indented(replayLines(path, history.store.streams.keys()), 4),
  ];
  return new LawBroken(lines.join("\n"), { faults: told, seed, path });
}

function indented(lines: readonly string[], by: number): readonly string[] {
  const shown = lines.slice(0, MOST_LINES).map((line) => `${" ".repeat(by)}${line}`);
  const more = lines.length - shown.length;
  return more > 0 ? [...shown, `${" ".repeat(by)}… and ${more} more`] : shown;
}
