/**
 * The context that the agents of a run share: values with versions, and locks.
 *
 *     OPEN, for ever: it stays when its run is over
 *
 * - A write that expects another version, or lacks the lock, changes nothing (S4-036, T-R4).
 * - One timer is set: to what falls due next, or before. So a lease lapses at its time, however
 *   long no host lived (A7); a command that comes in between finds it ended all the same.
 * - No lock of a run is held in its fork: whoever held it does not know that run.
 * - What another actor sends has passed no schema (S1), so the guard asks it again.
 * - Pure: what follows from an event is worked out in one turn.
 */
import { enqueueActions, setup } from "xstate";
import { ContextCommand, type ContextInput } from "../../events/context/commands.ts";
import type { ContextFact, ContextUpdated } from "../../events/context/facts.ts";
import { now } from "../../events/now.ts";
import { reader } from "../../events/recorded.ts";
import { sendToActor, type ActorMessage } from "../host-actions.ts";
import { entries } from "../sorted.ts";
import { faultOf } from "./faults.ts";
import { BEGINNING, opened, type ContextState } from "./state.ts";
import { step, type DueEvent, type ForkedEvent } from "./steps.ts";
import type { Turn } from "./turn.ts";

type ContextEvent = ContextCommand | DueEvent | ForkedEvent;
type Told = { readonly type: "sendToActor"; readonly params: ActorMessage };

/** The one timer's name. */
const ALARM = "due";

/** What it holds at first. */
const begin = enqueueActions<
  ContextState,
  ContextEvent,
  undefined,
  ContextEvent,
  never,
  never,
  never,
  never,
  ContextFact
>(({ enqueue, context: { version, values } }) => {
  if (version === 0) return;
  const updatedFields = [...entries(values)].map(([key]) => key);
  const data = { version, updatedFields, updatedBy: BEGINNING };
  enqueue.emit({ type: "context.updated", v: 1, data });
});

/** What a turn has worked out. */
const take = enqueueActions<
  ContextState,
  ContextEvent,
  Turn,
  ContextEvent,
  never,
  Told,
  never,
  never,
  ContextFact
>(({ enqueue }, { state, facts, at, alarmAt }) => {
  enqueue.assign(state);
  for (const fact of facts) {
    enqueue.emit(fact);
    if (state.announce && fact.type === "context.updated")
      enqueue({ type: "sendToActor", params: announced(state.run, fact.data) });
  }
  if (alarmAt === undefined) return;
  enqueue.cancel(ALARM);
  enqueue.raise({ type: "DUE" }, { id: ALARM, delay: Math.max(0, alarmAt - at) });
});

/** What it is told, whoever tells it. */
const commandIn = reader<ContextCommand>(ContextCommand);

export const contextMachine = setup({
  types: {
    context: {} as ContextState,
    events: {} as ContextEvent,
    input: {} as ContextInput,
    emitted: {} as ContextFact,
  },
  guards: {
    isSound: ({ context, event }) => {
      const command = commandIn(event);
      return command !== undefined && faultOf(context, command, now()) === undefined;
    },
  },
  actions: { sendToActor, begin, take },
}).createMachine({
  id: "context",
  context: ({ input }) => opened(input, now()),
  initial: "OPEN",
  states: {
    OPEN: {
      entry: "begin",
      on: {
        DUE: {
          actions: { type: "take", params: ({ context, event }) => step(context, event, now()) },
        },
        "troupe.forked": {
          actions: { type: "take", params: ({ context, event }) => step(context, event, now()) },
        },
        "*": {
          guard: "isSound",
          actions: {
            type: "take",
            params: ({ context, event }) => step(context, commandIn(event) ?? event, now()), // the guard has read it
          },
        },
      },
    },
  },
});

/** A message to everybody of the run (S4-013). */
function announced(run: string, payload: ContextUpdated["data"]): ActorMessage {
  const said = { type: "SEND", from: "context", to: "everyone", message: "state_update" };
  const event = { ...said, priority: "NORMAL", payload };
  return { to: `messages/${run}`, event };
}
