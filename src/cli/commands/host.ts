/**
 * `troupe host`: runs a host until it is told to stop; on NATS it shares the log with others.
 * `troupe hosts`: who is there, and who has which partitions.
 */
import type { Command } from "commander";
import { z } from "zod";
import { createHost } from "../../actors/host.ts";
import type { PlacementView } from "../../actors/placement/shared-host.ts";
import { TroupeError } from "../../errors.ts";
import { openLog } from "../../events/log/open.ts";
import type { EventLog, HostFacts } from "../../events/log/log.ts";
import { AgentChoice, agentsOf, withAgents } from "../agents.ts";
import { serveHealth } from "../health-server.ts";
import { kindsWith } from "../load-kinds.ts";
import { count, moment } from "../paper.ts";
import { addCommand, openExisting, printTable, type Shell } from "../shell.ts";
import { tameLine } from "../terminal.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  name: z.string().optional(),
  label: z.array(z.string()).default([]),
  kinds: z.string().optional(),
  health: z.string().optional(),
  ...AgentChoice.shape,
});
type Options = z.infer<typeof Options>;

/** How often it looks whether what it owns has changed, to say so, ms. */
const LOOK_MS = 500;

export function addHost(program: Command, shell: Shell): void {
  withAgents(
    addCommand(
      program,
      "host",
      "Run what is open in a log until SIGTERM or Ctrl-C; on NATS, share it with other hosts.",
    ),
  )
    .option("--name <name>", "what others know this host by (default: machine and process)")
    .option("--label <label...>", "what only hosts with this label can do: activities may ask for it")
    .option("--kinds <file>", "a module that exports `kinds` of yours, beside Troupe's own")
    .option("--health <[host:]port>", "serve /healthz and /readyz over HTTP (on 127.0.0.1)")
    .action((options: unknown) => host(shell, Options.parse(options)));
  addCommand(program, "hosts", "List the hosts that share a log, and what each of them owns.").action(
    (options: unknown) =>
      hosts(shell, z.object({ log: z.string(), json: z.boolean().default(false) }).parse(options)),
  );
}

async function host(shell: Shell, options: Options): Promise<void> {
  const { terminal, stop } = shell;
  const place = options.health === undefined ? undefined : placeIn(options.health);
  const plans = await (await agentsOf(shell, options)).host();
  const kinds = await kindsWith(shell, options.kinds, { env: shell.env, ...plans });
  await using cleanup = new AsyncDisposableStack();
  let running: Awaited<ReturnType<typeof createHost>> | undefined;
  const view = (): Partial<PlacementView> => running?.placement() ?? {};
  if (place !== undefined) {
    const health = cleanup.use(
      await serveHealth({
        ...place,
        healthy: () => running?.failed.aborted !== true,
        ready: () => running !== undefined && !stop.aborted,
        facts: () => JSON.parse(JSON.stringify(view())),
      }),
    );
    terminal.err(`health: ${health.url}/healthz and ${health.url}/readyz`);
  }
  const log = cleanup.use(await openLog(options.log));
  const { name, label: labels } = options;
  const warn = (message: string, facts: Readonly<Record<string, unknown>>): void =>
    terminal.err(tameLine(said(message, facts)));
  running = cleanup.use(
    await createHost({ log, kinds, labels, warn, ...(name !== undefined && { name }) }),
  );
  await untilStopped(shell, running, (owned) => sayOwned(shell, options, owned));
  if (running.failed.aborted) throw running.failed.reason;
  terminal.err(
    "stopping: tasks that run are ended, and started again by another host, or by the next one here",
  );
}

/** Resolves when the user or the host's own failure ends it; tells what it owns whenever this changes. */
async function untilStopped(
  { stop }: Shell,
  running: { readonly failed: AbortSignal; readonly placement: () => PlacementView },
  tell: (view: PlacementView) => void,
): Promise<void> {
  const over = Promise.withResolvers<void>();
  for (const signal of [stop, running.failed]) {
    signal.addEventListener("abort", () => over.resolve(), { once: true });
    if (signal.aborted) over.resolve();
  }
  let before = "";
  const look = (): void => {
    const view = running.placement();
    const now = view.partitions.join();
    if (now !== before) tell(view);
    before = now;
  };
  look();
  const timer = setInterval(look, LOOK_MS);
  await over.promise;
  clearInterval(timer);
}

function sayOwned({ terminal }: Shell, { json, log }: Options, view: PlacementView): void {
  if (json) return terminal.out(JSON.stringify(view));
  const { id, partitions } = view;
  const owned = partitions.length === 0 ? "no partition" : `partition ${partitions.join(", ")}`;
  terminal.err(tameLine(`host ${id} runs ${owned} of ${withoutSecrets(log)}`));
}

function said(message: string, facts: Readonly<Record<string, unknown>>): string {
  const { error, ...rest } = facts;
  const why = error instanceof Error ? `: ${error.message}` : "";
  const about = Object.keys(rest).length === 0 ? "" : ` ${JSON.stringify(rest)}`;
  return `${message}${about}${why}`;
}

function withoutSecrets(url: string): string {
  return url.replace(/\/\/[^@/]*@/, "//").replace(/\?.*$/, "");
}

/** @throws {@link TroupeError} `USAGE`. */
function placeIn(text: string): { readonly host: string; readonly port: number } {
  const [, host = "127.0.0.1", digits = ""] =
    /^(?:([A-Za-z0-9.:[\]-]+):)?([0-9]{1,5})$/.exec(text) ?? [];
  const port = Number(digits);
  if (digits !== "" && port <= 65_535) return { host: host.replace(/^\[(.*)\]$/, "$1"), port };
  throw new TroupeError("USAGE", `--health is "${text}", which is no port`, {
    hint: "Write --health 8080, or --health 0.0.0.0:8080 for other machines.",
  });
}

interface HostLine extends HostFacts {
  readonly partitions: readonly number[];
}

async function hosts(shell: Shell, { log: url, json }: { log: string; json: boolean }): Promise<void> {
  await using log = await openExisting(url, { readOnly: true });
  const { lines, others, free } = await standing(log);
  if (json) return shell.terminal.out(JSON.stringify({ hosts: lines, others, free }));
  if (log.members === undefined) shell.terminal.err(`only one host at a time can be on ${log.url}`);
  else if (lines.length === 0) shell.terminal.err(`no host shares ${log.url}`);
  if (lines.length > 0)
    printTable(
      shell.terminal,
      ["HOST", "SINCE", "PARTITIONS", "LABELS", "REFUSES", "ID"],
      lines.map(({ name, since, partitions, labels, refuses, id }) => [
        name,
        moment(since),
        listed(partitions),
        listed(labels),
        listed(refuses),
        id,
      ]),
    );
  for (const { owner, partitions } of others)
    shell.terminal.err(
      tameLine(`${owner} owns partition ${partitions.join(", ")}, and shares it with nobody`),
    );
  if (free.length > 0 && log.members !== undefined)
    shell.terminal.err(`${count(free.length, "partition")} without an owner: ${free.join(", ")}`);
}

/** The hosts of a log, who else owns something of it, and what nobody owns. */
async function standing(log: EventLog): Promise<{
  readonly lines: readonly HostLine[];
  readonly others: readonly { readonly owner: string; readonly partitions: readonly number[] }[];
  readonly free: readonly number[];
}> {
  if (log.members === undefined) return { lines: [], others: [], free: [] };
  const [known, owners] = await Promise.all([log.members.hosts(), log.members.owners()]);
  const of = (owner: string | undefined): number[] =>
    owners.flatMap((one, p) => (one === owner ? [p] : []));
  const strangers = new Set(
    owners.filter((one) => one !== undefined && !known.some(({ id }) => id === one)),
  );
  return {
    lines: known.map((facts) => ({ ...facts, partitions: of(facts.id) })),
    others: [...strangers].flatMap((owner) =>
      owner === undefined ? [] : [{ owner, partitions: of(owner) }],
    ),
    free: of(undefined),
  };
}

function listed(values: readonly (string | number)[]): string {
  return values.length === 0 ? "-" : values.join(", ");
}
