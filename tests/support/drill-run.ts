/**
 * Runs a drill: life after life of one host on one log, each killed where the plan says, the
 * last one not; then reads the log and the world, and says what is wrong.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { openLog } from "../../src/events/log/open.ts";
import { checkDrill } from "./drill-check.ts";
import type { LifePlan, Said } from "./drill-child.ts";
import { drillOf, type Drill, type DrillPoint } from "./drill-history.ts";
import { readWorld } from "./drill-world.ts";
import type { TestNats } from "./nats-server.ts";

/** Where a drill's log lies. */
export interface DrillLog {
  readonly url: string;
  /** Kills the log's server and starts it again on the same store. */
  readonly restart?: () => Promise<void>;
}

/** How one life went. */
export interface Life {
  readonly life: number;
  readonly end: "killed" | "closed" | "failed" | "quiet";
  /** Where it was killed. */
  readonly point?: DrillPoint;
  readonly said: readonly Said[];
}

export interface Report {
  readonly seed: number;
  readonly lives: readonly Life[];
  readonly serverKills: number;
  readonly records: number;
  readonly runs: number;
  /** What is wrong; empty where all is well. */
  readonly faults: readonly string[];
}

/** Lives that may fail because their server was killed under them, beyond those that are planned. */
const SPARE_LIVES = 6;
/** A life that takes longer hangs. */
const LONGEST_LIFE_MS = 20_000;

const CHILD = fileURLToPath(new URL("./drill-child.ts", import.meta.url));

/** Runs the drill of a seed on a fresh SQLite log. */
export async function drillSqlite(seed: number): Promise<Report> {
  return inFolder((folder) => drill(seed, folder, { url: `sqlite:${join(folder, "log.db")}` }));
}

/** Runs the drill of a seed on a fresh JetStream log of this server, which may be killed. */
export async function drillJetstream(seed: number, server: TestNats): Promise<Report> {
  const restart = async (): Promise<void> => {
    await server.kill();
    await server.restart();
  };
  const url = server.logUrl(`drill-${seed}`, "&partitions=2");
  return inFolder((folder) => drill(seed, folder, { url, restart }));
}

async function inFolder(run: (folder: string) => Promise<Report>): Promise<Report> {
  const folder = await mkdtemp(join(tmpdir(), "troupe-drill-"));
  try {
    return await run(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function drill(seed: number, folder: string, at: DrillLog): Promise<Report> {
  const plan = drillOf(seed);
  const world = join(folder, "world.jsonl");
  const lives: Life[] = [];
  let serverKills = 0;
  for (let life = 1; life <= plan.crashes.length + 1 + SPARE_LIVES; life++) {
    const crash = plan.crashes[life - 1];
    const answers = at.restart === undefined ? [] : killsIn(plan, life);
    const lived = await live(
      { url: at.url, world, life, seed, ...(crash !== undefined && { crash }) },
      async (answer) => {
        if (!answers.includes(answer)) return;
        serverKills++;
        await at.restart?.();
      },
    );
    lives.push(lived);
    if (isLast(lived, life > plan.crashes.length)) break;
  }
  await using log = await openLog(at.url);
  const { records, runs, faults } = await checkDrill({ plan, lives, log, world: readWorld(world) });
  return { seed, lives, serverKills, records, runs, faults };
}

/** Through, or ended as nobody planned it: a life that hung would hang again. */
function isLast({ end, said }: Life, noCrash: boolean): boolean {
  return (noCrash && end === "quiet") || said.some((one) => one.said === "wrong");
}

function killsIn({ serverKills }: Drill, life: number): readonly number[] {
  return serverKills.filter((kill) => kill.life === life).map(({ answer }) => answer);
}

async function live(plan: LifePlan, answered: (nth: number) => Promise<void>): Promise<Life> {
  const child = spawn(process.execPath, [CHILD, JSON.stringify(plan)], {
    stdio: ["ignore", "pipe", "pipe"],
    env: { NODE_COMPILE_CACHE: join(tmpdir(), "node-compile-cache"), ...process.env }, // halves its start
    timeout: LONGEST_LIFE_MS,
  });
  const exited = once(child, "close");
  let complaint = "";
  child.stderr.on("data", (chunk: Buffer) => (complaint += chunk.toString()));
  const said: Said[] = [];
  const busy: Promise<void>[] = [];
  let answers = 0;
  for await (const line of createInterface({ input: child.stdout })) {
    const one = JSON.parse(line) as Said; // the child's own line
    said.push(one);
    if (one.said === "answer") busy.push(answered(++answers));
  }
  await exited;
  await Promise.all(busy);
  return lifeOf(plan.life, said, `${child.signalCode ?? child.exitCode} ${complaint}`.trim());
}

function lifeOf(life: number, said: Said[], exit: string): Life {
  const dying = said.find((one) => one.said === "dying");
  if (dying !== undefined && exit === "SIGKILL")
    return { life, end: "killed", point: dying.point, said };
  const last = said.at(-1)?.said;
  if (exit === "0" && (last === "quiet" || last === "closed")) return { life, end: last, said };
  if (!said.some((one) => one.said === "failed"))
    said.push({ said: "wrong", message: `life ${life} ended with ${exit}`, facts: {} });
  return { life, end: "failed", said };
}
