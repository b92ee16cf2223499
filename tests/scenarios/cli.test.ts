/** The commands, on a real log with real processes. */
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { describe, expect, it } from "vitest";
import { cliBench } from "../support/cli.ts";

const GOOD = `
name: Good plan
tasks:
  - {id: a, title: First, run: "echo one; echo oops >&2"}
  - {id: b, run: [sh, -c, "echo two from $TROUPE_TASK"], dependsOn: [a]}
`;

const BAD = `
name: bad
tasks:
  - {id: a, run: "echo no such luck >&2; exit 7", maxRetries: 1, retryDelayMs: 1}
  - {id: b, run: "true", dependsOn: [a]}
  - {id: c, run: "echo fine"}
`;

describe("troupe run", () => {
  it("runs a plan, says how it goes, and ends with what its last tasks say", async () => {
    using bench = cliBench();
    const { code, out, err } = await bench.troupe(["run", bench.write("p.yaml", GOOD), "--id", "r1"]);
    expect({ code, out: out.replace(/\d+ ms|\d\.\d s/, "TIME") }).toEqual({
      code: 0,
      out: "Good plan r1: COMPLETED, 2 of 2 tasks, TIME\ntwo from b",
    });
    expect(
      err
        .replaceAll(/\d+ ms/g, "TIME")
        .split("\n")
        .slice(1),
    ).toEqual([
      "RUNNING    a: First",
      "COMPLETED  a: one (TIME)",
      "RUNNING    b: b",
      "COMPLETED  b: two from b (TIME)",
    ]);
    expect(existsSync(join(bench.folder, "runs/r1"))).toBe(true);
  });

  it("fails with 1 when a task fails, names what it blocked, and finishes the rest", async () => {
    using bench = cliBench();
    const { code, value } = await bench.json(["run", bench.write("p.yaml", BAD), "--id", "r1"]);
    expect(code).toBe(1);
    expect(value).toMatchObject({
      run: "r1",
      status: "FAILED",
      tasks: [
        {
          id: "a",
          status: "FAILED",
          attempts: 2,
          failure: { message: "the command ended with exit code 7: no such luck" },
        },
        { id: "b", status: "SKIPPED", blockedBy: "a" },
        { id: "c", status: "COMPLETED", summary: "fine" },
      ],
    });
  });

  it("makes an id of the plan's name, and starts nothing twice under one id", async () => {
    using bench = cliBench();
    const plan = bench.write("p.yaml", GOOD);
    const first = await bench.json(["run", plan]);
    expect(first.value).toMatchObject({ run: expect.stringMatching(/^good-plan-[a-z2-9]{4}$/) });
    await bench.troupe(["run", plan, "--id", "r1"]);
    const again = await bench.troupe(["run", plan, "--id", "r1"]);
    expect(again).toMatchObject({ code: 0, out: expect.stringContaining("COMPLETED") });
    expect((await bench.json(["ls"])).value).toHaveLength(2);
    const other = await bench.troupe(["run", bench.write("q.yaml", BAD), "--id", "r1"]);
    expect(other).toMatchObject({ code: 1, err: expect.stringContaining("RUN_EXISTS: ") });
  });

  it("paints where it can: the last picture stays", async () => {
    using bench = cliBench();
    const plan = bench.write("p.yaml", GOOD);
    const { painted, err } = await bench.troupe(["run", plan, "--id", "r1"], { live: true });
    expect(err).toBe("");
    const last = painted.split("\u001b[0J").at(-1) ?? "";
    expect(last).toMatch(
      /^Good plan r1: COMPLETED, 2 of 2 tasks, .*\n ✓ a +one \(.*\n ✓ b +two from b \(.*\n$/,
    );
  });

  it("S2: passes on what the plan names, records no value of it, and asks for what is not set", async () => {
    using bench = cliBench();
    const plan = bench.write(
      "p.yaml",
      'name: p\npassEnv: [API_TOKEN]\ntasks: [{id: a, run: "echo $API_TOKEN; test ${#API_TOKEN} = 11"}]\n',
    );
    const missing = await bench.troupe(["run", plan]);
    expect(missing).toMatchObject({
      code: 2,
      err: expect.stringContaining("API_TOKEN, which is not set"),
    });
    const { code, out } = await bench.troupe(["run", plan], { env: { API_TOKEN: "s3cr3t-word" } });
    expect([code, out]).toEqual([0, expect.stringContaining("[redacted]")]);
    const files = readdirSync(bench.folder).filter((file) => file.startsWith("log.db"));
    const bytes = files.map((file) => readFileSync(join(bench.folder, file), "latin1")).join("");
    expect(bytes).toContain("[redacted]");
    expect(bytes).not.toContain("s3cr3t-word");
  });

  it("stopped by hand, loses nothing: resume goes on, and runs nothing twice that was done", async () => {
    using bench = cliBench();
    const gate = join(bench.folder, "gate");
    const plan = bench.write(
      "p.yaml",
      `name: p\ntasks:\n  - {id: a, run: "echo a >> trace"}\n  - {id: b, run: "test -e gate || exec sleep 60; echo b >> trace", dependsOn: [a]}\n`,
    );
    const stop = new AbortController();
    const stopped = await bench.troupe(["run", plan, "--id", "r1"], {
      stop: stop.signal,
      heard: (line) => line.startsWith("RUNNING    b") && stop.abort(),
    });
    expect(stopped).toMatchObject({ code: 1, err: expect.stringContaining("troupe resume") });
    expect((await bench.json(["ls"])).value).toMatchObject([
      { run: "r1", status: "RUNNING", ended: 1 },
    ]);
    writeFileSync(gate, "");
    const { code, value } = await bench.json(["resume"]);
    expect([code, value]).toMatchObject([0, [{ run: "r1", status: "COMPLETED" }]]);
    expect(readFileSync(join(bench.folder, "trace"), "utf8")).toBe("a\nb\n");
    expect(await bench.json(["resume"])).toEqual({ code: 0, value: [] });
    expect(await bench.troupe(["run", plan, "--id", "r1"])).toMatchObject({ code: 0 });
    const verified = await bench.json(["replay", "r1", "--verify"]);
    expect(verified).toMatchObject({ code: 0, value: { ok: true, actors: 3 } });
  });
});

describe("troupe run with the id of a run that was stopped", () => {
  it("goes on with it", async () => {
    using bench = cliBench();
    const plan = bench.write(
      "p.yaml",
      'name: p\ntasks: [{id: a, run: "test -e go || exec sleep 60"}]\n',
    );
    const stop = new AbortController();
    const heard = (line: string): void => {
      if (line.startsWith("RUNNING")) stop.abort();
    };
    expect(await bench.troupe(["run", plan, "--id", "r1"], { stop: stop.signal, heard })).toMatchObject(
      { code: 1 },
    );
    writeFileSync(join(bench.folder, "go"), "");
    expect(await bench.troupe(["run", plan, "--id", "r1"])).toMatchObject({ code: 0 });
  });
});

describe("looking at a log", () => {
  it("L9: sweep says what it removed, and leaves what was stored less than its grace ago", async () => {
    using bench = cliBench();
    await bench.troupe(["run", bench.write("p.yaml", GOOD), "--id", "r1"]);
    const store = (name: string, minutesAgo: number) => {
      using db = new DatabaseSync(join(bench.folder, "log.db"));
      const at = Date.now() - minutesAgo * 60_000;
      db.prepare("INSERT INTO payloads (hash, data, at) VALUES (?, x'0102', ?)").run(name, at);
    };
    for (const [n, minutesAgo] of [1, 9, 9, 2000].entries()) store(`sha256:${n}`, minutesAgo);
    expect(await bench.json(["sweep"])).toEqual({ code: 0, value: { removed: 1, bytes: 2, kept: 3 } });
    expect(await bench.troupe(["sweep", "--grace", "5"])).toMatchObject({
      code: 0,
      out: `removed 2 payloads (4 bytes); 1 left in ${bench.log}`,
    });
    expect(await bench.json(["replay", "r1", "--verify"])).toMatchObject({ code: 0 });
  });

  it("ls, show, tail, replay and doctor say what is there", async () => {
    using bench = cliBench();
    await bench.troupe(["run", bench.write("p.yaml", GOOD), "--id", "r1"]);
    expect((await bench.troupe(["ls"])).out).toMatch(
      /^RUN +STATE .*\nr1 +COMPLETED +2\/2 .*Good plan$/,
    );
    expect((await bench.troupe(["show", "r1"])).out).toMatch(/\na +COMPLETED +1 .*one/);
    const task = await bench.troupe(["show", "task/r1:a"]);
    expect(task.out).toContain("--- stdout\none\n--- stderr\noops");
    expect((await bench.json(["show", "task/r1:a"])).value).toMatchObject({
      status: "done",
      output: { status: "COMPLETED" },
      commands: [{ stdout: "one\n", stderr: "oops\n", exitCode: 0 }],
    });
    const tail = await bench.troupe(["tail", "--no-follow", "--kind", "task", "--type", "task.c*"]);
    expect(tail.out.split("\n")).toHaveLength(2);
    const lines = (await bench.troupe(["tail", "--no-follow", "--json"])).out
      .split("\n")
      .map((l) => JSON.parse(l));
    const rest = await bench.troupe([
      "tail",
      "--no-follow",
      "--from",
      String(lines[2].position),
      "--json",
    ]);
    expect(rest.out.split("\n")).toHaveLength(lines.length - 3);
    const none = await bench.troupe(["tail", "--no-follow", "--from", "end"]);
    expect(none).toMatchObject({ code: 0, out: "" });
    expect((await bench.json(["replay", "r1", "--to", "1"])).value).toMatchObject({
      address: "workflow/r1",
      steps: [{ seq: 1, type: "troupe.started" }],
    });
    expect((await bench.troupe(["replay", "task/r1:a"])).out).toMatch(/\n2 +COMPLETED +task.completed/);
    expect(await bench.json(["doctor"])).toMatchObject({ code: 0, value: { ok: true } });
  });

  it("tail follows until it is told to stop", async () => {
    using bench = cliBench();
    await bench.troupe(["run", bench.write("p.yaml", GOOD), "--id", "r1"]);
    const stop = new AbortController();
    const tail = bench.troupe(["tail", "--run", "r2", "--type", "workflow.completed"], {
      stop: stop.signal,
    });
    await bench.troupe(["run", bench.write("p.yaml", GOOD), "--id", "r2"]);
    await bench.troupe(["tail", "--no-follow"]);
    stop.abort();
    expect(await tail).toMatchObject({ code: 0 });
  });
});
