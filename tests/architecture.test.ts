/**
 * The shape of `src`, as a test: which room may import which, which module only one
 * corner may know, and what no file may look like.
 */
import { globSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";

interface Source {
  /** From the root of the project, with slashes: `src/events/json.ts`. */
  readonly file: string;
  readonly text: string;
}

/** Which room may import which, itself always. A room that is missing here may not exist. */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  "errors.ts": [],
  events: ["errors.ts"],
  machines: ["errors.ts", "events"],
  projections: ["errors.ts", "events"],
  // a host finds what is open in a projection (docs/adr)
  actors: ["errors.ts", "events", "machines", "projections"],
  // the report of a run is a fold of its records
  agents: ["errors.ts", "events", "machines", "actors", "projections"],
  telemetry: ["errors.ts", "events", "projections"],
  // what a log says afterwards: nothing here runs an actor
  replay: ["errors.ts", "events", "actors", "projections"],
  testing: [
    "errors.ts",
    "events",
    "machines",
    "actors",
    "agents",
    "projections",
    "telemetry",
    "replay",
  ],
  "index.ts": [
    "errors.ts",
    "events",
    "machines",
    "actors",
    "agents",
    "projections",
    "telemetry",
    "replay",
  ],
  cli: ["errors.ts", "events", "machines", "actors", "agents", "projections", "telemetry", "replay"],
  dashboard: ["errors.ts", "events", "machines", "actors", "agents", "projections", "telemetry"],
};

/** Modules from outside that only some files may know. */
const ONLY_IN: readonly (readonly [module: RegExp, files: RegExp])[] = [
  [/^node:sqlite$/, /^src\/(events\/log\/sqlite|projections\/store)/],
  [/^@nats-io\//, /^src\/(events\/log\/jetstream|agents\/(remote\/|ways\/by-remote\.ts$))/],
  [/^commander$/, /^src\/cli\//],
  [/^croner$/, /^src\/events\/queue\/cron\.ts$/],
  // peers of `troupe/testing` alone
  [/^(fast-check|@xstate\/graph)$/, /^src\/testing\//],
  // optional peers, and imported when they are needed
  [/^(ai|@ai-sdk\/.+)$/, /^src\/agents\/model\/(ai-sdk|open-model)/],
  [/^yaml$/, /^src\/(cli\/|events\/plan\/document\.ts$)/],
  // A machine or a schema that touches the world is not pure.
  [
    /^node:(child_process|fs|http|net|timers|worker_threads)(\/|$)/,
    /^src\/(?!machines\/|events\/(?!log\/))/,
  ],
];

/** What no text of a file may hold. */
const NEVER: readonly (readonly [what: string, pattern: RegExp, files: RegExp])[] = [
  ["a default export", /^export default\b/m, /./],
  ["export *", /^export \*/m, /./],
  ["an enum", /^\s*(export )?(declare )?(const )?enum \w/m, /./],
  [
    "a clock or randomness",
    /\b(Date\.now|Math\.random|randomUUID|setTimeout|setInterval)\b|new Date\(\)/,
    /^src\/machines\//,
  ],
];

const MAX_LINES = 300;
const BANNED_NAME = /(^|\/)(types|utils?|helpers?|common|misc)(\.ts$|\/)/;
const IMPORT =
  /(?:^|[\s;])(?:import|export)\s(?:[^"';]*?\sfrom\s)?["']([^"']+)["']|\bimport\(\s*["']([^"']+)["']/g;

const roomOf = (file: string): string => file.split("/")[1] ?? "";

function importsOf({ file, text }: Source): string[] {
  const found = [...text.matchAll(IMPORT)].map((match) => match[1] ?? match[2] ?? "");
  return found.map((to) => (to.startsWith(".") ? path.posix.join(path.posix.dirname(file), to) : to));
}

function faultsOf(source: Source): string[] {
  const { file, text } = source;
  const lines = text.split("\n").length - 1;
  const faults: string[] = [];
  if (!(roomOf(file) in MAY_IMPORT)) faults.push(`${file} is in a room that MAY_IMPORT does not know`);
  if (BANNED_NAME.test(file)) faults.push(`${file} has a name that says nothing`);
  // the public face is a list of names
  if (lines > MAX_LINES && file !== "src/index.ts")
    faults.push(`${file} has ${lines} lines, more than ${MAX_LINES}`);
  for (const [what, pattern, files] of NEVER)
    if (files.test(file) && pattern.test(text)) faults.push(`${file} holds ${what}`);
  for (const to of importsOf(source)) if (!mayImport(file, to)) faults.push(`${file} → ${to}`);
  return faults;
}

function mayImport(file: string, to: string): boolean {
  if (to.startsWith("src/"))
    return roomOf(to) === roomOf(file) || (MAY_IMPORT[roomOf(file)] ?? []).includes(roomOf(to));
  if (to.startsWith("tests/") || to === "troupe" || to.startsWith("troupe/")) return false;
  return ONLY_IN.every(([module, files]) => !module.test(to) || files.test(file));
}

/** The rooms of a cycle in the real imports, or nothing: MAY_IMPORT itself could be wrong. */
function cycleOf(sources: readonly Source[]): string[] {
  const next = new Map<string, Set<string>>();
  for (const source of sources)
    for (const to of importsOf(source))
      if (to.startsWith("src/") && roomOf(to) !== roomOf(source.file))
        next.set(roomOf(source.file), (next.get(roomOf(source.file)) ?? new Set()).add(roomOf(to)));
  const visit = (room: string, above: readonly string[]): string[] => {
    if (above.includes(room)) return [...above.slice(above.indexOf(room)), room];
    for (const to of next.get(room) ?? []) {
      const cycle = visit(to, [...above, room]);
      if (cycle.length > 0) return cycle;
    }
    return [];
  };
  return [...next.keys()].map((room) => visit(room, [])).find((cycle) => cycle.length > 0) ?? [];
}

describe("the source tree", () => {
  const sources = globSync("src/**/*.{ts,tsx}").map((file): Source => {
    return { file: file.replaceAll(path.sep, "/"), text: readFileSync(file, "utf8") };
  });

  it("is found", () => expect(sources.length).toBeGreaterThan(10));
  it("keeps every arrow, name, size and form", () => expect(sources.flatMap(faultsOf)).toEqual([]));
  it("has no cycle between rooms", () => expect(cycleOf(sources)).toEqual([]));
});

describe("the checks themselves", () => {
  it.each<[string, string, string]>([
    ["an upward arrow", "src/events/a.ts", 'import { b } from "../actors/b.ts";'],
    ["an upward type", "src/projections/a.ts", 'export type { B } from "../actors/b.ts";'],
    ["an arrow over several lines", "src/events/a.ts", 'import {\n  b,\n} from "../machines/b.ts";'],
    ["a late arrow", "src/actors/a.ts", 'const b = await import("../cli/b.ts");'],
    ["the index", "src/actors/a.ts", 'import { b } from "../index.ts";'],
    ["the package itself", "src/actors/a.ts", 'import { b } from "troupe";'],
    ["a test", "src/actors/a.ts", 'import "../../tests/support/b.ts";'],
    ["SQLite elsewhere", "src/actors/a.ts", 'import { DatabaseSync } from "node:sqlite";'],
    ["NATS elsewhere", "src/events/log/sqlite.ts", 'import { jetstream } from "@nats-io/jetstream";'],
    ["fast-check in what everybody loads", "src/agents/a.ts", 'import fc from "fast-check";'],
    ["NATS beside the remote agents", "src/agents/turn.ts", 'import "@nats-io/transport-node";'],
    ["a file system under a machine", "src/machines/a.ts", 'import { readFileSync } from "node:fs";'],
    ["a clock in a machine", "src/machines/a.ts", "const at = Date.now();"],
    ["an unknown room", "src/things/a.ts", ""],
    ["an empty name", "src/events/utils.ts", ""],
    ["an empty folder name", "src/events/types/a.ts", ""],
    ["a long file", "src/events/a.ts", "\n".repeat(MAX_LINES + 1)],
    ["a default export", "src/events/a.ts", "export default 1;"],
    ["export *", "src/events/a.ts", 'export * from "./b.ts";'],
  ])("find %s", (_what, file, text) => expect(faultsOf({ file, text })).toHaveLength(1));

  it("let what is allowed pass", () => {
    const text =
      'import { connect } from "@nats-io/transport-node";\nimport { a } from "../json.ts";\n';
    expect(faultsOf({ file: "src/events/log/jetstream/open.ts", text })).toEqual([]);
    expect(faultsOf({ file: "src/events/a.ts", text: "\n".repeat(MAX_LINES) })).toEqual([]);
  });

  it("find a cycle between rooms", () => {
    const cycle = cycleOf([
      { file: "src/events/a.ts", text: 'import "../actors/a.ts";' },
      { file: "src/actors/a.ts", text: 'import type { A } from "../events/a.ts";' },
    ]);
    expect(cycle).toEqual(["events", "actors", "events"]);
  });
});
