/**
 * `troupe cancel ID`: ends a run or a task; what runs of it is stopped.
 *
 * - A task that has not started has no actor: its workflow is told.
 */
import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import { z } from "zod";
import { connect, type Client } from "../../actors/client.ts";
import { planKinds } from "../../agents/plan-kinds.ts";
import { TroupeError } from "../../errors.ts";
import { parseAddress } from "../../events/address.ts";
import type { EventLog } from "../../events/log/log.ts";
import { isOver as hasEnded, stateLabel } from "../../projections/runs-view.ts";
import { command, isOver } from "../control.ts";
import { knownRuns } from "../known-runs.ts";
import { addCommand, addressOf, checkTexts, noSuchRun, openExisting, type Shell } from "../shell.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  reason: z.string().optional(),
});

/** How long to wait for a recorded cancellation to be carried out. */
const WAIT_MS = 10_000;

export function addCancel(program: Command, shell: Shell): void {
  addCommand(program, "cancel", "Cancel a run, or one task of it.")
    .argument("<id>", "a run's id, or an address such as task/RUN:TASK")
    .option("--reason <text>", "why; it is recorded")
    .action((id: string, options: unknown) => cancel(shell, id, Options.parse(options)));
}

interface Bench {
  readonly shell: Shell;
  readonly log: EventLog;
  readonly client: Client<ReturnType<typeof planKinds>>;
  /** As it was typed. */
  readonly id: string;
  readonly reason: { readonly reason?: string };
}

interface Cancelled {
  readonly address: string;
  readonly seq: number;
  /** Absent: it is recorded, but not carried out yet. */
  readonly state?: string | undefined;
}

async function cancel(
  shell: Shell,
  id: string,
  { log: url, json, reason }: z.infer<typeof Options>,
): Promise<void> {
  const { kind, root, path } = parseAddress(addressOf(id));
  if (kind !== "workflow" && kind !== "task") throw notCancellable(kind);
  checkTexts({ reason });
  await using log = await openExisting(url);
  await using client = await connect({ log, kinds: planKinds({ env: shell.env }) });
  const bench = { shell, log, client, id, reason: reason === undefined ? {} : { reason } };
  const [task] = path;
  const { address, seq, state } = await (task === undefined
    ? cancelRun(bench, root)
    : cancelTask(bench, root, task));
  const { terminal } = shell;
  if (json) terminal.out(JSON.stringify({ address, seq, state: state ?? null }));
  else if (state === undefined) terminal.out(`${address}: the cancellation is recorded (${seq})`);
  else terminal.out(`${address}: ${state}`);
}

async function cancelRun(bench: Bench, run: string): Promise<Cancelled> {
  const { client, log, reason } = bench;
  const seq = await command(client, run, { type: "CANCEL", ...reason }, log);
  return { address: `workflow/${run}`, seq, state: await stateAtEnd(bench, `workflow/${run}`) };
}

async function cancelTask(bench: Bench, run: string, part: string): Promise<Cancelled> {
  const { shell, client, log, id, reason } = bench;
  const name = part.replace(/~\d+$/, "");
  const row = async () =>
    (await knownRuns(shell.terminal, log, run)).get(run)?.tasks.find((one) => one.id === name);
  const task = await row();
  if (task === undefined) throw noSuchRun(id, log);
  if (hasEnded(task.status)) throw isOver(id, task.status);
  const start = task.starts.findLast(({ n, status }) => n > task.stale && status !== undefined);
  if (start === undefined) {
    const seq = await command(client, run, { type: "CANCEL", task: name, ...reason }, log);
    const state = (await row())?.status;
    return { address: `task/${run}:${name}`, seq, state };
  }
  const address = `task/${run}:${name}${start.n === 1 ? "" : `~${start.n}`}` as const;
  const actor = client.actor(address);
  const { seq } = await actor.send({ type: "CANCEL", ...reason }).catch(async (error: unknown) => {
    if (!TroupeError.is(error, "EVENT_REFUSED")) throw error;
    const { status, value } = await actor.snapshot();
    throw status === "active" ? error : isOver(id, stateLabel(status, value));
  });
  return { address, seq, state: await stateAtEnd(bench, address) };
}

/** The state in which an actor ended; undefined if that takes too long. */
async function stateAtEnd(
  { client, shell }: Bench,
  address: `workflow/${string}` | `task/${string}`,
): Promise<string | undefined> {
  return await Promise.race([
    client
      .actor(address)
      .waitFor(({ status }) => status !== "active", { signal: shell.stop })
      .then(
        ({ status, value }) => stateLabel(status, value),
        () => undefined,
      ),
    sleep(WAIT_MS, undefined, { ref: false }),
  ]);
}

function notCancellable(kind: string): TroupeError {
  return new TroupeError("USAGE", `an actor of kind "${kind}" cannot be cancelled`, {
    hint: "Name a run, or a task as task/RUN:TASK.",
  });
}
