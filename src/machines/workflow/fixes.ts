/**
 * Whether a fix that somebody proposes is applied unasked (T-H1). Pure.
 *
 * - Installing packages and changing logic always wait for a human; anything else is applied at a
 *   confidence of {@link SURE} or more.
 */
import type { DebugResult, FailureType, FixKind } from "../../events/debug.ts";

/** Confidence at which a fix is applied unasked. */
const SURE = 0.8;

/** What is proposed. */
interface Fix {
  readonly kind: FixKind;
  /** 0 to 1. */
  readonly confidence: number;
}

const ALWAYS_ASKED: ReadonlySet<FixKind> = new Set<FixKind>(["install", "logic"]);

export function mayApply({ kind, confidence }: Fix): "apply" | "ask" {
  return !ALWAYS_ASKED.has(kind) && confidence >= SURE ? "apply" : "ask";
}

/** What mends such failures, where nobody says more. */
const KINDS: Readonly<Record<FailureType, FixKind>> = {
  missing_dependency: "install",
  spec_mismatch: "logic",
  implementation_bug: "logic",
  timeout: "config",
  flaky_test: "retry",
  unknown: "logic",
};

/** The fix of a debugger's answer; undefined where it names none. */
export function fixIn(result: DebugResult): Fix | undefined {
  const { fix, fix_kind, classification = "unknown", confidence, auto_fixable } = result;
  if (fix === undefined) return undefined;
  return {
    kind: fix_kind ?? KINDS[classification],
    confidence: confidence ?? (auto_fixable ? SURE : 0),
  };
}
