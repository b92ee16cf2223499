/** What sandboxes leave on a machine, or must not leave. */
import { globSync, readdirSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect } from "vitest";

/** The processes of this machine with a word in their command line. */
export function running(word: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && argvOf(name).includes(word))
    .map(Number);
}

/** Nothing of a process that ended meanwhile; nothing of one that is dead and not buried. */
function argvOf(pid: string): readonly string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
  } catch {
    return [];
  }
}

/** Waits until no process has this word in its command line. */
export async function gone(word: string): Promise<void> {
  await expect.poll(() => running(word), { timeout: 5_000 }).toEqual([]);
}

/** What sandboxes of a process have on the host: folders and control groups. */
export const traces = (pid: number | undefined): readonly string[] => [
  ...globSync(join(tmpdir(), `troupe-sandbox-*-${pid}-*`)),
  ...globSync(`/sys/fs/cgroup/**/troupe-sandbox-*-${pid}-*`),
];

let next = 0;

/** Seconds to sleep that nobody else sleeps: the command can be told from all others. */
export const marker = (): string => `60.${process.pid}${++next}`;
