/**
 * What an agent is given to do, and what comes back. Both are recorded, so both are strict
 * JSON and bounded.
 */
import { z } from "zod";
import { IdText } from "./address.ts";
import { BranchReason } from "./failure.ts";
import { HealingPackage } from "./healing.ts";

/** Why somebody is asked. */
export const Purpose = z.enum([
  /** A task of the plan. */
  "work",
  /** A gate: is this work good enough? The answer's `data` is a {@link Verdict}. */
  "judge",
  /** A branch todo: mend what failed. */
  "debug",
  /** Undo what a task of a saga did. */
  "compensate",
  /** Make one result of the branches of a parallel run. */
  "aggregate",
  /** Bring the spokes of a hub together. The answer's `data` is a {@link Synthesis}. */
  "synthesize",
  /** Write the hub's final result. */
  "integrate",
  /** Say what is to be done next. The answer's `data` is a {@link Generated}. */
  "generate",
]);
export type Purpose = z.infer<typeof Purpose>;

/** How a task that others rest on ended. */
export const Upstream = z.strictObject({
  status: z.enum(["COMPLETED", "FAILED", "CANCELLED", "SKIPPED"]),
  summary: z.string(),
  data: z.json().optional(),
  /** Absolute paths. */
  outputs: z.array(z.string()),
});
export type Upstream = z.infer<typeof Upstream>;

/** What stands in the file `$TROUPE_PACKAGE`, and what a function gets. */
export const WorkPackage = z.strictObject({
  purpose: Purpose,
  run: IdText,
  task: z.string(),
  title: z.string(),
  description: z.string().optional(),
  /** Of the plan. */
  goal: z.string().optional(),
  /** The agent's name; absent where the task has a command of its own. */
  agent: z.string().optional(),
  /** 1 for the first. */
  attempt: z.int().min(1),
  input: z.json().optional(),
  /** Absolute paths that it may rely on. */
  reads: z.array(z.string()),
  /** Absolute paths that it must write. */
  outputs: z.array(z.string()),
  /** The commands and scores that decide whether it is good. */
  criteria: z.array(z.string()),
  /** By task id: what it depends on. */
  upstream: z.record(z.string(), Upstream),
  /** Of a pipeline: the stages before, in order (S0-020). */
  stages: z.array(z.strictObject({ task: z.string(), title: z.string(), summary: z.string() })),
  /** What was wrong with what was delivered before. */
  feedback: z.array(z.string()),
  /** For `judge` and `compensate`: what the task delivered. */
  delivered: Upstream.optional(),
  /** Of a try to heal what failed before. */
  healing: HealingPackage.optional(),
  /** For `debug`. */
  branch: z
    .strictObject({
      parent: z.string(),
      reason: BranchReason,
      depth: z.int().min(1),
      instructions: z.string(),
      diagnostics: z.string(),
    })
    .optional(),
  /** For `synthesize` and `integrate`: which cycle this is, and of how many. */
  cycle: z.strictObject({ current: z.int().min(1), max: z.int().min(1) }).optional(),
  timeoutMs: z.int().min(1).optional(),
});
export type WorkPackage = z.infer<typeof WorkPackage>;

/** What an agent answers. */
export const WorkResult = z.object({
  /** One line for people. */
  summary: z.string().optional(),
  /** For those who depend on it; at most {@link MAX_DATA} bytes as JSON. */
  data: z.json().optional(),
  durationMs: z.number().min(0).optional(),
});
export type WorkResult = z.infer<typeof WorkResult>;

/** Longest `data` of a result, in bytes of JSON: more belongs in an output file. */
export const MAX_DATA = 65_536;

/** A gate's answer (S0-017). */
export const Verdict = z.object({
  /** 0 to 10. */
  completeness: z.number().min(0).max(10),
  /** 0 to 10. */
  accuracy: z.number().min(0).max(10),
  issues: z.array(z.string()).default([]),
});
export type Verdict = z.infer<typeof Verdict>;

/** A hub's answer (S0-030). */
export const Synthesis = z.object({
  /** 0 to 10. */
  completeness: z.number().min(0).max(10),
  /** What two spokes say differently, and what holds. */
  conflicts: z
    .array(
      z.object({
        between: z.array(z.string()).min(2),
        about: z.string(),
        resolution: z.string().optional(),
      }),
    )
    .default([]),
  /** What a spoke has left out. */
  gaps: z.array(z.object({ spoke: z.string(), missing: z.string() })).default([]),
  /** Synthesis quality, 0 to 10. */
  quality: z.number().min(0).max(10),
  action: z.enum(["PROCEED", "ITERATE"]),
  /** Of each spoke, where the hub rates them. */
  spokes: z
    .record(
      z.string(),
      z.object({ quality: z.number().min(0).max(10), findings: z.array(z.string()).default([]) }),
    )
    .default({}),
});
export type Synthesis = z.infer<typeof Synthesis>;

/** A generator's answer: tasks as in a plan; none: it is done. */
export const Generated = z.object({ tasks: z.array(z.json()) });
export type Generated = z.infer<typeof Generated>;

/** One check after the work: what is missing, and how each test ended. */
export const CheckResult = z.strictObject({
  /** Outputs, and paths that the next task reads, that do not exist. */
  missing: z.array(z.string()),
  tests: z.array(
    z.strictObject({
      cmd: z.string(),
      exitCode: z.int().nullable(),
      /** Why it has no exit code: `COMMAND_TIMEOUT` and the like. */
      code: z.string().optional(),
      durationMs: z.number().min(0),
      /** The end of what it printed. */
      output: z.string(),
    }),
  ),
});
export type CheckResult = z.infer<typeof CheckResult>;

/** What is checked once the work says that it is done. */
export interface CheckInput {
  /** Absolute paths that must exist, and who needs each, where that is another task. */
  readonly paths: readonly { readonly path: string; readonly by?: string }[];
  readonly tests: readonly { readonly argv: readonly string[]; readonly timeoutMs: number }[];
  /** Where the tests run. */
  readonly folder: string;
  readonly artifacts: string;
  readonly env: Readonly<Record<string, string>>;
  readonly passEnv: readonly string[];
  /** The tests run in a sandbox, which passes on no variables of the host. */
  readonly sandbox?: boolean;
}

/** Of a workflow at its end: the report that its pattern asks for is written (`report.md`). */
export interface ReportInput {
  readonly run: string;
  readonly artifacts: string;
}

/** Copies outputs into `checkpoints/NAME` of the run's folder. */
export interface KeepInput {
  readonly name: string;
  readonly artifacts: string;
  /** Absolute paths; one that does not exist is left out. */
  readonly outputs: readonly string[];
}
