/**
 * The `checks` that tasks invoke once their work says that it is done: are the outputs there,
 * and do the acceptance tests pass?
 *
 * - Every path and every test is looked at, so that all that is wrong is known at once.
 * - A test that takes too long, or cannot be started, is a result with a `code`, not an error.
 */
import { stat } from "node:fs/promises";
import type { PromiseActorLogic } from "xstate";
import { activity } from "../actors/activity.ts";
import { TroupeError } from "../errors.ts";
import type { CommandResult } from "../events/command-result.ts";
import type { CheckInput, CheckResult } from "../events/work.ts";
import { sandboxedTests, type SandboxedOptions, type SandboxedTest } from "./sandboxed-checks.ts";
import { withHint } from "./with-hint.ts";
import { runCommand, type RunOptions } from "./command.ts";

/** How much of a test's output is kept, in characters of its end. */
const KEPT = 2_000;

type Test = CheckResult["tests"][number];

/** @param options as for {@link runCommand}; the signal is the activity's. */
export function checksActor(
  options: Omit<RunOptions, "signal"> & SandboxedOptions = {},
): PromiseActorLogic<CheckResult, CheckInput> {
  return activity<CheckInput, CheckResult>(async ({ input, signal, idempotencyKey, fence }) => {
    const env = {
      ...input.env,
      TROUPE_EFFECT: idempotencyKey,
      TROUPE_EXECUTION: String(fence.attempt),
    };
    const missing = await missingOf(input.paths);
    if (input.sandbox === true) {
      const ended = await sandboxedTests({ ...input, env }, signal, options).catch((error: unknown) => {
        throw withHint(error);
      });
      return { missing, tests: ended.map((test, at) => sandboxed(test, input.tests[at]?.argv ?? [])) };
    }
    const tests: Test[] = [];
    for (const { argv, timeoutMs } of input.tests) {
      const command = { argv, folder: input.folder, env, passEnv: input.passEnv, timeoutMs };
      tests.push({ cmd: textOf(argv), ...(await tried(command, { ...options, signal })) });
    }
    return { missing, tests };
  });
}

function sandboxed({ printed, ...test }: SandboxedTest, argv: readonly string[]): Test {
  return { cmd: textOf(argv), ...test, output: lastOf(together(printed)) };
}

async function missingOf(paths: CheckInput["paths"]): Promise<string[]> {
  const missing: string[] = [];
  for (const { path, by } of paths)
    if (!(await exists(path))) missing.push(by === undefined ? path : `${path} (read by task "${by}")`);
  return missing;
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function tried(
  command: Parameters<typeof runCommand>[0],
  options: RunOptions,
): Promise<Omit<Test, "cmd">> {
  try {
    const result = await runCommand(command, options);
    const { exitCode, signal, durationMs } = result;
    const killed = signal === undefined ? {} : { code: signal };
    return { exitCode, ...killed, durationMs, output: endOf(result) };
  } catch (error) {
    if (!TroupeError.is(error) || error.code === "ACTIVITY_CANCELLED") throw error;
    return { exitCode: null, code: error.code, ...printedBefore(error) };
  }
}

/** Of a test that was stopped at its limit: what it printed until then. */
function printedBefore({ message, data }: TroupeError): Pick<Test, "durationMs" | "output"> {
  const { stdout, stderr, durationMs } = data;
  const printed = { stdout: textIn(stdout), stderr: textIn(stderr) };
  return {
    durationMs: typeof durationMs === "number" ? durationMs : 0,
    output: lastOf(`${together(printed)}${message}`),
  };
}

function textIn(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function endOf(result: CommandResult): string {
  return lastOf(together(result));
}

/** Both streams, what was reported as an error last; each ends its line. */
function together({ stdout, stderr }: Pick<CommandResult, "stdout" | "stderr">): string {
  return [stdout, stderr]
    .filter((text) => text !== "")
    .map((text) => (text.endsWith("\n") ? text : `${text}\n`))
    .join("");
}

function lastOf(text: string): string {
  // half a surrogate pair is no text
  return text.length <= KEPT ? text : text.slice(-KEPT).replace(/^[\uDC00-\uDFFF]/, "");
}

/** A command as its author wrote it. */
function textOf(argv: readonly string[]): string {
  const [shell, flag, line, ...rest] = argv;
  return shell === "sh" && flag === "-c" && line !== undefined && rest.length === 0
    ? line
    : argv.join(" ");
}
