/** The kind of budgets of runs: `budget/RUN:run`, started by the first agent that needs it. */
import type { z } from "zod";
import { defineKind, type Kind } from "../actors/kind.ts";
import { BudgetInput, BudgetMessage } from "../events/agent/budget.ts";
import { BudgetFact } from "../events/agent/budget-facts.ts";
import { budgetMachine } from "../machines/budget/budget.ts";
import type { Closed } from "./closed.ts";
import { inForkedRun } from "./forked-run.ts";

export type BudgetKind = Kind<
  "budget",
  Closed<BudgetInput, undefined, BudgetFact>,
  z.ZodType<BudgetMessage, BudgetMessage>,
  z.ZodType<BudgetInput, z.input<typeof BudgetInput>>
>;

const kind = defineKind({
  kind: "budget",
  version: "1",
  machine: budgetMachine,
  events: BudgetMessage,
  input: BudgetInput,
  facts: BudgetFact,
  forked: inForkedRun,
});

/** What agents reserve their calls with. */
export const budgetKind = kind as unknown as BudgetKind; // it is; its inside is hidden
