/**
 * The budget of a run: `budget/RUN:run`. Agents reserve each call before it begins, and settle it
 * when it has ended.
 *
 *     OPEN, for ever
 *
 * - What it grants is in {@link decide}. Who has to wait is told when it is their turn.
 * - A reservation that nobody settles (its agent was stopped) lapses, and counts as the most that the
 *   call could cost: one timer, set to the earliest.
 * - What another actor sends has passed no schema (S1), so the guard asks it.
 */
import { enqueueActions, setup } from "xstate";
import { BudgetMessage, type BudgetInput } from "../../events/agent/budget.ts";
import type { BudgetFact } from "../../events/agent/budget-facts.ts";
import { now } from "../../events/now.ts";
import { reader } from "../../events/recorded.ts";
import { sendToActor, type ActorMessage } from "../host-actions.ts";
import { newPurse, type Purse } from "./purse.ts";
import { DUE, step, type Step } from "./steps.ts";

type BudgetEvent = BudgetMessage | { readonly type: typeof DUE };
type Told = { readonly type: "sendToActor"; readonly params: ActorMessage };

/** The one timer's name. */
const ALARM = "due";

const take = enqueueActions<
  Purse,
  BudgetEvent,
  Step,
  BudgetEvent,
  never,
  Told,
  never,
  never,
  BudgetFact
>(({ enqueue }, { purse, facts, sends, alarmAt }) => {
  enqueue.assign(purse);
  for (const fact of facts) enqueue.emit(fact);
  for (const params of sends) enqueue({ type: "sendToActor", params });
  enqueue.cancel(ALARM);
  if (alarmAt !== undefined)
    enqueue.raise({ type: DUE }, { id: ALARM, delay: Math.max(0, alarmAt - now()) });
});

const messageIn = reader<BudgetMessage>(BudgetMessage);

export const budgetMachine = setup({
  types: {
    context: {} as Purse,
    events: {} as BudgetEvent,
    input: {} as BudgetInput,
    emitted: {} as BudgetFact,
  },
  guards: { isSound: ({ event }) => messageIn(event) !== undefined },
  actions: { sendToActor, take },
}).createMachine({
  id: "budget",
  context: ({ input }) => newPurse(input.limits),
  initial: "OPEN",
  states: {
    OPEN: {
      on: {
        DUE: {
          actions: { type: "take", params: ({ context, event }) => step(context, event, now()) },
        },
        "*": {
          guard: "isSound",
          actions: {
            type: "take",
            params: ({ context, event }) => step(context, messageIn(event) ?? event, now()), // the guard has read it
          },
        },
      },
    },
  },
});
