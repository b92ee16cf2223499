/** Checks: what is missing, and how each acceptance test ended. */
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createActor } from "xstate";
import { checksActor } from "../../src/agents/checks-actor.ts";
import { assertJson } from "../../src/events/json.ts";
import { CheckResult, type CheckInput } from "../../src/events/work.ts";
import { freshFolder, ran } from "../support/agent-runs.ts";

const HOST = { PATH: process.env["PATH"], API_TOKEN: "tok-12345" };
const node = (code: string): readonly string[] => [process.execPath, "-e", code];
const test = (argv: readonly string[], timeoutMs = 20_000) => ({ argv, timeoutMs });

async function check(folder: string, rest: Partial<CheckInput>) {
  const input = { folder, artifacts: folder, env: {}, passEnv: [], paths: [], tests: [], ...rest };
  const result = await ran(checksActor({ env: HOST, graceMs: 100 }), input);
  assertJson(result);
  return CheckResult.parse(result);
}

describe("checks", () => {
  it("S0-026: names each path that is missing, and who needs it", async () => {
    using folder = freshFolder();
    const path = (name: string) => join(folder.path, name);
    writeFileSync(path("here.md"), "");
    mkdirSync(path("folder"));
    symlinkSync(path("nowhere"), path("dangling"));
    const paths = ["here.md", "folder", "dangling", "gone.md"].map((name) => ({ path: path(name) }));
    const { missing } = await check(folder.path, {
      paths: [...paths, { path: path("facts.md"), by: "writer" }, { path: path("here.md"), by: "x" }],
    });
    expect(missing).toEqual([
      path("dangling"),
      path("gone.md"),
      `${path("facts.md")} (read by task "writer")`,
    ]);
  });

  it("runs every test in order, whatever the ones before came to", async () => {
    using folder = freshFolder();
    const { tests } = await check(folder.path, {
      tests: [
        test(["sh", "-c", "echo one > made; exit 3"]),
        test(["no-such-program-at-all"]),
        test(node("console.log('begun'); setInterval(() => {}, 1000)"), 300),
        test(["sh", "-c", "kill -SEGV $$"]),
        test(["cat", "made"]),
      ],
    });
    expect(tests).toMatchObject([
      { cmd: "echo one > made; exit 3", exitCode: 3, output: "" },
      { cmd: "no-such-program-at-all", exitCode: null, code: "COMMAND_NOT_FOUND" },
      { exitCode: null, code: "COMMAND_TIMEOUT", output: expect.stringMatching(/^begun\n.*300 ms/) },
      { exitCode: null, code: "SIGSEGV" },
      { cmd: "cat made", exitCode: 0, output: "one\n" },
    ]);
    expect(tests[1]?.output).toContain("was not found");
  });

  it("keeps the end of what a test printed, both streams, and no half of a character", async () => {
    using folder = freshFolder();
    const code = `process.stdout.write("a".repeat(5000) + "\\u{1F600}".repeat(1500)); console.error("last!")`;
    const { tests } = await check(folder.path, { tests: [test(node(code))] });
    expect(tests[0]?.output).toMatch(/^\u{1F600}+\nlast!\n$/u);
    expect(tests[0]?.output.length).toBeLessThanOrEqual(2_000);
    expect(tests[0]?.output.length).toBeGreaterThan(1_990);
  });

  it("S2: a secret that a test prints is redacted, one that was stopped included", async () => {
    using folder = freshFolder();
    const tests = [
      test(node("console.log('tok-12345')")),
      test(node("console.log('tok-12345'); setInterval(() => {}, 1000)"), 300),
    ];
    const result = await check(folder.path, { tests });
    expect(result.tests[0]?.output).toBe("[redacted]\n");
    expect(result.tests[1]?.output).toMatch(/^\[redacted\]\n/);
  });

  it("gives tests the task's variables", async () => {
    using folder = freshFolder();
    const { tests } = await check(folder.path, {
      env: { TROUPE_TASK: "t1" },
      tests: [test(["sh", "-c", 'echo "$TROUPE_TASK" "$TROUPE_EXECUTION"'])],
    });
    expect(tests[0]?.output).toBe("t1 1\n");
  });

  it("a folder that is missing fails each test, and no more", async () => {
    using folder = freshFolder();
    const result = await check(join(folder.path, "none"), { tests: [test(["true"])] });
    expect(result.tests[0]).toMatchObject({ exitCode: null, code: "COMMAND_FAILED" });
  });

  it("ends with its task: a test that runs is stopped, and none follows", async () => {
    using folder = freshFolder();
    const mark = (name: string) => ["sh", "-c", `touch ${name}; sleep 60`];
    const input = { folder: folder.path, artifacts: folder.path, env: {}, passEnv: [], paths: [] };
    const logic = checksActor({ env: HOST, graceMs: 100 });
    const actor = createActor(logic, {
      input: { ...input, tests: [test(mark("a")), test(mark("b"))] },
    });
    actor.start();
    const { existsSync } = await import("node:fs");
    await expect.poll(() => existsSync(join(folder.path, "a"))).toBe(true);
    actor.stop();
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(existsSync(join(folder.path, "b"))).toBe(false);
  });
});
