/** What an evaluation of a run says (T-E1): shapes, and grades. Pure; lengths in ms. */
/** The present formula, or the older one. */
export type EvaluationFormula = "default" | "v1";

export type Grade = "EXCELLENT" | "GOOD" | "FAIR" | "POOR";

/** A task that somebody worked at and that is over. */
export interface TaskScore {
  readonly task: string;
  /** Who did it last; `task/ID` where a command of its own did. */
  readonly agent: string;
  /** 0 to 100: the sum of the next four. */
  readonly score: number;
  /** 0 or 40. */
  readonly success: number;
  /** 0 to 20, as the next two. */
  readonly speed: number;
  readonly errors: number;
  /** By `v1`: of its outputs. */
  readonly acceptance: number;
}

/** An agent in one run: all its attempts. */
export interface AgentPerformance {
  readonly agent: string;
  readonly executions: number;
  /** Those that failed. */
  readonly errors: number;
  /** Sent back by a gate. */
  readonly reworks: number;
  /** T-M1, 0 to 1; null where nothing ended well or badly. */
  readonly successRate: number | null;
  readonly meanDurationMs: number | null;
  /** Of the tasks that it did last, 0 to 100; null of none. */
  readonly meanScore: number | null;
  readonly tokens: number;
  readonly money: number;
}

/** Numbers by name (S4-048). Rates and shares are 0 to 1, null of nothing. */
export interface EvaluationMetrics {
  /** That somebody worked at and that are over, with those that a failure kept from it. */
  readonly tasks: number;
  readonly tasksCompleted: number;
  readonly tasksFailed: number;
  /** That never started, since what they need had failed. */
  readonly tasksBlocked: number;
  /** Of `tasks`, those that completed. */
  readonly successRate: number | null;
  /** Of the tasks that somebody worked at, those without an error. */
  readonly errorFreeRate: number | null;
  /** 0 to 100. */
  readonly meanTaskScore: number | null;
  /** Mean over tasks of the share of their work that checks, gates and people took. */
  readonly acceptanceRate: number | null;
  /** 0 to 1: how much faster than usual. */
  readonly speed: number;
  /** Null while the run is open. */
  readonly durationMs: number | null;
  /** Of earlier runs that completed. */
  readonly usualDurationMs: number | null;
  /** `actual / estimated` (T-O4); null without an estimate, and while the run is open. */
  readonly estimateRatio: number | null;
  readonly executions: number;
  /** Distinct ones that executed. */
  readonly agents: number;
  /** Executions that failed. */
  readonly errors: number;
  /** Executions that were sent back. */
  readonly reworks: number;
  /** Commands that were started again after a crash or a stop. */
  readonly restarts: number;
  readonly calls: number;
  readonly tokens: number;
  readonly money: number;
  /** 0 to 100 (T-O1). */
  readonly overheadPct: number | null;
  readonly parallelism: number | null;
  /** Share of the critical path in the run, 0 to 100 (T-O1). */
  readonly criticalPathPct: number | null;
  readonly handoffs: number;
  /** Of those that ended well or badly. */
  readonly handoffSuccessRate: number | null;
}

export interface Recommendation {
  /** What to look at: a task, an agent, or the workflow, by its name. */
  readonly about: { readonly kind: "workflow" | "task" | "agent"; readonly name: string };
  /** For programs: `task-failed`, `handoffs-fail`, …. */
  readonly code: string;
  /** For people: what was seen, and what to do about it. */
  readonly text: string;
}

export interface Evaluation {
  readonly run: string;
  readonly name: string;
  /** Hash of the plan's shape; null where it is not known. */
  readonly version: string | null;
  readonly formula: EvaluationFormula;
  readonly startedAt: number;
  /** Whether the run is over; else this is of what there is of it so far. */
  readonly final: boolean;
  /** 0 to 100, to two decimals (S4-047). */
  readonly score: number;
  readonly grade: Grade;
  readonly tasks: readonly TaskScore[];
  /** By name. */
  readonly agents: readonly AgentPerformance[];
  readonly metrics: EvaluationMetrics;
  /** Never empty: where nothing is to be mended, one says so (S4-050). */
  readonly recommendations: readonly Recommendation[];
}

/** T-E1, S4-047: EXCELLENT from 90, GOOD from 75, FAIR from 60, else POOR. */
export function gradeOf(score: number): Grade {
  if (score >= 90) return "EXCELLENT";
  if (score >= 75) return "GOOD";
  return score >= 60 ? "FAIR" : "POOR";
}
