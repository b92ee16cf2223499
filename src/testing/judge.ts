/** Every law, judged on one history: on its log, on what was seen outside, on its answers. */
import { readingStepper } from "../actors/client.ts";
import { kindsByName } from "../actors/kind.ts";
import type { LoadEnv } from "../actors/load.ts";
import { memoryLog } from "../events/log/memory.ts";
import { checkActions, type ActionName } from "./check-actions.ts";
import { checkAnswers, checkLooks, type AsRead } from "./check-answers.ts";
import { checkEffects } from "./check-effects.ts";
import { checkChildren, checkHandOvers, checkOwners } from "./check-owners.ts";
import { checkRuns } from "./check-runs.ts";
import { LATE_SYSTEM_ID, type Cast, type Evidence, type History } from "./evidence.ts";
import { replayAll } from "./replayed.ts";

export interface Laws {
  /** What the world notes of a custom action. */
  readonly actionName: ActionName;
  /** What the border makes of what a user says. Default: just that. */
  readonly asRead?: AsRead;
  /** What the machines themselves promise. */
  readonly own?: (evidence: Evidence) => void;
}

/** @returns what is wrong, in words; empty where every law holds. */
export async function judge(history: History, cast: Cast, laws: Laws): Promise<readonly string[]> {
  const faults = [...history.faults];
  const kinds = kindsByName(cast.kinds);
  await using log = memoryLog({ store: history.store });
  const env: LoadEnv = { log, kinds, stepper: readingStepper(kinds) };
  const fault = (text: string): void => void faults.push(text);
  const actors = await replayAll(env, fault, history.left);
  const { world, lives, store, left } = history;
  const evidence: Evidence = { actors, world, lives, partitions: store.partitions, left, fault };
  if (faults.length > 0) return faults; // what never came to its end breaks every law
  checkAnswers(evidence, history, laws.asRead);
  checkLooks(evidence, history.looks, env.stepper);
  checkRuns(evidence);
  checkActions(evidence, laws.actionName);
  checkOwners(evidence);
  checkHandOvers(evidence);
  checkChildren(evidence, env.stepper);
  if (history.happened.has(LATE_SYSTEM_ID)) return faults;
  checkEffects(evidence);
  laws.own?.(evidence);
  return faults;
}
