/** A process and all that descend from it, as Linux tells in `/proc`. */
import { readdir, readFile } from "node:fs/promises";
import type { SandboxLimits } from "./limits.ts";
import type { Meter, Over } from "./meter.ts";

interface Process {
  readonly pid: number;
  readonly parent: number;
  readonly threads: number;
  /** Processor time, with that of its children that have ended. */
  readonly cpuMs: number;
}

/** Linux counts time for programs in hundredths of a second, everywhere. */
const TICK_MS = 10;

/** How much processor time may lie over the bound: starting is allowed to be quick. */
const CPU_SLACK_MS = 1_000;

/** The limits that nothing but watching enforces here. */
export type Watched = ReadonlySet<"cpu" | "memory" | "pids">;

/**
 * Ends a command whose processes together pass a limit.
 *
 * @param filled how many bytes of memory its files take.
 */
export function treeMeter(
  watched: Watched,
  limits: SandboxLimits,
  filled: () => Promise<number>,
): Meter {
  if (watched.size === 0) return { read: async () => [] };
  const begun = performance.now();
  return {
    async read(pid) {
      const tree = await processTree(pid);
      const found: Over["limit"][] = [];
      if (watched.has("cpu")) {
        const used = tree.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
        if (used > limits.cpus * (performance.now() - begun) + CPU_SLACK_MS) found.push("cpu");
      }
      if (watched.has("memory")) {
        const held = await Promise.all(tree.map((one) => memoryOf(one.pid)));
        const used = held.reduce((sum, bytes) => sum + bytes, tree.length > 0 ? await filled() : 0);
        if (used > limits.memoryBytes) found.push("memory");
      }
      if (watched.has("pids")) {
        const used = tree.reduce((sum, { threads }) => sum + threads, 0);
        if (used > limits.pids) found.push("pids");
      }
      return found.map((limit) => ({ limit, stop: true }));
    },
  };
}

async function processTree(root: number): Promise<readonly Process[]> {
  const names = (await readdir("/proc").catch(() => [])).filter((name) => /^\d+$/.test(name));
  const all = (await Promise.all(names.map(processOf))).filter((found) => found !== undefined);
  const tree = all.filter(({ pid }) => pid === root);
  const known = new Set(tree.map(({ pid }) => pid));
  for (let grown = true; grown;) {
    grown = false;
    for (const one of all)
      if (!known.has(one.pid) && known.has(one.parent)) {
        known.add(one.pid);
        tree.push(one);
        grown = true;
      }
  }
  return tree;
}

/** Nothing of one that has ended meanwhile. */
async function processOf(name: string): Promise<Process | undefined> {
  const text = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "");
  // a program's name may hold anything, the last parenthesis ends it
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  if (fields.length < 20) return undefined;
  const at = (index: number): number => Number(fields[index]);
  const cpuMs = (at(11) + at(12) + at(13) + at(14)) * TICK_MS;
  return { pid: Number(name), parent: at(1), threads: at(17), cpuMs };
}

async function memoryOf(pid: number): Promise<number> {
  const text = await readFile(`/proc/${pid}/status`, "utf8").catch(() => "");
  const lines = text.matchAll(/^Rss(?:Anon|Shmem):\s+(\d+) kB$/gm);
  return [...lines].reduce((sum, [, kib]) => sum + Number(kib) * 1024, 0);
}
