/** `troupe host` and `troupe hosts`: processes that share a log, as an operator starts and stops them. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { cliBench } from "../support/cli.ts";
import { heard, said, troupeIn } from "../support/cli-process.ts";
import { freshName } from "../support/nats-log.ts";
import { sharedNats } from "../support/shared-nats.ts";

const folder = mkdtempSync(join(tmpdir(), "troupe-host-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const host = (log: string, ...argv: readonly string[]) =>
  troupeIn(folder, ["host", "--log", log, ...argv]);

describe("troupe host", () => {
  it("runs what others start, says how it is, and on SIGTERM gives all away and exits 0", async () => {
    const log = sharedNats.logUrl(freshName());
    const first = host(log, "--name", "first", "--label", "gpu", "--health", "0");
    const talk: string[] = [];
    first.stderr.on("data", (chunk: Buffer) => void talk.push(String(chunk)));
    await heard(first, /runs partition 0, 1, 2, 3 of nats:/);
    const base = /http:\/\/127\.0\.0\.1:\d+/.exec(talk.join(""))?.[0];
    for (const path of ["healthz", "readyz"]) {
      const response = await fetch(`${base}/${path}`);
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({
        name: "first",
        labels: ["gpu"],
        partitions: [0, 1, 2, 3],
      });
    }
    expect((await fetch(`${base}/else`)).status).toBe(404);
    expect((await fetch(`${base}/healthz`, { method: "POST" })).status).toBe(405);

    using bench = cliBench();
    writeFileSync(
      join(bench.folder, "p.yaml"),
      "name: p\ntasks:\n  - {id: a, run: echo done by a host}\n",
    );
    const listed = await bench.troupe(["hosts", "--log", log, "--json"], { bare: true });
    expect(JSON.parse(listed.out)).toMatchObject({
      hosts: [{ name: "first", partitions: [0, 1, 2, 3], refuses: [] }],
      others: [],
      free: [],
    });
    const run = await bench.troupe(["run", join(bench.folder, "p.yaml"), "--log", log], { bare: true });
    expect(run).toMatchObject({ code: 0, out: expect.stringContaining("done by a host") });
    expect(run.err).toContain("another process owns the log (first-");

    const over = said(first);
    first.kill("SIGTERM");
    expect((await over).code).toBe(0);
    const empty = await bench.troupe(["hosts", "--log", log], { bare: true });
    expect(empty.err).toContain("no host shares");
    expect(empty.err).toContain("4 partitions without an owner: 0, 1, 2, 3");
  }, 30_000);

  it.each([
    [["--health", "boo"], "no port"],
    [["--health", "70000"], "no port"],
    [["--label", "a b"], "labels"],
    [["--kinds", "none.mjs"], "none.mjs"],
  ])("refuses %j with exit 2, and opens no log", async (argv, why) => {
    using bench = cliBench();
    const { code, err } = await bench.troupe(["host", ...argv]);
    expect(err).toContain(why);
    expect(code).toBe(2);
  });

  it("says of a log that cannot be shared that one host at a time can be on it", async () => {
    using bench = cliBench();
    writeFileSync(join(bench.folder, "p.yaml"), "name: p\ntasks:\n  - {id: a, run: echo a}\n");
    await bench.troupe(["run", join(bench.folder, "p.yaml")]);
    const { code, err } = await bench.troupe(["hosts"]);
    expect(code).toBe(0);
    expect(err).toContain("only one host at a time");
  });
});
