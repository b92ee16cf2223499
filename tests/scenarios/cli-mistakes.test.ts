/** Whatever is wrong, of the caller or the world, is one error with a hint, and an exit code. */
import { existsSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { cliBench } from "../support/cli.ts";

const GOOD = `
name: Good plan
tasks:
  - {id: a, title: First, run: "echo one; echo oops >&2"}
  - {id: b, run: [sh, -c, "echo two from $TROUPE_TASK"], dependsOn: [a]}
`;

describe("a mistake", () => {
  it.each<[string, readonly string[], number, string]>([
    ["no command", [], 2, "USAGE"],
    ["an unknown command", ["rum", "x"], 2, "USAGE"],
    ["an unknown option", ["ls", "--nope"], 2, "USAGE"],
    ["a missing file", ["run", "nope.yaml"], 2, "PLAN_NOT_FOUND"],
    ["a folder as file", ["run", "."], 2, "PLAN_NOT_FOUND"],
    ["a log that is not there", ["ls"], 1, "LOG_NOT_FOUND"],
    ["no URL", ["ls", "--log", "nope"], 2, "LOG_URL_INVALID"],
    ["no seq", ["replay", "r1", "--to", "x"], 2, "USAGE"],
    ["no address", ["show", "a b"], 2, "ADDRESS_INVALID"],
    ["a sweep without grace", ["sweep", "--grace", "0"], 2, "USAGE"],
    ["a reason that is too long", ["cancel", "r1", "--reason", "x".repeat(1_001)], 2, "USAGE"],
    [
      "a comment that is too long",
      ["approvals", "deny", "r", "g", "--comment", "x".repeat(1_001)],
      2,
      "USAGE",
    ],
    ["a log for what has none", ["schema", "plan", "--log", "memory:"], 2, "USAGE"],
    ["a kind that cannot be cancelled", ["cancel", "queue/q"], 2, "USAGE"],
  ])("is one error with a hint: %s", async (_, argv, code, error) => {
    using bench = cliBench();
    const given = argv.length === 0 ? ["--log", "sqlite:x.db"] : argv;
    const said = await bench.troupe(given);
    expect(said).toMatchObject({ code, out: "" });
    expect(said.err).toMatch(new RegExp(`^${error}: .+\n  → .+$`));
    expect((await bench.json(given)).value).toMatchObject({ error: { code: error } });
  });

  it.each([
    [[], "no command was given", "troupe --help"],
    [["approvals"], "no command was given", "troupe approvals --help"],
    [
      ["approvals", "approve", "r1"],
      "missing required argument 'gate'",
      "troupe approvals approve --help",
    ],
    [["run", "--nope"], "unknown option '--nope'", "troupe run --help"],
  ])("in the words of a command names the help to read: %j", async (argv, what, help) => {
    using bench = cliBench();
    const { err } = await bench.troupe(argv, { bare: true });
    expect(err).toBe(`USAGE: ${what}\n  → See \`${help}\`.`);
  });

  it.each<[string, readonly string[]]>([
    ["show", ["show", "nope"]],
    ["an actor", ["show", "task/nope:a"]],
    ["cancel", ["cancel", "nope"]],
    ["replay", ["replay", "nope"]],
    ["verify", ["replay", "nope", "--verify"]],
  ])("no such run: %s", async (_, argv) => {
    using bench = cliBench();
    await bench.troupe(["run", bench.write("p.yaml", GOOD), "--id", "r1"]);
    expect(await bench.troupe(argv)).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^RUN_NOT_FOUND: .*\n  → /),
    });
  });

  it("in an id is found before anything is written", async () => {
    using bench = cliBench();
    const said = await bench.troupe(["run", bench.write("p.yaml", GOOD), "--id", "a b"]);
    expect(said).toMatchObject({ code: 2, err: expect.stringMatching(/^USAGE: "a b" is not an id/) });
    expect(existsSync(join(bench.folder, "log.db"))).toBe(false);
  });

  it("in a plan is shown with all others, and nothing was started", async () => {
    using bench = cliBench();
    const plan = bench.write("p.yaml", "name: p\ntasks: [{id: a, rum: x, dependsOn: [b]}]\n");
    const { code, err } = await bench.troupe(["run", plan]);
    expect(code).toBe(2);
    expect(err).toMatch(/^PLAN_INVALID: .*has 3 faults:\n.*\n.*\n.*\n  → /);
    expect(existsSync(join(bench.folder, "log.db"))).toBe(false);
  });

  it("of the world is one error too: a corrupt file, a folder in the way", async () => {
    using bench = cliBench();
    writeFileSync(
      join(bench.folder, "log.db"),
      "this is no database at all, whatever its name may say",
    );
    for (const argv of [["ls"], ["run", bench.write("p.yaml", GOOD)], ["resume"]]) {
      const { code, err } = await bench.troupe(argv);
      expect([code, err]).toEqual([1, expect.stringMatching(/^LOG_\w+: .+\n {2}→ .+$/)]);
    }
    const sick = await bench.json(["doctor"]);
    expect(sick).toMatchObject({ code: 1, value: { ok: false } });
    const inTheWay = await bench.troupe([
      "run",
      bench.write("p.yaml", GOOD),
      "--log",
      `sqlite:${bench.folder}`,
    ]);
    expect(inTheWay).toMatchObject({ code: 1, err: expect.stringMatching(/LOG_\w+: .+\n {2}→ /) });
  });
});
