/**
 * The names of what sandboxes have on a machine: they say whose it is, so that what a killed process
 * left behind can be told from what another one uses.
 */
import { readdir, readFile, readlink } from "node:fs/promises";

const PREFIX = "troupe-sandbox";

/** What a name of this process begins with. */
export async function ownName(): Promise<string> {
  return `${await prefixHere()}${process.pid}-`;
}

/** Those of these names whose process is no more. */
export async function leftBehind(names: readonly string[]): Promise<readonly string[]> {
  const prefix = await prefixHere();
  return names.filter((name) => {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : Number.NaN;
    return !Number.isNaN(pid) && !lives(pid);
  });
}

/** The option of bubblewrap that a sandbox's name stands in: its first process inside has it, too. */
export const NAMED = "--hostname";

/**
 * Ends what still runs in a sandbox. Bubblewrap's first process inside asks to die with the one
 * outside, but who ends that one too early, ends it before it was asked.
 */
export async function endNamed(name: string): Promise<void> {
  const pids = (await readdir("/proc").catch(() => [])).filter((pid) => /^\d+$/.test(pid));
  for (const pid of pids) {
    const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "");
    if (line.includes(`\0${NAMED}\0${name}\0`)) end(Number(pid));
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // it ended by itself
  }
}

/** Ids of processes mean something in one process namespace only. */
async function prefixHere(): Promise<string> {
  const space = await readlink("/proc/self/ns/pid").catch(() => "");
  return `${PREFIX}-${/\d+/.exec(space)?.[0] ?? "0"}-`;
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM";
  }
}
