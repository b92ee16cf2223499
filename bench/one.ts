/**
 * Runs one bench, in a process of its own: `node --expose-gc bench/one.ts NAME FOLDER [quick]`.
 * Prints its tables as JSON, and its progress on stderr. For main.ts.
 */
import { BENCHES } from "./all.ts";

const [name = "", folder = "", size = ""] = process.argv.slice(2);
const bench = BENCHES.find((one) => one.name === name);
if (bench === undefined || folder === "") throw new Error(`no bench "${name}", or no folder`);
const tables = await bench.run({
  quick: size === "quick",
  folder,
  progress: (text) => process.stderr.write(`${name}: ${text}\n`),
});
process.stdout.write(JSON.stringify(tables));
