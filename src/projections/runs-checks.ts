/** What tests and scans found, as tasks answer: the tester's coverage, and `security_issues` of whoever looks for them (S3-048). */
import { z } from "zod";
import { Coverage } from "../events/test-report.ts";
import type { Json } from "../events/json.ts";

const Count = z.int().min(0);
const Lines = Coverage.shape.lines.unwrap();

export interface CheckView {
  /** Share of the lines that the tests came through, 0 to 1. */
  readonly coverage?: number;
  /** How many were found. */
  readonly securityIssues?: number;
}

/** The findings of a task's output; undefined where it has none. */
export function checkIn(output: Json | undefined): CheckView | undefined {
  const data = Object(Object(output).data) as { readonly [field: string]: unknown }; // whatever it is
  if (data["coverage"] === undefined && data["security_issues"] === undefined) return undefined;
  const lines = Lines.safeParse(Object(data["coverage"]).lines).data;
  const issues = Count.safeParse(data["security_issues"]).data;
  const covered = lines !== undefined && lines.total > 0 && lines.covered <= lines.total;
  return {
    ...(covered && { coverage: lines.covered / lines.total }),
    ...(issues !== undefined && { securityIssues: issues }),
  };
}
