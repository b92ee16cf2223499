/**
 * A simulation of one cast of machines: seeds in, verdicts out. A failing seed is shrunk, and its
 * log can be written down for `troupe replay`.
 */
import { writeFileSync } from "node:fs";
import { memoryLog } from "../events/log/memory.ts";
import { lineOf } from "../events/log/file/format.ts";
import type { Cast, History } from "./evidence.ts";
import { live } from "./history.ts";
import { judge, type Laws } from "./judge.ts";
import { planOf, sharedPlanOf, type Plan, type Story } from "./plan.ts";
import { shrink } from "./shrink.ts";

/** What is simulated. */
export interface Drama extends Cast {
  /** What a failure is told by. Default: "drills". */
  readonly name?: string;
  readonly story: Story;
  readonly laws: Laws;
  /** Whether several hosts share the log. Default: one after another has all of it. */
  readonly shared?: boolean;
}

export interface Verdict {
  readonly history: History;
  /** What is wrong, in words; empty where every law holds. */
  readonly faults: readonly string[];
}

/** The plan of a seed. */
export function planFor(seed: number, { story, shared = false }: Drama): Plan {
  return shared ? sharedPlanOf(seed, story) : planOf(seed, story);
}

/** Runs the history of a seed, and judges it. */
export async function simulate(seed: number, drama: Drama): Promise<Verdict> {
  return simulatePlan(planFor(seed, drama), drama);
}

/** Runs a history as planned, and judges it. */
export async function simulatePlan(plan: Plan, drama: Drama): Promise<Verdict> {
  const history = await live(plan, drama);
  return { history, faults: await judge(history, drama, drama.laws) };
}

/** The shortest history found that fails as the given one does: by any law. */
export async function shortest(plan: Plan, drama: Drama): Promise<Verdict> {
  const fails = async (one: Plan): Promise<boolean> =>
    (await simulatePlan(one, drama)).faults.length > 0;
  return simulatePlan(await shrink(plan, fails), drama);
}

/** Writes a history's log as lines that `troupe replay FILE.jsonl ADDRESS` reads. */
export async function writeLog({ store }: History, path: string): Promise<void> {
  await using log = memoryLog({ store });
  const lines: string[] = [];
  for await (const { position: _, ...record } of log.scan()) lines.push(lineOf(record));
  writeFileSync(path, lines.map((line) => `${line}\n`).join(""));
}
