/** How far an agent may go, and how much it may spend. */
import { z } from "zod";

/** What may be spent; what is not named is not limited. */
export const Budget = z.strictObject({
  /** Calls of models, and of whatever else an agent works with. */
  calls: z.int().min(0).optional(),
  /** Input and output. */
  tokens: z.int().min(0).optional(),
  /** As the user's price callback counts it. */
  money: z.number().min(0).optional(),
  /** The length of all calls, added up. */
  timeMs: z.int().min(0).optional(),
});
export type Budget = z.infer<typeof Budget>;

/** Of a run: of all its agents together, and of single ones. */
export const RunBudget = Budget.extend({ agents: z.record(z.string(), Budget).optional() });
export type RunBudget = z.infer<typeof RunBudget>;

export const AgentLimits = z.strictObject({
  /** Turns that an agent may take for one piece of work. */
  turns: z.int().min(1).max(10_000).default(50),
  /** The same tool with the same arguments so often is a loop, and ends the work. */
  sameCalls: z.int().min(1).max(1_000).default(5),
  /** How often an answer that is not usable goes back with what is wrong with it. */
  repairs: z.int().min(0).max(20).default(2),
  /** How often a turn is tried that failed for a reason that may pass. */
  tries: z.int().min(1).max(100).default(5),
  /** Wait before the second try, ms; it doubles with each (T-R1), unless the provider says how long. */
  retryDelayMs: z.int().min(1).default(1_000),
  /** The longest wait between two tries, ms. */
  maxRetryDelayMs: z.int().min(1).default(60_000),
  /** A conversation that is estimated longer is summarized (T-G1). */
  contextTokens: z.int().min(1_000).default(100_000),
  /** The longest answer. */
  maxOutputTokens: z.int().min(1).default(4_096),
  /** How long one turn may take, ms. */
  turnMs: z.int().min(1).default(300_000),
  /** How long one call of a tool may take, ms. */
  toolMs: z.int().min(1).default(120_000),
  /** Of this agent in one run. Default: no limit of its own. */
  budget: Budget.optional(),
});
export type AgentLimits = z.infer<typeof AgentLimits>;
