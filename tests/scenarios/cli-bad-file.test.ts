/** Files of records that somebody has changed, or that a later Troupe has written: how far one can look. */
import { describe, expect, it } from "vitest";
import { tameLine } from "../../src/cli/terminal.ts";
import { newer, recordsIn } from "../support/changed-file.ts";
import { cliBench, type CliBench } from "../support/cli.ts";

const PLAN = `
name: shop
tasks:
  - { id: a, run: "echo one" }
  - { id: b, run: "test ! -e broken", dependsOn: [a] }
`;

/** Runs the plan and exports what became of it, in the folder of the bench. */
async function exported(bench: CliBench): Promise<string> {
  await bench.troupe(["run", bench.write("p.yaml", PLAN), "--id", "r1"]);
  const { code, bytes, err } = await bench.troupe(["export", "r1"]);
  expect({ code, err }).toEqual({ code: 0, err: "" });
  return bench.write("run.jsonl", String(bytes));
}

describe("a file of records that is not what it was", () => {
  it("with a record of a later Troupe: why and diff go as far as they can, and say where they cannot", async () => {
    using bench = cliBench();
    const path = await exported(bench);
    bench.write("newer.jsonl", newer(path));
    const { out, code } = await bench.troupe(["why", "newer.jsonl"]);
    expect(code).toBe(0);
    expect(out).toMatch(
      /task\/r1:b#2 {2}task\.completed {2}RUNNING\.working → \?\n.*\n.*has record format 7/,
    );
    expect(out).toMatch(/workflow\/r1#1 .*\n +started from outside/);
    expect((await bench.troupe(["why", "newer.jsonl", "1", "--down"])).out).toContain("→ ?");
    expect(await bench.troupe(["diff", "newer.jsonl", "newer.jsonl"])).toMatchObject({ code: 0 });
    const parted = await bench.troupe(["diff", "run.jsonl", "newer.jsonl"]);
    expect(parted.code).toBe(1);
    expect(parted.out).toMatch(
      /share 7 records, and part at task\/\*:b:\n[^]*cannot be compared: record 2 of/,
    );
  });

  it("diff: a record that does not lead to what it says is a difference, if one side alone has it", async () => {
    using bench = cliBench();
    const path = await exported(bench);
    const lines = recordsIn(path);
    bench.write("bad.jsonl", lines.replace(/("stream":"task\/r1:b","seq":2,.*"hash":")\w+/, "$1bad"));
    const found = await bench.troupe(["diff", "r1", "bad.jsonl"]);
    expect(found.out).toMatch(
      /^r1 and bad\.jsonl have the same 8 records, but not all replay:\n\+ bad\.jsonl {2}\d+ {2}REPLAY_DIVERGED: record 2 of "task\/r1:b"[^\n]*$/,
    );
    expect(found.code).toBe(1);
    expect(await bench.json(["diff", "bad.jsonl", "r1"])).toMatchObject({
      code: 1,
      value: { same: false, partings: [], faults: { alone: [[{ seq: 2 }], []], both: [] } },
    });
    expect(await bench.json(["diff", "bad.jsonl", "bad.jsonl"])).toMatchObject({
      code: 0,
      value: { same: true, faults: { alone: [[], []], both: [{ code: "REPLAY_DIVERGED" }] } },
    });
  });

  it("why: says what went wrong in the words of whoever failed, tamed", async () => {
    using bench = cliBench();
    bench.write("broken", "");
    const path = await exported(bench);
    const text = recordsIn(path);
    bench.write("evil.jsonl", text.replaceAll("the command ended", "\\u001b[2Jthe\\ncommand ended"));
    const { out } = await bench.troupe(["why", "evil.jsonl"]);
    expect(out.match(/^ +! COMMAND_FAILED: the ⏎ command ended with exit code 1$/gm)).toHaveLength(2);
    expect(out.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
    const { value } = await bench.json(["why", "run.jsonl"]);
    const failure = { code: "COMMAND_FAILED", message: "the command ended with exit code 1" };
    expect(value).toMatchObject({ links: [{ failure }, { failure }, {}, {}, {}, {}, {}, {}] });
    const { value: down } = await bench.json(["why", "run.jsonl", "1", "--down"]);
    expect(JSON.stringify(down).match(/"failure":/g)).toHaveLength(2);
  });

  it("show: says where a run comes from and where its files lie, tamed", async () => {
    using bench = cliBench();
    const text = recordsIn(await exported(bench));
    const evil = "\\u001b[2Jevil\\u0007";
    const fork = `"fork":{"of":"workflow/r0${evil}","at":3,"shiftMs":0},`;
    const told = text
      .replace(/("stream":"workflow\/r1","seq":1,.*)"born":\{/, `$1"copied":true,"born":{${fork}`)
      .replaceAll(/("artifacts":")/g, `$1/${evil}`);
    bench.write("evil.jsonl", told);
    const { out, err } = await bench.troupe(["show", "r1", "--log", "evil.jsonl"]);
    expect(out).toMatch(
      /artifacts in \/evil .*\na fork of r0evil +at 3, cut short\nComplete it with `troupe fork r0evil/,
    );
    expect((out + err).replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
  });

  it("what turns the direction of a line around is left out: it would read as what nobody wrote", () => {
    expect(tameLine("ok \u202Etxt.exe\u202C \u2066a\u2069\u061C")).toBe("ok txt.exe a");
  });
});
