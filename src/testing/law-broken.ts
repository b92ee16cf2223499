/** What a test hears of a history that breaks a law: the shortest that was found, how to see it again, and its log. */
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { TroupeError } from "../errors.ts";
import type { SubjectDrama } from "./casting.ts";
import type { Plan } from "./plan.ts";
import { impuritiesOf } from "./impurity.ts";
import { shrink } from "./shrink.ts";
import { writeLog } from "./simulation.ts";
import { planInWords, replayLines } from "./telling.ts";
import { OTHER_TIME, type Trial } from "./trial.ts";

/** How much a failing test may shrink: runs, and ms. */
const SHRINK = { mostRuns: 250, mostMs: 2_500 };
/** Lines of each sort. */
const MOST_LINES = 12;

/** What a replay of such a log shows, and what it does not. */
const AS_LIVED =
  "it replays as it was lived, as long as your clock and chance say what they said then: step through it to the record that is named above";

export interface Breaking {
  readonly drama: SubjectDrama;
  readonly trial: Trial;
  readonly plan: Plan;
  /** In words, in the history that was met. */
  readonly faults: readonly string[];
  /** The call that meets it again, as code. */
  readonly again: string;
  readonly folder: string;
  readonly law: string;
}

/** The error of a law that does not hold: shrinks the history, writes its log, and says all of it. */
export async function lawBroken(breaking: Breaking): Promise<TroupeError> {
  const { law, drama, trial, plan, again, folder, faults: met } = breaking;
  const fails = async (one: Plan): Promise<boolean> => (await trial(one)).faults.length > 0;
  const least = await shrink(plan, fails, { ...SHRINK, simpler: drama.simpler });
  const { history, faults } = await trial(least);
  const { name = "simulation" } = drama;
  const { seed } = plan;
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${law}-${name}-${seed}.jsonl`);
  await writeLog(history, path);
  const told = faults.length > 0 ? faults : met; // it does not fail each time
  const { acts, faults: befell } = least;
  const impure = drama.subjects.length === 0 ? [] : await impuritiesOf(drama.subjects, seed);
  const why =
    impure.length === 0 ? [] : [`why: ${impure[0]}`, ...impure.slice(1).map((line) => `     ${line}`)];
  const lines = [
    `${name}: a law does not hold (seed ${seed})`,
    ...indented(told, 4),
    ...indented(why, 2),
    `  shrunk to ${acts.length} acts, ${befell.length} faults, ${history.store.records.length} records:`,
    ...indented(planInWords(least), 4),
    `  again: ${again}`,
    `  its log: ${path}`,
    ...indented(replayLines(path, history.store.streams.keys()), 4),
    ...(told.some((text) => text.includes(OTHER_TIME)) ? [`    ${AS_LIVED}`] : []),
  ];
  return new TroupeError("LAW_BROKEN", lines.join("\n"), {
    hint:
      impure[1] ??
      "Replay the log to see how it comes about, and mend the machine or what the subject answers.",
    data: { kind: name, faults: told, seed, file: path },
  });
}

function indented(lines: readonly string[], by: number): readonly string[] {
  const shown = lines.slice(0, MOST_LINES).map((line) => `${" ".repeat(by)}${line}`);
  const more = lines.length - shown.length;
  return more > 0 ? [...shown, `${" ".repeat(by)}… and ${more} more`] : shown;
}
