/** Real processes: what runs, what is killed, what comes back. */
import { execFile, spawn } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { runCommand, type Command, type RunOptions } from "../../src/agents/command.ts";
import { assertJson } from "../../src/events/json.ts";

const folder = mkdtempSync(join(tmpdir(), "troupe-command-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const node = (code: string): readonly string[] => [process.execPath, "-e", code];

function run(argv: readonly string[], rest: Partial<Command> & RunOptions = {}) {
  const { env = {}, passEnv = [], timeoutMs, ...options } = rest;
  const limit = timeoutMs === undefined ? {} : { timeoutMs };
  return runCommand(
    { argv, folder, env: env as Command["env"], passEnv, ...limit },
    { graceMs: 100, ...options, env: HOST },
  );
}

const HOST = {
  PATH: process.env["PATH"],
  HOME: "/home/me",
  SHOULD_NOT_PASS: "1",
  API_TOKEN: "tok-12345",
};

/** Dead or a zombie that nobody has buried. */
function isDead(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return / Z /.test(readFileSync(`/proc/${pid}/stat`, "utf8"));
  } catch {
    return true;
  }
}

describe("a command", () => {
  it("gives back what it printed, its exit code, and how long it took", async () => {
    let time = 100;
    const result = await run(node("console.log('out'); console.error('err'); process.exit(3)"), {
      now: () => (time += 7),
    });
    expect(result).toEqual({
      exitCode: 3,
      stdout: "out\n",
      stderr: "err\n",
      stdoutBytes: 4,
      stderrBytes: 4,
      truncated: false,
      durationMs: 7,
    });
  });

  it("S2: hands its words to no shell", async () => {
    const evil = "$(echo pwned); `id` 'x' \" | & > f";
    const { stdout } = await run(node("console.log(process.argv[1])").concat(evil), {});
    expect(stdout).toBe(`${evil}\n`);
    const shell = await run(["sh", "-c", 'echo "$VALUE"'], { env: { VALUE: evil } as never });
    expect(shell.stdout).toBe(`${evil}\n`);
  });

  it("S2: sees an allow-list of the host's environment, and what it was given", async () => {
    const command = {
      argv: node("console.log(JSON.stringify(process.env))"),
      folder,
      env: { MINE: "1", HOME: "/else" },
      passEnv: ["WANTED", "ABSENT"],
    };
    const { stdout } = await runCommand(command, { env: { ...HOST, LC_ALL: "C", WANTED: "yes" } });
    expect(JSON.parse(stdout)).toEqual({
      PATH: HOST.PATH,
      HOME: "/else",
      LC_ALL: "C",
      MINE: "1",
      WANTED: expect.stringMatching(/^yes$/),
    });
  });

  it("S2: never gives a secret back, however its output is cut into pieces", async () => {
    const code = `
      const say = (i) => {
        if (i === process.env.WHAT.length) return console.error(process.env.PASSED, "lit-eral");
        process.stdout.write(process.env.WHAT[i], () => setImmediate(say, i + 1));
      };
      say(0);`;
    const { stdout, stderr } = await runCommand(
      { argv: node(code), folder, env: { WHAT: "a tok-12345 b" }, passEnv: ["PASSED"] },
      { env: { ...HOST, PASSED: "passed-on" }, secrets: ["lit-eral"] },
    );
    expect(stdout).toBe("a [redacted] b");
    expect(stderr).toBe("[redacted] [redacted]\n");
  });

  it("may print without end, in bytes that are no text", async () => {
    const code =
      "process.stdout.write(Buffer.alloc(3e6, 0xff)); process.stderr.write(Buffer.from([0, 0x80]))";
    const result = await run(node(code), { outputLimit: 300 });
    expect(result).toMatchObject({ stdoutBytes: 3e6, stderrBytes: 2, truncated: true, stderr: "\0�" });
    expect(result.stdout.length).toBeLessThan(350);
    assertJson(result);
  });

  it("reads an empty input, not the host's", async () => {
    expect(await run(["cat"])).toMatchObject({ exitCode: 0, stdout: "" });
  });

  it("says which signal ended it", async () => {
    expect(await run(["sh", "-c", "kill -SEGV $$"])).toMatchObject({
      exitCode: null,
      signal: "SIGSEGV",
    });
  });
});

describe("a command that cannot run", () => {
  const file = join(folder, "not-executable");
  writeFileSync(file, "x", { mode: 0o600 });
  it.each([
    ["a program that is not there", { argv: ["no-such-program-xyz"] }, "COMMAND_NOT_FOUND"],
    ["a file that is not executable", { argv: [file] }, "COMMAND_NOT_FOUND"],
    ["a folder that is not there", { argv: ["true"], folder: join(folder, "nope") }, "COMMAND_FAILED"],
    ["a word with NUL", { argv: ["true", "a\0b"] }, "COMMAND_FAILED"],
    ["a line that is too long", { argv: ["true", "x".repeat(4_000_000)] }, "COMMAND_FAILED"],
  ])("is refused with a code: %s", async (_, command, code) => {
    const running = runCommand({ folder, env: {}, passEnv: [], ...command }, { env: HOST });
    await expect(running).rejects.toMatchObject({ code, hint: expect.any(String) });
  });

  it("does not start at all once its signal has aborted", async () => {
    const marker = join(folder, "marker");
    const stopped = run(["touch", marker], { signal: AbortSignal.abort() });
    await expect(stopped).rejects.toMatchObject({ code: "ACTIVITY_CANCELLED" });
    expect(existsSync(marker)).toBe(false);
  });
});

describe("a command and all it started", () => {
  /** Ignores SIGTERM, as does its child; prints both ids. */
  const STUBBORN = `
    process.on("SIGTERM", () => {});
    const code = 'process.on("SIGTERM", () => {}); console.log(process.pid); setInterval(() => {}, 1000)';
    if (process.env.DEEP) require("node:child_process").spawn(process.execPath, ["-e", code], { stdio: "inherit" });
    console.log(process.pid);
    setInterval(() => {}, 1000);`;

  it("is gone when its time is up, however stubborn", async () => {
    const error: unknown = await run(node(STUBBORN), {
      env: { DEEP: "1" } as never,
      timeoutMs: 700,
    }).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ code: "COMMAND_TIMEOUT", data: { timeoutMs: 700 } });
    const { stdout } = (error as { data: { stdout: string } }).data;
    const pids = stdout.trim().split("\n").map(Number);
    expect(pids).toHaveLength(2);
    expect(pids.map(isDead)).toEqual([true, true]);
  });

  it("is gone when its signal aborts", async () => {
    const controller = new AbortController();
    const pidFile = join(folder, "pid");
    const code = `require("fs").writeFileSync(${JSON.stringify(pidFile)}, String(process.pid)); ${STUBBORN}`;
    const running = run(node(code), { signal: controller.signal });
    const pid = Number(await content(pidFile));
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: "ACTIVITY_CANCELLED" });
    expect(isDead(pid)).toBe(true);
  });

  it("ends with it: what it left running in the background is stopped", async () => {
    const { stdout, exitCode } = await run(["sh", "-c", "sleep 300 & echo $!"], { lingerMs: 10 });
    expect(exitCode).toBe(0);
    expect(isDead(Number(stdout))).toBe(true);
    const quiet = await run(["sh", "-c", "sleep 300 >/dev/null 2>&1 & echo $!"], { lingerMs: 10 });
    expect(isDead(Number(quiet.stdout))).toBe(true);
  });

  it("does not wait for ever for one that left the group and holds the pipe", async () => {
    const { stdout, exitCode } = await run(["sh", "-c", "setsid sleep 300 & echo $!"], {
      lingerMs: 10,
    });
    expect(exitCode).toBe(0);
    process.kill(Number(stdout), "SIGKILL");
  });

  it("dies with its host, even one killed by SIGKILL", async () => {
    const pidFile = join(folder, "orphan");
    const line = `echo $$ > "${pidFile}"; exec sleep 300`;
    const module = JSON.stringify(join(import.meta.dirname, "../../src/agents/command.ts"));
    const host = spawn(process.execPath, [
      "--conditions=@troupe/source",
      "--input-type=module",
      "-e",
      // its own word that the command runs: what it says in a later turn, it says with the watch set
      `import { runCommand } from ${module};
       import { existsSync } from "node:fs";
       setInterval(() => existsSync(process.argv[2]) && console.log("runs"), 10);
       await runCommand({ argv: ["sh", "-c", process.argv[1]], folder: "/", env: {}, passEnv: [] });`,
      line,
      pidFile,
    ]);
    await new Promise((resolve) => host.stdout.once("data", resolve));
    const pid = Number(await content(pidFile));
    expect(isDead(pid)).toBe(false);
    host.kill("SIGKILL");
    await until(() => isDead(pid));
    expect(isDead(pid)).toBe(true);
  });
});

describe("a host with nothing to do", () => {
  it("is not kept alive by what watches its commands", async () => {
    const module = JSON.stringify(join(import.meta.dirname, "../../src/agents/command.ts"));
    const code = `import { runCommand } from ${module};
      const { stdout } = await runCommand({ argv: ["echo", "done"], folder: "/", env: {}, passEnv: [] });
      console.log(stdout.trim());`;
    const { promise, resolve } = Promise.withResolvers<string>();
    execFile(process.execPath, ["--input-type=module", "-e", code], (_, stdout) => resolve(stdout));
    expect(await promise).toBe("done\n");
  });
});

/** The text of a file that another process is about to write. */
async function content(file: string): Promise<string> {
  let text = "";
  await until(() => {
    try {
      text = readFileSync(file, "utf8").trim();
    } catch {
      text = "";
    }
    return text !== "";
  });
  return text;
}

async function until(holds: () => boolean): Promise<void> {
  const deadline = Date.now() + 10_000;
  while (!holds() && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, 10));
}
