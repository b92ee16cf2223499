/**
 * What is due when: jobs that wait for their time, schedules, silent workers, the rate. One
 * alarm for all of them, set to the earliest.
 */
import { now } from "../../events/now.ts";
import type { CommandOf } from "../../events/queue/queue.ts";
import { first, get, put, without } from "../sorted.ts";
import { enter } from "./add.ts";
import { timeOf, type QueueContext } from "./board.ts";
import { pacedUntil } from "./grant.ts";
import { lineUp, note, strike } from "./line.ts";
import { next } from "./schedule.ts";
import type { Turn } from "./turn.ts";
import { silentAt, sweep } from "./workers.ts";

/** As much of the agenda is done in one step; the rest follows at once. */
const AT_ONCE = 256;

export function schedule(turn: Turn, { id, when, job }: CommandOf<"SCHEDULE">): void {
  unplan(turn, id);
  const at = next(when, now());
  if (at === undefined) return;
  const due = note(turn, at, id);
  turn.change({ schedules: put(turn.context.schedules, id, { when, job, due }) });
  turn.say({ type: "queue.scheduled", v: 1, data: { schedule: id, next: at } });
}

export function unschedule(turn: Turn, { id }: CommandOf<"UNSCHEDULE">): void {
  unplan(turn, id);
  turn.say({ type: "queue.unscheduled", v: 1, data: { schedule: id } });
}

function unplan(turn: Turn, id: string): void {
  const { schedules } = turn.context;
  const planned = get(schedules, id);
  if (planned === undefined) return;
  strike(turn, planned.due);
  turn.change({ schedules: without(schedules, id) });
}

/** Does what is due. */
export function tick(turn: Turn): void {
  turn.change({ alarm: 0 });
  sweep(turn);
  for (let done = 0; done < AT_ONCE; done++) {
    const [due, what] = first(turn.context.agenda) ?? [];
    if (due === undefined || what === undefined || timeOf(due) > now()) return;
    strike(turn, due);
    if (typeof what === "number") comes(turn, what);
    else fires(turn, what, timeOf(due));
  }
}

function comes(turn: Turn, number: number): void {
  const job = turn.job(number);
  if (job === undefined) return;
  turn.tell(number, { type: "QUEUED" });
  lineUp(turn, number, job);
}

/** One job for its moment; moments that passed while nobody was there are passed over. */
function fires(turn: Turn, id: string, due: number): void {
  const { schedules } = turn.context;
  const planned = get(schedules, id);
  if (planned === undefined) return;
  const entered = enter(turn, planned.job);
  turn.say({ type: "queue.fired", v: 1, data: { schedule: id, due, ...entered } });
  const after = next(planned.when, Math.max(due, now()));
  if (after === undefined) return turn.change({ schedules: without(schedules, id) });
  const again = { ...planned, due: note(turn, after, id) };
  turn.change({ schedules: put(turn.context.schedules, id, again) });
}

/** When the alarm must ring at the latest, epoch ms; undefined: nothing is due ever. */
export function earliest(context: QueueContext): number | undefined {
  const [due] = first(context.agenda) ?? [];
  const paced = pacedUntil(context);
  const moments = [
    due === undefined ? undefined : timeOf(due),
    silentAt(context),
    // a pace that lets the next one go holds nothing back: there is nobody to take it
    paced === undefined || paced <= now() ? undefined : paced,
  ].filter((moment) => moment !== undefined);
  return moments.length === 0 ? undefined : Math.min(...moments);
}
