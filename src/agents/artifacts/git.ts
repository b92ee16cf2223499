/**
 * Runs git as a tool that reads nothing but its arguments and what stands in the repository.
 *
 * - 1. No shell; no variable `GIT_*` of the host; no configuration of the system or the user; no
 *      hook. What a repository's own configuration could change of a commit is overridden.
 * - 2. Bytes go in and come out as they are.
 * - 3. When a call ends, so has git, and all that it started: at `timeoutMs`, or when the signal aborts.
 * - 4. What git says is redacted before it stands in an error (S2).
 */
import { spawn, type ChildProcessWithoutNullStreams } from "node:child_process";
import { existsSync } from "node:fs";
import { devNull } from "node:os";
import { TroupeError } from "../../errors.ts";
import type { Environment } from "../environment.ts";
import { endGroup } from "../process-group.ts";
import { redact } from "../redact.ts";

export interface GitOptions {
  /** The program. Default `"git"`. */
  readonly git: string;
  /** The host's environment: of it git gets no more than it needs to start. */
  readonly env: Environment;
  /** Texts to redact in errors. */
  readonly secrets: readonly string[];
  /** Of one call of git, in milliseconds. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal;
}

export interface GitCall {
  /** What stands in front of the subcommand, and it. */
  readonly args: readonly string[];
  readonly folder: string;
  readonly input?: string | AsyncIterable<Uint8Array>;
  /** On top of the clean environment. */
  readonly env?: Environment;
}

export interface GitResult {
  readonly code: number | null;
  readonly stdout: Buffer;
  /** Redacted. */
  readonly stderr: string;
}

/** Set whatever a repository says. */
const SETTINGS = [
  `core.hooksPath=${devNull}`,
  "core.autocrlf=false",
  "core.safecrlf=false",
  "core.precomposeUnicode=false",
  "core.protectHFS=true",
  "core.protectNTFS=true",
  "core.splitIndex=false",
  "core.untrackedCache=false",
  "core.fsmonitor=false",
  "core.fsync=all",
  "core.filesRefLockTimeout=5000",
  "core.packedRefsTimeout=10000",
  "commit.gpgSign=false",
  "i18n.commitEncoding=UTF-8",
  "gc.auto=0",
  "maintenance.auto=false",
  "push.gpgSign=false",
  "push.recurseSubmodules=no",
  "protocol.ext.allow=never",
].flatMap((setting) => ["-c", setting]);

const ALLOWED = ["PATH", "TMPDIR", "TMP", "TEMP", "SYSTEMROOT"];

const CLEAN: Environment = {
  LC_ALL: "C",
  GIT_CONFIG_NOSYSTEM: "1",
  GIT_CONFIG_GLOBAL: devNull,
  GIT_ATTR_NOSYSTEM: "1",
  GIT_TERMINAL_PROMPT: "0",
  GIT_NO_REPLACE_OBJECTS: "1",
  GIT_OPTIONAL_LOCKS: "0",
};

/** What git needs for what only the user's own configuration knows: whom to trust, how to sign in. */
const OF_THE_USER =
  /^(HOME|USER|LOGNAME|XDG_CONFIG_HOME|SSH_AUTH_SOCK|SSH_ASKPASS|GIT_ASKPASS|GIT_SSH|GIT_SSH_COMMAND|(HTTPS?|ALL|NO)_PROXY)$/i;

/** From SIGTERM to SIGKILL. */
const GRACE_MS = 2_000;

/**
 * Runs git to its end, whatever its exit code.
 *
 * @throws {@link TroupeError} `GIT_UNAVAILABLE`; `GIT_FAILED` after `timeoutMs`;
 * `ACTIVITY_CANCELLED` if the signal aborts; and what the input throws, before git has seen its end.
 */
export async function askGit(call: GitCall, options: GitOptions): Promise<GitResult> {
  if (options.signal?.aborted === true) throw cancelled(call);
  const child = start(call, options);
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
  child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
  child.stdin.on("error", () => {}); // git may end before it has read all: its exit code says so
  const ended = endOf(child, call, options);
  const [fed, end] = await Promise.allSettled([feed(child, call.input, ended), ended]);
  if (end.status === "rejected") throw end.reason;
  if (fed.status === "rejected") throw fed.reason;
  const said = redactedText(Buffer.concat(stderr).toString("utf8").trim(), options.secrets);
  return { code: end.value, stdout: Buffer.concat(stdout), stderr: said };
}

/**
 * What git prints.
 *
 * @throws {@link TroupeError} `GIT_FAILED` where its exit code is not 0; and as {@link askGit}.
 */
export async function runGit(call: GitCall, options: GitOptions): Promise<Buffer> {
  const result = await askGit(call, options);
  if (result.code === 0) return result.stdout;
  throw gitFailed(call, result);
}

export function gitFailed({ args, folder }: GitCall, { code, stderr }: GitResult): TroupeError {
  const said = stderr === "" ? `exit code ${code}` : stderr;
  return new TroupeError("GIT_FAILED", `git ${args[0] ?? ""} failed in "${folder}": ${said}`, {
    hint: "Mend what git says, then do it again: nothing is half done. A file .lock that no git holds is left from a crash and can be removed.",
    data: { folder, exitCode: code, stderr },
  });
}

/** The variables of a call that reads the user's configuration, which no other does. */
export function userEnv({ env }: GitOptions): Environment {
  const own = Object.entries(env).filter(([name]) => OF_THE_USER.test(name));
  const read = { GIT_CONFIG_NOSYSTEM: undefined, GIT_CONFIG_GLOBAL: undefined };
  return { ...Object.fromEntries(own), ...read };
}

/** A text without these secrets, and without the passwords of URLs. */
export function redactedText(text: string, secrets: readonly string[]): string {
  return redact(text.replaceAll(/([a-z][a-z0-9+.-]*:\/\/)[^/\s"'<>]*@/gi, "$1[redacted]@"), secrets);
}

function start(
  { args, folder, env = {} }: GitCall,
  options: GitOptions,
): ChildProcessWithoutNullStreams {
  const host = ALLOWED.flatMap((name) => {
    const value = options.env[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return spawn(options.git, [...SETTINGS, ...args], {
    cwd: folder,
    env: { ...Object.fromEntries(host), ...CLEAN, ...env },
    detached: true, // a group of its own, without a terminal: nothing can ask for a password
    stdio: "pipe",
  });
}

/** Resolves with the exit code once the process is gone and its output is read. */
function endOf(
  child: ChildProcessWithoutNullStreams,
  call: GitCall,
  { timeoutMs, signal, git }: GitOptions,
): Promise<number | null> {
  const { promise, resolve, reject } = Promise.withResolvers<number | null>();
  let fault: TroupeError | undefined;
  const stop = (error: TroupeError): void => {
    fault = error;
    if (child.pid !== undefined) void endGroup(child.pid, GRACE_MS).then(() => reject(error));
  };
  const abort = (): void => stop(cancelled(call));
  const timer = setTimeout(() => stop(late(call, timeoutMs)), timeoutMs);
  signal?.addEventListener("abort", abort, { once: true });
  child.on("error", (cause) => reject(notStarted(call, git, cause)));
  child.on("close", (code) => (fault === undefined ? resolve(code) : reject(fault)));
  return promise.finally(() => {
    clearTimeout(timer);
    signal?.removeEventListener("abort", abort);
  });
}

/** Gives the input; where reading it fails, git is killed before it could take the end of it for the end. */
async function feed(
  child: ChildProcessWithoutNullStreams,
  input: GitCall["input"],
  ended: Promise<unknown>,
): Promise<void> {
  if (input === undefined || typeof input === "string") return void child.stdin.end(input ?? "");
  const gone = ended.then(
    () => true,
    () => true,
  );
  try {
    for await (const chunk of input) {
      if (child.stdin.destroyed) return;
      if (child.stdin.write(chunk)) continue;
      const { promise: drained, resolve } = Promise.withResolvers<false>();
      child.stdin.once("drain", () => resolve(false));
      if (await Promise.race([drained, gone])) return;
    }
    child.stdin.end();
  } catch (error) {
    child.kill("SIGKILL");
    throw error;
  }
}

function cancelled({ args }: GitCall): TroupeError {
  return new TroupeError("ACTIVITY_CANCELLED", `git ${args[0] ?? ""} was stopped`, {
    hint: "Nothing is to be done: somebody cancelled it, or its host is shutting down.",
  });
}

function late({ args, folder }: GitCall, timeoutMs: number): TroupeError {
  const message = `git ${args[0] ?? ""} took longer than ${timeoutMs} ms in "${folder}" and was stopped`;
  return new TroupeError("GIT_FAILED", message, {
    hint: "Raise timeoutMs, or look at what holds the repository or the remote up.",
    data: { folder, timeoutMs },
  });
}

/** The system says the same of a program that is missing and of a folder that is. */
function notStarted({ folder }: GitCall, git: string, cause: Error): TroupeError {
  if (!existsSync(folder)) return repositoryNotFound(folder, "the folder does not exist");
  return new TroupeError("GIT_UNAVAILABLE", `"${git}" cannot be started: ${cause.message}`, {
    hint: "Install git 2.32 or later, and mind the PATH of the host.",
    data: { git },
    cause,
  });
}

export function repositoryNotFound(folder: string, why: string): TroupeError {
  return new TroupeError("REPOSITORY_NOT_FOUND", `"${folder}" is no git repository: ${why}`, {
    hint: "Name a folder that holds one, or is one (--repository); a program can have a bare one made with init: true.",
    data: { folder, why },
  });
}
