/** Real commands in real sandboxes: each tries to do what it must not. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { availableParallelism, homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { openSandbox } from "../../src/agents/sandbox/open-sandbox.ts";
import type { SandboxOptions } from "../../src/agents/sandbox/sandbox.ts";
import { gone, marker, running, traces } from "../support/sandbox-traces.ts";

const MIB = 1024 ** 2;

const folder = mkdtempSync(join(tmpdir(), "troupe-host-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const node = (code: string): readonly string[] => ["node", "-e", code];

/** As the kernel holds it, and as it is held where there are no control groups. */
const ways = [
  ["as this machine can", {}],
  ["without control groups", { controlGroups: false }],
] as const satisfies readonly (readonly [string, SandboxOptions])[];

describe("T-X2: what a command in a sandbox must not do", () => {
  it("S3-037: it has no network, not even the host's own", async () => {
    const server = createServer((socket) => socket.end("hello"));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" ? address?.port : 0;
    const connect = (host: string) =>
      node(`require("net").connect(${port}, "${host}").on("data", (d) => console.log(String(d)))
        .on("error", (e) => { console.log(e.code); process.exit(9); })`);
    await using open = await openSandbox({ driver: "unsandboxed" });
    expect((await open.run({ argv: connect("127.0.0.1") })).stdout).toBe("hello\n");
    await using sandbox = await openSandbox();
    expect(await sandbox.run({ argv: connect("127.0.0.1") })).toMatchObject({
      exitCode: 9,
      stdout: "ECONNREFUSED\n",
    });
    const outside = await sandbox.run({ argv: connect("192.0.2.1") });
    expect(outside).toMatchObject({ exitCode: 9, stdout: "ENETUNREACH\n" });
    server.close();
  });

  it("sees no file, process or variable of the host, and writes in its own folders only", async () => {
    const secret = join(folder, "secret.txt");
    writeFileSync(secret, "host's own");
    await using sandbox = await openSandbox({ hostEnv: { ...process.env, PLANTED: "x-planted" } });
    const look = await sandbox.run({
      argv: [
        "sh",
        "-c",
        'cat "$@"; ls / /home /root /tmp /etc/shadow; ls /proc | grep -c "^[0-9]"; env',
        "sh",
        secret,
      ],
    });
    expect(look.stdout).not.toMatch(/host's own|x-planted|troupe-host/);
    expect(look.stdout).not.toContain(homedir());
    expect(look.stdout).toMatch(/^[1-9]$/m);
    expect(look.stderr).toMatch(/cannot access '\/etc\/shadow'/);
    const places = [
      "/x",
      "/usr/x",
      "/etc/x",
      "/dev/x",
      "/opt/troupe/bin/node",
      "/proc/sys/kernel/panic",
    ];
    // opening is the attempt: where it should succeed after all, nothing of this machine is changed
    for (const place of places) {
      const wrote = await sandbox.run({ argv: ["sh", "-c", ': >> "$1"', "sh", place] });
      expect([place, wrote.exitCode]).toEqual([place, 2]);
    }
    const own = ["/work/x", "/tmp/x", "/dev/shm/x", "/dev/null"];
    const wrote = await sandbox.run({
      argv: ["sh", "-c", 'for f; do echo 0 > "$f" || exit 9; done', "sh", ...own],
    });
    expect(wrote.exitCode).toBe(0);
  });

  it("is nobody: no root, no capability, no way to more", async () => {
    await using sandbox = await openSandbox();
    const { stdout } = await sandbox.run({
      argv: [
        "sh",
        "-c",
        "id -un; grep -E '^(CapEff|CapBnd|NoNewPrivs)' /proc/self/status; unshare -Ur id; kill -9 -1; mount -t tmpfs x /tmp",
      ],
    });
    expect(stdout).toMatch(/^sandbox\nCapEff:\s+0+\nCapBnd:\s+0+\nNoNewPrivs:\s+1\n/);
    expect(stdout).not.toContain("root");
  });

  describe.each(ways)("%s", (_, way) => {
    it("S3-039: it takes no longer than it may, nor does what it started", async () => {
      await using sandbox = await openSandbox({ ...way, limits: { timeMs: 400 } });
      const word = marker();
      const result = await sandbox.run({
        argv: [
          "sh",
          "-c",
          `trap '' TERM; setsid sleep ${word} & sleep ${word} & echo on; sleep ${word}`,
        ],
      });
      expect(result).toMatchObject({ exitCode: 124, stdout: "on\n", limits: ["time"] });
      expect(result.error).toContain("it took longer than 400 ms");
      expect(result.durationMs).toBeLessThan(3_000);
      await gone(word);
      expect(await sandbox.run({ argv: ["true"] })).toMatchObject({ exitCode: 0, limits: [] });
      const shorter = await sandbox.run({ argv: ["sleep", "60"], timeoutMs: 50 });
      expect(shorter.error).toContain("50 ms");
    });

    it("S3-038: its processes hold no more memory together than they may", async () => {
      const limits = { memoryBytes: 160 * MIB };
      await using sandbox = await openSandbox({ ...way, limits });
      const hog = "const held = []; for (;;) held.push(Buffer.alloc(4 * 1024 * 1024, 1));";
      const result = await sandbox.run({ argv: node(hog) });
      expect(result).toMatchObject({ exitCode: 137, limits: ["memory"] });
      expect(result.error).toContain("more than 160 MiB of memory");
      const each = "const held = Buffer.alloc(70 * 1024 * 1024, 1); setTimeout(() => held, 5000);";
      const three = await sandbox.run({
        argv: ["sh", "-c", 'for i in 1 2 3; do node -e "$1" & done; wait', "sh", each],
      });
      expect(three.limits).toEqual(["memory"]);
      expect(three.exitCode).toBe(137);
    });

    it("S3-038: it fills no more disk than it may, in all its folders together", async () => {
      await using sandbox = await openSandbox({ ...way, limits: { diskBytes: 4 * MIB } });
      const result = await sandbox.run({
        argv: ["sh", "-c", "head -c 3000000 /dev/zero > a && head -c 3000000 /dev/zero > /tmp/b"],
      });
      expect(result).toMatchObject({ limits: ["disk"] });
      expect(result.exitCode).not.toBe(0);
      expect(result.error).toContain("it filled the 4 MiB of its disk");
      const more = await sandbox.run({ argv: ["sh", "-c", "head -c 9 /dev/zero > /dev/shm/c"] });
      expect(more).toMatchObject({ exitCode: 1, limits: ["disk"] });
      const late = await sandbox.run({ argv: ["sleep", "60"], timeoutMs: 50 });
      expect(late).toMatchObject({ exitCode: 124, limits: ["time"] });
    });

    it("S3-038: it has no more processes than it may: a fork bomb goes off in vain", async () => {
      await using sandbox = await openSandbox({ ...way, limits: { pids: 40, timeMs: 5_000 } });
      const word = marker();
      const result = await sandbox.run({
        argv: ["sh", "-c", `n=0; while [ $n -lt 400 ]; do sleep ${word} & n=$((n + 1)); done; wait`],
      });
      expect(result.limits).toContain("pids");
      expect(result.exitCode).not.toBe(0);
      expect(result.error).toContain("more than 40 processes");
      await gone(word);
    });

    it.runIf(availableParallelism() > 1)("S3-038: it uses no more processors than it may", async () => {
      await using sandbox = await openSandbox({ ...way, limits: { cpus: 1 } });
      const busy =
        "const end = Date.now() + 700; while (Date.now() < end); console.log(process.cpuUsage().user)";
      const { stdout, durationMs } = await sandbox.run({
        argv: ["sh", "-c", 'node -e "$1" & node -e "$1" & wait', "sh", busy],
      });
      const usedMs = stdout.split("\n").reduce((sum, text) => sum + Number(text) / 1_000, 0);
      expect(usedMs).toBeGreaterThan(100);
      expect(usedMs).toBeLessThan(durationMs * 1.25);
    });

    it("S3-038: where its files are on the host's disk, filling that ends it", async () => {
      // a nsenter that does not work leaves nothing but the disk
      const hostEnv = { ...process.env, PATH: `${withoutEntering()}:${process.env["PATH"]}` };
      await using sandbox = await openSandbox({ ...way, hostEnv, limits: { diskBytes: 4 * MIB } });
      expect(sandbox.strength.disk).toEqual({ by: "watching the folder", weak: true });
      const argv = ["sh", "-c", "head -c 9000000 /dev/zero > /tmp/a; sleep 60"];
      const result = await sandbox.run({ argv, timeoutMs: 10_000 });
      expect(result).toMatchObject({ exitCode: 137, limits: ["disk"] });
      await sandbox[Symbol.asyncDispose]();
      expect(traces(process.pid)).toEqual([]);
    });

    it("nothing of it stays, on the host's disk or in its control groups", async () => {
      const sandbox = await openSandbox({ ...way, files: { a: "1" } });
      expect(traces(process.pid)).not.toEqual([]);
      const word = marker();
      const run = sandbox.run({ argv: ["sleep", word] });
      await expect.poll(() => running(word)).not.toEqual([]);
      const both = Promise.all([sandbox[Symbol.asyncDispose](), sandbox[Symbol.asyncDispose]()]);
      await expect(run).rejects.toMatchObject({ code: "ACTIVITY_CANCELLED" });
      await both;
      await gone(word);
      expect(traces(process.pid)).toEqual([]);
      await expect(sandbox.run({ argv: ["true"] })).rejects.toMatchObject({ code: "SANDBOX_FAILED" });
    });
  });

  it("without control groups, one that takes more of a processor all the same is stopped", async () => {
    await using sandbox = await openSandbox({ controlGroups: false, limits: { cpus: 0.05 } });
    expect(sandbox.strength.cpu.weak).toBe(true);
    const result = await sandbox.run({ argv: node("for (;;);"), timeoutMs: 10_000 });
    expect(result).toMatchObject({ exitCode: 137, limits: ["cpu"] });
  });

  it("what a killed owner had ends with it, and the next sandbox clears what it left", async () => {
    const word = marker();
    const child = spawn(
      process.execPath,
      [
        "--conditions=@troupe/source",
        join(import.meta.dirname, "../support/sandbox-child.ts"),
        word,
        "groups",
      ],
      { stdio: ["ignore", "pipe", "inherit"] },
    );
    const ended = once(child, "exit");
    await once(child.stdout, "data");
    await expect.poll(() => running(word).length, { timeout: 5_000 }).toBeGreaterThan(1);
    child.kill("SIGKILL");
    await ended;
    await gone(word);
    await using _next = await openSandbox();
    expect(traces(child.pid)).toEqual([]);
  });

  it("a signal ends it and all it started", async () => {
    await using sandbox = await openSandbox();
    const word = marker();
    const stop = new AbortController();
    const run = sandbox.run({
      argv: ["sh", "-c", `sleep ${word} & sleep ${word}`],
      signal: stop.signal,
    });
    await expect.poll(() => running(word).length).toBeGreaterThan(0);
    stop.abort();
    await expect(run).rejects.toMatchObject({ code: "ACTIVITY_CANCELLED" });
    await gone(word);
    expect((await sandbox.run({ argv: ["true"] })).exitCode).toBe(0);
  });
});

/** A folder with a `nsenter` that fails. */
function withoutEntering(): string {
  const place = mkdtempSync(join(folder, "nsenter-"));
  writeFileSync(join(place, "nsenter"), "#!/bin/sh\nexit 1\n", { mode: 0o755 });
  return place;
}
