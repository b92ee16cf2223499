/** `troupe fork`: a failed run, forked with a corrected answer and completed; from a file, too; and what is refused. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { rootOf } from "../../src/events/address.ts";
import { hashesOf } from "../../src/events/log/compare.ts";
import { lineOf } from "../../src/events/log/file/format.ts";
import type { Recorded } from "../../src/events/log/log.ts";
import { openLog } from "../../src/events/log/open.ts";
import { createHost } from "../../src/actors/host.ts";
import { hostKinds } from "../../src/agents/host-kinds.ts";
import { cliBench, type CliBench } from "../support/cli.ts";

/** The second of three fails; the third writes what it finds where the first has written. */
const PLAN = `
name: release
tasks:
  - {id: build, run: "echo built > $TROUPE_OUTPUT; echo build >> trace", outputs: [artifacts/built.txt]}
  - {id: test, dependsOn: [build], run: "echo test >> trace; echo red >&2; exit 3"}
  - {id: ship, dependsOn: [test], reads: [artifacts/built.txt], outputs: [artifacts/shipped.txt],
     run: "echo ship >> trace; cat $TROUPE_ARTIFACTS/built.txt > $TROUPE_OUTPUT; echo $TROUPE_RUN shipped"}
`;

async function failed(bench: CliBench): Promise<void> {
  const plan = bench.write("p.yaml", PLAN);
  expect((await bench.troupe(["run", plan, "--id", "r1"])).code).toBe(1);
}

async function hashOf({ log: url }: CliBench): Promise<string> {
  await using log = await openLog(url);
  const tips = new Map((await Array.fromAsync(log.scan())).map(({ stream, seq }) => [stream, seq]));
  return (await hashesOf(log.scan(), tips)).hash;
}

async function recordsOf({ log: url }: CliBench, run: string): Promise<readonly Recorded[]> {
  await using log = await openLog(url);
  return (await Array.fromAsync(log.scan())).filter(({ stream }) => rootOf(stream) === run);
}

async function hashOfRun(bench: CliBench, run: string): Promise<string> {
  return (await recordsOf(bench, run)).map((record) => lineOf(record)).join("\n");
}

const linesOf = (bench: CliBench, file: string): string =>
  readFileSync(join(bench.folder, file), "utf8").trim().replaceAll("\n", " ");

/** A fork whose host died behind its first appends. */
async function cutShort({ log }: CliBench): Promise<void> {
  let appends = 0;
  await using host = await createHost({
    log,
    kinds: hostKinds(),
    at(point, address) {
      if (point === "before-append" && rootOf(address) === "r1-fork" && ++appends > 2)
        throw new Error("killed");
    },
  });
  await expect(host.fork("r1", { at: 6 })).rejects.toThrow("killed");
}

describe("troupe fork", () => {
  it("that was cut short is not waited for: whoever looks hears of it, and the same fork again ends it", async () => {
    using bench = cliBench();
    await failed(bench);
    await cutShort(bench);
    const again = "troupe fork r1 --at 6 --id r1-fork";
    for (const command of ["resume", "fork", "pause", "cancel"]) {
      const { code, err } = await bench.troupe([command, "r1-fork"]);
      const [said, hint] = err.split("\n").slice(-2);
      expect([command, code, said]).toEqual([command, 1, expect.stringMatching(/^FORK_UNFINISHED/)]);
      expect(hint).toContain(again);
    }
    const resumed = await bench.troupe(["resume"]);
    expect(resumed.err).toMatch(new RegExp(`^left alone: "r1-fork" .*${again}.*\nnothing is open`));
    const shown = (await bench.troupe(["show", "r1-fork"])).out;
    expect(shown).toMatch(new RegExp(`\na fork of r1 at 6, cut short\n.*${again}`));
    expect((await bench.troupe(["ls"])).out).toMatch(
      /r1-fork .*release, a fork of r1 at 6, cut short$/m,
    );
    expect((await bench.json(["ls"])).value).toMatchObject([{}, { forkOf: { cutShort: true } }]);
    expect((await bench.troupe(["fork", "r1", "--at", "6"])).code).toBe(0);
    expect((await bench.troupe(["show", "r1-fork"])).out).not.toContain("cut short");
    expect((await bench.json(["ls"])).value).toMatchObject([{}, { forkOf: { run: "r1", at: 6 } }]);
    expect((await bench.troupe(["ls"])).out).not.toContain("cut short");
  });

  it("A3: starts nothing, and whoever goes on with it is the first who does", async () => {
    using bench = cliBench();
    await failed(bench);
    expect((await bench.troupe(["fork", "r1", "--at", "task/r1:test#1"])).code).toBe(0);
    const told = (await recordsOf(bench, "r1-fork")).map(({ body }) => Object(body["event"]).type);
    expect(told.filter((type) => type === "troupe.recovered")).toEqual([]);
    expect(linesOf(bench, "trace")).toBe("build test");
    const { out, err } = await bench.troupe(["resume", "r1-fork"]);
    expect(out + err).not.toContain("started again");
    expect((await bench.troupe(["show", "r1-fork"])).out).toMatch(/^test +FAILED +1 /m);
    expect(linesOf(bench, "trace")).toBe("build test test");
  });

  it("A3: of a host that goes on with it at once starts nothing again, either", async () => {
    using bench = cliBench();
    await failed(bench);
    {
      await using host = await createHost({ log: bench.log, kinds: hostKinds() });
      const { run } = await host.fork("r1", { at: "task/r1:test#1" });
      await host.actor(`workflow/${run}`).waitFor(({ status }) => status === "done");
    }
    expect((await bench.troupe(["show", "r1-fork"])).out).toMatch(/^test +FAILED +1 /m);
  });

  it("of a failed run with a corrected answer goes on behind it, and completes; the original stays as it was", async () => {
    using bench = cliBench();
    await failed(bench);
    const before = await hashOfRun(bench, "r1");
    const answer = bench.write("answer.json", JSON.stringify({ summary: "green, by hand" }));
    const made = await bench.json(["fork", "r1", "--replace", "task/r1:test#2", answer]);
    expect(made).toMatchObject({
      code: 0,
      value: { run: "r1-fork", of: "r1", actors: 3, artifacts: join(bench.folder, "runs/r1-fork") },
    });
    expect(await bench.troupe(["resume", "r1-fork"])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/^release r1-fork: COMPLETED, 3 of 3 tasks, .*\nr1-fork shipped$/),
    });
    expect(linesOf(bench, "trace")).toBe("build test ship");
    expect(linesOf(bench, "runs/r1-fork/shipped.txt")).toBe("built");
    expect(existsSync(join(bench.folder, "runs/r1/shipped.txt"))).toBe(false);
    expect(await hashOfRun(bench, "r1")).toBe(before);
    for (const run of ["r1", "r1-fork"])
      expect(await bench.json(["replay", run, "--verify"])).toMatchObject({ value: { ok: true } });
  });

  it("is known as one; what it tells again counts once, in the original", async () => {
    using bench = cliBench();
    await failed(bench);
    const { position } = Object((await bench.json(["fork", "r1", "--at", "task/r1:test#1"])).value);
    expect((await bench.json(["ls"])).value).toMatchObject([
      { run: "r1" },
      { run: "r1-fork", forkOf: { run: "r1", at: position } },
    ]);
    expect((await bench.troupe(["show", "r1-fork"])).out).toContain(`\na fork of r1 at ${position}\n`);
    expect((await bench.troupe(["resume", "r1-fork"])).code).toBe(1);
    expect((await bench.troupe(["report", "r1-fork"])).out).toContain(
      `**Fork Of**: r1, at ${position}`,
    );
    expect((await bench.json(["show", "r1-fork"])).value).toMatchObject({
      tasks: [
        { id: "build", status: "COMPLETED", copied: true },
        { id: "test", status: "FAILED", starts: [{ attempts: [{ outcome: "FAILED" }] }] },
        { id: "ship" },
      ],
    });
    const query = "SELECT agent, status, n FROM run_agent_totals ORDER BY agent, status";
    const { value } = await bench.json(["projections", "sql", query]);
    expect(value).toMatchObject([
      { agent: "task/build", status: "success", n: 1 },
      { agent: "task/test", status: "failure", n: 2 },
    ]);
    const before = (await bench.troupe(["projections", "sql", query])).out;
    await bench.troupe(["projections", "rebuild"]);
    expect((await bench.troupe(["projections", "sql", query])).out).toBe(before); // P2
  });

  it("takes a value for a context, an id, and a run out of a file", async () => {
    using bench = cliBench();
    await failed(bench);
    const { log: url } = bench;
    const lines: string[] = [];
    {
      await using log = await openLog(url);
      for await (const { position: _, ...record } of log.scan()) lines.push(lineOf(record));
    }
    const file = bench.write("run.jsonl", lines.map((line) => `${line}\n`).join(""));
    const other = `sqlite:${join(bench.folder, "other", "log.db")}`;
    const set = ["--set", "workflow/r1.plan.tasks.2.title=ship it", "--set", "workflow/r1.paused=no"];
    const words = ["fork", file, "--at", "task/r1:test#1", "--id", "again", "--log", other];
    const made = await bench.json([...words, ...set]);
    expect(made).toMatchObject({ code: 0, value: { run: "again", of: "r1" } });
    const { value } = await bench.json(["replay", "workflow/again", "--log", other]);
    expect(value).toMatchObject({
      context: { plan: { tasks: [{}, {}, { title: "ship it" }] }, paused: "no" },
    });
    expect(await bench.json(["replay", "again", "--verify", "--log", other])).toMatchObject({
      value: { ok: true },
    });
  });

  it("of a pattern that names files after its run finds them under the fork's name", async () => {
    using bench = cliBench();
    const run = (text: string): string => JSON.stringify(`echo ${text} > $TROUPE_OUTPUT`);
    const plan = `{name: both, pattern: parallel, tasks: [{id: a, run: ${run("a")}}, {id: b, run: "exit 1"}]}`;
    expect((await bench.troupe(["run", bench.write("p.yaml", plan), "--id", "r1"])).code).toBe(1);
    const answer = bench.write("answer.json", JSON.stringify({ summary: "done" }));
    const made = await bench.json(["fork", "r1", "--id", "f", "--replace", "task/r1:b#2", answer]);
    expect(made.code).toBe(0);
    expect(linesOf(bench, "runs/f/parallel-f-1.md")).toBe("a");
    const files = bench.write("runs/f/parallel-f-2.md", "b\n");
    expect((await bench.troupe(["resume", "f"])).code).toBe(0);
    expect(existsSync(files)).toBe(true);
    expect(linesOf(bench, "runs/f/parallel-result-f.md")).toContain("a");
    expect(existsSync(join(bench.folder, "runs/r1/parallel-result-r1.md"))).toBe(false);
  });

  it("refuses what cannot be forked so, with a hint; neither the log nor a folder is touched", async () => {
    using bench = cliBench();
    await failed(bench);
    const before = await hashOf(bench);
    const wrong = bench.write("wrong.json", JSON.stringify({ exitCode: "0" }));
    const broken = bench.write("broken.json", "{");
    const test = "task/r1:test#2";
    const refused: readonly (readonly [readonly string[], number, string])[] = [
      [["nobody"], 1, "RUN_NOT_FOUND"],
      [["r1", "--at", "99"], 1, "POSITION_UNKNOWN"],
      [["r1", "--at", "x"], 1, "POSITION_UNKNOWN"],
      [["r1", "--id", "r1"], 1, "RUN_EXISTS"],
      [["r1", "--id", "a b"], 2, "USAGE"],
      [["r1", "r2"], 2, "USAGE"],
      [["r1", "--set", "workflow/r1=3"], 2, "USAGE"],
      [["r1", "--set", "workflow/r2.x=3", "--at", "3"], 1, "ACTOR_NOT_FOUND"],
      [["r1", "--set", "workflow/r1.nothing.x=3", "--at", "3"], 2, "INPUT_INVALID"],
      [["r1", "--set", "workflow/r1.paused=no"], 1, "EVENT_REFUSED"],
      [["r1", "--replace", test], 2, "USAGE"],
      [["r1", "--replace", test, join(bench.folder, "none.json")], 2, "FILE_NOT_READ"],
      [["r1", "--replace", test, broken], 2, "USAGE"],
      [["r1", "--replace", test, wrong], 1, "RESULT_INVALID"],
      [["r1", "--replace", "task/r1:test#99", wrong], 1, "POSITION_UNKNOWN"],
      [["r1", "--replace", "task/r1:build#1", wrong], 1, "RECORD_INVALID"],
    ];
    for (const [words, code, error] of refused) {
      const said = await bench.troupe(["fork", ...words]);
      expect({ words, ...said }).toMatchObject({
        code,
        err: expect.stringMatching(`^${error}: .*\n  → `),
      });
    }
    const own = bench.write("kinds.ts", "export const kinds = [];");
    expect((await bench.troupe(["fork", "r1", "--kinds", own])).err).toMatch(/^KIND_INVALID/);
    const said = async (...words: readonly string[]): Promise<string> =>
      (await bench.troupe(["fork", ...words])).err;
    writeFileSync(wrong, JSON.stringify({ summary: 3 }));
    expect(await said("r1", "--replace", test, wrong)).toMatch(/^RESULT_INVALID: .*\n +→ at summary/);
    const end = "workflow/r1#4"; // a child that ended: its task test
    expect(await said("r1", "--replace", end, wrong)).toMatch(/^RESULT_INVALID: .*\n[^]*→ at status/);
    const plan = "workflow/r1.plan.tasks.2";
    const early = ["r1", "--at", "3"];
    expect(await said(...early, "--set", `${plan}.id=3`)).toMatch(
      /^INPUT_INVALID: "context.plan.tasks.2.id" of "workflow\/r1" is a string, .*\n.*--any-type/,
    );
    expect(await said(...early, "--set", `${plan}.x.y=3`)).toContain('"workflow/r1" has no place');
    expect(await said("r1", "--set", "workflow/r1.paused=no")).toContain('"workflow/r1": it has ended');
    expect(await hashOf(bench)).toBe(before);
    expect(existsSync(join(bench.folder, "runs/r1-fork"))).toBe(false);
    writeFileSync(wrong, "{}"); // any answer of an agent may be left out
    expect((await bench.troupe(["fork", "r1", "--replace", test, wrong])).code).toBe(0);
  });
});
