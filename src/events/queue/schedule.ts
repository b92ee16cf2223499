/** When a job is to run: at a time, every so often, or as a cron line says. */
import { z } from "zod";
import { cronFault, timeZoneFault } from "./cron.ts";

/** The last moment that a date can hold, epoch ms. */
export const LAST = 8_640_000_000_000_000;
const MIN_EVERY_MS = 100;

const Moment = z.int().min(0).max(LAST);

const CronLine = z
  .string()
  .max(256)
  .superRefine((line, context) => {
    const fault = cronFault(line);
    if (fault === undefined) return;
    const hint =
      'write five fields, from minutes to weekdays, or six with seconds before: "30 2 * * *"';
    context.addIssue({ code: "custom", message: `"${line}" is no cron line: ${fault} (${hint})` });
  });

const TimeZone = z
  .string()
  .max(64)
  .superRefine((name, context) => {
    const fault = timeZoneFault(name);
    if (fault === undefined) return;
    const hint = 'write a name of the IANA list, such as "Europe/Berlin"';
    context.addIssue({ code: "custom", message: `"${name}" is no time zone: ${fault} (${hint})` });
  });

/** Once. */
const At = z.strictObject({
  /** ISO 8601 with its zone, or epoch ms. */
  at: z.union([Moment, z.iso.datetime({ offset: true, error: noTime })], { error: noTime }),
});

/** At `from`, and at every multiple of `everyMs` after it: it never drifts. */
const Every = z.strictObject({
  everyMs: z.int().min(MIN_EVERY_MS).max(LAST),
  /** Epoch ms. Default 0, so that an hour's multiples are the full hours of UTC. */
  from: Moment.optional(),
});

/** When the clock of a time zone shows what the line says. */
const ByCron = z.strictObject({ cron: CronLine, timeZone: TimeZone.default("UTC") });

export const Schedule = z.union([At, Every, ByCron], { error: noSchedule });
export type Schedule = z.infer<typeof Schedule>;

/** What is said against a value that should be a moment. */
export function noTime({ input }: z.core.$ZodRawIssue): string {
  const hint = "write date, time and zone, as in 2027-01-31T09:00:00+01:00, or epoch milliseconds";
  return `${JSON.stringify(input)} is no time (${hint})`;
}

/** What its one kind of schedule says against it; else, that it is not of one kind. */
function noSchedule({ input, errors }: z.core.$ZodRawIssue<z.core.$ZodIssueInvalidUnion>): string {
  const given = Object.keys(Object(input)); // nothing has no keys
  const kinds = ["at", "everyMs", "cron"].map((key) => given.includes(key));
  const [issue] = kinds.filter(Boolean).length === 1 ? (errors[kinds.indexOf(true)] ?? []) : [];
  if (issue !== undefined) return [...issue.path, issue.message].join(": ");
  return "a schedule is exactly one of { at }, { everyMs, from? }, { cron, timeZone? }";
}
