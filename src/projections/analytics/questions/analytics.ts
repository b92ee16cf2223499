/** All questions over a log in one place, for programs and commands. */
import type { Projections, ProjectionsOptions } from "../../face.ts";
import { openProjections } from "../../runner.ts";
import type { Bottlenecks } from "../bottlenecks.ts";
import type { Recommended } from "../best-agent.ts";
import type { Estimates } from "../estimates.ts";
import type { Overhead } from "../overhead.ts";
import type { MinuteRollup } from "../percentile.ts";
import type { AgentStatistics, NoStatistics, OrchestrationStatistics, Summary } from "../statistics.ts";
import type { Variant, WorkflowStatistics } from "../workflow-statistics.ts";
import { askAgentNames, askAgents, askAgentStatistics, askSummary, type AgentLine } from "./agents.ts";
import type { Asking } from "./asking.ts";
import { askBestAgents, type BestAgentOptions } from "./best-agents.ts";
import { askCosts, type Cost, type CostDimension, type CostsOptions } from "./costs.ts";
import { askQualityMetrics, type RolloutMetrics } from "./quality.ts";
import { askBottlenecks, askLatencies, askOverhead, type LatenciesOptions } from "./times.ts";
import { askTrend, type AgentTrend, type TrendOptions } from "./trends.ts";
import {
  askEstimates,
  askOrchestrationStatistics,
  askVariants,
  askWorkflowStatistics,
  type EstimatesOptions,
  type VariantsOptions,
} from "./workflows.ts";

/**
 * Questions over all runs and imported telemetry of a log. Rates are 0 to 1, percentages 0 to 100,
 * lengths ms, times epoch ms; what is not known is null.
 */
export interface Questions {
  /** How many workflows started and completed, how they ended, how long they took, and which ways they went. */
  workflowStatistics(options?: VariantsOptions): Promise<WorkflowStatistics>;
  /** The ways that completed workflows went, the most common first. */
  variants(options?: VariantsOptions): Promise<readonly Variant[]>;
  /** Of the workflows of one pattern (`hub`, `parallel`, …); default: of all. `{}` where there is none. */
  orchestrationStatistics(pattern?: string): Promise<OrchestrationStatistics | NoStatistics>;
  /** Actual lengths against the estimates of authors. */
  estimates(options?: EstimatesOptions): Promise<Estimates>;
  /** Of one agent; default: of all. `{}` where there is no execution. */
  agentStatistics(agent?: string): Promise<AgentStatistics | NoStatistics>;
  /** Each agent, those that did most first. */
  agents(): Promise<readonly AgentLine[]>;
  /** The names of all agents that have executed, sorted. */
  agentNames(): Promise<readonly string[]>;
  /** All executions in one line. */
  summary(): Promise<Summary | { readonly message: "No metrics collected yet" }>;
  /** Success, length and cost of workflows, and pass rates by role. */
  qualityMetrics(): Promise<RolloutMetrics>;
  /** How much of workflows nobody worked, and what to do about it. */
  coordinationOverhead(): Promise<Overhead>;
  /** The slowest agents, the longest hand-off, the time in each state. */
  bottlenecks(): Promise<Bottlenecks>;
  /** Whether an agent gets better or worse, with each day. */
  trend(agent: string, options?: TrendOptions): Promise<AgentTrend>;
  /** The agents that are sure enough to do a task well, the surest first. @throws {@link TroupeError} `USAGE`. */
  bestAgents(options: BestAgentOptions): Promise<Recommended>;
  /** What was spent, by agent, model, role or workflow, the most first. */
  costs(by: CostDimension, options?: CostsOptions): Promise<readonly Cost[]>;
  /** How long executions took, minute by minute. */
  latencies(options?: LatenciesOptions): Promise<readonly MinuteRollup[]>;
}

/** The questions, asked of projections that somebody else has opened. */
export function questionsTo(asking: Asking): Questions {
  return {
    workflowStatistics: (options) => askWorkflowStatistics(asking, options),
    variants: (options) => askVariants(asking, options),
    orchestrationStatistics: (pattern) => askOrchestrationStatistics(asking, pattern),
    estimates: (options) => askEstimates(asking, options),
    agentStatistics: (agent) => askAgentStatistics(asking, agent),
    agents: () => askAgents(asking),
    agentNames: () => askAgentNames(asking),
    summary: () => askSummary(asking),
    qualityMetrics: () => askQualityMetrics(asking),
    coordinationOverhead: () => askOverhead(asking),
    bottlenecks: () => askBottlenecks(asking),
    trend: (agent, options) => askTrend(asking, agent, options),
    bestAgents: (options) => askBestAgents(asking, options),
    costs: (by, options) => askCosts(asking, by, options),
    latencies: (options) => askLatencies(asking, options),
  };
}

export interface Analytics extends Questions, AsyncDisposable {
  /** For questions of your own, in SQL. */
  readonly sql: Projections["sql"];
  /** When the oldest record was written that the last answer did not count, epoch ms; undefined: it counted all. */
  behindSince(): Promise<number | undefined>;
}

export type AnalyticsOptions = Omit<ProjectionsOptions, "projections" | "views"> & {
  /** How many new records a question folds first, at most. Default: all. */
  readonly limit?: number;
};

/**
 * Opens a log for questions: each answer is of the log as it was when it was asked, or later.
 *
 * @example
 * await using analytics = openAnalytics({ log });
 * const { agents } = await analytics.bestAgents({ task: "Build the payment API" });
 */
export function openAnalytics({ limit, ...options }: AnalyticsOptions): Analytics {
  const projections = openProjections(options);
  const some = limit === undefined ? {} : { limit };
  const sql: Projections["sql"] = (text, values, more) =>
    projections.sql(text, values, { ...some, ...more });
  return {
    ...questionsTo({ sql }),
    sql,
    behindSince: () => projections.behindSince(),
    [Symbol.asyncDispose]: () => projections[Symbol.asyncDispose](),
  };
}
