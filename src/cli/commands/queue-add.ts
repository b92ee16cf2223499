/**
 * `troupe queue add QUEUE HANDLER`: adds a job, or a schedule of jobs.
 *
 * - Whether a job that nobody does now was meant is for the user to say: it waits, and that is told.
 */
import { readFile } from "node:fs/promises";
import { resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { openQueue, type AddedJob, type Queue } from "../../agents/queue/queue.ts";
import { TroupeError } from "../../errors.ts";
import { jobFrom, parseJobs } from "../../events/queue/job-from.ts";
import type { JobOrder } from "../../events/queue/job.ts";
import { Priority } from "../../events/priority.ts";
import { openLog } from "../../events/log/open.ts";
import { durationOf } from "../durations.ts";
import { count, moment } from "../paper.ts";
import { knownQueue, queueClient } from "../queues.ts";
import { addCommand, openExisting, type Shell } from "../shell.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  create: z.boolean().default(false),
  file: z.string().optional(),
  name: z.string().optional(),
  args: z.string().optional(),
  kwargs: z.string().optional(),
  priority: z.string().optional(),
  at: z.string().optional(),
  every: z.string().optional(),
  cron: z.string().optional(),
  tz: z.string().optional(),
  id: z.string().optional(),
  maxRetries: z.string().optional(),
  timeout: z.string().optional(),
  key: z.string().optional(),
  workflow: z.string().optional(),
});
type Options = z.infer<typeof Options>;

export function addQueueAdd(queue: Command, shell: Shell): void {
  addCommand(queue, "add", "Add a job, a file of jobs, or a schedule that adds one again and again.")
    .argument("<queue>", "its name")
    .argument("[handler]", "the worker's function that does it")
    .option("--file <path>", "jobs as YAML or JSON instead: a list of them, or one")
    .option("--create", "make the queue, and the log, where there is none")
    .option("--name <name>", "what the job is called in lists (default: the handler)")
    .option("--args <json>", "what the handler gets: a JSON list, e.g. '[\"ada\", 2]'")
    .option("--kwargs <json>", "named values: a JSON object, e.g. '{\"copies\": 2}'")
    .option("--priority <priority>", "LOW, NORMAL, HIGH or URGENT (default: NORMAL)")
    .option("--at <time>", "not before: a time with its zone, e.g. 2027-01-31T09:00:00+01:00")
    .option("--every <duration>", "a schedule: again and again, e.g. 30s, 5m, 2h, 1d")
    .option("--cron <line>", "a schedule: five fields, from minutes to weekdays, or six with seconds")
    .option("--tz <zone>", "whose clock the cron line reads, e.g. Europe/Berlin (default: UTC)")
    .option(
      "--id <id>",
      "the schedule's own; another of this id takes its place (default: the handler)",
    )
    .option("--max-retries <number>", "attempts after the first (default: 3)")
    .option("--timeout <duration>", "of one attempt, e.g. 30s (default: none)")
    .option("--key <key>", "while a job with this key is open, the same again adds nothing")
    .option("--workflow <run>", "the run that it belongs to")
    .addHelpText(
      "after",
      `
Examples:
  troupe queue add mail send --args '["ada@example.org"]' --priority HIGH
  troupe queue add mail tidy --cron "30 2 * * *" --tz Europe/Berlin
  troupe queue add mail --file jobs.yaml

A file has jobs as { name, handler, args, kwargs, priority, maxRetries, timeoutMs, scheduledAt,
workflow, key, metadata }, or as { job_id, name, handler, args, kwargs, priority, max_retries,
timeout_seconds, scheduled_at, workflow_id, metadata }; only the name is needed.`,
    )
    .action((name: string, handler: string | undefined, options: unknown) =>
      add(shell, { name, handler }, Options.parse(options)),
    );
}

interface Named {
  readonly name: string;
  readonly handler: string | undefined;
}

async function add(shell: Shell, { name, handler }: Named, options: Options): Promise<void> {
  const { terminal } = shell;
  const orders = await ordersOf(shell, handler, options);
  const when = scheduleOf(options);
  await using log = await (options.create ? openLog(options.log) : openExisting(options.log));
  await using client = await queueClient(log, terminal);
  const queue = options.create ? await openQueue(client, name) : await knownQueue(client, name, log);
  const [order] = orders;
  if (when !== undefined && order !== undefined) {
    const { id = order.name } = options;
    await queue.schedule(id, when, order);
    const next = (await queue.schedules()).find((one) => one.id === id)?.next;
    if (options.json) terminal.out(JSON.stringify({ queue: name, schedule: id, next }));
    else terminal.out(`${name}: schedule ${id} adds ${order.name}, next at ${moment(next ?? 0)}`);
  } else {
    const jobs = await added(queue, orders);
    if (options.json) terminal.out(JSON.stringify({ queue: name, jobs }));
    else terminal.out(`${name}: ${inWords(jobs, orders)}`);
  }
  await tellUnserved(shell, queue, orders);
}

/** As many as one command takes, one batch after the other. */
const AT_ONCE = 1_000;

async function added(queue: Queue, orders: readonly JobOrder[]): Promise<readonly AddedJob[]> {
  const jobs: AddedJob[] = [];
  for (let from = 0; from < orders.length; from += AT_ONCE)
    jobs.push(...(await queue.addAll(orders.slice(from, from + AT_ONCE))));
  return jobs;
}

function inWords(jobs: readonly AddedJob[], orders: readonly JobOrder[]): string {
  const [first, ...others] = jobs.map(({ id }) => id);
  if (others.length > 0) return `${count(jobs.length, "job")}, ${first} to ${others.at(-1)}`;
  const { name = "", key = "" } = orders[0] ?? {};
  return jobs[0]?.duplicate === true
    ? `job ${first} has the key ${key} already`
    : `job ${first}, ${name}`;
}

async function ordersOf(
  { folder }: Shell,
  handler: string | undefined,
  options: Options,
): Promise<readonly JobOrder[]> {
  const { file } = options;
  if ((handler === undefined) === (file === undefined))
    throw misuse("queue add takes a handler or --file, and not both");
  if (file === undefined) return [orderOf(handler ?? "", options)];
  const other = ORDER_OPTIONS.find((option) => options[option] !== undefined);
  if (other !== undefined) throw misuse(`--${other} does not go with --file: the file says it`);
  return parseJobs(await textOf(resolve(folder, file)), file);
}

/** What a file says itself. */
const ORDER_OPTIONS = ["name", "args", "kwargs", "priority", "at", "every", "cron", "key"] as const;

async function textOf(path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new TroupeError("USAGE", `--file cannot be read: ${why}`, {
      hint: "Name a YAML or JSON file.",
      cause,
    });
  }
}

function orderOf(handler: string, options: Options): JobOrder {
  const { name = handler, args, kwargs, priority, at, maxRetries, timeout, key, workflow } = options;
  const given = {
    name,
    handler: name === handler ? undefined : handler,
    args: args === undefined ? undefined : jsonOf("args", args),
    kwargs: kwargs === undefined ? undefined : jsonOf("kwargs", kwargs),
    priority: priority === undefined ? undefined : inCapitals(priority),
    scheduledAt: at === undefined ? undefined : /^\d+$/.test(at) ? Number(at) : at,
    maxRetries: maxRetries === undefined ? undefined : Number(maxRetries),
    timeoutMs: timeout === undefined ? undefined : durationOf("timeout", timeout),
    key,
    workflow,
  };
  return jobFrom(Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)));
}

/** What is no priority is told as it was typed. */
function inCapitals(priority: string): string {
  return Priority.safeParse(priority.toUpperCase()).data ?? priority;
}

function jsonOf(option: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new TroupeError("USAGE", `--${option}: ${text} is no JSON`, {
      hint: `Put it in single quotes, texts in double ones: --${option} '["ada", 2]'.`,
      cause,
    });
  }
}

function scheduleOf({
  every,
  cron,
  tz,
  at,
  id,
}: Options): Parameters<Queue["schedule"]>[1] | undefined {
  if ([every, cron, at].filter((value) => value !== undefined).length > 1)
    throw misuse("--at, --every and --cron do not go together");
  if (tz !== undefined && cron === undefined) throw misuse("--tz goes with --cron");
  if (every !== undefined) return { everyMs: durationOf("every", every) };
  if (cron !== undefined) return { cron, ...(tz !== undefined && { timeZone: tz }) };
  if (id !== undefined) throw misuse("--id goes with --every or --cron");
  return undefined;
}

function misuse(message: string): TroupeError {
  return new TroupeError("USAGE", message, { hint: "See `troupe queue add --help`." });
}

/** What nobody does now. */
async function tellUnserved(
  { terminal }: Shell,
  queue: Queue,
  orders: readonly JobOrder[],
): Promise<void> {
  const { unserved } = await queue.stats();
  const wanted = new Set(orders.map(({ name, handler = name }) => handler));
  const idle = unserved.filter((handler) => wanted.has(handler));
  if (idle.length > 0)
    terminal.err(`no worker of "${queue.name}" does ${idle.join(", ")} now: it waits for one`);
}
