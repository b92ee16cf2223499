/** What runs ask of people, and what they answer. */
import { expect, it } from "vitest";
import type { CliBench } from "../support/cli.ts";
import { hearing, onEachLog } from "../support/cli-logs.ts";

const GATED = `
name: gated
tasks:
  - {id: ship, run: "echo shipped", approval: [before]}
  - {id: tell, run: "echo told", approval: [after], dependsOn: [ship]}
`;

/** A run that waits for an answer, and what it says. */
async function waiting(bench: CliBench) {
  const before = hearing(/asks: .*ship:before/);
  const after = hearing(/asks: .*tell:after/);
  const whole = bench.troupe(["run", bench.write("p.yaml", GATED), "--id", "r1"], {
    heard: (line) => {
      before.heard(line);
      after.heard(line);
    },
  });
  return { whole, line: await before.line, after: after.line };
}

onEachLog("troupe approvals", (open) => {
  it("S3-009: a run waits for approvals, says how to give them, and goes on when they are granted", async () => {
    using bench = open();
    const { whole, line, after } = await waiting(bench);
    expect(line).toContain("→ troupe approvals approve r1 ship:before (or deny)");
    expect(await bench.json(["approvals", "ls"])).toMatchObject({
      code: 0,
      value: [{ run: "r1", gate: "ship:before", task: "ship", kind: "before" }],
    });
    const granted = await bench.json(["approvals", "approve", "r1", "ship:before", "--by", "ann"]);
    expect(granted).toMatchObject({ code: 0, value: { answer: "granted", by: "ann" } });
    await after;
    expect((await bench.troupe(["approvals", "ls", "r1"])).out).toMatch(/\nr1 +tell:after /);
    expect(await bench.troupe(["approvals", "approve", "r1", "tell:after"])).toMatchObject({
      code: 0,
      out: "r1 tell:after: granted",
    });
    expect(await whole).toMatchObject({ code: 0, out: expect.stringContaining("told") });
    expect(await bench.json(["approvals", "ls"])).toEqual({ code: 0, value: [] });
  });

  it("S3-009: a denial stops what waits", async () => {
    using bench = open();
    const { whole } = await waiting(bench);
    const said = ["--by", "bob", "--comment", "not today"];
    await bench.troupe(["approvals", "deny", "r1", "ship:before", ...said]);
    expect(await whole).toMatchObject({ code: 1, out: expect.stringContaining("FAILED") });
    expect(await bench.json(["show", "r1"])).toMatchObject({
      value: { tasks: [{ attempts: 0 }, { status: "SKIPPED", blockedBy: "ship" }] },
    });
    const { out } = await bench.troupe(["approvals", "ls", "--all"]);
    expect(out).toMatch(/\nr1 +ship:before .*denied by bob at .*Z: not today/);
  });

  it("the first answer stands: a later one is recorded as refused, and names the first", async () => {
    using bench = open();
    const { whole, after } = await waiting(bench);
    await bench.troupe(["approvals", "approve", "r1", "ship:before", "--by", "ann"]);
    await after;
    const late = await bench.troupe(["approvals", "deny", "r1", "ship:before", "--by", "bob"]);
    expect(late).toMatchObject({
      code: 1,
      out: "",
      err: expect.stringMatching(
        /^GATE_SETTLED: "ship:before" is answered already: granted by ann at .*\n {2}→ The first answer stands/,
      ),
    });
    expect(await bench.json(["approvals", "ls", "r1", "--all"])).toMatchObject({
      value: [
        {
          gate: "ship:before",
          answer: { answer: "granted", by: "ann" },
          refused: [{ answer: "denied", by: "bob" }],
        },
        { gate: "tell:after" },
      ],
    });
    await bench.troupe(["approvals", "approve", "r1", "tell:after"]);
    await whole;
    expect(await bench.troupe(["approvals", "deny", "r1", "tell:after"])).toMatchObject({
      code: 1,
      err: expect.stringContaining('GATE_SETTLED: "tell:after" is answered already: granted'),
    });
  });

  it("an unknown gate is an error that names the open ones; nothing is recorded", async () => {
    using bench = open();
    const { whole, after } = await waiting(bench);
    expect(await bench.troupe(["approvals", "approve", "r1", "ship:after"])).toMatchObject({
      code: 1,
      err: 'GATE_UNKNOWN: the run "r1" has asked nothing at "ship:after"\n  → These wait for an answer: ship:before.',
    });
    await bench.troupe(["approvals", "approve", "r1", "ship:before"]);
    await after;
    await bench.troupe(["approvals", "approve", "r1", "tell:after"]);
    await whole;
  });

  it("with --detach hold up nothing that can go on without them", async () => {
    using bench = open();
    const plan = bench.write(
      "p.yaml",
      `
name: p
tasks:
  - {id: asks, run: "true", approval: [before]}
  - {id: one, run: echo 1}
  - {id: two, run: echo 2, dependsOn: [one]}
  - {id: three, run: echo 3, dependsOn: [two]}
`,
    );
    const { value } = await bench.json(["run", plan, "--id", "r1", "--detach"]);
    const tasks = ["WAITING", "COMPLETED", "COMPLETED", "COMPLETED"].map((status) => ({ status }));
    expect(value).toMatchObject({ status: "RUNNING", tasks });
  });

  it("survive the command: with --detach it ends where only people can go on, and resume waits for them again", async () => {
    using bench = open();
    const plan = bench.write("p.yaml", GATED);
    const detached = await bench.troupe(["run", plan, "--id", "r1", "--detach"]);
    expect(detached).toMatchObject({
      code: 1,
      err: expect.stringMatching(/asks: .*ship:before.*\nit stays open; /s),
    });
    const { code, value } = await bench.json(["resume", "r1", "--detach"]);
    expect([code, value]).toMatchObject([
      1,
      [{ status: "RUNNING", tasks: [{ waitsFor: "approval" }, {}] }],
    ]);
    const { heard, line } = hearing(/tell:after/);
    expect(await bench.troupe(["approvals", "approve", "r1", "ship:before"])).toMatchObject({
      code: 0,
      err: "no process runs r1 now: go on with `troupe resume r1`",
    });
    const whole = bench.troupe(["resume", "r1"], { heard });
    await line;
    await bench.troupe(["approvals", "approve", "r1", "tell:after"]);
    expect(await whole).toMatchObject({ code: 0 });
  });
});
