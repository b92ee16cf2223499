/**
 * The Test Anything Protocol: `node --test`, tap, prove, and many more.
 *
 * A test that holds others is counted only where it fails by itself, as in a hook.
 */
import { Parser, type FinalResults, type Result } from "tap-parser";
import { z } from "zod";
import type { TestReport } from "../../events/test-report.ts";
import { tally, type Tally } from "./tally.ts";

/** What Node and vitest write below a test that failed. */
const Diagnostics = z.object({
  error: z
    .union([z.string(), z.object({ message: z.string() }).transform(({ message }) => message)])
    .optional(),
  message: z.string().optional(),
});

/** @returns nothing where the text has no test in it. */
export function parseTap(text: string, secrets: Iterable<string> = []): TestReport | undefined {
  // many a program that speaks no TAP prints a line "ok"
  if (!/^(TAP version \d|\s*1\.\.\d|Bail out!)/m.test(text)) return undefined;
  const counted = tally(secrets);
  const parser = new Parser();
  follow(parser, counted);
  let whole: FinalResults | undefined;
  parser.on("complete", (results: FinalResults) => (whole = results));
  parser.end(text);
  if (whole === undefined) return undefined;
  for (const fault of faultsOf(whole)) counted.fail("the report itself", fault);
  const took = /^# (?:duration_ms|time=?)\s*(\d+(?:\.\d+)?)/m.exec(text)?.[1];
  if (took !== undefined) counted.took(Number(took));
  return counted.report();
}

/** @returns how many tests failed so far in this parser and its children. */
function follow(parser: Parser, counted: Tally): () => number {
  let failed = 0;
  let below: readonly (() => number)[] = [];
  let leaves = 0;
  parser.on("child", (child: Parser) => {
    let inChild = 0;
    child.on("assert", () => inChild++);
    const failures = follow(child, counted);
    below = [...below, failures];
    child.on("complete", () => (leaves = inChild));
  });
  parser.on("assert", (result: Result) => {
    const holds = leaves > 0;
    const explained = below.some((failures) => failures() > 0);
    failed += below.reduce((sum, failures) => sum + failures(), 0);
    below = [];
    leaves = 0;
    if (holds && (result.ok || explained)) return;
    failed += count(result, counted);
  });
  return () => failed + below.reduce((sum, failures) => sum + failures(), 0);
}

function count(result: Result, counted: Tally): number {
  if (result.skip !== false || result.todo !== false) counted.skip();
  else if (result.ok) counted.pass();
  else {
    counted.fail(result.fullname === "" ? `test ${result.id}` : result.fullname, messageOf(result));
    return 1;
  }
  return 0;
}

function messageOf({ diag }: Result): string {
  const parsed = Diagnostics.safeParse(diag);
  const said = parsed.success ? (parsed.data.error ?? parsed.data.message) : undefined;
  if (said !== undefined) return said;
  return diag === null || diag === undefined ? "it failed" : JSON.stringify(diag);
}

function faultsOf({ bailout, plan, count: seen, failures }: FinalResults): readonly string[] {
  const faults = failures.flatMap((one) => (one.tapError ? [String(one.tapError)] : []));
  if (bailout !== false) return [`it was given up: ${bailout === true ? "" : bailout}`];
  if (seen === 0 && plan.end !== null && plan.end > 0)
    return [`${plan.end} tests were planned, none ran`];
  return faults;
}
