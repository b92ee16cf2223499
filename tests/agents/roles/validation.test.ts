/** Validation rules: how a command is read, and where the path of a file goes. */
import { describe, expect, it } from "vitest";
import { openSandbox } from "../../../src/agents/sandbox/open-sandbox.ts";
import { validate, wordsOf } from "../../../src/agents/roles/validation.ts";

describe("the words of a rule", () => {
  it.each([
    ["ruff check {file}", ["ruff", "check", "{file}"]],
    [`  node -e "a 'b' \\"c\\"" `, ["node", "-e", `a 'b' "c"`]],
    ["grep '$HOME; rm' --x='a b'", ["grep", "$HOME; rm", "--x=a b"]],
    ['a ""', ["a", ""]],
  ])("S3-018: %j", (line, words) => expect(wordsOf(line)).toEqual(words));

  it.each(["", "  ", "a 'b", 'a "b'])("%j is none", (line) => {
    expect(() => wordsOf(line)).toThrow("is no command");
  });

  it("S3-018: a path stays inside its word, whatever it is called; S2: no shell reads it", async () => {
    const files = { "$(touch hacked).js": "", "-v.js": "" };
    await using sandbox = await openSandbox({ driver: "unsandboxed", files });
    const code = "console.log(JSON.stringify(process.argv.slice(1)))";
    const found = await validate(
      sandbox,
      [
        {
          type: "lint",
          command: ["node", "-e", `${code}; process.exit(3)`, "--", "at={file}", "{file}"],
        },
        { type: "unit_test", command: "true {file}" },
        { type: "build", command: "true" },
      ],
      { files: Object.keys(files), tests: ["t.js"], signal: new AbortController().signal },
    );
    expect(found.validations.map(({ type, file, exitCode }) => [type, file, exitCode])).toEqual([
      ["lint", "$(touch hacked).js", 3],
      ["lint", "-v.js", 3],
      ["lint", "t.js", 3],
      ["unit_test", "t.js", 0],
      ["build", undefined, 0],
    ]);
    expect(found.problems[0]).toContain('["at=$(touch hacked).js","$(touch hacked).js"]');
    expect(found.problems[1]).toContain('["at=./-v.js","./-v.js"]');
    expect(await sandbox.read("hacked")).toBeUndefined();
  });
});
