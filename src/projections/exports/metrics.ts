/**
 * Executions and workflows as files of metrics: one a piece (S0-057 to S0-060), and one of all
 * (S2-014).
 *
 * - T-M2: names hold the id of what the file is about, so nothing collides within a second.
 */
import { createHash } from "node:crypto";
import type { JsonObject } from "../../events/json.ts";
import type { ExecutionRow, WorkflowRow } from "../tables/columns.ts";
import { executionsIn, isoOf, secondsOf, workflowsIn } from "./rows.ts";
import type { ExportSource } from "./source.ts";

export interface MetricsFile {
  /** Fit for any file system, without `.json`. */
  readonly name: string;
  /** Of everything, as of now: another one may have the same name. */
  readonly isSummary: boolean;
  readonly content: JsonObject;
}

/** @param now epoch ms: when the summary was made. */
export async function* exportMetrics(source: ExportSource, now: number): AsyncGenerator<MetricsFile> {
  const summary = summarizer();
  for await (const { row } of executionsIn(source)) {
    summary.add(row);
    yield agentFile(row);
  }
  for await (const row of workflowsIn(source)) yield orchestratorFile(row);
  yield { name: `metrics_${stamp(now)}`, isSummary: true, content: summary.content(now) };
}

/** `agent_{name}_{unix}-{id}.json`. */
function agentFile(row: ExecutionRow): MetricsFile {
  const { id, agent, startedAt, failure } = row;
  const unix = Math.floor((startedAt ?? 0) / 1_000);
  return {
    name: `agent_${fileName(agent ?? "")}_${unix}-${fileName(id ?? "")}`,
    isSummary: false,
    content: {
      agent_name: agent,
      task_id: row.task,
      start_time: isoOf(startedAt),
      end_time: isoOf(row.endedAt),
      duration: secondsOf(row.durationMs),
      quality_score: row.quality,
      token_usage: row.tokens ?? 0,
      refinement_iterations: row.refinements ?? 0,
      success: successOf(row),
      error_message: failure ?? "",
    },
  };
}

/** Null while nobody knows. */
function successOf({ status }: ExecutionRow): boolean | null {
  if (status === "success") return true;
  return status === "failure" || status === "partial" ? false : null;
}

/** `orchestrator_{id}.json`. */
function orchestratorFile(row: WorkflowRow): MetricsFile {
  const variant: unknown = row.variant === null ? [] : JSON.parse(row.variant);
  return {
    name: `orchestrator_${fileName(row.workflow ?? "")}`,
    isSummary: false,
    content: {
      orchestration_id: row.workflow,
      pattern: row.pattern === "hub" ? "hub-spoke" : row.pattern,
      start_time: isoOf(row.startedAt),
      end_time: isoOf(row.endedAt),
      total_duration: secondsOf(row.durationMs),
      agents_used: [...new Set(variant as string[])], // a list of agents (T-O5)
      tasks_completed: row.tasksCompleted ?? 0,
      tasks_failed: row.tasksFailed ?? 0,
      average_quality: row.quality,
      total_tokens: row.tokens ?? 0,
      refinement_cycles: row.refinements ?? 0,
    },
  };
}

/** How long a name, or an id in one, may be. */
const MAX_PART = 80;

/** A text as a part of a file's name; where it is not all there, a hash of it tells it apart. */
function fileName(text: string): string {
  const safe = text.replaceAll(/[^A-Za-z0-9-]+/g, "-").slice(0, MAX_PART);
  if (safe === text && !/[A-Z]/.test(text)) return safe;
  // some file systems take "Ada" and "ada" for one
  return `${safe}-${createHash("sha256").update(text).digest("hex").slice(0, 12)}`;
}

/** `YYYYMMDD_HHMMSS`, in UTC. */
function stamp(at: number): string {
  return new Date(at).toISOString().slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "_");
}

/** What is kept of an agent's executions. */
interface Tally {
  readonly latencies: number[];
  readonly tokens: number[];
  readonly costs: number[];
  successes: number;
  failures: number;
}

/** S2-014; lengths are ms there. Rates are of those that succeeded or failed (T-M1). */
function summarizer() {
  const agents = new Map<string, Tally>();
  const of = (agent: string): Tally => {
    const known = agents.get(agent) ?? {
      latencies: [],
      tokens: [],
      costs: [],
      successes: 0,
      failures: 0,
    };
    agents.set(agent, known);
    return known;
  };
  const by = (value: (tally: Tally) => number | number[]): JsonObject =>
    Object.fromEntries([...agents].map(([agent, tally]) => [agent, value(tally)]));
  return {
    add({ agent, durationMs, tokens, money, status }: ExecutionRow): void {
      const tally = of(agent ?? "");
      if (durationMs !== null) tally.latencies.push(durationMs);
      tally.tokens.push(tokens ?? 0);
      tally.costs.push(money ?? 0);
      if (status === "success") tally.successes += 1;
      if (status === "failure") tally.failures += 1;
    },
    content: (now: number): JsonObject => ({
      timestamp: isoOf(now),
      summary: summaryOf(agents),
      detailed_metrics: {
        latencies: by(({ latencies }) => latencies),
        token_usage: by(({ tokens }) => tokens),
        costs: by(({ costs }) => costs),
        success_counts: by(({ successes }) => successes),
        failure_counts: by(({ failures }) => failures),
      },
    }),
  };
}

/** S2-013. */
function summaryOf(agents: ReadonlyMap<string, Tally>): JsonObject {
  if (agents.size === 0) return { message: "No metrics collected yet" };
  const all = [...agents.values()];
  const sum = (value: (tally: Tally) => number): number => all.reduce((a, one) => a + value(one), 0);
  const total = (values: readonly number[]): number => values.reduce((a, b) => a + b, 0);
  const successes = sum((one) => one.successes);
  const judged = successes + sum((one) => one.failures);
  const timed = sum(({ latencies }) => latencies.length);
  return {
    total_executions: sum(({ tokens }) => tokens.length),
    success_rate: judged === 0 ? null : successes / judged,
    total_cost: sum(({ costs }) => total(costs)),
    total_tokens: sum(({ tokens }) => total(tokens)),
    average_latency_ms: timed === 0 ? null : sum(({ latencies }) => total(latencies)) / timed,
    agents_used: [...agents.keys()].toSorted(),
  };
}
