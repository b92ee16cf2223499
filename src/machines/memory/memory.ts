/**
 * An external memory (T-G1): what agents remember beyond a conversation, and beyond a run.
 *
 *     OPEN, for ever
 *
 * - One timer is set: to what expires next. So an entry is gone at its time, however long no
 *   host lived (A7); a command that comes in between finds it gone all the same.
 * - What another actor sends has passed no schema (S1), so the guard asks it again.
 */
import { enqueueActions, setup } from "xstate";
import { MemoryCommand, type MemoryInput } from "../../events/memory/commands.ts";
import type { MemoryFact } from "../../events/memory/facts.ts";
import { now } from "../../events/now.ts";
import { reader } from "../../events/recorded.ts";
import {
  emptyMemory,
  expired,
  faultOf,
  nextDue,
  told,
  type MemoryState,
  type MemoryStep,
} from "./state.ts";

type MemoryEvent = MemoryCommand | { readonly type: "DUE" };

/** The one timer's name. */
const ALARM = "due";
/** Longest time that a timer holds, ms: what is due later is looked for again then. */
const LONGEST_MS = 2_147_483_647;

/** What it is told, whoever tells it. */
const commandIn = reader<MemoryCommand>(MemoryCommand);

/** Takes in what was worked out, and sets the timer unless it is set right already. */
const take = enqueueActions<
  MemoryState,
  MemoryEvent,
  MemoryStep,
  MemoryEvent,
  never,
  never,
  never,
  never,
  MemoryFact
>(({ enqueue }, { state, facts }) => {
  const due = nextDue(state) ?? null;
  const alarmAt = due === null ? null : Math.min(due, now() + LONGEST_MS);
  for (const fact of facts) enqueue.emit(fact);
  if (alarmAt === state.alarmAt) return enqueue.assign(state);
  enqueue.assign({ ...state, alarmAt });
  enqueue.cancel(ALARM);
  if (alarmAt !== null)
    enqueue.raise({ type: "DUE" }, { id: ALARM, delay: Math.max(0, alarmAt - now()) });
});

export const memoryMachine = setup({
  types: {
    context: {} as MemoryState,
    events: {} as MemoryEvent,
    input: {} as MemoryInput,
    emitted: {} as MemoryFact,
  },
  guards: {
    isSound: ({ context, event }) => {
      const command = commandIn(event);
      return command !== undefined && faultOf(context, command, now()) === undefined;
    },
  },
  actions: { take },
}).createMachine({
  id: "memory",
  context: ({ input }) => emptyMemory(input),
  initial: "OPEN",
  states: {
    OPEN: {
      on: {
        DUE: {
          actions: {
            type: "take",
            // it has rung
            params: ({ context }) => expired({ ...context, alarmAt: null }, now()),
          },
        },
        "*": {
          guard: "isSound",
          actions: { type: "take", params: ({ context, event }) => heard(context, event) },
        },
      },
    },
  },
});

function heard(context: MemoryState, event: MemoryEvent): MemoryStep {
  const command = commandIn(event); // the guard has read it
  return command === undefined ? { state: context, facts: [] } : told(context, command, now());
}
