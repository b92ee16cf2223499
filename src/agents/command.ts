/**
 * Runs one command of the operating system to its end.
 *
 * - S2. No shell reads the argv; the environment is an allow-list; what comes back is
 *   bounded, redacted, and strict JSON.
 * - An exit code other than 0 is a result, not an error: the caller decides.
 * - When it resolves or rejects, the command and all it started have been ended: after its
 *   exit, at `timeoutMs`, or when the signal aborts. SIGTERM first, SIGKILL after `graceMs`.
 */
import { spawn, type ChildProcessByStdio } from "node:child_process";
import { stat } from "node:fs/promises";
import type { Readable, Writable } from "node:stream";
import { TroupeError } from "../errors.ts";
import type { CommandInput, CommandResult } from "../events/command-result.ts";
import { cancelled, notStarted, timedOut } from "./command-faults.ts";
import { commandEnvironment, knownSecrets, type Environment } from "./environment.ts";
import { collectOutput, type Output, type OutputCollector } from "./output.ts";
import { endGroup } from "./process-group.ts";
import { readyReaper, watchGroup } from "./reaper.ts";

/** A command as its runner needs it. */
export type Command = Omit<CommandInput, "artifacts"> & {
  /** What it reads from its standard input, all at once. Default: nothing. */
  readonly stdin?: string | undefined;
};

export interface RunOptions {
  /** Ends the command; `runCommand` then throws `ACTIVITY_CANCELLED`. */
  readonly signal?: AbortSignal;
  /** Monotonic milliseconds. Default `performance.now`. */
  readonly now?: () => number;
  /** The host's environment. Default `process.env`. */
  readonly env?: Environment;
  /** Bytes kept of stdout and of stderr. Default 16,384 each. */
  readonly outputLimit?: number;
  /** From SIGTERM to SIGKILL, in milliseconds. Default 2000. */
  readonly graceMs?: number;
  /** From the command's exit to the end of what it left running, in milliseconds. Default 500. */
  readonly lingerMs?: number;
  /** Further texts to redact. */
  readonly secrets?: readonly string[];
  /** Told the command's process, which leads its group, as soon as it has started. */
  readonly started?: (pid: number) => void;
}

/** How long the pipes may stay open once the group is gone. */
const PIPE_MS = 1_000;

const DEFAULTS = {
  now: () => performance.now(),
  outputLimit: 16_384,
  graceMs: 2_000,
  lingerMs: 500,
  started: (_pid: number): void => undefined,
} satisfies RunOptions;

type Printed = Omit<CommandResult, "exitCode" | "signal">;

type Child = ChildProcessByStdio<Writable | null, Readable, Readable>;

/** How the process ended, or what ended it. */
type End =
  | { readonly type: "exit"; readonly code: number | null; readonly signal: NodeJS.Signals | null }
  | { readonly type: "error"; readonly error: Error }
  | { readonly type: "timeout" }
  | { readonly type: "abort" };

/**
 * @throws {@link TroupeError} `COMMAND_NOT_FOUND`; `COMMAND_TIMEOUT`, with the output so far in
 * `data`; `COMMAND_FAILED` if it cannot be started; `ACTIVITY_CANCELLED` if the signal aborts.
 */
export async function runCommand(command: Command, options: RunOptions = {}): Promise<CommandResult> {
  const settings = { ...DEFAULTS, env: process.env, secrets: [], ...options };
  const { env, outputLimit, signal } = settings;
  await checkFolder(command.folder);
  if (signal?.aborted === true) throw cancelled(command.argv);
  const hidden = new Set([...settings.secrets, ...knownSecrets(command, env)]);
  const stdout = collectOutput(outputLimit, hidden);
  const stderr = collectOutput(outputLimit, hidden);
  readyReaper();
  const begun = settings.now();
  const child = start(command, commandEnvironment(command, env));
  if (child.pid !== undefined) settings.started(child.pid);
  const end = await supervise(child, collect(child, stdout, stderr), command.timeoutMs, settings);
  const durationMs = Math.round(settings.now() - begun);
  return resultOf(end, command, () => printedOf(stdout.end(), stderr.end(), durationMs));
}

/** Waits for the end, whoever brings it about, and leaves nothing running. */
async function supervise(
  child: Child,
  closed: Promise<void>,
  timeoutMs: number | undefined,
  { signal, graceMs, lingerMs }: Pick<RunOptions, "signal"> & typeof DEFAULTS,
): Promise<End> {
  const ended = endOf(child, timeoutMs, signal);
  if (child.pid === undefined) return ended;
  const unwatch = watchGroup(child.pid);
  const end = await ended;
  if (end.type === "exit") await within(closed, lingerMs);
  await endGroup(child.pid, graceMs);
  // somebody outside the group may still hold the pipes
  await within(closed, PIPE_MS);
  child.stdin?.destroy();
  child.stdout.destroy();
  child.stderr.destroy();
  unwatch();
  return end;
}

function resultOf(end: End, { argv, timeoutMs = 0 }: Command, printed: () => Printed): CommandResult {
  switch (end.type) {
    case "error":
      throw notStarted(argv, end.error);
    case "abort":
      throw cancelled(argv);
    case "timeout":
      throw timedOut(argv, timeoutMs, printed());
    case "exit": {
      const by = end.signal === null ? {} : { signal: end.signal };
      return { exitCode: end.code, ...by, ...printed() };
    }
  }
}

function start(command: Command, env: Environment): Child {
  const [file = "", ...args] = command.argv;
  const { folder: cwd, stdin } = command;
  try {
    if (stdin === undefined)
      return spawn(file, args, { cwd, env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
    const child = spawn(file, args, { cwd, env, detached: true, stdio: ["pipe", "pipe", "pipe"] });
    child.stdin.on("error", () => {}); // whoever does not read on is not made to
    child.stdin.end(stdin);
    return child;
  } catch (error) {
    throw notStarted(command.argv, error);
  }
}

/** Resolves when both streams are at their end and the process is gone. */
function collect(child: Child, stdout: OutputCollector, stderr: OutputCollector): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  child.stdout.on("data", (chunk: Buffer) => stdout.write(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.write(chunk));
  child.on("close", () => resolve());
  return promise;
}

function endOf(child: Child, timeoutMs?: number, signal?: AbortSignal): Promise<End> {
  const { promise, resolve } = Promise.withResolvers<End>();
  const abort = (): void => resolve({ type: "abort" });
  const timer =
    timeoutMs === undefined ? undefined : setTimeout(() => resolve({ type: "timeout" }), timeoutMs);
  child.on("error", (error) => resolve({ type: "error", error }));
  child.on("exit", (code, by) => resolve({ type: "exit", code, signal: by }));
  signal?.addEventListener("abort", abort, { once: true });
  if (signal?.aborted === true) abort();
  return promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  });
}

/** Waits for a promise, but no longer than this. */
async function within(promise: Promise<void>, ms: number): Promise<void> {
  const { promise: late, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, ms);
  await Promise.race([promise, late]);
  clearTimeout(timer);
}

function printedOf(stdout: Output, stderr: Output, durationMs: number): Printed {
  return {
    stdout: stdout.text,
    stderr: stderr.text,
    stdoutBytes: stdout.bytes,
    stderrBytes: stderr.bytes,
    truncated: stdout.truncated || stderr.truncated,
    durationMs,
  };
}

async function checkFolder(folder: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found?.isDirectory() === true) return;
  throw new TroupeError("COMMAND_FAILED", `the folder "${folder}" does not exist`, {
    hint: "Create it, or correct the cwd of the task.",
    data: { folder },
  });
}
