/**
 * What tests came to, whatever program ran them. It is recorded, so it is strict JSON and bounded.
 */
import { z } from "zod";

const Count = z.int().min(0);

export const TestFailure = z.strictObject({
  /** The test's name, with those of the suites that it stands in. */
  name: z.string(),
  message: z.string(),
});
export type TestFailure = z.infer<typeof TestFailure>;

const Covered = z.strictObject({ covered: Count, total: Count });

/** How much of the code the tests came through. */
export const Coverage = z.strictObject({
  lines: Covered.optional(),
  branches: Covered.optional(),
  functions: Covered.optional(),
});
export type Coverage = z.infer<typeof Coverage>;

export const TestReport = z.strictObject({
  passed: Count,
  failed: Count,
  /** Not run, or not meant to pass yet. */
  skipped: Count,
  durationMs: z.number().min(0).optional(),
  /** The first of those that failed; their names and messages may be cut. */
  failures: z.array(TestFailure),
  coverage: Coverage.optional(),
});
export type TestReport = z.infer<typeof TestReport>;
