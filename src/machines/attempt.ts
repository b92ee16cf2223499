/**
 * What a task keeps of one attempt: a few words, whatever the command printed.
 */
import { stripVTControlCharacters } from "node:util";
import type { CommandResult } from "../events/command-result.ts";
import type { Failure, TaskOutcome } from "../events/facts/task.ts";

/** How an attempt ended. */
export type Attempt = Pick<TaskOutcome, "exitCode" | "durationMs" | "summary" | "failure">;

const SUMMARY_LENGTH = 200;

/** Errors that another attempt would only meet again. */
const HOPELESS: ReadonlySet<string> = new Set(["COMMAND_NOT_FOUND", "KIND_INVALID"]);

/** Of a command that ran to its end. */
export function attemptOf(result: CommandResult): Attempt {
  const { exitCode, signal, durationMs } = result;
  const summary = lastLine(result.stdout);
  if (exitCode === 0) return { exitCode, durationMs, summary };
  const how =
    exitCode === null ? `was ended by ${signal ?? "a signal"}` : `ended with exit code ${exitCode}`;
  const said = lastLine(result.stderr) || summary;
  const message = `the command ${how}${said === "" ? "" : `: ${said}`}`;
  return { exitCode, durationMs, summary, failure: { code: "COMMAND_FAILED", message } };
}

/** Of a command that could not be run to its end. */
export function failureOf(error: unknown): Attempt {
  const code = textIn(error, "code") ?? "COMMAND_FAILED";
  const message = textIn(error, "message") ?? "the command failed without a word";
  return { exitCode: null, durationMs: durationIn(error), summary: "", failure: { code, message } };
}

/** Whether another attempt may end better. */
export function mayRetry(failure: Failure | undefined): boolean {
  return failure !== undefined && !HOPELESS.has(failure.code);
}

/** Without colours and the like: it is shown on terminals that the command knows nothing of. */
function lastLine(text: string): string {
  const last = text.trimEnd().split("\n").at(-1) ?? "";
  const line = stripVTControlCharacters(last)
    .replaceAll(/\p{Cc}+/gu, " ")
    .trim();
  if (line.length <= SUMMARY_LENGTH) return line;
  return `${line.slice(0, SUMMARY_LENGTH - 1).replace(/[\uD800-\uDBFF]$/, "")}…`;
}

function textIn(error: unknown, key: "code" | "message"): string | undefined {
  const value = fieldOf(error, key);
  return typeof value === "string" ? value : undefined;
}

function durationIn(error: unknown): number {
  const value = fieldOf(fieldOf(error, "data"), "durationMs");
  return typeof value === "number" ? value : 0;
}

function fieldOf(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, key) : undefined;
}
