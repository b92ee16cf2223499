// Where the tasks of this plan leave what they make: in the run's own folder.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";

const folder = process.env.TROUPE_ARTIFACTS ?? "artifacts";

export function keep(file, text) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, file), text);
}

export function kept(file) {
  return JSON.parse(readFileSync(join(folder, file), "utf8"));
}
