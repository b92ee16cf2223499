/**
 * What a machine does that no replay can follow, found on walks of it alone: a host shows that a
 * replay comes out differently, this says why.
 */
import { brokenLaw, tried, type Tried } from "./laws/law.ts";
import { pureOn } from "./laws/is-pure.ts";
import type { TroupeError } from "../errors.ts";
import type { Subject } from "./subject.ts";
import { stageOf, type Stage } from "./walk/stage.ts";

/** Walks, and moves of each. */
const WALKS = { runs: 30, length: 12 };

/** One line each; none where nothing is found. */
export async function impuritiesOf(
  subjects: readonly Subject[],
  seed: number,
): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const { stage, broken } of impureIn(subjects, seed)) {
    const { what, at, hint } = broken;
    const where = at === undefined || what.includes(at) ? "" : ` (${at})`;
    lines.push(`isPure says of kind "${stage.kind.kind}": ${what}${where}`, hint);
  }
  return lines;
}

/** @returns a failure of this law, told as a walk; undefined where all are pure. */
export async function impurityAs(
  law: string,
  subjects: readonly Subject[],
  { seed, folder = "temp" }: { readonly seed: number; readonly folder?: string | undefined },
): Promise<TroupeError | undefined> {
  for await (const { stage, ...found } of impureIn(subjects, seed))
    return brokenLaw(law, stage, { ...found, again: { seed }, folder });
  return undefined;
}

/** The subjects that are found impure, each with a walk that shows it. */
async function* impureIn(subjects: readonly Subject[], seed: number): AsyncGenerator<Impure> {
  for (const subject of subjects) {
    const stage = stageOf(subject);
    const found = await tried(stage, { ...WALKS, seed }, pureOn);
    if (found !== undefined) yield { stage, ...found };
  }
}

interface Impure extends Tried {
  readonly stage: Stage;
}
