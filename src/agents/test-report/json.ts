/** Reports in JSON: of vitest and Jest, of pytest (pytest-json-report), of mocha, and plain counts. */
import { z } from "zod";
import type { TestReport } from "../../events/test-report.ts";
import { tally, type Tally } from "./tally.ts";

const Count = z.number().min(0);
const Message = z
  .unknown()
  .transform((value) => (typeof value === "string" ? value : JSON.stringify(value ?? "")));

/** vitest and Jest. */
const Jest = z.object({
  numPassedTests: Count,
  numFailedTests: Count,
  numPendingTests: Count.default(0),
  numTodoTests: Count.default(0),
  testResults: z
    .array(
      z.object({
        name: z.string().default(""),
        status: z.string().default(""),
        message: Message,
        startTime: z.number().optional(),
        endTime: z.number().optional(),
        assertionResults: z
          .array(
            z.object({
              fullName: z.string().default(""),
              status: z.string().default(""),
              failureMessages: z.array(Message).nullish(),
            }),
          )
          .default([]),
      }),
    )
    .default([]),
});

/** pytest-json-report. */
const Pytest = z.object({
  duration: z.number().optional(),
  summary: z.object({
    passed: Count.default(0),
    failed: Count.default(0),
    error: Count.default(0),
    skipped: Count.default(0),
    xfailed: Count.default(0),
    xpassed: Count.default(0),
    total: Count,
  }),
  tests: z.array(z.looseObject({ nodeid: z.string(), outcome: z.string() })).default([]),
  collectors: z
    .array(z.object({ nodeid: z.string().default(""), outcome: z.string(), longrepr: Message }))
    .default([]),
});

const Mocha = z.object({
  stats: z.object({
    passes: Count,
    failures: Count,
    pending: Count.default(0),
    duration: z.number().optional(),
  }),
  failures: z
    .array(
      z.object({ fullTitle: z.string().default(""), err: z.object({ message: Message }).optional() }),
    )
    .default([]),
});

/** Counts, as a script of one's own may print them. */
const Plain = z.object({
  passed: Count,
  failed: Count,
  skipped: Count.default(0),
  duration_ms: z.number().optional(),
  durationMs: z.number().optional(),
  failures: z
    .array(z.union([z.string(), z.object({ name: z.string(), message: Message })]))
    .default([]),
});

/** @returns nothing where the text holds no such report. */
export function parseJson(text: string, secrets: Iterable<string> = []): TestReport | undefined {
  const value = jsonIn(text);
  const counted = tally(secrets);
  const known = [
    fits(Jest, value, (found) => countJest(found, counted)),
    fits(Pytest, value, (found) => countPytest(found, counted)),
    fits(Mocha, value, (found) => countMocha(found, counted)),
    fits(Plain, value, (found) => countPlain(found, counted)),
  ];
  const count = known.find((one) => one !== undefined);
  count?.();
  return count === undefined ? undefined : counted.report();
}

function fits<S extends z.ZodType>(
  schema: S,
  value: unknown,
  count: (found: z.infer<S>) => void,
): (() => void) | undefined {
  const parsed = schema.safeParse(value);
  return parsed.success ? () => count(parsed.data) : undefined;
}

/** The whole text; where there is more around it, from the first line that opens an object. */
function jsonIn(text: string): unknown {
  const start = /^\s*\{/m.exec(text)?.index ?? -1;
  const end = text.lastIndexOf("}");
  if (start < 0 || end < start) return undefined;
  try {
    return JSON.parse(text.slice(start, end + 1));
  } catch {
    return undefined;
  }
}

function countJest(found: z.infer<typeof Jest>, counted: Tally): void {
  counted.pass(found.numPassedTests);
  counted.skip(found.numPendingTests + found.numTodoTests);
  let told = 0;
  for (const { name, status, message, startTime, endTime, assertionResults } of found.testResults) {
    counted.took(startTime === undefined || endTime === undefined ? undefined : endTime - startTime);
    const failed = assertionResults.filter((one) => one.status === "failed");
    for (const { fullName, failureMessages } of failed)
      counted.fail(fullName, failureMessages?.join("\n") ?? "it failed");
    told += failed.length;
    // a file that could not be loaded has no test that failed
    if (status === "failed" && failed.length === 0) counted.fail(name, message);
  }
  counted.failMore(found.numFailedTests - told);
}

function countPytest(
  { duration, summary, tests, collectors }: z.infer<typeof Pytest>,
  counted: Tally,
): void {
  counted.took(duration === undefined ? undefined : duration * 1_000);
  counted.pass(summary.passed + summary.xpassed);
  counted.skip(summary.skipped + summary.xfailed);
  const failed = tests.filter(({ outcome }) => outcome === "failed" || outcome === "error");
  for (const test of failed) counted.fail(test.nodeid, pytestMessage(test));
  counted.failMore(summary.failed + summary.error - failed.length);
  for (const { nodeid, outcome, longrepr } of collectors)
    if (outcome === "failed") counted.fail(nodeid, longrepr);
}

const Stage = z.object({
  outcome: z.string().optional(),
  crash: z.object({ message: z.string() }).optional(),
  longrepr: z.string().optional(),
});

function pytestMessage(test: Readonly<Record<string, unknown>>): string {
  for (const stage of ["call", "setup", "teardown"]) {
    const { data } = Stage.safeParse(test[stage]);
    const said = data?.crash?.message ?? data?.longrepr;
    if (said !== undefined) return said;
  }
  return "it failed";
}

function countMocha({ stats, failures }: z.infer<typeof Mocha>, counted: Tally): void {
  counted.took(stats.duration);
  counted.pass(stats.passes);
  counted.skip(stats.pending);
  for (const { fullTitle, err } of failures) counted.fail(fullTitle, err?.message ?? "it failed");
  counted.failMore(stats.failures - failures.length);
}

function countPlain(found: z.infer<typeof Plain>, counted: Tally): void {
  counted.took(found.durationMs ?? found.duration_ms);
  counted.pass(found.passed);
  counted.skip(found.skipped);
  for (const one of found.failures)
    if (typeof one === "string") counted.fail(one, "it failed");
    else counted.fail(one.name, one.message);
  counted.failMore(found.failed - found.failures.length);
}
