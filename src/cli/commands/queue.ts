/**
 * `troupe queue`: what queues there are and what their jobs do, and the operator's hand on them.
 *
 * - Jobs are done by workers of the user's own program (`startWorker`): no command does any.
 */
import type { Command } from "commander";
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { count, moment, table } from "../paper.ts";
import { knownQueue, queueClient } from "../queues.ts";
import { addCommand, openExisting, type Shell } from "../shell.ts";
import { addQueueAdd } from "./queue-add.ts";
import { addQueueLs } from "./queue-ls.ts";

const Shared = z.object({ log: z.string(), json: z.boolean().default(false) });
const CancelOptions = Shared.extend({ schedule: z.string().optional() });
const RetryOptions = Shared.extend({ all: z.boolean().default(false) });

export function addQueue(program: Command, shell: Shell): void {
  const queue = program
    .command("queue")
    .description("Jobs in queues: what they do, and adding, cancelling and retrying them.");
  addQueueLs(queue, shell);
  addQueueAdd(queue, shell);
  addCommand(queue, "cancel", "Call a job off: it never runs, or its worker is asked to stop.")
    .argument("<queue>", "its name")
    .argument("[job]", "the job's number, as `queue ls` shows it")
    .option("--schedule <id>", "end this schedule instead")
    .action((name: string, job: string | undefined, options: unknown) =>
      cancel(shell, { name, job }, CancelOptions.parse(options)),
    );
  addCommand(queue, "retry", "Let a failed job stand in line again, with all its retries.")
    .argument("<queue>", "its name")
    .argument("[job]", "the job's number, as `queue ls` shows it")
    .option("--all", "all jobs that have failed")
    .action((name: string, job: string | undefined, options: unknown) =>
      retry(shell, { name, job }, RetryOptions.parse(options)),
    );
  addCommand(queue, "stats", "Say how a queue stands: its jobs by state, and its workers.")
    .argument("<queue>", "its name")
    .action((name: string, options: unknown) => stats(shell, name, Shared.parse(options)));
}

interface Named {
  readonly name: string;
  readonly job: string | undefined;
}

async function cancel(
  { terminal }: Shell,
  { name, job }: Named,
  { log: url, json, schedule }: z.infer<typeof CancelOptions>,
): Promise<void> {
  oneOf({ job, "--schedule": schedule }, "cancel");
  await using log = await openExisting(url);
  await using client = await queueClient(log, terminal);
  const queue = await knownQueue(client, name, log);
  if (schedule !== undefined) {
    await queue.unschedule(schedule);
    if (json) return terminal.out(JSON.stringify({ queue: name, schedule, ended: true }));
    return terminal.out(`${name}: the schedule ${schedule} is ended`);
  }
  const id = job ?? "";
  const outcome = await queue.cancel(id);
  if (outcome === false) {
    const { status } = await queue.job(id);
    throw new TroupeError("JOB_NOT_OPEN", `job ${id} of "${name}" is over already: ${status}`, {
      hint: "Nothing is left to cancel; look at it with `troupe queue ls`.",
      data: { queue: name, job: id, status },
    });
  }
  if (json) return terminal.out(JSON.stringify({ queue: name, job: id, outcome }));
  const asked = "runs: its worker has been asked to stop";
  terminal.out(`${name}: job ${id} ${outcome === "asked" ? asked : "is cancelled"}`);
}

async function retry(
  { terminal }: Shell,
  { name, job }: Named,
  { log: url, json, all }: z.infer<typeof RetryOptions>,
): Promise<void> {
  oneOf({ job, "--all": all ? "" : undefined }, "retry");
  await using log = await openExisting(url);
  await using client = await queueClient(log, terminal);
  const queue = await knownQueue(client, name, log);
  const failed = all ? await queue.jobs({ status: "FAILED", limit: Number.MAX_SAFE_INTEGER }) : [];
  const ids = job === undefined ? failed.map(({ id }) => id).toReversed() : [job];
  for (const id of ids) await queue.retry(id);
  if (json) return terminal.out(JSON.stringify({ queue: name, jobs: ids }));
  terminal.out(`${name}: ${count(ids.length, "job")} in line again`);
}

/** @throws {@link TroupeError} `USAGE` unless exactly one of them is given. */
function oneOf(given: Readonly<Record<string, string | undefined>>, command: string): void {
  if (Object.values(given).filter((value) => value !== undefined).length === 1) return;
  throw new TroupeError("USAGE", `queue ${command} takes one of ${Object.keys(given).join(" and ")}`, {
    hint: `See \`troupe queue ${command} --help\`.`,
  });
}

async function stats(
  { terminal }: Shell,
  name: string,
  { log: url, json }: z.infer<typeof Shared>,
): Promise<void> {
  await using log = await openExisting(url, { readOnly: true });
  await using client = await queueClient(log, terminal);
  const found = await (await knownQueue(client, name, log)).stats();
  if (json) return terminal.out(JSON.stringify({ queue: name, ...found }));
  const { added, open, queued, running, waiting, failed, workers, unserved, paused } = found;
  terminal.out(
    `${name}: ${paused ? "PAUSED, " : ""}${count(added, "job")} added, ${added - open} over`,
  );
  terminal.out(`${queued} queued, ${running} running, ${waiting} waiting, ${failed} failed`);
  const rows = workers.map(({ worker, slots, busy, seen }) => [
    worker,
    `${busy}/${slots}`,
    moment(seen),
  ]);
  if (rows.length === 0) terminal.err("no worker is here now");
  else
    for (const line of table(["WORKER", "BUSY", "SEEN"], rows, terminal.outColumns)) terminal.out(line);
  if (unserved.length > 0) terminal.err(`no worker does what waits: ${unserved.join(", ")}`);
}
