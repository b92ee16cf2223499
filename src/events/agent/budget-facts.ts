/** What happens to the budget of a run. */
import { z } from "zod";
import { fact } from "../facts/fact.ts";
import { Spent } from "./spent.ts";

const call = { /** Of the reservation. */ id: z.string(), agent: z.string() };

/** A call may begin. Once per call. */
const BudgetGranted = fact("budget.granted", { ...call, most: Spent });

/** A call may not begin: what is left will never do. */
const BudgetRefused = fact("budget.refused", { ...call, message: z.string() });

/** A call has ended. `total` is what the run has spent by now. */
const BudgetSettled = fact("budget.settled", { ...call, spent: Spent, total: Spent });

/** Nobody has said what a call has cost: it counts as the most. */
const BudgetLapsed = fact("budget.lapsed", { ...call, spent: Spent, total: Spent });

export const BudgetFact = z.discriminatedUnion("type", [
  BudgetGranted,
  BudgetRefused,
  BudgetSettled,
  BudgetLapsed,
]);
export type BudgetFact = z.infer<typeof BudgetFact>;
