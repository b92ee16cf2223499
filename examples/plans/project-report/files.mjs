// Every file of the project: those git knows, or, where there is no git, all outside ignored folders.
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { keep } from "./artifact.mjs";

const IGNORED = new Set([".git", "node_modules", "dist", ".troupe", ".cache", "coverage", "temp"]);
const TEXT = /\.(ts|mts|js|mjs|json|ya?ml|md|html|css|sh|conf)$/;

function known() {
  try {
    const options = { encoding: "utf8", maxBuffer: 1e8, stdio: ["ignore", "pipe", "ignore"] };
    return execFileSync("git", ["ls-files", "-z"], options).split("\0").filter(Boolean);
  } catch {
    return walk(".");
  }
}

function walk(folder) {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (IGNORED.has(entry.name)) return [];
    const path = join(folder, entry.name);
    return entry.isDirectory() ? walk(path) : entry.isFile() ? [path] : [];
  });
}

function describe(path) {
  const size = statSync(path, { throwIfNoEntry: false });
  if (size === undefined || !size.isFile()) return [];
  const text = TEXT.test(path) && size.size < 1e6 ? readFileSync(path, "utf8") : "";
  const lines = text === "" ? 0 : text.trimEnd().split("\n").length;
  return [{ path, room: roomOf(path), bytes: size.size, lines, text: text !== "" }];
}

/** `src/actors/x.ts` belongs to "src/actors", `tests/crash/y.ts` to "tests", `README.md` to the root. */
function roomOf(path) {
  const [top, next, ...rest] = path.split("/");
  if (next === undefined) return "(root)";
  return top === "src" && rest.length > 0 ? `src/${next}` : top;
}

const files = known().flatMap(describe);
keep("files", files);
const lines = files.reduce((sum, file) => sum + file.lines, 0);
console.log(`${files.length} files, ${lines} lines of text`);
