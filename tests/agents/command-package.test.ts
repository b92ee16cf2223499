/** Commands that are agents: the package they find, the answer they leave. */
import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { commandActor } from "../../src/agents/command-actor.ts";
import type { CommandInput } from "../../src/events/command-result.ts";
import { MAX_DATA, type WorkPackage } from "../../src/events/work.ts";
import { freshFolder, ran, workPackage } from "../support/agent-runs.ts";

const HOST = { PATH: process.env["PATH"], API_TOKEN: "tok-12345", PIN_TOKEN: "98765432" };
const fs = "const fs = require('node:fs');";

/** Answers `text` byte for byte. */
const ANSWER = `${fs} fs.writeFileSync(process.env.TROUPE_RESULT, process.env.TEXT);`;

async function command(code: string, work: WorkPackage, rest: Partial<CommandInput> = {}) {
  using folder = freshFolder();
  const artifacts = join(folder.path, "run");
  const argv = [process.execPath, "-e", code];
  const input = { argv, folder: folder.path, artifacts, env: {}, passEnv: [], ...rest };
  const result = await ran(commandActor({ env: HOST, graceMs: 100 }), { ...input, package: work });
  return { ...result, artifacts, files: readdirSync(join(artifacts, ".troupe")) };
}

function answering(text: string) {
  return command(ANSWER, workPackage(), { env: { TEXT: text } });
}

describe("a command with a work package", () => {
  it("S0-004: finds it as JSON in the file $TROUPE_PACKAGE, and its first output in $TROUPE_OUTPUT", async () => {
    const work = workPackage({
      agent: "researcher",
      outputs: ["/tmp/none/artifacts/parallel-r1-1.md", "/tmp/none/b.md"],
      timeoutMs: 5_000,
      upstream: { a: { status: "COMPLETED", summary: "done", data: { n: 1 }, outputs: ["a.md"] } },
    });
    const code = `${fs}
      const { TROUPE_PACKAGE, TROUPE_OUTPUT } = process.env;
      console.log(JSON.stringify([JSON.parse(fs.readFileSync(TROUPE_PACKAGE, "utf8")), TROUPE_OUTPUT]));`;
    const { stdout } = await command(code, work);
    expect(JSON.parse(stdout)).toEqual([work, work.outputs[0]]);
  });

  it("S2: hostile text in a package reaches the command as data, and no shell", async () => {
    const evil = "'; touch pwned; $(touch pwned) `touch pwned` \" \u2028 </script> ${HOME} %s";
    const work = workPackage({
      title: evil,
      description: evil,
      feedback: [evil],
      input: { [evil]: evil },
    });
    using folder = freshFolder();
    const artifacts = join(folder.path, "run");
    const input = { folder: folder.path, artifacts, env: {}, passEnv: [], package: work };
    const logic = commandActor({ env: HOST });
    const { stdout } = await ran(logic, { ...input, argv: ["sh", "-c", 'cat "$TROUPE_PACKAGE"'] });
    expect(JSON.parse(stdout)).toEqual(work);
    expect(existsSync(join(folder.path, "pwned"))).toBe(false);
    expect(readdirSync(folder.path)).toEqual(["run"]);
  });

  it("answers JSON in the file $TROUPE_RESULT", async () => {
    expect((await answering('{"sources":[1,"two",null],"__proto__":{"x":1}}')).data).toEqual(
      JSON.parse('{"sources":[1,"two",null],"__proto__":{"x":1}}'),
    );
    expect((await answering("7")).data).toBe(7);
    expect((await answering("null")).data).toBeNull();
  });

  it("need not answer: then there is no data", async () => {
    expect(await command("", workPackage())).not.toHaveProperty("data");
  });

  it("is not listened to where it failed", async () => {
    const result = await command(`${ANSWER} process.exit(3)`, workPackage(), { env: { TEXT: "{" } });
    expect(result).toMatchObject({ exitCode: 3 });
    expect(result).not.toHaveProperty("data");
  });

  it("S2: a secret in its answer is redacted, in values, keys and numbers", async () => {
    const { data } = await answering('{"a":["my tok-12345"],"tok-12345":{"pin":98765432,"n":5}}');
    expect(data).toEqual({ a: ["my [redacted]"], "[redacted]": { pin: "[redacted]", n: 5 } });
  });

  it("makes the folders that its outputs lie in", async () => {
    using folder = freshFolder();
    const output = join(folder.path, "run/deep/er/out.md");
    const code = `${fs} fs.writeFileSync(process.env.TROUPE_OUTPUT, "x")`;
    expect(await command(code, workPackage({ outputs: [output] }))).toMatchObject({ exitCode: 0 });
    expect(readFileSync(output, "utf8")).toBe("x");
  });
});

describe("S2: an answer that cannot be recorded is RESULT_INVALID", () => {
  const faultOf = (code: string, env: Record<string, string> = {}): Promise<unknown> =>
    command(code, workPackage(), { env }).catch((error: unknown) => error);
  const refused = (why: RegExp | string) => ({
    code: "RESULT_INVALID",
    message: expect.stringMatching(/t1-1-work-[0-9a-f]{8}\.result\.json/) as string,
    data: { why: expect.stringMatching(why) as string },
  });

  it.each([
    ["no JSON", "{", /no JSON from character 1/],
    ["empty", "", /no JSON/],
    ["two values", "{} {}", /no JSON from character 3/],
    ["a number that JSON text can name but JSON cannot hold", '{"a":[1e999]}', /data\.a\[0\]/],
    ["too deep", "[".repeat(20_000) + "]".repeat(20_000), /levels deep/],
  ])("%s", async (_, text, why) => {
    expect(await faultOf(ANSWER, { TEXT: text })).toMatchObject(refused(why));
  });

  it("bytes that are no text", async () => {
    const code = `${fs} fs.writeFileSync(process.env.TROUPE_RESULT, Buffer.from([34,255,34]))`;
    expect(await faultOf(code)).toMatchObject(refused(/no JSON/));
  });

  it(`longer than ${MAX_DATA} bytes; so long is well`, async () => {
    const long = (bytes: number) =>
      `${fs} fs.writeFileSync(process.env.TROUPE_RESULT, JSON.stringify("x".repeat(${bytes - 2})))`;
    expect(await faultOf(long(MAX_DATA + 1))).toMatchObject(refused(/65537 bytes/));
    expect(await faultOf(long(1_000_000))).toMatchObject(refused(/1000000 bytes/));
    expect((await command(long(MAX_DATA), workPackage())).data).toHaveLength(MAX_DATA - 2);
  });

  it.each(["mkfifo", "ln -s /dev/zero", "mkdir"])("what `%s` made holds nobody up", async (make) => {
    const line = JSON.stringify(`${make} "$TROUPE_RESULT"`);
    const code = `require('node:child_process').execFileSync('sh', ['-c', ${line}])`;
    expect(await faultOf(code)).toMatchObject(refused("no file"));
  });

  it("and its words, which may hold a secret, are not repeated", async () => {
    const fault = await faultOf(ANSWER, { TEXT: "tok-12345" });
    expect(fault).toMatchObject(refused("no JSON"));
    expect(JSON.stringify(fault)).not.toContain("tok-1");
    expect(String(fault)).not.toContain("tok-1");
  });
});

describe("the files of a package", () => {
  it("are named by ids alone, and are the same when it runs again; an answer of before is gone", async () => {
    using folder = freshFolder();
    const artifacts = join(folder.path, "run");
    mkdirSync(join(artifacts, ".troupe"), { recursive: true });
    const argv = [
      process.execPath,
      "-e",
      `${fs} const r = process.env.TROUPE_RESULT; console.log(r, fs.existsSync(r)); fs.writeFileSync(r, "1")`,
    ];
    const input = {
      argv,
      folder: folder.path,
      artifacts,
      env: {},
      passEnv: [],
      package: workPackage(),
    };
    const logic = commandActor({ env: HOST });
    const first = await ran(logic, input);
    const again = await ran(logic, input);
    const result = /(\S+) false\n/.exec(first.stdout)?.[1] ?? "";
    expect(result).toMatch(/\/run\/\.troupe\/t1-1-work-[0-9a-f]{8}\.result\.json$/);
    // plain XState gives every actor a key of its own; a host gives the same after a crash
    expect(again.stdout).toMatch(/ false\n/);
    const other = await ran(logic, {
      ...input,
      package: workPackage({ attempt: 2, purpose: "judge" }),
    });
    expect(other.stdout).toMatch(/t1-2-judge-[0-9a-f]{8}\.result\.json false/);
  });
});
