/** Why something failed, in a few words, and the words for kinds of failures. */
import { z } from "zod";

export const Failure = z.strictObject({
  /** As in `COMMAND_FAILED`, `COMMAND_TIMEOUT`. */
  code: z.string(),
  message: z.string(),
});
export type Failure = z.infer<typeof Failure>;

/** What was thrown by whoever worked, as its code and words. */
export function failureIn(error: unknown): Failure {
  return {
    code: textIn(error, "code") ?? "AGENT_FAILED",
    message: textIn(error, "message") ?? "it failed without a word",
  };
}

function textIn(error: unknown, key: "code" | "message"): string | undefined {
  const value = fieldOf(error, key);
  return typeof value === "string" ? value : undefined;
}

/** A field of what may be anything. */
export function fieldOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}

/** Why a branch todo exists (T-B1). `test_failure`: no rule knew better. */
export const BranchReason = z.enum([
  "test_failure",
  "spec_mismatch",
  "timeout",
  "implementation_bug",
  "missing_dependency",
  "flaky_test",
]);
export type BranchReason = z.infer<typeof BranchReason>;

/** What a human's no makes of a task. */
export function denialOf(answer: {
  readonly by?: string | undefined;
  readonly comment?: string | undefined;
}): Failure {
  const by = answer.by === undefined ? "" : ` by ${answer.by}`;
  const comment = answer.comment === undefined ? "" : `: ${answer.comment}`;
  return { code: "APPROVAL_DENIED", message: `it was denied${by}${comment}` };
}
