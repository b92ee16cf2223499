/** `troupe replay` of whole runs, from logs and from files: as text and as JSON, and what is wrong with either. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lineOf } from "../../src/events/log/file/format.ts";
import type { Recorded } from "../../src/events/log/log.ts";
import { openLog } from "../../src/events/log/open.ts";
import { cliBench, type CliBench } from "../support/cli.ts";

const PLAN = `
name: Good plan
tasks:
  - {id: a, run: "echo one"}
  - {id: b, run: "exit 3", dependsOn: [a]}
`;

let bench: CliBench;
let records: readonly Recorded[];
beforeAll(async () => {
  bench = cliBench();
  const plan = bench.write("p.yaml", PLAN);
  for (const id of ["r1", "r2"]) await bench.troupe(["run", plan, "--id", id]);
  await using log = await openLog(bench.log, { readOnly: true });
  records = await Array.fromAsync(log.scan());
});
afterAll(() => bench[Symbol.dispose]());

const ofRun = (run: string) => records.filter(({ stream }) => stream.split(/[/:]/)[1] === run);

function file(name: string, lines: readonly Recorded[], end = "\n"): string {
  return bench.write(name, lines.map((one) => lineOf(one)).join("\n") + end);
}

describe("troupe replay RUN", () => {
  it("lists every record of all actors, in the order of the log", async () => {
    const { out, code } = await bench.troupe(["replay", "r1"]);
    const [head = "", ...lines] = out.split("\n");
    expect([code, head.split(/ +/)]).toEqual([
      0,
      ["POSITION", "TIME", "ACTOR", "SEQ", "STATE", "RECORD", "CAUSE"],
    ]);
    const wanted = ofRun("r1").map(({ stream, seq, type }, n) => [
      String(n + 1),
      stream,
      String(seq),
      type,
    ]);
    expect(
      lines.map((line) => line.split(/ {2,}/)).map((cells) => [cells[0], cells[2], cells[3], cells[5]]),
    ).toEqual(wanted);
    expect(out).toMatch(/task\/r1:a +2 +COMPLETED \(done\) +task\.completed +activity of task\/r1:a#1/);
    expect(await bench.troupe(["replay", "r1", "--list"])).toMatchObject({ code: 0, out });
  });

  it("as JSON has all of every record, and can be read in one piece or in many", async () => {
    const { value } = await bench.json(["replay", "r1"]);
    expect(value).toMatchObject({ run: "r1", length: ofRun("r1").length, faults: [] });
    const moments = await Promise.all(
      ofRun("r1").map(
        async (_, n) => (await bench.json(["replay", "r1", "--at", String(n + 1)])).value,
      ),
    );
    const { records: all } = value as { records: readonly { position: number }[] };
    expect(all).toEqual(
      moments.map((moment) => {
        const { position, record } = moment as { position: number; record: object };
        return { position, ...record };
      }),
    );
  });

  it("--at shows one moment: the record, its actor, and what is open of all", async () => {
    const position = ofRun("r1").findIndex(({ type }) => type === "task.completed") + 1;
    const { out } = await bench.troupe(["replay", "r1", "--at", String(position)]);
    expect(out).toContain(`run r1, position ${position} of ${ofRun("r1").length}`);
    expect(out).toMatch(/^task\/r1:a#2 task\.completed$/m);
    expect(out).toMatch(/^state +RUNNING\.working → COMPLETED \(done\)$/m);
    expect(out).toMatch(/^cause +activity of task\/r1:a#1, position \d+$/m);
    expect(out).toMatch(/^ {2}~ last\.summary: "" → "one"$/m);
    expect(out).toMatch(/^ {2}2\.1 send to workflow\/r1: xstate\.done\.actor\.a \{/m);
    expect(out).toMatch(
      /^task\/r1:a +2 +COMPLETED \(done\)\n +owes 2\.1: send workflow\/r1, xstate\.done\.actor\.a$/m,
    );
    expect(out).not.toContain('"doer"'); // what is as it was before
    const whole = await bench.troupe(["replay", "r1", "--at", String(position), "--context"]);
    expect(whole.out).toMatch(/^ {2}\{\n {4}"input": \{[^]*"doer"/m);
    const named = await bench.troupe(["replay", "r1", "--at", "task/r1:a#2"]);
    expect(named.out).toBe(out);
    const { value } = await bench.json(["replay", "r1", "--at", String(position)]);
    expect(value).toMatchObject({
      position,
      record: { address: "task/r1:a", seq: 2, cause: { type: "activity", seq: 1 } },
      actors: [
        { address: "workflow/r1", context: { plan: { name: "Good plan" } }, open: { timers: [] } },
        { address: "task/r1:a", status: "done", open: { outbox: [{ to: "workflow/r1" }] } },
      ],
    });
  });

  it("--until shows the first record that is of a type or meets a condition, from --at on", async () => {
    const first = async (until: string, ...more: readonly string[]) => {
      const { value } = await bench.json(["replay", "r1", "--until", until, ...more]);
      return value as { position?: number; error?: object };
    };
    const at = (type: string): number => ofRun("r1").findIndex((one) => one.type === type) + 1;
    const failed = at("task.failed");
    expect(await first("task.failed")).toMatchObject({ position: failed });
    expect(await first("task.fail*")).toMatchObject({ position: failed });
    expect(await first('kind == "task" && status == "done"')).toMatchObject({
      position: at("task.completed"),
    });
    expect(await first("context.board.counts.completed == 1.0")).toMatchObject({
      position: at("workflow.progressed"),
    });
    expect(await first("task.*", "--at", String(failed))).toMatchObject({ position: failed });
    const beyond = await first("task.failed", "--at", String(failed + 1));
    expect(beyond.error).toMatchObject({ code: "POSITION_UNKNOWN", data: { from: failed + 1 } });
  });

  it.each<[string, readonly string[], string, string]>([
    ["a position beyond the end", ["--at", "9999"], "POSITION_UNKNOWN", "which has"],
    ["a position before the beginning", ["--at", "0"], "POSITION_UNKNOWN", "Use 1 to"],
    ["a record that is not there", ["--at", "task/r1:a#99"], "POSITION_UNKNOWN", "task/r1:a#99"],
    ["what never happens", ["--until", "task.gone"], "POSITION_UNKNOWN", 'meets "task.gone"'],
    [
      "a field that is none",
      ["--until", "context.nope > 1"],
      "POSITION_UNKNOWN",
      "could not be asked: No such key: nope",
    ],
    [
      "a word for a question",
      ["--until", "context.paid"],
      "POSITION_UNKNOWN",
      "'context.paid == true'",
    ],
    ["no condition", ["--until", "seq =="], "USAGE", "at character 7"],
    ["a variable that is none", ["--until", 'typ == "a"'], "USAGE", 'Did you mean "type"?'],
    ["a list and a verdict", ["--list", "--verify"], "USAGE", "--to nor --verify"],
  ])("says what is wrong: %s", async (_, more, error, said) => {
    const answer = await bench.troupe(["replay", "r1", ...more]);
    expect(answer).toMatchObject({ code: error === "USAGE" ? 2 : 1, out: "" });
    expect(answer.err).toMatch(new RegExp(`^${error}: .+\n  → .+$`));
    expect(answer.err).toContain(said);
  });

  it("has moments of runs only, and files of records only", async () => {
    const one = await bench.troupe(["replay", "task/r1:a", "--at", "2"]);
    expect(one).toMatchObject({ code: 2, err: expect.stringContaining("ADDRESS#SEQ") });
    const two = await bench.troupe(["replay", "r1", "task/r1:a"]);
    expect(two).toMatchObject({ code: 2, err: expect.stringContaining('"r1" is no file') });
  });

  it("shows what it has no machine for as it was recorded, and says so", async () => {
    const strange = ofRun("r1").map((one) => ({
      ...one,
      stream: one.stream.replace("workflow/", "order/"),
    }));
    const path = file("strange.jsonl", strange);
    const listed = await bench.troupe(["replay", path]);
    expect(listed.out.split("\n")).toHaveLength(1 + strange.length);
    expect(listed).toMatchObject({
      code: 0,
      err: expect.stringMatching(/^KIND_UNKNOWN: "order\/r1" .*\n.*--kinds FILE/),
    });
    const { value } = await bench.json(["replay", path, "--at", "1"]);
    expect(value).toMatchObject({
      record: { context: null, after: { state: "PENDING" }, fault: { code: "KIND_UNKNOWN" } },
    });
    const verified = await bench.troupe(["replay", path, "--verify"]);
    expect(verified).toMatchObject({ code: 1, err: expect.stringMatching(/^KIND_UNKNOWN/) });
  });

  it("takes more machines from a module, beside its own", async () => {
    bench.write("kinds.ts", 'export { hostKinds as kinds } from "nowhere";');
    const broken = await bench.troupe(["replay", "r1", "--kinds", "kinds.ts"]);
    expect(broken).toMatchObject({ code: 2, err: expect.stringContaining("cannot be loaded") });
    const kinds = join(import.meta.dirname, "../simulation/kinds.ts");
    expect(await bench.troupe(["replay", "r1", "--kinds", kinds])).toMatchObject({ code: 0, err: "" });
  });
});

describe("troupe replay FILE.jsonl", () => {
  it("is the replay of the run in it, with the same positions", async () => {
    const path = file("r2.jsonl", ofRun("r2"));
    for (const more of [[], ["--at", "4"], ["--until", "task.failed"], ["--json"]]) {
      const [own, its] = [
        await bench.troupe(["replay", "r2", ...more]),
        await bench.troupe(["replay", path, ...more]),
      ];
      expect(its).toEqual(own);
      expect(its.code).toBe(0);
    }
    expect(await bench.troupe(["replay", path, "--verify"])).toMatchObject({ code: 0 });
  });

  it("of several runs asks which, and takes an address", async () => {
    const path = file("both.jsonl", records);
    const asked = await bench.troupe(["replay", path]);
    expect(asked).toMatchObject({ code: 2, out: "" });
    expect(asked.err).toMatch(
      /^USAGE: .* holds 2 runs: r1, r2\n {2}→ Say which: troupe replay .*both\.jsonl RUN\.$/,
    );
    expect((await bench.troupe(["replay", path, "r2"])).out).toBe(
      (await bench.troupe(["replay", "r2"])).out,
    );
    const one = await bench.troupe(["replay", path, "task/r2:a"]);
    expect(one.out).toBe((await bench.troupe(["replay", "task/r2:a"])).out);
  });

  it("that is empty, cut in a line, or missing is one error; the file stays as it is", async () => {
    const whole = readFileSync(file("whole.jsonl", ofRun("r1")), "utf8");
    for (const [name, text, code, error, said] of [
      ["empty.jsonl", "", 1, "LOG_CORRUPT", "is empty: it holds no records"],
      ["cut.jsonl", whole.slice(0, -40), 1, "LOG_CORRUPT", `line ${ofRun("r1").length} of`],
    ] as const) {
      const path = bench.write(name, text);
      const answer = await bench.troupe(["replay", path]);
      expect(answer).toMatchObject({ code, out: "" });
      expect(answer.err).toMatch(new RegExp(`^${error}: [^\n]*${said}[^\n]*\n  → .+$`));
      expect(readFileSync(path, "utf8")).toBe(text);
    }
    expect(await bench.troupe(["replay", "nope.jsonl"])).toMatchObject({
      code: 1,
      err: expect.stringMatching(/^LOG_NOT_FOUND/),
    });
  });

  it("with a record of an unknown version shows the rest, and names it", async () => {
    const newer = ofRun("r1").map((one) =>
      one.stream === "task/r1:b" && one.seq === 2 ? { ...one, body: { ...one.body, v: 99 } } : one,
    );
    const path = file("newer.jsonl", newer);
    const { value, code } = await bench.json(["replay", path]);
    expect(code).toBe(0);
    expect(value).toMatchObject({ faults: [{ code: "LOG_NEWER", address: "task/r1:b", seq: 2 }] });
    expect((await bench.troupe(["replay", path])).err).toContain(
      'LOG_NEWER: record 2 of "task/r1:b" has record format 99',
    );
    expect(await bench.troupe(["replay", path, "--verify"])).toMatchObject({ code: 1 });
  });

  it("prints no control characters of its texts", async () => {
    const evil = ofRun("r1").map((one) => ({ ...one, type: `${one.type}\u001b[2J\u0007` }));
    writeFileSync(join(bench.folder, "evil.jsonl"), evil.map((one) => lineOf(one)).join("\n"));
    for (const more of [[], ["--at", "3"]]) {
      const { out } = await bench.troupe(["replay", "evil.jsonl", ...more]);
      expect(out.replaceAll("\n", "")).not.toMatch(/\p{Cc}/u);
    }
  });
});
