/**
 * What people think of the executions of a run: one fact for each. It lives on when its run is
 * over, since that is when people look.
 *
 *     OPEN, for ever
 *
 * - What another actor sends has passed no schema (S1), so the guard asks it again.
 */
import { enqueueActions, setup } from "xstate";
import { FeedbackCommand, type FeedbackFact, type FeedbackInput } from "../../events/feedback.ts";
import { reader } from "../../events/recorded.ts";

/** What it is told, whoever tells it. */
const commandIn = reader<FeedbackCommand>(FeedbackCommand);

export const feedbackMachine = setup({
  types: {
    context: {} as { readonly given: number },
    events: {} as FeedbackCommand,
    input: {} as FeedbackInput,
    emitted: {} as FeedbackFact,
  },
  guards: { isSound: ({ event }) => commandIn(event) !== undefined },
  actions: {
    note: enqueueActions(({ context, event, enqueue }) => {
      const { type: _, ...data } = event;
      enqueue.emit({ type: "feedback.given", v: 1, data });
      enqueue.assign({ given: context.given + 1 });
    }),
  },
}).createMachine({
  id: "feedback",
  context: { given: 0 },
  initial: "OPEN",
  states: { OPEN: { on: { GIVE: { guard: "isSound", actions: "note" } } } },
});
