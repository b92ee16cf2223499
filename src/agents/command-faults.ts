/**
 * The ways in which a command has no result, as errors.
 */
import { TroupeError } from "../errors.ts";

/** The operating system refused to start it. */
export function notStarted(argv: readonly string[], error: unknown): TroupeError {
  const [file = ""] = argv;
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  if (code === "ENOENT")
    return new TroupeError("COMMAND_NOT_FOUND", `the command "${file}" was not found`, {
      hint: "Install it, or correct its name; it is looked for in the PATH of the host.",
      data: { command: file },
    });
  if (code === "EACCES")
    return new TroupeError("COMMAND_NOT_FOUND", `the file "${file}" cannot be executed`, {
      hint: "Make it executable, or name the program that reads it.",
      data: { command: file },
    });
  const why = error instanceof Error ? error.message : String(error);
  return new TroupeError("COMMAND_FAILED", `the command "${file}" could not be started: ${why}`, {
    hint: "Look at the message; a line that is too long or a lack of memory are common causes.",
    data: { command: file },
    cause: error,
  });
}

/** There is no folder for what it makes, so it was not started. */
export function notMade(folder: string, cause: unknown): TroupeError {
  const why = cause instanceof Error ? cause.message : String(cause);
  return new TroupeError("COMMAND_FAILED", `the folder for artifacts cannot be made: ${why}`, {
    hint: "Make room for that folder, writable for you, or put the log elsewhere: it lies beside it.",
    data: { folder },
    cause,
  });
}

/** Stopped at its time limit; what it printed until then goes with the error. */
export function timedOut(
  argv: readonly string[],
  timeoutMs: number,
  printed: Readonly<Record<string, unknown>>,
): TroupeError {
  const message = `the command "${argv[0] ?? ""}" took longer than ${timeoutMs} ms and was stopped`;
  return new TroupeError("COMMAND_TIMEOUT", message, {
    hint: "Raise the task's timeoutMs, or make the command faster.",
    data: { timeoutMs, ...printed },
  });
}

/** Stopped from outside. */
export function cancelled(argv: readonly string[]): TroupeError {
  return new TroupeError("ACTIVITY_CANCELLED", `the command "${argv[0] ?? ""}" was stopped`, {
    hint: "Nothing is to be done: somebody cancelled it, or its host is shutting down.",
  });
}
