/**
 * A storm: hosts, servers and connections suffer what the plan says while clients move money;
 * then all is mended, everything comes to its end, and the log is judged.
 */
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { TroupeError } from "../../src/errors.ts";
import { jetstreamLog } from "../../src/events/log/jetstream.ts";
import type { EventLog, Recorded } from "../../src/events/log/log.ts";
import { befall, type Victims } from "./befall.ts";
import { bankClient, type BankClient } from "./clients.ts";
import { judgeStorm, type Judgement } from "./check.ts";
import { startCluster, type Cluster } from "./cluster.ts";
import { startGate } from "./gate.ts";
import type { HostSaid } from "./host-child.ts";
import { hostProcess } from "./hosts.ts";
import { openOutside, readOutside } from "./outside.ts";
import { isFarOff, planOf, planText, targetOf, type Plan } from "./plan.ts";
import { watchLog } from "./watch.ts";

export interface StormOptions {
  readonly seed: number;
  /** How long faults begin. */
  readonly seconds: number;
  readonly servers: number;
  /** Default 3. */
  readonly hosts?: number;
  /** Where logs and evidence go; it is made. */
  readonly folder: string;
}

export interface StormReport extends Judgement {
  readonly plan: Plan;
  /** What was done, by name, and how often. */
  readonly happened: Readonly<Record<string, number>>;
  /** From the last fault until everything had ended. */
  readonly endedMs: number;
  readonly commands: number;
}

const CLIENTS = 2;
const ACCOUNTS = 10;
const LEASE_MS = 1_000;
const ANSWER_MS = 2_000;
const OPEN_TRIES = 10;
/** How long everything may take to end once all is mended. */
const CALM_MS = 60_000;

/** What a host may fail with in a storm: it lost the log, or cannot reach it. */
const ENDURED = /^(LOG_UNREACHABLE|LOG_LEASE_LOST|LOG_OUTCOME_UNKNOWN|LOG_UNSAFE|HOST_FAILED)$/;

/** What hosts say that should never be said. */
const WRONG = /^(parked|dead letter|a child cannot be started|a listener threw)/;

export async function storm(options: StormOptions): Promise<StormReport> {
  const { seed, seconds, servers, hosts = 3, folder } = options;
  rmSync(folder, { recursive: true, force: true }); // what another storm left is no evidence
  mkdirSync(folder, { recursive: true });
  const plan = planOf(seed, seconds, { servers, hosts, links: hosts + CLIENTS, leaseMs: LEASE_MS });
  writeFileSync(join(folder, "plan.txt"), `seed ${seed}\n${planText(plan)}\n`);
  await using cluster = await startCluster(servers);
  return await ride({ plan, cluster, folder }); // not before it is over
}

interface Ride {
  readonly plan: Plan;
  readonly cluster: Cluster;
  readonly folder: string;
}

async function ride({ plan, cluster, folder }: Ride): Promise<StormReport> {
  const { seed, hosts, links } = plan;
  const faults: string[] = [];
  const fault = (text: string): void => void faults.push(text);
  const happened = new Map<string, number>();
  const count = (what: string): void => void happened.set(what, (happened.get(what) ?? 0) + 1);
  const outside = join(folder, "outside.jsonl");
  const name = `storm-${seed}`;
  await using cleanup = new AsyncDisposableStack();
  const world = cleanup.use(openOutside(outside));
  const gates = await all(links, () => startGate(cluster.ports), cleanup);
  const log = cleanup.use(await open(cluster.logUrl(name, cluster.ports[0] ?? 0)));
  const urls = gates.map(({ port }) => cluster.logUrl(name, port));
  const said = (host: number) => (one: HostSaid, life: number) => {
    if (one.said === "failed") count(`failed with ${one.code}`);
    if (one.said === "failed" && !ENDURED.test(one.code))
      fault(`host ${host} in life ${life} failed: ${one.message}`);
    if (one.said === "warned" && WRONG.test(one.message))
      fault(`host ${host} in life ${life} says: ${one.message} ${one.facts}`);
  };
  const running = Array.from({ length: hosts }, (_, host) =>
    cleanup.use(
      hostProcess({
        plan: {
          url: urls[host] ?? "",
          outside,
          host,
          leaseMs: LEASE_MS,
          answerMs: ANSWER_MS,
          skewMs: plan.skewsMs[host] ?? 0,
        },
        world,
        folder,
        said: said(host),
      }),
    ),
  );
  for (const host of running) host.start();
  const accounts = Array.from({ length: ACCOUNTS }, (_, n) => `account/a${n}`);
  const clients = await all(
    CLIENTS,
    (client) =>
      bankClient({
        url: urls[hosts + client] ?? "",
        seed,
        client,
        accounts,
        leaseMs: LEASE_MS,
        answerMs: ANSWER_MS,
        fault,
      }),
    cleanup,
  );
  const watch = cleanup.use(watchLog(log));
  await clients[0]?.openAccounts();
  await suffer({ plan, cluster, running, gates, clients, count });
  const calm = performance.now();
  await Promise.all(clients.map((client) => client.answered(CALM_MS)));
  await watch.quiet(CALM_MS).catch((error: unknown) => fault(String(error)));
  const endedMs = Math.round(performance.now() - calm);
  await Promise.all(running.map((host) => host.close()));
  const stormed = {
    records: await recordsOf(log),
    snapshots: log.snapshots,
    told: toldOf(clients),
    outside: readOutside(outside),
    barred: plan.skewsMs.flatMap((skewMs, host) => (isFarOff(skewMs) ? [`h${host}-`] : [])),
  };
  writeFileSync(join(folder, "log.jsonl"), lines(stormed.records));
  writeFileSync(join(folder, "told.jsonl"), lines(stormed.told));
  const judged = await judgeStorm({ ...stormed, seen: await watch.upTo(stormed.records.length) });
  return {
    ...judged,
    faults: [...faults, ...judged.faults],
    plan,
    happened: Object.fromEntries(happened),
    endedMs,
    commands: stormed.told.length,
  };
}

interface Suffering extends Victims {
  readonly plan: Plan;
  readonly clients: readonly BankClient[];
  readonly count: (what: string) => void;
}

/** The load, and all faults beside it; resolves when every fault is over and the clients stopped asking. */
async function suffer({ plan, clients, ...parts }: Suffering): Promise<void> {
  const over = new AbortController();
  const working = clients.map((client) => client.work(over.signal));
  const started = performance.now();
  /** What is over by then: a host may take longer to close than the plan thinks. */
  const before = new Map<string, Promise<void>>();
  for (const fault of plan.faults) {
    const due = sleep(Math.max(0, fault.atMs - (performance.now() - started)));
    const free = before.get(targetOf(fault));
    const done = Promise.all([due, free]).then(() => {
      parts.count(fault.fault);
      return befall(fault, parts);
    });
    before.set(targetOf(fault), done);
  }
  await Promise.all(before.values());
  await sleep(Math.max(0, plan.seconds * 1000 - (performance.now() - started)));
  over.abort();
  await Promise.all(working);
}

/** Opened beside all gates: whoever judges is not disturbed, but by what servers suffer. */
async function open(url: string): Promise<EventLog> {
  for (let left = OPEN_TRIES; ; left--) {
    try {
      return await jetstreamLog({ url, answerMs: ANSWER_MS });
    } catch (error) {
      // a cluster that has just gathered does not serve at once
      if (left === 0 || !TroupeError.is(error, "LOG_UNREACHABLE")) throw error;
    }
  }
}

async function recordsOf(log: EventLog): Promise<readonly Recorded[]> {
  return Array.fromAsync(log.scan());
}

function toldOf(clients: readonly BankClient[]): BankClient["told"] {
  return clients.flatMap(({ told }) => told);
}

async function all<TItem extends AsyncDisposable>(
  count: number,
  make: (n: number) => Promise<TItem>,
  cleanup: AsyncDisposableStack,
): Promise<readonly TItem[]> {
  const made = await Promise.all(Array.from({ length: count }, (_, n) => make(n)));
  return made.map((item) => cleanup.use(item));
}

function lines(items: readonly unknown[]): string {
  return items.map((item) => `${JSON.stringify(item)}\n`).join("");
}
