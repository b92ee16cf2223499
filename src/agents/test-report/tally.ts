/** A test report as it is counted up, kept within bounds: it comes from outside and is recorded. */
import { redact } from "../redact.ts";
import type { TestReport } from "../../events/test-report.ts";

/** How many failures are told, and how much of each. */
const FAILURES = 100;
const NAME_LENGTH = 500;
const MESSAGE_LENGTH = 4_000;

/** A sum of counts from outside could leave the whole numbers. */
const MOST = 1e9;

export interface Tally {
  pass(count?: number): void;
  skip(count?: number): void;
  fail(name: string, message: string): void;
  /** Failures that nothing more is known of. */
  failMore(count: number): void;
  took(ms: unknown): void;
  report(): TestReport;
}

/** @param secrets are taken out of names and messages. */
export function tally(secrets: Iterable<string> = []): Tally {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const failures: TestReport["failures"] = [];
  let durationMs: number | undefined;
  const add = (what: keyof typeof counts, count: number): void => {
    const whole = Number.isFinite(count) ? Math.max(0, Math.floor(count)) : 0;
    counts[what] = Math.min(MOST, counts[what] + whole);
  };
  return {
    pass: (count = 1) => add("passed", count),
    skip: (count = 1) => add("skipped", count),
    fail(name, message) {
      add("failed", 1);
      if (failures.length >= FAILURES) return;
      failures.push({
        name: cut(redact(name, secrets), NAME_LENGTH),
        message: cut(redact(message, secrets), MESSAGE_LENGTH),
      });
    },
    failMore: (count) => add("failed", count),
    took(ms) {
      if (typeof ms === "number" && Number.isFinite(ms) && ms >= 0) durationMs = (durationMs ?? 0) + ms;
    },
    report: () => ({ ...counts, ...(durationMs !== undefined && { durationMs }), failures }),
  };
}

/** Strict JSON knows no half of a pair of surrogates. */
function cut(text: string, length: number): string {
  const whole = text.trim().toWellFormed();
  return whole.length <= length ? whole : `${whole.slice(0, length).toWellFormed()}…`;
}
