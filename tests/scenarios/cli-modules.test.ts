/** Modules of users that do as they are loaded what they should not: no command says that all is well. */
import { describe, expect, it } from "vitest";
import { cliBench } from "../support/cli.ts";
import { said, troupeIn } from "../support/cli-process.ts";

const KINDS = (kind: string): string =>
  `export const kinds = [new Proxy({ ${kind} }, { get() { throw new Error("no member"); } })];`;

describe("a module", () => {
  it.each([
    ["ends the process with 0", "process.exit(0);", "ended the process"],
    ["waits for what never comes", "await new Promise(() => {});", "waits for something that never"],
    ["throws what is no text", "throw { toString() { throw 1; } };", "cannot be loaded: { toString"],
    ["throws as its kinds are read", KINDS("kind: 'k'"), "cannot be loaded: no member"],
  ])("that %s is named, and the exit code is 2", { timeout: 30_000 }, async (_, text, why) => {
    using bench = cliBench();
    bench.write("kinds.mjs", text);
    const { code, out, err } = await said(
      troupeIn(bench.folder, ["upgrade-check", "--kinds", "kinds.mjs", "--log", "memory:"]),
    );
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(/^USAGE: --kinds kinds\.mjs /);
    expect(err).toContain(why);
    expect(err).not.toContain("UNEXPECTED");
  });

  it(
    "that never ends loading is left when somebody stops the command",
    { timeout: 30_000 },
    async () => {
      using bench = cliBench();
      bench.write(
        "kinds.mjs",
        "process.stderr.write('loading\\n'); await new Promise((done) => setTimeout(done, 1e9));",
      );
      const child = troupeIn(bench.folder, [
        "upgrade-check",
        "--kinds",
        "kinds.mjs",
        "--log",
        "memory:",
      ]);
      child.stderr.once("data", () => child.kill("SIGTERM"));
      const { code, err } = await said(child);
      expect({ code, err }).toMatchObject({ code: 2, err: expect.stringContaining("was stopped") });
    },
  );
});

it("help of a word that names no command says so", async () => {
  using bench = cliBench();
  expect(await bench.troupe(["help", "nonsense"], { bare: true })).toMatchObject({
    code: 2,
    err: expect.stringContaining("unknown command 'nonsense'"),
  });
});
