/** What a sandbox is good for, and what happens where there is none. */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openSandbox } from "../../src/agents/sandbox/open-sandbox.ts";
import { ExecutionResult } from "../../src/events/execution-result.ts";
import { assertJson } from "../../src/events/json.ts";
import { gone, marker, traces } from "../support/sandbox-traces.ts";

const folder = mkdtempSync(join(tmpdir(), "troupe-host-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const node = (code: string): readonly string[] => ["node", "-e", code];

describe("a sandbox", () => {
  it("S3-040: tells exit code, output and error of a command, as strict JSON", async () => {
    await using sandbox = await openSandbox({ files: { "in/a.txt": "hello" } });
    const good = await sandbox.run({ argv: ["cat", "a.txt"], folder: "in" });
    expect(good).toMatchObject({ exitCode: 0, stdout: "hello", stderr: "", limits: [] });
    expect(good.error).toBeUndefined();
    const bad = await sandbox.run({ argv: node("console.error('no'); process.exit(3)") });
    expect(bad).toMatchObject({ exitCode: 3, stdout: "", stderr: "no\n", limits: [] });
    expect(await sandbox.run({ argv: ["sh", "-c", "kill -SEGV $$"] })).toMatchObject({ exitCode: 139 });
    const lost = await sandbox.run({ argv: ["no-such-program"] });
    expect(lost).toMatchObject({
      exitCode: 127,
      error: 'the command "no-such-program" was not found in the sandbox',
    });
    for (const result of [good, bad, lost]) {
      assertJson(result);
      ExecutionResult.parse(result);
    }
  });

  it("keeps files from one command to the next, and processes not", async () => {
    await using sandbox = await openSandbox();
    const word = marker();
    await sandbox.run({ argv: ["sh", "-c", `echo kept > f; setsid sleep ${word} & echo started`] });
    await gone(word);
    expect((await sandbox.run({ argv: ["cat", "f"] })).stdout).toBe("kept\n");
    expect(new TextDecoder().decode(await sandbox.read("f"))).toBe("kept\n");
    expect(await sandbox.read("absent")).toBeUndefined();
  });

  it("runs no shell, gives exactly the environment, and redacts secrets in what is printed", async () => {
    const hostEnv = { ...process.env, API_TOKEN: "tok-12345", HOME: "/root" };
    await using sandbox = await openSandbox({ hostEnv, secrets: ["lit-eral"] });
    const evil = "$(touch pwned); `id` \0-x".replace("\0", "");
    const { stdout } = await sandbox.run({
      argv: [...node("console.log(process.argv[1], JSON.stringify(process.env))"), evil],
      env: { MINE: "--ro-bind / /", LD_PRELOAD: "", MY_SECRET: "abcd-efgh" },
    });
    const [, said = ""] = stdout.split(`${evil} `);
    expect(JSON.parse(said)).toEqual({
      HOME: "/tmp",
      LANG: "C.UTF-8",
      LD_PRELOAD: "",
      MINE: "--ro-bind / /",
      MY_SECRET: "[redacted]",
      PATH: expect.stringMatching(/^\/opt/),
      PWD: "/work",
      TMPDIR: "/tmp",
      USER: "sandbox",
    });
    const printed = await sandbox.run({ argv: ["echo", "tok-12345", "lit-eral"] });
    expect(printed.stdout).toBe("[redacted] [redacted]\n");
    expect((await sandbox.run({ argv: ["ls"] })).stdout).toBe("");
  });

  it("bounds 100 MB of output", async () => {
    await using sandbox = await openSandbox({ outputLimit: 1_000 });
    const result = await sandbox.run({ argv: ["head", "-c", "100000000", "/dev/zero"] });
    expect(result).toMatchObject({ exitCode: 0, stdoutBytes: 1e8, truncated: true });
    expect(result.stdout.length).toBeLessThan(1_100);
  });
});

describe("on a machine without bubblewrap", () => {
  it.each([
    ["is named wrongly", { TROUPE_BWRAP: join(folder, "none") }, "missing", "which is no program"],
    [
      "may make no namespaces",
      fake("echo 'bwrap: No permissions to create new namespace' >&2; exit 1"),
      "namespaces",
      "forbids user namespaces",
    ],
    [
      "may mount no /proc",
      fake('echo "bwrap: Can\'t mount proc on /newroot/proc: Operation not permitted" >&2; exit 1'),
      "proc",
      "may not mount /proc",
    ],
    [
      "fails for another reason",
      fake("echo 'bwrap: hm' >&2; exit 1"),
      "failed",
      "does not work here: bwrap: hm",
    ],
  ] as const)("that %s, opening throws and nothing is left", async (_, env, reason, message) => {
    const open = openSandbox({ hostEnv: { ...process.env, ...env } });
    await expect(open).rejects.toMatchObject({
      code: "SANDBOX_UNAVAILABLE",
      message: expect.stringContaining(message),
      hint: expect.stringContaining('driver "unsandboxed"'),
      data: { reason },
    });
    expect(traces(process.pid)).toEqual([]);
  });

  it("running without one is asked for by name; limits and clean-up remain", async () => {
    const sandbox = await openSandbox({
      driver: "unsandboxed",
      hostEnv: { PATH: process.env["PATH"], SECRET_KEY: "s-12345" },
      files: { "a.txt": "1" },
      mounts: { host: folder },
      limits: { timeMs: 300 },
    });
    expect(sandbox.strength.network).toEqual({ by: "nothing", weak: true });
    const word = marker();
    const result = await sandbox.run({ argv: ["sh", "-c", `ls; env; sleep ${word} & sleep ${word}`] });
    expect(result).toMatchObject({ exitCode: 124, limits: ["time"] });
    expect(result.stdout).toMatch(/^a.txt\nhost\n/);
    expect(result.stdout).not.toContain("s-12345");
    expect(await sandbox.run({ argv: ["no-such-program"] })).toMatchObject({ exitCode: 127 });
    await sandbox[Symbol.asyncDispose]();
    await gone(word);
    expect(existsSync(folder)).toBe(true);
    expect(traces(process.pid)).toEqual([]);
  });
});

/** A `bwrap` that does this. */
function fake(script: string): Readonly<Record<string, string>> {
  const file = join(mkdtempSync(join(folder, "bwrap-")), "bwrap");
  writeFileSync(file, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return { TROUPE_BWRAP: file };
}
