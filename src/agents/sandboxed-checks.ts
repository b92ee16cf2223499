/**
 * Acceptance tests in a sandbox: over a copy of the project, with what the run has made laid over
 * it, so that a test of what a model wrote can do nothing to the project, or to the host.
 */
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import type { CheckInput, CheckResult } from "../events/work.ts";
import { filesIn } from "./artifacts/files.ts";
import type { RunOptions } from "./command.ts";
import type { SandboxOptions } from "./sandbox/sandbox.ts";
import { testInSandbox, type TestRun } from "./sandbox/tester.ts";

/** What a host says of the sandboxes of its tasks. */
export type SandboxSettings = Pick<SandboxOptions, "driver" | "limits" | "controlGroups">;

/** Too much to copy: it is seen, read only, where it stands. */
const MOUNTED = "node_modules";

/** What a run's folder holds beside what its tasks have made. */
const OWN = /^(\.troupe|checkpoints)\/|^report\.(md|json)$/;

/**
 * The project with what a run has made, as a sandbox takes it.
 *
 * @param folder of the project.
 * @param artifacts of the run; what lies there lies at the same path of the copy.
 */
export async function projectCopy(
  folder: string,
  artifacts: string,
): Promise<Pick<SandboxOptions, "folder" | "files" | "skip" | "mounts">> {
  const packages = join(folder, MOUNTED);
  const mounted = await stat(packages).catch(() => undefined);
  return {
    folder,
    skip: [".git", ".troupe", MOUNTED],
    files: await madeIn(artifacts),
    ...(mounted?.isDirectory() === true && { mounts: { [MOUNTED]: packages } }),
  };
}

async function madeIn(artifacts: string): Promise<Readonly<Record<string, Uint8Array>>> {
  const there = await stat(artifacts).catch(() => undefined);
  if (there === undefined) return {};
  const made = (await filesIn(artifacts)).filter(({ path }) => !OWN.test(path));
  const read = made.map(async ({ path, file }) => [path, await readFile(file)] as const);
  return Object.fromEntries(await Promise.all(read));
}

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
