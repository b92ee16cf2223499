/**
 * The suites that look for planted bugs.
 *
 * - 1. Each runs in a process group of its own, which is ended with it: one that hangs has found
 *      the bug too.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import type { CastName } from "../../tests/simulation/dramas.ts";
import { natsServer } from "../nats-server.ts";
import { FAILED } from "./reporter.ts";

/** What found a bug. */
export interface Found {
  readonly suite: string;
  /** The first test that failed; absent where the suite did not end. */
  readonly test?: string;
}

export interface Suite {
  readonly name: string;
  /** Runs in a copy of the tree; undefined where all passed. */
  run(folder: string): Promise<Found | undefined>;
}

/** A suite that runs longer than this hangs. */
const LONGEST_MS = 300_000;
/** How many histories are simulated. */
const HISTORIES = 400;

const SIMULATION = simulation("simulation", "drills");
const SHARED = simulation("simulation of hosts that share a log", "bank");
const QUICK = vitest("laws on memory", ["tests/laws", "-t", "on memory"]);
const LAWS = vitest("laws", ["tests/laws", "tests/properties/host-equivalence.test.ts"]);
const SQLITE = vitest("contract of sqlite and memory", [
  "tests/contract/sqlite",
  "tests/contract/memory",
]);
const JETSTREAM = vitest("contract of jetstream", ["tests/contract/jetstream"]);
const AGENTS = vitest("agents", ["tests/agents", "tests/scenarios"]);
const ROWS = vitest("projections", ["tests/projections"]);
const TEAMS = vitest("machines and runs", [
  "tests/machines",
  "tests/runs",
  "tests/queue",
  "tests/simulation/workflows",
  "tests/simulation/queue",
]);
const REPLAYS = vitest("replays", ["tests/replay"]);
const FORKED = vitest("forks", ["tests/forks"]);
const PLACES = vitest("placement", ["tests/placement", "tests/laws/writing"]);
const KIT = vitest("testing kit", ["tests/simulation/kit", "tests/testing"]);
const REST = vitest("crash drills and properties", ["tests/crash", "tests/properties"]);

const ALL: readonly Suite[] = [SIMULATION, QUICK, LAWS, SQLITE, JETSTREAM, ROWS, REPLAYS].concat([
  TEAMS,
  SHARED,
  FORKED,
  PLACES,
  KIT,
  REST,
  AGENTS,
]);

/** What is tried first for a file; the first line that fits counts. */
const FIRST: readonly (readonly [file: RegExp, suites: readonly Suite[]])[] = [
  [/^src\/events\/log\/jetstream/, [JETSTREAM]],
  [/^src\/events\/log\//, [SQLITE]],
  [/^src\/projections\//, [ROWS]],
  [/^src\/(replay\/|actors\/fold-copy)/, [REPLAYS]],
  [/^src\/actors\/(placement|zombies)/, [SHARED, PLACES]],
  [/^src\/actors\/fork\//, [FORKED]],
  [/^src\/actors\/parking/, [PLACES]],
  [/^src\/testing\//, [KIT]],
  [/^src\/agents\/(queue|team)\//, [TEAMS]],
  [/^src\/agents\//, [AGENTS]],
  [/^src\/machines\//, [TEAMS]],
];

/** All suites, those first that a file of the source concerns most. */
export function suitesFor(file: string): readonly Suite[] {
  const [, first = []] = FIRST.find(([pattern]) => pattern.test(file)) ?? [];
  return [...first, ...ALL.filter((one) => !first.includes(one))];
}

function simulation(name: string, cast: CastName): Suite {
  return {
    name,
    async run(folder) {
      const script = ["scripts/mutants/simulation.ts", String(HISTORIES), cast];
      const { code, said } = await ended(folder, script);
      if (code === 0) return undefined;
      const test = said.trim().split("\n").at(-1) ?? "";
      return code === null ? { suite: name } : { suite: name, test };
    },
  };
}

function vitest(name: string, filters: readonly string[]): Suite {
  return {
    name,
    async run(folder) {
      const vitest = ["node_modules/vitest/vitest.mjs", "run", "--bail", "1"];
      const reporter = "--reporter=./scripts/mutants/reporter.ts";
      const { code, said } = await ended(folder, [...vitest, reporter, ...filters]);
      if (code === 0) return undefined;
      if (code === null) return { suite: name };
      const failed = said.split("\n").find((line) => line.startsWith(FAILED));
      if (failed === undefined) throw new Error(`${name} could not be run:\n${said}`);
      return { suite: name, test: failed.slice(FAILED.length) };
    },
  };
}

/** How a script of Node's ended; without a code where it had to be killed. */
async function ended(
  cwd: string,
  args: readonly string[],
): Promise<{ readonly code: number | null; readonly said: string }> {
  const env = { ...process.env, NATS_SERVER: await natsServer() };
  const child = spawn(process.execPath, args, {
    cwd,
    env,
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let said = "";
  for (const stream of [child.stdout, child.stderr])
    stream.on("data", (chunk: Buffer) => (said = (said + chunk.toString()).slice(-8_000)));
  const stop = (): void => endGroup(child.pid);
  const late = setTimeout(stop, LONGEST_MS);
  process.once("exit", stop);
  const closed = once(child, "close");
  const [code] = await once(child, "exit");
  clearTimeout(late);
  process.off("exit", stop);
  stop(); // what it left running, which may hold its output open
  await closed;
  return { code: typeof code === "number" ? code : null, said };
}

function endGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // nobody of it is left
  }
}
