/**
 * Runs tests in a sandbox of their own and says what they came to (S3-019).
 *
 * - Files are copied, so the tests change nothing outside; the sandbox is cleaned up however it ends.
 * - A test that fails, hangs or cannot start is a result. Only what prevents the sandbox is an error.
 * - A test passes if its command ends with 0 and its report names no failure: neither is believed
 *   alone.
 */
import { TroupeError } from "../../errors.ts";
import type { ExecutionResult } from "../../events/execution-result.ts";
import { argvOf, textOf, type Run } from "../../events/plan/values.ts";
import { secretsOf } from "../../events/secrets.ts";
import type { Coverage, TestFailure, TestReport } from "../../events/test-report.ts";
import { redact } from "../redact.ts";
import { parseCoverage } from "../test-report/coverage.ts";
import { parseTestReport } from "../test-report/test-report.ts";
import { partsOf } from "./copy-in.ts";
import { openSandbox } from "./open-sandbox.ts";
import type { Sandbox, SandboxOptions } from "./sandbox.ts";
import { weakIn } from "./strength.ts";

/** One command that tests. */
export interface SandboxTest {
  /** A text is for the sandbox's shell, a list for no shell. */
  readonly cmd: string | readonly string[];
  /** Milliseconds. Default: the sandbox's limit. */
  readonly timeoutMs?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** The file in the work folder that it writes its report to. Default: what it prints. */
  readonly report?: string;
  /** The file in the work folder that it writes its coverage to: lcov, or a JSON summary. */
  readonly coverage?: string;
}

export interface SandboxTests extends SandboxOptions {
  readonly tests: readonly SandboxTest[];
  /** Ends all; `testInSandbox` then throws `ACTIVITY_CANCELLED`. */
  readonly signal?: AbortSignal;
}

/** One test, as it went. */
export interface TestRun {
  /** The command as people read it. */
  readonly name: string;
  readonly passed: boolean;
  readonly result: ExecutionResult;
  /** Where its command gave none: one test, by its exit code. */
  readonly report: TestReport;
}

/** Strict JSON. */
export interface TestOutcome {
  /** Whether there were tests, and all passed. */
  readonly passed: boolean;
  /** All reports as one. */
  readonly report: TestReport;
  readonly runs: readonly TestRun[];
  readonly driver: Sandbox["driver"];
  /** The names of what is only weakly limited on this machine. */
  readonly weak: readonly string[];
}

/**
 * Opens a sandbox, copies the files, runs each test in turn, reads its report, and cleans up.
 *
 * @throws {@link TroupeError} as {@link openSandbox}; `ACTIVITY_CANCELLED` if the signal aborts.
 */
export async function testInSandbox({ tests, signal, ...options }: SandboxTests): Promise<TestOutcome> {
  for (const { report, coverage } of tests)
    for (const path of [report, coverage]) if (path !== undefined) partsOf(path);
  await using sandbox = await openSandbox(options);
  const runs: TestRun[] = [];
  const secrets = [...secretsOf(options.hostEnv ?? process.env), ...(options.secrets ?? [])];
  for (const test of tests) runs.push(await runTest(sandbox, test, { secrets, signal }));
  const report = together(runs.map((run) => run.report));
  return {
    passed: runs.length > 0 && runs.every((run) => run.passed),
    report,
    runs,
    driver: sandbox.driver,
    weak: weakIn(sandbox.strength),
  };
}

interface Around {
  readonly secrets: readonly string[];
  readonly signal: AbortSignal | undefined;
}

async function runTest(
  sandbox: Sandbox,
  test: SandboxTest,
  { secrets, signal }: Around,
): Promise<TestRun> {
  const { timeoutMs, env } = test;
  const cmd: Run = typeof test.cmd === "string" ? test.cmd : [...test.cmd];
  const result = await sandbox.run({
    argv: argvOf(cmd),
    ...(timeoutMs !== undefined && { timeoutMs }),
    ...(env !== undefined && { env }),
    ...(signal !== undefined && { signal }),
  });
  const hidden = [...secrets, ...secretsOf(env ?? {})];
  const name = redact(textOf(cmd), hidden);
  const said = await reportOf(sandbox, test, { result, hidden });
  const report = judged(name, result, said);
  const coverage = await coverageOf(sandbox, test);
  return {
    name,
    passed: report.failed === 0,
    result,
    report: coverage === undefined ? report : { ...report, coverage },
  };
}

interface Said {
  readonly result: ExecutionResult;
  readonly hidden: readonly string[];
}

/** What stands in the file, or in what was printed; a text says why the file is of no use. */
async function reportOf(
  sandbox: Sandbox,
  { report: path }: SandboxTest,
  { result, hidden }: Said,
): Promise<TestReport | string | undefined> {
  if (path === undefined) return parseTestReport(result.stdout, { secrets: hidden });
  const text = await textIn(sandbox, path);
  if (text === undefined) return `it left no report in "${path}"`;
  return parseTestReport(text, { secrets: hidden }) ?? `"${path}" is no report of tests that is known`;
}

async function coverageOf(
  sandbox: Sandbox,
  { coverage: path }: SandboxTest,
): Promise<Coverage | undefined> {
  const text = path === undefined ? undefined : await textIn(sandbox, path);
  return text === undefined ? undefined : parseCoverage(text);
}

async function textIn(sandbox: Sandbox, path: string): Promise<string | undefined> {
  const bytes = await sandbox.read(path).catch((error: unknown) => {
    // a link or a pipe in its place is the test's doing
    if (TroupeError.is(error, "INPUT_INVALID")) return undefined;
    throw error;
  });
  return bytes && new TextDecoder().decode(bytes);
}

/** A report and an exit code, believed together. */
function judged(
  name: string,
  result: ExecutionResult,
  said: TestReport | string | undefined,
): TestReport {
  const { exitCode, durationMs } = result;
  const report: TestReport | undefined = typeof said === "string" ? undefined : said;
  if (report !== undefined && (exitCode === 0 || report.failed > 0)) return report;
  const none: TestReport = { passed: 0, failed: 0, skipped: 0, durationMs, failures: [] };
  if (exitCode === 0 && said === undefined) return { ...none, passed: 1 };
  const message = whyFailed(result, typeof said === "string" ? said : undefined);
  const whole = report ?? none;
  return { ...whole, failed: whole.failed + 1, failures: [...whole.failures, { name, message }] };
}

const TAIL = 2_000;

function whyFailed({ exitCode, error, stderr, stdout }: ExecutionResult, about = ""): string {
  const last = (stderr.trim() === "" ? stdout : stderr).trim().slice(-TAIL).toWellFormed();
  const why = error ?? (exitCode === 0 ? about : `it ended with ${exitCode}`);
  return last === "" ? why : `${why}\n${last}`;
}

function together(reports: readonly TestReport[]): TestReport {
  const sum = (of: (report: TestReport) => number): number =>
    reports.reduce((total, report) => total + of(report), 0);
  const failures: TestFailure[] = reports.flatMap((report) => report.failures);
  const [coverage] = reports.flatMap((report) => report.coverage ?? []).slice(-1);
  return {
    passed: sum(({ passed }) => passed),
    failed: sum(({ failed }) => failed),
    skipped: sum(({ skipped }) => skipped),
    durationMs: sum(({ durationMs }) => durationMs ?? 0),
    failures,
    ...(coverage !== undefined && { coverage }),
  };
}
