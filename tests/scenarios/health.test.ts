/** How a host is: what doctor and `health` tell. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { health } from "../../src/actors/health.ts";
import { openLog } from "../../src/events/log/open.ts";
import { cliBench } from "../support/cli.ts";
import { hearing, onEachLog } from "../support/cli-logs.ts";

const PLAN = `
name: p
tasks:
  - {id: a, run: "test -e once || { touch once; exit 1; }", maxRetries: 1, retryDelayMs: 1}
  - {id: b, run: "until test -e go; do sleep 0.02; done", dependsOn: [a]}
`;

onEachLog("the health of a host", (open) => {
  it("S3-014: who runs it, what is open, and the numbers of its runs and tasks", async () => {
    using bench = open();
    const { heard, line } = hearing(/^RUNNING +b/);
    const whole = bench.troupe(["run", bench.write("p.yaml", PLAN), "--id", "r1"], { heard });
    await line;
    await using log = await openLog(bench.log);
    expect(await health(log)).toMatchObject({
      owned: true,
      open: ["r1"],
      waiting: [],
      parked: [],
      metrics: {
        runs: { total: 1, byStatus: { RUNNING: 1 } },
        tasks: { total: 2, byStatus: { COMPLETED: 1, RUNNING: 1 } },
        retries: 1,
      },
    });
    writeFileSync(join(bench.folder, "go"), "");
    await whole;
    expect(await health(log)).toMatchObject({
      owned: false,
      open: [],
      lag: 0,
      metrics: {
        runs: { byStatus: { COMPLETED: 1 }, meanDurationMs: expect.any(Number) },
        tasks: { byStatus: { COMPLETED: 2 }, meanDurationMs: expect.any(Number) },
      },
    });
    const { value } = await bench.json(["doctor"]);
    const { checks } = Object(value) as { checks: readonly { name: string; found: string }[] };
    expect(checks.find(({ name }) => name === "host")).toMatchObject({
      ok: true,
      found: "no host runs the log now",
    });
    expect(checks.find(({ name }) => name === "metrics")?.found).toMatch(
      /^runs: 1 COMPLETED, .* on average; tasks: 2 COMPLETED, .* on average; 1 retried, 0 started again$/,
    );
  });

  it("S0-063: agents that think are in the same numbers, logs and views as all else", async () => {
    using bench = open();
    const plan = "name: p\ntasks: [{id: t, agent: writer, outputs: [artifacts/t.md]}]\n";
    const script = bench.write("m.yaml", 'name: m\nanswers: [{text: "# Done\\n"}]\n');
    const argv = ["run", bench.write("p.yaml", plan), "--id", "r1", "--model", `scripted:${script}`];
    const said = await bench.troupe(argv);
    expect(said).toMatchObject({
      code: 0,
      out: expect.stringMatching(/1 turns of agents, \d+ tokens/),
    });
    expect(said.err).toMatch(/t: writer has answered \(m, \d+ tokens so far\)/);
    await using log = await openLog(bench.log);
    const { metrics } = await health(log);
    expect(metrics.spent).toMatchObject({ calls: 1, tokens: expect.any(Number) });
    expect(metrics.spent.tokens).toBeGreaterThan(0);
    const { out } = await bench.troupe(["doctor"]);
    expect(out).toMatch(/1 turns of agents, [1-9]\d* tokens/);
    expect((await bench.troupe(["report", "r1"])).out).toMatch(/\| writer \| t \| m \| COMPLETED \|/);
  });

  it("S3-055: doctor --quick says that broker, sandbox and schemas are there", async () => {
    using bench = open();
    const env = { TROUPE_BWRAP: process.env["TROUPE_BWRAP"] ?? "" };
    const { code, value } = await bench.json(["doctor", "--quick"], { env });
    const broker = bench.log.startsWith("nats:") ? /^answers after/ : /^none is needed/;
    expect(code).toBe(0);
    expect(value).toMatchObject({
      ok: true,
      checks: [
        { name: "node" },
        { name: "broker", found: expect.stringMatching(broker) },
        { name: "sandbox", found: expect.stringMatching(/^bubblewrap, /) },
        { name: "schemas", found: "a good plan is taken, a bad one refused" },
      ],
    });
  });
});

describe("a machine that is not set up", () => {
  it("S3-055: fails the quick check, each part with its code and what to do", async () => {
    using bench = cliBench();
    const env = { TROUPE_BWRAP: "/no/such/bwrap" };
    const argv = ["doctor", "--quick", "--log", "nats://127.0.0.1:1/none"];
    const { code, out } = await bench.troupe(argv, { env });
    expect(code).toBe(1);
    expect(out).toMatch(/^✓ node: .*\n✗ broker: LOG_UNREACHABLE: .*\n {2}→ /);
    expect(out).toMatch(/\n✗ sandbox: SANDBOX_UNAVAILABLE: .*no program\n {2}→ .*\n✓ schemas: /);
  });

  it("without a sandbox is sound all the same, and told of it", async () => {
    using bench = cliBench();
    const { code, out } = await bench.troupe(["doctor"], { env: { TROUPE_BWRAP: "/no/such/bwrap" } });
    expect(code).toBe(0);
    expect(out).toMatch(/! sandbox: SANDBOX_UNAVAILABLE: there is none: .*\n {2}→ /);
  });
});
