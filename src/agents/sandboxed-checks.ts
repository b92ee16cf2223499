/**
 * Acceptance tests in a sandbox: over a copy of the project, with what the run has made laid over
 * it, so that a test of what a model wrote can do nothing to the project, or to the host.
 */
import type { CheckInput, CheckResult } from "../events/work.ts";
import type { RunOptions } from "./command.ts";
import { projectCopy } from "./project-copy.ts";
import type { SandboxOptions } from "./sandbox/sandbox.ts";
import { testInSandbox, type TestRun } from "./sandbox/tester.ts";

/** What a host says of the sandboxes of its tasks. */
export type SandboxSettings = Pick<SandboxOptions, "driver" | "limits" | "controlGroups">;

/** One test as it ended, with what it printed. */
export interface SandboxedTest extends Omit<CheckResult["tests"][number], "cmd" | "output"> {
  readonly printed: Pick<TestRun["result"], "stdout" | "stderr">;
}

export interface SandboxedOptions extends Pick<RunOptions, "env" | "secrets"> {
  readonly sandbox?: SandboxSettings | undefined;
}

/** The tests of a check, in order. @throws {@link TroupeError} `SANDBOX_UNAVAILABLE`, `SANDBOX_FAILED`. */
export async function sandboxedTests(
  { tests, folder, artifacts, env }: CheckInput,
  signal: AbortSignal,
  { env: hostEnv, secrets, sandbox }: SandboxedOptions,
): Promise<readonly SandboxedTest[]> {
  const { runs } = await testInSandbox({
    ...(await projectCopy(folder, artifacts)),
    ...sandbox,
    ...(hostEnv !== undefined && { hostEnv }),
    ...(secrets !== undefined && { secrets }),
    signal,
    tests: tests.map(({ argv, timeoutMs }) => ({
      cmd: argv,
      timeoutMs,
      // what the run has made lies where the tests start
      env: { ...env, TROUPE_ARTIFACTS: "." },
    })),
  });
  return runs.map(({ result }) => ended(result));
}

function ended({
  exitCode,
  durationMs,
  stdout,
  stderr,
  error,
  limits,
}: TestRun["result"]): SandboxedTest {
  const said = error === undefined ? stderr : `${stderr}\n${error}`;
  const late = limits.includes("time") ? { code: "COMMAND_TIMEOUT" } : {};
  return { exitCode, ...late, durationMs, printed: { stdout, stderr: said } };
}
