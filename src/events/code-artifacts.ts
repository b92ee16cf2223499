/** What a coder leaves, and how it was checked (S3-016 to S3-018). Recorded: strict JSON, bounded. */
import { z } from "zod";
import { Run, Word } from "./plan/values.ts";

/** A command that says whether code is good, by its exit code (S3-018). */
export const ValidationRule = z.strictObject({
  type: z.enum(["lint", "type_check", "security_scan", "unit_test", "build"]),
  /** Words, or a line of them; no shell reads it. Where it holds `{file}`, it runs once for each file. */
  command: Run,
  timeout_seconds: z.number().min(0.001).max(86_400).optional(),
});
export type ValidationRule = z.infer<typeof ValidationRule>;

/** One command, as it ended. */
export const Validation = z.strictObject({
  type: ValidationRule.shape.type,
  /** As it ran. */
  command: z.string(),
  file: z.string().optional(),
  exitCode: z.int(),
  durationMs: z.number().min(0),
});
export type Validation = z.infer<typeof Validation>;

export const CodeArtifacts = z.strictObject({
  /** Paths below the run's folder. */
  files: z.array(z.string()),
  tests: z.array(z.string()),
  report: z.strictObject({ validations: z.array(Validation), notes: z.string() }),
});
export type CodeArtifacts = z.infer<typeof CodeArtifacts>;

/** What a coder is told by `input`. */
export const CoderInput = z.looseObject({ validation_rules: z.array(ValidationRule).default([]) });

/** A file of an answer. */
const CodeFile = z.strictObject({
  /** Relative to the project, with slashes. */
  path: Word,
  /** All of it. */
  content: z.string(),
});
export type CodeFile = z.infer<typeof CodeFile>;

/** What a coder answers. */
export const CodeAnswer = z.strictObject({
  files: z.array(CodeFile).describe("whole files of code"),
  tests: z.array(CodeFile).default([]).describe("whole files of tests"),
  notes: z.string().default("").describe("what a reader should know, in a few words"),
});
export type CodeAnswer = z.infer<typeof CodeAnswer>;
