/**
 * What all laws of walks have in common: histories are drawn, one that breaks the law is shrunk,
 * told as text, and left as a log.
 */
import fc from "fast-check";
import { TroupeError } from "../../errors.ts";
import { assertAnswered } from "../answers-of.ts";
import { stageOf, type Stage, type Tested } from "../walk/stage.ts";
import { walksOf, type Walk } from "../walk/walks.ts";
import { keep } from "./keep.ts";
import { told, type Broken } from "./report.ts";

/** How hard a law is tried. */
export interface LawOptions {
  /** Histories. Default 100. */
  readonly runs?: number;
  /** Which histories: the same seed draws the same. Default: others each time, or fast-check's global seed. */
  readonly seed?: number;
  /** Moves of a history, at most. Default 20. */
  readonly length?: number;
  /** Where a failing history is left as a log, made if missing. Default `temp`. */
  readonly folder?: string;
}

export const RUNS = 100;
const LENGTH = 20;

/** Goes a walk and says what is wrong with it; undefined where nothing is. */
export type Judge = (stage: Stage, walk: Walk) => Broken | undefined | Promise<Broken | undefined>;

/** Told to fast-check, which wants a throw. */
export class Found extends Error {
  readonly broken: Broken;

  constructor(broken: Broken) {
    super(broken.what);
    this.broken = broken;
  }
}

/**
 * Tries a law on walks of a subject.
 *
 * @throws {@link TroupeError} `LAW_BROKEN` with the report; `ARBITRARY_FAILED` where no events can be made;
 * `USAGE` where something that is waited for has no answer.
 */
export async function hold(
  law: string,
  tested: Tested,
  { runs = RUNS, seed, length = LENGTH, folder = "temp" }: LawOptions,
  judge: Judge,
): Promise<void> {
  const stage = stageOf(tested);
  assertAnswered(stage.kind, stage.answers);
  const found = await tried(stage, { runs, length, ...(seed !== undefined && { seed }) }, judge);
  if (found === undefined) return;
  const again = { ...shorter({ runs, length }), seed: found.seed };
  throw await brokenLaw(law, stage, { ...found, again, folder });
}

/** A walk that breaks a law, shrunk. */
export interface Tried {
  readonly walk: Walk;
  readonly broken: Broken;
  readonly seed: number;
}

/** Undefined where none was found. @throws what going a walk throws. */
export async function tried(
  stage: Stage,
  { runs, length, seed }: Required<Pick<LawOptions, "runs" | "length">> & Pick<LawOptions, "seed">,
  judge: Judge,
): Promise<Tried | undefined> {
  const details = await fc.check(
    fc.asyncProperty(walksOf(stage, length), async (walk) => {
      const broken = await judge(stage, walk);
      if (broken !== undefined) throw new Found(broken);
    }),
    { numRuns: runs, ...(seed !== undefined && { seed }) },
  );
  if (!details.failed) return undefined;
  const { errorInstance: error, counterexample } = details;
  if (!(error instanceof Found) || counterexample === null) throw error;
  return { walk: counterexample[0], broken: error.broken, seed: details.seed };
}

/** Options that are not as they are by default: the same histories come of the same ones. */
export function shorter({
  runs,
  length = LENGTH,
}: {
  readonly runs: number;
  readonly length?: number;
}): LawOptions {
  return { ...(runs > RUNS && { runs }), ...(length !== LENGTH && { length }) };
}

/** The error of a law that a walk breaks; its log is written. */
export async function brokenLaw(
  law: string,
  stage: Stage,
  found: {
    readonly walk: Walk;
    readonly broken: Broken;
    readonly again: Readonly<Record<string, unknown>>;
    readonly folder: string;
    /** What a program may want to know, too. */
    readonly data?: Readonly<Record<string, unknown>>;
  },
): Promise<TroupeError> {
  const { walk, broken, again, folder } = found;
  const { kind } = stage;
  const { what, at, hint } = broken;
  const kept = await keep(stage, walk, `${folder}/${law}-${kind.kind}.jsonl`);
  return new TroupeError("LAW_BROKEN", told(law, stage, { ...found, kept }), {
    hint,
    data: { ...found.data, law, kind: kind.kind, version: kind.version, what, at, ...again, ...kept },
  });
}
