/** The jobs of a queue as a list: pages of rows, the latest first. */
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { JOB_NUMBER, JobStatus } from "../../events/queue/job.ts";
import { jobs, type JobRow } from "../../projections/jobs.ts";
import type { QueueActors } from "./queue.ts";

const Options = z.strictObject({
  status: JobStatus.optional(),
  workflow: z.string().optional(),
  name: z.string().optional(),
  limit: z.int().min(1).default(100),
  before: z.string().regex(JOB_NUMBER, "is not the number of a job").optional(),
});

export interface ListOptions {
  readonly status?: JobStatus;
  /** The run that they belong to. */
  readonly workflow?: string;
  /** The jobs' name. */
  readonly name?: string;
  /** At most so many. Default 100. */
  readonly limit?: number;
  /** Only jobs that were added before the one of this id: the last one of the page before. */
  readonly before?: string;
}

/** @throws {@link TroupeError} `USAGE`. */
export async function listed(
  actors: Pick<QueueActors, "rows">,
  queue: string,
  options: ListOptions,
): Promise<readonly JobRow[]> {
  const { limit, before, ...wanted } = checked(options);
  const end = before === undefined ? Number.POSITIVE_INFINITY : Number(before);
  const fits = (row: JobRow): boolean =>
    row.queue === queue &&
    Number(row.id) < end &&
    (wanted.status === undefined || row.status === wanted.status) &&
    (wanted.workflow === undefined || row.workflow === wanted.workflow) &&
    (wanted.name === undefined || row.name === wanted.name);
  const rows = await actors.rows(jobs);
  return rows
    .flatMap(({ row }) => (row !== undefined && fits(row) ? [row] : []))
    .toSorted((a, b) => Number(b.id) - Number(a.id))
    .slice(0, limit);
}

function checked(options: ListOptions): z.infer<typeof Options> {
  const { data, error } = Options.safeParse(options);
  if (data !== undefined) return data;
  const [issue] = error.issues;
  const place = issue?.path.join(".") ?? "";
  const value: unknown = Object(options)[place];
  const given = typeof value === "string" ? `"${value}"` : String(value);
  const what = place === "" ? "this asks for no jobs" : `${place}: ${given} does not do`;
  throw new TroupeError("USAGE", `${what}: ${issue?.message ?? ""}`, {
    hint: "Give { status, workflow, name, limit, before }, each or none.",
    data: { issues: error.issues.map(({ path, message }) => ({ path, message })) },
  });
}
