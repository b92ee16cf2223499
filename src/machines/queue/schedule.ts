/** When a schedule fires. Pure: what it answers depends on what it is asked. */
import { nextByCron } from "../../events/queue/cron.ts";
import { LAST, type Schedule } from "../../events/queue/schedule.ts";

/**
 * The first moment of a schedule after a moment, both epoch ms; undefined where none comes.
 *
 * @throws {TypeError} for a cron line or time zone that the schema of schedules refuses.
 */
export function next(schedule: Schedule, after: number): number | undefined {
  if ("cron" in schedule) return nextByCron(schedule.cron, schedule.timeZone, after);
  if ("everyMs" in schedule) return nextMultiple(schedule.everyMs, schedule.from ?? 0, after);
  const at = typeof schedule.at === "string" ? Date.parse(schedule.at) : schedule.at;
  return at > after ? at : undefined;
}

function nextMultiple(everyMs: number, from: number, after: number): number | undefined {
  const next = after < from ? from : after - ((after - from) % everyMs) + everyMs;
  return next > LAST ? undefined : next;
}
