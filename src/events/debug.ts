/** What whoever is given a branch todo may answer as its data (S3-020). */
import { z } from "zod";
import { BranchReason } from "./failure.ts";
import { Id } from "./plan/values.ts";

/** Why something failed, as far as a rule knows it. */
export const FailureType = z.enum([...BranchReason.exclude(["test_failure"]).options, "unknown"]);
export type FailureType = z.infer<typeof FailureType>;

/** What a fix changes. */
export const FixKind = z.enum(["install", "logic", "config", "retry"]);
export type FixKind = z.infer<typeof FixKind>;

/**
 * - `fixed`: it is mended, and tested again.
 * - `routed`: `target_agent` is to mend it; it is given a branch todo of its own, with `analysis`
 *   and `fix`.
 */
export const DebugResult = z
  .object({
    status: z.enum(["fixed", "routed"]),
    target_agent: Id.optional(),
    classification: FailureType.optional(),
    /** What is wrong, in words. */
    analysis: z.string(),
    /** What is to be done about it, or was. */
    fix: z.string().optional(),
    /** Default: what failures of its classification take. */
    fix_kind: FixKind.optional(),
    /** That the fix helps, 0 to 1. Default: as `auto_fixable` says. */
    confidence: z.number().min(0).max(1).optional(),
    /** Whether an agent can be expected to mend it without a human. */
    auto_fixable: z.boolean(),
  })
  .refine(
    ({ status, target_agent }) => status === "fixed" || target_agent !== undefined,
    "what is routed needs a target_agent",
  );
export type DebugResult = z.infer<typeof DebugResult>;
