/**
 * What must hold after a drill, read from the log itself, from a replay of it, and from the
 * traces in the outside world.
 */
import { readingStepper } from "../../src/actors/client.ts";
import { kindsByName } from "../../src/actors/kind.ts";
import type { LoadEnv } from "../../src/actors/load.ts";
import type { EventLog } from "../../src/events/log/log.ts";
import type { Drill } from "./drill-history.ts";
import { checkActions } from "../../src/testing/check-actions.ts";
import { checkEffects } from "../../src/testing/check-effects.ts";
import { checkRuns } from "../../src/testing/check-runs.ts";
import type { Evidence as Seen } from "../../src/testing/evidence.ts";
import { replayAll } from "../../src/testing/replayed.ts";
import type { Trace } from "../../src/testing/trace.ts";
import { checkAnswers } from "./drill-check-answers.ts";
import { checkCounts } from "./drill-check-counts.ts";
import { actionName, drillKinds, NO_OUTSIDE } from "./drill-machines.ts";
import type { Life } from "./drill-run.ts";

export interface Drilled {
  readonly plan: Drill;
  readonly lives: readonly Life[];
  readonly log: EventLog;
  readonly world: readonly Trace[];
}

/** A drill that can be judged: its actors, replayed. */
export interface Evidence extends Seen {
  readonly plan: Drill;
  readonly lives: readonly Life[];
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
  checkActions(evidence, actionName);
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
