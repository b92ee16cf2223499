/**
 * The tester: runs tests in a sandbox over a copy of the project, and says what they came to
 * (S3-019). It thinks nothing. The sandbox is cleaned up however that ends.
 */
import { z } from "zod";
import { TroupeError } from "../../errors.ts";
import type { DebugResult } from "../../events/debug.ts";
import { Run, Word } from "../../events/plan/values.ts";
import type { WorkPackage } from "../../events/work.ts";
import type { AgentAnswer } from "../agent.ts";
import { defineAgent, type AgentDefinition } from "../definition/definition.ts";
import { testInSandbox, type SandboxTest, type TestOutcome } from "../sandbox/tester.ts";
import { byFunction, type PlacedWork } from "../ways/by-function.ts";
import { STANDARD_AGENTS } from "./standard-agents.ts";
import { workspaceOf, type RoleSandbox } from "./workspace.ts";

export interface TesterOptions {
  /** Where tests run. Default: bubblewrap, with the sandbox's own limits. */
  readonly sandbox?: RoleSandbox | undefined;
}

/** What a tester is told by `input`. */
const TesterInput = z.looseObject({
  tests: z
    .array(
      z.strictObject({
        name: z.string().optional(),
        description: z.string().optional(),
        /** A shell line, which the sandbox's shell reads, or a list of words. */
        cmd: Run,
        timeout_seconds: z.number().min(0.001).max(86_400).optional(),
        /** The file that it writes its report to. Default: what it prints. */
        report: Word.optional(),
        /** The file that it writes its coverage to. */
        coverage: Word.optional(),
      }),
    )
    .min(1, "a tester needs tests"),
  /** Whether the task fails where a test does. Default: it says so in its data. */
  must_pass: z.boolean().default(false),
});
type TesterInput = z.infer<typeof TesterInput>;

/** A day: each test has its own limit. */
const LONGEST_MS = 86_400_000;

export function tester({ sandbox = {} }: TesterOptions = {}): AgentDefinition {
  return defineAgent({
    name: "tester",
    description: STANDARD_AGENTS.tester,
    skills: ["acceptance", "coverage", "e2e", "integration", "test", "testing", "tests", "verify"],
    way: byFunction(function tests(work) {
      return work.purpose === "debug" ? Promise.resolve(again(work)) : tested(work, sandbox);
    }),
    prompt: (work) => {
      if (work.purpose !== "debug") inputOf(work);
      return `Run the tests of: ${work.title}`;
    },
    limits: { turnMs: LONGEST_MS },
  });
}

/** Who mends nothing can still have it run once more: what took too long, or fails at times, may pass. */
function again({ branch }: WorkPackage): AgentAnswer {
  const analysis = `"${branch?.parent ?? ""}" is run again: a tester changes nothing`;
  const data: DebugResult = { status: "fixed", analysis, auto_fixable: false };
  return { summary: analysis, data };
}

async function tested(work: PlacedWork, sandbox: RoleSandbox): Promise<AgentAnswer> {
  const { place, signal, secrets } = work;
  const { tests, must_pass } = inputOf(work);
  const own = { ...sandbox, secrets: [...secrets, ...(sandbox.secrets ?? [])] };
  const outcome = await testInSandbox({
    ...(await workspaceOf(place, own)),
    tests: tests.map(sandboxTest),
    signal,
  });
  if (must_pass && !outcome.passed) throw failed(outcome);
  const data = reportOf(outcome);
  const { passed, failed: broken, skipped } = outcome.report;
  return {
    data,
    summary: `${passed} passed, ${broken} failed, ${skipped} skipped`,
    ...(work.outputs.length > 0 && { text: `${JSON.stringify(data, undefined, 2)}\n` }),
  };
}

/** @throws {@link TroupeError} `INPUT_INVALID`. */
function inputOf({ input, outputs }: WorkPackage): TesterInput {
  const parsed = TesterInput.safeParse(input);
  const hint = "Give the task input: { tests: [{ cmd, timeout_seconds }] }.";
  if (!parsed.success)
    throw new TroupeError("INPUT_INVALID", `input: ${z.prettifyError(parsed.error)}`, { hint });
  if (parsed.data.must_pass && outputs.length > 0)
    throw new TroupeError("INPUT_INVALID", "tests that must pass leave no report behind", {
      hint: "Take the outputs from the task: what failed stands in its failure.",
    });
  return parsed.data;
}

function sandboxTest({ cmd, timeout_seconds: limit, report, coverage }: TesterInput["tests"][number]) {
  return {
    cmd,
    ...(limit !== undefined && { timeoutMs: Math.ceil(limit * 1_000) }),
    ...(report !== undefined && { report }),
    ...(coverage !== undefined && { coverage }),
  } satisfies SandboxTest;
}

/** Characters of what all commands printed, together; failures have their own. */
const PRINTED = 16_000;
const FAILURES = 20;
const MESSAGE = 1_000;

/** As it is recorded. */
function reportOf({ passed, report, runs, driver, weak }: TestOutcome) {
  const each = Math.floor(PRINTED / Math.max(1, runs.length) / 2);
  const failures = report.failures
    .slice(0, FAILURES)
    .map(({ name, message }) => ({ name: cut(name, MESSAGE), message: cut(message, MESSAGE) }));
  return {
    // the word that others ask for: `tasks.test.data.all_passed`
    all_passed: passed,
    ...report,
    failures,
    runs: runs.map(({ name, passed: good, result }) => ({
      name: cut(name, 200),
      passed: good,
      exitCode: result.exitCode,
      durationMs: result.durationMs,
      ...(result.error !== undefined && { error: result.error }),
      stdout: tail(result.stdout, each),
      stderr: tail(result.stderr, each),
    })),
    driver,
    weak: [...weak],
  };
}

function failed({ report, runs }: TestOutcome): TroupeError {
  const { failures } = report;
  const said = failures
    .slice(0, 5)
    .map(({ name, message }) => `${cut(name, 200)}: ${cut(message, MESSAGE)}`);
  const count = `${report.failed} of ${report.failed + report.passed} tests failed`;
  return new TroupeError("TESTS_FAILED", [count, ...said].join("\n"), {
    hint: "Mend the code that they test.",
    data: { runs: runs.map(({ name, passed }) => ({ name, passed })) },
  });
}

function cut(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most).toWellFormed()}…`;
}

function tail(text: string, most: number): string {
  return text.length <= most ? text : `…${text.slice(text.length - most).toWellFormed()}`;
}
