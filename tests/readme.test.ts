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
import { afterAll, beforeAll, describe, expect, it } from "vitest";

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

const files = new Map<Fence, string>();

function write(fence: Fence): Fence {
  const folder = mkdtempSync(path.join(root, "fence-"));
  writeFileSync(path.join(folder, "fence.ts"), fence.code);
  files.set(fence, path.join(folder, "fence.ts"));
  return fence;
}

/** What the compiler says, line by line. */
let compiled: readonly string[] = [];

/** All fences at once: the compiler takes most of its time for the package. */
beforeAll(async () => {
  const config = { extends: path.relative(root, "tsconfig.json"), include: ["*/fence.ts"] };
  writeFileSync(path.join(root, "tsconfig.json"), JSON.stringify(config));
  const tsc = path.resolve("node_modules/.bin/tsc");
  const said = await run(tsc, ["-p", "."], { cwd: root }).then(
    () => "",
    ({ stdout }: { readonly stdout: string }) => stdout,
  );
  compiled = said.split("\n");
});

/** What the compiler says of a fence: faults of the package itself are for `npm run types`. */
function faultsOf(file: string): string {
  const folder = `${path.dirname(file)}${path.sep}`;
  const faults = compiled.filter((line) => line.startsWith(file));
  return faults.map((line) => line.slice(folder.length)).join("\n");
}

async function check(fence: Fence): Promise<void> {
  const promised = promisesOf(fence.code);
  expect(promised, "a fence that promises nothing proves nothing").not.toEqual([]);
  const file = files.get(fence) ?? "";
  expect(faultsOf(path.relative(root, file))).toBe("");
  const { stdout } = await run(process.execPath, ["--conditions=@troupe/source", path.basename(file)], {
    cwd: path.dirname(file),
    timeout: 15_000,
  });
  expect(stdout.trimEnd().split("\n")).toEqual(promised);
}

const documents = ["README.md", ...globSync("docs/guide/**/*.md")].filter((file) => existsSync(file));
const fences = documents
  .flatMap((file) => fencesOf(file, readFileSync(file, "utf8")))
  .map((fence) => write(fence));

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

  const kept = write({
    name: "kept",
    code:
      'import { TroupeError } from "troupe";\nconst e: TroupeError = new TroupeError("USAGE", "so");\n' +
      'for (const x of [e.code, e.message]) console.log(x); // "USAGE"\n// "so"\n',
  });

  it("passes a fence that keeps its promises", async () => {
    await expect(check(kept)).resolves.toBeUndefined();
  });

  it.each(
    [
      { name: "prints something else", code: 'console.log(1 + 1); // "3"\n', why: /3/ },
      { name: "prints too much", code: 'console.log(1); // "1"\nconsole.log(2);\n', why: /2/ },
      {
        name: "does not compile",
        code: 'const x: string = 1;\nconsole.log(x); // "1"\n',
        why: /TS2322/,
      },
      { name: "throws", code: 'console.log(1); // "1"\nthrow new Error("broken");\n', why: /broken/ },
      { name: "promises nothing", code: "console.log(1);\n", why: /proves nothing/ },
    ].map(({ why, ...fence }) => ({ fence: write(fence), why })),
  )("refuses a fence that $fence.name", async ({ fence, why }) => {
    await expect(check(fence)).rejects.toThrow(why);
  });
});
