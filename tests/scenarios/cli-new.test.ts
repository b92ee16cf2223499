/** What `troupe new` writes, and that it runs to its end with no key, as a newcomer runs it. */
import { existsSync, globSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readPlan } from "../../src/agents/read-plan.ts";
import { TEMPLATES } from "../../src/cli/templates.ts";
import { writeFiles } from "../../src/agents/write-files.ts";
import { cliBench, type CliBench } from "../support/cli.ts";
import { said, troupeIn } from "../support/cli-process.ts";
import { freshName } from "../support/nats-log.ts";
import { sharedNats } from "../support/shared-nats.ts";

const ROOT = join(import.meta.dirname, "../../templates");
const NAMES = TEMPLATES.map(({ name }) => name);
const PATTERNS = {
  research: "parallel",
  content: "sequential",
  perspectives: "hub",
  build: "graph",
  saga: "saga",
};

describe("troupe new", () => {
  it("lists every template that comes with the package", async () => {
    using bench = cliBench();
    const { code, out } = await bench.troupe(["new", "--list"]);
    expect(code).toBe(0);
    expect(
      out
        .split("\n")
        .slice(1)
        .map((line) => line.split(" ")[0]),
    ).toEqual(NAMES);
    expect(await bench.json(["new", "--list"])).toEqual({ code: 0, value: TEMPLATES });
    expect(readdirSync(ROOT).toSorted()).toEqual(NAMES.toSorted());
  });

  it.each(Object.entries(PATTERNS))(
    "writes %s, whose plan is valid, and says what to do next",
    async (name, pattern) => {
      using bench = cliBench();
      const { code, out } = await bench.troupe(["new", name, "my plans/it's"]);
      expect([code, out]).toEqual([
        0,
        expect.stringMatching(/Run it:\n {2}cd 'my plans\/it'\\''s'\n {2}troupe run plan\.yaml$/),
      ]);
      const folder = join(bench.folder, "my plans/it's");
      expect(filesIn(folder)).toEqual(filesIn(join(ROOT, name)));
      const plan = await readPlan(join(folder, "plan.yaml"));
      expect(plan.pattern).toBe(pattern);
    },
  );

  it("names a folder after its template, and takes the one that it is in", async () => {
    using bench = cliBench();
    const { value } = await bench.json(["new", "saga"]);
    expect(value).toMatchObject({
      template: "saga",
      folder: join(bench.folder, "saga"),
      files: expect.arrayContaining(["plan.yaml", "agents/book.mjs"]),
      next: ["cd saga", "troupe run plan.yaml"],
    });
    expect((await bench.json(["new", "saga", "."])).value).toMatchObject({
      next: ["troupe run plan.yaml"],
    });
    expect(existsSync(join(bench.folder, "plan.yaml"))).toBe(true);
  });

  it("replaces nothing unless it is told to, and names what is in the way", async () => {
    using bench = cliBench();
    mkdirSync(join(bench.folder, "saga"));
    const own = bench.write("saga/plan.yaml", "name: mine\n");
    const refused = await bench.troupe(["new", "saga"]);
    expect(refused).toMatchObject({ code: 1, out: "" });
    expect(refused.err).toBe(
      `FILE_EXISTS: "${own}" is in the way; nothing was written\n  → Name another folder, or replace the files with --force.`,
    );
    expect(filesIn(join(bench.folder, "saga"))).toEqual({ "plan.yaml": "name: mine\n" });
    bench.write("saga/other.txt", "stays");
    expect(await bench.troupe(["new", "saga", "--force"])).toMatchObject({ code: 0 });
    expect(filesIn(join(bench.folder, "saga"))).toEqual({
      ...filesIn(join(ROOT, "saga")),
      "other.txt": "stays",
    });
  });

  it.each<[string, readonly string[], string, number]>([
    ["no template", [], "USAGE: no template was named", 2],
    ["an unknown one", ["sage"], 'USAGE: there is no template "sage"', 2],
    ["no folder", ["saga", ""], "USAGE: the folder has no name", 2],
    ["a file as folder", ["saga", "taken"], 'FILE_EXISTS: "', 1],
    [
      "a file above the folder",
      ["saga", "taken/deep"],
      'FILE_NOT_WRITTEN: nothing was written into "',
      1,
    ],
    ["a folder as file", ["saga", "odd", "--force"], 'FILE_EXISTS: "', 1],
  ])("says what is wrong, and writes nothing: %s", async (_, argv, message, code) => {
    using bench = cliBench();
    bench.write("taken", "");
    mkdirSync(join(bench.folder, "odd/plan.yaml"), { recursive: true });
    const said = await bench.troupe(["new", ...argv]);
    expect(said).toMatchObject({ code, out: "" });
    expect(said.err.startsWith(message)).toBe(true);
    expect(said.err).toMatch(/\n {2}→ .+$/);
    expect(filesIn(bench.folder)).toEqual({ taken: "" });
  });

  it.each([true, false])(
    "takes back what it has written when it fails halfway, force %s",
    async (force) => {
      using bench = cliBench();
      bench.write("a.txt", "old");
      const into = force ? "." : "new/deep";
      const files = ["a.txt", "sub/b.txt", `${"x".repeat(300)}.txt`].map((name) => ({
        name,
        bytes: Buffer.from("new"),
      }));
      const failing = writeFiles(join(bench.folder, into), files, force);
      await expect(failing).rejects.toMatchObject({ code: "FILE_NOT_WRITTEN" });
      expect(readdirSync(bench.folder)).toEqual(["a.txt"]);
      expect(filesIn(bench.folder)).toEqual({ "a.txt": "old" });
    },
  );
});

interface Ran {
  readonly code: number | null;
  readonly view: {
    readonly status: string;
    readonly tasks: readonly { readonly id: string; readonly status: string }[];
  };
  /** What the run has left, by file name. */
  readonly left: Readonly<Record<string, string>>;
  /** All facts of all records, in order. */
  readonly facts: readonly {
    readonly type: string;
    readonly data: Readonly<Record<string, unknown>>;
  }[];
}

describe.each(["SQLite", "NATS"])("a template on %s", (engine) => {
  const logs = freshName();
  const urlOf = ({ folder }: CliBench, name: string): string =>
    engine === "NATS"
      ? sharedNats.logUrl(`${logs}-${name}`)
      : `sqlite:${join(folder, ".troupe/log.db")}`;

  /** Writes a template, runs it as a process of its own, and reads what it has left. */
  async function run(bench: CliBench, name: keyof typeof PATTERNS): Promise<Ran> {
    const url = urlOf(bench, name);
    await bench.troupe(["new", name, "."]);
    const argv = ["run", "plan.yaml", "--id", "r1", "--log", url, "--json"];
    const { code, out } = await said(troupeIn(bench.folder, argv));
    const tail = await bench.troupe(["tail", "--no-follow", "--json", "--log", url]);
    const records = tail.out
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    return {
      code,
      view: JSON.parse(out),
      left: filesIn(join(bench.folder, ".troupe/runs/r1")),
      facts: records.flatMap(({ body }) => body.facts ?? []),
    };
  }

  it("S0-014: research starts three researchers at once, and makes one report of theirs", async () => {
    using bench = cliBench();
    const { code, left, facts } = await run(bench, "research");
    expect(code).toBe(0);
    const ids = ["academic", "tutorial", "production"];
    const moves = facts.filter(({ type }) => /^task\.(delegated|completed)$/.test(type));
    expect(moves.slice(0, 3)).toMatchObject(
      ids.map((task) => ({ type: "task.delegated", data: { task, wave: 1, agent: "researcher" } })),
    );
    const report = left["parallel-result-r1.md"] ?? "";
    for (const id of ids) expect(report).toContain(`- ${id}: COMPLETED`);
    expect(report).toMatch(
      /^# How should a program retry[^]*\n## Integration Strategy\n[^]*\n## Sources\n/,
    );
    expect(Object.keys(left)).toEqual(
      expect.arrayContaining(["parallel-r1-1.md", "parallel-r1-2.md", "parallel-r1-3.md", "report.md"]),
    );
  });

  it("S0-027: content goes through four stages with an artifact each, and a gate sends one back", async () => {
    using bench = cliBench();
    const { code, left, facts } = await run(bench, "content");
    expect(code).toBe(0);
    const stages = [
      "stage-1-research.md",
      "stage-2-outline.md",
      "stage-3-writing.md",
      "stage-4-final.md",
    ];
    expect(Object.keys(left)).toEqual(expect.arrayContaining([...stages, "report.md"]));
    const done = facts.filter(({ type }) => type === "task.completed").map(({ data }) => data["task"]);
    expect(done).toEqual(["research", "outline", "writing", "review"]);
    const judged = facts.filter(
      ({ type, data }) => type === "gate.evaluated" && data["task"] === "writing",
    );
    expect(judged.map(({ data }) => data["readiness"])).toEqual(["FAIL", "PASS"]);
    expect(left["stage-4-final.md"]).toContain("Nothing is missing.");
  });

  it("S0-036: perspectives sees a proposal from three sides, and its hub settles conflict and gap", async () => {
    using bench = cliBench();
    const { code, left, facts } = await run(bench, "perspectives");
    expect(code).toBe(0);
    const cycles = facts.filter(({ type }) => type === "hub.synthesized").map(({ data }) => data);
    expect(cycles).toMatchObject([
      {
        cycle: 1,
        action: "ITERATE",
        conflicts: [{ between: ["performance", "usability"] }],
        gaps: [{ missing: 'the section "Failure" was not looked at' }],
      },
      { cycle: 2, action: "PROCEED", conflicts: [{ resolution: expect.any(String) }], gaps: [] },
    ]);
    const spokes = facts
      .filter(({ type, data }) => type === "task.delegated" && data["agent"] === "reviewer")
      .map(({ data }) => data["task"]);
    expect(spokes).toEqual(
      expect.arrayContaining(["performance", "usability", "architecture", "performance_cycle_2"]),
    );
    expect(spokes).not.toContain("architecture_cycle_2");
    expect(left["hub-final-r1.md"]).toMatch(
      /## Executive Summary\n[^]*\n## Conflicts\n[^]*90: [^]*## Overall Quality\n/,
    );
  });

  it("S3-036: build fails a test, one branch todo for the coder mends it, and its parent completes", async () => {
    using bench = cliBench();
    const broken = readFileSync(join(ROOT, "build/src/indicators.mjs"), "utf8");
    const { code, view, left, facts } = await run(bench, "build");
    expect([code, view.status]).toEqual([0, "COMPLETED"]);
    const opened = facts.filter(({ type }) => type === "branch.opened").map(({ data }) => data);
    expect(opened).toMatchObject([
      {
        branch: "t2_indicators_branch_01",
        parent_id: "t2_indicators",
        agent_role: "coder",
        blocked: ["t3_report"],
      },
    ]);
    const tested = facts.filter(
      ({ type, data }) => type === "task.tested" && data["task"] === "t2_indicators",
    );
    expect(tested.map(({ data }) => data["passed"])).toEqual([false, true]);
    const mended = readFileSync(join(bench.folder, "src/indicators.mjs"), "utf8");
    expect(mended).toBe(broken.replace("end < values.length", "end <= values.length"));
    expect(left["averages.md"]).toContain("| 2025-03-12 | 109.0 | 107.23 |");
  });

  it("saga undoes what it booked, last first, and books it all where there is a car", async () => {
    using bench = cliBench();
    const { code, view } = await run(bench, "saga");
    expect([code, view.status]).toEqual([1, "FAILED"]);
    const entries = (): readonly string[] =>
      readFileSync(join(bench.folder, "bookings.jsonl"), "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line))
        .map(({ type, thing }) => `${type} ${thing}`);
    const undone = ["booked flight", "booked hotel", "cancelled hotel", "cancelled flight"];
    expect(entries()).toEqual(undone);
    writeFileSync(join(bench.folder, "inventory/car.json"), '{ "what": "car in Lisbon", "free": 1 }');
    const again = await said(
      troupeIn(bench.folder, ["run", "plan.yaml", "--id", "r2", "--log", urlOf(bench, "saga")]),
    );
    expect(again.code).toBe(0);
    expect(entries()).toEqual([...undone, "booked flight", "booked hotel", "booked car"]);
  });
});

/** The files below a folder, by path, with what stands in them. */
function filesIn(folder: string): Readonly<Record<string, string>> {
  const entries = globSync("**/*", { cwd: folder, withFileTypes: true }).filter((entry) =>
    entry.isFile(),
  );
  const paths = entries.map((entry) => join(entry.parentPath, entry.name)).toSorted();
  return Object.fromEntries(
    paths.map((path) => [path.slice(folder.length + 1), readFileSync(path, "utf8")]),
  );
}
