/** Statistics and variants of workflows (S1-008 to S1-011, T-O5). Pure; lengths in ms. */
import type { WorkflowRow } from "../tables/columns.ts";
import { meanOf, sumOf } from "./averages.ts";
import { completedOf } from "./statistics.ts";

/** A pattern of agents that workflows have in common. */
export interface Variant {
  /** In the order in which their executions started, repeats kept or joined. */
  readonly agents: readonly string[];
  /** Workflows that went this way. */
  readonly count: number;
  /** Of all workflows that have a variant, 0 to 1. */
  readonly share: number;
}

export interface WorkflowStatistics {
  /** Started (T-O5); rate and means are over those that completed, and 0 of none (S1-009). */
  readonly total: number;
  readonly completed: number;
  readonly meanDurationMs: number;
  /** 0 to 1. */
  readonly successRate: number;
  /** Distinct agents that executed. */
  readonly meanAgents: number;
  readonly variants: readonly Variant[];
}

export type CountedWorkflow = Pick<WorkflowRow, "success" | "durationMs" | "agents" | "variant">;

export interface VariantOptions {
  /** Whether consecutive repeats of an agent are joined. Default false. */
  readonly collapse?: boolean;
}

/** S1-008, T-O5. */
export function workflowStatistics(
  workflows: readonly CountedWorkflow[],
  options: VariantOptions = {},
): WorkflowStatistics {
  const over = completedOf(workflows);
  return {
    total: workflows.length,
    completed: over.length,
    meanDurationMs: meanOf(over.map(({ durationMs }) => durationMs)) ?? 0,
    successRate: over.length === 0 ? 0 : sumOf(over.map(({ success }) => success)) / over.length,
    meanAgents: meanOf(over.map(({ agents }) => agents)) ?? 0,
    variants: variantsOf(workflows, options),
  };
}

/**
 * T-O5: the variants of the workflows that completed, the most common first, then by their names;
 * one that is still open has only begun its own. A workflow without executions has none.
 */
export function variantsOf(
  workflows: readonly Pick<WorkflowRow, "success" | "variant">[],
  { collapse = false }: VariantOptions = {},
): readonly Variant[] {
  const all = completedOf(workflows)
    .map(({ variant }) => agentsIn(variant))
    .map((agents) => (collapse ? collapsed(agents) : agents))
    .filter((agents) => agents.length > 0);
  return [...Map.groupBy(all, (agents) => JSON.stringify(agents))]
    .toSorted(([a, some], [b, others]) => others.length - some.length || (a < b ? -1 : 1))
    .map(([, same]) => ({
      agents: same[0] ?? [],
      count: same.length,
      share: same.length / all.length,
    }));
}

/** A variant as its cell holds it, with consecutive repeats joined. */
export function collapsedVariant(variant: string): string {
  return JSON.stringify(collapsed(agentsIn(variant)));
}

/** Consecutive repeats joined: a, a, b, a is a, b, a. */
function collapsed(agents: readonly string[]): readonly string[] {
  return agents.filter((agent, at) => agent !== agents[at - 1]);
}

/** The agents of a variant, as its cell holds them; of null none. */
export function agentsIn(variant: string | null): readonly string[] {
  const list: unknown = variant === null ? [] : JSON.parse(variant);
  return Array.isArray(list) ? list.map(String) : [];
}
