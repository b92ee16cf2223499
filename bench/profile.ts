/** What bounds W1: processor time by area of the code and by function, sampled while it runs. */
import { Session } from "node:inspector/promises";
import { join } from "node:path";
import type { Profiler } from "node:inspector";
import type { Bench } from "./bench.ts";
import { inFolder } from "./folder.ts";
import { round, type Scale } from "./measure.ts";
import type { Row, Table } from "./report.ts";
import { onHost } from "./w1-ways.ts";

/** The first that fits a function's file names its area. */
const AREAS: readonly (readonly [pattern: RegExp, area: string])[] = [
  [/xstate\/dist\//, "XState"],
  [/src\/actors\/xstate\/(canonical|hash|marks)/, "hashes and texts of states"],
  [/src\/actors\/xstate\//, "the step around XState"],
  [/src\/actors\//, "host: mailboxes, drafts, effects"],
  [/src\/events\/log\/sqlite/, "SQLite: statements, commits, and waiting for the disk in them"],
  [/src\/events\/log\/memory/, "memory log"],
  [/src\/events\/log\//, "sealing of bodies"],
  [/src\/events\//, "checks of records, addresses and JSON"],
  [/bench\//, "the bench"],
  [/^node:/, "Node"],
];

export const profile: Bench = {
  name: "profile",
  what: "what bounds W1: where its time goes, on memory and on SQLite",
  async run(scale) {
    const jobs = scale.quick ? 200 : 6_000;
    const ways: readonly (readonly [name: string, profile: Profiler.Profile])[] = [
      ["memory at 16", await profiled(scale, { jobs: jobs * 2, concurrency: 16, engine: "memory" })],
      ["sqlite at 1", await profiled(scale, { jobs: jobs / 2, concurrency: 1, engine: "sqlite" })],
      ["sqlite at 16", await profiled(scale, { jobs, concurrency: 16, engine: "sqlite" })],
    ];
    return [byArea(ways), ...ways.map(([name, taken]) => byFunction(name, taken))];
  },
};

interface Run {
  readonly jobs: number;
  readonly concurrency: number;
  readonly engine: "memory" | "sqlite";
}

function profiled({ folder, progress }: Scale, { engine, ...load }: Run): Promise<Profiler.Profile> {
  progress(`${engine} at ${load.concurrency}`);
  return inFolder(folder, async (own) => {
    const url = (name: string): string =>
      engine === "memory" ? "memory:" : `sqlite:${join(own, name)}`;
    await onHost(url("warm.db"), load);
    const session = new Session();
    session.connect();
    await session.post("Profiler.enable");
    await session.post("Profiler.setSamplingInterval", { interval: 200 });
    await session.post("Profiler.start");
    await onHost(url("log.db"), load);
    const { profile: taken } = await session.post("Profiler.stop");
    session.disconnect();
    return taken;
  });
}

function byArea(ways: readonly (readonly [name: string, profile: Profiler.Profile])[]): Table {
  const rows = new Map<string, Record<string, string | number>>();
  for (const [name, taken] of ways)
    for (const [area, share] of sharesBy(taken, areaOf))
      rows.set(area, { area, ...rows.get(area), [`${name}, %`]: round(share * 100, 1) });
  const sum = (row: Row): number =>
    Object.values(row).reduce<number>((all, one) => all + (typeof one === "number" ? one : 0), 0);
  return {
    title: "W1, share of the time by area, waiting included",
    rows: [...rows.values()].toSorted((a, b) => sum(b) - sum(a)),
  };
}

function byFunction(name: string, taken: Profiler.Profile): Table {
  const shares = [...sharesBy(taken, functionOf)].toSorted(([, a], [, b]) => b - a);
  return {
    title: `W1, ${name}: functions by their own time`,
    rows: shares
      .slice(0, 10)
      .map(([where, share]) => ({ function: where, "%": round(share * 100, 1) })),
  };
}

type Node = Profiler.ProfileNode;

/** Self time by a key of the function, as parts of all of it; what starts and ends the sampling is left out. */
function sharesBy(
  { nodes, samples = [], timeDeltas = [] }: Profiler.Profile,
  key: (node: Node, caller: (of: Node) => Node | undefined) => string,
): Map<string, number> {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const callers = new Map(nodes.flatMap((node) => (node.children ?? []).map((id) => [id, node])));
  const sums = new Map<string, number>();
  let all = 0;
  for (const [i, id] of samples.entries()) {
    const [node, micros] = [byId.get(id), timeDeltas[i] ?? 0];
    if (node === undefined || node.callFrame.url === "node:inspector") continue;
    const name = key(node, (of) => callers.get(of.id));
    sums.set(name, (sums.get(name) ?? 0) + micros);
    all += micros;
  }
  return new Map([...sums].map(([name, micros]) => [name, micros / all]));
}

/** Functions without a file are V8's and Node's own: they belong to whoever called them. */
function areaOf(node: Node, caller: (of: Node) => Node | undefined): string {
  const { functionName, url } = node.callFrame;
  if (functionName === "(garbage collector)") return "garbage collection";
  if (functionName === "(idle)") return "idle";
  const found = AREAS.find(([pattern]) => pattern.test(url))?.[1];
  const above = url === "" ? caller(node) : undefined;
  return found ?? (above === undefined ? "V8 itself" : areaOf(above, caller));
}

function functionOf({ callFrame: { functionName, url, lineNumber } }: Node): string {
  const file = url.split("/").slice(-2).join("/");
  return file === "" ? functionName : `${functionName || "(nameless)"} ${file}:${lineNumber + 1}`;
}
