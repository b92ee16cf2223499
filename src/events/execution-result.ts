/**
 * What a command in a sandbox came to. It is recorded, so it is strict JSON, bounded, and free
 * of known secrets.
 */
import { z } from "zod";

/** A limit of a sandbox. */
export const SandboxLimit = z.enum(["cpu", "disk", "memory", "pids", "time"]);
export type SandboxLimit = z.infer<typeof SandboxLimit>;

export const ExecutionResult = z.strictObject({
  /** 124: the time limit; 127: no such command; 128 + n: ended by signal n. */
  exitCode: z.int(),
  /** What it printed, redacted; of much output the head and the tail. */
  stdout: z.string(),
  stderr: z.string(),
  /** How much it printed in truth. */
  stdoutBytes: z.int().min(0),
  stderrBytes: z.int().min(0),
  truncated: z.boolean(),
  durationMs: z.number().min(0),
  /** The limits that it came up against, in order; they need not have mattered. */
  limits: z.array(SandboxLimit),
  /** Which limit stopped or hindered it, or why it could not start. */
  error: z.string().optional(),
});
export type ExecutionResult = z.infer<typeof ExecutionResult>;
