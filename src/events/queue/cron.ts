/**
 * Cron lines: when the clock of a time zone shows what a line says.
 *
 * - Pure: an answer depends on the arguments and on the time zone tables of the platform, not on
 *   the clock or the zone of the process.
 * - A line without `*`, `?` and `/` in its times names moments of a day: each comes once, also
 *   where clocks are set back, and, where they are set forward, as soon as they have been. All
 *   other lines go by what the clock shows: what it leaves out is left out, what it shows twice
 *   comes twice.
 */
import { Cron, CronPattern } from "croner";
import { nearest } from "../nearest.ts";

const FORM = { mode: "5-or-6-parts", fixedTimeRule: "no-wildcard" } as const;

/** Why a text is no cron line, or never comes; undefined if it is one. */
export function cronFault(line: string): string | undefined {
  try {
    void new CronPattern(line, "UTC", FORM); // a date is no pattern, though Cron would take it
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/^CronPattern: /, "");
  }
  return nextByCron(line, "UTC", 0) === undefined ? "no day is like that" : undefined;
}

/** Why a text is no time zone; undefined if it is one. */
export function timeZoneFault(timeZone: string): string | undefined {
  try {
    void new Intl.DateTimeFormat("en", { timeZone });
    return undefined;
  } catch {
    const meant = nearest(timeZone, Intl.supportedValuesOf("timeZone"));
    return meant === undefined ? "there is none of that name" : `did you mean "${meant}"?`;
  }
}

/**
 * The first moment of a line after a moment, both epoch ms; undefined where none comes.
 *
 * @throws {TypeError} where {@link cronFault} or {@link timeZoneFault} finds a fault.
 */
export function nextByCron(line: string, timeZone: string, after: number): number | undefined {
  const cron = new Cron(line, { ...FORM, timezone: timeZone, paused: true });
  return cron.nextRun(new Date(after))?.getTime();
}
