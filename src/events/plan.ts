/**
 * A plan: the tasks of a run and their order, as its author writes it in YAML or JSON.
 *
 * - S2. `run` is code that the author wrote: an argv, or one shell line. Values reach it
 *   only as environment variables (`env`, `passEnv`), never as text of the line.
 * - What a secret is named like does not stand in a plan, since plans are recorded:
 *   `passEnv` names the variables that commands get from the host's environment.
 */
import { z } from "zod";
import { secretsOf } from "./secrets.ts";

/** Longest time a timer can hold, about 24 days. */
const MAX_MS = 2_147_483_647;

const Id = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/, 'an id has only letters, digits, "_" and "-"')
  .max(64, "an id has at most 64 characters");

const Text = z.string().regex(/^[^\0]*$/, "it holds a NUL character");
const Word = Text.min(1, "it is empty");

const EnvName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "it is no name of an environment variable")
  .regex(/^(?!TROUPE_)/, "names that start with TROUPE_ are set by troupe");

const Env = z
  .record(EnvName, Text)
  .refine((env) => secretsOf(env).length === 0, "plans are recorded, so they hold no secret");

/** A command: an argv, or one line for the shell. */
const Run = z.union([Word, z.array(Text).min(1, "it is empty")], {
  error: "a shell line or a list of words",
});

const Milliseconds = z.int().min(1).max(MAX_MS);

/** One command of a plan, and what must be done before it. */
export const PlanTask = z.strictObject({
  id: Id,
  /** What a reader sees. Default: the id. */
  title: Word.optional(),
  run: Run,
  /** Ids of the tasks that must be COMPLETED first. */
  dependsOn: z.array(z.string()).default([]),
  /** How long one attempt may take. Default: no limit. */
  timeoutMs: Milliseconds.optional(),
  /** How often a failed attempt is tried again. */
  maxRetries: z.int().min(0).max(100).default(0),
  /** Wait before the first retry; it doubles with each (T-R1). */
  retryDelayMs: Milliseconds.default(1_000),
  env: Env.default({}),
  /** Folder the command runs in, relative to where the run was started. */
  cwd: Word.optional(),
});
export type PlanTask = z.infer<typeof PlanTask>;

/** A plan with its defaults filled in. */
export const Plan = z.strictObject({
  name: Word,
  version: z.union([Word, z.int()], { error: "text or a whole number" }).optional(),
  goal: z.string().optional(),
  /** Values for every command. */
  env: Env.default({}),
  /** Names of variables that commands get from the environment of the host; not recorded. */
  passEnv: z.array(EnvName).default([]),
  /** How many tasks run at once. */
  concurrency: z.int().min(1).max(1_000).default(4),
  tasks: z.array(PlanTask).min(1, "a plan needs at least one task"),
});
export type Plan = z.infer<typeof Plan>;

/** The argv of a command: a shell line is one constant argument of `sh -c`. */
export function argvOf(run: PlanTask["run"]): readonly string[] {
  return typeof run === "string" ? ["sh", "-c", run] : run;
}
