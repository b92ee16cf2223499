/**
 * The best agent for a task (T-O3, S1-018): how often it succeeds at what is like it. Pure.
 *
 * - By `wilson`, one more success never lowers the confidence in an agent, whatever it was about,
 *   and one more failure never raises it; at one rate, more executions never lower it.
 */
import { oldRelevance, relevanceOf, type Abilities, type Wanted } from "./relevance.ts";
import { successRate, wilsonLowerBound, type Outcomes } from "./success.ts";

/** An agent of which something is known. */
export interface Candidate extends Abilities {
  readonly agent: string;
  readonly outcomes: Outcomes;
  /** Of its executions; null where none is known. */
  readonly meanDurationMs: number | null;
  /** T-M1 of its last 10 executions that ended well or badly; null of none. */
  readonly recentPerformance: number | null;
}

/** `wilson`, or the older formula. */
export type ConfidenceFormula = "wilson" | "oak-v1";

export interface AgentRecommendation {
  readonly agent: string;
  /** 0 to 1. */
  readonly confidence: number;
  /** T-M1; null where nothing of it has ended. */
  readonly successRate: number | null;
  readonly meanDurationMs: number | null;
  /** That have begun. */
  readonly executions: number;
  readonly recentPerformance: number | null;
}

export interface RecommendOptions {
  /** 0 to 1. Default .5. */
  readonly minConfidence?: number | undefined;
  /** Default `wilson`. */
  readonly formula?: ConfidenceFormula;
}

export interface Recommended {
  /** At least as sure as asked for, the surest first, then by name (S1-020). The first is the best. */
  readonly agents: readonly AgentRecommendation[];
  /** What else to ask, one sentence each; empty where an agent fits (S1-021). */
  readonly hints: readonly string[];
}

/** S1-018, S1-020, S1-021. */
export function recommendAgents(
  candidates: readonly Candidate[],
  wanted: Wanted,
  { minConfidence = 0.5, formula = "wilson" }: RecommendOptions = {},
): Recommended {
  const all = ranked(candidates, wanted, formula);
  const agents = all.filter(({ confidence }) => confidence >= minConfidence);
  if (agents.length > 0) return { agents, hints: [] };
  return { agents, hints: hintsFor(all, wanted, minConfidence) };
}

/**
 * How sure it is that an agent does a task well, 0 to 1 (T-O3). With n executions that ended well
 * or badly:
 *
 * - `wilson`: Wilson's lower bound of the success rate over n, times {@link relevanceOf}.
 * - `oak-v1`: `min(1, ((Σrel / n)·0.6 + min(n / 10, 1)·0.4) · success rate / 3)`, n being all
 *   executions, {@link oldRelevance} the sum.
 */
export function confidenceIn(
  candidate: Candidate,
  wanted: Wanted,
  formula: ConfidenceFormula = "wilson",
): number {
  const { success, failure } = candidate.outcomes;
  if (formula === "wilson")
    return wilsonLowerBound(success, success + failure) * relevanceOf(candidate, wanted);
  const n = candidate.pasts.reduce((sum, { executions }) => sum + executions, 0);
  if (n === 0) return 0;
  const weight = (oldRelevance(candidate, wanted) / n) * 0.6 + Math.min(n / 10, 1) * 0.4;
  return Math.min(1, (weight * (successRate(candidate.outcomes) ?? 0)) / 3);
}

function ranked(
  candidates: readonly Candidate[],
  wanted: Wanted,
  formula: ConfidenceFormula,
): readonly AgentRecommendation[] {
  return candidates
    .map((candidate) => recommendation(candidate, confidenceIn(candidate, wanted, formula)))
    .toSorted((a, b) => b.confidence - a.confidence || (a.agent < b.agent ? -1 : 1));
}

function recommendation(
  { agent, outcomes, meanDurationMs, recentPerformance }: Candidate,
  confidence: number,
): AgentRecommendation {
  const executions = Object.values<number>({ ...outcomes }).reduce((a, b) => a + b, 0);
  const rate = successRate(outcomes);
  return { agent, confidence, successRate: rate, meanDurationMs, executions, recentPerformance };
}

/** What to do where no agent is sure enough (S1-021). */
function hintsFor(
  [best]: readonly AgentRecommendation[],
  { domain }: Wanted,
  minConfidence: number,
): readonly string[] {
  if (best === undefined) return ["No agent has executed anything yet: run a workflow first."];
  const lower =
    best.confidence > 0
      ? `Ask for less than ${minConfidence}: the surest is "${best.agent}" with ${hundredths(best.confidence)}.`
      : `No threshold helps: not one agent has succeeded at anything like this.`;
  const wider = domain === undefined ? [] : [`Leave the domain "${domain}" out.`];
  return [lower, ...wider, "Say the task in other words: those of tasks that were done well."];
}

/** Rounded down, so that asking for it finds it. */
function hundredths(confidence: number): string {
  return (Math.floor(confidence * 100) / 100).toFixed(2);
}
