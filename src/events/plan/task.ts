/**
 * One task of a plan, as its author writes it.
 */
import { z } from "zod";
import { BranchReason } from "../failure.ts";
import { MAX_TRIES } from "../healing.ts";
import { Doer, Env, Id, Milliseconds, Path, Run, Text, Word } from "./values.ts";

/** T-B4, most urgent first. */
export const Priority = z.enum(["URGENT", "HIGH", "NORMAL", "LOW"]);
export type Priority = z.infer<typeof Priority>;

/** A command that says whether the work is good: exit code 0. */
export const AcceptanceTest = z.strictObject({
  cmd: Run,
  /** How long it may take. */
  timeoutMs: Milliseconds.default(300_000),
});
export type AcceptanceTest = z.infer<typeof AcceptanceTest>;

/** Somebody who judges the work before the next task may start (T-S1). */
export const Gate = z.strictObject({
  ...Doer.shape,
  /** What both scores must reach, as a share of 10. */
  threshold: z.number().min(0).max(1).default(0.8),
  /** How often the work may go back with feedback before a human decides. */
  maxReworks: z.int().min(0).max(20).default(3),
});
export type Gate = z.infer<typeof Gate>;

/** What is tried when it fails, before anybody else has to mend it (T-H1). */
export const Heal = z.strictObject({
  /** Who else may do it: the first, or whom earlier runs have shown to be best at it. */
  agents: z.array(Id).max(10).default([]),
  /** How many tries, each in a different way. */
  tries: z.int().min(1).max(MAX_TRIES).default(MAX_TRIES),
  /** Wait before the first try; it doubles with each (T-R1). */
  delayMs: Milliseconds.default(1_000),
});
export type Heal = z.infer<typeof Heal>;

/** One piece of work of a plan, and what must be done before it. */
export const PlanTask = z.strictObject({
  id: Id,
  /** What a reader sees. Default: the id. */
  title: Word.optional(),
  /** What is to be done, in words for the agent. */
  description: Text.optional(),
  /** The command that does it; or `agent`. */
  run: Run.optional(),
  /** The name of the agent that does it; or `run`. */
  agent: Id.optional(),
  /** Ids of the tasks that must have ended first: well, unless `when` says otherwise. */
  dependsOn: z.array(z.string()).default([]),
  /** Data for whoever does it. */
  input: z.json().optional(),
  /** Paths that it reads. */
  reads: z.array(Path).default([]),
  /** Paths that it writes: they must exist when it has ended. */
  outputs: z.array(Path).default([]),
  /** Commands that must end with exit code 0 before it counts as done. */
  acceptance: z.array(AcceptanceTest).default([]),
  /**
   * Its acceptance tests run in a sandbox: without a network, over a copy of `cwd` with what the
   * run has made laid over it.
   */
  sandbox: z.boolean().optional(),
  /** Which of several tasks that may start is started first. */
  priority: Priority.default("NORMAL"),
  /** How long it will take, by its author's guess. */
  estimateMs: Milliseconds.optional(),
  /** How long one attempt may take. Default: no limit. */
  timeoutMs: Milliseconds.optional(),
  /** How often a failed attempt is tried again. */
  maxRetries: z.int().min(0).max(100).default(0),
  /** Wait before the first retry; it doubles with each (T-R1). */
  retryDelayMs: Milliseconds.default(1_000),
  /** The longest wait between two attempts. */
  maxRetryDelayMs: Milliseconds.default(300_000),
  /** Spreads the waits: each is some share of what it would be, the same at every replay. */
  retryJitter: z.boolean().default(false),
  /** When a human must agree: before it starts, after it is done. */
  approval: z.array(z.enum(["before", "after"])).default([]),
  /** What undoes it (pattern saga). */
  compensate: Doer.optional(),
  /** A CEL expression over `tasks`, the tasks it depends on: it is skipped unless that is true. */
  when: Word.optional(),
  /** Who judges it. */
  gate: Gate.optional(),
  /** Heals itself: what fails is tried again in a different way, once its retries are used up. */
  heal: Heal.optional(),
  /** Makes a failure a branch todo: which agent mends which kind of failure. Others: `debugger`. */
  failureRouting: z.partialRecord(BranchReason, Id).optional(),
  /** How often a branch todo is tried (S3-033). */
  maxDebugAttempts: z.int().min(1).max(10).default(3),
  env: Env.default({}),
  /** Folder of its commands, relative to where the run was started. */
  cwd: Word.optional(),
});
export type PlanTask = z.infer<typeof PlanTask>;
