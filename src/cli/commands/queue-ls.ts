/** `troupe queue ls`: the queues of a log, or the jobs or schedules of one. */
import { Option, type Command } from "commander";
import { z } from "zod";
import type { Queue } from "../../agents/queue/queue.ts";
import { standOf, type QueueStats } from "../../agents/queue/views.ts";
import { TroupeError } from "../../errors.ts";
import { JobStatus } from "../../events/queue/job.ts";
import type { JobRow } from "../../projections/jobs.ts";
import { inked, moment, span, styleOf, table } from "../paper.ts";
import { knownQueue, queueClient, queueNames, type QueueClient } from "../queues.ts";
import { addCommand, openExisting, wholeNumber, type Shell } from "../shell.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  status: JobStatus.optional(),
  name: z.string().optional(),
  workflow: z.string().optional(),
  limit: z.string().transform((text) => wholeNumber("limit", text)),
  before: z.string().optional(),
  schedules: z.boolean().default(false),
});

export function addQueueLs(queue: Command, shell: Shell): void {
  addCommand(queue, "ls", "List the queues, or the jobs of one, the latest first.")
    .argument("[queue]", "its name (default: list the queues)")
    .addOption(
      new Option("--status <status>", "only jobs in this state")
        .choices(JobStatus.options)
        .argParser(choice),
    )
    .option("--name <name>", "only jobs of this name")
    .option("--workflow <run>", "only jobs of this run")
    .option("--limit <count>", "at most so many", "100")
    .option("--before <job>", "only jobs older than this one: the last one of the page before")
    .option("--schedules", "its schedules instead of its jobs")
    .action((name: string | undefined, options: unknown) => list(shell, name, Options.parse(options)));
}

function choice(text: string): JobStatus {
  const { data } = JobStatus.safeParse(text.toUpperCase());
  if (data !== undefined) return data;
  throw new TroupeError("USAGE", `--status: "${text}" is no state of a job`, {
    hint: `Use one of ${JobStatus.options.join(", ")}.`,
  });
}

async function list(
  shell: Shell,
  name: string | undefined,
  options: z.infer<typeof Options>,
): Promise<void> {
  const { json } = options;
  await using log = await openExisting(options.log, { readOnly: true });
  await using client = await queueClient(log, shell.terminal);
  if (name === undefined) return await listQueues(shell, client, { json, url: log.url });
  const queue = await knownQueue(client, name, log);
  if (options.schedules) return await listSchedules(shell, queue, json);
  return await listJobs(shell, queue, options);
}

async function listJobs(
  shell: Shell,
  queue: Queue,
  { json, limit, ...wanted }: z.infer<typeof Options>,
): Promise<void> {
  const { terminal } = shell;
  const { status, name, workflow, before } = wanted;
  const rows = await queue.jobs({
    limit,
    ...(status !== undefined && { status }),
    ...(name !== undefined && { name }),
    ...(workflow !== undefined && { workflow }),
    ...(before !== undefined && { before }),
  });
  if (json) return terminal.out(JSON.stringify(rows));
  if (rows.length === 0) return terminal.err(`no such job in "${queue.name}"`);
  print(shell, rows);
  const last = rows.at(-1)?.id;
  if (rows.length === limit && last !== "1")
    terminal.err(`older ones: troupe queue ls ${queue.name} --before ${last}`);
}

const JOB_COLUMNS = ["JOB", "STATE", "PRIORITY", "TRIES", "ADDED", "TOOK", "NAME", "WHAT"];

function cellsOf(row: JobRow): readonly string[] {
  const { id, status, priority, attempts, addedAt, startedAt, endedAt, name } = row;
  const took = startedAt === undefined || endedAt === undefined ? "" : span(endedAt - startedAt);
  return [
    id,
    status,
    priority,
    String(attempts),
    moment(addedAt),
    took,
    name,
    WHAT[status]?.(row) ?? "",
  ];
}

/** The one thing that people want to know of a job in its state. */
const WHAT: Partial<Record<JobStatus, (row: JobRow) => string>> = {
  PENDING: ({ dueAt = 0 }) => `at ${moment(dueAt)}`,
  RUNNING: ({ percent, note = "", worker = "" }) => `${percent} % ${note}`.trim() + `, ${worker}`,
  RETRYING: ({ dueAt = 0, failure }) => `again at ${moment(dueAt)}: ${failure?.message ?? ""}`,
  FAILED: ({ failure }) => `${failure?.code ?? ""}: ${failure?.message ?? ""}`,
};

async function listQueues(
  { terminal }: Shell,
  client: QueueClient,
  { json, url }: { readonly json: boolean; readonly url: string },
): Promise<void> {
  const found: (QueueStats & { readonly queue: string })[] = [];
  for (const queue of await queueNames(client))
    found.push({ queue, ...standOf(await client.actor(`queue/${queue}`).snapshot()) });
  if (json) return terminal.out(JSON.stringify(found));
  if (found.length === 0)
    return terminal.err(`no queue in ${url} yet: make one with \`troupe queue add --create\``);
  const rows = found.map(({ queue, paused, added, queued, running, waiting, failed, workers }) => [
    queue,
    paused ? "PAUSED" : "OPEN",
    ...[added, queued, running, waiting, failed, workers.length].map(String),
  ]);
  const columns = ["QUEUE", "STATE", "ADDED", "QUEUED", "RUNNING", "WAITING", "FAILED", "WORKERS"];
  for (const line of table(columns, rows, terminal.outColumns)) terminal.out(line);
}

async function listSchedules({ terminal }: Shell, queue: Queue, json: boolean): Promise<void> {
  const schedules = await queue.schedules();
  if (json) return terminal.out(JSON.stringify(schedules));
  if (schedules.length === 0) return terminal.err(`no schedule in "${queue.name}"`);
  const rows = schedules.map(({ id, next, name, when }) => [
    id,
    moment(next),
    name,
    JSON.stringify(when),
  ]);
  for (const line of table(["SCHEDULE", "NEXT", "JOB", "WHEN"], rows, terminal.outColumns))
    terminal.out(line);
}

function print({ terminal }: Shell, rows: readonly JobRow[]): void {
  const ink = { colour: terminal.outColour };
  const [head = "", ...lines] = table(JOB_COLUMNS, rows.map(cellsOf), terminal.outColumns);
  terminal.out(inked(ink, "dim", head));
  lines.forEach((line, at) => {
    const status = rows[at]?.status ?? "";
    terminal.out(line.replace(status, inked(ink, styleOf(status), status)));
  });
}
