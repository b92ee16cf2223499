/**
 * Documentation that runs: every fence marked `ts run` in the README and the guide is
 * compiled, then run in an empty folder; what it prints must be what its comments say.
 *
 * A line that ends in `); // "text"` promises one line of output; a line that holds only
 * `// "text"` right below it promises one more.
 */
import { execFile } from "node:child_process";
import {
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";

interface Fence {
  /** File and number, for people. */
  readonly name: string;
  readonly code: string;
}

const run = promisify(execFile);
const MARK = "ts run";

function fencesOf(file: string, text: string): Fence[] {
  const found = [...text.matchAll(/^```([^\n]*)\n([\s\S]*?)^```$/gm)].filter(
    (match) => match[1] === MARK,
  );
  return found.map((match, index) => ({ name: `${file} #${index + 1}`, code: match[2] ?? "" }));
}

function promisesOf(code: string): string[] {
  const promises: string[] = [];
  let open = false;
  for (const line of code.split("\n")) {
    const said: RegExpExecArray | null =
      (open ? /^\s*\/\/ "(.*)"$/ : undefined)?.exec(line) ?? /\); \/\/ "(.*)"$/.exec(line);
    open = said !== null;
    if (said?.[1] !== undefined) promises.push(said[1]);
  }
  return promises;
}

/** Inside the project, so that `import "troupe"` finds the package by its own name. */
mkdirSync("temp", { recursive: true });
const root = mkdtempSync("temp/readme-");

afterAll(() => rmSync(root, { recursive: true, force: true }));

function fileOf(code: string): string {
  const folder = mkdtempSync(path.join(root, "fence-"));
  const extended = path.relative(folder, "tsconfig.json");
  writeFileSync(
    path.join(folder, "tsconfig.json"),
    JSON.stringify({ extends: extended, include: ["*.ts"] }),
  );
  writeFileSync(path.join(folder, "fence.ts"), code);
  return path.join(folder, "fence.ts");
}

/** What the compiler says of the fence: faults of the package itself are for `npm run types`. */
function faultsOf(error: { readonly stdout: string }): string {
  return error.stdout
    .split("\n")
    .filter((line) => line.startsWith("fence.ts"))
    .join("\n");
}

async function check({ code }: Fence): Promise<void> {
  const promised = promisesOf(code);
  expect(promised, "a fence that promises nothing proves nothing").not.toEqual([]);
  const file = fileOf(code);
  const cwd = path.dirname(file);
  const tsc = path.resolve("node_modules/.bin/tsc");
  expect(await run(tsc, ["-p", "."], { cwd }).then(() => "", faultsOf)).toBe("");
  const { stdout } = await run(process.execPath, ["--conditions=@troupe/source", path.basename(file)], {
    cwd,
    timeout: 15_000,
  });
  expect(stdout.trimEnd().split("\n")).toEqual(promised);
}

const documents = ["README.md", ...globSync("docs/guide/**/*.md")].filter((file) => existsSync(file));
const fences = documents.flatMap((file) => fencesOf(file, readFileSync(file, "utf8")));

describe("the documents", () => {
  it("run at least one fence of the README", () => {
    const read = fences.some(({ name }) => name.startsWith("README.md"));
    expect(read || !existsSync("README.md")).toBe(true);
  });

  it.each(fences)("$name prints what it says", check);
});

describe("the check itself", () => {
  it("finds marked fences only", () => {
    const text = "```ts\n1\n```\n\n```ts run\n2\n```\n\n```sh\n3\n```\n";
    expect(fencesOf("a.md", text)).toEqual([{ name: "a.md #1", code: "2\n" }]);
  });

  it("passes a fence that keeps its promises", async () => {
    const code =
      'import { TroupeError } from "troupe";\nconst e: TroupeError = new TroupeError("USAGE", "so");\n' +
      'for (const x of [e.code, e.message]) console.log(x); // "USAGE"\n// "so"\n';
    await expect(check({ name: "kept", code })).resolves.toBeUndefined();
  });

  it.each([
    ["prints something else", 'console.log(1 + 1); // "3"\n', /3/],
    ["prints too much", 'console.log(1); // "1"\nconsole.log(2);\n', /2/],
    ["does not compile", 'const x: string = 1;\nconsole.log(x); // "1"\n', /TS2322/],
    ["throws", 'console.log(1); // "1"\nthrow new Error("broken");\n', /broken/],
    ["promises nothing", "console.log(1);\n", /proves nothing/],
  ])("refuses a fence that %s", async (_what, code, why) => {
    await expect(check({ name: "broken", code })).rejects.toThrow(why);
  });
});
