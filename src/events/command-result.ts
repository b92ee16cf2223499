/**
 * What a task asks of the outside world, and what comes back. Both are recorded, so both
 * are strict JSON, bounded, and free of known secrets.
 */
import { z } from "zod";
import type { WorkPackage } from "./work.ts";

/** One command to run. */
export interface CommandInput {
  /** The program and its arguments; no shell reads them. */
  readonly argv: readonly string[];
  readonly folder: string;
  /** Folder that is made first, for what the command makes. */
  readonly artifacts: string;
  /** Variables on top of the allow-list. */
  readonly env: Readonly<Record<string, string>>;
  /** Names of further variables to take from the host's environment. */
  readonly passEnv: readonly string[];
  readonly timeoutMs?: number;
  /** Written to the file `$TROUPE_PACKAGE` first; the command may answer in `$TROUPE_RESULT`. */
  readonly package?: WorkPackage;
}

/** A command that ran to its end, well or not. */
export const CommandResult = z.strictObject({
  /** Null where a signal ended it. */
  exitCode: z.int().nullable(),
  signal: z.string().optional(),
  /** What it printed, redacted; of much output the head and the tail. */
  stdout: z.string(),
  stderr: z.string(),
  /** How much it printed in truth. */
  stdoutBytes: z.int().min(0),
  stderrBytes: z.int().min(0),
  truncated: z.boolean(),
  durationMs: z.number().min(0),
  /** What it left in the file `$TROUPE_RESULT`. */
  data: z.json().optional(),
});
export type CommandResult = z.infer<typeof CommandResult>;
