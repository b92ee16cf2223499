/**
 * `troupe nats`: a server to keep logs on, the keys of its roles, and the logs themselves.
 *
 * - No seed is printed; what is printed names the files.
 */
import { existsSync } from "node:fs";
import { relative, resolve } from "node:path";
import type { Command } from "commander";
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import { openLog } from "../../events/log/open.ts";
import { natsServer } from "../nats/find-server.ts";
import { logsOutside } from "../nats/logs-outside.ts";
import { fillIn, HANDED_OUT, keysIn, type Key } from "../nats/keys.ts";
import { accountOf, type Role } from "../nats/roles.ts";
import { runServer, type Standing } from "../nats/run-server.ts";
import { count } from "../paper.ts";
import { addCommand, addPlainCommand, printTable, wholeNumber, type Shell } from "../shell.ts";

const RunOptions = z.object({ conf: z.string().optional(), json: z.boolean().default(false) });
const KeysOptions = RunOptions.extend({
  dir: z.string().optional(),
  account: z.string().default("TROUPE"),
  only: z.string().optional(),
  partitions: z.string().default("4"),
  force: z.boolean().default(false),
});
const CreateOptions = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  partitions: z.string().optional(),
  replicas: z.string().optional(),
});

export function addNats(program: Command, shell: Shell): void {
  const nats = addPlainCommand(program, "nats", "Run a NATS server for logs, make keys and logs.")
    .option("--conf <file>", "its configuration; default nats.conf here, else the one of the package")
    .action((options: unknown) => run(shell, RunOptions.parse(options)));
  addPlainCommand(nats, "keys", "Make the keys of the roles, and write the roles into nats.conf.")
    .option("--conf <file>", "the configuration; made where it is missing; default nats.conf here")
    .option(
      "--dir <folder>",
      "where the keys lie; default .troupe/keys, of another account a folder in it",
    )
    .option("--account <name>", "the account that the logs lie in: one for each tenant", "TROUPE")
    .option("--only <log>", "roles for one log of the account; it may not have more than --partitions")
    .option("--partitions <n>", "of the log that --only names", "4")
    .option("--force", "make all keys anew: the old ones open nothing any more")
    .action((_: unknown, command: Command) =>
      keys(shell, KeysOptions.parse(command.optsWithGlobals())),
    );
  addCommand(nats, "create", "Make a log on a server, by the admin role; one that is there stays.")
    .option("--partitions <n>", "fixed once it is made; default 4")
    .option("--replicas <n>", "how many servers of a cluster keep a copy; default 1")
    .action((_: unknown, command: Command) =>
      create(shell, CreateOptions.parse(command.optsWithGlobals())),
    );
}

async function run(
  { terminal, env, folder, stop }: Shell,
  { conf, json }: z.infer<typeof RunOptions>,
): Promise<void> {
  const file = confIn(folder, conf);
  const binary = await natsServer({ env: { ...env } }).catch((cause: unknown) => {
    throw new TroupeError("COMMAND_NOT_FOUND", cause instanceof Error ? cause.message : String(cause), {
      hint: "Install nats-server, then name it in NATS_SERVER or put it on the PATH.",
      cause,
    });
  });
  const ready = (standing: Standing): void => {
    if (json) return terminal.out(JSON.stringify({ conf: file, binary, ...standing }));
    const { clients = "?", monitor, store, version = "" } = standing;
    terminal.out(`nats-server ${version} runs with ${file}; Ctrl-C ends it`);
    terminal.out(
      `  log      nats://${clients}/NAME${monitor === undefined ? "" : `?monitor=http://${monitor}`}`,
    );
    if (monitor !== undefined) terminal.out(`  monitor  http://${monitor}`);
    if (store !== undefined) terminal.out(`  store    ${store}`);
  };
  await runServer({ binary, conf: file, folder, stop, said: (line) => terminal.err(line), ready });
}

/** @throws {@link TroupeError} `FILE_NOT_READ` where the one that was named is missing. */
function confIn(folder: string, conf: string | undefined): string {
  const file = resolve(folder, conf ?? "nats.conf");
  if (existsSync(file)) return file;
  if (conf === undefined) return HANDED_OUT;
  throw new TroupeError("FILE_NOT_READ", `there is no "${file}"`, {
    hint: "Leave --conf out for the configuration of the package, or make one with `troupe nats keys`.",
    data: { path: file },
  });
}

async function keys(
  { terminal, folder }: Shell,
  { conf = "nats.conf", dir, account, only, partitions, force, json }: z.infer<typeof KeysOptions>,
): Promise<void> {
  checkName("--account", account, /^[A-Z][A-Z0-9_]{0,31}$/, "capital letters, digits and _");
  if (only !== undefined)
    checkName("--only", only, /^[A-Za-z0-9_-]{1,64}$/, "letters, digits, _ and -");
  const usual = account === "TROUPE" ? ".troupe/keys" : `.troupe/keys/${account}`;
  const place = resolve(folder, dir ?? usual);
  const scope =
    only === undefined
      ? {}
      : { only: { name: only, partitions: wholeNumber("partitions", partitions) } };
  const made = await keysIn(place, { force });
  const file = resolve(folder, conf);
  const changed = await fillIn(file, { account, keys: publicKeys(made), ...scope });
  const outside = logsOutside(file, folder);
  if (json) return terminal.out(JSON.stringify({ conf: file, changed, account, outside, keys: made }));
  tellOf(terminal, { made, conf: relative(folder, file), changed, folder, account, outside });
}

interface Made {
  readonly made: readonly Key[];
  readonly conf: string;
  readonly changed: boolean;
  readonly folder: string;
  readonly account: string;
  /** Logs that nobody reaches any more. */
  readonly outside: readonly string[];
}

function tellOf(
  terminal: Shell["terminal"],
  { made, conf, changed, folder, account, outside }: Made,
): void {
  const rows = made.map(({ role, file: key, made: fresh }) => [
    role,
    accountOf(account, role),
    relative(folder, key),
    fresh ? "made" : "kept",
  ]);
  printTable(terminal, ["ROLE", "ACCOUNT", "KEY", ""], rows);
  terminal.out(`${conf}: ${changed ? "the roles are in; restart the server" : "unchanged"}`);
  terminal.out(`A log's URL names the key: …?nkey=${relative(folder, made[1]?.file ?? "")}`);
  if (outside.length === 0) return;
  terminal.err(
    `${outside.join(", ")}: made before there were accounts, and out of reach once the server is restarted`,
  );
  terminal.err("  → Before that `troupe backup` each; behind it `troupe restore` it as the admin.");
}

function checkName(option: string, name: string, pattern: RegExp, of: string): void {
  if (pattern.test(name)) return;
  throw new TroupeError("USAGE", `${option} is "${name}", which is no name of ${of}`, {
    hint: `Use ${of} only.`,
  });
}

function publicKeys(made: readonly Key[]): Readonly<Record<Role, string>> {
  const of = (role: Role): string => made.find((key) => key.role === role)?.publicKey ?? "";
  return {
    admin: of("admin"),
    host: of("host"),
    client: of("client"),
    observer: of("observer"),
    tools: of("tools"),
  };
}

async function create(
  { terminal }: Shell,
  { log: url, partitions, replicas, json }: z.infer<typeof CreateOptions>,
): Promise<void> {
  if (!/^(nats|tls):/.test(url))
    throw new TroupeError("USAGE", "only a log on a NATS server is made so", {
      hint: "Name it with --log nats://HOST:PORT/NAME?…; other logs are made when they are used first.",
    });
  const numbers = Object.entries({ partitions, replicas }).flatMap(([key, text]) =>
    text === undefined ? [] : [`${key}=${wholeNumber(key, text)}`],
  );
  const asked = [url, ...numbers].reduce((all, one) => `${all}${all.includes("?") ? "&" : "?"}${one}`);
  await using log = await openLog(asked);
  if (json) return terminal.out(JSON.stringify({ log: log.url, partitions: log.partitions }));
  terminal.out(`${log.url} is there, with ${count(log.partitions, "partition")}`);
}
