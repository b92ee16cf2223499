/** What a sandbox lets its commands use, and what it says of a limit that was met. */
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import type { SandboxLimit } from "../../events/execution-result.ts";

const MIB = 1024 ** 2;

/** One command and all that it starts, together. */
export const SandboxLimits = z.strictObject({
  /** Processors; `0.5` is half of one. */
  cpus: z.number().min(0.05).max(1024).default(1),
  /** Bytes; what is written to the sandbox's folders counts where they lie in memory. */
  memoryBytes: z
    .int()
    .min(4 * MIB)
    .default(2 * 1024 * MIB),
  /** Bytes in the work folder, `/tmp` and `/dev/shm`, over all commands of the sandbox. */
  diskBytes: z
    .int()
    .min(64 * 1024)
    .default(1024 * MIB),
  /** Milliseconds from start to end. */
  timeMs: z.int().min(1).max(2_147_483_647).default(300_000),
  /** Processes and threads at a time. */
  pids: z.int().min(1).max(1_000_000).default(512),
});
export type SandboxLimits = z.infer<typeof SandboxLimits>;

/**
 * The limits with defaults: 1 CPU, 2 GiB of memory, 1 GiB of disk, 5 minutes, 512 processes.
 *
 * @throws {@link TroupeError} `INPUT_INVALID`.
 */
export function limitsOf(given: Partial<SandboxLimits>): SandboxLimits {
  const parsed = SandboxLimits.safeParse(given);
  if (parsed.success) return parsed.data;
  throw new TroupeError(
    "INPUT_INVALID",
    `the limits of a sandbox are wrong: ${z.prettifyError(parsed.error)}`,
    { hint: "Give whole numbers of bytes, milliseconds and processes.", data: { given } },
  );
}

/** What happened, in words. */
export function limitInWords(limit: SandboxLimit, limits: SandboxLimits, timeoutMs: number): string {
  switch (limit) {
    case "cpu":
      return `it used more than ${limits.cpus} CPU`;
    case "disk":
      return `it filled the ${bytes(limits.diskBytes)} of its disk`;
    case "memory":
      return `it used more than ${bytes(limits.memoryBytes)} of memory`;
    case "pids":
      return `it had more than ${limits.pids} processes and threads`;
    case "time":
      return `it took longer than ${timeoutMs} ms`;
  }
}

/** `1.5 GiB`. */
export function bytes(count: number): string {
  const units = ["bytes", "KiB", "MiB", "GiB", "TiB"];
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, count)) / 10));
  return `${Number((count / 1024 ** power).toFixed(1))} ${units[power]}`;
}
