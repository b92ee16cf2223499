/** The command line as a process: signals, pipes, kill -9. */
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { heard, said, shellIn, troupeIn } from "../support/cli-process.ts";
import { freshName } from "../support/nats-log.ts";
import { sharedNats } from "../support/shared-nats.ts";

const folder = mkdtempSync(join(tmpdir(), "troupe-process-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const troupe = (...argv: readonly string[]) => troupeIn(folder, argv);

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

describe("pipes", () => {
  it("that nobody reads stop no run: it ends as it would have", async () => {
    const line = `troupe run ${plan("unheard", "open")} --id u --log sqlite:u.db 2> >(head -1 >/dev/null)`;
    expect(await said(shellIn(folder, line))).toMatchObject({ code: 0 });
    expect(trace("unheard")).toBe("a\nbegin\nend\nc\n");
  });

  it("keep the exit code of a run that failed", async () => {
    writeFileSync(join(folder, "f.yaml"), 'name: f\ntasks: [{id: a, run: "exit 3"}]\n');
    const line = "set -o pipefail; troupe run f.yaml --log sqlite:f.db 2>/dev/null | true";
    expect(await said(shellIn(folder, line))).toMatchObject({ code: 1 });
  });

  it.runIf(existsSync("/dev/full"))("that are full are one error", async () => {
    await said(troupe("run", plan("full", "open"), "--log", "sqlite:full.db"));
    const { code, err } = await said(shellIn(folder, "troupe ls --log sqlite:full.db > /dev/full"));
    expect([code, err]).toEqual([1, expect.stringMatching(/^OUTPUT_LOST: .+\n {2}→ .+\n$/)]);
  });
});

describe.concurrent("the world", () => {
  it("a file that may not grow stops the run with one error; resume goes on", async () => {
    const tasks = Array.from({ length: 30 }, (_, i) => `  - {id: t${i}, run: "seq 3000"}`).join("\n");
    writeFileSync(join(folder, "big.yaml"), `name: big\ntasks:\n${tasks}\n`);
    const run = "troupe run big.yaml --id big --log sqlite:big.db";
    const { code, err } = await said(shellIn(folder, `ulimit -f 300; ${run}`));
    expect(code).toBe(1);
    expect(err).toMatch(/\nLOG_\w+: .+\n {2}→ .+ Then go on with `troupe resume`\.\n$/);
    expect(await said(troupe("resume", "big", "--log", "sqlite:big.db"))).toMatchObject({ code: 0 });
    const sound = await said(troupe("doctor", "--json", "--log", "sqlite:big.db"));
    expect(JSON.parse(sound.out)).toMatchObject({ ok: true });
  });

  it("a server that takes calls and says nothing keeps nobody waiting for ever", async () => {
    await using silent = createServer((socket) => socket.on("error", () => {}));
    await once(silent.listen(0, "127.0.0.1"), "listening");
    const address = silent.address();
    const port = typeof address === "object" ? address?.port : undefined;
    const { code, err } = await said(troupe("ls", "--log", `nats://127.0.0.1:${port}/x`));
    expect([code, err]).toEqual([1, expect.stringMatching(/^LOG_UNREACHABLE: .+\n {2}→ .+\n$/)]);
  });

  it("a dead host's lease on a NATS server is waited for, and resume says so", async () => {
    const log = sharedNats.logUrl(freshName());
    const first = troupe("run", plan("leased", "leased-open"), "--id", "l", "--log", log);
    await heard(first, /RUNNING +b/);
    first.kill("SIGKILL");
    await once(first, "exit");
    writeFileSync(join(folder, "leased-open"), "");
    const { code, out, err } = await said(troupe("resume", "l", "--log", log));
    expect([code, out]).toEqual([0, expect.stringContaining("COMPLETED, 3 of 3 tasks")]);
    expect(err).toMatch(/owns the log \(host \d+ on .+\): .+ when its lease ends, in at most 5.0 s\n/);
    expect(trace("leased")).toMatch(/^a\nbegin\n(begin\n)?end\nc\n$/);
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
