/**
 * Jobs as other programs write them (S4-046): as ours, or in the older spelling, with its fields
 * in words that underscores join, times in seconds, and an id that the one who asks gives.
 *
 * A job's own id is a number that its queue gives. So `job_id` becomes the key: while a job of it
 * is open, adding it again answers with that one.
 */
import { z } from "zod";
import { parseWhole } from "../whole.ts";
import { TroupeError } from "../../errors.ts";
import { withValues } from "../issues.ts";
import { readDocument, refused } from "../plan/document.ts";
import { faultAt, faultOfKey, isRecord, placeText, type Fault, type Steps } from "../plan/fault.ts";
import { Priority } from "../priority.ts";
import { JobOrder } from "./job.ts";

const OlderJob = z.strictObject({
  job_id: z.string().min(1).max(200).nullish(),
  name: z.string(),
  handler: z.string().nullish(),
  args: z.array(z.json()).nullish(),
  kwargs: z.record(z.string(), z.json()).nullish(),
  /** In any letters. */
  priority: z.preprocess(
    (text) => (typeof text === "string" ? text.toUpperCase() : text),
    Priority.nullish(),
  ),
  max_retries: z.int().nullish(),
  timeout_seconds: z.number().positive().nullish(),
  scheduled_at: z.union([z.string(), z.number()]).nullish(),
  workflow_id: z.string().nullish(),
  metadata: z.record(z.string(), z.json()).nullish(),
});

/** Fields of the older spelling alone. */
const OLDER = [
  "job_id",
  "max_retries",
  "timeout_seconds",
  "scheduled_at",
  "workflow_id",
] as const satisfies readonly (keyof z.infer<typeof OlderJob>)[];

/**
 * A job of either spelling as ours.
 *
 * @throws {@link TroupeError} `INPUT_INVALID`; `data.issues` has every fault with its place.
 */
export function jobFrom(value: unknown): JobOrder {
  const { job, faults } = read(value);
  if (job !== undefined) return job;
  const lines = faults.map(({ path, message }) => `${placeText(path) || "it"}: ${message}`);
  throw new TroupeError("INPUT_INVALID", `this is no job: ${lines.join("; ")}`, {
    hint: "Write it as { name, handler, args, … }, in one spelling throughout.",
    data: { issues: faults.map(({ path, message }) => ({ path: path.join("."), message })) },
  });
}

/**
 * The jobs of a YAML or JSON text: a list of them, or one.
 *
 * @param file the name of the text in messages.
 * @throws {@link TroupeError} `INPUT_INVALID`; `data.faults` has every fault with its place.
 */
export function parseJobs(text: string, file: string): readonly JobOrder[] {
  const what = { kind: "list of jobs", file };
  const { grammar, content } = readDocument(text);
  if (content === undefined) throw refused("INPUT_INVALID", what, grammar);
  const { value, place } = content;
  const several: readonly unknown[] = Array.isArray(value) ? value : [value];
  const all = several.map((one) => read(one));
  const faults = all.flatMap((one, at) =>
    one.faults.map((fault) =>
      place(Array.isArray(value) ? { ...fault, path: [at, ...fault.path] } : fault),
    ),
  );
  if (all.length === 0) faults.push(place(faultAt([], "it holds no job")));
  if (grammar.length + faults.length > 0) throw refused("INPUT_INVALID", what, [...grammar, ...faults]);
  return all.flatMap(({ job }) => job ?? []);
}

interface Reading {
  readonly job?: JobOrder;
  readonly faults: readonly Fault[];
}

function read(value: unknown): Reading {
  if (!isRecord(value) || !OLDER.some((field) => Object.hasOwn(value, field)))
    return reading(JobOrder, value, (path) => path);
  const older = OlderJob.safeParse(value);
  if (!older.success) return reading(OlderJob, value, (path) => path);
  return reading(JobOrder, oursOf(older.data), (path) => path.map((part) => NAMES.get(part) ?? part));
}

function reading(
  schema: typeof JobOrder | typeof OlderJob,
  value: unknown,
  named: (path: Steps) => Steps,
): Reading {
  const { data, error } = parseWhole<unknown>(schema, value);
  if (error === undefined) return { job: data as JobOrder, faults: [] }; // the older one is read for its faults alone
  return {
    faults: withValues(error, value).issues.flatMap((issue) => {
      const path = named(issue.path.map((part) => (typeof part === "number" ? part : String(part))));
      if (issue.code !== "unrecognized_keys") return [faultAt(path, issue.message)];
      return issue.keys.map((key) => faultOfKey([...path, key], `unknown field "${key}"`));
    }),
  };
}

/** Our names of fields that the older spelling calls otherwise. */
const NAMES: ReadonlyMap<unknown, string> = new Map([
  ["key", "job_id"],
  ["maxRetries", "max_retries"],
  ["timeoutMs", "timeout_seconds"],
  ["scheduledAt", "scheduled_at"],
  ["workflow", "workflow_id"],
]);

/** What says nothing is left out. */
function oursOf(older: z.infer<typeof OlderJob>): Readonly<Record<string, unknown>> {
  const { job_id: key, max_retries: maxRetries, timeout_seconds: seconds, ...rest } = older;
  const { scheduled_at: scheduledAt, workflow_id: workflow, ...same } = rest;
  const timeoutMs = seconds == null ? undefined : Math.ceil(seconds * 1_000);
  const all = { ...same, key, maxRetries, timeoutMs, scheduledAt, workflow };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value != null));
}
