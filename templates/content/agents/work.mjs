// What an agent is given, and how it hands back what it made.
import { mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import process from "node:process";

/** The work package: what is to be done, what may be read, what others delivered. */
export const work = JSON.parse(readFileSync(process.env.TROUPE_PACKAGE, "utf8"));

export function read(path) {
  return readFileSync(path, "utf8");
}

/** Written whole or not at all, so that an agent that is killed and run again leaves nothing broken. */
export function write(path, text) {
  mkdirSync(dirname(path), { recursive: true });
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, text);
  renameSync(draft, path);
}

/** The text to the first output; `data` to whoever comes next; the summary to people. */
export function deliver({ text, data, summary }) {
  if (text !== undefined) write(process.env.TROUPE_OUTPUT, `${text.trim()}\n`);
  if (data !== undefined) write(process.env.TROUPE_RESULT, JSON.stringify(data));
  console.log(summary);
}

/** `1 finding`, `2 findings`. */
export function count(n, what) {
  return `${n} ${what}${n === 1 ? "" : "s"}`;
}
