/**
 * `troupe doctor`: looks at this machine and at a log, and says what is wrong with either.
 *
 * - It changes nothing, and looks on where it can, whatever it finds.
 */
import { existsSync } from "node:fs";
import type { Command } from "commander";
import { z } from "zod";
import { hostStatus } from "../../actors/health.ts";
import { TroupeError } from "../../errors.ts";
import type { EventLog } from "../../events/log/log.ts";
import { ownParameters } from "../../events/log/open.ts";
import { metricsOf, type Measured, type Metrics } from "../../projections/metrics.ts";
import { openProjections } from "../../projections/runner.ts";
import { runs } from "../../projections/runs.ts";
import { failed, type Check } from "../check.ts";
import { natsChecks } from "../nats/health-checks.ts";
import { count, inked, span } from "../paper.ts";
import { addressesIn, replayAll, replayEnv } from "../replaying.ts";
import { advice, nodeCheck, sandboxCheck, setupChecks } from "../setup-checks.ts";
import { addCommand, openExisting, type Shell } from "../shell.ts";
import { tame } from "../terminal.ts";

const Options = z.object({
  log: z.string(),
  json: z.boolean().default(false),
  quick: z.boolean().default(false),
});

export function addDoctor(program: Command, shell: Shell): void {
  addCommand(program, "doctor", "Look for what is wrong with this machine or a log.")
    .option("--quick", "only whether all is set up: broker, sandbox, schemas; each must be there")
    .action((options: unknown) => doctor(shell, Options.parse(options)));
}

async function doctor(shell: Shell, { log: url, json, quick }: z.infer<typeof Options>): Promise<void> {
  const checks = quick
    ? await setupChecks(url, shell.env)
    : [nodeCheck(), advice(await sandboxCheck(shell.env)), ...(await logChecks(url))];
  const { terminal } = shell;
  const ok = checks.every((check) => check.ok);
  if (json) terminal.out(JSON.stringify({ ok, checks }));
  else
    for (const check of checks) {
      const sign = inked({ colour: terminal.outColour }, ...signOf(check));
      terminal.out(
        `${sign} ${check.name}: ${check.code === undefined ? "" : `${check.code}: `}${tame(check.found)}`,
      );
      if (check.hint !== undefined) terminal.out(`  → ${tame(check.hint)}`);
    }
  if (!ok) shell.exit(1);
}

/** What is wrong without standing in the way is neither. */
function signOf({ ok, code }: Check): readonly ["green" | "red" | "yellow", string] {
  if (!ok) return ["red", "✗"];
  return code === undefined ? ["green", "✓"] : ["yellow", "!"];
}

async function logChecks(url: string): Promise<readonly Check[]> {
  const path = /^sqlite:(.+)$/.exec(ownParameters(url).url)?.[1];
  if (path !== undefined && !existsSync(path))
    return [{ name: "log", ok: true, found: `${url} does not exist yet; the first run makes it` }];
  try {
    await using log = await openExisting(url, { readOnly: true });
    const opened = {
      name: "log",
      ok: true,
      found: `${log.url} opens, ${count(log.partitions, "partition")}`,
    };
    const server = /^(nats|tls):/.test(url) ? await natsChecks(url, log) : [];
    return [opened, ...server, ...(await contentChecks(log)), ...(await hostChecks(url))];
  } catch (error) {
    return [failed("log", error)];
  }
}

async function contentChecks(log: EventLog): Promise<readonly Check[]> {
  const checks: Check[] = [];
  for (const [name, look] of [
    ["records", recordsCheck],
    ["replay", replayCheck],
    ["runs", runsCheck],
  ] as const)
    checks.push(...(await look(log).catch((error: unknown) => [failed(name, error)])));
  return checks;
}

/** L1: every stream counts 1, 2, 3, … */
async function recordsCheck(log: EventLog): Promise<readonly Check[]> {
  const tips = new Map<string, number>();
  let records = 0;
  for await (const { stream, seq } of log.scan()) {
    const expected = (tips.get(stream) ?? 0) + 1;
    if (seq !== expected)
      throw new TroupeError(
        "LOG_CORRUPT",
        `"${stream}" has record ${seq} where ${expected} should stand`,
        {
          hint: "Restore the log from a copy; a record of it is missing.",
        },
      );
    tips.set(stream, seq);
    records++;
  }
  return [
    {
      name: "records",
      ok: true,
      found: `${count(records, "record")} of ${count(tips.size, "actor")}, none missing`,
    },
  ];
}

async function replayCheck(log: EventLog): Promise<readonly Check[]> {
  const began = performance.now();
  const { good, strange, faults } = await replayAll(replayEnv(log), await addressesIn(log));
  const took = span(performance.now() - began);
  const rest = [...strange].map(
    ([kind, n]) => `; ${count(n, "actor")} of kind "${kind}" only its own program can replay`,
  );
  const found = `${count(good, "actor")} replayed to the same state hashes (${took})${rest.join("")}`;
  return [{ name: "replay", ok: true, found }, ...faults.map((fault) => failed("replay", fault))];
}

async function runsCheck(log: EventLog): Promise<readonly Check[]> {
  // of the log itself, and nothing is left behind
  await using projections = openProjections({ log, projections: [runs], place: null });
  const rows = await projections.rows(runs);
  const open = rows.flatMap(({ key, row }) => (row?.open === true ? [key] : []));
  const found = `${count(rows.length, "run")}, ${open.length} of them open${open.length === 0 ? "" : `: ${open.join(", ")}`}`;
  const hint = "If nobody runs them now, go on with them: troupe resume.";
  const metrics = metricsOf(rows.flatMap(({ row }) => row ?? []));
  return [
    { name: "runs", ok: true, found, ...(open.length === 0 ? {} : { hint }) },
    { name: "metrics", ok: true, found: numbers(metrics), metrics },
  ];
}

/** S3-014: who runs the log, and what of it is stuck. A log that may only be read asks nobody. */
async function hostChecks(url: string): Promise<readonly Check[]> {
  try {
    await using log = await openExisting(url);
    const { owned, parked } = await hostStatus(log);
    const who = owned ? "a host runs the log" : "no host runs the log now";
    const stuck = parked.map(({ address, message }) => `; ${address} is parked: ${message}`);
    const hint = "Look at them with `troupe show`.";
    const ok = parked.length === 0;
    return [{ name: "host", ok, found: `${who}${stuck.join("")}`, ...(!ok && { hint }) }];
  } catch (error) {
    const { found, code } = failed("host", error);
    return [{ name: "host", ok: true, found: `could not be asked: ${code}: ${found}` }];
  }
}

function numbers({ runs: all, tasks, retries, restarts, spent }: Metrics): string {
  const agents = spent.calls === 0 ? [] : [`${spent.calls} turns of agents, ${spent.tokens} tokens`];
  return [
    `runs: ${measure(all)}`,
    `tasks: ${measure(tasks)}`,
    `${retries} retried, ${restarts} started again`,
    ...agents,
  ].join("; ");
}

function measure({ byStatus, meanDurationMs }: Measured): string {
  const counts = Object.entries(byStatus).map(([status, n]) => `${n} ${status}`);
  const average = meanDurationMs === undefined ? [] : [`${span(meanDurationMs)} on average`];
  return counts.length === 0 ? "none" : [...counts, ...average].join(", ");
}
