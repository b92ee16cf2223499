// How the tasks of this plan hand their findings on: one JSON file each, in the run's folder.
import { readFileSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

const folder = process.env.TROUPE_ARTIFACTS ?? ".";

/** Path of a file in the run's folder. */
export function pathOf(file) {
  return join(folder, file);
}

/** Written whole or not at all, so a task that is killed and run again leaves nothing broken. */
export function write(file, text) {
  const path = pathOf(file);
  const draft = `${path}.${process.pid}.draft`;
  writeFileSync(draft, text);
  renameSync(draft, path);
  return path;
}

/** Keeps what a task found. */
export function keep(task, findings) {
  write(`${task}.json`, `${JSON.stringify(findings, null, 1)}\n`);
}

/** What an earlier task found. */
export function found(task) {
  return JSON.parse(readFileSync(pathOf(`${task}.json`), "utf8"));
}
