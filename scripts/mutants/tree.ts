/** A copy of the tree in which bugs are planted, one at a time. */
import { execFileSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface Tree extends Disposable {
  readonly folder: string;
  /** Changes a file until disposed. Throws unless `find` stands in it exactly once. */
  plant(file: string, find: string, replace: string): Disposable;
}

/** Copies what git knows or would take, with node_modules linked. */
export async function copyOfTree(): Promise<Tree> {
  const folder = mkdtempSync(join(tmpdir(), "troupe-mutants-"));
  const list = execFileSync("git", ["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
  const files = list
    .toString()
    .split("\0")
    .filter((file) => file !== "" && file !== "node_modules");
  for (const file of files) cpSync(file, join(folder, file), { force: true });
  symlinkSync(join(process.cwd(), "node_modules"), join(folder, "node_modules"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  process.once("exit", remove);
  return {
    folder,
    plant(file, find, replace) {
      const path = join(folder, file);
      const text = readFileSync(path, "utf8");
      writeFileSync(path, mutated(text, find, replace));
      return { [Symbol.dispose]: () => writeFileSync(path, text) };
    },
    [Symbol.dispose]: remove,
  };
}

/** The text with a bug in it. Throws unless `find` stands in it exactly once. */
export function mutated(text: string, find: string, replace: string): string {
  const [before, after, ...more] = text.split(find);
  if (before !== undefined && after !== undefined && more.length === 0) return before + replace + after;
  throw new Error(`"${find}" stands ${text.split(find).length - 1} times, not once`);
}
