/**
 * The small values that plans are made of.
 */
import { z } from "zod";
import { secretsOf } from "../secrets.ts";

/** Longest time a timer can hold, about 24 days. */
const MAX_MS = 2_147_483_647;

/** T-B3. */
export const Id = z
  .string()
  .regex(/^[A-Za-z0-9_-]+$/, 'an id has only letters, digits, "_" and "-"')
  .max(64, "an id has at most 64 characters");

export const Text = z.string().regex(/^[^\0]*$/, "it holds a NUL character");
export const Word = Text.min(1, "it is empty");

export const Milliseconds = z.int().min(1).max(MAX_MS);

export const EnvName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, "it is no name of an environment variable")
  .regex(/^(?!TROUPE_)/, "names that start with TROUPE_ are set by troupe");

export const Env = z
  .record(EnvName, Text)
  .refine((env) => secretsOf(env).length === 0, "plans are recorded, so they hold no secret");

/** A command: an argv, or one line for the shell. */
export const Run = z.union([Word, z.array(Text).min(1, "it is empty")], {
  error: "a shell line or a list of words",
});
export type Run = z.infer<typeof Run>;

/** A path: below `artifacts/` it lies in the run's own folder, else in the task's `cwd`. */
export const Path = Text.min(1, "it is empty");

/** Who does something: a command that stands here, or an agent by name. One of the two. */
export const Doer = z
  .strictObject({ run: Run.optional(), agent: Id.optional() })
  .refine(hasOneDoer, "it needs either run or agent");
export type Doer = z.infer<typeof Doer>;

/** Whether it says, once, who does it. */
function hasOneDoer({ run, agent }: { readonly run?: unknown; readonly agent?: unknown }) {
  return (run === undefined) !== (agent === undefined);
}

/** The argv of a command: a shell line is one constant argument of `sh -c`. */
export function argvOf(run: Run): readonly string[] {
  return typeof run === "string" ? ["sh", "-c", run] : run;
}

/** A command as people read it. */
export function textOf(run: Run): string {
  return typeof run === "string" ? run : run.join(" ");
}
