/** The parts of the queue machine: what it may be told, and how a turn becomes actions. */
import { enqueueActions, setup } from "xstate";
import { now } from "../../events/now.ts";
import {
  RecordedCommand,
  type QueueCommand,
  type QueueFact,
  type QueueInput,
  type QueueTick,
} from "../../events/queue/queue.ts";
import { reader } from "../../events/recorded.ts";
import { sendToActor, startActor, type HostAction } from "../host-actions.ts";
import type { QueueContext } from "./board.ts";
import { refusalOf } from "./refusals.ts";
import { earliest } from "./time.ts";
import type { Turn } from "./turn.ts";

type Context = QueueContext;
type Event = QueueCommand | QueueTick;

/** A command, whoever sent it: other actors' have passed no schema. */
export const commandIn = reader<QueueCommand>(RecordedCommand);

const parts = setup({
  types: {
    context: {} as QueueContext,
    events: {} as QueueCommand | QueueTick,
    input: {} as QueueInput,
    emitted: {} as QueueFact,
  },
  guards: {
    sound: ({ context, event }) => {
      const command = commandIn(event);
      return command !== undefined && refusalOf(context, command) === undefined;
    },
  },
  actions: { startActor, sendToActor },
});

export const queueSetup = parts.extend({
  actions: {
    /** What a turn has worked out; the alarm is set anew where something is due before it rings. */
    take: enqueueActions<Context, Event, Turn, Event, never, HostAction, never, never, QueueFact>(
      ({ enqueue }, { context, facts, starts, orders }: Turn) => {
        const due = earliest(context);
        const sets = due !== undefined && (context.alarm === 0 || due < context.alarm);
        enqueue.assign(sets ? { ...context, alarm: due } : context);
        for (const fact of facts) enqueue.emit(fact);
        for (const input of starts)
          enqueue({ type: "startActor", params: { kind: "job", id: input.id, input } });
        for (const { job, event } of orders)
          enqueue({ type: "sendToActor", params: { to: `job/${context.name}:${job}`, event } });
        if (!sets) return;
        if (context.alarm !== 0) enqueue.cancel("alarm");
        enqueue.raise({ type: "TICK" }, { id: "alarm", delay: Math.max(0, due - now()) });
      },
    ),
  },
});
