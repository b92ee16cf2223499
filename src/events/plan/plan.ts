/**
 * A plan: the tasks of a run and their order, as its author writes it in YAML or JSON.
 *
 * - S2. `run` is code that the author wrote: an argv, or one shell line. Values reach it
 *   only as environment variables (`env`, `passEnv`) and files, never as text of the line.
 * - What a secret is named like does not stand in a plan, since plans are recorded:
 *   `passEnv` names the variables that commands get from the host's environment.
 */
import { z } from "zod";
import { RunBudget } from "../agent/limits.ts";
import { PlanTask } from "./task.ts";
import { Doer, Env, EnvName, Id, Milliseconds, Run, Text, Word } from "./values.ts";

/** An agent that is a command: it finds its work package in the file `$TROUPE_PACKAGE`. */
export const PlanAgent = z.strictObject({
  run: Run,
  description: Text.optional(),
  env: Env.default({}),
  passEnv: z.array(EnvName).default([]),
  cwd: Word.optional(),
  /** For tasks that say nothing else. */
  timeoutMs: Milliseconds.optional(),
});
export type PlanAgent = z.infer<typeof PlanAgent>;

/**
 * What the tasks of a plan make together; each adds to `graph`, where `dependsOn` says it all.
 *
 * - `parallel`: branches that know nothing of each other, joined by `join`, merged by `aggregate`.
 * - `sequential`: stages, each behind the one before, with gates between them.
 * - `conditional`: tasks with `when`.
 * - `hub`: spokes, brought together by `hub`, which sends some of them back.
 * - `dynamic`: `generate` is asked for further tasks until it has none.
 * - `saga`: what was done is undone in reverse order if a task fails.
 */
export const Pattern = z.enum([
  "graph",
  "parallel",
  "sequential",
  "conditional",
  "hub",
  "dynamic",
  "saga",
]);
export type Pattern = z.infer<typeof Pattern>;

/**
 * When branches count as joined (T-P2): all completed, so many of them, one, or all ended
 * and at least one completed.
 */
export const Join = z
  .string()
  .regex(/^(all|any|settle|quorum:[1-9]\d{0,5})$/, "use all, any, settle or quorum:NUMBER");

/** How far a run may grow. */
export const Limits = z.strictObject({
  /** Branch todos in all (T-B2). */
  branches: z.int().min(0).max(1_000).default(20),
  /** Branch todos of branch todos (T-B2). */
  depth: z.int().min(0).max(10).default(2),
  /** Tasks, with those that are added while it runs. */
  tasks: z.int().min(1).max(100_000).default(10_000),
});
export type Limits = z.infer<typeof Limits>;

const LIMITS: Limits = { branches: 20, depth: 2, tasks: 10_000 };

/** A plan with its defaults filled in. */
export const Plan = z.strictObject({
  name: Word,
  version: z.union([Word, z.int()], { error: "text or a whole number" }).optional(),
  goal: Text.optional(),
  pattern: Pattern.default("graph"),
  /** Of `parallel`, `hub` and `dynamic`: when the tasks that run beside each other are joined. */
  join: Join.default("all"),
  /** Of `parallel`: who makes one result of all. Default: the outputs one after the other. */
  aggregate: Doer.optional(),
  /** Of `hub`: who brings the spokes together. */
  hub: z.strictObject({ ...Doer.shape, maxCycles: z.int().min(1).max(3).default(3) }).optional(),
  /** Of `dynamic`: who says what is to be done next. */
  generate: Doer.optional(),
  agents: z.record(Id, PlanAgent).default({}),
  /** Values for every command. */
  env: Env.default({}),
  /** Names of variables that commands get from the environment of the host; not recorded. */
  passEnv: z.array(EnvName).default([]),
  /** How many tasks run at once. */
  concurrency: z.int().min(1).max(1_000).default(4),
  limits: Limits.default(LIMITS),
  /** What its agents may spend, together and each: a call that would pass it is not made. */
  budget: RunBudget.optional(),
  /** At least one, but for `dynamic`. */
  tasks: z.array(PlanTask).default([]),
});
export type Plan = z.infer<typeof Plan>;
