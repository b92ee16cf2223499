/** What is given to the command line in bad faith or by bad luck: one error, and an intact log. */
import { closeSync, copyFileSync, openSync, readFileSync, writeFileSync, writeSync } from "node:fs";
import { createServer } from "node:net";
import { once } from "node:events";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { cliBench, type CliBench } from "../support/cli.ts";

const GOOD = "name: good\ntasks: [{id: a, run: echo one}, {id: b, run: echo two, dependsOn: [a]}]\n";

/** What a command says of one error: with a hint, without a stack. */
function oneError(code: 1 | 2, error: string) {
  const lines = new RegExp(`^(run .+\n)?${error}: [^\n]+(\n  [^ →][^\n]+)*\n  → [^\n]+$`);
  return { code, out: "", err: expect.stringMatching(lines), painted: "" };
}

describe("a plan", () => {
  const many = Array.from({ length: 200_000 }, (_, i) => `  - {id: t${i}, run: "true"}`).join("\n");

  it.each<[string, string | Buffer, string]>([
    ["empty", "", "it is empty"],
    ["only a comment", "# nothing\n", "it is empty"],
    ["binary", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2]), "is no text"],
    ["no UTF-8", Buffer.from([0x6e, 0xff, 0xfe]), "is no text"],
    ["far too long", `name: x\ntasks:\n${many}`, "longer than 4 MiB"],
    ["a list", "- 1\n- 2\n", "it is a list, not a plan"],
    ["no YAML", "a: [", "flow sequence"],
    ["wrong types", "name: 3\ntasks: {}\nconcurrency: x\n", "expected a list, got fields"],
    ["a path as id", "name: x\ntasks: [{id: ../x, run: x}]", "an id has only"],
    ["a cycle", "name: x\ntasks: [{id: a, run: x, dependsOn: [a]}]", "cycle: a → a"],
    ["a secret", "name: x\nenv: {MY_TOKEN: abcdefgh}\ntasks: [{id: a, run: x}]", "passEnv"],
  ])("that is %s is refused, and nothing is made", async (_, text, words) => {
    using bench = cliBench();
    writeFileSync(join(bench.folder, "p.yaml"), text);
    const said = await bench.troupe(["run", join(bench.folder, "p.yaml")]);
    expect(said).toEqual(oneError(2, "PLAN_INVALID"));
    expect(said.err).toContain(words);
    expect(() => readFileSync(join(bench.folder, "log.db"))).toThrow("ENOENT");
  });

  it("that has no end is not read to its end", async () => {
    using bench = cliBench();
    expect(await bench.troupe(["run", "/dev/zero"])).toEqual(oneError(2, "PLAN_INVALID"));
  });
});

describe("ids", () => {
  it("that every object knows a property of are ids like others", async () => {
    using bench = cliBench();
    const plan = bench.write(
      "p.yaml",
      `
name: words
agents: {valueOf: {run: "touch mended"}, toString: {run: "echo done"}}
tasks:
  - {id: constructor, run: echo one}
  - {id: toString, agent: toString, dependsOn: [constructor]}
  - id: hasOwnProperty
    run: test -e mended
    dependsOn: [toString]
    when: tasks.toString.status == "COMPLETED"
    failureRouting: {test_failure: valueOf, implementation_bug: valueOf, spec_mismatch: valueOf,
      flaky_test: valueOf, timeout: valueOf, missing_dependency: valueOf}
`,
    );
    const said = await bench.json(["run", plan, "--id", "r1"]);
    expect(said).toMatchObject({ code: 0, value: { status: "COMPLETED" } });
  });
});

describe("a run", () => {
  it("whose generator yields what does not fit says why it failed", async () => {
    using bench = cliBench();
    const answer = JSON.stringify({ tasks: [{ id: "a", run: "true", dependsOn: ["a"] }] });
    const generate = { run: `echo '${answer}' > $TROUPE_RESULT` };
    const plan = bench.write("p.yaml", JSON.stringify({ name: "p", pattern: "dynamic", generate }));
    const said = await bench.troupe(["run", plan, "--id", "r1"]);
    expect(said).toMatchObject({ code: 1, out: expect.stringMatching(/generate_1.*cycle: a → a/) });
  });

  it("whose report could not be written says so", async () => {
    using bench = cliBench();
    const plan = bench.write(
      "p.yaml",
      'name: p\npattern: sequential\ntasks: [{id: a, run: "echo a > $TROUPE_OUTPUT; mkdir $TROUPE_ARTIFACTS/report.md"}]\n',
    );
    const said = await bench.troupe(["run", plan, "--id", "r1"]);
    expect(said).toMatchObject({ code: 0, out: expect.stringMatching(/^ {2}WARNING .*report\.md/m) });
  });
});

describe("a log", () => {
  let bench: CliBench;
  beforeAll(async () => {
    bench = cliBench();
    await bench.troupe(["run", bench.write("good.yaml", GOOD), "--id", "g1"]);
  });
  afterAll(() => bench[Symbol.dispose]());

  const readers = [["ls"], ["show", "g1"], ["replay", "g1", "--verify"], ["tail", "--no-follow"]];
  const writers = [["resume"], ["cancel", "g1"], ["run", "good.yaml", "--id", "n1"]];

  /** A copy of the log, changed. */
  function changed(name: string, change: (path: string) => void): string {
    const path = join(bench.folder, name);
    copyFileSync(join(bench.folder, "log.db"), path);
    change(path);
    return path;
  }

  const sql = (statement: string) => (path: string) => {
    using db = new DatabaseSync(path);
    db.exec(`${statement}; PRAGMA wal_checkpoint(TRUNCATE)`);
  };

  const noise = (at: number, length: number) => (path: string) => {
    const file = openSync(path, "r+");
    writeSync(file, Buffer.from(Array.from({ length }, (_, i) => (i * 131 + 7) % 256)), 0, length, at);
    closeSync(file);
  };

  it.each<[string, (path: string) => void, string]>([
    ["newer", sql("PRAGMA user_version = 2"), "LOG_NEWER"],
    ["another-program", sql("PRAGMA application_id = 7"), "LOG_INCOMPATIBLE"],
    ["cut", (path) => writeFileSync(path, readFileSync(path).subarray(0, 20_000)), "LOG_CORRUPT"],
    ["no-database", (path) => writeFileSync(path, "nothing of the kind ".repeat(500)), "LOG_CORRUPT"],
  ])("that is %s is refused by every command and stays as it is", async (name, change, error) => {
    const path = changed(`${name}.db`, change);
    const before = readFileSync(path);
    for (const argv of [...readers, ...writers]) {
      const given = argv.map((word) => (word === "good.yaml" ? join(bench.folder, word) : word));
      expect(await bench.troupe([...given, "--log", `sqlite:${path}`])).toEqual(oneError(1, error));
    }
    const sick = await bench.json(["doctor", "--log", `sqlite:${path}`]);
    expect(sick).toMatchObject({ code: 1, value: { ok: false } });
    expect(readFileSync(path).equals(before)).toBe(true);
  });

  it("that is damaged inside is refused by every command", async () => {
    const path = changed("damaged.db", noise(4_096, 20_000));
    for (const argv of [...readers, ["resume"], ["run", join(bench.folder, "good.yaml")]])
      expect(await bench.troupe([...argv, "--log", `sqlite:${path}`])).toEqual(
        oneError(1, "LOG_CORRUPT"),
      );
  });

  it("with a record of a newer format is refused by all who need that record", async () => {
    const path = changed(
      "v2.db",
      sql(`UPDATE records SET body = CAST(replace(CAST(body AS TEXT), '"v":1', '"v":2') AS BLOB)
           WHERE stream = 'task/g1:a' AND seq = 2`),
    );
    for (const argv of [["ls"], ["show", "g1"], ["replay", "g1", "--verify"], ["resume"]])
      expect(await bench.troupe([...argv, "--log", `sqlite:${path}`])).toEqual(
        oneError(1, "LOG_NEWER"),
      );
  });

  it("of an embedding program is sound, though its machines are elsewhere", async () => {
    const path = changed(
      "strange.db",
      sql("UPDATE records SET stream = replace(stream, 'workflow/', 'order/')"),
    );
    const { code, value } = await bench.json(["doctor", "--log", `sqlite:${path}`]);
    expect(JSON.stringify(value)).toContain('1 actor of kind \\"order\\" only its own program');
    expect(code).toBe(0);
    const one = await bench.troupe(["replay", "order/g1", "--log", `sqlite:${path}`]);
    expect(one).toEqual(oneError(1, "KIND_UNKNOWN"));
    expect(one.err).toContain("--kinds FILE");
  });

  it("whose folder cannot be made is an error, not a stack", async () => {
    const log = `sqlite:${join(bench.folder, "good.yaml/sub/log.db")}`;
    const said = await bench.troupe(["run", join(bench.folder, "good.yaml"), "--log", log]);
    expect(said).toEqual(oneError(1, "LOG_WRITE_FAILED"));
  });

  it("with something where the artifacts go: the task says what stands in the way", async () => {
    using other = cliBench();
    other.write("runs", "a file");
    const said = await other.troupe(["run", other.write("p.yaml", GOOD), "--id", "r1"]);
    expect(said).toMatchObject({
      code: 1,
      out: expect.stringContaining("FAILED a: the folder for artifacts cannot be made"),
    });
  });

  it.each<[string, string, 1 | 2]>([
    ["", "LOG_URL_INVALID", 2],
    ["nonsense", "LOG_URL_INVALID", 2],
    ["sqlite:///tmp/x.db", "LOG_URL_INVALID", 2],
    ["nats://h", "LOG_URL_INVALID", 2],
    ["nats://127.0.0.1:99999/x", "LOG_URL_INVALID", 2],
    ["nats://user:hunter2@127.0.0.1:1/x", "LOG_UNREACHABLE", 1],
    ["sqlite:no/such/folder/log.db", "LOG_NOT_FOUND", 1],
  ])("of the url %j", async (url, error, exit) => {
    const said = await bench.troupe(["ls", "--log", url]);
    expect(said).toEqual(oneError(exit, error));
    expect(said.err).not.toContain("hunter2");
  });

  it("on a server that is too old, or speaks another language", async () => {
    const info = { server_id: "X", version: "2.9.0", proto: 1, headers: true, jetstream: true };
    for (const [greeting, error] of [
      [`INFO ${JSON.stringify({ ...info, max_payload: 1_048_576 })}\r\n`, "SERVER_TOO_OLD"],
      ["HTTP/1.1 400 Bad Request\r\n\r\n", "LOG_UNREACHABLE"],
    ] as const) {
      await using server = createServer((socket) => {
        socket.write(greeting);
        socket.on("error", () => {});
        socket.on("data", (text) => text.includes("PING") && socket.write("PONG\r\n"));
      });
      await once(server.listen(0, "127.0.0.1"), "listening");
      const address = server.address();
      const port = typeof address === "object" ? address?.port : undefined;
      for (const argv of [["ls"], ["run", join(bench.folder, "good.yaml")]])
        expect(await bench.troupe([...argv, "--log", `nats://127.0.0.1:${port}/x`])).toEqual(
          oneError(1, error),
        );
    }
  });

  it.each<[readonly string[], 1 | 2, string]>([
    [["cancel", "g1"], 1, 'EVENT_REFUSED: "g1" is over already: COMPLETED'],
    [["cancel", "task/g1:a"], 1, 'EVENT_REFUSED: "task/g1:a" is over already: COMPLETED'],
    [["replay", "g1", "--to", "0"], 2, "USAGE: --to takes"],
    [["replay", "g1", "--to=-1"], 2, "USAGE: --to takes"],
    [["replay", "g1", "--to", "99999"], 2, 'USAGE: "workflow/g1" has 4 records, not 99999'],
    [["show", ""], 2, "ADDRESS_INVALID"],
    [["show", "task/g1:a/b"], 2, "ADDRESS_INVALID"],
    [["show", "ü"], 2, "ADDRESS_INVALID"],
    [["show", "x".repeat(300)], 1, "RUN_NOT_FOUND"],
    [["resume", "nope"], 1, "RUN_NOT_FOUND"],
    [["resume", "../x"], 2, "USAGE"],
  ])("asked for %j", async (argv, exit, words) => {
    const said = await bench.troupe(argv);
    expect(said).toEqual(oneError(exit, words.split(":")[0] ?? ""));
    expect(said.err).toContain(words);
  });
});
