/**
 * `troupe context`: what the agents of a run share, how it came to be, and its locks.
 *
 * - A lock is released by its owner; `--force` takes it away from whoever has it, and is recorded.
 */
import type { Command } from "commander";
import { z } from "zod";
import { connect, type Client } from "../../actors/client.ts";
import { sharedContext, type LockState, type SharedContext } from "../../agents/team/context.ts";
import type { ContextChange } from "../../agents/team/context-history.ts";
import { TroupeError } from "../../errors.ts";
import { nearest } from "../../events/nearest.ts";
import type { Json } from "../../events/json.ts";
import type { EventLog } from "../../events/log/log.ts";
import type { ContextValue } from "../../machines/context/state.ts";
import { teamKinds } from "../../agents/host-kinds.ts";
import { moment } from "../paper.ts";
import {
  addCommand,
  checkRunId,
  checkTexts,
  openExisting,
  printTable,
  userName,
  wholeNumber,
  type Shell,
} from "../shell.ts";
import { assertTeam } from "../teams.ts";

const Shared = z.object({ log: z.string(), json: z.boolean().default(false) });
const HistoryOptions = Shared.extend({
  key: z.string().optional(),
  limit: z.string().transform((text) => wholeNumber("limit", text)),
  before: z
    .string()
    .transform((text) => wholeNumber("before", text))
    .optional(),
});
const UnlockOptions = Shared.extend({
  by: z.string().optional(),
  force: z.boolean().default(false),
});

export function addContext(program: Command, shell: Shell): void {
  const context = program
    .command("context")
    .description("What the agents of a run share: values with versions, and locks.");
  addCommand(context, "show", "Show the values and the locks of a run, or the value of one key.")
    .argument("<run>", "a run's id")
    .argument("[key]", "print the value of this key alone, as JSON")
    .action((run: string, key: string | undefined, options: unknown) =>
      show(shell, { run, key }, Shared.parse(options)),
    );
  addCommand(context, "history", "List the updates, the latest first.")
    .argument("<run>", "a run's id")
    .option("--key <key>", "only updates of this key")
    .option("--limit <count>", "at most so many", "100")
    .option("--before <seq>", "only those before this SEQ, the last of the page before")
    .action((run: string, options: unknown) => history(shell, run, HistoryOptions.parse(options)));
  addCommand(context, "unlock", "Release the lock of a key; the next in line gets it.")
    .argument("<run>", "a run's id")
    .argument("<key>", "the key that is locked")
    .option("--by <name>", "who releases it: its owner; with --force: anybody (default: you)")
    .option("--force", "take it away from whoever has it; what it writes later is refused")
    .action((run: string, key: string, options: unknown) =>
      unlock(shell, { run, key }, UnlockOptions.parse(options)),
    );
}

/** A context that is there, and what it is reached by. */
interface Opened extends AsyncDisposable {
  readonly log: EventLog;
  readonly client: Client<typeof teamKinds>;
  readonly shared: SharedContext;
}

async function openedContext(url: string, run: string, readOnly: boolean): Promise<Opened> {
  checkRunId(run);
  await using cleanup = new AsyncDisposableStack();
  const log = cleanup.use(await openExisting(url, { readOnly }));
  await assertTeam(log, "context", run);
  const client = cleanup.use(await connect({ log, kinds: teamKinds }));
  const shared = await sharedContext(client, run, { start: false });
  const rest = cleanup.move();
  return { log, client, shared, [Symbol.asyncDispose]: () => rest.disposeAsync() };
}

async function show(
  { terminal }: Shell,
  { run, key }: { readonly run: string; readonly key: string | undefined },
  { log: url, json }: z.infer<typeof Shared>,
): Promise<void> {
  await using opened = await openedContext(url, run, true);
  const { shared } = opened;
  const values = await shared.all();
  if (key !== undefined) {
    const found = values.get(key);
    if (found === undefined) throw noSuchKey(run, key, [...values.keys()]);
    return terminal.out(
      json ? JSON.stringify({ run, key, ...found }) : JSON.stringify(found.value, null, 2),
    );
  }
  const [version, locks] = [await shared.version(), await shared.locks()];
  if (json)
    return terminal.out(JSON.stringify({ run, version, values: Object.fromEntries(values), locks }));
  terminal.out(`context/${run}: version ${version}`);
  terminal.out("");
  printTable(terminal, ["KEY", "VERSION", "BY", "AT", "VALUE"], [...values].map(valueRow));
  if (locks.length === 0) return;
  terminal.out("");
  printTable(terminal, ["LOCKED", "OWNER", "FENCE", "UNTIL", "WAITING"], locks.map(lockRow));
}

function valueRow([key, { version, updatedBy, updatedAt, value }]: readonly [
  string,
  ContextValue,
]): readonly string[] {
  return [key, String(version), updatedBy, moment(updatedAt), brief(value)];
}

function lockRow({ key, owner, fence, until, waiting }: LockState): readonly string[] {
  return [key, owner, String(fence), moment(until), waiting.join(", ")];
}

async function history(
  { terminal }: Shell,
  run: string,
  { log: url, json, key, limit, before }: z.infer<typeof HistoryOptions>,
): Promise<void> {
  await using opened = await openedContext(url, run, true);
  const found = await opened.shared.history({
    limit,
    ...(key !== undefined && { key }),
    ...(before !== undefined && { before }),
  });
  if (json) return terminal.out(JSON.stringify(found));
  const what = key === undefined ? "nothing was written" : `nothing was written to "${key}"`;
  const last = found.at(-1);
  if (last === undefined) return terminal.err(`${what} in context/${run}`);
  printTable(terminal, ["SEQ", "VERSION", "AT", "BY", "WHAT"], found.map(changeRow));
  if (found.length === limit) terminal.err(`older ones: --before ${last.seq}`);
}

function changeRow({
  seq,
  version,
  updatedAt,
  updatedBy,
  values,
  deleted,
}: ContextChange): readonly string[] {
  const what = Object.entries(values).map(([key, value]) => `${key} = ${brief(value)}`);
  const gone = deleted.map((key) => `${key} deleted`);
  return [String(seq), String(version), moment(updatedAt), updatedBy, [...what, ...gone].join("; ")];
}

async function unlock(
  { terminal }: Shell,
  { run, key }: { readonly run: string; readonly key: string },
  { log: url, json, force, by = userName() ?? "somebody" }: z.infer<typeof UnlockOptions>,
): Promise<void> {
  checkTexts({ by }, 200);
  await using opened = await openedContext(url, run, false);
  const { client, shared } = opened;
  const lock = (await shared.locks()).find((one) => one.key === key);
  if (lock === undefined) throw notLocked(run, key);
  const { owner, fence } = lock;
  if (force) await shared.unlock(key, by);
  else {
    if (owner !== by) throw notYours(lock, run, by);
    await client.actor(shared.address).send({ type: "RELEASE", key, owner, fence });
  }
  if (json) return terminal.out(JSON.stringify({ run, key, owner, fence, by, forced: force }));
  const how = force && owner !== by ? `taken away from ${owner} by ${by}` : `released by ${by}`;
  terminal.out(`${run} ${key}: ${how}`);
}

function notLocked(run: string, key: string): TroupeError {
  return new TroupeError("LOCK_NOT_OWNED", `nobody holds a lock of "${key}" in context/${run}`, {
    hint: `Look at the locks with \`troupe context show ${run}\`.`,
    data: { run, key },
  });
}

function notYours({ key, owner: holder, until }: LockState, run: string, by: string): TroupeError {
  const message = `"${key}" in context/${run} is locked by "${holder}", not by "${by}"`;
  return new TroupeError("LOCK_NOT_OWNED", message, {
    hint: `Wait until ${moment(until)}, say --by ${holder} if that is you, or take it away with --force.`,
    data: { run, key, by, holder, until },
  });
}

function noSuchKey(run: string, key: string, keys: readonly string[]): TroupeError {
  const near = nearest(key, keys);
  const there =
    near === undefined
      ? `Look at them with \`troupe context show ${run}\`.`
      : `Did you mean "${near}"?`;
  return new TroupeError("CONTEXT_KEY_UNKNOWN", `there is no key "${key}" in context/${run}`, {
    hint: there,
    data: { run, key },
  });
}

/** A value on one line. */
function brief(value: Json): string {
  return JSON.stringify(value);
}
