/** A production run on a laptop: a file of its records, and every command on it. */
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { newer } from "../support/changed-file.ts";
import { cliBench, type CliBench } from "../support/cli.ts";
import { CALLS } from "../support/exported.ts";
import { jsonl } from "../support/telemetry.ts";
import { onEachLog } from "../support/cli-logs.ts";

const PLAN = `
name: shop
tasks:
  - { id: a, run: "echo one" }
  - { id: b, run: "test ! -e broken", dependsOn: [a] }
`;

/** Runs the plan and exports what became of it, in the folder of the bench. */
async function exported(bench: CliBench, run = "r1", file = "run.jsonl"): Promise<string> {
  await bench.troupe(["run", bench.write("p.yaml", PLAN), "--id", run]);
  const { code, bytes, err } = await bench.troupe(["export", run]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return bench.write(file, String(bytes));
}

const onFile = (bench: CliBench, words: readonly string[], file = "run.jsonl") =>
  bench.troupe([...words, "--log", file]);

onEachLog("troupe export RUN", (open) => {
  it("is the same run without its log: shown, told and replayed as before; archived, too", async () => {
    using bench = open();
    await exported(bench);
    const asked = [
      ["show", "r1"],
      ["show", "r1", "--timeline"],
      ["report", "r1"],
      ["show", "task/r1:b"],
    ];
    const said = (words: readonly string[]) => bench.troupe(words).then(({ out }) => out);
    const before = await Promise.all(asked.map(said));
    await bench.troupe(["run", join(bench.folder, "p.yaml"), "--id", "r2"]);
    expect((await bench.troupe(["archive", "--older-than", "0s", "--to", bench.folder])).code).toBe(0);
    const whole = String((await bench.troupe(["export", "task/r1:a"])).bytes).split("\n");
    const first = readFileSync(join(bench.folder, "run.jsonl"), "utf8").split("\n");
    expect(whole.slice(1, -2)).toEqual(first.slice(1, -2));
    for (const [at, words] of asked.entries())
      expect((await onFile(bench, words)).out).toBe(before[at]);
    expect((await onFile(bench, ["replay", "r1", "--verify"])).code).toBe(0);
    expect((await bench.troupe(["diff", "r1", "run.jsonl"])).code).toBe(0);
  });
});

describe("every command on a file of records", () => {
  let bench: CliBench;
  let commands: readonly string[] = [];
  beforeAll(async () => {
    bench = cliBench();
    await exported(bench);
    rmSync(join(bench.folder, "log.db"));
    bench.write("t.jsonl", jsonl(CALLS));
    const { out } = await bench.troupe(["--help"], { bare: true });
    commands = [...out.matchAll(/^ {2}([a-z-]+) (?:\[|<| )/gm)].map(([, name = ""]) => name);
  });
  afterAll(() => bench[Symbol.dispose]());

  const READS: readonly (readonly [string, RegExp])[] = [
    ["ls", /r1 +COMPLETED/],
    ["show r1", /shop r1: COMPLETED/],
    ["show task/r1:a", /COMPLETED, 3 records/],
    ["watch r1", /r1 COMPLETED/],
    ["report r1", /# shop \(r1\)/],
    ["tail", /workflow\/r1#1/],
    ["replay r1", /workflow\.completed/],
    ["replay r1 --verify", /every state hash is the same/],
    ["why r1", /started from outside/],
    ["why task/r1:b#2 --down", /workflow\.completed/],
    ["diff r1 r1", /are the same/],
    ["coverage task", /of 24 states/],
    ["doctor", /✓ records: 10 records of 3 actors/],
    ["backup b.bak", /holds 10 records/],
    ["projections ls", /runs/],
    ["projections status", /runs/],
    ["projections sql", /r1/],
    ["messages", /no such message/],
    ["queue ls", /no queue/],
    ["hosts", /only one host/],
    ["approvals ls", /nothing waits/],
    ["questions ls", /no agent waits/],
    ["evaluate r1", /r1 \(shop\)/],
    ["regressions", /too few runs/],
    ["stats", /1 started/],
    ["overhead", /overhead/],
    ["variants", /task\/a → task\/b/],
    ["agents", /task\/a/],
    ["best-agent --task shop", /no agent is sure enough/],
    ["trends task/a", /task\/a/],
    ["export r1 --out again.jsonl", /again\.jsonl/],
    ["export --format csv", /case_id/],
    ["resume r1", /over already/],
    ["resume", /nothing is open/],
  ];

  const REFUSES: readonly (readonly [string, RegExp])[] = [
    ["run PLAN --id r2", /LOG_WRITE_FAILED.*only read/],
    ["fork r1", /LOG_WRITE_FAILED.*only read/],
    ["pause r1", /LOG_WRITE_FAILED.*only read/],
    ["cancel r1", /LOG_WRITE_FAILED.*only read/],
    ["restart r1 --from b", /LOG_WRITE_FAILED.*only read/],
    ["checkpoint r1 --name x", /LOG_WRITE_FAILED.*only read/],
    ["host", /LOG_WRITE_FAILED.*only read/],
    ["sweep", /LOG_WRITE_FAILED.*only read/],
    ["archive --older-than 0s --to old", /LOG_WRITE_FAILED.*only read/],
    ["erase r1 --yes", /LOG_INCOMPATIBLE.*no keys/],
    ["restore b.bak", /LOG_NOT_EMPTY/],
    ["import t.jsonl", /LOG_WRITE_FAILED.*only read/],
    ["queue add q work --create", /LOG_WRITE_FAILED.*only read/],
    ["approvals approve r1 b", /GATE_UNKNOWN/],
    ["questions answer r1 q x", /QUESTION_UNKNOWN/],
    ["feedback r1 a --rating 3", /LOG_WRITE_FAILED.*only read/],
    ["context show r1", /RUN_NOT_FOUND.*no shared context|RUN_NOT_FOUND/],
    ["artifacts ls r1", /REPOSITORY_NOT_FOUND|ARTIFACT_NOT_FOUND|GIT_/],
    ["planner hi", /USAGE: no model/],
    ["upgrade-check --kinds none.ts", /USAGE.*none\.ts cannot be loaded/],
    ["nats", /LOG_URL_INVALID|USAGE/],
  ];
  const WITHOUT = ["asyncapi", "chart", "copy", "critic", "help", "new", "schema", "validate"];

  it("is in one of these tables", () => {
    const tried = [...READS, ...REFUSES].map(([words]) => words.split(" ")[0] ?? "");
    expect([...new Set([...tried, ...WITHOUT])].toSorted()).toEqual([...commands].toSorted());
  });

  it.each(READS)("%s reads it", async (words, said) => {
    const argv =
      words === "projections sql" ? ["projections", "sql", "SELECT run FROM runs"] : words.split(" ");
    const { code, out, err, painted, bytes } = await onFile(bench, argv);
    expect(`${out}${err}${painted}${String(bytes ?? "")}`).toMatch(said);
    if (words === "doctor") return; // what it says of this machine is not of the file
    expect(code).toBe(words.startsWith("best-agent") ? 1 : 0);
  });

  it.each(REFUSES)("%s refuses it, in one sentence", async (words, said) => {
    const plan = join(bench.folder, "p.yaml");
    const { code, err } = await onFile(
      bench,
      words.split(" ").map((word) => (word === "PLAN" ? plan : word)),
    );
    expect(err).toMatch(said);
    expect(err).toMatch(/\n {2}→ /);
    expect(code).toBeGreaterThan(0);
  });

  it("writes nothing beside it", async () => {
    await onFile(bench, ["ls"]);
    const before = readFileSync(join(bench.folder, "run.jsonl"), "utf8");
    await onFile(bench, ["run", "p.yaml", "--id", "r9"]);
    expect(readFileSync(join(bench.folder, "run.jsonl"), "utf8")).toBe(before);
  });

  it("copies it into a log that can be written to", async () => {
    const log = `sqlite:${join(bench.folder, "copy.db")}`;
    expect((await bench.troupe(["copy", "--from", "run.jsonl", "--to", log])).code).toBe(0);
    expect((await bench.troupe(["replay", "r1", "--verify", "--log", log])).code).toBe(0);
  });
});

const EMPTY = /LOG_CORRUPT: .*empty\.jsonl is empty: it holds no records/;
const NEWER = /LOG_NEWER: record 2 of "task\/r1:b" .*\n {2}→ .*`troupe replay RUN` shows/;

describe("a file of records in place of a run", () => {
  it("diff: two files, a file and a run; exit code 1 where they part, and where", async () => {
    using bench = cliBench();
    await exported(bench, "r1", "a.jsonl");
    await exported(bench, "r2", "b.jsonl");
    bench.write("broken", "");
    await bench.troupe(["run", join(bench.folder, "p.yaml"), "--id", "r3"]);
    expect(await bench.troupe(["diff", "a.jsonl", "b.jsonl"])).toMatchObject({
      code: 0,
      out: "r1 and r2 are the same: 8 records",
    });
    const cwd = await bench.json(["diff", "a.jsonl", "r3"]);
    expect(cwd.code).toBe(1);
    expect(cwd.value).toMatchObject({
      same: false,
      runs: ["r1", "r3"],
      first: { actor: "task/*:b", a: { type: "task.completed" }, b: { type: "task.failed" } },
      context: {
        differences: expect.arrayContaining([expect.objectContaining({ path: "context.failures" })]),
      },
    });
    const { out } = await bench.troupe(["diff", "r3", "r1"]);
    expect(out).toMatch(
      /share 6 records, and part at task\/\*:b:\n- r3 {2}8 {2}task\/r3:b#2[^]*exitCode\n {4}- 1\n {4}\+ 0/,
    );
  });

  it("why: a position of its run, or ADDRESS#SEQ; a file of several runs is to be asked for one", async () => {
    using bench = cliBench();
    await exported(bench, "r1");
    await exported(bench, "r2");
    const { value } = await bench.json(["why", "run.jsonl", "task/r2:b#2"]);
    expect(value).toMatchObject({ run: "r2", links: { length: 7, 6: { cause: { by: "outside" } } } });
    const both = String((await bench.troupe(["export", "r1", "r2"])).bytes);
    bench.write("both.jsonl", both);
    expect(await bench.troupe(["why", "both.jsonl"])).toMatchObject({
      code: 2,
      err: expect.stringMatching(/USAGE: both\.jsonl holds 2 runs: r1, r2\n.*--log both\.jsonl/),
    });
    expect((await onFile(bench, ["why", "r1"], "both.jsonl")).code).toBe(0);
  });

  describe("that is not there, or not what it was", () => {
    let bench: CliBench;
    beforeAll(async () => {
      bench = cliBench();
      const path = await exported(bench);
      const text = readFileSync(path, "utf8");
      bench.write("cut.jsonl", text.split("\n").slice(0, 5).join("\n").slice(0, -9));
      bench.write("empty.jsonl", "");
      bench.write("newer.jsonl", newer(path));
      mkdirSync(join(bench.folder, "folder.jsonl"));
    });
    afterAll(() => bench[Symbol.dispose]());

    it.each<[readonly string[], RegExp]>([
      [["why", "r9"], /RUN_NOT_FOUND/],
      [["why", "r1", "99"], /POSITION_UNKNOWN.*10 records/],
      [["why", "r1", "x"], /POSITION_UNKNOWN/],
      [["why", "task/r1:zz"], /RUN_NOT_FOUND/],
      [["why", "task/r1:a", "9"], /POSITION_UNKNOWN/],
      [["why", "task/r1:a#1", "2"], /USAGE.*a number already/],
      [["why", "r1", "--depth", "0"], /USAGE/],
      [["why", "a b"], /USAGE/],
      [["why", "gone.jsonl"], /LOG_NOT_FOUND/],
      [["why", "cut.jsonl"], /LOG_CORRUPT: line 5 of .*in the middle/],
      [["diff", "r1", "empty.jsonl"], EMPTY],
      [["why", "empty.jsonl"], EMPTY],
      [["replay", "empty.jsonl"], EMPTY],
      [["ls", "--log", "empty.jsonl"], EMPTY],
      [["show", "r1", "--log", "empty.jsonl"], EMPTY],
      [["coverage", "task", "--log", "empty.jsonl"], EMPTY],
      [
        ["ls", "--log", "folder.jsonl"],
        /LOG_NOT_FOUND: .*folder\.jsonl is a folder[^\n]*\n {2}→ Name a file/,
      ],
      [["replay", "gone.jsonl"], /LOG_NOT_FOUND: there is no file .*gone\.jsonl\n {2}→ Check the path/],
      [["show", "r1", "--log", "newer.jsonl"], NEWER],
      [["ls", "--log", "newer.jsonl"], NEWER],
      [["replay", "r1", "--context"], /USAGE: --context goes with/],
      [["diff", "r1", "r9"], /RUN_NOT_FOUND/],
      [["export"], /USAGE.*--format/],
      [["export", "r9"], /RUN_NOT_FOUND/],
      [["coverage", "nobody"], /KIND_UNKNOWN/],
      [["coverage", "task", "r9"], /RUN_NOT_FOUND/],
    ])("%j: one clear error", async (words, said) => {
      const { code, err, out } = await bench.troupe(words);
      expect(err).toMatch(said);
      expect(err).toMatch(/\n {2}→ /);
      expect({ out, failed: code > 0 }).toEqual({ out: "", failed: true });
    });
  });
});

describe("troupe coverage", () => {
  it("names what was never taken; with --all the counts; with --chart on the chart", async () => {
    using bench = cliBench();
    await exported(bench);
    const never = await bench.troupe(["coverage", "task"]);
    expect(never.out).toMatch(
      /^task 1: 7 of 24 states, 4 of 51 transitions in 4 records of 2 actors$/m,
    );
    expect(never.out).toContain("never  task.RUNNING -> HOLD -> task.WAITING.held");
    expect(never.out).not.toContain("approving -> always -> task.COMPLETED");
    expect((await bench.troupe(["coverage", "task", "r1", "--all"])).out).toMatch(
      /^2 +task\.RUNNING\.approving -> always -> task\.COMPLETED$/m,
    );
    const { out } = await bench.troupe(["coverage", "task", "--chart"]);
    expect(out).toContain("RUNNING_approving --> COMPLETED: always [else] – 2 times");
    expect(out).toMatch(/^ {2}class .*COMPLETED visited$/m);
    expect(out).toMatch(/^ {2}class .*CANCELLED never$/m);
    const { value } = await bench.json(["coverage", "task"]);
    expect(value).toMatchObject({
      kind: "task",
      actors: 2,
      transitions: { "task.PENDING -> always -> task.RUNNING": 2 },
    });
  });
});
