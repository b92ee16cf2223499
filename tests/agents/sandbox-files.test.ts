/** What goes into a sandbox and what comes out: copies, never the host's own files. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openSandbox } from "../../src/agents/sandbox/open-sandbox.ts";
import type { Sandbox } from "../../src/agents/sandbox/sandbox.ts";

const host = mkdtempSync(join(tmpdir(), "troupe-host-"));
const project = join(host, "project");
let sandbox: Sandbox;

beforeAll(async () => {
  mkdirSync(join(project, "src"), { recursive: true });
  mkdirSync(join(project, ".git"));
  mkdirSync(join(project, "deps"));
  writeFileSync(join(host, "secret.txt"), "host's own");
  writeFileSync(join(project, ".git/config"), "password");
  writeFileSync(join(project, "src/run.sh"), "echo runs", { mode: 0o755 });
  writeFileSync(join(project, "src/bytes"), Buffer.from([0, 255, 10]));
  writeFileSync(join(project, "deps/old"), "old");
  symlinkSync(join(host, "secret.txt"), join(project, "out"));
  symlinkSync("../../secret.txt", join(project, "src/up"));
  symlinkSync(host, join(project, "folder"));
  symlinkSync("src/run.sh", join(project, "inside"));
  sandbox = await openSandbox({
    folder: project,
    files: { "src/new/a.txt": "new", "src/run.sh": "echo newer" },
    mounts: { deps: host },
  });
});
afterAll(async () => {
  await sandbox[Symbol.asyncDispose]();
  rmSync(host, { recursive: true, force: true });
});

const sh = async (script: string): Promise<string> => {
  const { stdout, stderr } = await sandbox.run({ argv: ["sh", "-c", script] });
  return stdout + stderr;
};

describe("the files of a sandbox", () => {
  it("are copies: what is done to them is done to no other", async () => {
    expect(await sh("./src/run.sh; ./inside; cat src/new/a.txt; rm -r src/new")).toBe(
      "newer\nnewer\nnew",
    );
    expect(readFileSync(join(project, "src/run.sh"), "utf8")).toBe("echo runs");
    expect(await sandbox.read("src/bytes")).toEqual(Buffer.from([0, 255, 10]));
  });

  it("do not bring along what a link points to outside", async () => {
    const said = await sh("cat out src/up folder/secret.txt; readlink out");
    expect(said).not.toContain("host's own");
    expect(said).toContain(join(host, "secret.txt"));
  });

  it("are without .git, which may hold passwords, unless it is asked for", async () => {
    expect(await sh("ls -a")).not.toContain(".git");
    await using other = await openSandbox({ folder: project, skip: ["src"] });
    const { stdout } = await other.run({ argv: ["ls", "-a"] });
    expect(stdout).toContain(".git");
    expect(stdout).not.toContain("src");
  });

  it("are joined by what is mounted, in the place of what was there, read only", async () => {
    expect(await sh("cat deps/secret.txt; ls deps/old; echo x > deps/secret.txt")).toMatch(
      /^host's own.*No such file.*Read-only/s,
    );
    expect(readFileSync(join(host, "secret.txt"), "utf8")).toBe("host's own");
  });

  it("are read back, but not through a link that a command made, nor from outside", async () => {
    await sh(`ln -s ${host} door; ln -s ${join(host, "secret.txt")} window; mkfifo pipe`);
    for (const path of [
      "door/secret.txt",
      "window",
      "pipe",
      "../etc/passwd",
      "/etc/passwd",
      "",
      "src",
      "a\0b",
    ])
      await expect(sandbox.read(path)).rejects.toMatchObject({ code: "INPUT_INVALID" });
  });

  it.each([
    [{ files: { "../x": "1" } }, "no path inside"],
    [{ folder: project, files: { "folder/evil": "1" } }, "is a link"],
    [{ folder: project, files: { out: "1" } }, "is a link"],
    [{ mounts: { x: "relative" } }, "cannot be mounted"],
    [{ mounts: { "../x": host } }, "no path inside"],
    [{ files: { big: "x".repeat(70_000) }, limits: { diskBytes: 65_536 } }, "do not fit"],
    [{ limits: { cpus: 0 } }, "limits of a sandbox are wrong"],
    [{ limits: { timeMs: Number.NaN } }, "limits of a sandbox are wrong"],
  ])("refuse %j", async (options, message) => {
    await expect(openSandbox(options)).rejects.toMatchObject({
      code: "INPUT_INVALID",
      message: expect.stringContaining(message),
    });
    expect(readFileSync(join(host, "secret.txt"), "utf8")).toBe("host's own");
  });

  it("of a folder that is not there are an error", async () => {
    await expect(openSandbox({ folder: join(host, "none") })).rejects.toMatchObject({
      code: "SANDBOX_FAILED",
    });
  });
});
