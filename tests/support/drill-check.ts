/**
 * What must hold after a drill, read from the log itself, from a replay of it, and from the
 * traces in the outside world.
 */
import { readingStepper } from "../../src/actors/client.ts";
import { kindsByName } from "../../src/actors/kind.ts";
import type { LoadEnv } from "../../src/actors/load.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import type { Drill } from "./drill-history.ts";
import { checkActions } from "./drill-check-actions.ts";
import { checkAnswers } from "./drill-check-answers.ts";
import { checkCounts } from "./drill-check-counts.ts";
import { checkEffects } from "./drill-check-effects.ts";
import { checkRuns } from "./drill-check-runs.ts";
import { drillKinds, NO_OUTSIDE } from "./drill-machines.ts";
import { replayAll, type Replayed } from "./drill-replay.ts";
import type { Life } from "./drill-run.ts";
import type { Trace } from "./drill-world.ts";

export interface Drilled {
  readonly plan: Drill;
  readonly lives: readonly Life[];
  readonly log: EventLog;
  readonly world: readonly Trace[];
}

/** A drill that can be judged: its actors, replayed. */
export interface Evidence extends Omit<Drilled, "log"> {
  readonly actors: ReadonlyMap<string, Replayed>;
  readonly fault: (text: string) => void;
}

/** @returns what is wrong, in words; empty where all is well. */
export async function checkDrill({
  log,
  ...drilled
}: Drilled): Promise<{ records: number; runs: number; faults: readonly string[] }> {
  const faults: string[] = [];
  const fault = (text: string): void => void faults.push(text);
  const kinds = kindsByName(drillKinds(NO_OUTSIDE));
  const env: LoadEnv = { log, kinds, stepper: readingStepper(kinds) };
  checkLives(drilled.lives, fault);
  const actors = await replayAll(env, fault);
  const evidence: Evidence = { ...drilled, actors, fault };
  checkAnswers(evidence);
  checkEffects(evidence);
  const runs = checkRuns(evidence);
  checkActions(evidence);
  checkCounts(evidence);
  const records = [...actors.values()].reduce((sum, { steps }) => sum + steps.length, 0);
  return { records, runs, faults };
}

/** The last life got through; none parked an actor, lost a letter or could not store a snapshot. */
function checkLives(lives: readonly Life[], fault: (text: string) => void): void {
  if (lives.at(-1)?.end !== "quiet") fault("no life of the host got through");
  for (const { life, said } of lives)
    for (const one of said)
      if (one.said === "wrong") fault(`life ${life} says: ${one.message} ${JSON.stringify(one.facts)}`);
}
