/** What executions tell of each agent, for those who look for the best one (T-O3). Pure. */
import type { ExecutionRow } from "../tables/columns.ts";
import { meanOf } from "./averages.ts";
import type { Candidate } from "./best-agent.ts";
import type { Past } from "./relevance.ts";
import { outcomesOf, successRate } from "./success.ts";
import { samplesOf } from "./trend.ts";

export type CandidateExecution = Pick<
  ExecutionRow,
  "agent" | "role" | "keywords" | "startedAt" | "endedAt" | "durationMs" | "status"
>;

/** So many of its last executions say how an agent does at present. */
export const RECENT = 10;

/**
 * One candidate for each agent that has executed or declares skills, by name.
 *
 * @param skills what agents declare, by name. Default: nothing.
 */
export function candidatesOf(
  executions: readonly CandidateExecution[],
  skills: ReadonlyMap<string, readonly string[]> = new Map(),
): readonly Candidate[] {
  const groups = Map.groupBy(executions, ({ agent }) => agent);
  const names = new Set([...groups.keys(), ...skills.keys()].filter((name) => name !== null));
  return [...names]
    .toSorted()
    .map((agent) => candidateOf(agent, groups.get(agent) ?? [], skills.get(agent) ?? []));
}

function candidateOf(
  agent: string,
  executions: readonly CandidateExecution[],
  skills: readonly string[],
): Candidate {
  return {
    agent,
    types: [...new Set(executions.flatMap(({ role }) => role ?? []))].toSorted(),
    skills,
    pasts: pastsOf(executions),
    outcomes: outcomesOf(executions),
    meanDurationMs: meanOf(executions.map(({ durationMs }) => durationMs)),
    recentPerformance: recentPerformance(executions),
  };
}

function pastsOf(executions: readonly CandidateExecution[]): readonly Past[] {
  const alike = Map.groupBy(executions, ({ keywords, role }) => JSON.stringify([keywords, role]));
  return [...alike.values()].map((same) => ({
    keywords: (same[0]?.keywords ?? "").split(" ").filter((word) => word !== ""),
    type: same[0]?.role ?? null,
    executions: same.length,
    successes: outcomesOf(same).success,
  }));
}

/** T-M1 of the last 10 that ended well or badly; null of none. */
function recentPerformance(executions: readonly CandidateExecution[]): number | null {
  return rateOf(
    samplesOf(executions)
      .toSorted((a, b) => a.at - b.at)
      .slice(-RECENT)
      .map((sample) => sample.success),
  );
}

/** The same of executions that were found to be among the last. */
export function recentRate(
  executions: readonly {
    readonly at: number;
    readonly startedAt: number | null;
    readonly status: string;
  }[],
): number | null {
  return rateOf(
    executions
      .toSorted((a, b) => b.at - a.at || (b.startedAt ?? 0) - (a.startedAt ?? 0))
      .slice(0, RECENT)
      .map(({ status }) => status === "success"),
  );
}

function rateOf(successes: readonly boolean[]): number | null {
  const success = successes.filter(Boolean).length;
  return successRate({ success, failure: successes.length - success });
}
