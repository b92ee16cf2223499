/**
 * What agents and the budget of their run (`budget/RUN:run`) say to each other: each call is
 * reserved before it begins and settled when it has ended.
 */
import { z } from "zod";
import { AddressText, IdText } from "../address.ts";
import { Budget, RunBudget } from "./limits.ts";
import { Spent } from "./spent.ts";

/** The last part of the address of a run's budget. */
export const BUDGET_ID = "run";

/** The address of a run's budget. */
export function budgetAddress(run: string): string {
  return `budget/${run}:${BUDGET_ID}`;
}

export const BudgetInput = z.strictObject({ run: IdText, limits: RunBudget });
export type BudgetInput = z.infer<typeof BudgetInput>;

/** Asks for a call; the same id again is the same reservation. */
export const Reserve = z.strictObject({
  type: z.literal("RESERVE"),
  id: z.string(),
  agent: z.string(),
  /** Who is told. */
  to: AddressText,
  /** The most that it can cost. */
  most: Spent,
  /** The agent's own limits, where its definition has some; the run's limits for it win. */
  limits: Budget.optional(),
  /** The call has ended by then, whatever became of its agent. */
  leaseMs: z.int().min(1),
});

/** Says what a reserved call has cost. */
const Settle = z.strictObject({ type: z.literal("SETTLE"), id: z.string(), spent: Spent });

export const BudgetMessage = z.discriminatedUnion("type", [Reserve, Settle]);
export type BudgetMessage = z.infer<typeof BudgetMessage>;

/** What the agent is told. */
export const BudgetReply = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("BUDGET_GRANTED"), id: z.string() }),
  z.strictObject({ type: z.literal("BUDGET_REFUSED"), id: z.string(), message: z.string() }),
]);
export type BudgetReply = z.infer<typeof BudgetReply>;
