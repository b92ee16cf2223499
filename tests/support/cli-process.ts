/** The command line as processes of their own, in one folder. */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";

const MAIN = join(import.meta.dirname, "../../src/cli/main.ts");

export type Child = ChildProcessByStdio<null, Readable, Readable>;

/** Starts `troupe ARGV`. */
export function troupeIn(folder: string, argv: readonly string[]): Child {
  return spawn(process.execPath, [MAIN, ...argv], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
}

/** Starts it in a shell line in which `troupe` is the command. */
export function shellIn(folder: string, line: string): Child {
  const whole = `troupe() { "${process.execPath}" "${MAIN}" "$@"; }\n${line}`;
  return spawn("bash", ["-c", whole], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
}

/** All that it says until it ends. */
export async function said(child: Child) {
  const ended = Promise.withResolvers<number | null>();
  child.on("exit", (code) => ended.resolve(code));
  const [out, err, code] = await Promise.all([text(child.stdout), text(child.stderr), ended.promise]);
  return { out, err, code };
}

/** Resolves when its talk matches; the rest goes unheard, but not refused. */
export async function heard(child: Child, wanted: RegExp): Promise<void> {
  let all = "";
  const found = Promise.withResolvers<void>();
  child.stderr.on("data", (chunk: Buffer) => {
    all += String(chunk);
    if (wanted.test(all)) found.resolve();
  });
  child.stderr.on("end", () => found.reject(new Error(`never said ${wanted}, but: ${all}`)));
  await found.promise;
}
