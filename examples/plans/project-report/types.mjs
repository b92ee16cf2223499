// The compiler's verdict on the whole project. Type errors are a finding; no compiler is a failure.
import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import process from "node:process";
import { keep } from "./artifact.mjs";

const compiler = "node_modules/typescript/bin/tsc";
if (!existsSync(compiler)) {
  console.error("the compiler is not installed: run npm ci in the project's root first");
  process.exit(1);
}
// what it found of files that have not changed since is kept, where `npm run types` keeps it too
const kept = ["--incremental", "--tsBuildInfoFile", "node_modules/.cache/types.tsbuildinfo"];
const { stdout, status, error } = spawnSync(
  process.execPath,
  [compiler, "--noEmit", "--pretty", "false", ...kept],
  { encoding: "utf8", maxBuffer: 1e8 },
);
if (error !== undefined) throw error;
const errors = stdout.split("\n").filter((line) => /error TS\d+/.test(line));
keep("types", { ok: status === 0, errors: errors.length, first: errors.slice(0, 5) });
console.log(errors.length === 0 ? "no type errors" : `${errors.length} type errors`);
