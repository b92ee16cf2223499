/**
 * A queue: who waits, whose turn it is, who works.
 *
 *     OPEN ←→ PAUSED   (nothing is granted; what runs goes on)
 *
 * - Whatever happens is worked out in one turn, and at its end as many jobs are granted as may run.
 * - Pure: its time is that of the record (`now()`), its only clock one alarm.
 */
import type { QueueCommand, QueueTick } from "../../events/queue/queue.ts";
import { add } from "./add.ts";
import { newQueue, type QueueContext } from "./board.ts";
import { cancel, report, retry } from "./end.ts";
import { grant, repaced } from "./grant.ts";
import { commandIn, queueSetup } from "./setup.ts";
import { schedule, tick, unschedule } from "./time.ts";
import { Turn } from "./turn.ts";
import { heartbeat, join, leave } from "./workers.ts";

export const queueMachine = queueSetup.createMachine({
  id: "queue",
  context: ({ input }) => newQueue(input),
  initial: "OPEN",
  states: {
    OPEN: {
      on: {
        PAUSE: "PAUSED",
        TICK: { actions: { type: "take", params: ({ context, event }) => opened(context, event) } },
        "*": {
          guard: "sound",
          actions: { type: "take", params: ({ context, event }) => opened(context, event) },
        },
      },
    },
    PAUSED: {
      on: {
        RESUME: {
          target: "OPEN",
          actions: { type: "take", params: ({ context, event }) => opened(context, event) },
        },
        TICK: { actions: { type: "take", params: ({ context, event }) => paused(context, event) } },
        "*": {
          guard: "sound",
          actions: { type: "take", params: ({ context, event }) => paused(context, event) },
        },
      },
    },
  },
});

/** Takes an event, and grants what may run then. */
function opened(context: QueueContext, event: QueueCommand | QueueTick): Turn {
  const turn = paused(context, event);
  grant(turn);
  return turn;
}

function paused(context: QueueContext, event: QueueCommand | QueueTick): Turn {
  const turn = new Turn(context);
  handle(turn, commandIn(event) ?? event); // what no schema knows is its own: TICK
  return turn;
}

type Handled = QueueCommand | QueueTick;
type Handler<TType extends Handled["type"]> = (
  turn: Turn,
  event: Extract<Handled, { readonly type: TType }>,
) => void;

const HANDLERS: { readonly [TType in Handled["type"]]: Handler<TType> } = {
  TICK: tick,
  ADD: add,
  REPORT: report,
  CANCEL: cancel,
  RETRY: retry,
  SCHEDULE: schedule,
  UNSCHEDULE: unschedule,
  JOIN: join,
  HEARTBEAT: heartbeat,
  LEAVE: leave,
  CONFIGURE(turn, { settings }) {
    turn.change({ settings });
    turn.change({ pace: repaced(turn.context) });
  },
  PAUSE: () => {},
  RESUME: () => {},
};

function handle(turn: Turn, event: Handled): void {
  const handler = HANDLERS[event.type] as (turn: Turn, event: Handled) => void; // it stands under the event's own type
  handler(turn, event);
}
