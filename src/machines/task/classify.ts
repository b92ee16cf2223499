/**
 * Why something failed, as branch todos need to know it (T-B1).
 */
import type { BranchReason, Failure } from "../../events/failure.ts";
import { TIMEOUTS } from "./attempt.ts";

/** One rule: all of its texts must be found. */
interface Rule {
  readonly reason: BranchReason;
  /** Patterns, looked for in what was printed and in the error's message. */
  readonly all: readonly string[];
}

/** Rules are data: the first that fits decides. Raise the version with every change. */
export const FAILURE_RULES = {
  version: 1,
  rules: [
    {
      reason: "missing_dependency",
      all: ["ImportError|ModuleNotFoundError|Cannot find (module|package)|ERR_MODULE_NOT_FOUND"],
    },
    { reason: "flaky_test", all: ["[Ff]laky|[Ii]ntermittent"] },
    { reason: "spec_mismatch", all: ["[Aa]ssert", "\\b([Ss]ignature|[Tt]ype|[Ii]nterface)s?\\b"] },
    { reason: "implementation_bug", all: ["[Aa]ssert|ValueError"] },
  ],
} as const satisfies { readonly version: number; readonly rules: readonly Rule[] };

/** What is known of a failure. */
export interface Evidence {
  readonly failure: Failure;
  readonly printed: string;
  readonly durationMs: number;
  readonly timeoutMs?: number | undefined;
}

/** The reason of a failure; undefined where no rule knows it. */
export function classify(evidence: Evidence): BranchReason | undefined {
  const { failure, printed, durationMs, timeoutMs } = evidence;
  const late = timeoutMs !== undefined && durationMs > timeoutMs;
  if (TIMEOUTS.has(failure.code) || late) return "timeout";
  const text = `${failure.message}\n${printed}`;
  const rule = FAILURE_RULES.rules.find(({ all }) =>
    all.every((found) => new RegExp(found).test(text)),
  );
  return rule?.reason;
}
