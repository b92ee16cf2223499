/** The command line as a process: signals, pipes, kill -9. */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { afterAll, describe, expect, it } from "vitest";

const folder = mkdtempSync(join(tmpdir(), "troupe-process-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const MAIN = join(import.meta.dirname, "../../src/cli/main.ts");

function troupe(...argv: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
  return spawn(process.execPath, [MAIN, ...argv], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
}

async function said(child: ReturnType<typeof troupe>) {
  const ended = Promise.withResolvers<number | null>();
  child.on("exit", (code) => ended.resolve(code));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended.promise]);
  return { out, err, code };
}

/** Resolves when a line of the child's talk matches. */
async function heard(child: ReturnType<typeof troupe>, wanted: RegExp): Promise<void> {
  let all = "";
  for await (const chunk of child.stderr) {
    all += String(chunk);
    if (wanted.test(all)) return;
  }
  throw new Error(`never said ${wanted}, but: ${all}`);
}

function plan(name: string, gate: string): string {
  const path = join(folder, `${name}.yaml`);
  writeFileSync(
    path,
    `name: ${name}
tasks:
  - {id: a, run: "echo a >> ${name}.trace"}
  - {id: b, run: "echo begin >> ${name}.trace; test -e ${gate} || exec sleep 60; echo end >> ${name}.trace", dependsOn: [a]}
  - {id: c, run: "echo c >> ${name}.trace; echo all done", dependsOn: [b]}
`,
  );
  return path;
}

const trace = (name: string): string => readFileSync(join(folder, `${name}.trace`), "utf8");

describe("the process", () => {
  it("killed by SIGKILL half way and resumed, loses nothing and does nothing twice that was done", async () => {
    const first = troupe("run", plan("killed", "open"), "--id", "k", "--log", "sqlite:k.db");
    const dead = said(first).catch(() => undefined);
    await untilTrace("killed", "begin");
    first.kill("SIGKILL");
    await dead;
    writeFileSync(join(folder, "open"), "");
    const resumed = await said(troupe("resume", "--log", "sqlite:k.db"));
    expect(resumed).toMatchObject({ code: 0, out: expect.stringContaining("COMPLETED, 3 of 3 tasks") });
    expect(resumed.out).toContain("\nall done\n");
    expect(trace("killed")).toBe("a\nbegin\nbegin\nend\nc\n");
    const checked = await said(troupe("replay", "k", "--verify", "--json", "--log", "sqlite:k.db"));
    expect(JSON.parse(checked.out)).toMatchObject({ ok: true, actors: 4 });
  });

  it("asked to end by SIGINT, ends in good order with 1", async () => {
    const run = troupe("run", plan("asked", "never"), "--log", "sqlite:a.db");
    const exit = new Promise((resolve) => run.on("exit", resolve));
    await heard(run, /RUNNING +b/);
    run.kill("SIGINT");
    expect(await exit).toBe(1);
    const { out } = await said(troupe("ls", "--json", "--log", "sqlite:a.db"));
    expect(JSON.parse(out)).toMatchObject([{ status: "RUNNING", ended: 1 }]);
  });

  it("does not mind a reader that leaves early", async () => {
    await said(troupe("run", plan("piped", "open"), "--log", "sqlite:p.db"));
    const tail = troupe("tail", "--json", "--log", "sqlite:p.db");
    const exit = new Promise((resolve) => tail.on("exit", resolve));
    await new Promise((resolve) => tail.stdout.once("data", resolve));
    tail.stdout.destroy();
    const more = await said(troupe("run", plan("more", "open"), "--log", "sqlite:p.db"));
    expect(more.code).toBe(0);
    expect(await exit).toBe(0);
  });
});

/** Waits until a plan's command has left this line. */
async function untilTrace(name: string, line: string): Promise<void> {
  const deadline = Date.now() + 15_000;
  for (;;) {
    try {
      if (trace(name).includes(`${line}\n`)) return;
    } catch {
      // not written yet
    }
    if (Date.now() > deadline) throw new Error(`"${line}" never came`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
