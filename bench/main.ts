/**
 * `npm run bench`: runs the benches one after another, each in a process of its own, so that
 * none is slowed or helped by what another left in the heap or in compiled code.
 */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { cpus, loadavg, totalmem } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { argumentsOf, misuse } from "../scripts/arguments.ts";
import { BENCHES } from "./all.ts";
import type { Bench } from "./bench.ts";
import { FOLDER, fileSystemOf } from "./folder.ts";
import { round } from "./measure.ts";
import { closingLine, printTables, Tables, type Report, type Table } from "./report.ts";

const USAGE = `Usage: npm run bench -- [options]

  --only NAME,…    run only these
  --quick          a look at whether everything runs, in under a minute; too short to judge by
  --json           print one JSON document (its schema: bench/report.ts)
  --folder PATH    where logs are written; a real disk. Default: .cache/bench
  --help           print this

Benches:
${BENCHES.map(({ name, what }) => `  ${name.padEnd(14)} ${what}`).join("\n")}

BENCHMARKS.md says how each measures. Progress goes to stderr.`;

interface Asked {
  readonly benches: readonly Bench[];
  readonly quick: boolean;
  readonly json: boolean;
  readonly folder: string;
}

/** `undefined` where help was asked for. */
function asked(args: readonly string[]): Asked | undefined {
  const { values } = argumentsOf({
    args: [...args],
    options: {
      only: { type: "string" },
      quick: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      folder: { type: "string", default: FOLDER },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  const names = values.only?.split(",") ?? BENCHES.map(({ name }) => name);
  const strange = names.find((name) => !BENCHES.some((bench) => bench.name === name));
  if (strange !== undefined) misuse(`there is no bench "${strange}"`);
  const benches = BENCHES.filter(({ name }) => names.includes(name));
  return { benches, quick: values.quick, json: values.json, folder: resolve(values.folder) };
}

async function main(): Promise<void> {
  const wanted = asked(process.argv.slice(2));
  if (wanted === undefined) return console.log(USAGE);
  const say = wanted.json ? console.error : console.log;
  const fileSystem = fileSystemOf(wanted.folder);
  say(`node ${process.version}, logs on ${fileSystem}, load ${load()}${wanted.quick ? ", quick" : ""}`);
  const report = await run(wanted, fileSystem);
  if (wanted.json) console.log(JSON.stringify(report, undefined, 2));
  say(`\n${closingLine(report)}`);
}

async function run({ benches, quick, json, folder }: Asked, fileSystem: string): Promise<Report> {
  const [start, before] = [performance.now(), load()];
  const done: Report["benches"] = [];
  for (const { name } of benches) {
    const began = performance.now();
    const tables = await inOwnProcess(name, folder, quick);
    if (!json) printTables(name, tables);
    const seconds = secondsSince(began);
    console.error(`${name}: ${seconds} s`);
    done.push({ name, seconds, tables: [...tables] });
  }
  return {
    node: process.version,
    machine: {
      cpus: cpus().length,
      model: cpus()[0]?.model ?? "unknown",
      memoryGb: round(totalmem() / 2 ** 30, 1),
      load: [before, load()],
    },
    fileSystem,
    quick,
    seconds: secondsSince(start),
    benches: done,
  };
}

function secondsSince(start: number): number {
  return round((performance.now() - start) / 1000, 1);
}

function load(): number {
  return round(loadavg()[0] ?? 0);
}

async function inOwnProcess(name: string, folder: string, quick: boolean): Promise<readonly Table[]> {
  const args = ["--expose-gc", join(import.meta.dirname, "one.ts"), name, folder];
  const child = spawn(process.execPath, quick ? [...args, "quick"] : args, {
    stdio: ["ignore", "pipe", "inherit"],
    env: { ...process.env, TMPDIR: folder },
  });
  const exit = once(child, "exit");
  const said = await text(child.stdout);
  const [code] = await exit;
  if (code !== 0) throw new Error(`bench "${name}" ended with ${code}`);
  return Tables.parse(JSON.parse(said));
}

try {
  await main();
} catch (error) {
  console.error(`bench: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
